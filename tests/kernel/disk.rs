//! What the file system holds: an inode's owner, group, mode and ACL attributes, as root reads and writes them.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use bailiwick::acl::{LinuxAttrs, Mode, Protection};
use rustix::fs::{XattrFlags, lgetxattr, removexattr, setxattr};
use rustix::io::Errno;

use crate::people::{gid, uid};

/// All that decides about an inode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inode {
    pub(crate) is_directory: bool,
    pub(crate) owner: u32,
    pub(crate) group: u32,
    pub(crate) attrs: LinuxAttrs,
}

impl Inode {
    pub(crate) fn read(path: &Path) -> Self {
        let metadata = fs::symlink_metadata(path).unwrap();
        let bits = metadata.mode() & 0o7777;
        let mode = Mode::from_bits(u16::try_from(bits).unwrap());
        assert_eq!(u32::from(mode.bits()), bits, "set-id bits of {path:?}");
        Self {
            is_directory: metadata.is_dir(),
            owner: metadata.uid(),
            group: metadata.gid(),
            attrs: LinuxAttrs {
                mode,
                access: attribute(path, LinuxAttrs::ACCESS),
                default: attribute(path, LinuxAttrs::DEFAULT),
            },
        }
    }

    /// The same inode under another protection.
    pub(crate) fn with(self, protection: &Protection) -> Self {
        let attrs = protection.to_linux(uid, gid).unwrap();
        Self { attrs, ..self }
    }

    pub(crate) fn remove(path: &Path) {
        match fs::symlink_metadata(path).unwrap().is_dir() {
            true => fs::remove_dir(path).unwrap(),
            false => fs::remove_file(path).unwrap(),
        }
    }

    /// Makes the inode at `path` what this one was; it may have been changed, or be gone.
    pub(crate) fn restore(&self, path: &Path) {
        if fs::symlink_metadata(path).is_err() {
            if self.is_directory {
                fs::create_dir(path).unwrap();
            } else {
                fs::write(path, "").unwrap();
            }
        }
        chown(path, Some(self.owner), Some(self.group)).unwrap();
        set_attribute(path, LinuxAttrs::ACCESS, self.attrs.access.as_deref());
        if self.is_directory {
            set_attribute(path, LinuxAttrs::DEFAULT, self.attrs.default.as_deref());
        }
        let mode = u32::from(self.attrs.mode.bits());
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// The value of an attribute, if the inode has it.
pub(crate) fn attribute(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = [0; 4096];
    match lgetxattr(path, name, &mut value) {
        Ok(length) => Some(value[..length].to_vec()),
        Err(Errno::NODATA) => None,
        Err(error) => panic!("{name} of {path:?}: {error}"),
    }
}

fn set_attribute(path: &Path, name: &str, value: Option<&[u8]>) {
    let result = match value {
        Some(value) => setxattr(path, name, value, XattrFlags::empty()),
        None => removexattr(path, name),
    };
    assert!(
        matches!(result, Ok(()) | Err(Errno::NODATA)),
        "{name} of {path:?}: {result:?}"
    );
}
