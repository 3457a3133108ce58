//! SIMPLE over a field of its own: the peer states its name, and the service trusts it.

use super::{AuthnError, Login, SaslMechanism, Step};
use crate::identity::{Mechanism, Principal, UserName};

/// Alluxio's and Hadoop's SIMPLE: the whole input is the user name. Nothing is proved, so use it only where everybody who
/// can connect is trusted to say who they are.
#[derive(Debug, Default)]
pub struct Simple(());

impl Simple {
    /// A fresh exchange.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

impl SaslMechanism<Login> for Simple {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        let name = std::str::from_utf8(input)
            .map_err(|_| AuthnError::malformed("Simple", "the user name is not UTF-8"))?;
        let principal = Principal::proved(UserName::new(name)?, Mechanism::Simple);
        Ok(Step::Done {
            end: Login::new(principal),
            reply: Vec::new(),
        })
    }
}
