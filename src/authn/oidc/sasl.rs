//! OAUTHBEARER (RFC 7628): a token over SASL.

use super::Bearer;
use super::json::Object;
use super::key::quoted;
use crate::authn::error::{AUTHZID, user_name};
use crate::authn::{AuthnError, Connected, Exchange, Login, SaslMechanism, Step};
use crate::identity::{Password, UserName};

const MECHANISM: &str = "OAUTHBEARER";
/// What ends each key with its value, and the message (§3.1).
const END: char = '\u{1}';

fn malformed(reason: &'static str) -> AuthnError {
    AuthnError::malformed(MECHANISM, reason)
}

impl Bearer {
    /// The server's exchange for SASL's OAUTHBEARER.
    ///
    /// A refused token is answered with an error in JSON (§3.2.2); the exchange fails with the reason at the next step,
    /// whatever the client sends. Where the provider cannot be asked it fails at once: then nothing is known of the token.
    /// Host and port that the client names are not looked at. Over TLS only, because the token crosses the wire.
    #[must_use]
    pub fn sasl(&self) -> Exchange<Login> {
        Exchange::new(Server(self.clone()))
    }

    /// The client's exchange for SASL's OAUTHBEARER: begin it with an empty input. When the server has accepted, step it
    /// with what came with the acceptance, which is nothing.
    ///
    /// `act_as` is the authorization identity; `server` is the host and the port that the client believes to talk to. Over TLS
    /// only: whoever gets the token is the user.
    #[must_use]
    pub fn client(
        token: Password,
        act_as: Option<&UserName>,
        server: Option<(&str, u16)>,
    ) -> Exchange<Connected> {
        Exchange::new(Client::Begin {
            token,
            act_as: act_as.cloned(),
            server: server.map(|(host, port)| (host.to_owned(), port)),
        })
    }
}

struct Server(Bearer);

impl SaslMechanism<Login> for Server {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        let Request { act_as, token } = Request::parse(input)?;
        self.0
            .verify(token.as_bytes())
            .step(|verdict| match verdict {
                Ok(principal) => Ok(Step::Done {
                    end: Login::new(principal).acting_as(act_as),
                    reply: Vec::new(),
                }),
                Err(error) if error.is_unavailable() => Err(error),
                Err(error) => Ok(Step::Continue {
                    reply: br#"{"status":"invalid_token"}"#.to_vec(),
                    next: Exchange::new(Failing(error)),
                }),
            })
    }
}

/// The client has been told, and acknowledges.
struct Failing(AuthnError);

impl<End> SaslMechanism<End> for Failing {
    fn step(self: Box<Self>, _: &[u8]) -> Result<Step<End>, AuthnError> {
        Err(self.0)
    }
}

/// A client's first message.
#[derive(Debug, PartialEq, Eq)]
struct Request<'a> {
    act_as: Option<UserName>,
    token: &'a str,
}

impl<'a> Request<'a> {
    fn parse(input: &'a [u8]) -> Result<Self, AuthnError> {
        let text = std::str::from_utf8(input).map_err(|_| malformed("the message is not UTF-8"))?;
        let gs2 = || malformed("the message does not begin with a GS2 header");
        let (flag, rest) = text.split_once(',').ok_or_else(gs2)?;
        match flag {
            "n" | "y" => {}
            _ if flag.starts_with("p=") => return Err(malformed("there is no channel binding")),
            _ => return Err(gs2()),
        }
        let (authzid, rest) = rest.split_once(',').ok_or_else(gs2)?;
        let act_as = match authzid.strip_prefix("a=") {
            Some(name) => Some(user_name(MECHANISM, AUTHZID, &unescaped(name)?)?),
            None if authzid.is_empty() => None,
            None => return Err(gs2()),
        };
        let end = || malformed("the message does not end as it should");
        let pairs = rest.strip_prefix(END).ok_or_else(gs2)?;
        let pairs = pairs.strip_suffix(END).ok_or_else(end)?;
        let pairs = pairs.strip_suffix(END).ok_or_else(end)?;
        let mut auth = None;
        for pair in pairs.split(END) {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| malformed("a key without a value"))?;
            if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                return Err(malformed("a key that is not of letters"));
            }
            if !value
                .bytes()
                .all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
            {
                return Err(malformed("a value that is not visible ASCII"));
            }
            // Others are for mechanisms to come (§3.1).
            if key == "auth" && auth.replace(value).is_some() {
                return Err(malformed("two values for \"auth\""));
            }
        }
        let auth = auth.ok_or_else(|| malformed("no value for \"auth\""))?;
        let (scheme, token) = auth.split_once(' ').unwrap_or((auth, ""));
        let token = token.trim_start_matches(' ');
        if !scheme.eq_ignore_ascii_case("bearer") || !is_token(token) {
            return Err(malformed("\"auth\" is not a bearer token"));
        }
        Ok(Self { act_as, token })
    }
}

/// `b64token` of RFC 6750 §2.1.
fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !body.is_empty() && body.bytes().all(inside)
}

/// Takes the escapes off a `saslname` (RFC 5801 §4).
fn unescaped(name: &str) -> Result<String, AuthnError> {
    let mut pieces = name.split('=');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (character, rest) = match (piece.strip_prefix("2C"), piece.strip_prefix("3D")) {
            (Some(rest), _) => (',', rest),
            (_, Some(rest)) => ('=', rest),
            _ => {
                return Err(malformed(
                    "'=' in the authorization identity is not an escape",
                ));
            }
        };
        plain.push(character);
        plain.push_str(rest);
    }
    Ok(plain)
}

enum Client {
    Begin {
        token: Password,
        act_as: Option<UserName>,
        server: Option<(String, u16)>,
    },
    Sent,
}

impl SaslMechanism<Connected> for Client {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Connected>, AuthnError> {
        match *self {
            Self::Begin { .. } if !input.is_empty() => {
                Err(malformed("the server speaks before the client"))
            }
            Self::Begin {
                token,
                act_as,
                server,
            } => {
                let reply = message(&token, act_as.as_ref(), server.as_ref())?;
                let next = Exchange::new(Self::Sent);
                Ok(Step::Continue { reply, next })
            }
            Self::Sent if input.is_empty() => Ok(Step::Done {
                end: Connected::default(),
                reply: Vec::new(),
            }),
            Self::Sent => {
                let status = Object::parse(input).ok().and_then(|object| {
                    let status = object.text("status").ok().flatten();
                    status.map(quoted)
                });
                let status = status.unwrap_or_else(|| "an unreadable error".to_owned());
                let error = AuthnError::refused(MECHANISM, format!("the server answers {status}"));
                Ok(Step::Continue {
                    reply: END.to_string().into_bytes(),
                    next: Exchange::new(Failing(error)),
                })
            }
        }
    }
}

fn message(
    token: &Password,
    act_as: Option<&UserName>,
    server: Option<&(String, u16)>,
) -> Result<Vec<u8>, AuthnError> {
    if !is_token(token.as_str()) {
        return Err(malformed("what is to be sent is not a bearer token"));
    }
    // A user name has nothing in it that would have to be escaped.
    let authzid = act_as.map_or_else(String::new, |user| format!("a={}", user.as_str()));
    let mut message = format!("n,{authzid},{END}");
    if let Some((host, port)) = server {
        if !host.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(malformed("the name of the server is not visible ASCII"));
        }
        message.push_str(&format!("host={host}{END}port={port}{END}"));
    }
    message.push_str("auth=Bearer ");
    message.push_str(token.as_str());
    message.push_str("\u{1}\u{1}");
    Ok(message.into_bytes())
}
