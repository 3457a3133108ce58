//! A refused impersonation, in the exact words of the upstream whose rules were asked.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use crate::identity::{GroupName, UserName};

/// Where Alluxio's messages send the reader.
const ALLUXIO_GUIDE: &str = "https://docs.alluxio.io/os/user/stable/en/security/Security.html";

/// `real` may not act for `target`. Displays as upstream prints it, with the reason where something is prohibited: for the
/// log; tell the peer [`public`](Self::public). [`property`](Self::property) names what would allow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    real: UserName,
    target: UserName,
    why: Why,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Why {
    AlluxioNoRules,
    AlluxioNotAllowed,
    HadoopUser {
        prefix: Arc<str>,
    },
    HadoopHost {
        prefix: Arc<str>,
        peer: Option<IpAddr>,
    },
    /// From here on, what no rule can allow.
    SuperUser,
    ProhibitedUser,
    ProhibitedGroup(GroupName),
    ProhibitedActor,
    Unnamed,
}

impl Refusal {
    fn new(real: &UserName, target: &UserName, why: Why) -> Self {
        Self {
            real: real.clone(),
            target: target.clone(),
            why,
        }
    }

    pub(super) fn alluxio(real: &UserName, target: &UserName, has_rules: bool) -> Self {
        let why = if has_rules {
            Why::AlluxioNotAllowed
        } else {
            Why::AlluxioNoRules
        };
        Self::new(real, target, why)
    }

    pub(super) fn hadoop_user(real: &UserName, target: &UserName, prefix: &Arc<str>) -> Self {
        let prefix = prefix.clone();
        Self::new(real, target, Why::HadoopUser { prefix })
    }

    pub(super) fn hadoop_host(
        real: &UserName,
        target: &UserName,
        prefix: &Arc<str>,
        peer: Option<IpAddr>,
    ) -> Self {
        let prefix = prefix.clone();
        Self::new(real, target, Why::HadoopHost { prefix, peer })
    }

    pub(super) fn super_user(real: &UserName, target: &UserName) -> Self {
        Self::new(real, target, Why::SuperUser)
    }

    pub(super) fn prohibited_user(real: &UserName, target: &UserName) -> Self {
        Self::new(real, target, Why::ProhibitedUser)
    }

    pub(super) fn prohibited_group(real: &UserName, target: &UserName, group: &GroupName) -> Self {
        Self::new(real, target, Why::ProhibitedGroup(group.clone()))
    }

    pub(super) fn prohibited_actor(real: &UserName, target: &UserName) -> Self {
        Self::new(real, target, Why::ProhibitedActor)
    }

    pub(super) fn unnamed(real: &UserName, target: &UserName) -> Self {
        Self::new(real, target, Why::Unnamed)
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

    /// What the peer may read: upstream's text. Of what is prohibited it tells no more than of what no rule allows, for who is
    /// a super user or in which group is not its business.
    #[must_use]
    pub fn public(&self) -> String {
        match &self.why {
            Why::SuperUser
            | Why::ProhibitedUser
            | Why::ProhibitedGroup(_)
            | Why::ProhibitedActor => not_allowed(&self.real, &self.target),
            Why::AlluxioNoRules
            | Why::AlluxioNotAllowed
            | Why::HadoopUser { .. }
            | Why::HadoopHost { .. }
            | Why::Unnamed => self.to_string(),
        }
    }

    /// The property that would allow it, if one would: none for what is [`Prohibited`](super::Prohibited).
    #[must_use]
    pub fn property(&self) -> Option<String> {
        let real = &self.real;
        match &self.why {
            Why::AlluxioNoRules | Why::AlluxioNotAllowed => Some(format!(
                "alluxio.master.security.impersonation.{real}.users"
            )),
            Why::HadoopUser { prefix } => Some(format!("{prefix}.{real}.users")),
            Why::HadoopHost { prefix, .. } => Some(format!("{prefix}.{real}.hosts")),
            Why::SuperUser
            | Why::ProhibitedUser
            | Why::ProhibitedGroup(_)
            | Why::ProhibitedActor
            | Why::Unnamed => None,
        }
    }
}

/// Hadoop's text.
fn not_allowed(real: &UserName, target: &UserName) -> String {
    format!("User: {real} is not allowed to impersonate {target}")
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { real, target, why } = self;
        match why {
            // `ImpersonationAuthenticator` says "server" here and "master" below, and has no space before "Please".
            Why::AlluxioNoRules => write!(
                f,
                "Failed to authenticate client user=\"{real}\" connecting to Alluxio server and impersonating as \
                 impersonationUser=\"{target}\" to access Alluxio file system. User \"{real}\" is not configured to allow \
                 any impersonation. Please read the guide to configure impersonation at {ALLUXIO_GUIDE}"
            ),
            Why::AlluxioNotAllowed => write!(
                f,
                "Failed to authenticate client user=\"{real}\" connecting to Alluxio master and impersonating as \
                 impersonationUser=\"{target}\" to access Alluxio file system. user=\"{real}\" is not configured to \
                 impersonate as impersonationUser=\"{target}\".Please read the guide to configure impersonation at \
                 {ALLUXIO_GUIDE}"
            ),
            Why::HadoopUser { .. } => f.write_str(&not_allowed(real, target)),
            Why::HadoopHost {
                peer: Some(peer), ..
            } => write!(
                f,
                "Unauthorized connection for super-user: {real} from IP {peer}"
            ),
            Why::HadoopHost { peer: None, .. } => write!(
                f,
                "Unauthorized connection for super-user: {real} from IP null"
            ),
            Why::SuperUser => write!(
                f,
                "User: {real} is not allowed to impersonate {target}: nobody may act as a super user"
            ),
            Why::ProhibitedUser => write!(
                f,
                "User: {real} is not allowed to impersonate {target}: nobody may act as {target}, whatever the rules say"
            ),
            Why::ProhibitedGroup(group) => write!(
                f,
                "User: {real} is not allowed to impersonate {target}: nobody may act as a member of {group}, whatever the \
                 rules say"
            ),
            Why::ProhibitedActor => write!(
                f,
                "User: {real} is not allowed to impersonate {target}: {real} may act for nobody, whatever the rules say"
            ),
            Why::Unnamed if real.is_unnamed() => write!(
                f,
                "a user without a name is not allowed to impersonate {target}"
            ),
            Why::Unnamed => write!(
                f,
                "User: {real} is not allowed to impersonate a user without a name"
            ),
        }
    }
}
