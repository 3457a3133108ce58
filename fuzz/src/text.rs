//! ACL specs as text: what is read, printed and read again is the same.

use bailiwick::acl::{AclError, AclSpec, Dialect, Perm};

pub fn acl_text(text: &str) {
    for dialect in [Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX] {
        match AclSpec::parse(text, &dialect) {
            Ok(spec) => {
                let printed = spec.to_string();
                assert_eq!(
                    AclSpec::parse(&printed, &dialect),
                    Ok(spec),
                    "{}: {printed}",
                    dialect.name
                );
            }
            Err(error) => check_error(text, &error),
        }
        match AclSpec::parse_removal(text, &dialect) {
            Ok(spec) => assert!(spec.entries().iter().all(|entry| entry.perm == Perm::NONE)),
            Err(error) => check_error(text, &error),
        }
    }
}

/// An error shows the entry that it is about as it was written, and where.
fn check_error(text: &str, error: &AclError) {
    let at = match error {
        AclError::Entry {
            entry, position, ..
        }
        | AclError::Name {
            entry, position, ..
        } => Some((entry, *position)),
        _ => None,
    };
    if let Some((entry, position)) = at {
        let written = text.split(',').nth(position - 1);
        assert!(
            text == entry || written.is_some_and(|written| written.contains(entry.as_str())),
            "{text:?}: {error:?}"
        );
    }
    assert!(!error.to_string().is_empty());
}
