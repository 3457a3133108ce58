//! ACLs as text: what is read, printed and read again is the same.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use bailiwick::acl::{Acl, AclError, AclSpec, Dialect, Entry, Getfacl, Place, Protection, Setfacl};
use bailiwick::identity::{GroupRef, UserRef};

/// The text as everything that it might be, in every dialect.
pub fn acl_text(text: &str) {
    for dialect in &[Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX] {
        spec(text, dialect);
        let words: Vec<_> = text.split(' ').collect();
        let _ = (
            Setfacl::parse(&words, dialect),
            Getfacl::parse(&words, dialect),
        );
    }
    canonical::<Entry>(text);
    canonical::<Acl>(text);
    canonical::<AclSpec>(text);
    if let Some(protection) = canonical::<Protection>(text) {
        listing(&protection);
    }
}

fn spec(text: &str, dialect: &Dialect) {
    let name = dialect.name;
    let read = AclSpec::parse(text, dialect);
    if let Some(spec) = check(text, &read) {
        let printed = spec.text(dialect);
        assert_eq!(
            AclSpec::parse(&printed, dialect).as_ref(),
            Ok(spec),
            "{name}: {printed}"
        );
        let lines = printed.replace(',', "\n");
        assert_eq!(
            AclSpec::parse_lines(&lines, dialect).as_ref(),
            Ok(spec),
            "{name}: {lines}"
        );
    }
    let read = AclSpec::parse_removal(text, dialect);
    if let Some(spec) = check(text, &read) {
        let printed = spec.removal_text(dialect);
        assert_eq!(
            AclSpec::parse_removal(&printed, dialect).as_ref(),
            Ok(spec),
            "{name}: {printed}"
        );
    }
    check(text, &AclSpec::parse_lines(text, dialect));
    check(text, &AclSpec::parse_removal_lines(text, dialect));
}

/// An error says where, and that is a place in the text.
fn check<'a, T>(text: &str, read: &'a Result<T, AclError>) -> Option<&'a T> {
    if let Err(AclError::Entry { place, .. } | AclError::Name { place, .. }) = read {
        let (at, places) = match place {
            Place::Item(at) => (*at, text.split(',').count()),
            Place::Line(at) => (*at, text.lines().count().max(1)),
        };
        assert!((1..=places).contains(&at), "{place:?} of {text:?}");
    }
    read.as_ref().ok()
}

fn canonical<T: FromStr<Err = AclError> + Display + Debug + PartialEq>(text: &str) -> Option<T> {
    let read: T = text.parse().ok()?;
    let printed = read.to_string();
    assert_eq!(printed.parse().as_ref(), Ok(&read), "{printed}");
    Some(read)
}

/// What getfacl prints is read again, whatever it says in comments.
fn listing(protection: &Protection) {
    let owner = UserRef::new("alice").expect("a name");
    let group = GroupRef::new("Domain Users").expect("a name");
    for dialect in &[Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX] {
        let listing = protection.getfacl("/a file", owner, group, dialect);
        for printed in [listing.to_string(), format!("{listing:#}")] {
            let read = AclSpec::parse_lines(&printed, dialect);
            let entries = read.as_ref().map(AclSpec::entries);
            assert_eq!(
                entries,
                Ok(protection.entries(dialect).as_slice()),
                "{}: {printed}",
                dialect.name
            );
        }
    }
}
