//! A token in its compact form (RFC 7515 §7.1), taken apart but not yet believed.

use base64ct::{Base64UrlUnpadded, Encoding};

use super::json::{NotText, Object};
use super::key::quoted;
use super::{Algorithm, malformed, refused};
use crate::authn::AuthnError;

/// Longer tokens do not fit the headers of HTTP servers either.
const MAX_TOKEN: usize = 16 * 1024;
/// Some providers put their certificates into it.
const MAX_HEADER: usize = 8 * 1024;

/// What a token says. Nothing of it is true before the signature was checked.
pub(super) struct Token<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
    /// Header and payload as they were signed.
    pub(super) signed: &'a [u8],
    pub(super) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl<'a> Token<'a> {
    pub(super) fn parse(token: &'a [u8]) -> Result<Self, AuthnError> {
        let (length, limit) = (token.len(), MAX_TOKEN);
        if length > limit {
            return Err(AuthnError::TooLong { length, limit });
        }
        let text = std::str::from_utf8(token).map_err(|_| malformed("the token is not ASCII"))?;
        let three = || malformed("a token has three parts with dots between them");
        let (signed, signature) = text.rsplit_once('.').ok_or_else(three)?;
        let (header, payload) = signed.split_once('.').ok_or_else(three)?;
        if payload.contains('.') {
            return Err(three());
        }
        if header.len() > MAX_HEADER {
            return Err(malformed("the header of the token is longer than 8 KiB"));
        }
        let header = decode(header, "header")?;
        let (algorithm, kid) = read_header(&header)?;
        Ok(Self {
            algorithm,
            kid,
            signed: signed.as_bytes(),
            payload: decode(payload, "payload")?,
            signature: decode(signature, "signature")?,
        })
    }
}

/// Canonical base64url: no padding, and no bits beyond the last byte, so that a token has one form only.
fn decode(part: &str, name: &str) -> Result<Vec<u8>, AuthnError> {
    Base64UrlUnpadded::decode_vec(part)
        .map_err(|_| malformed(format!("the {name} of the token is not base64url")))
}

/// Keys and addresses of keys in it (`jwk`, `jku`, `x5c`, `x5u`) are not looked at: whoever makes a token writes them.
fn read_header(header: &[u8]) -> Result<(Algorithm, Option<String>), AuthnError> {
    let header = Object::parse(header)
        .map_err(|error| malformed(format!("the header of the token: {error}")))?;
    let text = |name| {
        let text = header.text(name);
        text.map_err(|NotText| malformed(format!("{name:?} in the header is not a text")))
    };
    // Extensions that have to be understood (RFC 7515 §4.1.11). We understand none.
    if header.get("crit").is_some() {
        return Err(refused("the token demands an extension (\"crit\")"));
    }
    // Those mean other things by the same claims (RFC 8725 §3.11): logout tokens, security events, proofs.
    if let Some(kind) = text("typ")? {
        let short = kind.strip_prefix("application/").unwrap_or(kind);
        if !["JWT", "at+jwt"]
            .iter()
            .any(|known| short.eq_ignore_ascii_case(known))
        {
            return Err(refused(format!("a token of type {}", quoted(kind))));
        }
    }
    let name = text("alg")?.ok_or_else(|| malformed("the token names no algorithm"))?;
    let algorithm = Algorithm::from_name(name)
        .ok_or_else(|| refused(format!("the algorithm {} is not spoken", quoted(name))))?;
    Ok((algorithm, text("kid")?.map(ToOwned::to_owned)))
}
