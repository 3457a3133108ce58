//! The values of Linux's extended attributes.

use bailiwick::acl::{Acl, Dialect, Scope};
use bailiwick::identity::{GroupRef, UserRef};

/// What is read from a value and written again is the same ACL, and the same value but for the order of ids.
pub fn acl_xattr(value: &[u8]) {
    let name = |id: u32| format!("n{id}");
    let read = |value: &[u8]| {
        Acl::from_xattr(
            value,
            |id| name(id).parse().ok(),
            |id| name(id).parse().ok(),
        )
    };
    let Ok(acl) = read(value) else {
        return;
    };
    assert_eq!(
        Acl::from_entries(acl.entries(Scope::Access, &Dialect::POSIX)).as_ref(),
        Ok(&acl)
    );
    let id = |name: &str| name.strip_prefix('n').and_then(|id| id.parse().ok());
    let written = acl.to_xattr(
        |name: UserRef<'_>| id(name.as_str()),
        |name: GroupRef<'_>| id(name.as_str()),
    );
    let written = written.expect("every name has an id");
    assert_eq!(read(&written).as_ref(), Ok(&acl));
    assert_eq!(written.len(), value.len());
}
