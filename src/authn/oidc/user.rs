//! From the claims of a token to a user name.

use super::json::{Object, Value};
use super::key::quoted;
use super::refused;
use crate::authn::AuthnError;
use crate::identity::UserName;

/// Which claim holds the user name, and how it becomes a local one.
///
/// There is one claim and no other: where it is missing, or what it makes is not a valid [`UserName`], the token is
/// refused. Take a claim that its users cannot change at the provider.
///
/// ```
/// use bailiwick::authn::oidc::UserClaim;
///
/// // alice of "alice@example.com"; everybody else is refused.
/// let claim = UserClaim::new("email").without_domain("example.com");
/// // {"ext":{"login":"alice"}}: oidc-alice
/// let nested = UserClaim::nested(["ext", "login"]).prefixed("oidc-");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserClaim {
    path: Vec<String>,
    domain: Option<String>,
    prefix: String,
}

/// `sub`, the one claim that a provider never gives to somebody else.
impl Default for UserClaim {
    fn default() -> Self {
        Self::new("sub")
    }
}

impl UserClaim {
    /// A claim such as `sub`, `preferred_username`, `upn`. The name is taken whole: dots in it do not lead anywhere.
    ///
    /// `email` counts only with `email_verified`: true, because at many providers users enter what they like.
    #[must_use]
    pub fn new(claim: impl Into<String>) -> Self {
        Self::nested([claim])
    }

    /// A member of an object of claims, by its names from the outside in.
    #[must_use]
    pub fn nested<Name: Into<String>>(path: impl IntoIterator<Item = Name>) -> Self {
        Self {
            path: path.into_iter().map(Into::into).collect(),
            domain: None,
            prefix: String::new(),
        }
    }

    /// The part before `@domain`; a claim of another domain, or of none, is refused.
    #[must_use]
    pub fn without_domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// That text in front, so that the provider's users are never those of another source.
    #[must_use]
    pub fn prefixed(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The local name, and the claim as it stands in the token.
    pub(super) fn name<'c>(
        &self,
        claims: &'c Object<'_>,
    ) -> Result<(UserName, &'c str), AuthnError> {
        let shown = || quoted(&self.path.join("."));
        let mut names = self.path.iter();
        let outer = names.next().and_then(|name| claims.get(name));
        let value = names.fold(outer, |value, name| match value {
            Some(Value::Object(object)) => object.get(name),
            _ => None,
        });
        let value = value.ok_or_else(|| refused(format!("the token has no claim {}", shown())))?;
        let claim = value
            .as_text()
            .ok_or_else(|| refused(format!("the claim {} is not a text", shown())))?;
        if self.path == ["email"] && claims.get("email_verified") != Some(&Value::Bool(true)) {
            return Err(refused("the claim \"email\" is not verified"));
        }
        let local = match &self.domain {
            None => claim,
            Some(domain) => match claim.split_once('@') {
                Some((local, of)) if of.eq_ignore_ascii_case(domain) => local,
                _ => {
                    let (shown, claim, domain) = (shown(), quoted(claim), quoted(domain));
                    return Err(refused(format!(
                        "the claim {shown}, {claim}, is not of {domain}"
                    )));
                }
            },
        };
        // A prefix alone would be a name.
        let name = if local.is_empty() {
            UserName::new(local)
        } else {
            UserName::new(&format!("{}{local}", self.prefix))
        };
        let name = name.map_err(|error| refused(format!("the claim {}: {error}", shown())))?;
        Ok((name, claim))
    }
}
