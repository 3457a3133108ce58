//! The proof that a policy allowed an operation.

use super::Op;
use crate::acl::{Class, Perm};
use crate::identity::Subject;

/// What allowed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Because {
    /// The subject is a super user.
    SuperUser,
    /// The subject owns the inode, and the operation asks for the owner.
    Ownership,
    /// An entry of that class on the target grants it.
    Entry(Class),
    /// Nothing on the target was asked for: the way to it was.
    Traversal,
}

/// An operation that a [`Policy`](super::Policy) allowed. Only a policy makes one, so that a function that takes a permit
/// cannot be reached without a check.
#[derive(Debug, Clone, Copy)]
pub struct Permit<'a> {
    pub(super) subject: &'a Subject,
    pub(super) op: Op<'a>,
    pub(super) because: Because,
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

    /// What it lets the data path do: read after [`Op::Open`], write after [`Op::Create`] and [`Op::Append`], nothing else.
    #[must_use]
    pub const fn data_rights(&self) -> Perm {
        self.op.data_rights()
    }
}
