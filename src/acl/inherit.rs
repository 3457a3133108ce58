//! What a new inode gets from its parent directory, the requested mode and the umask.

use super::{Dialect, Kind, Mode, Perm, Protection, UmaskUnderDefault};

impl Protection {
    /// The protection of a new child of this directory.
    ///
    /// `requested` is the mode that the creator asked for, before any umask. Without a default ACL the child gets
    /// `requested` less `umask`. With one it inherits the list, filtered by the requested mode: owner and other by their
    /// bits, and the mask (or the owning group, where there is no mask) by the group bits; a directory inherits the default
    /// ACL as its own too. Whether the umask counts there is the dialect's [`UmaskUnderDefault`].
    ///
    /// POSIX.1e 23.3.1, HDFS `AclStorage.copyINodeDefaultAcl`, Alluxio `DefaultAccessControlList.generateChild…ACL`.
    #[must_use]
    pub fn child(&self, kind: Kind, requested: Mode, umask: Mode, dialect: &Dialect) -> Self {
        let masked = requested.without(umask);
        let sticky = requested.sticky() && dialect.sticky;
        let Some(default) = &self.default else {
            return Self {
                sticky,
                ..Self::from(masked)
            };
        };
        let filter = match dialect.umask_under_default {
            UmaskUnderDefault::Applied => masked,
            UmaskUnderDefault::Ignored => requested,
        };
        let group = if default.is_extended() {
            default.group()
        } else {
            default.group() & filter.group()
        };
        let mask = default.mask().unwrap_or(Perm::NONE) & filter.group();
        Self {
            access: default.with_bits(
                default.owner() & filter.owner(),
                group,
                default.other() & filter.other(),
                mask,
            ),
            default: (kind == Kind::Directory).then(|| default.clone()),
            sticky,
        }
    }
}
