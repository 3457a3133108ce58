//! The rules of one service: its dialect, its super users, perhaps an outside authorizer.

use super::authorizer::Authorizer;
use super::{Attrs, Denied, Op, Opinion, Permit, Question, Walk};
use crate::acl::{Dialect, Perm};
use crate::identity::{GroupName, Groups, Subject, UserName};

/// Decides. Immutable once built; share it behind an `Arc` and replace it whole.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(super) dialect: Dialect,
    pub(super) authorizer: Option<Authorizer>,
    super_users: Vec<UserName>,
    super_groups: Vec<GroupName>,
}

impl Policy {
    /// A policy without super users: not even `root` is one unless named. Alluxio takes the owner of the root inode; name
    /// that user.
    #[must_use]
    pub const fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            authorizer: None,
            super_users: Vec::new(),
            super_groups: Vec::new(),
        }
    }

    /// Makes `user` a super user: every check passes. The unnamed user never is one.
    #[must_use]
    pub fn with_super_user(mut self, user: UserName) -> Self {
        self.super_users.push(user);
        self
    }

    /// Makes all members of `group` super users. There may be several such groups.
    #[must_use]
    pub fn with_super_group(mut self, group: GroupName) -> Self {
        self.super_groups.push(group);
        self
    }

    /// Asks `authorizer` first, as HDFS asks Ranger: it may allow or deny whatever the ACLs say, or leave it to them. It must
    /// answer from memory, for it is called under the caller's locks; a wrong `Allow` bypasses every other check.
    ///
    /// ```
    /// use bailiwick::acl::Dialect;
    /// use bailiwick::authz::{Opinion, Policy};
    ///
    /// let policy = Policy::new(Dialect::HDFS).with_authorizer(|question| match question.path {
    ///     Some(path) if path.starts_with("/frozen/") && question.op.is_some() => Opinion::Deny,
    ///     _ => Opinion::NotDetermined,
    /// });
    /// # let _ = policy;
    /// ```
    #[must_use]
    pub fn with_authorizer(
        mut self,
        authorizer: impl Fn(&Question<'_>) -> Opinion + Send + Sync + 'static,
    ) -> Self {
        self.authorizer = Some(Authorizer::new(authorizer));
        self
    }

    /// The dialect it decides in.
    #[must_use]
    pub const fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Looks whether the subject is a super user here. A subject that another policy admitted is judged anew.
    #[must_use]
    pub fn admit(&self, subject: Subject) -> Subject {
        let super_user = self.names_super_user(&subject);
        subject.with_super_user(super_user)
    }

    /// Apart, so that a walk stays small enough to be inlined.
    #[inline(never)]
    fn names_super_user(&self, subject: &Subject) -> bool {
        let named = !subject.user().is_unnamed();
        named && (self.names_user(subject.user()) || self.names_group(subject.groups()))
    }

    pub(super) fn names_user(&self, user: &UserName) -> bool {
        self.super_users.contains(user)
    }

    pub(super) fn names_group(&self, groups: &Groups) -> bool {
        let mut names = self.super_groups.iter();
        names.any(|group| groups.contains(group.as_ref()))
    }

    /// Whether the subject was admitted as a super user, and is one by this policy too: a subject outlives a policy that was
    /// replaced, and a service may have several.
    #[inline]
    fn is_super_user(&self, subject: &Subject) -> bool {
        subject.is_super_user() && self.names_super_user(subject)
    }

    /// Starts a walk from above the root. A super user is who was admitted as one and is named by this policy.
    #[inline]
    pub fn walk<'a>(&'a self, subject: &'a Subject) -> Walk<'a> {
        Walk::start(self, subject, self.is_super_user(subject))
    }

    /// Decides an operation on a whole path at once: the inodes of `way` are the directories from the root to the parent, or
    /// to the nearest one that exists.
    ///
    /// # Errors
    ///
    /// [`Denied`] says which inode and entry decided.
    #[inline]
    pub fn check_path<'a>(
        &'a self,
        subject: &'a Subject,
        op: Op<'a>,
        way: &[Attrs<'a>],
        target: Option<Attrs<'a>>,
    ) -> Result<Permit<'a>, Denied<'a>> {
        let walk = self.walk(subject).enter_all(way.iter().copied())?;
        walk.check(op, target)
    }

    /// Every bit that the inode grants the subject, each asked for alone (Alluxio's `getPermission`). Where one group entry
    /// must suffice, it may hold bits that the subject cannot have at once.
    #[must_use]
    pub fn effective(&self, subject: &Subject, inode: Attrs<'_>) -> Perm {
        if self.is_super_user(subject) {
            return inode.super_user_bits(&self.dialect);
        }
        inode
            .acl()
            .evaluate(subject, inode.owner, inode.group, Perm::NONE, &self.dialect)
            .effective_bits()
    }
}
