//! The library's own text of an ACL: the same in every dialect, complete, and read back exactly.
//!
//! Entries in the order of POSIX.1e, separated by commas; a [`Protection`] begins with `sticky` if it is, and ends with its
//! default ACL: `sticky,user::rwx,user:bob:r--,group::r-x,mask::r-x,other::---,default:user::rwx,…`. No dialect's own reader
//! takes `sticky` for an entry, so such a text is never applied with the bit lost.

use std::fmt;
use std::str::FromStr;

use super::text::{Form, Item};
use super::{Acl, AclError, AclSpec, Blanks, Dialect, Entry, Keywords, Place, Protection, Scope};

const STICKY: &str = "sticky";

/// How an entry is written here: as the dialects without escapes have it, and strictly.
const WRITTEN: Dialect = Dialect {
    keywords: Keywords::LowerCase,
    blanks: Blanks::Literal,
    ..Dialect::HDFS
};

/// The entry at that position of a text, counted from 1.
fn item(text: &str, position: usize) -> Result<Item<'_>, AclError> {
    let item = Item::new(text, Place::Item(position), Form::ENTRIES);
    // Java's `split`, by which those dialects read, passes over it.
    if text.ends_with(':') {
        return Err(item.expected("expected a permission such as rw- at the end"));
    }
    Ok(item)
}

fn entry(text: &str, position: usize) -> Result<Entry, AclError> {
    let (entry, _) = item(text, position)?.read(&WRITTEN)?;
    Ok(entry)
}

/// Reads entries of both scopes, the first of which is at that position.
fn entries(text: &str, first: usize) -> impl Iterator<Item = Result<Entry, AclError>> {
    let items = text.split(',').zip(first..);
    items.map(|(text, position)| entry(text, position))
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
        let entries: Vec<_> = entries(text, 1).collect::<Result<_, _>>()?;
        if let Some(default) = entries.iter().find(|entry| entry.scope == Scope::Default) {
            return Err(AclError::MixedScopes {
                entry: default.to_string(),
            });
        }
        Self::from_entries(entries)
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
        let (sticky, rest, first) = match text.split_once(',') {
            Some((STICKY, rest)) => (true, rest, 2),
            _ => (false, text, 1),
        };
        let entries: Vec<_> = entries(rest, first).collect::<Result<_, _>>()?;
        Self::from_entries(entries, sticky)
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
        let mut spec = Self::default();
        for (text, position) in text.split(',').zip(1..) {
            spec.add(item(text, position)?, &WRITTEN)?;
        }
        Ok(spec)
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
                "invalid ACL entry \"\" at position 1: ACL entry type is empty: expected user, group, mask or other",
            ),
            (
                "sticky",
                "invalid ACL entry \"sticky\" at position 1: unexpected ACL entry type: expected user, group, mask or other",
            ),
            (
                "sticky,",
                "invalid ACL entry \"\" at position 2: ACL entry type is empty: expected user, group, mask or other",
            ),
            (
                "user::rwx,sticky,group::r-x,other::---",
                "invalid ACL entry \"sticky\" at position 2: unexpected ACL entry type: expected user, group, mask or other",
            ),
            (
                "sticky,user::rwx,usr:a:r--",
                "invalid ACL entry \"usr:a:r--\" at position 3: unexpected ACL entry type: expected user, group, mask or other",
            ),
            (
                "USER::rwx",
                "invalid ACL entry \"USER::rwx\" at position 1: unexpected ACL entry type: expected user, group, mask or other",
            ),
            (
                "user::rwx, group::r-x",
                "invalid ACL entry \" group::r-x\" at position 2: unexpected ACL entry type: expected user, group, mask or other",
            ),
            (
                "user::7",
                "invalid ACL entry \"user::7\" at position 1: invalid permission: expected three characters such as rw-",
            ),
            (
                "user::rwx:",
                "invalid ACL entry \"user::rwx:\" at position 1: expected a permission such as rw- at the end",
            ),
            (
                "other:o:rwx",
                "invalid ACL entry \"other:o:rwx\" at position 1: subject for mask and other must be empty",
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
        for default in ["default:user::rwx", "default:user:bob:rwx"] {
            let spec: AclSpec = format!("{base},mask::rwx,{default}").parse().unwrap();
            let error = Acl::from_entries(spec.entries().iter().cloned()).unwrap_err();
            assert!(matches!(error, AclError::MixedScopes { entry } if entry == default));
        }
        let error = format!("{base},default:user::rwx")
            .parse::<Acl>()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid ACL: entries of both scopes in one list: default:user::rwx"
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
        let entries = acl.entries(Scope::Access, &Dialect::POSIX);
        assert_eq!(AclSpec::new(entries).unwrap().entries().len(), 50_004);
        let groups: Protection = text.replace("user:u", "group:g").parse().unwrap();
        let lost = groups.losses(&Dialect::POSIX, &Dialect::ALLUXIO);
        assert!(lost.is_empty(), "{lost:?}");
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
