//! The way from the root to a target, checked directory by directory under the caller's own locks.

use super::denied::{Denied, Reason};
use super::op::{Needs, Who};
use super::site::Site;
use super::{Attrs, Because, Op, Opinion, Permit, Policy, Question, Subtree};
use crate::acl::{ChgrpRule, Perm, Verdict};
use crate::identity::Subject;

/// How far a subject has come. `Copy`: one walk to a directory serves the checks of everything in it.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Walk<'a> {
    policy: &'a Policy,
    subject: &'a Subject,
    depth: u32,
    parent: Option<Attrs<'a>>,
    path: Option<&'a str>,
}

impl<'a> Walk<'a> {
    pub(super) const fn start(policy: &'a Policy, subject: &'a Subject) -> Self {
        Self {
            policy,
            subject,
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
        if !directory.is_directory() {
            let site = Site::new(&directory, self.depth);
            return Err(self.deny(None, Reason::NotADirectory, site));
        }
        if !self.subject.is_super_user() {
            match self.opinion(None, Some(directory)) {
                Opinion::Allow => {}
                Opinion::Deny => {
                    let reason = Reason::Authorizer {
                        wanted: Perm::EXECUTE,
                    };
                    return Err(self.deny(None, reason, Site::new(&directory, self.depth)));
                }
                Opinion::NotDetermined => {
                    self.require(None, directory, self.depth, Perm::EXECUTE)?;
                }
            }
        }
        Ok(Self {
            depth: self.depth + 1,
            parent: Some(directory),
            ..self
        })
    }

    /// Passes through several directories, one after the other.
    ///
    /// # Errors
    ///
    /// As [`enter`](Self::enter), for the first that is in the way.
    #[inline]
    pub fn enter_all(
        self,
        directories: impl IntoIterator<Item = Attrs<'a>>,
    ) -> Result<Self, Denied<'a>> {
        directories.into_iter().try_fold(self, Self::enter)
    }

    /// Decides an operation on a child of the last directory entered, or on the root if none was. `None` is a target that
    /// does not exist; then the last directory entered must be the nearest one that does.
    ///
    /// # Errors
    ///
    /// [`Denied`] says which inode and entry decided.
    #[inline]
    pub fn check(self, op: Op<'a>, target: Option<Attrs<'a>>) -> Result<Permit<'a>, Denied<'a>> {
        if self.subject.is_super_user() {
            if let (Op::CheckAccess(wanted), Some(target)) = (op, target)
                && !target
                    .super_user_bits(&self.policy.dialect)
                    .contains(wanted)
            {
                self.require(Some(op), target, self.depth, wanted)?;
            }
            return Ok(self.permit(op, Because::SuperUser));
        }
        match self.opinion(Some(op), target) {
            Opinion::Allow => return Ok(self.permit(op, Because::Authorizer)),
            Opinion::Deny => return Err(self.deny_by_authorizer(op, target)),
            Opinion::NotDetermined => {}
        }
        let needs = op.needs(&self.policy.dialect, target.as_ref().map(|t| t.kind));
        let mut permit = self.permit(op, Because::Traversal);
        match (self.parent, target) {
            (Some(parent), _) => self.check_parent(op, needs, parent, target, &mut permit)?,
            // The root has no parent to ask: removing or moving it is nobody's.
            (None, Some(root)) if needs.parent != Perm::NONE => {
                return Err(self.deny(Some(op), Reason::Root, Site::new(&root, 0)));
            }
            (None, Some(_)) => {}
            (None, None) => return Err(self.deny(Some(op), Reason::NothingEntered, Site::NOWHERE)),
        }
        let Some(target) = target else {
            return Ok(permit);
        };
        match needs.who {
            Who::Anyone => {}
            Who::Owner => self.check_ownership(op, target)?,
            Who::SuperUser => self.check_chown(op, target)?,
        }
        if needs.who != Who::Anyone {
            permit.because = Because::Ownership;
            return Ok(permit);
        }
        for wanted in needs.target {
            if wanted != Perm::NONE {
                let verdict = self.require(Some(op), target, self.depth, wanted)?;
                permit.grant(wanted, verdict, Site::new(&target, self.depth));
            }
        }
        Ok(permit)
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
        let subtree = Subtree::new(self, permit);
        // What lets a subject pass without looking at the tree's root does not make it look there now.
        if !matches!(permit.because, Because::SuperUser | Because::Authorizer) {
            for wanted in op.needs_in_tree(&self.policy.dialect, target.kind, filled, true) {
                if wanted != Perm::NONE {
                    self.require(Some(op), target, self.depth, wanted)?;
                }
            }
        }
        Ok(subtree)
    }

