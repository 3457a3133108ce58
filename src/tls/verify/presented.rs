//! The names that a certificate presents: common names, and subject alternative names.

use rustls::{CertificateError, Error};
use x509_parser::der_parser::asn1_rs::Tag;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry::OID_X509_EXT_SUBJECT_ALT_NAME;
use x509_parser::prelude::X509Certificate;
use x509_parser::x509::AttributeTypeAndValue;

/// The common names of the subject, in the order of the certificate: the most specific one last (X.501 §9). `None` for one
/// that cannot be read as text.
pub(in crate::tls) fn common_names(certificate: &X509Certificate<'_>) -> Vec<Option<String>> {
    certificate.subject().iter_common_name().map(text).collect()
}

/// The string types of a DirectoryString (RFC 5280 §4.1.2.4) and IA5String. Of TeletexString only ASCII, because
/// nobody agrees about the rest.
fn text(attribute: &AttributeTypeAndValue<'_>) -> Option<String> {
    let value = attribute.attr_value();
    let read = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned).ok();
    match value.tag() {
        Tag::Utf8String => read(value.data),
        Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::TeletexString => {
            value.data.is_ascii().then(|| read(value.data)).flatten()
        }
        Tag::BmpString => {
            let (units, rest) = value.data.as_chunks::<2>();
            let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
            let whole = rest.is_empty();
            whole.then(|| String::from_utf16(&units).ok()).flatten()
        }
        _ => None,
    }
}

/// The subject alternative names. A certificate in which they cannot be read, or stand twice, is an error and not one
/// without them: that would lead to a weaker rule.
pub(in crate::tls) fn alternative_names<'a>(
    certificate: &'a X509Certificate<'_>,
) -> Result<&'a [GeneralName<'a>], Error> {
    let bad = || Error::from(CertificateError::BadEncoding);
    let extension = certificate
        .get_extension_unique(&OID_X509_EXT_SUBJECT_ALT_NAME)
        .map_err(|_| bad())?;
    let Some(extension) = extension else {
        return Ok(&[]);
    };
    match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names)
            if !names
                .general_names
                .iter()
                .any(|name| matches!(name, GeneralName::Invalid(..))) =>
        {
            Ok(&names.general_names)
        }
        _ => Err(bad()),
    }
}
