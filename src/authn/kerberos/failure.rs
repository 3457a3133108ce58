//! What the errors of GSS-API mean here, and what of their text is for the log.

use std::ops::RangeInclusive;

use libgssapi::error::Error;
use libgssapi_sys as sys;

use crate::authn::AuthnError;

/// As errors and logs call it.
pub(super) const MECHANISM: &str = "Kerberos";

pub(super) fn malformed(reason: impl Into<std::borrow::Cow<'static, str>>) -> AuthnError {
    AuthnError::malformed(MECHANISM, reason)
}

pub(super) fn refused(reason: impl Into<std::borrow::Cow<'static, str>>) -> AuthnError {
    AuthnError::Refused {
        mechanism: MECHANISM,
        reason: reason.into(),
    }
}

pub(super) fn unavailable(reason: impl Into<std::borrow::Cow<'static, str>>) -> AuthnError {
    AuthnError::Unavailable {
        mechanism: MECHANISM,
        reason: reason.into(),
    }
}

/// What it means that the library did not take what a peer sent.
pub(super) fn of_peer(error: &Error) -> AuthnError {
    let text = text(error);
    // Routine errors are numbers in this octet, not flags (RFC 2744 §3.9.1).
    match error.major.bits() & 0x00ff_0000 {
        sys::_GSS_S_DEFECTIVE_TOKEN | sys::_GSS_S_BAD_MECH => malformed(text),
        sys::_GSS_S_NO_CRED | sys::_GSS_S_UNAVAILABLE => unavailable(text),
        sys::_GSS_S_FAILURE if is_ours(error.minor) => unavailable(text),
        _ => refused(text),
    }
}

/// Whether the minor code of a failure says that it is this side's: the keytab, the replay cache, the configuration or the
/// system. They are codes of MIT's `krb5.h`, or of `errno.h`.
fn is_ours(minor: u32) -> bool {
    const ERRNO: RangeInclusive<u32> = 1..=4095;
    /// `KRB5_CONFIG_CANTOPEN`, `KRB5_CONFIG_BADFORMAT`
    const CONFIGURATION: RangeInclusive<u32> = krb5(135)..=krb5(136);
    /// `KRB5_RC_TYPE_EXISTS` to `KRB5_RC_IO_SPACE`, of which `KRB5_RC_REPLAY` is not
    const REPLAY_CACHE: RangeInclusive<u32> = krb5(159)..=krb5(172);
    const REPLAY: u32 = krb5(163);
    /// `KRB5_KT_BADNAME` to `KRB5_KT_IOERR`
    const KEYTAB: RangeInclusive<u32> = krb5(179)..=krb5(184);
    /// `KRB5_KT_FORMAT`
    const KEYTAB_FORMAT: u32 = krb5(235);

    ERRNO.contains(&minor)
        || CONFIGURATION.contains(&minor)
        || REPLAY_CACHE.contains(&minor) && minor != REPLAY
        || KEYTAB.contains(&minor)
        || minor == KEYTAB_FORMAT
}

/// A code of the table that MIT calls krb5, by its place there.
const fn krb5(place: u32) -> u32 {
    const BASE: u32 = (-1_765_328_384_i32).cast_unsigned();
    BASE + place
}

/// What the library says, as it fits a line: without "Unspecified GSS failure", without control characters, which a peer
/// may have chosen, and not without end.
pub(super) fn text(error: &Error) -> String {
    const UNSPECIFIED: &str = "Unspecified GSS failure.  Minor code may provide more information (";
    const LONGEST: usize = 500;
    let whole = error.to_string();
    whole
        .strip_prefix(UNSPECIFIED)
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(&whole)
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .take(LONGEST)
        .collect()
}
