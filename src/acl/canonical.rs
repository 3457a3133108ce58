//! The library's own text of an ACL: the same in every dialect, complete, and read back exactly.
//!
//! Entries in the order of POSIX.1e, separated by commas; a [`Protection`] begins with `sticky` if it is, and ends with its
//! default ACL: `sticky,user::rwx,user:bob:r--,group::r-x,mask::r-x,other::---,default:user::rwx,…`. No dialect's own reader
//! takes `sticky` for an entry, so such a text is never applied with the bit lost.

use std::fmt;
use std::str::FromStr;

use super::list::Draft;
use super::{
    Acl, AclError, AclSpec, Dialect, Entry, LoneMask, Perm, Place, Protection, Scope, Tag,
};
use crate::identity::{GroupName, UserName};

const STICKY: &str = "sticky";

/// The most entries of a spec, as in [`AclSpec::parse`].
const MAX_SPEC: usize = 1024;

/// Reads one entry of a text; `position` counts from 1.
fn entry(text: &str, position: usize) -> Result<Entry, AclError> {
    let expected = |expected| AclError::Entry {
        entry: text.to_owned(),
        place: Place::Item(position),
        expected,
    };
    let invalid = |source| AclError::Name {
        entry: text.to_owned(),
        place: Place::Item(position),
        source,
    };
    let (scope, rest) = match text.strip_prefix("default:") {
        Some(rest) => (Scope::Default, rest),
        None => (Scope::Access, text),
    };
    let mut parts = rest.split(':');
    let (Some(kind), Some(name), Some(perm), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(expected("expected [default:]type:name:rwx"));
    };
    let tag = match (kind, name) {
        ("user", "") => Tag::Owner,
        ("user", name) => Tag::User(UserName::new(name).map_err(invalid)?),
        ("group", "") => Tag::OwningGroup,
        ("group", name) => Tag::Group(GroupName::new(name).map_err(invalid)?),
        ("mask", "") => Tag::Mask,
        ("other", "") => Tag::Other,
        ("mask" | "other", _) => return Err(expected("expected no name for mask and other")),
        _ => return Err(expected("expected user, group, mask or other")),
    };
    let perm: Result<Perm, _> = perm.parse();
    let perm = perm.map_err(|_| expected("expected a permission such as rw-"))?;
    Ok(Entry { scope, tag, perm })
}

/// Prints entries with commas between them.
pub(super) fn write_entries(entries: &[Entry], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            f.write_str(",")?;
        }
        write!(f, "{entry}")?;
    }
    Ok(())
}

/// `[default:](user|group|mask|other):[NAME]:rwx`, in lower case and without blanks around the parts.
impl FromStr for Entry {
    type Err = AclError;

    fn from_str(text: &str) -> Result<Self, AclError> {
        entry(text, 1)
    }
}

/// All entries in the order of POSIX.1e, separated by commas, without a scope.
impl fmt::Display for Acl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_entries(&self.entries(Scope::Access, &Dialect::POSIX), f)
    }
}

/// All entries in any order, separated by commas.
impl FromStr for Acl {
    type Err = AclError;

    fn from_str(text: &str) -> Result<Self, AclError> {
        let mut entries = Vec::new();
        for (text, position) in text.split(',').zip(1..) {
            let entry = entry(text, position)?;
            if entry.scope == Scope::Default {
                return Err(AclError::Entry {
                    entry: text.to_owned(),
                    place: Place::Item(position),
                    expected: "expected the entries of one list, without default:",
                });
            }
            entries.push(entry);
        }
        Draft::of_entries(entries)?.finish(Scope::Access, LoneMask::Kept)
    }
}

/// `sticky` if it is, and all entries of both scopes in the order of POSIX.1e, separated by commas.
impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_sticky() {
            write!(f, "{STICKY},")?;
        }
        write_entries(&self.entries(&Dialect::POSIX), f)
    }
}

/// `sticky` first, if it is, and all entries of both scopes in any order, separated by commas.
impl FromStr for Protection {
    type Err = AclError;

    fn from_str(text: &str) -> Result<Self, AclError> {
        let mut items = text.split(',').zip(1..).peekable();
        let sticky = items.next_if(|(text, _)| *text == STICKY).is_some();
        let entries: Result<Vec<_>, _> = items
            .map(|(text, position)| entry(text, position))
            .collect();
        let (access, default) = Draft::of_scopes(entries?)?;
        Self::from_drafts(access, default, sticky)
    }
}

/// Entries of both scopes as they are printed, separated by commas; none at all is a spec too.
/// [`AclSpec::parse`] reads what a dialect's users write.
impl FromStr for AclSpec {
    type Err = AclError;

    fn from_str(text: &str) -> Result<Self, AclError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let mut entries = Vec::new();
        for (text, position) in text.split(',').zip(1..) {
            if position > MAX_SPEC {
                return Err(AclError::Entry {
                    entry: text.to_owned(),
                    place: Place::Item(position),
                    expected: "expected no more than 1024 entries",
                });
            }
            entries.push(entry(text, position)?);
        }
        Self::new(entries)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::acl::samples;

