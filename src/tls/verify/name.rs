//! Does a certificate belong to the host that was called?

use rustls::client::verify_server_name;
use rustls::pki_types::ServerName;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry::OID_X509_EXT_SUBJECT_ALT_NAME;
use x509_parser::prelude::{X509Certificate, X509Extension};

/// How a client compares the name of the server it called with the certificate it got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameCheck {
    /// The host must be a dNSName or iPAddress of the certificate's subject alternative names (RFC 9525). A
    /// certificate with neither of the two is matched by its one common name, as RFC 6125 §6.4.4 allowed and JSSE's
    /// endpoint identification `HTTPS` does: `keytool -dname CN=localhost` writes nothing else. An address never
    /// matches a common name. A wildcard stands for exactly one leftmost label.
    #[default]
    Standard,
    /// Any certificate with a valid chain will do, whatever its name: **whoever holds any trusted certificate can pose
    /// as any server**. This is what `alluxio.network.tls.client.no.endpoint.identification=true` asks for.
    DangerouslyNone,
}

impl NameCheck {
    pub(super) fn check(
        self,
        parsed: &ParsedCertificate<'_>,
        certificate: &X509Certificate<'_>,
        host: &ServerName<'_>,
    ) -> Result<(), Error> {
        match self {
            Self::DangerouslyNone => Ok(()),
            Self::Standard if has_alternative_name(certificate)? => {
                verify_server_name(parsed, host)
            }
            Self::Standard => by_common_name(certificate, host),
        }
    }
}

fn has_alternative_name(certificate: &X509Certificate<'_>) -> Result<bool, Error> {
    let extension = certificate
        .get_extension_unique(&OID_X509_EXT_SUBJECT_ALT_NAME)
        .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
    Ok(match extension.map(X509Extension::parsed_extension) {
        None => false,
        Some(ParsedExtension::SubjectAlternativeName(names)) => {
            let is_host = |name: &GeneralName<'_>| {
                matches!(name, GeneralName::DNSName(_) | GeneralName::IPAddress(_))
            };
            names.general_names.iter().any(is_host)
        }
        // One that is there but cannot be read must not lead to the weaker check.
        Some(_) => true,
    })
}

fn by_common_name(certificate: &X509Certificate<'_>, host: &ServerName<'_>) -> Result<(), Error> {
    let mut names = certificate
        .subject()
        .iter_common_name()
        .map(|name| name.as_str().ok());
    // Several would let the holder of one name ask an authority for a second one that it overlooks.
    let name = match (names.next(), names.next()) {
        (Some(Some(name)), None) => Some(name),
        _ => None,
    };
    match (host, name) {
        (ServerName::DnsName(host), Some(name)) if matches(name, host.as_ref()) => Ok(()),
        _ => Err(Error::InvalidCertificate(
            CertificateError::NotValidForNameContext {
                expected: host.to_owned(),
                presented: name.map(|name| format!("CN={name}")).into_iter().collect(),
            },
        )),
    }
}

/// RFC 6125 §6.4: without regard to case; `*` is a whole label, and at least two labels follow it.
fn matches(pattern: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    match pattern.strip_prefix("*.") {
        None => pattern.eq_ignore_ascii_case(host),
        Some(parent) => {
            let valid = parent.contains('.') && !parent.contains('*');
            valid
                && host.split_once('.').is_some_and(|(first, rest)| {
                    !first.is_empty() && parent.eq_ignore_ascii_case(rest)
                })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn common_names() {
        for (pattern, host) in [
            ("localhost", "localhost"),
            ("LocalHost", "lOCALhOST"),
            ("node1.company.org", "node1.company.org."),
            ("*.company.org", "node1.company.org"),
            ("*.company.org", "NODE1.Company.ORG"),
        ] {
            assert!(matches(pattern, host), "{pattern} {host}");
        }
        for (pattern, host) in [
            ("localhost", "localhost.evil.org"),
            ("localhost\0.evil.org", "localhost"),
            ("*.company.org", "company.org"),
            ("*.company.org", "a.b.company.org"),
            ("*.company.org", ".company.org"),
            ("*.org", "company.org"),
            ("*", "localhost"),
            ("*.", "localhost"),
            ("n*.company.org", "node1.company.org"),
            ("*.*.org", "a.b.org"),
            ("*.*.org", "a.*.org"),
            ("", "localhost"),
        ] {
            assert!(!matches(pattern, host), "{pattern} {host}");
        }
    }
}
