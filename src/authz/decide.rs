//! The decision itself: what a walk asks of directories, parents, targets and trees, in which order.

use super::authorizer::Authorizer;
use super::op::{Needs, Who};
use super::site::Site;
use super::{Attrs, Because, Denied, Op, Opinion, Question, Reason, Walk};
use crate::acl::{ChgrpRule, ChownRule, Perm, Verdict};

/// What allowed an operation, in few words.
#[derive(Clone, Copy)]
pub(super) struct Granted {
    pub(super) because: Because,
    pub(super) entry: Option<GrantedBy>,
}

/// The entry that allowed it.
#[derive(Clone, Copy)]
pub(super) struct GrantedBy {
    pub(super) place: Place,
    pub(super) wanted: Perm,
    pub(super) verdict: Verdict,
}

#[derive(Clone, Copy)]
pub(super) enum Place {
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

impl<'a> Walk<'a> {
    /// An error holds what the authorizer said, for it is asked once.
    #[inline]
    pub(super) fn lets_pass(&self, directory: &Attrs<'a>) -> Result<(), Opinion> {
        if !directory.is_directory() {
            return Err(Opinion::NotDetermined);
        }
        if self.super_user {
            return Ok(());
        }
        let opinion = self.opinion(None, Some(directory));
        let passes = match opinion {
            Opinion::Allow => true,
            Opinion::Deny => false,
            // Most directories on a way are open to everybody: then it does not matter who asks.
            Opinion::NotDetermined => {
                directory.acl().grants_everybody(Perm::EXECUTE)
                    || self.evaluate(directory, Perm::EXECUTE).is_granted()
            }
        };
        if passes { Ok(()) } else { Err(opinion) }
    }

    /// Says why a directory does not let pass; apart, so that the way of those who pass stays short.
    #[cold]
    pub(super) fn deny_entry(&self, directory: Attrs<'a>, opinion: Opinion) -> Denied<'a> {
        let wanted = Perm::EXECUTE;
        let reason = if !directory.is_directory() {
            Reason::NotADirectory
        } else if opinion == Opinion::Deny {
            Reason::Authorizer { wanted }
        } else {
            let verdict = self.evaluate(&directory, wanted);
            Reason::Bits { wanted, verdict }
        };
        self.deny(None, reason, &directory, self.depth)
    }

    /// How many components of the path lead to the last directory entered.
    pub(super) const fn parent_depth(&self) -> u32 {
        self.depth.saturating_sub(1)
    }

    /// Decides, and says so in few words, from which [`check`](Self::check) makes a permit where the caller wants one.
    pub(super) fn decide(
        &self,
        op: Op<'a>,
        target: Option<&Attrs<'a>>,
    ) -> Result<Granted, Denied<'a>> {
        if self.super_user {
            if let (Op::CheckAccess(wanted), Some(target)) = (op, target)
                && !target
                    .super_user_bits(&self.policy.dialect)
                    .contains(wanted)
            {
                let verdict = self.evaluate(target, wanted);
                return Err(self.deny_bits(op, wanted, verdict, target, self.depth));
            }
            return Ok(Granted::because(Because::SuperUser));
        }
        match self.opinion(Some(op), target) {
            Opinion::Allow => return Ok(Granted::because(Because::Authorizer)),
            Opinion::Deny => {
                let needs = op.needs(&self.policy.dialect, target.map(|t| t.kind));
                let site = match (target, &self.parent) {
                    (Some(target), _) => Site::new(target, self.depth),
                    (None, Some(parent)) => Site::new(parent, self.parent_depth()),
                    (None, None) => Site::NOWHERE,
                };
                return Err(self.deny_by_authorizer(op, needs, site));
            }
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
                        let depth = self.parent_depth();
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
        if let Some(reason) = self.barred(op, needs.who, target) {
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

    /// Decides a recursive operation on an inode somewhere below its target.
    pub(super) fn check_below(
        &self,
        op: Op<'a>,
        directory: &Attrs<'a>,
        inode: &Attrs<'a>,
        filled: bool,
    ) -> Result<(), Denied<'a>> {
        if self.super_user {
            return Ok(());
        }
        let needs = op.needs_in_tree(&self.policy.dialect, inode.kind, filled, false);
        match self.opinion(Some(op), Some(inode)) {
            Opinion::Allow => return Ok(()),
            Opinion::Deny => {
                let site = Site::new(inode, Site::OF_PATH);
                return Err(self.deny_by_authorizer(op, needs, site));
            }
            Opinion::NotDetermined => {}
        }
        self.require(op, needs, inode, Site::OF_PATH)?;
        match self.sticky(directory, inode) {
            Some(reason) if op == Op::Delete => {
                Err(self.deny(Some(op), reason, inode, Site::OF_PATH))
            }
            _ => Ok(()),
        }
    }

    /// Asks for all that an inode of a tree must grant.
    pub(super) fn require(
        &self,
        op: Op<'a>,
        needs: Needs,
        inode: &Attrs<'a>,
        depth: u32,
    ) -> Result<(), Denied<'a>> {
        if let Some(reason) = self.barred(op, needs.who, inode) {
            return Err(self.deny(Some(op), reason, inode, depth));
        }
        for wanted in needs.target {
            let verdict = self.evaluate(inode, wanted);
            if !verdict.is_granted() {
                return Err(self.deny_bits(op, wanted, verdict, inode, depth));
            }
        }
        Ok(())
    }

    /// What is against an operation that not everybody may do.
    fn barred(&self, op: Op<'a>, who: Who, target: &Attrs<'a>) -> Option<Reason<'a>> {
        match who {
            Who::Anyone => None,
            Who::Owner => self.ownership(op, target),
            Who::SuperUser => self.chown(op, target),
        }
    }

    /// What a sticky directory has against removing or moving an inode in it.
    fn sticky(&self, directory: &Attrs<'a>, inode: &Attrs<'a>) -> Option<Reason<'a>> {
        let user = self.subject.user().as_ref();
        let protected = self.policy.dialect.sticky && directory.is_sticky();
        (protected && !directory.owner.is_person(user) && !inode.owner.is_person(user)).then(|| {
            Reason::Sticky {
                parent: Site::new(directory, 0).shown(),
            }
        })
    }

    /// What is against changing what only the owner may change.
    fn ownership(&self, op: Op<'a>, target: &Attrs<'a>) -> Option<Reason<'a>> {
        if !target.owner.is_person(self.subject.user().as_ref()) {
            return Some(Reason::NotOwner);
        }
        let Op::SetGroup(group) = op else {
            return None;
        };
        let allowed = match self.policy.dialect.chgrp {
            ChgrpRule::AnyGroup => true,
            ChgrpRule::OwnGroupsOrSame if group == target.group => true,
            ChgrpRule::OwnGroups | ChgrpRule::OwnGroupsOrSame => {
                self.subject.groups().contains(group)
            }
        };
        if allowed {
            return None;
        }
        let group = group.as_str();
        Some(Reason::NotMember { group })
    }

    /// Only a super user gives a file away.
    fn chown(&self, op: Op<'a>, target: &Attrs<'a>) -> Option<Reason<'a>> {
        let user = self.subject.user().as_ref();
        match (op, self.policy.dialect.chown) {
            (Op::SetOwner(to), ChownRule::OwnerToSame)
                if to == user && target.owner.is_person(user) =>
            {
                None
            }
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
            &self.policy.dialect,
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
    fn deny_by_authorizer(&self, op: Op<'a>, needs: Needs, site: Site<'a>) -> Denied<'a> {
        let wanted = needs.target[0].union(needs.target[1]).union(needs.parent);
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
