//! What it means that a client's token was not taken.

use std::io;

use libgssapi::error::Error;
use libgssapi_sys as sys;

use crate::authn::AuthnError;
use crate::authn::kerberos::failure::{malformed, refused, text, unavailable};

/// What it means that the library did not take what a peer sent. It says "no such key" of a keytab that is missing and of a
/// ticket for somebody else alike; whether the keytab is well has to be asked of the keytab.
pub(super) fn of_peer(error: &Error) -> AuthnError {
    let text = text(error);
    // A call with nothing in it.
    if error.major.bits() & 0xff00_0000 != 0 {
        return malformed(text);
    }
    // Routine errors are numbers in this octet, not flags (RFC 2744 §3.9.1).
    match error.major.bits() & 0x00ff_0000 {
        sys::_GSS_S_DEFECTIVE_TOKEN | sys::_GSS_S_BAD_MECH => malformed(text),
        sys::_GSS_S_NO_CRED | sys::_GSS_S_UNAVAILABLE => unavailable(text),
        sys::_GSS_S_FAILURE if is_of_the_system(error.minor, &text) => unavailable(text),
        _ => refused(text),
    }
}

/// Whether the minor code of a failure is one of `errno.h`: a replay cache that cannot be written, no memory, no files.
///
/// Inside of SPNEGO, MIT's library counts the codes that it meets anew, from 100,000, so there only the text tells.
fn is_of_the_system(minor: u32, text: &str) -> bool {
    const RENUMBERED: u32 = 100_000;
    const LAST: i32 = 133;
    let of_code = |code| {
        let said = io::Error::from_raw_os_error(code).to_string();
        let plain = said.split(" (os error").next().unwrap_or_default();
        text.starts_with(plain)
    };
    match minor {
        1..RENUMBERED => true,
        RENUMBERED..200_000 => (1..=LAST).any(of_code),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use libgssapi::error::MajorFlags;

    use super::*;

    /// `ERROR_TABLE_BASE_krb5`
    const KRB5: u32 = (-1_765_328_384_i32).cast_unsigned();

    fn error(major: MajorFlags, minor: u32) -> Error {
        Error { major, minor }
    }

    #[test]
    fn codes_fall_into_three_classes() {
        use MajorFlags as M;
        let malformed = [
            error(M::GSS_S_DEFECTIVE_TOKEN, 0),
            error(M::GSS_S_DEFECTIVE_TOKEN, 5),
            error(M::GSS_S_BAD_MECH, 0),
            error(M::GSS_S_CALL_INACCESSIBLE_READ, 0),
        ];
        let refused = [
            error(M::GSS_S_FAILURE, KRB5 + 31),
            error(M::GSS_S_FAILURE, KRB5 + 34),
            error(M::GSS_S_BAD_BINDINGS, 0),
            error(M::GSS_S_BAD_SIG, 0),
            error(M::GSS_S_CREDENTIALS_EXPIRED, 0),
            error(M::GSS_S_FAILURE, 100_000),
        ];
        let unavailable = [
            error(M::GSS_S_NO_CRED, 0),
            error(M::GSS_S_FAILURE, 28),
            error(M::GSS_S_UNAVAILABLE, 0),
        ];
        for error in malformed {
            assert!(
                matches!(of_peer(&error), AuthnError::Malformed { .. }),
                "{error}"
            );
        }
        for error in refused {
            assert!(
                matches!(of_peer(&error), AuthnError::Refused { .. }),
                "{error}"
            );
        }
        for error in unavailable {
            assert!(of_peer(&error).is_unavailable(), "{error}");
        }
    }

    #[test]
    fn what_spnego_has_renumbered_is_told_by_its_text() {
        assert!(is_of_the_system(28, ""));
        assert!(is_of_the_system(
            100_007,
            "No space left on device (filename: /x)"
        ));
        assert!(!is_of_the_system(100_007, "Clock skew too great"));
        assert!(!is_of_the_system(KRB5 + 37, "No space left on device"));
        assert!(!is_of_the_system(0, "Unspecified GSS failure"));
    }
}
