//! A denial: what stood in the way.

use super::explain::Explanation;
use super::message::Message;
use super::site::{Shown, Site};
use crate::acl::{AclSpec, Class, Dialect, Entry, MessageForm, Perm, Scope, Tag, Verdict};
use crate::identity::Subject;

/// What stood in the way.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Reason<'a> {
    /// The inode's ACL does not grant these bits.
    #[non_exhaustive]
    Bits {
        /// What was asked for.
        wanted: Perm,
        /// Which entry decided, and how.
        verdict: Verdict,
    },
    /// The directory is sticky, and the subject owns neither it nor the inode.
    #[non_exhaustive]
    Sticky {
        /// The directory.
        parent: Shown<'a>,
    },
    /// Only the owner may.
    NotOwner,
    /// Only a super user may.
    NotSuperUser,
    /// The owner is not in the group that the file should get.
    #[non_exhaustive]
    NotMember {
        /// The group.
        group: &'a str,
    },
    /// The outside authorizer says no.
    #[non_exhaustive]
    Authorizer {
        /// What the ACLs would have been asked for.
        wanted: Perm,
    },
    /// A path leads through something that is no directory.
    NotADirectory,
    /// The root can be neither removed nor moved.
    Root,
    /// The walk was asked about something that does not exist before it had entered any directory.
    NothingEntered,
}

/// A denied operation. `Copy` and made without allocation; borrowed from the inode that decided, so render it before the
/// service lets its lock go.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Denied<'a> {
    pub(super) dialect: &'a Dialect,
    pub(super) subject: &'a Subject,
    /// The operation.
    pub(super) verb: &'static str,
    pub(super) reason: Reason<'a>,
    pub(super) site: Site<'a>,
}

impl<'a> Denied<'a> {
    /// What stood in the way.
    #[must_use]
    pub const fn reason(&self) -> Reason<'a> {
        self.reason
    }

    /// Which inode of the path decided: 0 is the root. `None` is one that a [`Subtree`](super::Subtree) was shown: its path
    /// is the caller's to know.
    #[must_use]
    pub const fn depth(&self) -> Option<usize> {
        match self.site.depth {
            Site::OF_PATH => None,
            depth => Some(depth as usize),
        }
    }

    /// Owner, group and mode of the inode that decided.
    #[must_use]
    pub const fn inode(&self) -> Shown<'a> {
        self.site.shown()
    }

    /// The denial in the words of the dialect's upstream, which its clients may parse. `path` is the absolute path that was
    /// asked for, or that of the inode that a [`Subtree`](super::Subtree) was shown.
    #[must_use]
    pub const fn message<'p>(&self, path: &'p str) -> Message<'a, 'p> {
        self.message_as(self.dialect.messages, path)
    }

    /// The denial in the words of the upstream that a service's clients know, whatever its dialect.
    #[must_use]
    pub const fn message_as<'p>(&self, form: MessageForm, path: &'p str) -> Message<'a, 'p> {
        Message {
            denied: *self,
            form,
            path,
        }
    }

    /// The denial in words for the person who must mend it: inode, entry, mask, effective bits, and what would have to
    /// change.
    #[must_use]
    pub const fn explain<'p>(&self, path: &'p str) -> Explanation<'a, 'p> {
        Explanation::of_denied(*self, path)
    }

    /// The entries that would have to be in the inode's ACL, for [`Protection::modify`](crate::acl::Protection::modify), if the
    /// ACL is what stood in the way: the least that gives the subject what it asked for and takes nothing from it. Whom the
    /// mask limited besides may get more, where it is widened; that is why the mask is named.
    #[must_use]
    pub fn remedy(&self) -> Option<AclSpec> {
        let Reason::Bits { wanted, verdict } = self.reason else {
            return None;
        };
        let entry = |tag, perm| Entry {
            scope: Scope::Access,
            tag,
            perm,
        };
        // An entry for nobody would be the owner's.
        if self.subject.user().is_unnamed() {
            return None;
        }
        if verdict.class() == Class::Owner {
            return AclSpec::new([entry(Tag::Owner, verdict.entry_bits() | wanted)]).ok();
        }
        let bits = match verdict.class() {
            Class::NamedUser => verdict.entry_bits(),
            _ => verdict.effective_bits(),
        };
        let own = entry(Tag::User(self.subject.user().clone()), bits | wanted);
        let mask = self
            .site
            .extended
            .map(|extended| entry(Tag::Mask, extended.mask | verdict.effective_bits() | wanted));
        AclSpec::new([own].into_iter().chain(mask)).ok()
    }

    pub(super) const fn wanted(&self) -> Perm {
        match self.reason {
            Reason::Bits { wanted, .. } | Reason::Authorizer { wanted } => wanted,
            _ => Perm::NONE,
        }
    }
}