    #[test]
    fn a_protection_is_one_readable_text() {
        let text = "sticky,user::rwx,user:bob:r--,group::r-x,mask::r-x,other::---,\
                    default:user::rwx,default:group::r-x,default:other::---";
        let protection: Protection = text.parse().unwrap();
        assert!(protection.is_sticky());
        assert_eq!(protection.access().mask().unwrap().to_string(), "r-x");
        assert_eq!(
            protection.default_acl().unwrap().to_string(),
            "user::rwx,group::r-x,other::---"
        );
        assert_eq!(protection.to_string(), text);
        let shuffled = "other::---,group::r-x,default:other::---,user::rwx";
        let error = shuffled.parse::<Protection>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid ACL: the entry default:user:: is missing"
        );
        let shuffled: Protection = "other::---,group::r-x,user::rwx".parse().unwrap();
        assert_eq!(shuffled.to_string(), "user::rwx,group::r-x,other::---");
        // No dialect takes the sticky bit for an entry and drops it.
        for dialect in [&Dialect::HDFS, &Dialect::ALLUXIO] {
            assert!(AclSpec::parse(text, dialect).is_err(), "{}", dialect.name);
        }
    }

    #[test]
    fn what_is_not_canonical_is_refused_with_its_place() {
        let base = "user::rwx,group::r-x,other::---";
        for (text, says) in [
            (
                "",
                "invalid ACL entry \"\" at position 1: expected [default:]type:name:rwx",
            ),
            ("sticky", "invalid ACL: the entry user:: is missing"),
            (
                "user::rwx,sticky,group::r-x,other::---",
                "invalid ACL entry \"sticky\" at position 2: expected [default:]type:name:rwx",
            ),
            (
                "sticky,user::rwx,usr:a:r--",
                "invalid ACL entry \"usr:a:r--\" at position 3: expected user, group, mask or other",
            ),
            (
                "USER::rwx",
                "invalid ACL entry \"USER::rwx\" at position 1: expected user, group, mask or other",
            ),
            (
                "user::rwx, group::r-x",
                "invalid ACL entry \" group::r-x\" at position 2: expected user, group, mask or other",
            ),
            (
                "user::7",
                "invalid ACL entry \"user::7\" at position 1: expected a permission such as rw-",
            ),
            (
                "user::rwx:",
                "invalid ACL entry \"user::rwx:\" at position 1: expected [default:]type:name:rwx",
            ),
            (
                "other:o:rwx",
                "invalid ACL entry \"other:o:rwx\" at position 1: expected no name for mask and other",
            ),
            (
                "user:a b :rwx",
                "invalid ACL entry \"user:a b :rwx\" at position 1: user name \"a b \" begins or ends with white space",
            ),
            (
                &format!("{base},user:a:r--"),
                "invalid ACL: mask is required and cannot be deleted",
            ),
            (
                &format!("{base},group::rwx"),
                "invalid ACL: multiple entries with same scope, type and name: group::rwx",
            ),
            (
                &format!("{base},default:user::rwx,default:group::rwx"),
                "invalid ACL: the entry default:other:: is missing",
            ),
        ] {
            assert_eq!(
                text.parse::<Protection>().unwrap_err().to_string(),
                says,
                "{text}"
            );
        }
        let error = format!("{base},default:user::rwx")
            .parse::<Acl>()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid ACL entry \"default:user::rwx\" at position 4: \
             expected the entries of one list, without default:"
        );
    }

    #[test]
    fn a_spec_of_any_entries_is_read_as_printed() {
        for text in [
            "",
            "default:user:bob:---",
            "mask::r--,user:bob:rwx,default:other::--x",
        ] {
            assert_eq!(text.parse::<AclSpec>().unwrap().to_string(), text);
        }
        assert!("mask::r--,mask::rwx".parse::<AclSpec>().is_err());
        let many: Vec<_> = (0..1025).map(|n| format!("user:u{n}:r--")).collect();
        assert!(many[..1024].join(",").parse::<AclSpec>().is_ok());
        let error = many.join(",").parse::<AclSpec>().unwrap_err();
        assert!(
            matches!(
                error,
                AclError::Entry {
                    place: Place::Item(1025),
                    ..
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn a_list_of_any_length_is_read_in_reasonable_time() {
        let named: String = (0..50_000).map(|n| format!("user:u{n}:r--,")).collect();
        let text = format!("{named}user::rwx,group::r-x,mask::r-x,other::---");
        let acl: Acl = text.parse().unwrap();
        assert_eq!(acl.to_string().len(), text.len());
        let twice = format!("{text},user:u25000:---");
        let error = twice.parse::<Acl>().unwrap_err();
        assert!(matches!(error, AclError::Duplicate { entry } if entry == "user:u25000:---"));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(protection in samples::protections()) {
            let (acl, entries) = (protection.access(), protection.entries(&Dialect::ALLUXIO));
            prop_assert_eq!(protection.to_string().parse(), Ok(protection.clone()));
            prop_assert_eq!(acl.to_string().parse(), Ok(acl.clone()));
            for entry in entries {
                prop_assert_eq!(entry.to_string().parse(), Ok(entry));
            }
        }
    }
}
