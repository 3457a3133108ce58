//! Edits, one after the other.

use bailiwick::acl::{AclChange, AclSpec, Kind, MaskUpdate, Mode, Protection};
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};

use crate::agree::{self, Edit};
use crate::oracle::edit::Verb;
use crate::{System, plain};

/// One thing done to an inode.
#[derive(Debug)]
pub enum Step {
    Change(AclChange),
    /// Several changes at once.
    Command(Vec<AclChange>, MaskUpdate),
    Chmod(Mode),
    /// Goes on with a child, created with a mode under a umask.
    Child(Kind, Mode, Mode),
}

impl<'a> Arbitrary<'a> for Step {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=7)? {
            0 => Self::Command(u.arbitrary()?, u.arbitrary()?),
            1 => Self::Chmod(u.arbitrary()?),
            2 => Self::Child(u.arbitrary()?, u.arbitrary()?, u.arbitrary()?),
            _ => Self::Change(u.arbitrary()?),
        })
    }
}

/// The life of an inode: whatever is done to it is what the oracle says, or refused, and leaves a valid ACL.
pub fn acl_edit(System(rules): System, protection: Protection, mut kind: Kind, steps: &[Step]) {
    let rules = &rules;
    let mut protection = match kind {
        Kind::Directory => protection,
        Kind::File => protection.remove_default(),
    };
    for step in steps {
        let entries = protection.entries(&rules.0);
        let lists = plain::lists(&entries);
        if !rules.1.has(&lists.access) || !rules.1.has(&lists.default) {
            return;
        }
        let before = &protection;
        let edit = |verb, spec: &AclSpec| {
            let edit = Edit {
                protection: before,
                kind,
                verb,
                spec,
            };
            let after = edit.compare(rules, &lists, &plain::changes(spec.entries()));
            after.unwrap_or_else(|_| before.clone())
        };
        protection = match step {
            Step::Change(AclChange::Modify(spec)) => edit(Verb::Modify, spec),
            Step::Change(AclChange::Remove(spec)) => edit(Verb::Remove, spec),
            Step::Change(AclChange::Set(spec)) => edit(Verb::Set, spec),
            Step::Change(AclChange::RemoveAll) => agree::on_remove_all(rules, before, &lists),
            Step::Change(change) => change
                .apply(before, kind, &rules.0)
                .expect("-k is never refused"),
            Step::Command(changes, mask) => {
                // The oracle does one thing at a time.
                let after = before.change(changes, *mask, kind, &rules.0);
                let after = after.unwrap_or_else(|_| before.clone());
                let entries = after.entries(&rules.0);
                agree::check_invariants(&plain::lists(&entries), kind, &rules.0);
                after
            }
            Step::Chmod(mode) => agree::on_chmod(rules, before, &lists, *mode),
            Step::Child(of_kind, asked, umask) => {
                kind = *of_kind;
                agree::on_child(rules, before, &lists, kind, (*asked, *umask))
            }
        };
    }
}
