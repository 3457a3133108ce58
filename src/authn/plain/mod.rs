//! PLAIN (RFC 4616): a name and a password in the clear, and for whom to act. Use it over TLS.

mod stored;
mod verifier;

use std::fmt;
use std::sync::Arc;

use super::error::{act_as, user_name};
use super::opening::Opening;
use super::{AuthnError, Connected, Exchange, Later, Login, SaslMechanism, Step};
use crate::identity::{Mechanism, Password, Principal, UserName};

pub use stored::StoredPasswords;
pub use verifier::{PasswordVerifier, Verification, VerifyError};

/// As upstream begins its errors.
const MECHANISM: &str = "Plain";

/// What a client sends that has no password: upstream's literal. An empty one would be refused, even where nobody looks at it.
const NO_PASSWORD: &str = "noPassword";

/// Alluxio's SIMPLE and CUSTOM over SASL's PLAIN, with the rules of its `PlainSaslServer`: the message is
/// `[authzid] NUL authcid NUL password`, where the password may hold further NULs and may not be empty.
///
/// ```
/// use bailiwick::authn::{Plain, Step, VerifyError};
/// use bailiwick::identity::Mechanism;
///
/// let plain = Plain::verified(|user: &_, password: _| looked_up(user, password).into());
/// let Step::Done { end: login, .. } = plain.server().step(b"alice\0yarn\0secret")? else { unreachable!() };
/// assert_eq!(login.principal.name().as_str(), "yarn");
/// assert_eq!(login.principal.mechanism(), Mechanism::Custom);
/// assert_eq!(login.act_as.unwrap().as_str(), "alice");
///
/// let error = plain.server().step(b"\0yarn\0guess").unwrap_err();
/// assert_eq!(error.to_string(), "Plain authentication failed: wrong user name or password");
/// # use bailiwick::identity::{Password, UserName};
/// # fn looked_up(_: &UserName, password: Password) -> Result<(), VerifyError> {
/// #     if password.as_str() == "secret" { Ok(()) } else { Err(VerifyError::refused("wrong user name or password")) }
/// # }
/// # Ok::<(), bailiwick::authn::AuthnError>(())
/// ```
#[derive(Clone)]
pub struct Plain(Option<Arc<dyn PasswordVerifier>>);

impl Plain {
    /// SIMPLE: whoever connects is who they say, and the password is not looked at. Use it only where everybody who can
    /// connect may be trusted with that.
    #[must_use]
    pub const fn trusted() -> Self {
        Self(None)
    }

    /// CUSTOM: `verifier` decides about name and password. It may be a closure.
    pub fn verified(verifier: impl PasswordVerifier + 'static) -> Self {
        Self(Some(Arc::new(verifier)))
    }

    /// The server's side of one login.
    #[must_use]
    pub fn server(&self) -> Exchange<Login> {
        Exchange::new(Server(self.clone()))
    }

    /// The client's side: one message, with `act_as` as authorization identity where it is given. Without a password it
    /// sends `noPassword`, as upstream's clients do.
    ///
    /// The reply of its step holds the password. Wipe it once it is sent.
    #[must_use]
    pub fn client(
        user: &UserName,
        password: Option<&Password>,
        act_as: Option<&UserName>,
    ) -> Exchange<Connected> {
        let act_as = act_as.map_or("", UserName::as_str);
        let password = password.map_or(NO_PASSWORD, Password::as_str);
        // Of the right length at once: growing would leave copies behind.
        let message = [act_as, user.as_str(), password].join("\0");
        Exchange::new(Opening::new(MECHANISM, message))
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            None => "Plain(trusted)",
            Some(_) => "Plain(verified)",
        })
    }
}

struct Server(Plain);

impl SaslMechanism<Login> for Server {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        let message = Message::parse(input)?;
        let user = user_name(MECHANISM, "authentication identity", message.authcid)?;
        let act_as = act_as(MECHANISM, message.authzid)?;
        let Self(Plain(Some(verifier))) = *self else {
            return Ok(done(user, Mechanism::Simple, act_as));
        };
        match verifier.verify(&user, Password::new(message.password)) {
            Verification::Now(verdict) => {
                verdict.map_err(failed)?;
                Ok(done(user, Mechanism::Custom, act_as))
            }
            Verification::Later(verdict) => Ok(Step::Later(Later::new(async move {
                verdict.await.map_err(failed)?;
                Ok(done(user, Mechanism::Custom, act_as))
            }))),
        }
    }
}

fn done(user: UserName, mechanism: Mechanism, act_as: Option<UserName>) -> Step<Login> {
    let login = Login::new(Principal::proved(user, mechanism));
    Step::Done {
        end: login.acting_as(act_as),
        reply: Vec::new(),
    }
}

