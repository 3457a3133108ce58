//! Where tickets are remembered that were shown.

use std::path::PathBuf;

use super::AcceptorError;
use super::keytab::utf8;

/// Where it is remembered which tickets were shown, so that nobody else shows them again within the clock skew.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplayCache {
    /// Where the configuration of the machine says (`KRB5RCACHENAME`, `krb5.conf`): else a file of each user. All processes
    /// that serve one principal on one host have to share it.
    System,
    /// This file.
    File(PathBuf),
    /// Nowhere. Whoever records a login can repeat it for some minutes. SASL's GSSAPI is safe from that where the client
    /// asks for mutual authentication, and is refused without; [Negotiate](super::Acceptor::negotiate) depends on TLS.
    ReplaysAccepted,
}

impl ReplayCache {
    pub(super) fn name(&self) -> Result<Option<String>, AcceptorError> {
        Ok(match self {
            Self::System => None,
            Self::File(path) => Some(format!("file2:{}", utf8(path)?)),
            Self::ReplaysAccepted => Some("none:".to_owned()),
        })
    }
}
