//! ANONYMOUS (RFC 4505): Alluxio's NOSASL, where nobody is asked who they are.

use super::opening::Opening;
use super::{AuthnError, Connected, Exchange, Login, SaslMechanism, Step};
use crate::identity::Principal;

const MECHANISM: &str = "Anonymous";

/// The longest trace, in characters (RFC 4505 §2).
const MAX_TRACE: usize = 255;

/// No authentication: every peer is [`Principal::unnamed`].
///
/// A peer may send a trace, such as an address to write to. It proves nothing, so the server checks that it is one and
/// forgets it: whatever it says, it never becomes anybody's name.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Anonymous;

impl Anonymous {
    /// The server's side.
    #[must_use]
    pub fn server() -> Exchange<Login> {
        Exchange::new(Server)
    }

    /// The client's side, with a trace, which may be empty. Servers refuse one of more than 255 characters.
    #[must_use]
    pub fn client(trace: &str) -> Exchange<Connected> {
        Exchange::new(Opening::new(MECHANISM, trace.to_owned()))
    }
}

struct Server;

impl SaslMechanism<Login> for Server {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        let trace = std::str::from_utf8(input)
            .map_err(|_| AuthnError::malformed(MECHANISM, "the trace is not UTF-8"))?;
        if trace.chars().nth(MAX_TRACE).is_some() {
            let reason = "the trace is longer than 255 characters";
            return Err(AuthnError::malformed(MECHANISM, reason));
        }
        // Its stringprep profile prohibits them (RFC 4505 §3).
        if trace.chars().any(char::is_control) {
            let reason = "the trace holds a control character";
            return Err(AuthnError::malformed(MECHANISM, reason));
        }
        Ok(Step::Done {
            end: Login::new(Principal::unnamed()),
            reply: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Mechanism;

    #[test]
    fn a_trace_is_bounded_and_never_becomes_a_name() {
        let long = "ü".repeat(255);
        for trace in ["", "alice", "hdfs@EXAMPLE.COM", &long] {
            let Ok(Step::Done { reply, .. }) = Anonymous::client(trace).step(b"") else {
                panic!("{trace}");
            };
            assert_eq!(reply, trace.as_bytes());
            let Ok(Step::Done { end: login, .. }) = Anonymous::server().step(&reply) else {
                panic!("{trace}");
            };
            assert_eq!(login.principal, Principal::unnamed());
            assert!(login.principal.name().is_unnamed());
            assert_eq!(login.principal.mechanism(), Mechanism::NoSasl);
            assert_eq!(login.principal.credential(), None);
            assert_eq!(login.act_as, None);
        }
        for (trace, says) in [
            (
                "ü".repeat(256).into_bytes(),
                "the trace is longer than 255 characters",
            ),
            (b"a\0b".to_vec(), "the trace holds a control character"),
            (b"\xff".to_vec(), "the trace is not UTF-8"),
        ] {
            let error = Anonymous::server().step(&trace).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("Anonymous authentication failed: {says}")
            );
        }
    }
}
