//! Which qualities of protection a side is willing to use.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Qop;

/// Some of the three [`Qop`].
///
/// Its text is that of Hadoop's `hadoop.rpc.protection`, a list of `authentication`, `integrity` and `privacy`, or that of
/// Java's `javax.security.sasl.qop`, a list of `auth`, `auth-int` and `auth-conf`; in any case and with blanks, as Hadoop
/// reads it. The order of a list is a client's preference, which a set does not have.
///
/// ```
/// use bailiwick::authn::{Qop, QopSet};
///
/// let qops: QopSet = "integrity, privacy".parse()?;
/// assert_eq!(qops, QopSet::at_least(Qop::Integrity));
/// assert!(!qops.contains(Qop::Auth));
/// # Ok::<(), bailiwick::authn::QopError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct QopSet(u8);

impl QopSet {
    /// All three. Where nothing else protects the connection, one that only begins with a login can be taken over after it.
    pub const ALL: Self = Self::at_least(Qop::Auth);

    /// This one alone.
    #[must_use]
    pub const fn only(qop: Qop) -> Self {
        Self(qop.bit())
    }

    /// This one and those that protect more.
    #[must_use]
    pub const fn at_least(qop: Qop) -> Self {
        // The bits are in the order of strength.
        Self(0b111 & !(qop.bit() - 1))
    }

    /// Whether it is one of them.
    #[must_use]
    pub const fn contains(self, qop: Qop) -> bool {
        self.0 & qop.bit() != 0
    }

    /// Without this one.
    #[must_use]
    pub const fn without(self, qop: Qop) -> Self {
        Self(self.0 & !qop.bit())
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The mask of RFC 4752 §3.1.
    #[cfg(feature = "kerberos")]
    pub(super) const fn mask(self) -> u8 {
        self.0
    }
}

/// Those of the iterator.
impl FromIterator<Qop> for QopSet {
    fn from_iter<I: IntoIterator<Item = Qop>>(qops: I) -> Self {
        Self(qops.into_iter().fold(0, |mask, qop| mask | qop.bit()))
    }
}

/// A word that is no quality of protection, or no word at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "quality of protection {word:?} is not known; expected authentication, integrity, privacy, auth, auth-int or auth-conf"
)]
#[non_exhaustive]
pub struct QopError {
    /// The word.
    pub word: String,
}

impl FromStr for QopSet {
    type Err = QopError;

    fn from_str(text: &str) -> Result<Self, QopError> {
        text.split(',').map(word).collect()
    }
}

fn word(word: &str) -> Result<Qop, QopError> {
    let word = word.trim();
    match word.to_ascii_lowercase().as_str() {
        "authentication" | "auth" => Ok(Qop::Auth),
        "integrity" | "auth-int" => Ok(Qop::Integrity),
        "privacy" | "auth-conf" => Ok(Qop::Confidentiality),
        _ => Err(QopError {
            word: word.to_owned(),
        }),
    }
}

/// Hadoop's words.
impl fmt::Display for QopSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (qop, word) in [
            (Qop::Auth, "authentication"),
            (Qop::Integrity, "integrity"),
            (Qop::Confidentiality, "privacy"),
        ] {
            if self.contains(qop) {
                write!(f, "{separator}{word}")?;
                separator = ",";
            }
        }
        Ok(())
    }
}

impl fmt::Debug for QopSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QopSet({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_hadoop_and_of_java_are_read() {
        for (text, expected) in [
            ("authentication", "authentication"),
            ("privacy", "privacy"),
            ("Privacy,INTEGRITY", "integrity,privacy"),
            (
                " authentication , integrity,privacy",
                "authentication,integrity,privacy",
            ),
            (
                "auth-conf,auth-int,auth",
                "authentication,integrity,privacy",
            ),
        ] {
            assert_eq!(text.parse::<QopSet>().unwrap().to_string(), expected);
        }
        for (text, word) in [("", ""), ("privacy,", ""), ("auth-con", "auth-con")] {
            assert_eq!(text.parse::<QopSet>().unwrap_err().word, word);
        }
    }

    #[test]
    fn a_floor_holds_what_protects_more() {
        use Qop::{Auth, Confidentiality, Integrity};
        let all = [Auth, Integrity, Confidentiality];
        for floor in all {
            for qop in all {
                assert_eq!(QopSet::at_least(floor).contains(qop), qop >= floor);
                assert_eq!(QopSet::only(floor).contains(qop), qop == floor);
            }
        }
        assert_eq!(all.into_iter().collect::<QopSet>(), QopSet::ALL);
        assert!(QopSet::only(Auth).without(Auth).is_empty());
    }
}