fn failed(error: VerifyError) -> AuthnError {
    match error {
        VerifyError::Refused { reason } => AuthnError::refused(MECHANISM, reason),
        VerifyError::Unavailable { reason } => AuthnError::unavailable(MECHANISM, reason),
    }
}

/// A message in its three parts. The password is a part of the input until somebody has to be asked about it.
struct Message<'a> {
    authzid: &'a str,
    authcid: &'a str,
    password: &'a str,
}

impl<'a> Message<'a> {
    fn parse(input: &'a [u8]) -> Result<Self, AuthnError> {
        let malformed = |reason| AuthnError::malformed(MECHANISM, reason);
        let text = std::str::from_utf8(input).map_err(|_| malformed("the message is not UTF-8"))?;
        let mut parts = text.splitn(3, '\0');
        let (Some(authzid), Some(authcid), Some(password)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(malformed(
                "Invalid message format, parts must contain 3 items",
            ));
        };
        if authcid.is_empty() {
            return Err(malformed("No authentication identity provided"));
        }
        // A directory takes a name without a password for an anonymous login and says yes (RFC 4513 §5.1.2).
        if password.is_empty() {
            return Err(malformed("No password provided"));
        }
        Ok(Self {
            authzid,
            authcid,
            password,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn refused(plain: &Plain, input: &[u8]) -> String {
        plain.server().step(input).unwrap_err().to_string()
    }

    #[test]
    fn no_verifier_sees_what_is_malformed_or_has_no_password() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let verified = Plain::verified(move |_: &UserName, _: Password| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(()).into()
        });
        for plain in [&Plain::trusted(), &verified] {
            for (input, says) in [
                (
                    &b""[..],
                    "Plain authentication failed: Invalid message format, parts must contain 3 items",
                ),
                (
                    b"\0alice",
                    "Plain authentication failed: Invalid message format, parts must contain 3 items",
                ),
                (
                    b"\0\0secret",
                    "Plain authentication failed: No authentication identity provided",
                ),
                (
                    b"\0alice\0",
                    "Plain authentication failed: No password provided",
                ),
                (
                    b"\0alice\0\xff",
                    "Plain authentication failed: the message is not UTF-8",
                ),
                (
                    b"\0a:b\0secret",
                    "Plain authentication failed: the authentication identity holds ':' at byte 1",
                ),
                (
                    b"\0alice \0secret",
                    "Plain authentication failed: the authentication identity is not a user name",
                ),
                (
                    b"a/b\0alice\0secret",
                    "Plain authentication failed: the authorization identity holds '/' at byte 1",
                ),
            ] {
                assert_eq!(refused(plain, input), says, "{plain:?} {input:?}");
            }
        }
        assert_eq!(asked.load(Ordering::Relaxed), 0);
        assert!(verified.server().step(b"\0alice\0secret").is_ok());
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_password_may_hold_nul_and_reaches_the_verifier_whole() {
        let plain = Plain::verified(|user: &UserName, password: Password| {
            assert_eq!(user.as_str(), "alice");
            assert_eq!(password.as_str(), "a\0b\0");
            Ok(()).into()
        });
        assert!(plain.server().step(b"\0alice\0a\0b\0").is_ok());
    }

    #[test]
    fn a_directory_that_is_down_is_no_refusal() {
        let plain = Plain::verified(|_: &UserName, _: Password| {
            Err(VerifyError::unavailable("the directory does not answer")).into()
        });
        let error = plain.server().step(b"\0alice\0secret").unwrap_err();
        assert!(error.is_unavailable());
        assert_eq!(
            error.to_string(),
            "Plain authentication is unavailable: the directory does not answer"
        );
    }

    #[test]
    fn what_the_client_sends_is_what_the_server_reads() {
        let name = |name| UserName::new(name).unwrap();
        let (yarn, alice) = (name("yarn"), name("alice"));
        let secret = Password::new("secret");
        for (password, act_as, sent) in [
            (None, None, &b"\0yarn\0noPassword"[..]),
            (Some(&secret), None, b"\0yarn\0secret"),
            (Some(&secret), Some(&alice), b"alice\0yarn\0secret"),
        ] {
            let client = Plain::client(&yarn, password, act_as).step(b"").unwrap();
            let Step::Done { reply, .. } = client else {
                panic!("{client:?}");
            };
            assert_eq!(reply, sent);
            let server = Plain::trusted().server().step(&reply).unwrap();
            let Step::Done { end: login, .. } = server else {
                panic!("{server:?}");
            };
            assert_eq!(login.principal.name(), &yarn);
            assert_eq!(login.principal.mechanism(), Mechanism::Simple);
            assert_eq!(login.act_as.as_ref(), act_as);
        }
        assert!(Plain::client(&yarn, None, None).step(b"challenge").is_err());
    }
}
