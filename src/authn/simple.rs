//! SIMPLE: the peer states its name, and the service trusts it.

use super::{AuthnError, Exchange, MAX_INPUT, Step};
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

impl Exchange for Simple {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step, AuthnError> {
        if input.len() > MAX_INPUT {
            return Err(AuthnError::TooLong {
                length: input.len(),
            });
        }
        let name = std::str::from_utf8(input).map_err(|_| AuthnError::NotText)?;
        Ok(Step::Done {
            principal: Principal::proved(UserName::new(name)?, Mechanism::Simple),
            reply: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(input: &[u8]) -> Result<Principal, AuthnError> {
        match Box::new(Simple::new()).step(input)? {
            Step::Done { principal, .. } => Ok(principal),
            Step::Continue { .. } => panic!("SIMPLE is one step"),
        }
    }

    #[test]
    fn a_stated_name_is_believed_if_it_is_one() {
        let principal = login(b"alice").unwrap();
        assert_eq!(principal.name().as_str(), "alice");
        assert_eq!(principal.mechanism(), Mechanism::Simple);
        assert_eq!(login(b"\xff"), Err(AuthnError::NotText));
        assert!(matches!(login(b""), Err(AuthnError::Name(_))));
        assert!(matches!(login(b"a\nb"), Err(AuthnError::Name(_))));
        assert_eq!(
            login(&[b'a'; MAX_INPUT + 1]),
            Err(AuthnError::TooLong {
                length: MAX_INPUT + 1
            })
        );
    }
}
