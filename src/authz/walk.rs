//! The way from the root to a target, checked directory by directory under the caller's own locks.

use super::authorizer::Authorizer;
use super::denied::{Denied, Reason};
use super::op::Who;
use super::site::Site;
use super::{Attrs, Because, Op, Opinion, Permit, Policy, Question, Subtree};
use crate::acl::{ChgrpRule, Perm, Verdict};
use crate::identity::Subject;

/// What allowed an operation, in few words.
#[derive(Clone, Copy)]
struct Granted {
    because: Because,
    entry: Option<GrantedBy>,
}

/// The entry that allowed it.
#[derive(Clone, Copy)]
struct GrantedBy {
    place: Place,
    wanted: Perm,
    verdict: Verdict,
}

#[derive(Clone, Copy)]
enum Place {
    Parent,
    Target,
}

impl Granted {
    const fn because(because: Because) -> Self {
        Self {
            because,
            entry: None,
        }
    }

    const fn by(place: Place, wanted: Perm, verdict: Verdict) -> Self {
        Self {
            because: Because::Entry(verdict.class()),
            entry: Some(GrantedBy {
                place,
                wanted,
                verdict,
            }),
        }
    }
}

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
            if !self.lets_pass(&directory) {
                return Err(self.deny_entry(directory));
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

    #[inline]
    fn lets_pass(&self, directory: &Attrs<'a>) -> bool {
        if !directory.is_directory() {
            return false;
        }
        if self.subject.is_super_user() {
            return true;
        }
        match self.opinion(None, Some(directory)) {
            Opinion::Allow => true,
            Opinion::Deny => false,
            // Most directories on a way are open to everybody: then it does not matter who asks.
            Opinion::NotDetermined => {
                directory.acl().grants_everybody(Perm::EXECUTE)
                    || self.evaluate(directory, Perm::EXECUTE).is_granted()
            }
        }
    }

    /// Says why a directory does not let pass; apart, so that the way of those who pass stays short.
    #[cold]
    fn deny_entry(&self, directory: Attrs<'a>) -> Denied<'a> {
        let wanted = Perm::EXECUTE;
        let verdict = self.evaluate(&directory, wanted);
        let reason = if !directory.is_directory() {
            Reason::NotADirectory
        } else if verdict.is_granted() || self.opinion(None, Some(&directory)) == Opinion::Deny {
            Reason::Authorizer { wanted }
        } else {
            Reason::Bits { wanted, verdict }
        };
        self.deny(None, reason, &directory, self.depth)
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
                Place::Parent => (self.parent.as_ref()?, self.depth - 1),
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

    /// Decides, and says so in few words, from which [`check`](Self::check) makes a permit where the caller wants one.
    fn decide(&self, op: Op<'a>, target: Option<&Attrs<'a>>) -> Result<Granted, Denied<'a>> {
        if self.subject.is_super_user() {
            return Ok(Granted::because(Because::SuperUser));
        }
        match self.opinion(Some(op), target) {
            Opinion::Allow => return Ok(Granted::because(Because::Authorizer)),
            Opinion::Deny => return Err(self.deny_by_authorizer(op, target)),
            Opinion::NotDetermined => {}
        }
        let needs = op.needs(&self.policy.dialect, target.map(|t| t.kind));
        let mut granted = Granted::because(Because::Traversal);
        match (&self.parent, target) {
            (Some(parent), _) => {
                // HDFS and the kernel look at the sticky bit and at the bits of the parent; HDFS at the sticky bit first.
                if needs.sticky
                    && let Some(target) = target
                    && let Some(reason) = self.sticky(parent, target)
                {
                    return Err(self.deny(Some(op), reason, target, self.depth));
                }
                if needs.parent != Perm::NONE {
                    let verdict = self.evaluate(parent, needs.parent);
                    if !verdict.is_granted() {
                        let depth = self.depth.saturating_sub(1);
                        return Err(self.deny_bits(op, needs.parent, verdict, parent, depth));
                    }
                    granted = Granted::by(Place::Parent, needs.parent, verdict);
                }
            }
            // The root has no parent to ask: removing or moving it is nobody's.
            (None, Some(root)) if needs.parent != Perm::NONE => {
                return Err(self.deny(Some(op), Reason::Root, root, 0));
            }
            (None, Some(_)) => {}
            (None, None) => {
                return Err(self.deny_at(Some(op), Reason::NothingEntered, Site::NOWHERE));
            }
        }
        let Some(target) = target else {
            return Ok(granted);
        };
        let barred = match needs.who {
            Who::Anyone => None,
            Who::Owner => self.ownership(op, target),
            Who::SuperUser => self.chown(op, target),
        };
        if let Some(reason) = barred {
            return Err(self.deny(Some(op), reason, target, self.depth));
        }
        if needs.who != Who::Anyone {
            return Ok(Granted::because(Because::Ownership));
        }
        for wanted in needs.target {
            if wanted != Perm::NONE {
                let verdict = self.evaluate(target, wanted);
                if !verdict.is_granted() {
                    return Err(self.deny_bits(op, wanted, verdict, target, self.depth));
                }
                granted = Granted::by(Place::Target, wanted, verdict);
            }
        }
        Ok(granted)
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
            self.require_all(op, needs, &target, self.depth)?;
        }
        Ok(Subtree::new(self, permit))
    }

    /// Decides a recursive operation on an inode somewhere below its target.
    pub(super) fn check_below(
        &self,
        op: Op<'a>,
        directory: &Attrs<'a>,
        inode: &Attrs<'a>,
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
        let needs = op.needs_in_tree(&self.policy.dialect, inode.kind, filled, false);
        self.require_all(op, needs, inode, Site::OF_PATH)?;
        match self.sticky(directory, inode) {
            Some(reason) if op == Op::Delete => {
                Err(self.deny(Some(op), reason, inode, Site::OF_PATH))
            }
            _ => Ok(()),
        }
    }

    fn require_all(
        &self,
        op: Op<'a>,
        needs: [Perm; 2],
        inode: &Attrs<'a>,
        depth: u32,
    ) -> Result<(), Denied<'a>> {
        for wanted in needs {
            let verdict = self.evaluate(inode, wanted);
            if !verdict.is_granted() {
                return Err(self.deny_bits(op, wanted, verdict, inode, depth));
            }
        }
        Ok(())
    }

    /// What a sticky directory has against removing or moving an inode in it.
    fn sticky(&self, directory: &Attrs<'a>, inode: &Attrs<'a>) -> Option<Reason<'a>> {
        let user = self.subject.user().as_ref();
        let protected = self.policy.dialect.sticky && directory.is_sticky();
        (protected && directory.owner != user && inode.owner != user).then(|| Reason::Sticky {
            parent: Site::new(directory, 0).shown(),
        })
    }

    /// What is against changing what only the owner may change.
    fn ownership(&self, op: Op<'a>, target: &Attrs<'a>) -> Option<Reason<'a>> {
        if target.owner != self.subject.user().as_ref() {
            return Some(Reason::NotOwner);
        }
        match op {
            Op::SetGroup(group)
                if self.policy.dialect.chgrp == ChgrpRule::OwnGroups
                    && !self.subject.groups().contains(group) =>
            {
                let group = group.as_str();
                Some(Reason::NotMember { group })
            }
            _ => None,
        }
    }

    /// Only a super user gives a file away; "changing" one's own file to oneself is no change.
    fn chown(&self, op: Op<'a>, target: &Attrs<'a>) -> Option<Reason<'a>> {
        let user = self.subject.user().as_ref();
        match op {
            Op::SetOwner(to) if to == user && target.owner == user => None,
            _ => Some(Reason::NotSuperUser),
        }
    }

    #[inline]
    fn evaluate(&self, inode: &Attrs<'a>, wanted: Perm) -> Verdict {
        inode.acl().evaluate(
            self.subject,
            inode.owner,
            inode.group,
            wanted,
            self.policy.dialect.matching_groups,
        )
    }

    #[inline]
    fn opinion(&self, op: Option<Op<'a>>, inode: Option<&Attrs<'a>>) -> Opinion {
        match &self.policy.authorizer {
            None => Opinion::NotDetermined,
            Some(authorizer) => self.ask(authorizer, op, inode.copied()),
        }
    }

    #[cold]
    fn ask(
        &self,
        authorizer: &Authorizer,
        op: Option<Op<'a>>,
        inode: Option<Attrs<'a>>,
    ) -> Opinion {
        authorizer.ask(&Question {
            subject: self.subject,
            op,
            inode,
            path: self.path,
            depth: self.depth as usize,
        })
    }

    #[cold]
    fn deny_by_authorizer(&self, op: Op<'a>, target: Option<&Attrs<'a>>) -> Denied<'a> {
        let needs = op.needs(&self.policy.dialect, target.map(|t| t.kind));
        let wanted = needs.target[0].union(needs.target[1]).union(needs.parent);
        let site = match (target, &self.parent) {
            (Some(target), _) => Site::new(target, self.depth),
            (None, Some(parent)) => Site::new(parent, self.depth.saturating_sub(1)),
            (None, None) => Site::NOWHERE,
        };
        self.deny_at(Some(op), Reason::Authorizer { wanted }, site)
    }

    #[cold]
    fn deny_bits(
        &self,
        op: Op<'a>,
        wanted: Perm,
        verdict: Verdict,
        inode: &Attrs<'a>,
        depth: u32,
    ) -> Denied<'a> {
        self.deny(Some(op), Reason::Bits { wanted, verdict }, inode, depth)
    }

    #[cold]
    fn deny(
        &self,
        op: Option<Op<'a>>,
        reason: Reason<'a>,
        inode: &Attrs<'a>,
        depth: u32,
    ) -> Denied<'a> {
        self.deny_at(op, reason, Site::new(inode, depth))
    }

    fn deny_at(&self, op: Option<Op<'a>>, reason: Reason<'a>, site: Site<'a>) -> Denied<'a> {
        Denied {
            dialect: &self.policy.dialect,
            subject: self.subject,
            verb: op.map_or("pass through to", Op::verb),
            reason,
            site,
        }
    }
}
