//! From Kerberos principals to local user names: `hadoop.security.auth_to_local`.

use thiserror::Error;

use crate::identity::{NameError, UserName};

/// Whose conventions the rules follow: `hadoop.security.auth_to_local.mechanism`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleMechanism {
    /// A local name is simple, and a principal without a rule is refused.
    #[default]
    Hadoop,
    /// A local name may hold `@` and `/`, and a principal without a rule is its own local name.
    Mit,
}

/// Why rules were not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RulesError {
    /// Text that is no rule.
    #[error("Invalid rule: {rest}")]
    Syntax {
        /// From where it is not understood.
        rest: String,
    },
}

/// Why a principal has no local name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TranslateError {
    /// No rule matches.
    #[error("No rules applied to {principal}")]
    NoMatchingRule {
        /// The principal.
        principal: String,
    },
    /// What the rules make of it is no user name.
    #[error("local name of {principal}: {source}")]
    Name {
        /// The principal.
        principal: String,
        /// What is wrong with it.
        source: NameError,
    },
}

/// The rules of one service.
#[derive(Debug, Clone)]
pub struct AuthToLocal {
    default_realm: String,
}

impl AuthToLocal {
    /// Reads rules.
    ///
    /// # Errors
    ///
    /// [`RulesError`].
    pub fn parse(
        rules: &str,
        mechanism: RuleMechanism,
        default_realm: &str,
    ) -> Result<Self, RulesError> {
        let _ = mechanism;
        if rules.trim() != "DEFAULT" {
            let rest = rules.to_owned();
            return Err(RulesError::Syntax { rest });
        }
        let default_realm = default_realm.to_owned();
        Ok(Self { default_realm })
    }

    /// The local name of a principal such as `hdfs/node1.example.com@EXAMPLE.COM`.
    ///
    /// # Errors
    ///
    /// [`TranslateError`].
    pub fn short_name(&self, principal: &str) -> Result<UserName, TranslateError> {
        let no_rule = || TranslateError::NoMatchingRule {
            principal: principal.to_owned(),
        };
        let (name, realm) = principal.rsplit_once('@').ok_or_else(no_rule)?;
        if realm != self.default_realm {
            return Err(no_rule());
        }
        let primary = name.split('/').next().unwrap_or_default();
        UserName::new(primary).map_err(|source| TranslateError::Name {
            principal: principal.to_owned(),
            source,
        })
    }
}
