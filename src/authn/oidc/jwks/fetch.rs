//! One attempt to get a provider's keys.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::super::json::Object;
use super::super::key::{KeySet, MAX_KEY_SET, quoted};

/// What was found at an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetched {
    /// The body of the answer.
    pub body: Vec<u8>,
    /// For how long it is good by its `Cache-Control`, if that says so.
    pub max_age: Option<Duration>,
}

impl Fetched {
    /// A body without a life.
    #[must_use]
    pub const fn new(body: Vec<u8>) -> Self {
        Self {
            body,
            max_age: None,
        }
    }

    /// The same with what its `Cache-Control` says (RFC 9111 §5.2): `max-age`, and zero for `no-cache` and `no-store`.
    #[must_use]
    pub fn cached_as(mut self, cache_control: &str) -> Self {
        for directive in cache_control.split(',') {
            let directive = directive.trim().to_ascii_lowercase();
            if directive == "no-cache" || directive == "no-store" {
                self.max_age = Some(Duration::ZERO);
                break;
            }
            let seconds = directive.strip_prefix("max-age=");
            if let Some(Ok(seconds)) = seconds.map(|text| text.trim_matches('"').parse()) {
                let age = Duration::from_secs(seconds);
                self.max_age = Some(self.max_age.map_or(age, |other| other.min(age)));
            }
        }
        self
    }
}

pub(super) type Fetch = dyn Fn(&str) -> Result<Fetched, String> + Send + Sync;

/// Where the keys are.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// At this address.
    KeySet(String),
    /// At the address that the document of this issuer names.
    Discovery(String),
}

/// Keys, and how long they are good.
pub(super) type Outcome = Result<(KeySet, Option<Duration>), String>;

/// Asks once. What panics has failed.
pub(super) fn attempt(source: &Source, fetch: &Fetch) -> Outcome {
    let asked = catch_unwind(AssertUnwindSafe(|| match source {
        Source::KeySet(url) => keys(url, fetch),
        Source::Discovery(issuer) => keys(&discovered(issuer, fetch)?, fetch),
    }));
    asked.unwrap_or_else(|_| Err("the function that fetches has panicked".to_owned()))
}

fn keys(url: &str, fetch: &Fetch) -> Outcome {
    let Fetched { body, max_age } = fetch(url)?;
    let keys = KeySet::parse(&body).map_err(|error| format!("{url}: {error}"))?;
    Ok((keys, max_age))
}

/// The `jwks_uri` of the provider's own document (OpenID Connect Discovery §4), which must be of that issuer (§4.3).
fn discovered(issuer: &str, fetch: &Fetch) -> Result<String, String> {
    let base = issuer.strip_suffix('/').unwrap_or(issuer);
    let url = format!("{base}/.well-known/openid-configuration");
    let body = fetch(&url)?.body;
    if body.len() > MAX_KEY_SET {
        return Err(format!("{url}: a document of {} bytes", body.len()));
    }
    let document = Object::parse(&body).map_err(|error| format!("{url}: no JSON: {error}"))?;
    let of = document.text("issuer").ok().flatten();
    if of != Some(issuer) {
        let of = of.map_or_else(|| "nobody".to_owned(), quoted);
        return Err(format!("{url}: the document is of the issuer {of}"));
    }
    let keys = document.text("jwks_uri").ok().flatten();
    let keys = keys.ok_or_else(|| format!("{url}: the document has no \"jwks_uri\""))?;
    // Who can be asked safely must not send us to where anybody can answer.
    if issuer.starts_with("https://") && !keys.starts_with("https://") {
        let keys = quoted(keys);
        return Err(format!("{url}: its \"jwks_uri\" {keys} is not https://"));
    }
    // It stands in errors.
    if !keys.bytes().all(|byte| byte.is_ascii_graphic()) {
        let keys = quoted(keys);
        return Err(format!("{url}: its \"jwks_uri\" {keys} is no address"));
    }
    Ok(keys.to_owned())
}
