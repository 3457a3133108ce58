//! The proof that a policy allowed an operation.

use super::Op;
use super::explain::Explanation;
use super::site::Site;
use crate::acl::{Class, Perm, Verdict};
use crate::identity::Subject;

/// What allowed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Because {
    /// The subject is a super user.
    SuperUser,
    /// The outside authorizer says so.
    Authorizer,
    /// The subject owns the inode, and the operation asks for the owner.
    Ownership,
    /// An entry of that class grants it: on the target, or where only the directory changes, on that.
    Entry(Class),
    /// Neither target nor directory was asked for anything: the way to it was.
    Traversal,
}

/// An operation that a [`Policy`](super::Policy) allowed. Only a policy makes one, so that a function that takes a permit
/// cannot be reached without a check.
#[derive(Debug, Clone, Copy)]
pub struct Permit<'a> {
    pub(super) subject: &'a Subject,
    pub(super) op: Op<'a>,
    pub(super) because: Because,
    /// What was wanted, the verdict on it, and where.
    pub(super) entry: Option<(Perm, Verdict, Site<'a>)>,
}

impl<'a> Permit<'a> {
    /// Who is allowed.
    #[must_use]
    pub const fn subject(&self) -> &'a Subject {
        self.subject
    }

    /// What is allowed.
    #[must_use]
    pub const fn op(&self) -> Op<'a> {
        self.op
    }

    /// What allowed it.
    #[must_use]
    pub const fn because(&self) -> Because {
        self.because
    }

    /// What it lets the data path do: read after [`Op::Open`], write after [`Op::Create`] and [`Op::Append`], nothing else;
    /// and nothing where a file to open was not there, for then nothing was asked but the way.
    #[must_use]
    pub const fn data_rights(&self) -> Perm {
        match self.because {
            Because::Traversal => Perm::NONE,
            _ => self.op.data_rights(),
        }
    }

    /// The part of `path` that leads to the inode whose entry allowed it.
    pub(super) fn decided_by<'p>(&self, path: &'p str) -> &'p str {
        self.entry.map_or(path, |(_, _, site)| site.path(path))
    }

    /// The permit in words: which inode and entry allowed it, under which mask. `path` is the absolute path that was asked
    /// for.
    #[must_use]
    pub const fn explain<'p>(&self, path: &'p str) -> Explanation<'a, 'p> {
        Explanation::of_permit(*self, path)
    }
}
