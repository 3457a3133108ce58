//! Who acts: the effective user with its groups, and the real user behind it under impersonation.

use super::{GroupName, GroupRef, Mechanism, UserName};

/// The groups of one user: the primary group first, and a table of all of them for membership tests of constant time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    primary: Option<GroupName>,
    /// Each once, in hash order.
    members: Box<[GroupName]>,
    /// An open-addressed table over them, at most a quarter full: most questions end at their first slot.
    slots: Box<[Slot]>,
}

/// A slot of the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Slot {
    /// The high half of the member's hash; the low half finds the slot.
    tag: u32,
    /// The place of the member, counted from 1; 0 is a free slot.
    place: u32,
}

/// Slots for each member.
const SPREAD: usize = 4;

#[inline]
const fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

impl Groups {
    /// The first group, which new files get and audit lines print.
    #[must_use]
    pub const fn primary(&self) -> Option<&GroupName> {
        self.primary.as_ref()
    }

    /// Whether `group` is among them.
    #[must_use]
    #[inline]
    pub fn contains(&self, group: GroupRef<'_>) -> bool {
        match self.slots.get(group.hash() as usize & self.mask()) {
            None | Some(Slot { place: 0, .. }) => false,
            Some(_) => self.find(group.hash(), group.as_str()),
        }
    }

    /// Without members all ones, and then there is no slot at all.
    #[inline]
    const fn mask(&self) -> usize {
        self.slots.len().wrapping_sub(1)
    }

    /// Looks further where the first slot is taken. Apart, and without a reference to the name, so that the loops that come
    /// here stay small and keep in registers what they borrow.
    #[inline(never)]
    fn find(&self, hash: u64, text: &str) -> bool {
        let mut at = hash as usize & self.mask();
        while let Some(slot) = self.slots.get(at)
            && slot.place != 0
        {
            if slot.tag == tag(hash)
                && let Some(member) = self.members.get(slot.place as usize - 1)
                && member.as_str() == text
            {
                return true;
            }
            at = (at + 1) & self.mask();
        }
        false
    }

    /// All groups, each once, in no order a reader would know.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &GroupName> {
        self.members.iter()
    }
}

/// The first group becomes the primary one; repeated groups count once.
impl FromIterator<GroupName> for Groups {
    fn from_iter<I: IntoIterator<Item = GroupName>>(groups: I) -> Self {
        let mut members: Vec<_> = groups.into_iter().collect();
        let primary = members.first().cloned();
        members.sort_unstable_by(|a, b| a.as_ref().hash_order(b.as_ref()));
        members.dedup();
        let mut slots = match members.len() {
            0 => Vec::new(),
            count => vec![Slot::default(); (count * SPREAD).next_power_of_two()],
        };
        let mask = slots.len().wrapping_sub(1);
        for (place, member) in (1..).zip(&members) {
            let hash = member.as_ref().hash();
            let mut at = hash as usize & mask;
            while slots.get(at).is_some_and(|slot| slot.place != 0) {
                at = (at + 1) & mask;
            }
            if let Some(free) = slots.get_mut(at) {
                let tag = tag(hash);
                *free = Slot { tag, place };
            }
        }
        Self {
            primary,
            members: members.into(),
            slots: slots.into(),
        }
    }
}

/// Who acts on a request.
///
/// [`Resolver::resolve`](crate::authz::Resolver::resolve) makes it from a [`Principal`](super::Principal); whether it is
/// a super user is decided by the [`Policy`](crate::authz::Policy) alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    user: UserName,
    real: Option<UserName>,
    groups: Groups,
    mechanism: Mechanism,
    super_user: bool,
}

impl Subject {
    /// A subject that the calling service vouches for, with no super-user rights until a
    /// [`Policy::admit`](crate::authz::Policy::admit) has seen it.
    #[must_use]
    pub const fn asserted(user: UserName, groups: Groups, mechanism: Mechanism) -> Self {
        Self {
            user,
            real: None,
            groups,
            mechanism,
            super_user: false,
        }
    }

    /// The same subject, reached through `real`: the user who logged in and acts for it.
    #[must_use]
    pub fn via(mut self, real: UserName) -> Self {
        self.real = Some(real);
        self
    }

    pub(crate) const fn with_super_user(mut self, super_user: bool) -> Self {
        self.super_user = super_user;
        self
    }

    /// The effective user: whose permissions count.
    #[must_use]
    pub const fn user(&self) -> &UserName {
        &self.user
    }

    /// The user who logged in, if another than [`user`](Self::user).
    #[must_use]
    pub const fn real_user(&self) -> Option<&UserName> {
        self.real.as_ref()
    }

    /// The groups of the effective user.
    #[must_use]
    pub const fn groups(&self) -> &Groups {
        &self.groups
    }

    /// What proved the user who logged in.
    #[must_use]
    pub const fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// Whether the policy that admitted the subject holds it for a super user.
    #[must_use]
    pub const fn is_super_user(&self) -> bool {
        self.super_user
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primary_group_stays_first_and_membership_is_exact() {
        let groups: Groups = ["staff", "eng", "staff", "adm"]
            .map(|g| GroupName::new(g).unwrap())
            .into_iter()
            .collect();
        assert_eq!(groups.primary().unwrap().as_str(), "staff");
        assert_eq!(groups.iter().len(), 3);
        for (group, member) in [
            ("staff", true),
            ("eng", true),
            ("adm", true),
            ("ops", false),
        ] {
            assert_eq!(
                groups.contains(GroupRef::new(group).unwrap()),
                member,
                "{group}"
            );
        }
    }
}
