//! One file or directory.

use std::collections::BTreeMap;

use bailiwick::acl::Protection;
use bailiwick::authz::Attrs;
use bailiwick::identity::{GroupName, UserName};

use super::{Birth, Id};

pub struct Inode {
    pub id: Id,
    pub owner: UserName,
    pub group: GroupName,
    pub protection: Protection,
    /// Milliseconds since 1970.
    pub modified: i64,
    pub accessed: i64,
    pub body: Body,
}

pub enum Body {
    Directory(BTreeMap<String, Id>),
    File { block: Id, length: u64 },
}

impl Inode {
    pub fn new(id: Id, birth: Birth, body: Body) -> Self {
        Self {
            id,
            owner: birth.owner,
            group: birth.group,
            protection: birth.protection,
            modified: birth.now,
            accessed: birth.now,
            body,
        }
    }

    /// The inode as the policy sees it.
    pub fn attrs(&self) -> Attrs<'_> {
        Attrs::new(self.into(), &self.owner, &self.group, &self.protection)
    }

    pub const fn children(&self) -> Option<&BTreeMap<String, Id>> {
        match &self.body {
            Body::Directory(children) => Some(children),
            Body::File { .. } => None,
        }
    }

    pub const fn is_directory(&self) -> bool {
        matches!(self.body, Body::Directory(_))
    }

    /// Whether it is a directory with something in it.
    pub fn is_filled(&self) -> bool {
        self.children().is_some_and(|children| !children.is_empty())
    }

    pub const fn length(&self) -> u64 {
        match self.body {
            Body::Directory(_) => 0,
            Body::File { length, .. } => length,
        }
    }
}
