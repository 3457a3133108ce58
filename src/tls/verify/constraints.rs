//! Name constraints (RFC 5280 §4.2.1.10) where a host is known by a common name.
//!
//! webpki holds them against alternative names only. An authority for one domain could certify any host in a common name,
//! were they not held against that as well, as OpenSSL does (`NAME_CONSTRAINTS_check_CN`).

use rustls::pki_types::ServerName;
use webpki::VerifiedPath;
use x509_parser::extensions::{GeneralName, GeneralSubtree, NameConstraints, ParsedExtension};
use x509_parser::oid_registry::OID_X509_EXT_NAME_CONSTRAINTS;
use x509_parser::prelude::FromDer;

use super::super::der;
use super::trust::{extension, parse};

/// Whether every authority of the path may certify this host.
pub(super) fn permit(path: &VerifiedPath<'_>, host: &ServerName<'_>) -> Result<(), webpki::Error> {
    let host = host.to_str().to_ascii_lowercase();
    for authority in path.intermediate_certificates() {
        let der = authority.der();
        let certificate = parse(&der).map_err(|_| webpki::Error::BadDer)?;
        match extension(&certificate, &OID_X509_EXT_NAME_CONSTRAINTS) {
            Ok(None) => {}
            Ok(Some(ParsedExtension::NameConstraints(constraints))) => check(constraints, &host)?,
            _ => return Err(webpki::Error::BadDer),
        }
    }
    if let Some(inside) = &path.anchor().name_constraints {
        let der = der::element(der::SEQUENCE, &[inside]);
        let constraints = NameConstraints::from_der(&der);
        let (_, constraints) = constraints.map_err(|_| webpki::Error::BadDer)?;
        check(&constraints, &host)?;
    }
    Ok(())
}

fn check(constraints: &NameConstraints<'_>, host: &str) -> Result<(), webpki::Error> {
    let domains = |trees: &Option<Vec<GeneralSubtree<'_>>>| -> Vec<String> {
        let bases = trees.iter().flatten().filter_map(|tree| match tree.base {
            GeneralName::DNSName(base) => Some(base.to_ascii_lowercase()),
            _ => None,
        });
        bases.collect()
    };
    let permitted = domains(&constraints.permitted_subtrees);
    let excluded = domains(&constraints.excluded_subtrees);
    let inside = |base: &String| is_inside(host, base);
    if excluded.iter().any(inside) || !(permitted.is_empty() || permitted.iter().any(inside)) {
        return Err(webpki::Error::NameConstraintViolation);
    }
    Ok(())
}

/// The domain itself and all below it; with a dot in front, only those below.
fn is_inside(host: &str, base: &str) -> bool {
    host.strip_suffix(base).is_some_and(|rest| {
        rest.is_empty() || base.is_empty() || base.starts_with('.') || rest.ends_with('.')
    })
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn subtrees() {
        for (host, base, inside) in [
            ("node1.company.org", "company.org", true),
            ("company.org", "company.org", true),
            ("mycompany.org", "company.org", false),
            ("node1.company.org", ".company.org", true),
            ("company.org", ".company.org", false),
            ("company.org", "", true),
            ("org", "company.org", false),
        ] {
            assert_eq!(is_inside(host, base), inside, "{host} {base}");
        }
    }
}
