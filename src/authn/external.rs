//! EXTERNAL (RFC 4422 appendix A): who the peer is has been proved outside, by its TLS certificate.

use super::error::act_as;
use super::opening::Opening;
use super::{AuthnError, Connected, Exchange, Login, SaslMechanism, Step};
use crate::identity::{Principal, UserName};

const MECHANISM: &str = "External";

/// The login of a peer that something below has proved. All that is left to say is for whom it wants to act.
///
/// ```
/// use bailiwick::authn::{External, Step};
/// use bailiwick::identity::{Mechanism, Principal, UserName};
///
/// // From `tls::PeerName::principal`, of the connection that carries the exchange.
/// let principal = Principal::asserted(UserName::new("yarn")?, Mechanism::Certificate);
/// let Ok(Step::Done { end: login, .. }) = External::server(principal).step(b"alice") else { unreachable!() };
/// assert_eq!(login.principal.name().as_str(), "yarn");
/// assert_eq!(login.act_as.unwrap().as_str(), "alice");
/// # Ok::<(), bailiwick::identity::NameError>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct External;

impl External {
    /// The server's side, for the peer of this one connection: `principal` is whom the connection has proved. Offer it only
    /// where there is one.
    #[must_use]
    pub fn server(principal: Principal) -> Exchange<Login> {
        Exchange::new(Server { principal })
    }

    /// The client's side.
    #[must_use]
    pub fn client(act_as: Option<&UserName>) -> Exchange<Connected> {
        let authzid = act_as.map_or("", UserName::as_str);
        Exchange::new(Opening::new(MECHANISM, authzid.to_owned()))
    }
}

struct Server {
    principal: Principal,
}

impl SaslMechanism<Login> for Server {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        let act_as = act_as(MECHANISM, input)?;
        Ok(Step::Done {
            end: Login::new(self.principal).acting_as(act_as),
            reply: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Mechanism;

    #[test]
    fn the_connection_says_who_and_the_peer_for_whom() {
        let user = |name| UserName::new(name).unwrap();
        let yarn = Principal::asserted(user("yarn"), Mechanism::Certificate);
        for act_as in [None, Some(user("alice"))] {
            let Ok(Step::Done { reply, .. }) = External::client(act_as.as_ref()).step(b"") else {
                panic!("{act_as:?}");
            };
            let Ok(Step::Done { end: login, .. }) = External::server(yarn.clone()).step(&reply)
            else {
                panic!("{act_as:?}");
            };
            assert_eq!((login.principal, login.act_as), (yarn.clone(), act_as));
        }
        for wrong in [&b"a\0b"[..], b"\xff", b" "] {
            assert!(External::server(yarn.clone()).step(wrong).is_err());
        }
    }
}
