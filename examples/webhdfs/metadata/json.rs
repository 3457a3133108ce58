//! Inodes as WebHDFS's JSON.

use std::collections::BTreeMap;

use bailiwick::acl::choices::{ModeGroupBits, StatusEntries};
use bailiwick::acl::{AclStatus, Dialect};
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
    let mut told_as = *dialect;
    if dialect.mode_group_bits == ModeGroupBits::Mask {
        // A client of WebHDFS adds the entries that it sees in the mode by itself.
        told_as.status_entries = StatusEntries::BesideMode;
    }
    let AclStatus { mode, entries } = inode.protection.status(&told_as);
    let entries = entries.iter().filter(|_| inode.protection.has_acl());
    let entries: Vec<_> = entries.map(ToString::to_string).collect();
    json!({ "AclStatus": {
        "entries": entries,
        "group": inode.group.as_str(),
        "owner": inode.owner.as_str(),
        "permission": mode.to_string(),
        "stickyBit": mode.sticky(),
    }})
}
