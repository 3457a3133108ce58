//! A complete access control list of one scope.

use std::sync::Arc;

use super::entry::refuse_unnamed;
use super::{AclError, Dialect, Entry, ListingOrder, LoneMask, Mode, Perm, Scope, Tag};
use crate::identity::{GroupName, UserName};

/// An access control list: what the owner, the owning group and others get, and when it is *extended*, named users and
/// groups under a mask.
///
/// Its invariants hold by construction: the three base entries exist, every name stands once per type, and a mask exists
/// exactly when the list is extended. Cloning shares the named entries.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Acl {
    owner: Perm,
    group: Perm,
    other: Perm,
    extended: Option<Arc<Extended>>,
}

/// The part of an ACL that a mode cannot hold. Names are in hash order, so that equal lists are equal.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Extended {
    pub(crate) mask: Perm,
    pub(crate) users: Box<[(UserName, Perm)]>,
    pub(crate) groups: Box<[(GroupName, Perm)]>,
}

/// A borrowed ACL, as a check reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(super) owner: Perm,
    pub(super) group: Perm,
    pub(super) other: Perm,
    pub(super) extended: Option<&'a Extended>,
}

impl<'a> View<'a> {
    pub(crate) const fn of_mode(mode: Mode) -> Self {
        Self {
            owner: mode.owner(),
            group: mode.group(),
            other: mode.other(),
            extended: None,
        }
    }

    pub(crate) const fn extended(&self) -> Option<&'a Extended> {
        self.extended
    }

    /// All that the three classes of a POSIX mode grant, which shows the mask for the group.
    pub(crate) fn anybody(&self) -> Perm {
        let group = self.extended.map_or(self.group, |extended| extended.mask);
        self.owner | group | self.other
    }

    /// The mode with the owning group in the group bits.
    pub(crate) const fn plain_mode(&self, sticky: bool) -> Mode {
        Mode::from_parts(self.owner, self.group, self.other, sticky)
    }
}

impl Acl {
    /// The minimal ACL of a mode.
    #[must_use]
    pub const fn from_mode(mode: Mode) -> Self {
        Self {
            owner: mode.owner(),
            group: mode.group(),
            other: mode.other(),
            extended: None,
        }
    }

    /// A complete ACL from its entries, in any order. They are all of one scope, whichever: a default entry among those of an
    /// access ACL would grant what it was never meant to. [`Protection::from_entries`](super::Protection::from_entries) takes
    /// both.
    ///
    /// # Errors
    ///
    /// [`AclError::MixedScopes`], [`AclError::Duplicate`], [`AclError::Unnamed`], [`AclError::MissingBase`], and
    /// [`AclError::MaskRequired`] when there are named entries but no mask.
    pub fn from_entries(entries: impl IntoIterator<Item = Entry>) -> Result<Self, AclError> {
        let entries: Vec<_> = entries.into_iter().collect();
        let scope = entries.first().map_or(Scope::Access, |entry| entry.scope);
        if let Some(other) = entries.iter().find(|entry| entry.scope != scope) {
            return Err(AclError::MixedScopes {
                entry: other.to_string(),
            });
        }
        Draft::of_entries(entries)?.finish(scope, LoneMask::Kept)
    }

    /// Whether the list has a mask, and so more than a mode can say.
    #[must_use]
    pub const fn is_extended(&self) -> bool {
        self.extended.is_some()
    }

    /// The owner's permission.
    #[must_use]
    pub const fn owner(&self) -> Perm {
        self.owner
    }

    /// The owning group's permission, before the mask.
    #[must_use]
    pub const fn group(&self) -> Perm {
        self.group
    }

    /// The permission of everybody else.
    #[must_use]
    pub const fn other(&self) -> Perm {
        self.other
    }

    /// The mask of an extended list.
    #[must_use]
    pub fn mask(&self) -> Option<Perm> {
        self.extended.as_deref().map(|extended| extended.mask)
    }

