//! Three permission bits.

use std::fmt;
use std::ops::{BitAnd, BitOr, Not};
use std::str::FromStr;

use super::AclError;

/// Read, write and execute, in any combination.
///
/// ```
/// use bailiwick::acl::Perm;
///
/// let perm: Perm = "rw-".parse()?;
/// assert_eq!(perm, Perm::READ | Perm::WRITE);
/// assert!(perm.contains(Perm::READ) && !perm.contains(Perm::EXECUTE));
/// # Ok::<(), bailiwick::acl::AclError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Perm(u8);

impl Perm {
    /// `---`
    pub const NONE: Self = Self(0);
    /// `--x`: run a file, pass through a directory.
    pub const EXECUTE: Self = Self(1);
    /// `-w-`: change a file, add to and remove from a directory.
    pub const WRITE: Self = Self(2);
    /// `r--`: read a file, list a directory.
    pub const READ: Self = Self(4);
    /// `rwx`
    pub const ALL: Self = Self(7);

    /// From the low three bits of `bits`, as in one octal digit; higher bits are dropped.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self((bits & 7) as u8)
    }

    /// The octal digit.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0 as u16
    }

    /// Whether every bit of `wanted` is set here.
    #[must_use]
    #[inline]
    pub const fn contains(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// Whether no bit is set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// All bits of both; the same as `|`, in a constant.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The name that HDFS gives the combination in its messages (`FsAction`).
    #[must_use]
    pub const fn hdfs_name(self) -> &'static str {
        match self.0 {
            0 => "NONE",
            1 => "EXECUTE",
            2 => "WRITE",
            3 => "WRITE_EXECUTE",
            4 => "READ",
            5 => "READ_EXECUTE",
            6 => "READ_WRITE",
            _ => "ALL",
        }
    }

    const fn symbols(self) -> &'static str {
        match self.0 {
            0 => "---",
            1 => "--x",
            2 => "-w-",
            3 => "-wx",
            4 => "r--",
            5 => "r-x",
            6 => "rw-",
            _ => "rwx",
        }
    }
}

impl BitOr for Perm {
    type Output = Self;

    #[inline]
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Perm {
    type Output = Self;

    #[inline]
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Not for Perm {
    type Output = Self;

    #[inline]
    fn not(self) -> Self {
        Self(!self.0 & 7)
    }
}

/// Three characters, `r` or `-`, `w` or `-`, `x` or `-`.
impl FromStr for Perm {
    type Err = AclError;

    fn from_str(text: &str) -> Result<Self, AclError> {
        (0..8)
            .map(Self::from_bits)
            .find(|perm| perm.symbols() == text)
            .ok_or_else(|| AclError::Perm {
                text: text.to_owned(),
            })
    }
}

impl fmt::Display for Perm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.symbols())
    }
}

impl fmt::Debug for Perm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbols())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_eight_round_trip_and_nothing_else_parses() {
        for bits in 0..8 {
            let perm = Perm::from_bits(bits);
            assert_eq!(perm.to_string().parse::<Perm>().unwrap(), perm);
            assert_eq!(!!perm, perm);
        }
        for text in ["", "rw", "rwxr", "wr-", "RWX", "r w", "7"] {
            assert!(text.parse::<Perm>().is_err(), "{text}");
        }
    }
}
