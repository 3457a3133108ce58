//! What a token has to say to be taken (RFC 7519 §4.1, OpenID Connect Core §3.1.3.7).

use std::time::{Duration, SystemTime};

use super::json::{Object, Value};
use super::key::quoted;
use super::{Algorithm, UserClaim, malformed, refused};
use crate::authn::AuthnError;
use crate::identity::{Mechanism, Principal};

/// The rules of one service.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) issuer: String,
    pub(super) audiences: Vec<String>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) leeway: Duration,
    pub(super) user: UserClaim,
    /// Claims and what they must be or hold.
    pub(super) required: Vec<(String, String)>,
    pub(super) scopes: Vec<String>,
}

impl Rules {
    pub(super) fn allow(&self, algorithm: Algorithm) -> Result<(), AuthnError> {
        if self.algorithms.contains(&algorithm) {
            return Ok(());
        }
        Err(refused(format!("the algorithm {algorithm} is not allowed")))
    }

    /// Who the token says it is for, if its claims hold at that time.
    pub(super) fn principal(
        &self,
        payload: &[u8],
        now: SystemTime,
    ) -> Result<Principal, AuthnError> {
        let claims = Object::parse(payload)
            .map_err(|error| malformed(format!("the payload of the token: {error}")))?;
        let issuer = claims.text("iss").ok().flatten();
        if issuer != Some(self.issuer.as_str()) {
            let shown = issuer.map_or_else(|| "nobody".to_owned(), quoted);
            return Err(refused(format!("the token is of the issuer {shown}")));
        }
        if !self
            .audiences
            .iter()
            .any(|audience| holds(claims.get("aud"), audience))
        {
            return Err(refused("the token is for another audience"));
        }
        self.in_time(&claims, now)?;
        // Bound to a key of the client's, which is not proved here (RFC 7800 §3).
        if claims.get("cnf").is_some() {
            return Err(refused("the token is bound to a key (\"cnf\")"));
        }
        let missing = self
            .required
            .iter()
            .find(|(claim, value)| !holds(claims.get(claim), value));
        if let Some((claim, value)) = missing {
            let (claim, value) = (quoted(claim), quoted(value));
            return Err(refused(format!(
                "the claim {claim} of the token is not {value}"
            )));
        }
        let scope = claims.text("scope").ok().flatten().unwrap_or_default();
        let missing = self
            .scopes
            .iter()
            .find(|wanted| !scope.split(' ').any(|word| word == *wanted));
        if let Some(wanted) = missing {
            return Err(refused(format!(
                "the token is not for the scope {}",
                quoted(wanted)
            )));
        }
        let (name, claim) = self.user.name(&claims)?;
        let principal = Principal::proved(name, Mechanism::Oidc);
        Ok(principal.in_realm(&self.issuer).proved_as(claim))
    }

    fn in_time(&self, claims: &Object<'_>, now: SystemTime) -> Result<(), AuthnError> {
        let now = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let latest = now.saturating_add(self.leeway);
        let expires = date(claims, "exp")?.ok_or_else(|| refused("the token never expires"))?;
        if now >= expires.saturating_add(self.leeway) {
            return Err(refused("the token has expired"));
        }
        if date(claims, "nbf")?.is_some_and(|begins| begins > latest) {
            return Err(refused("the token is not valid yet"));
        }
        if date(claims, "iat")?.is_some_and(|issued| issued > latest) {
            return Err(refused("the token was issued in the future"));
        }
        Ok(())
    }
}

/// Whether a claim is that text, or a list that holds it.
fn holds(claim: Option<&Value<'_>>, wanted: &str) -> bool {
    match claim {
        Some(Value::Text(text)) => text == wanted,
        Some(Value::List(list)) => list.iter().any(|value| value.as_text() == Some(wanted)),
        _ => false,
    }
}

/// Seconds since 1970, maybe with a fraction (`NumericDate` of RFC 7519 §2).
fn date(claims: &Object<'_>, name: &'static str) -> Result<Option<Duration>, AuthnError> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let date = match value {
        Value::Number(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
        _ => None,
    };
    let no_date = || malformed(format!("the claim {name:?} of the token is not a date"));
    date.map(Some).ok_or_else(no_date)
}
