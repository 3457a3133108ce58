//! Checks.

use bailiwick::acl::{Protection, Scope};
use bailiwick::authz::Policy;
use bailiwick::identity::{GroupName, Subject, UserName};

use crate::agree::Encounter;
use crate::{System, plain};

/// A subject before an inode: all eight requests are answered as the oracle answers them.
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
}
