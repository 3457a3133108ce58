//! The bytes of a token: `version key-id expiry rights user real-user resource mac`, in URL-safe base64.
//!
//! Numbers are big-endian; the three texts each follow one byte with their length. The MAC is over all bytes before it, as
//! received.

use base64ct::{Base64UrlUnpadded, Encoding};

use super::key::{KeyId, MAC_LEN};
use crate::acl::Perm;

const VERSION: u8 = 1;
const HEADER_LEN: usize = 1 + 8 + 8 + 1;
const MAX_TEXT: usize = 255;
const MAX_LEN: usize = HEADER_LEN + 3 * (1 + MAX_TEXT) + MAC_LEN;
/// base64 of `MAX_LEN` bytes.
const MAX_ENCODED: usize = MAX_LEN.div_ceil(3) * 4;

/// What a token says.
pub(super) struct Claims<'a> {
    pub(super) key: KeyId,
    pub(super) expires: u64,
    pub(super) rights: Perm,
    pub(super) user: &'a str,
    /// Empty without impersonation.
    pub(super) real: &'a str,
    pub(super) resource: &'a [u8],
}

impl Claims<'_> {
    /// The token, signed by `sign`; `None` if a text is longer than a byte can say.
    pub(super) fn encode(&self, sign: impl FnOnce(&[u8]) -> [u8; MAC_LEN]) -> Option<String> {
        let mut bytes = Vec::with_capacity(MAX_LEN);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.key.0.to_be_bytes());
        bytes.extend_from_slice(&self.expires.to_be_bytes());
        bytes.push(u8::try_from(self.rights.bits()).ok()?);
        for text in [self.user.as_bytes(), self.real.as_bytes(), self.resource] {
            bytes.push(u8::try_from(text.len()).ok()?);
            bytes.extend_from_slice(text);
        }
        let mac = sign(&bytes);
        bytes.extend_from_slice(&mac);
        Some(Base64UrlUnpadded::encode_string(&bytes))
    }
}

/// The decoded bytes of a token, on the stack.
#[derive(Clone)]
pub(super) struct Token {
    bytes: [u8; MAX_LEN],
    len: usize,
}

impl Token {
    pub(super) fn decode(text: &str) -> Option<Self> {
        if text.len() > MAX_ENCODED {
            return None;
        }
        let mut bytes = [0; MAX_LEN];
        let len = Base64UrlUnpadded::decode(text, &mut bytes).ok()?.len();
        Some(Self { bytes, len })
    }

    /// What was signed, and the signature.
    pub(super) fn split(&self) -> Option<(&[u8], &[u8; MAC_LEN])> {
        self.bytes.get(..self.len)?.split_last_chunk()
    }

    /// The key that it claims to be signed with; nothing else may be read before the MAC holds.
    pub(super) fn key(&self) -> Option<KeyId> {
        let (signed, _) = self.split()?;
        let (&version, rest) = signed.split_first()?;
        let (id, _) = rest.split_first_chunk()?;
        (version == VERSION).then_some(KeyId(u64::from_be_bytes(*id)))
    }

    /// What it says, once the MAC holds.
    pub(super) fn claims(&self) -> Option<Claims<'_>> {
        let (signed, _) = self.split()?;
        let (_, rest) = signed.split_first()?;
        let (id, rest) = rest.split_first_chunk()?;
        let (expires, rest) = rest.split_first_chunk()?;
        let (&rights, rest) = rest.split_first()?;
        let (user, rest) = text(rest)?;
        let (real, rest) = text(rest)?;
        let (resource, rest) = text(rest)?;
        if rights > 7 || !rest.is_empty() {
            return None;
        }
        Some(Claims {
            key: KeyId(u64::from_be_bytes(*id)),
            expires: u64::from_be_bytes(*expires),
            rights: Perm::from_bits(rights.into()),
            user: std::str::from_utf8(user).ok()?,
            real: std::str::from_utf8(real).ok()?,
            resource,
        })
    }
}

/// A text with its length before it, and what follows.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&len, rest) = bytes.split_first()?;
    rest.split_at_checked(len.into())
}
