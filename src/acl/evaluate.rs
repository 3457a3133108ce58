//! Which entry of an ACL decides for a subject, and how.

use std::fmt;

use super::list::Extended;
use super::{Dialect, EmptyMask, MatchingGroups, Perm, View};
use crate::identity::{GroupName, GroupRef, Groups, Subject, UserRef};

/// The class of entry that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The owner's entry; no other is looked at.
    Owner,
    /// The entry of a named user, under the mask.
    NamedUser,
    /// Entries of the owning group or of named groups, under the mask if there is one.
    Groups,
    /// Everybody else's entry.
    Other,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Owner => "the owner's entry",
            Self::NamedUser => "the entry of the named user",
            Self::Groups => "the entries of the subject's groups",
            Self::Other => "the entry for others",
        })
    }
}

/// The answer of one ACL to one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    class: Class,
    bits: Perm,
    mask: Option<Perm>,
    granted: bool,
    entries_hidden: bool,
}

impl Verdict {
    /// Whether all requested bits are granted.
    #[must_use]
    #[inline]
    pub const fn is_granted(&self) -> bool {
        self.granted
    }

    /// The class of entry that decided.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.class
    }

    /// What the deciding entries grant before the mask. Of several groups it is all their bits, even where the dialect asks
    /// that one entry alone suffices.
    #[must_use]
    pub const fn entry_bits(&self) -> Perm {
        self.bits
    }

    /// The mask, if it was applied.
    #[must_use]
    pub const fn mask(&self) -> Option<Perm> {
        self.mask
    }

    /// Whether the list has named entries, but an empty mask hides them; see [`EmptyMask::HidesEntries`].
    #[must_use]
    pub const fn entries_hidden(&self) -> bool {
        self.entries_hidden
    }

    /// [`entry_bits`](Self::entry_bits) under the mask.
    #[must_use]
    pub fn effective_bits(&self) -> Perm {
        self.mask.map_or(self.bits, |mask| self.bits & mask)
    }
}

impl View<'_> {
    /// Whether every subject gets all of `wanted`, whichever entry decides. Says no of every extended list.
    #[inline]
    pub(crate) fn grants_everybody(self, wanted: Perm) -> bool {
        self.extended.is_none() && (self.owner & self.group & self.other).contains(wanted)
    }

    /// POSIX.1e 23.1.5: the owner, else a named user, else groups, else others. Each stage that matches decides alone.
    #[inline]
    pub(crate) fn evaluate(
        self,
        subject: &Subject,
        owner: UserRef<'_>,
        group: GroupRef<'_>,
        wanted: Perm,
        dialect: &Dialect,
    ) -> Verdict {
        let plain = |class, bits: Perm| Verdict {
            class,
            bits,
            mask: None,
            granted: bits.contains(wanted),
            entries_hidden: false,
        };
        if subject.user().as_ref().is_person(owner) {
            return plain(Class::Owner, self.owner);
        }
        let member = subject.groups().contains(group);
        match self.extended {
            Some(extended)
                if !member
                    && extended.mask.is_empty()
                    && dialect.empty_mask == EmptyMask::HidesEntries =>
            {
                Verdict {
                    entries_hidden: !extended.is_nameless(),
                    ..plain(Class::Other, self.other)
                }
            }
            Some(extended) => {
                let owning = member.then_some(self.group);
                extended.evaluate(subject, owning, self.other, wanted, dialect.matching_groups)
            }
            None if member => plain(Class::Groups, self.group),
            None => plain(Class::Other, self.other),
        }
    }
}

impl Extended {
    /// What is not the owner's. Takes scalars only, so that the inode of a caller who inlines the rest stays in registers.
    #[inline(never)]
    fn evaluate(
        &self,
        subject: &Subject,
        owning: Option<Perm>,
        other: Perm,
        wanted: Perm,
        matching: MatchingGroups,
    ) -> Verdict {
        let mask = self.mask;
        let user = subject.user().as_ref();
        let entry = self.users.iter().find(|(name, _)| name.as_ref() == user);
        if let Some((_, bits)) = entry {
            return Verdict {
                class: Class::NamedUser,
                bits: *bits,
                mask: Some(mask),
                granted: (*bits & mask).contains(wanted),
                entries_hidden: false,
            };
        }
        // What all matching entries hold together, and whether one of them suffices.
        let (mut any, mut union, mut suffices) = (false, Perm::NONE, false);
        let mut matches = |bits: Perm| {
            any = true;
            union = union | bits;
            suffices |= (bits & mask).contains(wanted);
        };
        if let Some(bits) = owning {
            matches(bits);
        }
        for (_, bits) in self.matching_groups(subject.groups()) {
            matches(bits);
        }
        if any {
            return Verdict {
                class: Class::Groups,
                bits: union,
                mask: Some(mask),
                granted: match matching {
                    MatchingGroups::Union => (union & mask).contains(wanted),
                    MatchingGroups::OneEntry => suffices,
                },
                entries_hidden: false,
            };
        }
        Verdict {
            class: Class::Other,
            bits: other,
            mask: None,
            granted: other.contains(wanted),
            entries_hidden: false,
        }
    }

    /// Whether there is a mask and nothing else.
    const fn is_nameless(&self) -> bool {
        self.users.is_empty() && self.groups.is_empty()
    }

    /// The entries of named groups that apply to a member of `groups`.
    #[inline]
    pub(crate) fn matching_groups<'a>(
        &'a self,
        groups: &'a Groups,
    ) -> impl Iterator<Item = (&'a GroupName, Perm)> {
        self.groups
            .iter()
            .filter(|(name, _)| groups.contains(name.as_ref()))
            .map(|(name, bits)| (name, *bits))
    }
}
