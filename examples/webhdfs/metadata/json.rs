//! Inodes as WebHDFS's JSON.

use std::collections::BTreeMap;

use bailiwick::acl::{Dialect, ModeGroupBits, Protection, Scope, Tag};
use serde_json::{Value, json};

use crate::namespace::{Inode, Namespace};

pub const BLOCK_SIZE: u64 = 128 * 1024 * 1024;

/// `FileStatus`; the suffix is the name in a listing and empty for the path itself.
pub fn file_status(inode: &Inode, suffix: &str, dialect: &Dialect) -> Value {
    let directory = inode.is_directory();
    let mut status = json!({
        "accessTime": if directory { 0 } else { inode.accessed },
        "blockSize": if directory { 0 } else { BLOCK_SIZE },
        "childrenNum": inode.children().map_or(0, BTreeMap::len),
        "fileId": inode.id,
        "group": inode.group.as_str(),
        "length": inode.length(),
        "modificationTime": inode.modified,
        "owner": inode.owner.as_str(),
        "pathSuffix": suffix,
        "permission": inode.protection.mode(dialect).to_string(),
        "replication": i32::from(!directory),
        "storagePolicy": 0,
        "type": if directory { "DIRECTORY" } else { "FILE" },
    });
    if inode.protection.has_acl() {
        status["aclBit"] = json!(true);
    }
    status
}

/// The children of a directory, or a file alone.
pub fn listing(namespace: &Namespace, inode: &Inode, dialect: &Dialect) -> Vec<Value> {
    if !inode.is_directory() {
        return vec![file_status(inode, "", dialect)];
    }
    let children = namespace.children(inode);
    children
        .map(|(name, child)| file_status(child, name, dialect))
        .collect()
}

pub fn acl_status(inode: &Inode, dialect: &Dialect) -> Value {
    let mode = inode.protection.mode(dialect);
    json!({ "AclStatus": {
        "entries": acl_entries(&inode.protection, dialect),
        "group": inode.group.as_str(),
        "owner": inode.owner.as_str(),
        "permission": mode.to_string(),
        "stickyBit": mode.sticky(),
    }})
}

/// The entries that a client cannot derive from the mode: where the group bits show the mask, that is all but the access
/// ACL's owner, mask and other.
fn acl_entries(protection: &Protection, dialect: &Dialect) -> Vec<String> {
    if !protection.has_acl() {
        return Vec::new();
    }
    let derived = |tag: &Tag| match dialect.mode_group_bits {
        ModeGroupBits::Mask if protection.access().is_extended() => {
            matches!(tag, Tag::Owner | Tag::Mask | Tag::Other)
        }
        ModeGroupBits::Mask => true,
        _ => false,
    };
    let entries = protection.entries(dialect);
    let told = entries
        .iter()
        .filter(|entry| entry.scope == Scope::Default || !derived(&entry.tag));
    told.map(ToString::to_string).collect()
}
