//! What a system tells of an inode's permissions, a mode and entries, and reading that again.

use super::list::Draft;
use super::{AclError, Dialect, Entry, Mode, ModeGroupBits, Protection, Scope, StatusEntries, Tag};

/// A mode and the entries told with it: HDFS's `GETACLSTATUS` and `AclStatus`, Alluxio's mode and `stringEntries`, `stat(2)`
/// and `getfacl(1)`.
///
/// Neither half has a meaning without the other, and both have one only in their dialect: of an extended ACL, HDFS and
/// POSIX show the mask in the mode's group bits, and Alluxio the owning group.
///
/// ```
/// use bailiwick::acl::{AclSpec, AclStatus, Dialect, Mode, Protection};
///
/// // HDFS tells of a file: mode 660, and these entries. The 6 of the group is the mask; the group itself may only read.
/// let entries = AclSpec::parse("user:bob:rw-,group::r--", &Dialect::HDFS)?;
/// let told = AclStatus { mode: Mode::from_bits(0o660), entries: entries.entries().to_vec() };
/// let protection = Protection::from_status(told, &Dialect::HDFS)?;
/// assert_eq!(protection.to_string(), "user::rw-,user:bob:rw-,group::r--,mask::rw-,other::---");
///
/// // The same file as Alluxio tells it.
/// assert!(protection.losses(&Dialect::HDFS, &Dialect::ALLUXIO).is_empty());
/// let told = protection.status(&Dialect::ALLUXIO);
/// assert_eq!(told.mode.to_string(), "640");
/// let entries: Vec<_> = told.entries.iter().map(ToString::to_string).collect();
/// assert_eq!(entries, ["user::rw-", "group::r--", "other::---", "user:bob:rw-", "mask::rw-"]);
/// # Ok::<(), bailiwick::acl::AclError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "these two are told together")]
pub struct AclStatus {
    /// The mode as the dialect shows it.
    pub mode: Mode,
    /// The entries that the dialect tells beside the mode, in its order.
    pub entries: Vec<Entry>,
}

impl Protection {
    /// What a system of this dialect tells of an inode.
    ///
    /// [`from_status`](Self::from_status) gets everything back. Whether a system of this dialect could keep it is another
    /// question: [`losses`](Self::losses).
    #[must_use]
    pub fn status(&self, dialect: &Dialect) -> AclStatus {
        let mask_in_mode =
            dialect.mode_group_bits == ModeGroupBits::Mask && self.access().is_extended();
        let in_mode = |tag: &Tag| match tag {
            Tag::Owner | Tag::Other => true,
            Tag::OwningGroup => !mask_in_mode,
            Tag::Mask => mask_in_mode,
            Tag::User(_) | Tag::Group(_) => false,
        };
        let mut entries = self.entries(dialect);
        entries.retain(|entry| match dialect.status_entries {
            StatusEntries::All => true,
            StatusEntries::BesideMode => entry.scope == Scope::Default || !in_mode(&entry.tag),
        });
        AclStatus {
            mode: self.mode(dialect),
            entries,
        }
    }

