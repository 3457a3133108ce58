//! Feature `serde`: names, permissions, modes, entries and ACLs as the strings that they print.
//!
//! Strings in binary formats too: one form to read, to compare and to keep, and good as keys of a map. Reading checks what
//! every other constructor checks.

use std::fmt::Display;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::acl::{Acl, AclSpec, Entry, Mode, Perm, Protection};
use crate::identity::{GroupName, UserName};

struct Text<T, E> {
    expecting: &'static str,
    read: fn(&str) -> Result<T, E>,
}

impl<T, E: Display> Visitor<'_> for Text<T, E> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<D: de::Error>(self, text: &str) -> Result<T, D> {
        (self.read)(text).map_err(D::custom)
    }
}

macro_rules! as_text {
    ($($T:ident by $read:expr, $expecting:literal;)*) => {$(
        #[doc = concat!("As ", $expecting, ", in a string.")]
        impl Serialize for $T {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[doc = concat!("From ", $expecting, ", in a string.")]
        impl<'de> Deserialize<'de> for $T {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Text {
                    expecting: $expecting,
                    read: $read,
                })
            }
        }
    )*};
}

as_text! {
    UserName by Self::new, "a user name";
    GroupName by Self::new, "a group name";
    Perm by str::parse, "a permission such as rw-";
    Mode by Self::parse_octal, "an octal mode such as 755";
    Entry by str::parse, "an ACL entry such as user:bob:rw-";
    AclSpec by str::parse, "ACL entries separated by commas";
    Acl by str::parse, "all entries of an ACL, separated by commas";
    Protection by str::parse, "all entries of an access and a default ACL, separated by commas";
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};
    use std::fmt::Debug;

    use proptest::prelude::*;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, from_value, json, to_value};

    use super::*;
    use crate::acl::samples;

    /// Checks that the value is this string, and the string this value.
    fn is_text<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, text: &str) {
        assert_eq!(to_value(value).unwrap(), json!(text));
        assert_eq!(&from_value::<T>(json!(text)).unwrap(), value);
    }

    #[test]
    fn values_are_the_strings_that_they_print() {
        let text = "sticky,user::rwx,user:bob:r--,group::r-x,mask::r-x,other::---";
        let protection: Protection = text.parse().unwrap();
        is_text(&protection, text);
        is_text(protection.access(), &text["sticky,".len()..]);
        is_text(
            &"default:mask::r-x".parse::<Entry>().unwrap(),
            "default:mask::r-x",
        );
        is_text(
            &"user:bob:---,mask::rwx".parse::<AclSpec>().unwrap(),
            "user:bob:---,mask::rwx",
        );
        is_text(&AclSpec::default(), "");
        is_text(&Perm::ALL, "rwx");
        is_text(&Mode::from_bits(0o1750), "1750");
        is_text(&Mode::from_bits(0), "0");
        is_text(&UserName::new("Jürgen \"x\"").unwrap(), "Jürgen \"x\"");
        is_text(&GroupName::new("Domain Users").unwrap(), "Domain Users");
    }

    #[test]
    fn they_are_keys_of_maps() {
        let json = r#"{"alice":{"750":"rwx"},"bob":{}}"#;
        let map: BTreeMap<UserName, BTreeMap<Mode, Perm>> = serde_json::from_str(json).unwrap();
        assert_eq!(
            map[&UserName::new("alice").unwrap()][&Mode::from_bits(0o750)],
            Perm::ALL
        );
        assert_eq!(serde_json::to_string(&map).unwrap(), json);
        let acl = r#"{"user::rwx,group::r-x,other::---":1}"#;
        let map: HashMap<Protection, u8> = serde_json::from_str(acl).unwrap();
        assert_eq!(map[&Protection::from(Mode::from_bits(0o750))], 1);
        assert_eq!(serde_json::to_string(&map).unwrap(), acl);
    }

    #[test]
    fn what_is_not_valid_is_refused_and_says_why() {
        fn refusal<T: DeserializeOwned + Debug>(value: Value) -> String {
            from_value::<T>(value).unwrap_err().to_string()
        }
        for (error, says) in [
            (
                refusal::<Protection>(json!("user::rwx,group::r-x")),
                "invalid ACL: the entry other:: is missing",
            ),
            (
                refusal::<Acl>(json!("user::rwx,usr:b:r--")),
                "invalid ACL entry \"usr:b:r--\" at position 2: unexpected ACL entry type: expected user, group, mask or other",
            ),
            (
                refusal::<Entry>(json!("user:a=b:r--")),
                "invalid ACL entry \"user:a=b:r--\" at position 1: user name \"a=b\" holds '=' at byte 1",
            ),
            (
                refusal::<AclSpec>(json!("mask::r--,mask::rwx")),
                "invalid ACL entry \"mask::rwx\" at position 2: multiple entries with same scope, type and name",
            ),
            (
                refusal::<Perm>(json!("r")),
                "invalid permission \"r\": expected three characters such as rw-",
            ),
            (
                refusal::<Mode>(json!("u+x")),
                "invalid mode \"u+x\": expected one to four octal digits, at most 1777",
            ),
            (refusal::<UserName>(json!("")), "user name is empty"),
            (
                refusal::<GroupName>(json!(" g")),
                "group name \" g\" begins or ends with white space",
            ),
            // Never decimal for octal.
            (
                refusal::<Mode>(json!(755)),
                "invalid type: integer `755`, expected an octal mode such as 755",
            ),
            (
                refusal::<UserName>(json!(null)),
                "invalid type: null, expected a user name",
            ),
        ] {
            assert_eq!(error, says);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(protection in samples::protections()) {
            let json = serde_json::to_string(&protection).unwrap();
            prop_assert_eq!(serde_json::from_str::<Protection>(&json).unwrap(), protection);
        }
    }
}
