//! A refused impersonation, in the exact words of the upstream whose rules were asked.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use super::Impersonation;
use crate::identity::{GroupName, UserName};

/// Where Alluxio's messages send the reader.
const ALLUXIO_GUIDE: &str = "https://docs.alluxio.io/os/user/stable/en/security/Security.html";

/// `real` may not act for `target`. Displays as upstream prints it, with the reason where something is prohibited: for the
/// log; tell the peer [`public`](Self::public). [`property`](Self::property) names what refused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    real: UserName,
    target: UserName,
    /// What the rules say of it; if it is prohibited, what they would say if they did not allow it.
    rules: Says,
    prohibited: Option<Ban>,
}

/// What rules say, by what they lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Says {
    AlluxioNoRules,
    AlluxioNotAllowed,
    HadoopUser {
        prefix: Arc<str>,
    },
    HadoopHost {
        prefix: Arc<str>,
        peer: Option<IpAddr>,
    },
}

/// Why no rule can allow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::authz) enum Ban {
    SuperUser,
    User,
    MemberOf(GroupName),
    Actor,
    Unnamed,
}

impl Refusal {
    pub(super) fn new(real: &UserName, target: &UserName, rules: Says) -> Self {
        Self {
            real: real.clone(),
            target: target.clone(),
            rules,
            prohibited: None,
        }
    }

    pub(in crate::authz) fn because(mut self, ban: Ban) -> Self {
        self.prohibited = Some(ban);
        self
    }

    /// Who logged in.
    #[must_use]
    pub const fn real(&self) -> &UserName {
        &self.real
    }

    /// Whom they wanted to act for.
    #[must_use]
    pub const fn target(&self) -> &UserName {
        &self.target
    }

    /// What the peer may read: upstream's text. Of what is prohibited it says what it would say if the rules did not allow it,
    /// for who is a super user or in which group is not the peer's business.
    #[must_use]
    pub fn public(&self) -> String {
        let hides = |ban: &Ban| *ban != Ban::Unnamed;
        if self.prohibited.as_ref().is_some_and(hides) {
            let rules_alone = Self {
                prohibited: None,
                ..self.clone()
            };
            return rules_alone.to_string();
        }
        self.to_string()
    }

    /// The property that would have to allow it and does not: none for what is [`Prohibited`](super::Prohibited). There may be
    /// more that is in the way; [`Resolver::explain`](crate::authz::Resolver::explain) knows all of it.
    #[must_use]
    pub fn property(&self) -> Option<String> {
        let real = &self.real;
        let property = match &self.rules {
            Says::AlluxioNoRules | Says::AlluxioNotAllowed => {
                format!("{}.{real}.users", Impersonation::ALLUXIO_PREFIX)
            }
            Says::HadoopUser { prefix } => format!("{prefix}.{real}.users"),
            Says::HadoopHost { prefix, .. } => format!("{prefix}.{real}.hosts"),
        };
        self.prohibited.is_none().then_some(property)
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { real, target, .. } = self;
        let ban = match &self.prohibited {
            None => return self.rules.write(f, real, target),
            Some(Ban::Unnamed) if real.is_unnamed() => {
                return write!(
                    f,
                    "a user without a name is not allowed to impersonate {target}"
                );
            }
            Some(ban) => ban,
        };
        write!(f, "User: {real} is not allowed to impersonate ")?;
        match ban {
            Ban::SuperUser => write!(f, "{target}: nobody may act as a super user"),
            Ban::User => write!(
                f,
                "{target}: nobody may act as {target}, whatever the rules say"
            ),
            Ban::MemberOf(group) => write!(
                f,
                "{target}: nobody may act as a member of {group}, whatever the rules say"
            ),
            Ban::Actor => write!(
                f,
                "{target}: {real} may act for nobody, whatever the rules say"
            ),
            Ban::Unnamed => f.write_str("a user without a name"),
        }
    }
}

impl Says {
    fn write(&self, f: &mut fmt::Formatter<'_>, real: &UserName, target: &UserName) -> fmt::Result {
        match self {
            // `ImpersonationAuthenticator` says "server" here and "master" below, and has no space before "Please".
            Self::AlluxioNoRules => write!(
                f,
                "Failed to authenticate client user=\"{real}\" connecting to Alluxio server and impersonating as \
                 impersonationUser=\"{target}\" to access Alluxio file system. User \"{real}\" is not configured to allow \
                 any impersonation. Please read the guide to configure impersonation at {ALLUXIO_GUIDE}"
            ),
            Self::AlluxioNotAllowed => write!(
                f,
                "Failed to authenticate client user=\"{real}\" connecting to Alluxio master and impersonating as \
                 impersonationUser=\"{target}\" to access Alluxio file system. user=\"{real}\" is not configured to \
                 impersonate as impersonationUser=\"{target}\".Please read the guide to configure impersonation at \
                 {ALLUXIO_GUIDE}"
            ),
            Self::HadoopUser { .. } => {
                write!(f, "User: {real} is not allowed to impersonate {target}")
            }
            Self::HadoopHost { peer, .. } => {
                write!(f, "Unauthorized connection for super-user: {real} from IP ")?;
                match peer {
                    // As Java, to which IPv4 in IPv6 is IPv4.
                    Some(peer) => fmt::Display::fmt(&peer.to_canonical(), f),
                    None => f.write_str("null"),
                }
            }
        }
    }
}
