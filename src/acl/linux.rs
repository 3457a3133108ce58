//! What a Linux inode keeps of a protection: a mode and two extended attributes.

use super::{Acl, AclError, Dialect, Mode, Protection, XattrError};
use crate::identity::{GroupName, GroupRef, UserName, UserRef};

/// All that a Linux inode knows of a [`Protection`]: its mode and the values of two extended attributes, each if there is
/// one. What a backup stores of a file, and what a file system in user space answers.
///
/// A minimal access ACL has no attribute, because the mode holds it. With an attribute, the group bits of the mode are the
/// mask. Set-user-id and set-group-id bits are not part of a protection: the caller keeps them.
///
/// Who sets one attribute gives [`Protection::from_parts`] what [`Acl::from_xattr`] reads, and the other parts as they were.
/// Who removes the access ACL leaves the mode as it was, and so gives it `Acl::from_mode(protection.mode(&Dialect::POSIX))`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an inode keeps these three")]
pub struct LinuxAttrs {
    /// The mode, as `stat(2)` shows it.
    pub mode: Mode,
    /// The value of [`LinuxAttrs::ACCESS`].
    pub access: Option<Vec<u8>>,
    /// The value of [`LinuxAttrs::DEFAULT`], of a directory.
    pub default: Option<Vec<u8>>,
}

impl LinuxAttrs {
    /// The name of the attribute with the access ACL.
    pub const ACCESS: &'static str = "system.posix_acl_access";
    /// The name of the attribute with the default ACL.
    pub const DEFAULT: &'static str = "system.posix_acl_default";
}

impl Protection {
    /// The protection as a Linux inode keeps it. To restore a file, give it its owner and group, set the attributes that
    /// there are, remove those that there are not, and set the mode last.
    ///
    /// ```
    /// use bailiwick::acl::{AclSpec, Dialect, Kind, Mode, Protection};
    ///
    /// let spec = AclSpec::parse("user:bob:rw-", &Dialect::POSIX)?;
    /// let file = Protection::from(Mode::from_bits(0o640)).modify(&spec, Kind::File, &Dialect::POSIX)?;
    /// let uid = |name: bailiwick::identity::UserRef<'_>| (name.as_str() == "bob").then_some(1001);
    /// let attrs = file.to_linux(uid, |_| None)?;
    /// assert_eq!(attrs.mode.to_string(), "660");
    /// assert!(attrs.access.is_some() && attrs.default.is_none());
    ///
    /// let user = |id| (id == 1001).then(|| "bob".parse().unwrap());
    /// assert_eq!(Protection::from_linux(&attrs, user, |_| None)?, file);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Acl::to_xattr`].
    pub fn to_linux(
        &self,
        mut uid: impl FnMut(UserRef<'_>) -> Option<u32>,
        mut gid: impl FnMut(GroupRef<'_>) -> Option<u32>,
    ) -> Result<LinuxAttrs, XattrError> {
        let mut value = |acl: &Acl| acl.to_xattr(&mut uid, &mut gid);
        let access = Some(&self.access).filter(|access| access.is_extended());
        Ok(LinuxAttrs {
            mode: self.mode(&Dialect::POSIX),
            access: access.map(&mut value).transpose()?,
            default: self.default.as_ref().map(&mut value).transpose()?,
        })
    }

    /// The protection of a Linux inode.
    ///
    /// # Errors
    ///
    /// As [`Acl::from_xattr`]; and where the mode is not that of the access ACL, for the kernel keeps the two alike, and which
    /// of them a damaged backup means is not ours to guess.
    pub fn from_linux(
        attrs: &LinuxAttrs,
        mut user: impl FnMut(u32) -> Option<UserName>,
        mut group: impl FnMut(u32) -> Option<GroupName>,
    ) -> Result<Self, XattrError> {
        let mut read = |value: &Vec<u8>| Acl::from_xattr(value, &mut user, &mut group);
        let access = attrs.access.as_ref().map(&mut read).transpose()?;
        let default = attrs.default.as_ref().map(&mut read).transpose()?;
        let protection = Self {
            access: access.unwrap_or_else(|| Acl::from_mode(attrs.mode)),
            default,
            sticky: attrs.mode.sticky(),
        };
        let derived = protection.mode(&Dialect::POSIX);
        if derived != attrs.mode {
            let told = attrs.mode;
            return Err(AclError::ModeDisagrees { told, derived }.into());
        }
        Ok(protection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::{AclSpec, Kind};

    #[test]
    fn an_inode_keeps_in_its_mode_what_a_mode_can_say() {
        let sticky = Protection::from(Mode::from_bits(0o1750));
        for (spec, access, default, mode) in [
            ("user::rwx", false, false, 0o1750),
            ("mask::r--", true, false, 0o1740),
            ("user:u1:rw-", true, false, 0o1770),
            ("default:group::rwx", false, true, 0o1750),
        ] {
            let spec = AclSpec::parse(spec, &Dialect::POSIX).unwrap();
            let protection = sticky.modify(&spec, Kind::Directory, &Dialect::POSIX);
            let protection = protection.unwrap();
            let attrs = protection.to_linux(|_| Some(1), |_| None).unwrap();
            assert_eq!(
                (
                    attrs.access.is_some(),
                    attrs.default.is_some(),
                    attrs.mode.bits()
                ),
                (access, default, mode),
                "{spec}"
            );
            let read = Protection::from_linux(&attrs, |_| UserName::new("u1").ok(), |_| None);
            assert_eq!(read, Ok(protection), "{spec}");
            let mode = Mode::from_bits(mode ^ 0o020);
            let damaged = LinuxAttrs { mode, ..attrs };
            let read = Protection::from_linux(&damaged, |_| UserName::new("u1").ok(), |_| None);
            assert_eq!(read.is_err(), access, "{spec}");
        }
    }
}
