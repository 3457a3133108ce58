//! RFC 9525, with the common name of RFC 6125 §6.4.4 where there is no dNSName.

use rustls::pki_types::ServerName;
use rustls::{CertificateError, Error};
use webpki::EndEntityCert;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::X509Certificate;

use super::super::chain::rustls_error;
use super::super::presented::{alternative_names, common_names};
use super::Named;

pub(super) fn check(
    parsed: &EndEntityCert<'_>,
    certificate: &X509Certificate<'_>,
    host: &ServerName<'_>,
) -> Result<Named, Error> {
    let names = alternative_names(certificate)?;
    let has_domain = names
        .iter()
        .any(|name| matches!(name, GeneralName::DNSName(_)));
    let is_domain = matches!(host, ServerName::DnsName(_));
    if names.is_empty() || (is_domain && !has_domain) {
        by_common_name(certificate, host).map(|()| Named::ByCommonName)
    } else {
        parsed
            .verify_is_valid_for_subject_name(host)
            .map_err(rustls_error)
            .map(|()| Named::Otherwise)
    }
}

fn by_common_name(certificate: &X509Certificate<'_>, host: &ServerName<'_>) -> Result<(), Error> {
    // Several would let the holder of one name ask an authority for a second one that it overlooks.
    let name = match common_names(certificate).as_slice() {
        [Some(name)] => Some(name.clone()),
        _ => None,
    };
    match (host, &name) {
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
