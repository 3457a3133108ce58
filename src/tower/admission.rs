//! One request: from what it shows to a principal, and on to the subject.

use std::net::IpAddr;
use std::sync::Arc;

use http::Extensions;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;

use super::header::{Credentials, Sent};
use super::query::parameter;
use super::scheme::Kind;
use super::{Peer, Reason, Rejection, Scheme};
use crate::authn::{AuthnError, Exchange, Login, Step};
use crate::authz::ResolveError;
use crate::identity::{Mechanism, Principal, Subject, UserName};

/// Where a request says for whom it acts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a request has no third place")]
pub enum ActAs {
    /// A parameter of the query, such as `doas` of Hadoop. Its name is compared without regard to case.
    Query(Box<str>),
    /// A header.
    Header(HeaderName),
}

type Resolve = dyn Fn(&Principal, Option<&UserName>, Option<IpAddr>) -> Result<Subject, ResolveError>
    + Send
    + Sync;

/// What the layer was told, shared by all requests.
#[derive(Clone)]
pub(super) struct Admission {
    pub(super) schemes: Vec<Scheme>,
    pub(super) peer: Arc<dyn Fn(&Extensions) -> Peer + Send + Sync>,
    pub(super) act_as: Option<ActAs>,
    pub(super) resolve: Option<Arc<Resolve>>,
    pub(super) retry_after: HeaderValue,
}

/// A finished login, and the exchange's last token for the client.
struct Proved {
    login: Login,
    token: Option<HeaderValue>,
}

/// What goes into `WWW-Authenticate` in the place of a scheme's plain challenge.
struct Failed {
    reason: Reason,
    scheme: Option<(Sent, HeaderValue)>,
}

impl From<Reason> for Failed {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            scheme: None,
        }
    }
}

impl Admission {
    /// Puts principal and subject into the extensions. Gives the token that belongs into the response.
    pub(super) async fn admit(&self, parts: &mut Parts) -> Result<Option<HeaderValue>, Rejection> {
        // From here on nobody prints it by accident.
        for (name, value) in &mut parts.headers {
            if name == AUTHORIZATION {
                value.set_sensitive(true);
            }
        }
        let peer = (self.peer)(&parts.extensions);
        let Proved { login, token } = self
            .login(parts, &peer)
            .await
            .map_err(|failed| self.unauthenticated(failed))?;
        let principal = login.principal;
        let rejected = |reason, act_as: Option<&UserName>| Rejection {
            reason,
            principal: Some(principal.clone()),
            act_as: act_as.cloned(),
            authenticate: token.iter().cloned().collect(),
            retry_after: self.retry_after.clone(),
        };
        let act_as = self
            .act_as(parts, login.act_as)
            .map_err(|reason| rejected(reason, None))?;
        let act_as = act_as.as_ref();
        match &self.resolve {
            Some(resolve) => {
                let subject = resolve(&principal, act_as, peer.address())
                    .map_err(|error| rejected(Reason::Resolve(error), act_as))?;
                parts.extensions.insert(Arc::new(subject));
            }
            None => {
                if let Some(target) = act_as.filter(|target| *target != principal.name()) {
                    let (user, target) = (principal.name().clone(), target.clone());
                    return Err(rejected(Reason::NoResolver { user, target }, act_as));
                }
            }
        }
        parts.extensions.insert(principal);
        Ok(token)
    }

    async fn login(&self, parts: &Parts, peer: &Peer) -> Result<Proved, Failed> {
        let sends = |scheme: &Scheme| matches!(scheme.0, Kind::Sent { .. });
        // Where no scheme reads it, it is the application's.
        if self.schemes.iter().any(sends)
            && let Some(credentials) =
                Credentials::find(&parts.headers).map_err(Reason::Malformed)?
        {
            return self.sent(&credentials, peer).await;
        }
        for scheme in &self.schemes {
            let principal = match &scheme.0 {
                Kind::Sent { .. } => None,
                Kind::Certificate => peer.certificate().cloned(),
                Kind::TrustedName(name) => trusted(parts, name)?,
                Kind::Unnamed => Some(Principal::unnamed()),
            };
            if let Some(principal) = principal {
                let (login, token) = (Login::new(principal), None);
                return Ok(Proved { login, token });
            }
        }
        Err(Reason::NoCredentials.into())
    }

