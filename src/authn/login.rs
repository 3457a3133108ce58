//! What a finished exchange established.

use super::SecurityLayer;
use crate::identity::{Principal, UserName};

/// What a server's exchange ends in: who the peer is, and for whom it wants to act.
///
/// Before telling the peer of its success, ask [`Resolver::resolve`](crate::authz::Resolver::resolve) whether `principal`
/// may act as `act_as`; upstream refuses the login otherwise.
#[derive(Debug)]
#[non_exhaustive]
pub struct Login {
    /// Who was proved.
    pub principal: Principal,
    /// The authorization identity, if the peer has sent one. It may be the principal's own name.
    pub act_as: Option<UserName>,
    /// What protects the bytes that follow, if that was negotiated.
    pub layer: Option<SecurityLayer>,
}

impl Login {
    /// A login of `principal` as nobody else, with nothing protected.
    #[must_use]
    pub const fn new(principal: Principal) -> Self {
        Self {
            principal,
            act_as: None,
            layer: None,
        }
    }

    /// The same login, acting as another user.
    #[must_use]
    pub fn acting_as(mut self, user: Option<UserName>) -> Self {
        self.act_as = user;
        self
    }

    /// The same login, over a protected connection.
    #[must_use]
    pub fn protected_by(mut self, layer: Option<SecurityLayer>) -> Self {
        self.layer = layer;
        self
    }
}

/// What a client's exchange ends in. Whether the server lets it in is for the server to say afterwards.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Connected {
    /// Who the server has proved to be, where the mechanism proves it: its Kerberos principal.
    pub server: Option<String>,
    /// What protects the bytes that follow, if that was negotiated.
    pub layer: Option<SecurityLayer>,
}