    /// Decides a recursive operation on an inode somewhere below its target.
    pub(super) fn check_below(
        self,
        op: Op<'a>,
        directory: Attrs<'a>,
        inode: Attrs<'a>,
        filled: bool,
    ) -> Result<(), Denied<'a>> {
        if self.subject.is_super_user() {
            return Ok(());
        }
        match self.opinion(Some(op), Some(inode)) {
            Opinion::Allow => return Ok(()),
            Opinion::Deny => return Err(self.deny_by_authorizer(op, Some(inode))),
            Opinion::NotDetermined => {}
        }
        for wanted in op.needs_in_tree(&self.policy.dialect, inode.kind, filled, false) {
            if wanted != Perm::NONE {
                self.require(Some(op), inode, Site::OF_PATH, wanted)?;
            }
        }
        if op == Op::Delete {
            self.check_sticky(op, directory, inode, Site::OF_PATH)?;
        }
        Ok(())
    }

    fn check_parent(
        self,
        op: Op<'a>,
        needs: Needs,
        parent: Attrs<'a>,
        target: Option<Attrs<'a>>,
        permit: &mut Permit<'a>,
    ) -> Result<(), Denied<'a>> {
        // HDFS and the kernel look at the sticky bit and at the bits of the parent; HDFS at the sticky bit first.
        if needs.sticky
            && let Some(target) = target
        {
            self.check_sticky(op, parent, target, self.depth)?;
        }
        if needs.parent != Perm::NONE {
            let depth = self.depth.saturating_sub(1);
            let verdict = self.require(Some(op), parent, depth, needs.parent)?;
            permit.grant(needs.parent, verdict, Site::new(&parent, depth));
        }
        Ok(())
    }

    fn check_sticky(
        self,
        op: Op<'a>,
        directory: Attrs<'a>,
        inode: Attrs<'a>,
        depth: u32,
    ) -> Result<(), Denied<'a>> {
        let user = self.subject.user().as_ref();
        let protected = self.policy.dialect.sticky && directory.sticky;
        if protected && directory.owner != user && inode.owner != user {
            let parent = Site::new(&directory, depth).shown();
            let reason = Reason::Sticky { parent };
            return Err(self.deny(Some(op), reason, Site::new(&inode, depth)));
        }
        Ok(())
    }

    fn check_ownership(self, op: Op<'a>, target: Attrs<'a>) -> Result<(), Denied<'a>> {
        let site = Site::new(&target, self.depth);
        if target.owner != self.subject.user().as_ref() {
            return Err(self.deny(Some(op), Reason::NotOwner, site));
        }
        let Op::SetGroup(group) = op else {
            return Ok(());
        };
        let allowed = match self.policy.dialect.chgrp {
            ChgrpRule::AnyGroup => true,
            ChgrpRule::OwnGroupsOrSame if group == target.group => true,
            ChgrpRule::OwnGroups | ChgrpRule::OwnGroupsOrSame => {
                self.subject.groups().contains(group)
            }
        };
        if allowed {
            return Ok(());
        }
        let group = group.as_str();
        Err(self.deny(Some(op), Reason::NotMember { group }, site))
    }

    /// Only a super user gives a file away; "changing" one's own file to oneself is no change.
    fn check_chown(self, op: Op<'a>, target: Attrs<'a>) -> Result<(), Denied<'a>> {
        let user = self.subject.user().as_ref();
        match op {
            Op::SetOwner(to) if to == user && target.owner == user => Ok(()),
            _ => {
                let site = Site::new(&target, self.depth);
                Err(self.deny(Some(op), Reason::NotSuperUser, site))
            }
        }
    }

    #[inline]
    fn require(
        self,
        op: Option<Op<'a>>,
        inode: Attrs<'a>,
        depth: u32,
        wanted: Perm,
    ) -> Result<Verdict, Denied<'a>> {
        let verdict = inode.acl.evaluate(
            self.subject,
            inode.owner,
            inode.group,
            wanted,
            &self.policy.dialect,
        );
        if verdict.is_granted() {
            return Ok(verdict);
        }
        let reason = Reason::Bits { wanted, verdict };
        Err(self.deny(op, reason, Site::new(&inode, depth)))
    }

    #[inline]
    fn opinion(self, op: Option<Op<'a>>, inode: Option<Attrs<'a>>) -> Opinion {
        let Some(authorizer) = &self.policy.authorizer else {
            return Opinion::NotDetermined;
        };
        authorizer.ask(&Question {
            subject: self.subject,
            op,
            inode,
            path: self.path,
            depth: self.depth as usize,
        })
    }

    const fn permit(self, op: Op<'a>, because: Because) -> Permit<'a> {
        Permit {
            subject: self.subject,
            op,
            because,
            granted: None,
        }
    }

    #[cold]
    fn deny_by_authorizer(self, op: Op<'a>, target: Option<Attrs<'a>>) -> Denied<'a> {
        let needs = op.needs(&self.policy.dialect, target.map(|t| t.kind));
        let wanted = needs.target[0].union(needs.target[1]).union(needs.parent);
        let site = match (&target, &self.parent) {
            (Some(target), _) => Site::new(target, self.depth),
            (None, Some(parent)) => Site::new(parent, self.depth.saturating_sub(1)),
            (None, None) => Site::NOWHERE,
        };
        self.deny(Some(op), Reason::Authorizer { wanted }, site)
    }

    #[cold]
    fn deny(self, op: Option<Op<'a>>, reason: Reason<'a>, site: Site<'a>) -> Denied<'a> {
        Denied {
            dialect: &self.policy.dialect,
            subject: self.subject,
            verb: op.map_or("pass through to", Op::verb),
            reason,
            site,
        }
    }
}
