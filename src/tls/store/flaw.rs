//! What the reader of a format found wrong.

use super::super::TlsError;
use super::StoreType;

/// A [`TlsError`] without the name of the store, which is added last.
#[derive(Debug)]
pub(super) enum Flaw {
    UnknownFormat,
    Unsupported(String),
    Corrupt(String),
    PasswordRequired,
    WrongPassword,
}

impl Flaw {
    pub(super) fn corrupt(reason: impl Into<String>) -> Self {
        Self::Corrupt(reason.into())
    }

    /// Of a store as a whole.
    pub(super) fn of(self, store: String, stated: Option<StoreType>) -> TlsError {
        match self {
            Self::UnknownFormat => TlsError::UnknownFormat { store, stated },
            Self::Unsupported(what) => TlsError::Unsupported { store, what },
            Self::Corrupt(reason) => TlsError::Corrupt { store, reason },
            Self::PasswordRequired => TlsError::PasswordRequired { store },
            Self::WrongPassword => TlsError::WrongStorePassword { store },
        }
    }

    /// Of one key in a store that is sound otherwise.
    pub(super) fn of_key(self, store: String, alias: String) -> TlsError {
        match self {
            Self::WrongPassword => TlsError::WrongKeyPassword { store, alias },
            Self::Corrupt(reason) => TlsError::BadKey {
                store,
                alias,
                reason,
            },
            Self::Unsupported(what) => TlsError::Unsupported {
                store,
                what: format!("{what} of the key `{}`", alias.escape_debug()),
            },
            flaw => flaw.of(store, None),
        }
    }
}
