//! Which entry of an ACL decides for a subject, and how.

use std::cmp::Ordering;
use std::fmt;

use super::list::Extended;
use super::{Dialect, MatchingGroups, Perm, View};
use crate::identity::{GroupRef, Groups, Subject, UserRef};

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
}

impl Verdict {
    /// Whether all requested bits are granted.
    #[must_use]
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

    /// [`entry_bits`](Self::entry_bits) under the mask.
    #[must_use]
    pub fn effective_bits(&self) -> Perm {
        self.mask.map_or(self.bits, |mask| self.bits & mask)
    }
}

impl View<'_> {
    /// POSIX.1e 23.1.5: the owner, else a named user, else groups, else others. Each stage that matches decides alone.
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
        };
        let user = subject.user().as_ref();
        if user == owner {
            return plain(Class::Owner, self.owner);
        }
        let Some(extended) = self.extended else {
            return if subject.groups().contains(group) {
                plain(Class::Groups, self.group)
            } else {
                plain(Class::Other, self.other)
            };
        };
        let masked = |class, bits: Perm, granted| Verdict {
            class,
            bits,
            mask: Some(extended.mask),
            granted,
        };
        if let Some((_, bits)) = extended
            .users
            .iter()
            .find(|(name, _)| name.as_ref() == user)
        {
            let granted = (*bits & extended.mask).contains(wanted);
            return masked(Class::NamedUser, *bits, granted);
        }
        let mut matched = Matched::new(wanted, extended.mask);
        if subject.groups().contains(group) {
            matched.add(self.group);
        }
        matched.add_named(extended, subject.groups());
        if matched.any {
            let granted = match dialect.matching_groups {
                MatchingGroups::Union => (matched.union & extended.mask).contains(wanted),
                MatchingGroups::OneEntry => matched.one_suffices,
            };
            return masked(Class::Groups, matched.union, granted);
        }
        plain(Class::Other, self.other)
    }
}

/// The group entries that apply to a subject, summed up.
struct Matched {
    wanted: Perm,
    mask: Perm,
    any: bool,
    one_suffices: bool,
    union: Perm,
}

impl Matched {
    const fn new(wanted: Perm, mask: Perm) -> Self {
        Self {
            wanted,
            mask,
            any: false,
            one_suffices: false,
            union: Perm::NONE,
        }
    }

    fn add(&mut self, bits: Perm) {
        self.any = true;
        self.union = self.union | bits;
        self.one_suffices |= (bits & self.mask).contains(self.wanted);
    }

    /// Both sides are in hash order, so one pass finds all pairs.
    fn add_named(&mut self, extended: &Extended, groups: &Groups) {
        let mut entries = extended.groups.iter().peekable();
        let mut members = groups.sorted().iter().peekable();
        while let (Some((name, bits)), Some(member)) = (entries.peek(), members.peek()) {
            match name.as_ref().hash_order(member.as_ref()) {
                Ordering::Less => {
                    entries.next();
                }
                Ordering::Greater => {
                    members.next();
                }
                Ordering::Equal => {
                    self.add(*bits);
                    entries.next();
                    members.next();
                }
            }
        }
    }
}
