//! POSIX permissions and extended access control lists, in the dialects of Alluxio, HDFS and POSIX.
//!
//! A [`Protection`] is all that an inode knows about who may do what: an access [`Acl`], on a directory perhaps a default
//! ACL for its children, and the sticky bit. It means the same in every dialect; a [`Dialect`] says how it is evaluated,
//! edited, inherited and shown as a [`Mode`].
//!
//! ```
//! use bailiwick::acl::{AclSpec, Dialect, Kind, Mode, Protection};
//!
//! let file = Protection::from(Mode::parse_octal("640")?);
//! let spec = AclSpec::parse("user:bob:rw-", &Dialect::HDFS)?;
//! let shared = file.modify(&spec, Kind::File, &Dialect::HDFS)?;
//!
//! let listing: Vec<_> = shared.entries(&Dialect::HDFS).iter().map(ToString::to_string).collect();
//! assert_eq!(listing, ["user::rw-", "user:bob:rw-", "group::r--", "mask::rw-", "other::---"]);
//! assert_eq!(shared.mode(&Dialect::HDFS).to_string(), "660"); // the group bits show the mask
//! assert_eq!(shared.mode(&Dialect::ALLUXIO).to_string(), "640"); // the group bits show the owning group
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to | take |
//! |---|---|
//! | read and print ACL specs | [`AclSpec`] |
//! | change an ACL | [`Protection::modify`] and its neighbours, [`AclChange`], [`Protection::change`] |
//! | offer setfacl and getfacl | [`Setfacl`], [`Getfacl`], [`Protection::getfacl`] |
//! | read and print modes and umasks | [`Mode`], [`ModeChange`] |
//! | create files and directories | [`Protection::child`], [`Dialect::group_of_child`] |
//! | show an inode as HDFS or Alluxio does | [`Protection::status`], and [`Protection::from_status`] back |
//! | move inodes between systems | [`Protection::losses`] |
//! | store ACLs in Linux's attributes | [`Acl::to_xattr`], [`Protection::to_linux`] |
//! | store ACLs as text | [`Protection`]'s `Display` and `FromStr`, or feature `serde` |
//! | keep millions of inodes in memory | [`Table`] |
//! | make a dialect of one's own | [`Dialect`], [`choices`] |
//!
//! Who may do what is [`authz`](crate::authz)'s to decide.

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod canonical;
mod command;
mod dialect;
mod edit;
mod entry;
mod error;
mod evaluate;
mod inherit;
mod linux;
mod list;
mod loss;
mod mode;
mod mode_text;
mod perm;
mod protection;
#[cfg(test)]
pub(crate) mod samples;
mod status;
mod table;
mod text;
mod xattr;

pub use command::{CommandError, Getfacl, Setfacl, SymbolicLinks};
pub(crate) use dialect::choices::*;
pub use dialect::{Dialect, choices};
pub use edit::{AclChange, MaskUpdate};
pub use entry::{Entry, Scope, Tag};
pub use error::{AclError, Place};
pub use evaluate::{Class, Verdict};
pub use linux::LinuxAttrs;
pub use list::Acl;
pub(crate) use list::{Extended, View};
pub use loss::Loss;
pub use mode::Mode;
pub use mode_text::{ModeChange, ModeError, ModeRole};
pub use perm::Perm;
pub use protection::{Kind, Protection};
pub use status::AclStatus;
pub use table::{GroupId, Id, Interner, ProtectionId, Table, TableFull, Usage, UserId};
pub use text::{AclListing, AclSpec};
pub use xattr::XattrError;
