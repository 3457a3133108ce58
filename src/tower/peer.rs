//! What the connection says about the peer, before any request.

use std::net::IpAddr;

use crate::identity::Principal;

/// What a server knows of a connection. It puts one into the extensions of every request, or says by
/// [`Authenticate::peer`](super::Authenticate::peer) where else to find it. Nothing of it is read from the request:
/// `X-Forwarded-For` is whatever the client says.
#[derive(Debug, Clone, Default)]
pub struct Peer {
    address: Option<IpAddr>,
    certificate: Option<Principal>,
}

impl Peer {
    /// A peer of whom nothing is known. No list of hosts contains it.
    #[must_use]
    pub const fn unknown() -> Self {
        Self {
            address: None,
            certificate: None,
        }
    }

    /// A peer at an address. One of IPv4 that a dual-stack socket shows as IPv6 is one of IPv4 again.
    #[must_use]
    pub const fn at(address: IpAddr) -> Self {
        Self {
            address: Some(address.to_canonical()),
            certificate: None,
        }
    }

    /// The same peer, whose TLS certificate was verified and names this principal (`tls::PeerName::principal`).
    #[must_use]
    pub fn with_certificate(mut self, principal: Principal) -> Self {
        self.certificate = Some(principal);
        self
    }

    /// From where it connected.
    #[must_use]
    pub const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Whom its certificate names.
    #[must_use]
    pub const fn certificate(&self) -> Option<&Principal> {
        self.certificate.as_ref()
    }
}
