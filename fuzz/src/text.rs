//! ACLs as text: what is read, printed and read again is the same, in every dialect's language and in our own.

use bailiwick::acl::{AclError, AclSpec, Dialect, Kind, Mode, Perm, Place, Protection};
use bailiwick::identity::{GroupName, UserName};

pub fn acl_text(text: &str) {
    for dialect in [Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX] {
        match AclSpec::parse(text, &dialect) {
            Ok(spec) => {
                let printed = spec.text(&dialect);
                let again = AclSpec::parse(&printed, &dialect);
                assert_eq!(again.as_ref(), Ok(&spec), "{}: {printed}", dialect.name);
                listing(&spec, &dialect);
            }
            Err(error) => check_error(text, ',', &error),
        }
        match AclSpec::parse_removal(text, &dialect) {
            Ok(spec) => {
                assert!(spec.entries().iter().all(|entry| entry.perm == Perm::NONE));
                let printed = spec.removal_text(&dialect);
                let again = AclSpec::parse_removal(&printed, &dialect);
                assert_eq!(again, Ok(spec), "{}: {printed}", dialect.name);
            }
            Err(error) => check_error(text, ',', &error),
        }
        for read in [AclSpec::parse_lines, AclSpec::parse_removal_lines] {
            if let Err(error) = read(text, &dialect) {
                check_error(text, '\n', &error);
            }
        }
    }
    canonical(text);
}

/// What getfacl prints of an inode is read back whole.
fn listing(spec: &AclSpec, dialect: &Dialect) {
    let directory = Protection::from(Mode::from_bits(0o750));
    let Ok(directory) = directory.modify(spec, Kind::Directory, dialect) else {
        return;
    };
    let (owner, group) = (UserName::new("o").unwrap(), GroupName::new("g").unwrap());
    let printed = directory.getfacl("/d", &owner, &group, dialect).to_string();
    let read = AclSpec::parse_lines(&printed, dialect).unwrap();
    assert_eq!(read.entries(), directory.entries(dialect), "{printed}");
}

/// The library's own text.
fn canonical(text: &str) {
    if let Ok(protection) = text.parse::<Protection>() {
        let printed = protection.to_string();
        assert_eq!(printed.parse().as_ref(), Ok(&protection), "{printed}");
        for dialect in [Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX] {
            let status = protection.status(&dialect);
            assert_eq!(
                Protection::from_status(status, &dialect).as_ref(),
                Ok(&protection)
            );
        }
    }
}

/// An error shows the entry that it is about as it was written, of a long one the beginning, and where.
fn check_error(text: &str, separator: char, error: &AclError) {
    assert!(!error.to_string().is_empty());
    let (AclError::Entry { entry, place, .. } | AclError::Name { entry, place, .. }) = error else {
        return;
    };
    let (Place::Item(position) | Place::Line(position)) = *place;
    let shown = entry.trim_end_matches('…');
    let written = text.split(separator).nth(position - 1);
    assert!(
        text.starts_with(shown) || written.is_some_and(|written| written.contains(shown)),
        "{text:?}: {error:?}"
    );
}