    /// What `Authorization` says decides: nothing else is looked at if it fails.
    async fn sent(&self, credentials: &Credentials<'_>, peer: &Peer) -> Result<Proved, Failed> {
        let chosen = self.schemes.iter().find_map(|scheme| match &scheme.0 {
            Kind::Sent {
                sent,
                begin,
                refusal,
                ..
            } if sent.name().eq_ignore_ascii_case(credentials.scheme) => {
                Some((*sent, begin, refusal))
            }
            _ => None,
        });
        let (sent, begin, refusal) = chosen.ok_or(Reason::NoCredentials)?;
        let refused = |reason| Failed {
            reason,
            scheme: Some((sent, refusal.clone())),
        };
        let input = sent
            .decode(credentials)
            .map_err(|why| refused(Reason::Malformed(why)))?;
        let step = run(begin(peer), &input)
            .await
            .map_err(|error| refused(Reason::Login(error)))?;
        match step {
            Ended::Done(login, reply) => {
                let token = (!reply.is_empty()).then(|| sent.reply(&reply));
                Ok(Proved { login, token })
            }
            Ended::Unfinished(reply) => {
                let scheme = sent.name();
                Err(Failed {
                    reason: Reason::AnotherRound { scheme },
                    scheme: Some((sent, sent.reply(&reply))),
                })
            }
        }
    }

    /// With a challenge of every scheme, in the order in which they are offered, if that may help.
    fn unauthenticated(&self, failed: Failed) -> Rejection {
        let mut rejection = Rejection {
            reason: failed.reason,
            principal: None,
            act_as: None,
            authenticate: Vec::new(),
            retry_after: self.retry_after.clone(),
        };
        if rejection.status() != http::StatusCode::UNAUTHORIZED {
            return rejection;
        }
        for scheme in &self.schemes {
            if let Kind::Sent {
                sent, challenge, ..
            } = &scheme.0
            {
                let own = failed.scheme.as_ref().filter(|(of, _)| of == sent);
                let value = own.map_or(challenge, |(_, value)| value);
                rejection.authenticate.push(value.clone());
            }
        }
        rejection
    }

    /// For whom the request acts: as the exchange said, or as the request says where the service looks.
    fn act_as(
        &self,
        parts: &Parts,
        from_login: Option<UserName>,
    ) -> Result<Option<UserName>, Reason> {
        let (place, found) = match &self.act_as {
            None => return Ok(from_login),
            Some(ActAs::Query(name)) => (&**name, in_query(parts, name)?),
            Some(ActAs::Header(name)) => (name.as_str(), in_header(&parts.headers, name)?),
        };
        let invalid = |why: &dyn ToString| Reason::Place {
            place: place.into(),
            why: why.to_string().into(),
        };
        // An empty one is an error: who forwards it has lost somebody's name, and must not act as itself instead.
        let found = found
            .map(|text| UserName::new(&text))
            .transpose()
            .map_err(|error| invalid(&error))?;
        match (from_login, found) {
            (Some(login), Some(found)) if login != found => {
                Err(invalid(&"the login says another user to act as"))
            }
            (login, found) => Ok(login.or(found)),
        }
    }
}

fn in_query(parts: &Parts, name: &str) -> Result<Option<String>, Reason> {
    let query = parts.uri.query().unwrap_or_default();
    let found = parameter(query, name).map_err(|why| Reason::Place {
        place: name.into(),
        why: why.into(),
    })?;
    Ok(found.map(Into::into))
}

fn in_header(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Reason> {
    let invalid = |why: &str| Reason::Place {
        place: name.as_str().into(),
        why: why.into(),
    };
    let mut fields = headers.get_all(name).iter();
    let Some(field) = fields.next() else {
        return Ok(None);
    };
    if fields.next().is_some() {
        return Err(invalid("it is given twice"));
    }
    let text = std::str::from_utf8(field.as_bytes()).map_err(|_| invalid("it is not UTF-8"))?;
    Ok(Some(text.to_owned()))
}

fn trusted(parts: &Parts, parameter: &str) -> Result<Option<Principal>, Reason> {
    let Some(text) = in_query(parts, parameter)? else {
        return Ok(None);
    };
    let name = UserName::new(&text).map_err(|error| Reason::Login(AuthnError::Name(error)))?;
    Ok(Some(Principal::asserted(name, Mechanism::Simple)))
}

enum Ended {
    Done(Login, Vec<u8>),
    Unfinished(Vec<u8>),
}

/// The one step that HTTP has room for.
async fn run(exchange: Exchange<Login>, input: &[u8]) -> Result<Ended, AuthnError> {
    let mut step = exchange.step(input)?;
    loop {
        match step {
            Step::Done { end, reply } => return Ok(Ended::Done(end, reply)),
            Step::Continue { reply, .. } => return Ok(Ended::Unfinished(reply)),
            Step::Later(later) => step = later.await?,
        }
    }
}
