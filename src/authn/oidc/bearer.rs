//! The verifier of tokens, and the exchange of HTTP.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use super::claims::Rules;
use super::jwks::Known;
use super::token::Token;
use super::{Algorithm, Jwks, UserClaim, refused};
use crate::authn::{AuthnError, Exchange, Later, Login, SaslMechanism, Step};
use crate::identity::Principal;

/// Verifies the tokens of one OpenID provider: JWT (RFC 7519) as access or ID tokens.
///
/// A token is taken if its algorithm is allowed and fits a key of the provider by id, type and purpose, if that key has
/// signed it, if its issuer is exactly the provider's and one of its audiences one of ours, if it is within its time, and
/// if the [`UserClaim`] makes a user name. Its type is `JWT`, `at+jwt` or not told; a critical extension, a name that
/// stands twice in an object, a token bound to a key of the client (`cnf`), and one without an end are refused. It may be
/// 16 KiB long.
///
/// The [`Principal`] has the issuer as its realm and the claim as its credential. Nothing of a token but its key id,
/// algorithm, type and claims is ever shown.
///
/// Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Bearer {
    rules: Arc<Rules>,
    keys: Jwks,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Bearer {
    /// Takes the tokens of `issuer` (the exact text of the claim `iss`) that are for one of `audiences`.
    pub fn new<Audience: Into<String>>(
        issuer: impl Into<String>,
        audiences: impl IntoIterator<Item = Audience>,
        keys: Jwks,
    ) -> Self {
        Self {
            rules: Arc::new(Rules {
                issuer: issuer.into(),
                audiences: audiences.into_iter().map(Into::into).collect(),
                algorithms: Algorithm::ALL.to_vec(),
                leeway: Duration::from_secs(60),
                user: UserClaim::default(),
                required: Vec::new(),
                scopes: Vec::new(),
            }),
            keys,
            clock: Arc::new(SystemTime::now),
        }
    }

    /// Takes these algorithms only. Without this call, all of [`Algorithm`].
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.rules_mut().algorithms = algorithms.into_iter().collect();
        self
    }

    /// Where the user name is. Without this call, in `sub`.
    #[must_use]
    pub fn user(mut self, claim: UserClaim) -> Self {
        self.rules_mut().user = claim;
        self
    }

    /// How far the clocks of provider and service may be apart. Without this call, a minute.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.rules_mut().leeway = leeway;
        self
    }

    /// Demands a claim that is `value` or a list that holds it: `azp`, `hd`, `groups`.
    #[must_use]
    pub fn require(mut self, claim: impl Into<String>, value: impl Into<String>) -> Self {
        self.rules_mut().required.push((claim.into(), value.into()));
        self
    }

    /// Demands a word of the claim `scope` (RFC 9068 §2.2.3).
    #[must_use]
    pub fn require_scope(mut self, scope: impl Into<String>) -> Self {
        self.rules_mut().scopes.push(scope.into());
        self
    }

    /// Holds tokens against another clock than the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    fn rules_mut(&mut self) -> &mut Rules {
        Arc::make_mut(&mut self.rules)
    }

    /// The server's exchange for HTTP: its one input is the token, without the `Bearer` before it.
    ///
    /// A token of a known key is settled at once. One of an unknown key may wait for the provider, as a
    /// [`Step::Later`], for at most [`Refresh::wait`](super::Refresh::wait).
    #[must_use]
    pub fn http(&self) -> Exchange<Login> {
        Exchange::new(Http(self.clone()))
    }

    pub(super) fn verify(&self, token: &[u8]) -> Verdict {
        let known = self.keys.known();
        match self.look(token, &known) {
            Ok(Some(principal)) => Verdict::Settled(Ok(principal)),
            Err(error) => Verdict::Settled(Err(error)),
            Ok(None) => match self.keys.ask(&known) {
                None => Verdict::Settled(Err(known.unknown_key())),
                Some(asked) => {
                    let (bearer, token) = (self.clone(), Zeroizing::new(token.to_vec()));
                    Verdict::Waiting(Box::pin(async move {
                        asked.await?;
                        let known = bearer.keys.known();
                        let unknown = || known.unknown_key();
                        bearer.look(&token, &known)?.ok_or_else(unknown)
                    }))
                }
            },
        }
    }

    /// `None` if the key that it names is not known, and everything else about the token is right.
    fn look(&self, token: &[u8], known: &Known) -> Result<Option<Principal>, AuthnError> {
        let token = Token::parse(token)?;
        self.rules.allow(token.algorithm)?;
        let now = (self.clock)();
        let mut candidates = known
            .keys()
            .into_iter()
            .flat_map(|keys| keys.candidates(token.kid.as_deref(), token.algorithm))
            .peekable();
        if candidates.peek().is_none() {
            // Nobody has the provider asked by a token that would be refused anyway.
            self.rules.principal(&token.payload, now)?;
            return Ok(None);
        }
        let signed =
            candidates.any(|key| key.has_signed(token.algorithm, token.signed, &token.signature));
        if !signed {
            return Err(refused("the signature of the token is wrong"));
        }
        self.rules.principal(&token.payload, now).map(Some)
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("rules", &self.rules)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// What became of a token.
pub(super) enum Verdict {
    Settled(Result<Principal, AuthnError>),
    /// The provider is being asked.
    Waiting(Pin<Box<dyn Future<Output = Result<Principal, AuthnError>> + Send>>),
}

impl Verdict {
    /// The step that `answer` makes of it, now or later.
    pub(super) fn step(
        self,
        answer: impl FnOnce(Result<Principal, AuthnError>) -> Result<Step<Login>, AuthnError>
        + Send
        + 'static,
    ) -> Result<Step<Login>, AuthnError> {
        match self {
            Self::Settled(verdict) => answer(verdict),
            Self::Waiting(verdict) => Ok(Step::Later(Later::new(async { answer(verdict.await) }))),
        }
    }
}

struct Http(Bearer);

impl SaslMechanism<Login> for Http {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        self.0.verify(input).step(|verdict| {
            Ok(Step::Done {
                end: Login::new(verdict?),
                reply: Vec::new(),
            })
        })
    }
}
