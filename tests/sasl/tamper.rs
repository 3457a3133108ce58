//! What somebody between the two ends, or one of them, can do to a message.

use crate::frames::PASSWORD;

/// A change of one message of one end.
#[derive(Clone, Debug)]
pub(crate) enum How {
    /// Nothing of it comes.
    Empty,
    /// It ends here.
    Cut(usize),
    /// A byte is another one.
    Byte(usize, u8),
    /// There is one more.
    Insert(usize, u8),
    /// One is missing.
    Remove(usize),
    /// It comes twice in one.
    Twice,
    /// Another one comes instead: of this conversation, but at another time, or of another mechanism.
    Other(Vec<u8>),
    /// It is followed by more than may be.
    Oversized,
}

impl How {
    /// All of them, for a message.
    pub(crate) fn all(message: &[u8]) -> Vec<Self> {
        let mut all = vec![Self::Empty, Self::Twice, Self::Oversized];
        for (at, byte) in message.iter().enumerate() {
            all.extend([Self::Cut(at), Self::Remove(at)]);
            for other in [0, b'A', 0xff, byte ^ 1, byte ^ 0x20] {
                if other != *byte {
                    all.push(Self::Byte(at, other));
                }
            }
        }
        for at in 0..=message.len() {
            all.extend([0, b'a', 0xff].map(|byte| Self::Insert(at, byte)));
        }
        all
    }

    pub(crate) fn apply(&self, message: &[u8]) -> Vec<u8> {
        let mut changed = message.to_vec();
        match self {
            Self::Empty => changed.clear(),
            Self::Cut(at) => changed.truncate(*at),
            Self::Byte(at, byte) => changed[*at] = *byte,
            Self::Insert(at, byte) => changed.insert(*at, *byte),
            Self::Remove(at) => drop(changed.remove(*at)),
            Self::Twice => changed.extend_from_slice(message),
            Self::Other(other) => changed.clone_from(other),
            Self::Oversized => {
                changed.resize(64 * 1024 + 1 - PASSWORD.len(), b'x');
                changed.extend_from_slice(PASSWORD.as_bytes());
            }
        }
        changed
    }
}
