//! The way from the root to a target, checked directory by directory under the caller's own locks.

use super::denied::{Denied, Reason, verb};
use super::op::{Needs, Who};
use super::{Attrs, Because, Op, Permit};
use crate::acl::{ChgrpRule, Dialect, Perm, Verdict};
use crate::identity::Subject;

/// How far a subject has come. `Copy`: one walk to a directory serves the checks of everything in it.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Walk<'a> {
    dialect: &'a Dialect,
    subject: &'a Subject,
    depth: usize,
    parent: Option<Attrs<'a>>,
}

impl<'a> Walk<'a> {
    pub(super) const fn start(dialect: &'a Dialect, subject: &'a Subject) -> Self {
        Self {
            dialect,
            subject,
            depth: 0,
            parent: None,
        }
    }

    /// Passes through a directory, the root first.
    ///
    /// # Errors
    ///
    /// [`Denied`] if it is no directory or does not grant `--x`.
    pub fn enter(self, directory: Attrs<'a>) -> Result<Self, Denied<'a>> {
        if !directory.is_directory() {
            return Err(self.deny(Op::GetStatus, Reason::NotADirectory, directory, self.depth));
        }
        if !self.subject.is_super_user() {
            let verdict = self.evaluate(&directory, Perm::EXECUTE);
            if !verdict.is_granted() {
                let reason = Reason::Bits {
                    wanted: Perm::EXECUTE,
                    verdict,
                };
                return Err(self.deny(Op::GetStatus, reason, directory, self.depth));
            }
        }
        Ok(Self {
            depth: self.depth + 1,
            parent: Some(directory),
            ..self
        })
    }

    /// Decides an operation on a child of the last directory entered, or on the root if none was. `None` is a target that
    /// does not exist; then the last directory entered must be the nearest one that does.
    ///
    /// # Errors
    ///
    /// [`Denied`] says which inode and entry decided.
    pub fn check(self, op: Op<'a>, target: Option<Attrs<'a>>) -> Result<Permit<'a>, Denied<'a>> {
        let permit = |because| Permit {
            subject: self.subject,
            op,
            because,
        };
        if self.subject.is_super_user() {
            return Ok(permit(Because::SuperUser));
        }
        let needs = op.needs(self.dialect.operations, target.map(|t| t.kind));
        if let Some(parent) = self.parent {
            self.check_parent(op, needs, parent, target)?;
        } else if needs.parent != Perm::NONE
            && let Some(root) = target
        {
            // The root has no parent to ask: removing or moving it is nobody's.
            return Err(self.deny(op, Reason::Root, root, 0));
        }
        let Some(target) = target else {
            return Ok(permit(Because::Traversal));
        };
        match needs.who {
            Who::Anyone => {}
            Who::Owner => {
                self.check_ownership(op, target)?;
                return Ok(permit(Because::Ownership));
            }
            Who::SuperUser => {
                self.check_chown(op, target)?;
                return Ok(permit(Because::Ownership));
            }
        }
        if needs.target == Perm::NONE {
            return Ok(permit(Because::Traversal));
        }
        let verdict = self.require(op, target, self.depth, needs.target)?;
        Ok(permit(Because::Entry(verdict.class())))
    }

    /// Decides a recursive operation on one inode of the tree: the target itself and everything below it, each with the
    /// directory it is in. `empty` says whether a directory has no children. The depth of a denial is then that of the
    /// target.
    ///
    /// # Errors
    ///
    /// [`Denied`] for the inode that is in the way.
    pub fn check_below(
        self,
        op: Op<'a>,
        directory: Option<Attrs<'a>>,
        inode: Attrs<'a>,
        empty: bool,
    ) -> Result<(), Denied<'a>> {
        if self.subject.is_super_user() {
            return Ok(());
        }
        let wanted = op.needs_below(self.dialect.operations, inode.kind, empty);
        if wanted != Perm::NONE {
            self.require(op, inode, self.depth, wanted)?;
        }
        match directory {
            Some(directory) if op == Op::Delete => self.check_sticky(op, directory, inode),
            _ => Ok(()),
        }
    }

    fn check_parent(
        self,
        op: Op<'a>,
        needs: Needs,
        parent: Attrs<'a>,
        target: Option<Attrs<'a>>,
    ) -> Result<(), Denied<'a>> {
        // HDFS and the kernel look at the sticky bit and at the bits of the parent; HDFS at the sticky bit first.
        if needs.sticky
            && let Some(target) = target
        {
            self.check_sticky(op, parent, target)?;
        }
        if needs.parent != Perm::NONE {
            self.require(op, parent, self.depth.saturating_sub(1), needs.parent)?;
        }
        Ok(())
    }

    fn check_sticky(
        self,
        op: Op<'a>,
        directory: Attrs<'a>,
        inode: Attrs<'a>,
    ) -> Result<(), Denied<'a>> {
        let user = self.subject.user().as_ref();
        if self.dialect.sticky && directory.sticky && directory.owner != user && inode.owner != user
        {
            return Err(self.deny(
                op,
                Reason::Sticky {
                    parent: directory.into(),
                },
                inode,
                self.depth,
            ));
        }
        Ok(())
    }

    fn check_ownership(self, op: Op<'a>, target: Attrs<'a>) -> Result<(), Denied<'a>> {
        if target.owner != self.subject.user().as_ref() {
            return Err(self.deny(op, Reason::NotOwner, target, self.depth));
        }
        match op {
            Op::SetGroup(group)
                if self.dialect.chgrp == ChgrpRule::OwnGroups
                    && !self.subject.groups().contains(group) =>
            {
                Err(self.deny(
                    op,
                    Reason::NotMember {
                        group: group.as_str(),
                    },
                    target,
                    self.depth,
                ))
            }
            _ => Ok(()),
        }
    }

    /// Only a super user gives a file away; "changing" one's own file to oneself is no change.
    fn check_chown(self, op: Op<'a>, target: Attrs<'a>) -> Result<(), Denied<'a>> {
        let user = self.subject.user().as_ref();
        match op {
            Op::SetOwner(to) if to == user && target.owner == user => Ok(()),
            _ => Err(self.deny(op, Reason::NotSuperUser, target, self.depth)),
        }
    }

    fn require(
        self,
        op: Op<'a>,
        inode: Attrs<'a>,
        depth: usize,
        wanted: Perm,
    ) -> Result<Verdict, Denied<'a>> {
        let verdict = self.evaluate(&inode, wanted);
        if verdict.is_granted() {
            return Ok(verdict);
        }
        Err(self.deny(op, Reason::Bits { wanted, verdict }, inode, depth))
    }

    fn evaluate(self, inode: &Attrs<'a>, wanted: Perm) -> Verdict {
        inode
            .acl
            .evaluate(self.subject, inode.owner, inode.group, wanted, self.dialect)
    }

    fn deny(self, op: Op<'a>, reason: Reason<'a>, inode: Attrs<'a>, depth: usize) -> Denied<'a> {
        Denied {
            dialect: self.dialect,
            subject: self.subject,
            verb: verb(op),
            reason,
            inode: inode.into(),
            depth,
        }
    }
}
