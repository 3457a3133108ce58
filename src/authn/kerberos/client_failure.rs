//! What the Kerberos library says when a client's call fails, and whose fault that is.

use std::fmt;

use libgssapi::error::{Error, MajorFlags};

use super::failure;
use super::login::Impatient;
use crate::authn::AuthnError;

/// A failed call. It is made on the thread that made the call, which alone can still tell what the library has to say.
#[derive(Debug)]
pub(super) struct ClientFailure {
    kind: Kind,
    reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Malformed,
    Refused,
    /// Refused, because the tickets of this side have expired.
    Expired,
    /// Refused, because there is no ticket cache.
    WithoutCache,
    Unavailable,
}

/// Codes of krb5.h. The first four are a failure of the KDC, and no answer of it. All others are for somebody to mend: a
/// clock, a keytab, a name. `KRB5_REALM_UNKNOWN` is among those, although the library also says it when DNS was to know the
/// KDC and does not answer.
mod code {
    /// `KRB5KDC_ERR_SVC_UNAVAILABLE`
    pub(super) const SERVICE_UNAVAILABLE: i32 = -1_765_328_355;
    /// `KRB5KRB_ERR_GENERIC`: an error of the KDC's own, such as one of its database.
    pub(super) const GENERIC: i32 = -1_765_328_324;
    /// `KRB5_KDC_UNREACH`
    pub(super) const KDC_UNREACHABLE: i32 = -1_765_328_228;
    /// `KRB5_REALM_CANT_RESOLVE`: the KDC has a name, and DNS does not know it.
    pub(super) const KDC_UNRESOLVED: i32 = -1_765_328_164;
    /// `KRB5_FCC_NOFILE`
    pub(super) const NO_CACHE: i32 = -1_765_328_189;
    /// `KRB5KRB_AP_ERR_TKT_EXPIRED`
    pub(super) const TICKET_EXPIRED: i32 = -1_765_328_352;
}

impl ClientFailure {
    pub(super) fn refused(reason: impl Into<String>) -> Self {
        Self {
            kind: Kind::Refused,
            reason: reason.into(),
        }
    }

    pub(super) fn expired() -> Self {
        Self {
            kind: Kind::Expired,
            reason: "the ticket has expired".to_owned(),
        }
    }

    pub(super) fn malformed(reason: impl Into<String>) -> Self {
        Self {
            kind: Kind::Malformed,
            reason: reason.into(),
        }
    }

    pub(super) fn unavailable(reason: impl Into<String>) -> Self {
        Self {
            kind: Kind::Unavailable,
            reason: reason.into(),
        }
    }

    pub(super) fn is_unavailable(&self) -> bool {
        self.kind == Kind::Unavailable
    }

    pub(super) fn is_expiry(&self) -> bool {
        self.kind == Kind::Expired
    }

    pub(super) fn is_without_cache(&self) -> bool {
        self.kind == Kind::WithoutCache
    }

    /// The same, of one of several attempts.
    pub(super) fn at(self, place: &str) -> Self {
        Self {
            reason: format!("{place}: {}", self.reason),
            ..self
        }
    }
}

impl From<ClientFailure> for AuthnError {
    fn from(failure: ClientFailure) -> Self {
        match failure.kind {
            Kind::Malformed => failure::malformed(failure.reason),
            Kind::Refused | Kind::Expired | Kind::WithoutCache => failure::refused(failure.reason),
            Kind::Unavailable => failure::unavailable(failure.reason),
        }
    }
}

impl From<Error> for ClientFailure {
    fn from(error: Error) -> Self {
        let kind = match error.minor.cast_signed() {
            code::SERVICE_UNAVAILABLE
            | code::GENERIC
            | code::KDC_UNREACHABLE
            | code::KDC_UNRESOLVED => Kind::Unavailable,
            code::NO_CACHE => Kind::WithoutCache,
            code::TICKET_EXPIRED => Kind::Expired,
            _ if is(error, MajorFlags::GSS_S_DEFECTIVE_TOKEN) => Kind::Malformed,
            _ if is(error, MajorFlags::GSS_S_CREDENTIALS_EXPIRED) => Kind::Expired,
            _ => Kind::Refused,
        };
        match kind {
            // What the library says of it may be "Success".
            Kind::Expired => Self::expired(),
            _ => Self {
                kind,
                reason: failure::text(&error),
            },
        }
    }
}

impl From<Impatient> for ClientFailure {
    fn from(late: Impatient) -> Self {
        Self::unavailable(late.to_string())
    }
}

impl fmt::Display for ClientFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// Whether that is the routine error, which is a number within the bits of a major status (RFC 2744 §3.9.1), and no set of
/// flags.
const fn is(error: Error, routine: MajorFlags) -> bool {
    error.major.bits() & 0xff_0000 == routine.bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(major: MajorFlags, minor: i32) -> AuthnError {
        let minor = minor.cast_unsigned();
        ClientFailure::from(Error { major, minor }).into()
    }

    #[test]
    fn a_kdc_that_fails_is_unavailable_and_nothing_else_is() {
        for minor in [
            -1_765_328_355,
            -1_765_328_324,
            -1_765_328_228,
            -1_765_328_164,
        ] {
            let error = of(MajorFlags::GSS_S_FAILURE, minor);
            assert!(error.is_unavailable(), "{error:?}");
        }
        // Unknown client, unknown server, clock skew, expired, wrong key, no such realm, no cache, no keytab.
        for minor in [
            -1_765_328_378,
            -1_765_328_377,
            -1_765_328_347,
            -1_765_328_352,
            -1_765_328_353,
            -1_765_328_230,
            -1_765_328_189,
            2,
        ] {
            let error = of(MajorFlags::GSS_S_FAILURE, minor);
            assert!(matches!(error, AuthnError::Refused { .. }), "{error:?}");
        }
        let error = of(MajorFlags::GSS_S_DEFECTIVE_TOKEN, 0);
        assert!(matches!(error, AuthnError::Malformed { .. }), "{error:?}");
        // 9 is the number of a defective token; 13 has all of its bits, and is another error.
        let error = of(MajorFlags::GSS_S_FAILURE, 0);
        assert!(matches!(error, AuthnError::Refused { .. }), "{error:?}");
    }
}
