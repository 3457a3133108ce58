//! The values of Linux's ACL attributes: what is read is written again, and is what the kernel would take.

use bailiwick::acl::Acl;

/// Names are the ids in decimal, so that both maps know everybody.
pub fn acl_xattr(value: &[u8]) {
    let named = |id: u32| Some(format!("n{id}"));
    let numbered = |name: &str| name.strip_prefix('n')?.parse().ok();
    let read = Acl::from_xattr(
        value,
        |uid| named(uid)?.parse().ok(),
        |gid| named(gid)?.parse().ok(),
    );
    let acl = match read {
        Ok(acl) => acl,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let written = acl
        .to_xattr(
            |user| numbered(user.as_str()),
            |group| numbered(group.as_str()),
        )
        .unwrap();
    assert_eq!(written.len(), value.len());
    let again = Acl::from_xattr(
        &written,
        |uid| named(uid)?.parse().ok(),
        |gid| named(gid)?.parse().ok(),
    );
    assert_eq!(again.as_ref(), Ok(&acl));
    // The kernel lets users and groups stand in any order among themselves; ours rise.
    let entries = |value: &[u8]| {
        let mut entries: Vec<_> = value[4..].chunks(8).map(<[u8]>::to_vec).collect();
        entries.sort_unstable();
        entries
    };
    let named = |entries: Vec<Vec<u8>>| -> Vec<Vec<u8>> {
        let named = entries
            .into_iter()
            .filter(|entry| matches!(entry[0], 2 | 8));
        named.collect()
    };
    assert_eq!(named(entries(&written)), named(entries(value)));
}
