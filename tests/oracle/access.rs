//! Who may do what: the three access check algorithms.

use super::{Bits, Entry, Mode, Tag, bits, find, names_somebody};

/// The class of entries that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Owner,
    NamedUser,
    Groups,
    Other,
}

/// The answer to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) granted: bool,
    pub(crate) class: Class,
    /// What the entries that decided hold together, before any mask.
    pub(crate) held: Bits,
    /// The mask, where the rule applies it to that class.
    pub(crate) mask: Option<Bits>,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Who<'a> {
    pub(crate) user: &'a str,
    pub(crate) groups: &'a [&'a str],
}

/// Whose the object is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owners<'a> {
    pub(crate) user: &'a str,
    pub(crate) group: &'a str,
}

/// What an inode answers to whom, when asked for what.
pub(crate) type Answers<'a> = Box<dyn Fn(Owners<'_>, Who<'_>, Bits) -> Decision + 'a>;

pub(crate) fn posix<'a>(acl: &'a [Entry<'a>]) -> Answers<'a> {
    Box::new(|of, who, asked| posix_check(acl, of, who, asked))
}

pub(crate) fn hdfs<'a>(acl: &'a [Entry<'a>]) -> Answers<'a> {
    let inode = HdfsInode::store(acl);
    Box::new(move |of, who, asked| has_acl_permission(&inode, of, who, asked))
}

pub(crate) fn alluxio<'a>(acl: &'a [Entry<'a>]) -> Answers<'a> {
    Box::new(|of, who, asked| get_permission(acl, of, who, asked))
}

/// POSIX.1e draft 17, 23.1.5, as acl(5) has it under "access check algorithm", and what Linux adds to it
/// (`acl_permission_check` in `fs/namei.c`).
fn posix_check(acl: &[Entry<'_>], of: Owners<'_>, who: Who<'_>, asked: Bits) -> Decision {
    // 1. Does the user own the object? The owner's entry must contain the request, and nothing else is looked at.
    if who.user == of.user {
        let held = bits(acl, Tag::UserObj);
        return Decision {
            granted: held.has(asked),
            class: Class::Owner,
            held,
            mask: None,
        };
    }
    let mask = find(acl, Tag::Mask, "");
    // Linux adds: if the group bits of the mode, which show the mask, are all empty, it does not read the ACL. Whoever is in
    // the owning group gets those bits, as little as the ACL would have left; everybody else is one of the others.
    let unread = mask == Some(Bits::default()) && !who.groups.contains(&of.group);
    if unread {
        return other(acl, asked);
    }
    // 2. Does the user have an entry? That entry and the mask must both contain the request.
    if let Some(held) = find(acl, Tag::User, who.user) {
        return Decision {
            granted: held.has(asked) && mask.is_none_or(|mask| mask.has(asked)),
            class: Class::NamedUser,
            held,
            mask,
        };
    }
    // 3. Is any group of the process the owning group, or does it have an entry? Then the mask, if there is one, and any one
    // of the matching entries must contain the request.
    let (mut matched, mut contained, mut held) = (false, false, Bits::default());
    for entry in acl {
        let matches = match entry.tag {
            Tag::GroupObj => who.groups.contains(&of.group),
            Tag::Group => who.groups.contains(&entry.name),
            _ => false,
        };
        if matches {
            matched = true;
            contained = contained || entry.bits.has(asked);
            held = held.or(entry.bits);
        }
    }
    if matched {
        return Decision {
            granted: contained && mask.is_none_or(|mask| mask.has(asked)),
            class: Class::Groups,
            held,
            mask,
        };
    }
    // 4. and 5. Else the entry for others decides.
    other(acl, asked)
}

/// The entry for others, without the mask.
fn other(acl: &[Entry<'_>], asked: Bits) -> Decision {
    let held = bits(acl, Tag::Other);
    Decision {
        granted: held.has(asked),
        class: Class::Other,
        held,
        mask: None,
    }
}

/// An inode as the NameNode keeps it (`AclStorage`).
struct HdfsInode<'a> {
    /// With an ACL, the group bits are its mask.
    mode: Mode,
    /// The access ACL less owner, mask and other, which the mode holds: named users, the owning group, named groups. Empty
    /// for an inode without an ACL.
    feature: Vec<Entry<'a>>,
}

impl<'a> HdfsInode<'a> {
    fn store(acl: &[Entry<'a>]) -> Self {
        let mask = find(acl, Tag::Mask, "");
        let mut feature: Vec<_> = match mask {
            Some(_) => acl.to_vec(),
            None => Vec::new(),
        };
        feature.retain(|e| matches!(e.tag, Tag::User | Tag::GroupObj | Tag::Group));
        feature.sort_by_key(|e| e.tag);
        Self {
            mode: Mode {
                user: bits(acl, Tag::UserObj),
                group: mask.unwrap_or_else(|| bits(acl, Tag::GroupObj)),
                other: bits(acl, Tag::Other),
            },
            feature,
        }
    }
}

/// `FSPermissionChecker`: `hasAclPermission` for an inode with an ACL, and the plain mode for one without.
fn has_acl_permission(
    inode: &HdfsInode<'_>,
    of: Owners<'_>,
    who: Who<'_>,
    asked: Bits,
) -> Decision {
    let HdfsInode { mode, feature } = inode;
    let decision = |granted, class, held, mask| Decision {
        granted,
        class,
        held,
        mask,
    };
    // The owner has the user bits of the mode; the entries are not consulted.
    if who.user == of.user {
        let held = mode.user;
        return decision(held.has(asked), Class::Owner, held, None);
    }
    if feature.is_empty() {
        if who.groups.contains(&of.group) {
            return decision(mode.group.has(asked), Class::Groups, mode.group, None);
        }
        return decision(mode.other.has(asked), Class::Other, mode.other, None);
    }
    let mask = mode.group;
    let (mut found, mut granted, mut held) = (false, false, Bits::default());
    for entry in feature {
        let masked = entry.bits.and(mask);
        // A named user's entry ends the search, whatever it grants.
        if entry.tag == Tag::User && entry.name == who.user {
            return decision(masked.has(asked), Class::NamedUser, entry.bits, Some(mask));
        }
        // A group's entry that does not grant lets the next one try. Without a name it is for the owning group.
        let group = match entry.tag {
            Tag::User => continue,
            Tag::GroupObj => of.group,
            _ => entry.name,
        };
        if who.groups.contains(&group) {
            found = true;
            granted = granted || masked.has(asked);
            held = held.or(entry.bits);
        }
    }
    // A group that was found and did not grant keeps the other bits out of reach.
    if found {
        return decision(granted, Class::Groups, held, Some(mask));
    }
    decision(mode.other.has(asked), Class::Other, mode.other, None)
}

/// `AccessControlList.getPermission`: the bits that the user has, of which the request must be a part.
fn get_permission(acl: &[Entry<'_>], of: Owners<'_>, who: Who<'_>, asked: Bits) -> Decision {
    // A mask counts only beside named entries; in between, Alluxio keeps it unseen.
    let extended = names_somebody(acl);
    let mask = extended.then(|| bits(acl, Tag::Mask));
    let decision = |class, held: Bits, mask: Option<Bits>| Decision {
        granted: mask.map_or(held, |mask| held.and(mask)).has(asked),
        class,
        held,
        mask,
    };
    // The owner's bits, unmasked.
    if who.user == of.user {
        return decision(Class::Owner, bits(acl, Tag::UserObj), None);
    }
    // The bits of the user's own entry under the mask, even if that leaves nothing.
    if let Some(held) = find(acl, Tag::User, who.user) {
        return decision(Class::NamedUser, held, mask);
    }
    // The bits of all groups together, the owning one and those with entries, and then the mask.
    let mut known = false;
    let mut merged = Bits::default();
    if who.groups.contains(&of.group) {
        known = true;
        merged = merged.or(bits(acl, Tag::GroupObj));
    }
    for group in who.groups {
        if let Some(held) = find(acl, Tag::Group, group) {
            known = true;
            merged = merged.or(held);
        }
    }
    if known {
        return decision(Class::Groups, merged, mask);
    }
    decision(Class::Other, bits(acl, Tag::Other), None)
}
