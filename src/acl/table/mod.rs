//! Owners, groups and protections of millions of inodes, each distinct one stored once.

mod interner;
mod slots;
#[cfg(test)]
mod tests;

pub use interner::{Id, Interner, TableFull, Usage};

use super::Protection;
use crate::identity::{GroupName, UserName};

/// Four bytes in place of a user name.
pub type UserId = Id<UserName>;
/// Four bytes in place of a group name.
pub type GroupId = Id<GroupName>;
/// Four bytes in place of an access ACL, a default ACL and a sticky bit.
pub type ProtectionId = Id<Protection>;

/// The distinct owners, groups and protections of a service, each stored once and counted.
///
/// A tree of millions of inodes has few of them: an inode then keeps three ids, twelve bytes in all, as HDFS does with its
/// `SerialNumberMap` of names and its `ReferenceCountMap` of ACLs.
///
/// ```
/// use bailiwick::acl::{GroupId, Kind, Mode, Protection, ProtectionId, Table, UserId};
/// use bailiwick::authz::Attrs;
/// use bailiwick::identity::{GroupName, UserName};
///
/// struct Inode {
///     owner: UserId,
///     group: GroupId,
///     acl: ProtectionId,
/// }
///
/// impl Inode {
///     fn attrs<'a>(&self, kind: Kind, table: &'a Table) -> Option<Attrs<'a>> {
///         let owner = table.users().get(&self.owner)?;
///         let group = table.groups().get(&self.group)?;
///         let acl = table.protections().get(&self.acl)?;
///         Some(Attrs::new(kind, owner, group, acl))
///     }
/// }
///
/// let table = Table::new();
/// let (alice, staff) = (UserName::new("alice")?, GroupName::new("staff")?);
/// let mut file = Inode {
///     owner: table.users().intern(&alice)?,
///     group: table.groups().intern(&staff)?,
///     acl: table.protections().intern(&Protection::from(Mode::from_bits(0o640)))?,
/// };
/// assert_eq!(size_of::<Inode>(), 12);
/// assert!(file.attrs(Kind::File, &table).is_some());
///
/// // chmod: the new one first, so that nothing has changed if the table is full.
/// let private = table.protections().intern(&Protection::from(Mode::from_bits(0o600)))?;
/// table.protections().release(std::mem::replace(&mut file.acl, private));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Readers and writers
///
/// [`get`](Interner::get) is a few loads: no lock, no guard, no count. Threads that look up write nothing at all, so they do
/// not slow each other down. [`intern`](Interner::intern), [`share`](Interner::share) and [`release`](Interner::release) take
/// a lock among themselves, which readers never see.
///
/// What makes that safe is that no value goes while the table is shared. A value whose last id was released stays in its
/// slot, and is used again when an equal one is interned, until [`reclaim`](Self::reclaim) frees all such slots under
/// exclusive access. So put the table into the tree that your service locks: whoever may change the tree then has
/// `&mut Table`, and reclaims when [`Usage::unreferenced`] has grown. A service that never has exclusive access, because
/// the table is in an `Arc` beside its tree, never gets that memory back; there the limit is what bounds it.
#[derive(Debug)]
pub struct Table {
    users: Interner<UserName>,
    groups: Interner<GroupName>,
    protections: Interner<Protection>,
}

impl Table {
    /// An empty table, without a limit that a machine would reach.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(u32::MAX)
    }

    /// An empty table for at most `limit` users, as many groups, and as many protections. Whoever may set ACLs makes new
    /// protections, so a service with users that it does not trust has a limit.
    #[must_use]
    pub fn with_limit(limit: u32) -> Self {
        Self {
            users: Interner::new("users", limit, UserName::heap_bytes),
            groups: Interner::new("groups", limit, GroupName::heap_bytes),
            protections: Interner::new("protections", limit, Protection::heap_bytes),
        }
    }

    /// Owners.
    #[must_use]
    #[inline]
    pub const fn users(&self) -> &Interner<UserName> {
        &self.users
    }

    /// Owning groups.
    #[must_use]
    #[inline]
    pub const fn groups(&self) -> &Interner<GroupName> {
        &self.groups
    }

    /// Protections.
    #[must_use]
    #[inline]
    pub const fn protections(&self) -> &Interner<Protection> {
        &self.protections
    }

    /// Frees the slots of all values that no id stands for, and says how many they were. Looks at every slot once. Slots are
    /// used again; their memory stays with the table.
    pub fn reclaim(&mut self) -> usize {
        self.users.reclaim() + self.groups.reclaim() + self.protections.reclaim()
    }
}

impl Default for Table {
    fn default() -> Self {
        Self::new()
    }
}
