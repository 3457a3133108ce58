//! Checks.

use bailiwick::acl::{Kind, Perm, Protection, Scope};
use bailiwick::authz::{Attrs, Op, Policy};
use bailiwick::identity::{GroupName, Subject, UserName};

use crate::agree::{DIALECTS, Encounter};
use crate::{System, plain};

/// A subject before an inode: all eight requests are answered as the oracle answers them, and in another dialect alike, if
/// the protection loses nothing on the way there.
pub fn acl_eval(
    System((dialect, upstream)): System,
    subject: &Subject,
    owner: &UserName,
    group: &GroupName,
    protection: &Protection,
) {
    let entries = protection.access().entries(Scope::Access, &dialect);
    let acl = plain::lists(&entries).access;
    if !upstream.has(&acl) {
        return;
    }
    let policy = &Policy::new(dialect);
    let groups: Vec<_> = subject.groups().iter().map(GroupName::as_str).collect();
    let groups = &groups;
    let encounter = Encounter {
        policy,
        subject,
        groups,
        owner,
        group,
        protection,
    };
    encounter.compare(&(upstream.inode)(&acl));

    let inode = Attrs::new(Kind::File, owner, group, protection);
    let granted = |policy: &Policy| {
        let requests = (0..8).map(Perm::from_bits);
        let granted = |perm| {
            policy
                .walk(subject)
                .check(Op::CheckAccess(perm), Some(inode))
                .is_ok()
        };
        requests.map(granted).collect::<Vec<_>>()
    };
    for (other, _) in DIALECTS {
        if protection.losses(&dialect, &other).is_empty() {
            let [here, there] = [dialect, other].map(|dialect| granted(&Policy::new(dialect)));
            assert_eq!(
                here, there,
                "{} and {}: {subject:?} on {owner}:{group} {protection}",
                dialect.name, other.name
            );
        }
    }
}
