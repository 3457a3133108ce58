//! Who owns things and who asks. Ids are high ones that no machine gives to anybody, and a name is its id in digits, so that
//! our entries read as `getfacl -n` prints them.

use std::sync::LazyLock;

use bailiwick::acl::Dialect;
use bailiwick::authz::Policy;
use bailiwick::identity::{GroupName, GroupRef, Groups, Mechanism, Subject, UserName, UserRef};

use crate::random::Random;

pub(crate) const USERS: [u32; 6] = ids(2_100_000_001);
pub(crate) const GROUPS: [u32; 6] = ids(2_100_000_101);
const ROOT: u32 = 0;

const fn ids(first: u32) -> [u32; 6] {
    [first, first + 1, first + 2, first + 3, first + 4, first + 5]
}

/// A process's ids: the first group is its primary one.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    pub(crate) user: u32,
    pub(crate) groups: Vec<u32>,
}

impl Ids {
    pub(crate) fn random(rng: &mut Random) -> Self {
        let mut groups = rng.some(&GROUPS, 4);
        if groups.is_empty() {
            groups.push(*rng.pick(&GROUPS));
        }
        Self {
            user: *rng.pick(&USERS),
            groups,
        }
    }

    /// The super user first, and then anybody.
    pub(crate) fn of_number(number: usize, rng: &mut Random) -> Self {
        match number {
            0 => Self::root(),
            _ => Self::random(rng),
        }
    }

    /// The super user, in no group that anything belongs to.
    pub(crate) fn root() -> Self {
        Self {
            user: ROOT,
            groups: vec![ROOT],
        }
    }

    pub(crate) fn subject(&self) -> Subject {
        let groups: Groups = self.groups.iter().map(|id| group(*id)).collect();
        policy().admit(Subject::asserted(
            user(self.user),
            groups,
            Mechanism::Simple,
        ))
    }
}

/// The names of [`USERS`] and [`GROUPS`], for operations that carry one.
pub(crate) static USER_NAMES: LazyLock<[UserName; 6]> = LazyLock::new(|| USERS.map(user));
pub(crate) static GROUP_NAMES: LazyLock<[GroupName; 6]> = LazyLock::new(|| GROUPS.map(group));

/// The POSIX dialect, where user 0 is a super user.
pub(crate) fn policy() -> Policy {
    Policy::new(Dialect::POSIX).with_super_user(user(ROOT))
}

pub(crate) fn user(id: u32) -> UserName {
    UserName::new(&id.to_string()).unwrap()
}

pub(crate) fn group(id: u32) -> GroupName {
    GroupName::new(&id.to_string()).unwrap()
}

pub(crate) fn uid(name: UserRef<'_>) -> Option<u32> {
    name.as_str().parse().ok()
}

pub(crate) fn gid(name: GroupRef<'_>) -> Option<u32> {
    name.as_str().parse().ok()
}
