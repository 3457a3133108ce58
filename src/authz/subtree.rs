//! A recursive operation, allowed on the root of its tree and asked inode by inode below.

use super::{Attrs, Denied, Permit, Walk};

/// Decides on what is below the target of a recursive operation; from [`Walk::check_tree`]. `Copy`, like the walk.
///
/// A delete and a content summary have rules for trees ([`DeleteTree`](crate::acl::DeleteTree)). Any other operation, such as
/// a recursive chmod, must be allowed on every inode; what it needs of a directory alone, as a rename does, is asked for the
/// target and not below it.
///
/// Whether a service asks about every inode before it changes any (all or nothing, as HDFS) or does what it may and reports
/// the rest (Alluxio) is the service's to say.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Subtree<'a> {
    walk: Walk<'a>,
    permit: Permit<'a>,
}

impl<'a> Subtree<'a> {
    pub(super) const fn new(walk: Walk<'a>, permit: Permit<'a>) -> Self {
        Self { walk, permit }
    }

    /// The permit for the target itself, of use once everything below it has been checked.
    pub const fn permit(self) -> Permit<'a> {
        self.permit
    }

    /// Tells the policy's outside authorizer, if it has one, which inode of the tree is meant, as [`Walk::along`] does.
    pub const fn along(self, path: &'a str) -> Self {
        Self {
            walk: self.walk.along(path),
            ..self
        }
    }

    /// Decides on one inode below the target, which is in `directory`. `filled` says whether it is a directory with something
    /// in it. Show a denial the path of that inode.
    ///
    /// # Errors
    ///
    /// [`Denied`] for an inode that is in the way.
    pub fn check(
        self,
        directory: Attrs<'a>,
        inode: Attrs<'a>,
        filled: bool,
    ) -> Result<(), Denied<'a>> {
        self.walk
            .check_below(self.permit.op(), &directory, &inode, filled)
    }
}
