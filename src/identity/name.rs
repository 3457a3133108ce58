//! User and group names: validated once, carrying a hash so that comparing two is one integer compare.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use rustc_hash::FxHasher;
use thiserror::Error;

/// The longest name accepted, in bytes (Linux bounds login names at 256 with the terminator).
const MAX_LEN: usize = 255;

/// What an `Arc` holds beside its value.
const REFERENCE_COUNTS: usize = 2 * size_of::<usize>();

/// Characters that separate names in ACL specs, group lists, paths and property files.
const SEPARATORS: [char; 4] = [':', ',', '/', '='];

/// Why a text is not a user or group name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameError {
    /// The text is empty.
    #[error("{kind} name is empty")]
    Empty {
        /// `user` or `group`.
        kind: &'static str,
    },
    /// The text is longer than 255 bytes.
    #[error("{kind} name of {length} bytes is longer than {MAX_LEN}")]
    TooLong {
        /// `user` or `group`.
        kind: &'static str,
        /// Its length in bytes.
        length: usize,
    },
    /// The text holds a control character or one of `: , / =`.
    #[error("{kind} name {name:?} holds {character:?} at byte {position}")]
    Forbidden {
        /// `user` or `group`.
        kind: &'static str,
        /// The refused text.
        name: String,
        /// The offending character.
        character: char,
        /// Where it stands.
        position: usize,
    },
    /// The text begins or ends with white space, which ACL text cannot carry.
    #[error("{kind} name {name:?} begins or ends with white space")]
    Padded {
        /// `user` or `group`.
        kind: &'static str,
        /// The refused text.
        name: String,
    },
}

/// Bytes that may stand anywhere in a name: visible ASCII without the separators.
#[expect(
    clippy::indexing_slicing,
    reason = "at compile time, where a panic is an error"
)]
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        plain[byte as usize] = !matches!(byte, b':' | b',' | b'/' | b'=');
        byte += 1;
    }
    plain
};

/// Most names: short, ASCII, without blanks. What is not plain may still be a name; that takes a longer look.
#[inline]
fn is_plain(text: &[u8]) -> bool {
    let plain = |byte: &u8| PLAIN.get(usize::from(*byte)).is_some_and(|plain| *plain);
    // No early exit, so that there is no branch for each byte.
    !text.is_empty() && text.len() <= MAX_LEN && text.iter().fold(true, |all, b| all & plain(b))
}

#[cold]
fn validate(kind: &'static str, text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty { kind });
    }
    if text.len() > MAX_LEN {
        return Err(NameError::TooLong {
            kind,
            length: text.len(),
        });
    }
    if let Some((position, character)) = text
        .char_indices()
        .find(|(_, c)| c.is_control() || SEPARATORS.contains(c))
    {
        return Err(NameError::Forbidden {
            kind,
            name: text.to_owned(),
            character,
            position,
        });
    }
    if text.trim() != text {
        return Err(NameError::Padded {
            kind,
            name: text.to_owned(),
        });
    }
    Ok(())
}

/// Collisions cost a text comparison, never a wrong answer, so the hash need not be keyed.
#[inline]
fn hash_of(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

macro_rules! name_types {
    ($Owned:ident, $Ref:ident, $kind:literal) => {
        #[doc = concat!("A ", $kind, " name: at most 255 bytes, no control characters, none of `: , / =`, no white space at its ends.")]
        ///
        /// Cloning shares the text.
        #[derive(Clone)]
        pub struct $Owned {
            hash: u64,
            text: Arc<str>,
        }

        #[doc = concat!("A borrowed ", $kind, " name with its hash: what a check takes, so that a caller who stores plain text allocates nothing.")]
        #[derive(Clone, Copy)]
        pub struct $Ref<'a> {
            hash: u64,
            text: &'a str,
        }

        impl $Owned {
            #[doc = concat!("Validates `text` as a ", $kind, " name.")]
            ///
            /// # Errors
            ///
            /// [`NameError`] names the text and what is wrong with it.
            pub fn new(text: &str) -> Result<Self, NameError> {
                $Ref::new(text).map(|name| name.to_owned())
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.text
            }

            /// What the text takes in memory besides the name itself, as if no clone shared it.
            pub(crate) fn heap_bytes(&self) -> usize {
                (REFERENCE_COUNTS + self.text.len()).next_multiple_of(align_of::<usize>())
            }

            /// The borrowed form.
            #[must_use]
            #[inline]
            pub fn as_ref(&self) -> $Ref<'_> {
                $Ref {
                    hash: self.hash,
                    text: &self.text,
                }
            }
        }

        impl<'a> $Ref<'a> {
            #[doc = concat!("Validates and hashes `text` as a ", $kind, " name, without allocating.")]
            ///
            /// # Errors
            ///
            /// [`NameError`] names the text and what is wrong with it.
            #[inline]
            pub fn new(text: &'a str) -> Result<Self, NameError> {
                if !is_plain(text.as_bytes()) {
                    validate($kind, text)?;
                }
                Ok(Self {
                    hash: hash_of(text),
                    text,
                })
            }

            /// The name as text.
            #[must_use]
            #[inline]
            pub const fn as_str(self) -> &'a str {
                self.text
            }

            /// The owned form.
            #[must_use]
            pub fn to_owned(self) -> $Owned {
                $Owned {
                    hash: self.hash,
                    text: self.text.into(),
                }
            }

            /// What sorted slices and tables are searched by.
            #[inline]
            pub(crate) const fn hash(self) -> u64 {
                self.hash
            }

            /// The order of the library's sorted slices: by hash, then text. Cheap, and stable within a process.
            pub(crate) fn hash_order(self, other: Self) -> Ordering {
                self.hash
                    .cmp(&other.hash)
                    .then_with(|| self.text.cmp(other.text))
            }
        }

        impl PartialEq for $Ref<'_> {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.hash == other.hash && self.text == other.text
            }
        }

        impl Eq for $Ref<'_> {}

        impl PartialEq for $Owned {
            fn eq(&self, other: &Self) -> bool {
                self.as_ref() == other.as_ref()
            }
        }

        impl Eq for $Owned {}

        impl PartialOrd for $Owned {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        /// Alphabetical, as listings print names.
        impl Ord for $Owned {
            fn cmp(&self, other: &Self) -> Ordering {
                self.text.cmp(&other.text)
            }
        }

        /// The text, not the stored hash: names chosen to collide in that one must not collide in a map with a keyed hasher.
        impl Hash for $Owned {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.text.hash(state);
            }
        }

        impl<'a> From<&'a $Owned> for $Ref<'a> {
            fn from(name: &'a $Owned) -> Self {
                name.as_ref()
            }
        }

        impl FromStr for $Owned {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $Owned {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.text)
            }
        }

        impl fmt::Debug for $Owned {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.text, f)
            }
        }

        impl fmt::Display for $Ref<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.text)
            }
        }

        impl fmt::Debug for $Ref<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.text, f)
            }
        }
    };
}

