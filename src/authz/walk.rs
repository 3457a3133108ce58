//! The way from the root to a target, checked directory by directory under the caller's own locks.

use super::decide::{Granted, Place};
use super::site::Site;
use super::{Attrs, Because, Denied, Op, Permit, Policy, Subtree};
use crate::identity::Subject;

/// How far a subject has come. `Copy`: one walk to a directory serves the checks of everything in it.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Walk<'a> {
    pub(super) policy: &'a Policy,
    pub(super) subject: &'a Subject,
    pub(super) super_user: bool,
    pub(super) depth: u32,
    pub(super) parent: Option<Attrs<'a>>,
    pub(super) path: Option<&'a str>,
}

impl<'a> Walk<'a> {
    pub(super) const fn start(policy: &'a Policy, subject: &'a Subject, super_user: bool) -> Self {
        Self {
            policy,
            subject,
            super_user,
            depth: 0,
            parent: None,
            path: None,
        }
    }

    /// Tells the policy's outside authorizer, if it has one, which path is meant. In a listing, give each child's walk its
    /// own.
    pub const fn along(self, path: &'a str) -> Self {
        Self {
            path: Some(path),
            ..self
        }
    }

    /// Passes through a directory, the root first.
    ///
    /// # Errors
    ///
    /// [`Denied`] if it is no directory or does not grant `--x`.
    #[inline]
    pub fn enter(self, directory: Attrs<'a>) -> Result<Self, Denied<'a>> {
        self.enter_all([directory])
    }

    /// Passes through several directories, one after the other.
    ///
    /// # Errors
    ///
    /// As [`enter`](Self::enter), for the first that is in the way.
    #[inline]
    pub fn enter_all(
        mut self,
        directories: impl IntoIterator<Item = Attrs<'a>>,
    ) -> Result<Self, Denied<'a>> {
        let mut directories = directories.into_iter();
        let Some(mut directory) = directories.next() else {
            return Ok(self);
        };
        // Only the last one is kept, so that the others need not leave the registers.
        loop {
            if let Err(opinion) = self.lets_pass(&directory) {
                return Err(self.deny_entry(directory, opinion));
            }
            self.depth += 1;
            match directories.next() {
                Some(next) => directory = next,
                None => break,
            }
        }
        self.parent = Some(directory);
        Ok(self)
    }

    /// Decides an operation on a child of the last directory entered, or on the root if none was. `None` is a target that
    /// does not exist; then the last directory entered must be the nearest one that does.
    ///
    /// # Errors
    ///
    /// [`Denied`] says which inode and entry decided.
    // Always: a caller who only wants to know whether never writes the permit, and attributes just made stay in registers.
    #[inline(always)]
    pub fn check(self, op: Op<'a>, target: Option<Attrs<'a>>) -> Result<Permit<'a>, Denied<'a>> {
        let Granted { because, entry } = self.decide(op, target.as_ref())?;
        let entry = entry.and_then(|entry| {
            let (inode, depth) = match entry.place {
                Place::Parent => (self.parent.as_ref()?, self.parent_depth()),
                Place::Target => (target.as_ref()?, self.depth),
            };
            Some((entry.wanted, entry.verdict, Site::new(inode, depth)))
        });
        Ok(Permit {
            subject: self.subject,
            op,
            because,
            entry,
        })
    }

    /// Decides the same operation on many children of the last directory entered, as a listing that shows only what may be
    /// read.
    pub fn check_each(
        self,
        op: Op<'a>,
        targets: impl IntoIterator<Item = Attrs<'a>>,
    ) -> impl Iterator<Item = Result<Permit<'a>, Denied<'a>>> {
        targets
            .into_iter()
            .map(move |target| self.check(op, Some(target)))
    }

    /// Begins a recursive operation: decides on the root of the tree as [`check`](Self::check) does, with what the operation
    /// needs inside a tree besides. The [`Subtree`] then decides on everything below. `filled` says whether the target is a
    /// directory with something in it.
    ///
    /// # Errors
    ///
    /// [`Denied`] says which inode and entry decided.
    pub fn check_tree(
        self,
        op: Op<'a>,
        target: Attrs<'a>,
        filled: bool,
    ) -> Result<Subtree<'a>, Denied<'a>> {
        let permit = self.check(op, Some(target))?;
        // What lets a subject pass without looking at the tree's root does not make it look there now.
        if !matches!(permit.because, Because::SuperUser | Because::Authorizer) {
            let needs = op.needs_in_tree(&self.policy.dialect, target.kind, filled, true);
            self.require(op, needs, &target, self.depth)?;
        }
        Ok(Subtree::new(self, permit))
    }
}
