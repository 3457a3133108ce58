//! The fields `Authorization` and `WWW-Authenticate`: schemes, tokens and challenges (RFC 9110 §11).

use base64ct::{Base64, Encoding};
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use zeroize::Zeroizing;

/// The longest token that is looked at: 64 KiB, the most that an exchange takes at once by default, is 87,384 characters of
/// base64.
const MAX_TOKEN: usize = 96 * 1024;

/// What a request says in `Authorization`.
pub(super) struct Credentials<'a> {
    pub(super) scheme: &'a str,
    token: Option<&'a str>,
}

impl<'a> Credentials<'a> {
    /// The credentials of a request, if it has any. With two fields it is not known which the next reader would take.
    pub(super) fn find(headers: &'a HeaderMap) -> Result<Option<Self>, &'static str> {
        let mut fields = headers.get_all(AUTHORIZATION).iter();
        let Some(field) = fields.next() else {
            return Ok(None);
        };
        if fields.next().is_some() {
            return Err("there are two of it");
        }
        let text = field.to_str().map_err(|_| "it is not ASCII")?;
        let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
        let token = Some(rest.trim_start_matches(' ')).filter(|rest| !rest.is_empty());
        Ok(Some(Self { scheme, token }))
    }

    /// The one token68 that has to follow the name of the scheme.
    fn token68(&self) -> Result<&'a str, &'static str> {
        let token = self.token.ok_or("there is no token")?;
        if token.len() > MAX_TOKEN {
            return Err("the token is too long");
        }
        let text = token.trim_end_matches('=');
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
        if text.is_empty() || !text.bytes().all(allowed) {
            return Err("what follows the scheme is not one token68");
        }
        Ok(token)
    }
}

/// The schemes that send a token, and what an exchange is given of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// RFC 4559: base64 of what GSS-API takes.
    Negotiate,
    /// RFC 6750: the token as it is.
    Bearer,
    /// RFC 7617: base64 of `user:password`, which becomes the message of PLAIN (RFC 4616).
    Basic,
}

impl Sent {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Negotiate => "Negotiate",
            Self::Bearer => "Bearer",
            Self::Basic => "Basic",
        }
    }

    /// The input of the exchange.
    pub(super) fn decode(
        self,
        credentials: &Credentials<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, &'static str> {
        let token = credentials.token68()?;
        let decoded = || {
            Base64::decode_vec(token)
                .map(Zeroizing::new)
                .map_err(|_| "the token is not base64")
        };
        match self {
            Self::Negotiate => decoded(),
            Self::Bearer => Ok(Zeroizing::new(token.as_bytes().to_vec())),
            Self::Basic => plain(&decoded()?),
        }
    }

    /// The challenge without a token. Every one but Negotiate must have a parameter (RFC 7617 §2, RFC 6750 §3).
    pub(super) fn challenge(self, realm: &str) -> HeaderValue {
        let realm = quoted(realm);
        field(&match self {
            Self::Negotiate => self.name().to_owned(),
            Self::Bearer => format!("Bearer realm={realm}"),
            Self::Basic => format!("Basic realm={realm}, charset=\"UTF-8\""),
        })
    }

    /// The challenge after credentials that were refused.
    pub(super) fn refusal(self, realm: &str) -> HeaderValue {
        match self {
            Self::Bearer => field(&format!(
                "Bearer realm={}, error=\"invalid_token\"",
                quoted(realm)
            )),
            Self::Negotiate | Self::Basic => self.challenge(realm),
        }
    }

    /// What the exchange has for the peer.
    pub(super) fn reply(self, reply: &[u8]) -> HeaderValue {
        field(&format!("{} {}", self.name(), Base64::encode_string(reply)))
    }
}

/// `user:password` as `NUL user NUL password`. The password may hold colons; a NUL would move the border.
fn plain(basic: &[u8]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    if basic.contains(&0) {
        return Err("user name or password hold NUL");
    }
    let colon = basic.iter().position(|byte| *byte == b':');
    let colon = colon.ok_or("there is no colon after the user name")?;
    let mut message = Zeroizing::new(Vec::with_capacity(basic.len() + 1));
    message.push(0);
    message.extend_from_slice(basic);
    if let Some(border) = message.get_mut(colon + 1) {
        *border = 0;
    }
    Ok(message)
}

/// A quoted-string (RFC 9110 §5.6.4). What a header must not hold is left out.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars().filter(|c| matches!(c, ' '..='~')) {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// Text that is visible ASCII by the way it was made.
fn field(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_realm_cannot_leave_its_quotes() {
        for (realm, challenge) in [
            ("webhdfs", "Basic realm=\"webhdfs\", charset=\"UTF-8\""),
            (
                "a\"b\\c\r\nX: ü",
                "Basic realm=\"a\\\"b\\\\cX: \", charset=\"UTF-8\"",
            ),
        ] {
            assert_eq!(Sent::Basic.challenge(realm), challenge);
        }
    }

    #[test]
    fn a_token_is_bounded_before_it_is_decoded() {
        let decode = |token: &str| {
            let token = Some(token);
            let scheme = "Bearer";
            Sent::Bearer.decode(&Credentials { scheme, token })
        };
        assert!(decode(&"a".repeat(MAX_TOKEN)).is_ok());
        let long = decode(&"a".repeat(MAX_TOKEN + 1));
        assert_eq!(long, Err("the token is too long"));
        for token in ["===", "a=b", "a,b"] {
            let expected = "what follows the scheme is not one token68";
            assert_eq!(decode(token), Err(expected), "{token}");
        }
    }

    #[test]
    fn only_the_first_colon_of_basic_is_a_border() {
        assert_eq!(**plain(b"alice:a:b").unwrap(), *b"\0alice\0a:b");
        assert_eq!(**plain(b":").unwrap(), *b"\0\0");
        assert!(plain(b"alice").is_err() && plain(b"al\0ice:x").is_err());
    }
}
