//! The nine permission bits and the sticky bit.

use std::fmt;

use super::{Kind, ModeError, ModeRole, Perm};

/// A file mode: `rwxrwxrwx` and the sticky bit. Set-user-id and set-group-id bits do not exist here, as in HDFS.
///
/// The group bits of an inode with an extended ACL mean the mask in HDFS and POSIX and the owning group in Alluxio
/// ([`ModeGroupBits`](super::ModeGroupBits)): take a mode from [`Protection::mode`](super::Protection::mode) and give one to
/// [`Protection::chmod`](super::Protection::chmod), and the dialect is heeded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(u16);

impl Mode {
    const STICKY: u16 = 0o1000;

    /// `000`, which as a umask withholds nothing.
    pub const NONE: Self = Self(0);

    /// From the low ten bits of `bits` (`0o1777`); higher bits are dropped.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits & 0o1777)
    }

    pub(crate) const fn from_parts(owner: Perm, group: Perm, other: Perm, sticky: bool) -> Self {
        let sticky = if sticky { Self::STICKY } else { 0 };
        Self(sticky | owner.bits() << 6 | group.bits() << 3 | other.bits())
    }

    /// The mode that a new inode is asked to have when its creator names none: `666` for a file, `777` for a directory. The
    /// umask still comes off.
    ///
    /// HDFS `FsPermission.getFileDefault` and `getDirDefault`; Alluxio `ModeUtils.applyFileUMask`, which takes `111` from the
    /// `777` that it starts with; the tools of POSIX.
    #[must_use]
    pub const fn default_for(kind: Kind) -> Self {
        Self(match kind {
            Kind::Directory => 0o777,
            Kind::File => 0o666,
        })
    }

    /// Reads one to four octal digits, as the `permission` parameter of WebHDFS has them.
    ///
    /// # Errors
    ///
    /// [`ModeError::SetId`] for the set-user-id and set-group-id bits (`2000`, `4000`), [`ModeError::Text`] for anything else.
    pub fn parse_octal(text: &str) -> Result<Self, ModeError> {
        let role = ModeRole::Mode;
        let digits = text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
        match u16::from_str_radix(text, 8) {
            Ok(bits @ ..=0o1777) if digits => Ok(Self(bits)),
            Ok(_) if digits => Err(ModeError::SetId {
                role,
                text: text.to_owned(),
                at: 0,
            }),
            _ => Err(ModeError::Text {
                role,
                text: text.to_owned(),
                expected: "one to four octal digits, at most 1777",
            }),
        }
    }

    /// Reads the ten characters with which `ls -l` begins a line, as HDFS does (`FsPermission.valueOf`): the first is passed
    /// over; of the others `-`, `T` and `S` mean that the bit is not set and *anything else* that it is; a `t` or `T` at the
    /// end is the sticky bit too. It is for text that a program printed ([`symbolic`](Self::symbolic)), not for what people
    /// type.
    ///
    /// # Errors
    ///
    /// [`ModeError::Text`] if there are not ten characters.
    pub fn parse_listing(text: &str) -> Result<Self, ModeError> {
        if text.chars().count() != 10 {
            return Err(ModeError::Text {
                role: ModeRole::Listing,
                text: text.to_owned(),
                expected: "ten characters such as -rw-r--r--",
            });
        }
        let sticky = if text.ends_with(['t', 'T']) {
            Self::STICKY
        } else {
            0
        };
        let bits = text.chars().skip(1).fold(0, |bits, c| {
            bits << 1 | u16::from(!matches!(c, '-' | 'T' | 'S'))
        });
        Ok(Self(sticky | bits))
    }

    /// All ten bits.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The owner's permission.
    #[must_use]
    pub const fn owner(self) -> Perm {
        Perm::from_bits(self.0 >> 6)
    }

    /// The group bits.
    #[must_use]
    pub const fn group(self) -> Perm {
        Perm::from_bits(self.0 >> 3)
    }

    /// The permission of everybody else.
    #[must_use]
    pub const fn other(self) -> Perm {
        Perm::from_bits(self.0)
    }

    /// Whether the sticky bit is set: only the owner of an entry, or of the directory, may remove or rename it.
    #[must_use]
    pub const fn sticky(self) -> bool {
        self.0 & Self::STICKY != 0
    }

    /// Without the permission bits of `umask`; the sticky bit stays.
    #[must_use]
    pub const fn without(self, umask: Self) -> Self {
        Self(self.0 & !(umask.0 & 0o777))
    }

    /// As `ls -l` prints it after the type: `rwxr-xr-t`.
    #[must_use]
    pub const fn symbolic(self) -> Symbolic {
        Symbolic(self)
    }
}

/// Octal without leading zeros beyond the first digit: `755`, `1777`, `0`.
impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:o}", self.0)
    }
}

/// As many digits as the format asks for: `{:04o}` prints `0755`. Three or four are read back in every dialect.
impl fmt::Octal for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Octal::fmt(&self.0, f)
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

/// Prints a [`Mode`] as `rwxr-xr-x`, with `t` or `T` for the sticky bit.
#[derive(Debug, Clone, Copy)]
pub struct Symbolic(Mode);

impl fmt::Display for Symbolic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = self.0;
        write!(f, "{}{}", mode.owner(), mode.group())?;
        let other = mode.other();
        if !mode.sticky() {
            return write!(f, "{other}");
        }
        let last = if other.contains(Perm::EXECUTE) {
            't'
        } else {
            'T'
        };
        let r = if other.contains(Perm::READ) { 'r' } else { '-' };
        let w = if other.contains(Perm::WRITE) {
            'w'
        } else {
            '-'
        };
        write!(f, "{r}{w}{last}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_text() {
        for (text, bits) in [
            ("0", 0),
            ("755", 0o755),
            ("0755", 0o755),
            ("1777", 0o1777),
            ("22", 0o22),
        ] {
            assert_eq!(Mode::parse_octal(text).unwrap().bits(), bits);
        }
        for (text, says) in [
            (
                "",
                "invalid mode \"\": expected one to four octal digits, at most 1777",
            ),
            (
                "00755",
                "invalid mode \"00755\": expected one to four octal digits, at most 1777",
            ),
            (
                "4755",
                "invalid mode \"4755\": at byte 0: set-user-id and set-group-id do not exist here",
            ),
        ] {
            assert_eq!(Mode::parse_octal(text).unwrap_err().to_string(), says);
        }
        for text in ["8", "75x", "-1", "+755", "2755", "rwx", "0o7", "7\u{e9}"] {
            assert!(Mode::parse_octal(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_listing_has_ten_characters() {
        for text in ["", "rwxr-xr-x", "-rwxr-xr-x+"] {
            let error = Mode::parse_listing(text).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("invalid listing {text:?}: expected ten characters such as -rw-r--r--")
            );
        }
    }

    #[test]
    fn symbolic_text_shows_the_sticky_bit() {
        for (bits, text) in [
            (0o755, "rwxr-xr-x"),
            (0o1777, "rwxrwxrwt"),
            (0o1776, "rwxrwxrwT"),
            (0, "---------"),
        ] {
            assert_eq!(Mode::from_bits(bits).symbolic().to_string(), text);
        }
    }

    #[test]
    fn a_umask_takes_permission_bits_only() {
        let mode = Mode::from_bits(0o1777).without(Mode::from_bits(0o1022));
        assert_eq!(mode.bits(), 0o1755);
    }
}
