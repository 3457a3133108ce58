//! What can be wrong with the value of an ACL attribute.

use thiserror::Error;

use super::{MAX_LEN, VERSION};
use crate::acl::AclError;

/// Why the value of an ACL attribute cannot be read or made. Positions are those of entries, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum XattrError {
    /// Bytes are missing or left over, or there are more than an attribute holds.
    #[error(
        "{length} bytes are no ACL value: expected 4 and 8 for each entry, at most {MAX_LEN} in all"
    )]
    Length {
        /// The length of the value.
        length: usize,
    },
    /// Another version of the format.
    #[error("the ACL value has version {found}: expected {VERSION}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// A tag that is none of the six.
    #[error("the tag {tag:#06x} of entry {position} is unknown")]
    Tag {
        /// The tag found.
        tag: u16,
        /// Its entry.
        position: usize,
    },
    /// More than read, write and execute.
    #[error("the permission {bits:#06x} of entry {position} holds more than rwx")]
    Perm {
        /// The bits found.
        bits: u16,
        /// Their entry.
        position: usize,
    },
    /// Not in the order owner, users, owning group, groups, mask, other; or a second of what exists once.
    #[error("entry {position} with the tag {tag:#06x} may not stand behind {after:#06x}")]
    Order {
        /// The tag found.
        tag: u16,
        /// The tag of the entry before it.
        after: u16,
        /// The entry.
        position: usize,
    },
    /// A base entry or a mask is missing ([`AclError::MissingBase`], [`AclError::MaskRequired`]), or the ACL is not that of
    /// the mode beside it ([`AclError::ModeDisagrees`]).
    #[error(transparent)]
    Acl(#[from] AclError),
    /// A second entry for the same user or group. The kernel stores such a value, and of two users the first counts; the
    /// tools refuse it, and so do we.
    #[error("entry {position} for {kind} id {id} is a second one for that {kind}")]
    Duplicate {
        /// `user` or `group`.
        kind: &'static str,
        /// The id.
        id: u32,
        /// The second entry.
        position: usize,
    },
    /// The caller's map knows no name for an id.
    #[error("the {kind} id {id} of entry {position} has no name")]
    UnknownId {
        /// `user` or `group`.
        kind: &'static str,
        /// The id.
        id: u32,
        /// Its entry.
        position: usize,
    },
    /// The caller's map knows no id for a name.
    #[error("the {kind} {name:?} has no id")]
    UnknownName {
        /// `user` or `group`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// The caller's map gives two names of one ACL the same id.
    #[error("two of the entries for a {kind} have the id {id}")]
    SharedId {
        /// `user` or `group`.
        kind: &'static str,
        /// The id.
        id: u32,
    },
}
