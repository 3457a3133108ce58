//! What the errors of GSS-API mean here, and what of their text is for the log.

use std::borrow::Cow;

use libgssapi::error::Error;

use crate::authn::AuthnError;

/// As errors and logs call it.
pub(super) const MECHANISM: &str = "Kerberos";

pub(super) fn malformed(reason: impl Into<Cow<'static, str>>) -> AuthnError {
    AuthnError::malformed(MECHANISM, reason)
}

pub(super) fn refused(reason: impl Into<Cow<'static, str>>) -> AuthnError {
    AuthnError::refused(MECHANISM, reason)
}

pub(super) fn unavailable(reason: impl Into<Cow<'static, str>>) -> AuthnError {
    AuthnError::unavailable(MECHANISM, reason)
}

/// What the library says, as it fits a line: the cause where it knows one, without control characters, which a peer may
/// have chosen, and not without end.
pub(super) fn text(error: &Error) -> String {
    const LONGEST: usize = 500;
    let whole = error.to_string();
    let causeless = Error { minor: 0, ..*error }.to_string();
    cause(&whole, &causeless)
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .take(LONGEST)
        .collect()
}

/// The part in parentheses of "Unspecified GSS failure.  Minor code may provide more information (Clock skew too great)",
/// or what stands before it if there is no cause. Either may hold parentheses of its own; what is said of no cause, in the
/// same place, does not.
fn cause<'a>(whole: &'a str, causeless: &'a str) -> &'a str {
    let (general, none) = causeless.rsplit_once(" (").unwrap_or((causeless, ""));
    let said = whole.strip_prefix(general).unwrap_or(whole);
    match said
        .strip_prefix(" (")
        .and_then(|said| said.strip_suffix(')'))
    {
        // MIT has several words for no cause.
        Some("Success") => general,
        Some(cause) if none.strip_suffix(')') == Some(cause) => general,
        Some(cause) => cause,
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_the_text() {
        const FAILURE: &str = "Unspecified GSS failure.  Minor code may provide more information";
        const MIC: &str = "A token had an invalid Message Integrity Check (MIC)";
        for (general, said, expected) in [
            (FAILURE, " (Clock skew too great)", "Clock skew too great"),
            (
                FAILURE,
                " (No such file (filename: /x))",
                "No such file (filename: /x)",
            ),
            (FAILURE, " (Unknown error)", FAILURE),
            (MIC, " (Success)", MIC),
            (MIC, " (Unknown error)", MIC),
            (
                FAILURE,
                "unknown GSSAPI(Minor) error code(7)",
                "unknown GSSAPI(Minor) error code(7)",
            ),
        ] {
            let whole = format!("{general}{said}");
            assert_eq!(
                cause(&whole, &format!("{general} (Unknown error)")),
                expected
            );
        }
    }
}
