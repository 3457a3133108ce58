//! A second opinion from outside, as Apache Ranger gives one to HDFS: it may allow, deny, or leave it to the ACLs.

use std::fmt;
use std::sync::Arc;

use super::{Attrs, Op};
use crate::identity::Subject;

/// What an outside authorizer thinks of a [`Question`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
#[expect(
    clippy::exhaustive_enums,
    reason = "the three answers of an authorizer"
)]
pub enum Opinion {
    /// Allowed, whatever permissions, ACLs, ownership and sticky bits say.
    Allow,
    /// Denied, whatever they say.
    Deny,
    /// No rule applies: permissions and ACLs decide.
    NotDetermined,
}

/// What an outside authorizer is asked: once for each directory passed through, once for each operation, and once for each
/// inode of a tree.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Question<'a> {
    /// Who asks. Super users are never asked about.
    pub subject: &'a Subject,
    /// What for; `None` is to pass through a directory on the way.
    pub op: Option<Op<'a>>,
    /// The inode, if it exists.
    pub inode: Option<Attrs<'a>>,
    /// The path that [`Walk::along`](super::Walk::along) was given: on the way, that of the goal and not of the directory. In a
    /// tree, what [`Subtree::along`](super::Subtree::along) was given, else that of the tree's root.
    pub path: Option<&'a str>,
    /// How many components of the path lead to the inode: 0 is the root. In a tree, to the tree's root.
    pub depth: usize,
}

type Ask = dyn Fn(&Question<'_>) -> Opinion + Send + Sync;

/// The outside authorizer of a policy: a function.
///
/// It is called on the caller's thread, under the caller's locks, so it must answer from memory: no waiting, no I/O. One that
/// has lost its source of rules answers from those it last had, or denies.
#[derive(Clone)]
pub(super) struct Authorizer(Arc<Ask>);

impl Authorizer {
    pub(super) fn new(ask: impl Fn(&Question<'_>) -> Opinion + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }

    pub(super) fn ask(&self, question: &Question<'_>) -> Opinion {
        (self.0)(question)
    }
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorizer")
    }
}
