//! The Linux form of ACLs: the values of `system.posix_acl_access` and `system.posix_acl_default`.
//!
//! A value is a header of 4 bytes, the version 2, and then entries of 8: tag, permission, id, all little endian
//! (`linux/posix_acl_xattr.h`). Entries stand in one order, and which belong together is what the kernel's
//! `posix_acl_valid` says. Ids are numbers, our entries hold names: the caller maps one to the other.

mod error;

use std::collections::HashSet;
use std::hash::Hash;

pub use error::XattrError;

use super::list::Draft;
use super::{Acl, LoneMask, Perm, Scope};
use crate::identity::{GroupName, GroupRef, UserName, UserRef};

const VERSION: u32 = 2;

/// The id of entries that name nobody.
const NO_ID: u32 = u32::MAX;

/// The longest value of any extended attribute (`XATTR_SIZE_MAX`).
const MAX_LEN: usize = 65_536;

// The tags rise in the order in which their entries stand.
const OWNER: u16 = 0x01;
const USER: u16 = 0x02;
const OWNING_GROUP: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;
const OTHER: u16 = 0x20;

impl Acl {
    /// The ACL as the value of an extended attribute. The caller's maps say which number a name has. The kernel and the
    /// tools take the value of a minimal ACL and store it in the mode; see
    /// [`Protection::to_linux`](super::Protection::to_linux) for what to store.
    ///
    /// ```
    /// use bailiwick::acl::{Acl, XattrError};
    ///
    /// let value = [
    ///     2, 0, 0, 0, // version
    ///     0x01, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, // user::rw-
    ///     0x02, 0, 4, 0, 7, 0, 0, 0, // user:bob:r--
    ///     0x04, 0, 4, 0, 0xff, 0xff, 0xff, 0xff, // group::r--
    ///     0x10, 0, 4, 0, 0xff, 0xff, 0xff, 0xff, // mask::r--
    ///     0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, // other::---
    /// ];
    /// let acl = Acl::from_xattr(&value, |uid| (uid == 7).then(|| "bob".parse().unwrap()), |_| None)?;
    /// assert_eq!(acl.to_xattr(|name| (name.as_str() == "bob").then_some(7), |_| None)?, value);
    /// # Ok::<(), XattrError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`XattrError::UnknownName`] and [`XattrError::SharedId`]; [`XattrError::Length`] for an ACL of more than 8,191
    /// entries.
    pub fn to_xattr(
        &self,
        mut uid: impl FnMut(UserRef<'_>) -> Option<u32>,
        mut gid: impl FnMut(GroupRef<'_>) -> Option<u32>,
    ) -> Result<Vec<u8>, XattrError> {
        let mut value = Value::new();
        value.push(OWNER, self.owner(), NO_ID);
        let extended = self.view().extended();
        if let Some(extended) = extended {
            let users = extended.users.iter();
            let users = users.map(|(name, perm)| (name.as_str(), uid(name.as_ref()), *perm));
            value.push_named(USER, users)?;
        }
        value.push(OWNING_GROUP, self.group(), NO_ID);
        if let Some(extended) = extended {
            let groups = extended.groups.iter();
            let groups = groups.map(|(name, perm)| (name.as_str(), gid(name.as_ref()), *perm));
            value.push_named(GROUP, groups)?;
            value.push(MASK, extended.mask, NO_ID);
        }
        value.push(OTHER, self.other(), NO_ID);
        value.finish()
    }

    /// The ACL in the value of an extended attribute. The caller's maps say which name a number has.
    ///
    /// What the kernel's `posix_acl_valid` refuses is refused, and besides it a second entry for the same user or group. Ids
    /// need not be sorted. A value without entries, which asks `setxattr(2)` to remove the ACL, is no ACL.
    ///
    /// # Errors
    ///
    /// [`XattrError`] says which entry is wrong. No error is about the maps but [`XattrError::UnknownId`], and
    /// [`XattrError::Duplicate`] if they give two ids one name.
    pub fn from_xattr(
        value: &[u8],
        mut user: impl FnMut(u32) -> Option<UserName>,
        mut group: impl FnMut(u32) -> Option<GroupName>,
    ) -> Result<Self, XattrError> {
        let length = value.len();
        let Some((version, entries)) = value.split_first_chunk() else {
            return Err(XattrError::Length { length });
        };
        let found = u32::from_le_bytes(*version);
        if found != VERSION {
            return Err(XattrError::Version { found });
        }
        let (entries, []) = entries.as_chunks() else {
            return Err(XattrError::Length { length });
        };
        if length > MAX_LEN {
            return Err(XattrError::Length { length });
        }
        let mut draft = Draft::default();
        let (mut users, mut groups) = (HashSet::new(), HashSet::new());
        let mut after = 0;
        for (position, entry) in (1..).zip(entries) {
            let Raw { tag, bits, id } = Raw::from(*entry);
            if !tag.is_power_of_two() || tag > OTHER {
                return Err(XattrError::Tag { tag, position });
            }
            if tag < after || (tag == after && !matches!(tag, USER | GROUP)) {
                return Err(XattrError::Order {
                    tag,
                    after,
                    position,
                });
            }
            after = tag;
            if bits > Perm::ALL.bits() {
                return Err(XattrError::Perm { bits, position });
            }
            let perm = Perm::from_bits(bits);
            match tag {
                OWNER => draft.owner = Some(perm),
                USER => {
                    let name = named("user", id, position, &mut user, &mut users)?;
                    draft.users.push((name, perm));
                }
                OWNING_GROUP => draft.group = Some(perm),
                GROUP => {
                    let name = named("group", id, position, &mut group, &mut groups)?;
                    draft.groups.push((name, perm));
                }
                MASK => draft.mask = Some(perm),
                _ => draft.other = Some(perm),
            }
        }
        Ok(draft.finish(Scope::Access, LoneMask::Kept)?)
    }
}

/// The name of an id, unless it is unknown or was seen before.
fn named<N: Clone + Eq + Hash>(
    kind: &'static str,
    id: u32,
    position: usize,
    name_of: &mut impl FnMut(u32) -> Option<N>,
    seen: &mut HashSet<N>,
) -> Result<N, XattrError> {
    let name = (id != NO_ID).then(|| name_of(id)).flatten();
    let name = name.ok_or(XattrError::UnknownId { kind, id, position })?;
    if !seen.insert(name.clone()) {
        return Err(XattrError::Duplicate { kind, id, position });
    }
    Ok(name)
}

/// One entry as it is stored.
struct Raw {
    tag: u16,
    bits: u16,
    id: u32,
}

impl From<[u8; 8]> for Raw {
    fn from([tag0, tag1, bits0, bits1, id @ ..]: [u8; 8]) -> Self {
        Self {
            tag: u16::from_le_bytes([tag0, tag1]),
            bits: u16::from_le_bytes([bits0, bits1]),
            id: u32::from_le_bytes(id),
        }
    }
}

/// A value in the making.
struct Value(Vec<u8>);

impl Value {
    fn new() -> Self {
        Self(VERSION.to_le_bytes().to_vec())
    }

    fn push(&mut self, tag: u16, perm: Perm, id: u32) {
        self.0.extend(tag.to_le_bytes());
        self.0.extend(perm.bits().to_le_bytes());
        self.0.extend(id.to_le_bytes());
    }

    /// Entries with names, by their ids, as `acl_valid(3)` wants them.
    fn push_named<'a>(
        &mut self,
        tag: u16,
        named: impl Iterator<Item = (&'a str, Option<u32>, Perm)>,
    ) -> Result<(), XattrError> {
        let kind = if tag == USER { "user" } else { "group" };
        let mut ids = Vec::new();
        for (name, id, perm) in named {
            let id = id.filter(|id| *id != NO_ID);
            let id = id.ok_or_else(|| XattrError::UnknownName {
                kind,
                name: name.to_owned(),
            })?;
            ids.push((id, perm));
        }
        ids.sort_unstable();
        let mut before = NO_ID;
        for (id, perm) in ids {
            if id == before {
                return Err(XattrError::SharedId { kind, id });
            }
            before = id;
            self.push(tag, perm, id);
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<u8>, XattrError> {
        match self.0.len() {
            length if length > MAX_LEN => Err(XattrError::Length { length }),
            _ => Ok(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::{AclSpec, Dialect};

    fn user(id: u32) -> Option<UserName> {
        (id < 9000).then(|| UserName::new(&format!("u{id}")).unwrap())
    }

    fn group(id: u32) -> Option<GroupName> {
        (id < 9000).then(|| GroupName::new(&format!("g{id}")).unwrap())
    }

    fn uid(name: UserRef<'_>) -> Option<u32> {
        name.as_str().strip_prefix('u')?.parse().ok()
    }

    fn gid(name: GroupRef<'_>) -> Option<u32> {
        name.as_str().strip_prefix('g')?.parse().ok()
    }

    fn value(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let mut value = Value::new();
        for (tag, bits, id) in entries {
            value.0.extend(tag.to_le_bytes());
            value.0.extend(bits.to_le_bytes());
            value.0.extend(id.to_le_bytes());
        }
        value.0
    }

    const FULL: [(u16, u16, u32); 8] = [
        (OWNER, 7, NO_ID),
        (USER, 6, 9),
        (USER, 1, 10),
        (OWNING_GROUP, 5, NO_ID),
        (GROUP, 0, 2),
        (GROUP, 7, 300),
        (MASK, 3, NO_ID),
        (OTHER, 4, NO_ID),
    ];

    #[test]
    fn entries_are_written_in_the_kernels_order_with_rising_ids() {
        let spec = "user::rwx,user:u10:--x,user:u9:rw-,group::r-x,group:g300:rwx,group:g2:---,mask::-wx,other::r--";
        let spec = AclSpec::parse(spec, &Dialect::POSIX).unwrap();
        let acl = Acl::from_entries(spec.entries().iter().cloned()).unwrap();
        assert_eq!(acl.to_xattr(uid, gid), Ok(value(&FULL)));
        assert_eq!(Acl::from_xattr(&value(&FULL), user, group), Ok(acl));
    }

    #[test]
    fn ids_need_not_be_sorted_and_ids_of_base_entries_are_not_looked_at() {
        let mut odd = FULL;
        odd.swap(1, 2);
        odd[0].2 = 0;
        let read = |entries: &[_]| Acl::from_xattr(&value(entries), user, group).unwrap();
        assert_eq!(read(&odd), read(&FULL));
    }

    #[test]
    fn what_the_kernel_refuses_is_refused_and_placed() {
        let read = |value: &[u8]| Acl::from_xattr(value, user, group).unwrap_err();
        let without = |place: usize| {
            let mut entries = FULL.to_vec();
            entries.remove(place);
            value(&entries)
        };
        let with = |place: usize, entry| {
            let mut entries = FULL.to_vec();
            entries[place] = entry;
            value(&entries)
        };
        let full = value(&FULL);
        for (value, says) in [
            (
                full[..3].to_vec(),
                "3 bytes are no ACL value: expected 4 and 8 for each entry, at most 65536 in all",
            ),
            (
                full[..67].to_vec(),
                "67 bytes are no ACL value: expected 4 and 8 for each entry, at most 65536 in all",
            ),
            (
                [&full[..4], &[0; 65_536]].concat(),
                "65540 bytes are no ACL value: expected 4 and 8 for each entry, at most 65536 in all",
            ),
            (
                [&[1, 0, 0, 0], &full[4..]].concat(),
                "the ACL value has version 1: expected 2",
            ),
            (
                with(6, (0x40, 3, NO_ID)),
                "the tag 0x0040 of entry 7 is unknown",
            ),
            (
                with(1, (USER, 8, 9)),
                "the permission 0x0008 of entry 2 holds more than rwx",
            ),
            (
                with(3, (OWNER, 7, NO_ID)),
                "entry 4 with the tag 0x0001 may not stand behind 0x0002",
            ),
            (
                with(6, (OTHER, 7, NO_ID)),
                "entry 8 with the tag 0x0020 may not stand behind 0x0020",
            ),
            (without(0), "invalid ACL: the entry user:: is missing"),
            (without(3), "invalid ACL: the entry group:: is missing"),
            (without(7), "invalid ACL: the entry other:: is missing"),
            (
                without(6),
                "invalid ACL: mask is required and cannot be deleted",
            ),
            (
                full[..4].to_vec(),
                "invalid ACL: the entry user:: is missing",
            ),
            (
                with(2, (USER, 1, 9)),
                "entry 3 for user id 9 is a second one for that user",
            ),
            (
                with(5, (GROUP, 7, 2)),
                "entry 6 for group id 2 is a second one for that group",
            ),
            (
                with(2, (USER, 1, 9001)),
                "the user id 9001 of entry 3 has no name",
            ),
            (
                with(5, (GROUP, 7, NO_ID)),
                "the group id 4294967295 of entry 6 has no name",
            ),
        ] {
            assert_eq!(read(&value).to_string(), says);
        }
    }

    #[test]
    fn names_without_an_id_of_their_own_are_refused() {
        let acl = Acl::from_xattr(&value(&FULL), user, group).unwrap();
        let unknown = |name: &str| XattrError::UnknownName {
            kind: "group",
            name: name.into(),
        };
        let known = |name: GroupRef<'_>| gid(name).filter(|id| *id != 2);
        assert_eq!(acl.to_xattr(uid, known), Err(unknown("g2")));
        let undefined = |name: GroupRef<'_>| gid(name).map(|id| if id == 2 { NO_ID } else { id });
        assert_eq!(acl.to_xattr(uid, undefined), Err(unknown("g2")));
        let shared = XattrError::SharedId {
            kind: "user",
            id: 7,
        };
        assert_eq!(acl.to_xattr(|_| Some(7), gid), Err(shared));
    }

    #[test]
    fn every_list_of_every_size_is_read_as_it_was_written() {
        for size in 0..200 {
            let bits = |n: u32| u16::try_from((n * 5 + size) % 8).unwrap();
            let mut entries = vec![(OWNER, bits(1), NO_ID)];
            entries.extend((0..size).map(|n| (USER, bits(n), n * 3)));
            entries.push((OWNING_GROUP, bits(2), NO_ID));
            entries.extend((0..size).rev().map(|n| (GROUP, bits(n + 3), 8999 - n * 7)));
            entries.push((MASK, bits(3), NO_ID));
            entries.push((OTHER, bits(4), NO_ID));
            let value = value(&entries);
            let acl = Acl::from_xattr(&value, user, group).unwrap();
            assert_eq!(acl.to_xattr(uid, gid).unwrap(), value, "{size}");
        }
    }
}
