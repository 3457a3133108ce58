//! GSS-API's wrap and unwrap, within the sizes that were negotiated.

use libgssapi::context::{ClientCtx, SecurityContext, ServerCtx};
use libgssapi::error::Error;

use super::failure;
use crate::authn::{LayerError, Qop};

/// The context of either side.
pub(in crate::authn) enum Context {
    Server(ServerCtx),
    Client(ClientCtx),
}

impl Context {
    pub(in crate::authn) fn wrap(
        &mut self,
        encrypt: bool,
        message: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let wrapped = match self {
            Self::Server(context) => context.wrap(encrypt, message),
            Self::Client(context) => context.wrap(encrypt, message),
        };
        wrapped.map(|wrapped| wrapped.to_vec())
    }

    pub(in crate::authn) fn unwrap(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        match self {
            Self::Server(context) => unwrap(context, message),
            Self::Client(context) => unwrap(context, message),
        }
    }
}

/// Unwraps a message. The library turns it round in place, although it is handed over to be read only; so it gets a copy,
/// which is never looked at again.
pub(super) fn unwrap(context: &mut impl SecurityContext, message: &[u8]) -> Result<Vec<u8>, Error> {
    let copy = message.to_vec();
    context.unwrap(&copy).map(|message| message.to_vec())
}

/// A finished context with what was negotiated over it.
pub(in crate::authn) struct GssLayer {
    context: Context,
    qop: Qop,
    /// The most that `wrap` takes: what fits the peer's buffer once it is wrapped.
    max_message: usize,
    /// The most that `unwrap` takes: what the peer was told.
    max_wrapped: usize,
    /// A message was refused, so what comes after it is not what the peer has sent.
    broken: bool,
}

impl GssLayer {
    pub(in crate::authn) const fn new(
        context: Context,
        qop: Qop,
        max_message: usize,
        max_wrapped: usize,
    ) -> Self {
        Self {
            context,
            qop,
            max_message,
            max_wrapped,
            broken: false,
        }
    }

    pub(in crate::authn) const fn qop(&self) -> Qop {
        self.qop
    }

    pub(in crate::authn) const fn max_message(&self) -> usize {
        self.max_message
    }

    pub(in crate::authn) fn wrap(&mut self, message: &[u8]) -> Result<Vec<u8>, LayerError> {
        if message.len() > self.max_message {
            return Err(LayerError::TooLong {
                length: message.len(),
                limit: self.max_message,
            });
        }
        let encrypt = self.qop == Qop::Confidentiality;
        self.context.wrap(encrypt, message).map_err(refused)
    }

    pub(in crate::authn) fn unwrap(&mut self, message: &[u8]) -> Result<Vec<u8>, LayerError> {
        if self.broken {
            return Err(LayerError::Refused {
                reason: "one before it was refused".to_owned(),
            });
        }
        let unwrapped = self.checked(message);
        self.broken = unwrapped.is_err();
        unwrapped
    }

    fn checked(&mut self, message: &[u8]) -> Result<Vec<u8>, LayerError> {
        if message.len() > self.max_wrapped {
            return Err(LayerError::TooLong {
                length: message.len(),
                limit: self.max_wrapped,
            });
        }
        // `gss_unwrap` takes a token that is only signed for one that is sealed, and libgssapi does not tell.
        if self.qop == Qop::Confidentiality && !is_sealed(message) {
            return Err(LayerError::Refused {
                reason: "it is not encrypted".to_owned(),
            });
        }
        self.context.unwrap(message).map_err(refused)
    }
}

/// Whether a wrap token of Kerberos (RFC 4121 §4.2.6.2) says that it is encrypted.
pub(super) fn is_sealed(token: &[u8]) -> bool {
    const SEALED: u8 = 2;
    matches!(token, [0x05, 0x04, flags, ..] if flags & SEALED != 0)
}

/// Whether a token is a wrap token of RFC 4121 at all, and not of the older encryption types.
pub(super) const fn is_rfc4121(token: &[u8]) -> bool {
    matches!(token, [0x05, 0x04, ..])
}

fn refused(error: Error) -> LayerError {
    LayerError::Refused {
        reason: failure::text(&error),
    }
}
