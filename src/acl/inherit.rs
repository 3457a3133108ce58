//! What a new inode gets from its parent directory, the requested mode and the umask.

use super::{Dialect, Kind, Mode, NewGroup, Perm, Protection, UmaskUnderDefault};
use crate::identity::{GroupRef, Groups};

impl Protection {
    /// The protection of a new child of this directory.
    ///
    /// `requested` is the mode that the creator asked for, before any umask ([`Mode::default_for`], if it named none). Without
    /// a default ACL the child gets `requested` less `umask`. With one it inherits the list, filtered by the requested mode:
    /// owner and other by their bits, and the mask (or the owning group, where there is no mask) by the group bits; a
    /// directory inherits the default ACL as its own too. Whether the umask counts there is the dialect's
    /// [`UmaskUnderDefault`].
    ///
    /// A file that was asked to be executable is, in Alluxio too: `ModeUtils.applyFileUMask`, which withholds execution, is
    /// done to the default mode alone.
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

impl Dialect {
    /// The group of a new inode: its directory's, or the primary group of its creator ([`NewGroup`]). A creator without groups
    /// takes the directory's.
    #[must_use]
    pub fn group_of_child<'a>(
        &self,
        creator: &'a Groups,
        directory: impl Into<GroupRef<'a>>,
    ) -> GroupRef<'a> {
        match (self.new_group, creator.primary()) {
            (NewGroup::OfCreator, Some(primary)) => primary.as_ref(),
            _ => directory.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::AclSpec;
    use crate::identity::GroupName;

    fn entries(protection: &Protection, dialect: &Dialect) -> String {
        let entries: Vec<_> = protection
            .entries(dialect)
            .iter()
            .map(ToString::to_string)
            .collect();
        entries.join(",")
    }

    fn born(parent: &str, kind: Kind, requested: u16, dialect: &Dialect) -> String {
        let parent = Protection::from(Mode::from_bits(0o755))
            .modify(
                &AclSpec::parse(parent, dialect).unwrap(),
                Kind::Directory,
                dialect,
            )
            .unwrap();
        let umask = Mode::from_bits(0o022);
        entries(
            &parent.child(kind, Mode::from_bits(requested), umask, dialect),
            dialect,
        )
    }

    #[test]
    fn an_extended_default_acl_is_filtered_by_the_mode_and_in_alluxio_by_the_umask() {
        let default = "default:user:bob:rwx";
        for (dialect, file) in [
            (
                &Dialect::HDFS,
                "user::rw-,user:bob:rwx,group::r-x,mask::rw-,other::r--",
            ),
            (
                &Dialect::POSIX,
                "user::rw-,user:bob:rwx,group::r-x,mask::rw-,other::r--",
            ),
            (
                &Dialect::ALLUXIO,
                "user::rw-,group::r-x,other::r--,user:bob:rwx,mask::r--",
            ),
        ] {
            assert_eq!(
                born(default, Kind::File, 0o666, dialect),
                file,
                "{}",
                dialect.name
            );
        }
        // The case of Alluxio's own test: a directory keeps the default ACL as it was.
        assert_eq!(
            born(default, Kind::Directory, 0o777, &Dialect::ALLUXIO),
            "user::rwx,group::r-x,other::r-x,user:bob:rwx,mask::r-x,default:user::rwx,default:group::r-x,\
             default:other::r-x,default:user:bob:rwx,default:mask::rwx"
        );
    }

    #[test]
    fn the_group_of_a_child_is_the_creators_or_the_directorys() {
        let group = |name: &str| -> GroupName { name.parse().unwrap() };
        let (staff, directory) = (group("staff"), group("d"));
        let creator: Groups = [staff.clone()].into_iter().collect();
        for (dialect, own) in [
            (&Dialect::ALLUXIO, true),
            (&Dialect::HDFS, false),
            (&Dialect::POSIX, true),
        ] {
            let expected = if own { &staff } else { &directory };
            let given = dialect.group_of_child(&creator, &directory);
            assert_eq!(given, expected.as_ref(), "{}", dialect.name);
            let alone = Groups::default();
            let given = dialect.group_of_child(&alone, &directory);
            assert_eq!(given, directory.as_ref(), "{}", dialect.name);
        }
    }

    #[test]
    fn hdfs_without_posix_inheritance_applies_the_umask() {
        let mut before_hdfs_3 = Dialect::HDFS;
        before_hdfs_3.umask_under_default = UmaskUnderDefault::Applied;
        assert_eq!(
            born("default:user:bob:rwx", Kind::File, 0o666, &before_hdfs_3),
            "user::rw-,user:bob:rwx,group::r-x,mask::r--,other::r--"
        );
    }

    #[test]
    fn a_minimal_default_acl_filters_the_group_as_well() {
        let default = "default:user::rwx,default:group::rwx,default:other::---";
        for (dialect, file) in [
            (&Dialect::HDFS, "user::rw-,group::rw-,other::---"),
            (&Dialect::ALLUXIO, "user::rw-,group::r--,other::---"),
        ] {
            assert_eq!(
                born(default, Kind::File, 0o666, dialect),
                file,
                "{}",
                dialect.name
            );
        }
    }

    #[test]
    fn without_a_default_acl_the_umask_counts_everywhere() {
        for dialect in [&Dialect::HDFS, &Dialect::POSIX, &Dialect::ALLUXIO] {
            let default = Mode::default_for(Kind::File).bits();
            assert_eq!(
                born("user:bob:rwx", Kind::File, default, dialect),
                "user::rw-,group::r--,other::r--"
            );
            assert_eq!(
                born("user:bob:rwx", Kind::File, 0o777, dialect),
                "user::rwx,group::r-x,other::r-x"
            );
        }
    }
}
