//! ACL text, dialect by dialect.

use super::*;

#[test]
fn what_is_printed_is_read_again() {
    let text = "user::rwx,user:bob:r-x,group::---,group:Domain Users:rw-,mask::rwx,other::--x,default:user:eve:r--";
    for dialect in [&Dialect::ALLUXIO, &Dialect::HDFS, &Dialect::POSIX] {
        assert_eq!(AclSpec::parse(text, dialect).unwrap().to_string(), text);
    }
}

#[test]
fn errors_name_entry_and_position() {
    for (text, says) in [
        (
            "user:a:rwx,usr:b:rwx",
            "invalid ACL entry \"usr:b:rwx\" at position 2: expected user, group, mask or other",
        ),
        (
            "user:a",
            "invalid ACL entry \"user:a\" at position 1: expected a permission such as rw-",
        ),
        (
            "user:a:rwz",
            "invalid ACL entry \"user:a:rwz\" at position 1: expected a permission such as rw-",
        ),
        (
            "mask:m:rwx",
            "invalid ACL entry \"mask:m:rwx\" at position 1: expected no name for mask and other",
        ),
        (
            "user:a:rwx:x",
            "invalid ACL entry \"user:a:rwx:x\" at position 1: expected [default:]type:name:rwx",
        ),
        (
            "user:a=b:rwx",
            "invalid ACL entry \"user:a=b:rwx\" at position 1: user name \"a=b\" holds '=' at byte 1",
        ),
        (
            "",
            "invalid ACL entry \"\" at position 1: at least one entry",
        ),
        (
            "user:a:rwx,user:a:r--",
            "invalid ACL: multiple entries with same scope, type and name: user:a:r--",
        ),
    ] {
        assert_eq!(
            AclSpec::parse(text, &Dialect::HDFS)
                .unwrap_err()
                .to_string(),
            says,
            "{text}"
        );
    }
}

#[test]
fn keyword_case_is_the_dialects() {
    assert!(AclSpec::parse("USER:a:rwx", &Dialect::HDFS).is_ok());
    assert!(AclSpec::parse("USER:a:rwx", &Dialect::ALLUXIO).is_err());
    assert!(AclSpec::parse("USER:a:rwx", &Dialect::POSIX).is_err());
}

#[test]
fn removals_have_no_permission() {
    let spec = AclSpec::parse_removal("user:a:,default:group:,mask", &Dialect::HDFS).unwrap();
    let tags: Vec<_> = spec
        .entries()
        .iter()
        .map(|e| (e.scope, e.tag.to_string()))
        .collect();
    assert_eq!(
        tags,
        [
            (Scope::Access, "user:a".into()),
            (Scope::Default, "group:".into()),
            (Scope::Access, "mask:".into())
        ]
    );
    assert!(AclSpec::parse_removal("user:a:rwx", &Dialect::HDFS).is_err());
}
