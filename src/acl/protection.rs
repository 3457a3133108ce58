//! All that an inode knows about who may do what.

use super::list::Draft;
use super::{Acl, AclError, Dialect, Entry, LoneMask, Mode, ModeGroupBits, Perm, Scope};

/// What an inode is, as far as permissions care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "only directories differ")]
pub enum Kind {
    /// A directory: it is passed through, holds children, may have a default ACL.
    Directory,
    /// Anything else.
    File,
}

/// The access ACL of an inode, the default ACL for children of a directory, and the sticky bit.
///
/// A value, the same in every dialect: edits give a new one or an error, and never half of each.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Protection {
    pub(super) access: Acl,
    pub(super) default: Option<Acl>,
    pub(super) sticky: bool,
}

/// An inode without extended entries.
impl From<Mode> for Protection {
    fn from(mode: Mode) -> Self {
        Self {
            access: Acl::from_mode(mode),
            default: None,
            sticky: mode.sticky(),
        }
    }
}

impl Protection {
    /// A protection from its parts, as a service stored them.
    #[must_use]
    pub const fn from_parts(access: Acl, default: Option<Acl>, sticky: bool) -> Self {
        Self {
            access,
            default,
            sticky,
        }
    }

    /// A protection from the entries of both scopes, in any order, as [`entries`](Self::entries) lists them.
    ///
    /// # Errors
    ///
    /// [`AclError::Duplicate`], [`AclError::Unnamed`], [`AclError::MissingBase`], and [`AclError::MaskRequired`] when there
    /// are named entries but no mask.
    pub fn from_entries(
        entries: impl IntoIterator<Item = Entry>,
        sticky: bool,
    ) -> Result<Self, AclError> {
        let (access, default) = Draft::of_scopes(entries)?;
        Self::from_drafts(access, default, sticky)
    }

    /// A protection from complete lists; a default list without any entry is none.
    pub(super) fn from_drafts(
        access: Draft,
        default: Draft,
        sticky: bool,
    ) -> Result<Self, AclError> {
        let default = (!default.is_empty()).then(|| default.finish(Scope::Default, LoneMask::Kept));
        Ok(Self {
            access: access.finish(Scope::Access, LoneMask::Kept)?,
            default: default.transpose()?,
            sticky,
        })
    }

    /// The list that is evaluated.
    #[must_use]
    #[inline]
    pub const fn access(&self) -> &Acl {
        &self.access
    }

    /// The list that new children inherit, on a directory that has one.
    #[must_use]
    pub const fn default_acl(&self) -> Option<&Acl> {
        self.default.as_ref()
    }

    /// Whether the sticky bit is set.
    #[must_use]
    #[inline]
    pub const fn is_sticky(&self) -> bool {
        self.sticky
    }

    /// Whether there is more than a mode can say: what `ls` marks with `+` and WebHDFS with `aclBit`.
    #[must_use]
    pub const fn has_acl(&self) -> bool {
        self.access.is_extended() || self.default.is_some()
    }

    /// What the lists take in memory besides the protection itself, as if no clone shared them.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.access.heap_bytes() + self.default.as_ref().map_or(0, Acl::heap_bytes)
    }

    /// The mode as the dialect shows it.
    #[must_use]
    pub fn mode(&self, dialect: &Dialect) -> Mode {
        let group = match (dialect.mode_group_bits, self.access.mask()) {
            (ModeGroupBits::Mask, Some(mask)) => mask,
            _ => self.access.group(),
        };
        Mode::from_parts(self.access.owner(), group, self.access.other(), self.sticky)
    }

    /// All entries of both scopes in the dialect's listing order.
    #[must_use]
    pub fn entries(&self, dialect: &Dialect) -> Vec<Entry> {
        let mut all = self.access.entries(Scope::Access, dialect);
        if let Some(default) = &self.default {
            all.extend(default.entries(Scope::Default, dialect));
        }
        all
    }

    /// The protection with a new mode, as chmod does it in the dialect: on an extended ACL the group bits set the mask in
    /// HDFS and POSIX, and the owning group's entry in Alluxio. The default ACL stays.
    #[must_use]
    pub fn chmod(&self, mode: Mode, dialect: &Dialect) -> Self {
        let old_mask = self.access.mask().unwrap_or(Perm::NONE);
        let (group, mask) = match dialect.mode_group_bits {
            ModeGroupBits::Mask if self.access.is_extended() => (self.access.group(), mode.group()),
            _ => (mode.group(), old_mask),
        };
        Self {
            access: self
                .access
                .with_bits(mode.owner(), group, mode.other(), mask),
            default: self.default.clone(),
            sticky: mode.sticky() && dialect.sticky,
        }
    }
}
