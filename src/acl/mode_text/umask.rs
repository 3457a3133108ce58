//! Umasks in text.

use super::{ModeError, ModeRole, PERMISSIONS, Reading, hdfs, posix};
use crate::acl::{Dialect, Mode, UmaskText};

impl Mode {
    /// Reads a umask as the dialect's configuration has it; the permission bits that are set are withheld from new inodes
    /// ([`Protection::child`](crate::acl::Protection::child), [`without`](Self::without)).
    ///
    /// - Alluxio (`ModeUtils.getUMask`): at most four characters that are a decimal number, of which each weighs eight times
    ///   the next, whatever it is. So `099` is `121`, and `-22` is `522`, because the minus sign counts as −3.
    /// - HDFS (`UmaskParser`): three octal digits after any zeros, or the bits to keep: `u=rwx,g=rx,o=` is `027`, and a class
    ///   without a clause keeps nothing.
    /// - POSIX: octal digits, of which the kernel drops what is no permission bit, or the bits to keep, as a shell takes them
    ///   whose umask is `000`: a class without a clause keeps everything.
    ///
    /// ```
    /// use bailiwick::acl::{Dialect, Mode};
    ///
    /// assert_eq!(Mode::parse_umask("u=rwx,g=rx", &Dialect::HDFS)?, Mode::from_bits(0o027));
    /// assert_eq!(Mode::parse_umask("u=rwx,g=rx", &Dialect::POSIX)?, Mode::from_bits(0o020));
    /// # Ok::<(), bailiwick::acl::ModeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ModeError`], whose [`message_as`](ModeError::message_as) has the words of Alluxio and HDFS.
    pub fn parse_umask(text: &str, dialect: &Dialect) -> Result<Self, ModeError> {
        let everything = Self::from_bits(PERMISSIONS);
        let (reading, kept_unless_named) = match dialect.umask_text {
            UmaskText::WeightedDigits => {
                return weighted(text).ok_or_else(|| ModeError::Text {
                    role: ModeRole::Umask,
                    text: text.to_owned(),
                    expected: "one to four octal digits",
                });
            }
            UmaskText::OctalOrKept => (hdfs::UMASK.read(text)?, Self::NONE),
            UmaskText::Shell => (posix::UMASK.read(text)?, everything),
        };
        Ok(match reading {
            Reading::Octal(umask) => umask,
            Reading::Clauses(change) => everything.without(change.done_to(kept_unless_named)),
        })
    }
}

fn weighted(text: &str) -> Option<Mode> {
    if text.len() > 4 || text.parse::<i16>().is_err() {
        return None;
    }
    let weigh = |sum: i16, byte| sum * 8 + (i16::from(byte) - i16::from(b'0'));
    let umask = text.bytes().fold(0, weigh);
    Some(Mode::from_bits(umask.cast_unsigned() & PERMISSIONS))
}