name_types!(UserName, UserRef, "user");
name_types!(GroupName, GroupRef, "group");

impl UserName {
    /// The user without a name, as whom every peer acts where there is no authentication (Alluxio's NOSASL). No text is read
    /// as it: [`new`](Self::new) refuses the empty one.
    #[must_use]
    pub fn unnamed() -> Self {
        UserRef::UNNAMED.to_owned()
    }

    /// Whether it is [`unnamed`](Self::unnamed).
    #[must_use]
    pub fn is_unnamed(&self) -> bool {
        self.text.is_empty()
    }
}

impl UserRef<'_> {
    /// [`UserName::unnamed`], borrowed.
    pub const UNNAMED: Self = UserRef { hash: 0, text: "" };

    /// Whether both are one person: of the unnamed nobody knows who they are, so none is the owner of what another left.
    #[inline]
    pub(crate) fn is_person(self, other: Self) -> bool {
        self == other && !self.text.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_people_have_are_accepted() {
        for text in [
            "alice",
            "a",
            "Domain Users",
            "svc-1_x.y",
            "alice@EXAMPLE.COM",
            "üser",
            "$machine",
        ] {
            assert_eq!(UserName::new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn separators_controls_and_padding_are_refused_with_their_place() {
        for (text, bad) in [
            ("a:b", ':'),
            ("a,b", ','),
            ("a/b", '/'),
            ("a=b", '='),
            ("a\nb", '\n'),
            ("a\0b", '\0'),
        ] {
            let error = GroupName::new(text).unwrap_err();
            assert_eq!(
                error,
                NameError::Forbidden {
                    kind: "group",
                    name: text.into(),
                    character: bad,
                    position: 1
                }
            );
        }
        assert_eq!(UserName::new(""), Err(NameError::Empty { kind: "user" }));
        assert_eq!(
            UserName::new(" a").unwrap_err().to_string(),
            "user name \" a\" begins or ends with white space"
        );
        assert!(UserName::new(&"x".repeat(255)).is_ok());
        assert_eq!(
            UserName::new(&"x".repeat(256)),
            Err(NameError::TooLong {
                kind: "user",
                length: 256
            })
        );
    }

    #[test]
    fn a_plain_name_is_a_valid_name() {
        for byte in 0..128_u8 {
            let text = format!("a{}b", byte as char);
            let padded = (byte as char).to_string();
            if is_plain(text.as_bytes()) {
                assert_eq!(validate("user", &text), Ok(()), "{text:?}");
                assert_eq!(validate("user", &padded), Ok(()), "{padded:?}");
            } else {
                assert!(byte == b' ' || validate("user", &text).is_err(), "{text:?}");
            }
        }
        assert!(!is_plain(b"") && !is_plain(&[b'a'; 256]) && is_plain(&[b'a'; 255]));
    }

    #[test]
    fn equality_is_by_text_even_where_hashes_collide() {
        let a = UserRef { hash: 7, text: "a" };
        let b = UserRef { hash: 7, text: "b" };
        assert_ne!(a, b);
        assert_eq!(a.hash_order(b), Ordering::Less);
    }

    #[test]
    fn a_map_is_not_led_by_the_stored_hash() {
        use std::hash::BuildHasher;

        let name = |text: &str| UserName {
            hash: 7,
            text: text.into(),
        };
        let keyed = std::hash::RandomState::new();
        assert_ne!(keyed.hash_one(name("a")), keyed.hash_one(name("b")));
    }
}
