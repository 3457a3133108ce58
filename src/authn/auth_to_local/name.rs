//! The parts of a principal, as Hadoop's `KerberosName` sees them.

use super::TranslateError;

/// The longest principal that is read, in bytes. A host name has at most 255, and a realm is mostly one.
pub(super) const MAX_PRINCIPAL: usize = 1024;

/// A principal and its parts: `service/host@REALM`, of which all but the service may be missing.
///
/// A text without `@` that is none of that is a service with an odd name, as in Hadoop: `a/b/c`, and the empty text.
///
/// ```
/// use bailiwick::authn::KerberosName;
///
/// let name = KerberosName::parse("HTTP/node1.example.com@EXAMPLE.COM")?;
/// assert_eq!(name.service(), "HTTP");
/// assert_eq!(name.host(), Some("node1.example.com"));
/// assert_eq!(name.realm(), Some("EXAMPLE.COM"));
/// # Ok::<(), bailiwick::authn::TranslateError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KerberosName<'a> {
    whole: &'a str,
    service: &'a str,
    host: Option<&'a str>,
    realm: Option<&'a str>,
}

impl<'a> KerberosName<'a> {
    /// Takes a principal apart.
    ///
    /// # Errors
    ///
    /// [`TranslateError::Malformed`], [`TranslateError::LineTerminator`], and [`TranslateError::TooLong`] over 1024 bytes.
    pub fn parse(principal: &'a str) -> Result<Self, TranslateError> {
        if principal.len() > MAX_PRINCIPAL {
            return Err(TranslateError::TooLong {
                length: principal.len(),
                limit: MAX_PRINCIPAL,
            });
        }
        if let Some(at) = line_terminator(principal) {
            return Err(TranslateError::LineTerminator {
                principal: principal.to_owned(),
                at,
            });
        }
        let whole = principal;
        let (name, realm) = match whole.split_once('@') {
            Some((name, realm)) => (name, Some(realm)),
            None => (whole, None),
        };
        let (service, host) = match name.split_once('/') {
            Some((service, host)) => (service, Some(host)),
            None => (name, None),
        };
        let has_no_separator = |part: &str| !part.bytes().any(|b| matches!(b, b'/' | b'@'));
        let is_part = |part: &str| !part.is_empty() && has_no_separator(part);
        if !service.is_empty() && host.is_none_or(is_part) && realm.is_none_or(is_part) {
            return Ok(Self {
                whole,
                service,
                host,
                realm,
            });
        }
        if realm.is_some() {
            let principal = principal.to_owned();
            return Err(TranslateError::Malformed { principal });
        }
        Ok(Self {
            whole,
            service: whole,
            host: None,
            realm: None,
        })
    }

    /// The first component.
    #[must_use]
    pub const fn service(&self) -> &'a str {
        self.service
    }

    /// The second component.
    #[must_use]
    pub const fn host(&self) -> Option<&'a str> {
        self.host
    }

    /// The realm.
    #[must_use]
    pub const fn realm(&self) -> Option<&'a str> {
        self.realm
    }

    /// All of it.
    pub(super) const fn as_str(&self) -> &'a str {
        self.whole
    }

    /// How many components stand before the realm.
    pub(super) const fn components(&self) -> u32 {
        if self.host.is_some() { 2 } else { 1 }
    }

    /// Whether it is a service alone, which is its own local name.
    pub(super) const fn is_simple(&self) -> bool {
        self.host.is_none() && self.realm.is_none()
    }
}

/// Where the first of Java's line terminators stands.
pub(super) fn line_terminator(text: &str) -> Option<usize> {
    // No early exit, so that there is no branch for each byte.
    let suspect = |b: u8| matches!(b, b'\n' | b'\r') || b >= 0x80;
    if !text.bytes().fold(false, |any, b| any | suspect(b)) {
        return None;
    }
    text.find(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_are_taken_apart() {
        let parts = |text| {
            let name = KerberosName::parse(text).unwrap();
            (name.service(), name.host(), name.realm())
        };
        assert_eq!(parts("a"), ("a", None, None));
        assert_eq!(parts("a@R"), ("a", None, Some("R")));
        assert_eq!(parts("a/b"), ("a", Some("b"), None));
        assert_eq!(parts("a/b@R"), ("a", Some("b"), Some("R")));
        for odd in ["", "/", "a/", "/b", "a/b/c"] {
            assert_eq!(parts(odd), (odd, None, None));
        }
    }

    #[test]
    fn a_malformed_name_is_named() {
        for text in ["@", "a@", "@R", "a/@R", "/b@R", "a@b@c", "a@b/c", "a/b/c@R"] {
            let error = KerberosName::parse(text).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("Malformed Kerberos name: {text}")
            );
        }
    }

    #[test]
    fn line_terminators_and_long_names_are_refused() {
        for (text, place) in [("a\n", 1), ("ü\u{2028}@R", 2), ("a\u{85}", 1), ("\r", 0)] {
            let error = KerberosName::parse(text).unwrap_err();
            assert!(
                matches!(error, TranslateError::LineTerminator { at, .. } if at == place),
                "{error}"
            );
        }
        assert!(KerberosName::parse("ü\t@R").is_ok());
        assert!(KerberosName::parse(&"x".repeat(1024)).is_ok());
        let error = KerberosName::parse(&"x".repeat(1025)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Kerberos name of 1025 bytes is longer than 1024"
        );
    }
}
