//! Edits, one after the other.

use bailiwick::acl::{AclSpec, Kind, Mode, Protection};
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};

use crate::agree::{self, Edit};
use crate::oracle::edit::Verb;
use crate::{System, plain};

/// One thing done to an inode.
#[derive(Debug)]
pub enum Step {
    Modify(AclSpec),
    Remove(AclSpec),
    Set(AclSpec),
    RemoveAll,
    RemoveDefault,
    Chmod(Mode),
    /// Goes on with a child, created with a mode under a umask.
    Child(Kind, Mode, Mode),
}

impl<'a> Arbitrary<'a> for Step {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=9)? {
            0 => Self::RemoveAll,
            1 => Self::RemoveDefault,
            2 => Self::Chmod(u.arbitrary()?),
            3 => Self::Child(u.arbitrary()?, u.arbitrary()?, u.arbitrary()?),
            4 | 5 => Self::Remove(u.arbitrary()?),
            6 => Self::Set(u.arbitrary()?),
            _ => Self::Modify(u.arbitrary()?),
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
            Step::Modify(spec) => edit(Verb::Modify, spec),
            Step::Remove(spec) => edit(Verb::Remove, spec),
            Step::Set(spec) => edit(Verb::Set, spec),
            Step::RemoveAll => agree::on_remove_all(rules, before, &lists),
            Step::RemoveDefault => before.remove_default(),
            Step::Chmod(mode) => agree::on_chmod(rules, before, &lists, *mode),
            Step::Child(of_kind, asked, umask) => {
                kind = *of_kind;
                agree::on_child(rules, before, &lists, kind, (*asked, *umask))
            }
        };
    }
}