    /// All entries in the dialect's listing order, names alphabetically.
    #[must_use]
    pub fn entries(&self, scope: Scope, dialect: &Dialect) -> Vec<Entry> {
        let entry = |tag, perm| Entry { scope, tag, perm };
        let owner = entry(Tag::Owner, self.owner);
        let group = entry(Tag::OwningGroup, self.group);
        let other = entry(Tag::Other, self.other);
        let Some(extended) = self.extended.as_deref() else {
            return vec![owner, group, other];
        };
        let mut users: Vec<_> = extended
            .users
            .iter()
            .map(|(name, perm)| entry(Tag::User(name.clone()), *perm))
            .collect();
        let mut groups: Vec<_> = extended
            .groups
            .iter()
            .map(|(name, perm)| entry(Tag::Group(name.clone()), *perm))
            .collect();
        users.sort_unstable();
        groups.sort_unstable();
        let mask = entry(Tag::Mask, extended.mask);
        let mut all = Vec::with_capacity(users.len() + groups.len() + 4);
        match dialect.listing_order {
            ListingOrder::MaskThenOther => {
                all.push(owner);
                all.append(&mut users);
                all.push(group);
                all.append(&mut groups);
                all.extend([mask, other]);
            }
            ListingOrder::BaseFirst => {
                all.extend([owner, group, other]);
                all.append(&mut users);
                all.append(&mut groups);
                all.push(mask);
            }
        }
        all
    }

    #[inline]
    pub(crate) fn view(&self) -> View<'_> {
        View {
            owner: self.owner,
            group: self.group,
            other: self.other,
            extended: self.extended.as_deref(),
        }
    }

    /// What the entries take in memory besides the list itself, as if no clone shared them.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.extended.as_ref().map_or(0, |extended| {
            let users = extended.users.iter().map(|(name, _)| name.heap_bytes());
            let groups = extended.groups.iter().map(|(name, _)| name.heap_bytes());
            2 * size_of::<usize>()
                + size_of_val(&**extended)
                + size_of_val(&*extended.users)
                + size_of_val(&*extended.groups)
                + users.chain(groups).sum::<usize>()
        })
    }

    /// The same list without named entries and mask.
    pub(crate) const fn minimal(&self) -> Self {
        Self {
            owner: self.owner,
            group: self.group,
            other: self.other,
            extended: None,
        }
    }

    /// The same list with other base bits and mask; the mask of a minimal list stays absent.
    pub(crate) fn with_bits(&self, owner: Perm, group: Perm, other: Perm, mask: Perm) -> Self {
        let extended = self.extended.as_ref().map(|extended| {
            if extended.mask == mask {
                return Arc::clone(extended);
            }
            Arc::new(Extended {
                mask,
                users: extended.users.clone(),
                groups: extended.groups.clone(),
            })
        });
        Self {
            owner,
            group,
            other,
            extended,
        }
    }
}

/// An ACL in the making: anything may be missing until it is finished.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) owner: Option<Perm>,
    pub(crate) group: Option<Perm>,
    pub(crate) other: Option<Perm>,
    pub(crate) mask: Option<Perm>,
    pub(crate) users: Vec<(UserName, Perm)>,
    pub(crate) groups: Vec<(GroupName, Perm)>,
}

impl Draft {
    pub(crate) fn of(acl: &Acl) -> Self {
        let (users, groups) = acl
            .extended
            .as_deref()
            .map_or_else(Default::default, |e| (e.users.to_vec(), e.groups.to_vec()));
        Self {
            owner: Some(acl.owner),
            group: Some(acl.group),
            other: Some(acl.other),
            mask: acl.mask(),
            users,
            groups,
        }
    }

    /// From entries of one scope, in any order.
    pub(crate) fn of_entries(entries: impl IntoIterator<Item = Entry>) -> Result<Self, AclError> {
        let mut entries: Vec<_> = entries.into_iter().collect();
        refuse_unnamed(&entries)?;
        // Sorted, so that looking for duplicates stays cheap in a list of any length.
        entries.sort_by(|a, b| a.tag.cmp(&b.tag));
        let mut pairs = entries.iter().zip(entries.iter().skip(1));
        if let Some((_, twin)) = pairs.find(|(one, next)| one.tag == next.tag) {
            return Err(AclError::Duplicate {
                entry: twin.to_string(),
            });
        }
        let mut draft = Self::default();
        for Entry { tag, perm, .. } in entries {
            match tag {
                Tag::Owner => draft.owner = Some(perm),
                Tag::OwningGroup => draft.group = Some(perm),
                Tag::Other => draft.other = Some(perm),
                Tag::Mask => draft.mask = Some(perm),
                Tag::User(name) => draft.users.push((name, perm)),
                Tag::Group(name) => draft.groups.push((name, perm)),
            }
        }
        Ok(draft)
    }