    /// Reads what a system of this dialect tells of an inode (HDFS `AclUtil.getAclFromPermAndEntries`).
    ///
    /// The entries may be all, or lack those of the access ACL that the mode tells. Where the group bits are the mask, they
    /// are never taken for `group::`: an inode with an ACL needs its entries, and its mode alone is not enough.
    ///
    /// # Errors
    ///
    /// [`AclError::ModeDisagrees`] when mode and entries contradict each other, as they do when read in the wrong dialect;
    /// [`AclError::MissingBase`], [`AclError::MaskRequired`] and [`AclError::Duplicate`] for entries that are no ACL.
    pub fn from_status(status: AclStatus, dialect: &Dialect) -> Result<Self, AclError> {
        let mode = status.mode;
        let (owner, group, other) = (mode.owner(), mode.group(), mode.other());
        let (mut access, default) = Draft::of_scopes(status.entries)?;
        let minimal = access.is_empty() || access.has_base() && !access.has_named();
        let mask_in_mode = dialect.mode_group_bits == ModeGroupBits::Mask && !minimal;
        if mask_in_mode {
            access.mask.get_or_insert(group);
        } else {
            access.group.get_or_insert(group);
        }
        access.owner.get_or_insert(owner);
        access.other.get_or_insert(other);
        let protection = Self::from_drafts(access, default, mode.sticky())?;
        let derived = protection.mode(dialect);
        if derived != mode {
            return Err(AclError::ModeDisagrees {
                told: mode,
                derived,
            });
        }
        Ok(protection)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::acl::{AclSpec, samples};

    fn status(mode: u16, entries: &str, dialect: &Dialect) -> AclStatus {
        let entries = match entries {
            "" => Vec::new(),
            entries => AclSpec::parse(entries, dialect).unwrap().entries().to_vec(),
        };
        AclStatus {
            mode: Mode::from_bits(mode),
            entries,
        }
    }

    #[test]
    fn every_dialect_tells_it_in_its_own_way_and_is_understood() {
        // POSIX tells HDFS's mode and the whole text.
        for (text, hdfs, alluxio) in [
            (
                "user::rwx,group::r-x,other::---",
                (0o750, ""),
                (0o750, "user::rwx,group::r-x,other::---"),
            ),
            (
                "user::rw-,user:bob:rw-,group::r--,mask::rw-,other::---",
                (0o660, "user:bob:rw-,group::r--"),
                (
                    0o640,
                    "user::rw-,group::r--,other::---,user:bob:rw-,mask::rw-",
                ),
            ),
            // A mask that takes everything: Alluxio #18572 made `group::---` of it.
            (
                "user::rw-,group::r--,group:eng:rw-,mask::---,other::---",
                (0o600, "group::r--,group:eng:rw-"),
                (
                    0o640,
                    "user::rw-,group::r--,other::---,group:eng:rw-,mask::---",
                ),
            ),
            // A mask alone.
            (
                "user::rw-,group::r--,mask::---,other::r--",
                (0o604, "group::r--"),
                (0o644, "user::rw-,group::r--,other::r--,mask::---"),
            ),
            // A minimal default ACL beside a minimal access ACL.
            (
                "user::rwx,group::r-x,other::--x,default:user::rwx,default:group::rwx,default:other::---",
                (
                    0o751,
                    "default:user::rwx,default:group::rwx,default:other::---",
                ),
                (
                    0o751,
                    "user::rwx,group::r-x,other::--x,default:user::rwx,default:group::rwx,default:other::---",
                ),
            ),
            // The default ACL's mask is never in the mode.
            (
                "user::rwx,group::r-x,other::---,default:user::rwx,default:user:bob:r--,\
                 default:group::rwx,default:mask::-w-,default:other::---",
                (
                    0o750,
                    "default:user::rwx,default:user:bob:r--,default:group::rwx,default:mask::-w-,\
                     default:other::---",
                ),
                (
                    0o750,
                    "user::rwx,group::r-x,other::---,default:user::rwx,default:group::rwx,\
                     default:other::---,default:user:bob:r--,default:mask::-w-",
                ),
            ),
        ] {
            for sticky in [false, true] {
                let prefix = if sticky { "sticky," } else { "" };
                let protection: Protection = format!("{prefix}{text}").parse().unwrap();
                let bit = u16::from(sticky) << 9;
                for (dialect, (mode, entries)) in [
                    (&Dialect::HDFS, hdfs),
                    (&Dialect::POSIX, (hdfs.0, text)),
                    (&Dialect::ALLUXIO, alluxio),
                ] {
                    let told = status(mode | bit, entries, dialect);
                    assert_eq!(protection.status(dialect), told, "{} {text}", dialect.name);
                    let read = Protection::from_status(told, dialect);
                    assert_eq!(read.as_ref(), Ok(&protection), "{}", dialect.name);
                }
            }
        }
    }

    #[test]
    fn any_entries_that_the_mode_tells_may_be_missing_or_not() {
        let whole = "user::rw-,user:bob:rw-,group::r--,mask::rw-,other::---";
        for (dialect, mode, missing) in [
            (
                &Dialect::HDFS,
                0o660,
                ["user::rw-,", "mask::rw-,", ",other::---"],
            ),
            (
                &Dialect::POSIX,
                0o660,
                ["user::rw-,", "mask::rw-,", ",other::---"],
            ),
            (
                &Dialect::ALLUXIO,
                0o640,
                ["user::rw-,", "group::r--,", ",other::---"],
            ),
        ] {
            for subset in 0..8_usize {
                let left_out = missing
                    .iter()
                    .enumerate()
                    .filter(|(n, _)| subset >> n & 1 == 1);
                let told = left_out.fold(whole.to_owned(), |text, (_, out)| text.replace(out, ""));
                let read = Protection::from_status(status(mode, &told, dialect), dialect);
                assert_eq!(read.unwrap().to_string(), whole, "{} {told}", dialect.name);
            }
        }
    }

    #[test]
    fn what_contradicts_itself_or_is_not_complete_is_refused() {
        let named = "user:bob:rw-,group::r--";
        let full = "user::rw-,user:bob:rw-,group::r--,mask::rw-,other::---";
        for (mode, entries, dialect, says) in [
            // HDFS's answer taken for Alluxio's.
            (
                0o660,
                named,
                &Dialect::ALLUXIO,
                "invalid ACL: mask is required and cannot be deleted",
            ),
            (
                0o660,
                full,
                &Dialect::ALLUXIO,
                "invalid ACL status: the mode is 660, but the entries make it 640",
            ),
            // Alluxio's taken for POSIX's.
            (
                0o640,
                full,
                &Dialect::POSIX,
                "invalid ACL status: the mode is 640, but the entries make it 660",
            ),
            // The group bits are the mask, and so nothing tells what the owning group has.
            (
                0o660,
                "user:bob:rw-",
                &Dialect::HDFS,
                "invalid ACL: the entry group:: is missing",
            ),
            (
                0o660,
                "mask::rw-",
                &Dialect::HDFS,
                "invalid ACL: the entry group:: is missing",
            ),
            (
                0o700,
                "user::rwx,group::r--,other::---",
                &Dialect::POSIX,
                "invalid ACL status: the mode is 700, but the entries make it 740",
            ),
            (
                0o750,
                "default:user::rwx",
                &Dialect::HDFS,
                "invalid ACL: the entry default:group:: is missing",
            ),
        ] {
            let error = Protection::from_status(status(mode, entries, dialect), dialect);
            assert_eq!(
                error.unwrap_err().to_string(),
                says,
                "{} {entries}",
                dialect.name
            );
        }
        let mut twice = status(0o660, named, &Dialect::HDFS);
        twice.entries.push(twice.entries[0].clone());
        let error = Protection::from_status(twice, &Dialect::HDFS).unwrap_err();
        assert!(matches!(error, AclError::Duplicate { entry } if entry == "user:bob:rw-"));
    }

    proptest! {
        #[test]
        fn there_and_back_through_any_two_dialects_is_the_identity(
            protection in samples::protections(),
        ) {
            let mut alluxio_in_short = Dialect::ALLUXIO;
            alluxio_in_short.status_entries = StatusEntries::BesideMode;
            let mut posix_as_alluxio = Dialect::POSIX;
            posix_as_alluxio.mode_group_bits = ModeGroupBits::OwningGroup;
            let dialects =
                [Dialect::HDFS, Dialect::POSIX, Dialect::ALLUXIO, alluxio_in_short, posix_as_alluxio];
            for dialect in &dialects {
                let mut told = protection.status(dialect);
                let read = Protection::from_status(told.clone(), dialect);
                prop_assert_eq!(read.as_ref(), Ok(&protection));
                // In any order, as upstream's may differ.
                told.entries.reverse();
                let read = Protection::from_status(told, dialect);
                prop_assert_eq!(read.as_ref(), Ok(&protection));
                for other in &dialects {
                    let there = read.as_ref().unwrap().status(other);
                    let back = Protection::from_status(there, other).unwrap();
                    prop_assert_eq!(back.status(dialect), protection.status(dialect));
                }
            }
        }
    }
}