    /// The access and the default list of entries of both scopes.
    pub(crate) fn of_scopes(
        entries: impl IntoIterator<Item = Entry>,
    ) -> Result<(Self, Self), AclError> {
        let entries = entries.into_iter();
        let (access, default): (Vec<_>, Vec<_>) =
            entries.partition(|entry| entry.scope == Scope::Access);
        Ok((Self::of_entries(access)?, Self::of_entries(default)?))
    }

    /// Sets an entry; true when one of that tag was there before.
    pub(crate) fn put(&mut self, tag: &Tag, perm: Perm) -> bool {
        fn put_named<N: Clone + PartialEq>(
            named: &mut Vec<(N, Perm)>,
            name: &N,
            perm: Perm,
        ) -> bool {
            if let Some(found) = named.iter_mut().find(|(n, _)| n == name) {
                found.1 = perm;
                return true;
            }
            named.push((name.clone(), perm));
            false
        }
        match tag {
            Tag::Owner => self.owner.replace(perm).is_some(),
            Tag::OwningGroup => self.group.replace(perm).is_some(),
            Tag::Other => self.other.replace(perm).is_some(),
            Tag::Mask => self.mask.replace(perm).is_some(),
            Tag::User(name) => put_named(&mut self.users, name, perm),
            Tag::Group(name) => put_named(&mut self.groups, name, perm),
        }
    }

    /// Removes an entry; true when it was there.
    pub(crate) fn remove(&mut self, tag: &Tag) -> bool {
        fn remove_named<N: PartialEq>(named: &mut Vec<(N, Perm)>, name: &N) -> bool {
            let before = named.len();
            named.retain(|(n, _)| n != name);
            named.len() < before
        }
        match tag {
            Tag::Owner => self.owner.take().is_some(),
            Tag::OwningGroup => self.group.take().is_some(),
            Tag::Other => self.other.take().is_some(),
            Tag::Mask => self.mask.take().is_some(),
            Tag::User(name) => remove_named(&mut self.users, name),
            Tag::Group(name) => remove_named(&mut self.groups, name),
        }
    }

    pub(crate) const fn has_named(&self) -> bool {
        !self.users.is_empty() || !self.groups.is_empty()
    }

    /// Whether all three base entries are there.
    pub(crate) const fn has_base(&self) -> bool {
        self.owner.is_some() && self.group.is_some() && self.other.is_some()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.owner.is_none()
            && self.group.is_none()
            && self.other.is_none()
            && self.mask.is_none()
            && !self.has_named()
    }

    /// The union of all bits that a mask limits.
    pub(crate) fn group_class(&self) -> Perm {
        let named = self.users.iter().map(|(_, perm)| *perm);
        named
            .chain(self.groups.iter().map(|(_, perm)| *perm))
            .fold(self.group.unwrap_or_default(), |all, perm| all | perm)
    }

    pub(crate) fn len(&self) -> usize {
        let single = [self.owner, self.group, self.other, self.mask];
        single.iter().flatten().count() + self.users.len() + self.groups.len()
    }

    /// Closes the draft, if it is a complete ACL.
    pub(crate) fn finish(mut self, scope: Scope, lone_mask: LoneMask) -> Result<Acl, AclError> {
        let base = |perm: Option<Perm>, tag: Tag| {
            perm.ok_or_else(|| AclError::MissingBase {
                entry: if scope == Scope::Default {
                    format!("default:{tag}:")
                } else {
                    format!("{tag}:")
                },
            })
        };
        let owner = base(self.owner, Tag::Owner)?;
        let group = base(self.group, Tag::OwningGroup)?;
        let other = base(self.other, Tag::Other)?;
        if self.mask.is_none() && self.has_named() {
            return Err(AclError::MaskRequired);
        }
        let keep_mask = self.has_named() || lone_mask == LoneMask::Kept;
        self.users
            .sort_unstable_by(|a, b| a.0.as_ref().hash_order(b.0.as_ref()));
        self.groups
            .sort_unstable_by(|a, b| a.0.as_ref().hash_order(b.0.as_ref()));
        let extended = self.mask.filter(|_| keep_mask).map(|mask| {
            Arc::new(Extended {
                mask,
                users: self.users.into(),
                groups: self.groups.into(),
            })
        });
        Ok(Acl {
            owner,
            group,
            other,
            extended,
        })
    }
}
