//! What a protection loses when it moves from a system of one dialect to a system of another.

use std::fmt;

use thiserror::Error;

use super::canonical::write_entries;
use super::{
    Acl, Dialect, EmptyMask, Entry, LoneMask, MatchingGroups, Perm, Protection, Scope, Tag,
};

/// One thing that is lost.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Loss {
    /// The other dialect has no sticky bit. Without it, whoever may write the directory may remove what is in it.
    #[error("the sticky bit would be lost")]
    Sticky,
    /// The other dialect drops a mask that stands beside no named entry. Without it, the owning group gets all that its
    /// entry grants.
    #[error("the mask of the {scope} ACL would be lost, for it has no named entries")]
    LoneMask {
        /// The list with the mask.
        scope: Scope,
    },
    /// The other dialect holds fewer entries.
    #[error("the {count} entries of the {scope} ACL would be more than {limit}")]
    TooManyEntries {
        /// The list that is too long.
        scope: Scope,
        /// Its entries.
        count: usize,
        /// The most there may be.
        limit: usize,
    },
    /// The other dialect unites the entries of all groups of a subject, where this one asks that one entry suffices. A
    /// member of several of these groups would be granted more.
    #[error("a member of several of these groups would be granted what they grant only together: {}", Listed(.entries))]
    MoreGranted {
        /// The list that they are in.
        scope: Scope,
        /// The entries of groups of which, under the mask, each has a bit that another one lacks.
        entries: Vec<Entry>,
    },
    /// The other dialect asks that one entry suffices, where this one unites the entries of all groups of a subject. A member
    /// of several of these groups would be granted less.
    #[error("a member of several of these groups would no longer be granted what they grant only together: {}", Listed(.entries))]
    LessGranted {
        /// The list that they are in.
        scope: Scope,
        /// The entries of groups of which, under the mask, each has a bit that another one lacks.
        entries: Vec<Entry>,
    },
    /// The other dialect hides named entries where the mask is empty, as the kernel does. Those that it hides would be granted
    /// what others are.
    #[error("an empty mask of the {scope} ACL would let these have what others have: {}", Listed(.entries))]
    Hidden {
        /// The list that they are in; an inherited list gets its mask from the requested mode too.
        scope: Scope,
        /// The named entries.
        entries: Vec<Entry>,
    },
    /// This dialect hides named entries where the mask is empty. Those that it hides would no longer be granted what others
    /// are.
    #[error("an empty mask of the {scope} ACL would take from these what others have: {}", Listed(.entries))]
    Unhidden {
        /// The list that they are in; an inherited list gets its mask from the requested mode too.
        scope: Scope,
        /// The named entries.
        entries: Vec<Entry>,
    },
}

struct Listed<'a>(&'a [Entry]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_entries(self.0, f)
    }
}

impl Protection {
    /// What is lost when an inode moves from a system of dialect `from` to one of dialect `to`; nothing, when none. The
    /// value itself needs no conversion.
    ///
    /// The first three losses are of storage: the other system cannot keep what is there. The others are of meaning: it keeps
    /// every entry, and answers some subject differently. They are exact: without them, no subject
    /// gets another verdict from this access ACL, nor from one inherited from this default ACL.
    ///
    /// ```
    /// use bailiwick::acl::{Dialect, Protection};
    ///
    /// let shared: Protection = "sticky,user::rwx,group::r-x,group:eng:-wx,mask::rwx,other::---".parse()?;
    /// let losses = shared.losses(&Dialect::HDFS, &Dialect::ALLUXIO);
    /// let told: Vec<_> = losses.iter().map(ToString::to_string).collect();
    /// assert_eq!(told, [
    ///     "the sticky bit would be lost",
    ///     "a member of several of these groups would be granted what they grant only together: group::r-x,group:eng:-wx",
    /// ]);
    /// assert!(shared.losses(&Dialect::HDFS, &Dialect::POSIX).is_empty());
    /// # Ok::<(), bailiwick::acl::AclError>(())
    /// ```
    #[must_use]
    pub fn losses(&self, from: &Dialect, to: &Dialect) -> Vec<Loss> {
        let mut losses = Vec::new();
        if self.sticky && !to.sticky {
            losses.push(Loss::Sticky);
        }
        let default = self.default.as_ref().map(|acl| (Scope::Default, acl));
        for (scope, acl) in [(Scope::Access, &self.access)].into_iter().chain(default) {
            let entries = acl.entries(scope, to);
            if let Some(limit) = to.max_entries
                && entries.len() > limit
            {
                losses.push(Loss::TooManyEntries {
                    scope,
                    count: entries.len(),
                    limit,
                });
            }
            let named = entries.iter().any(|entry| entry.tag.is_named());
            if acl.is_extended() && !named && to.lone_mask == LoneMask::Dropped {
                losses.push(Loss::LoneMask { scope });
            }
            if from.empty_mask != to.empty_mask && may_hide(scope, acl) {
                let mut entries = entries.clone();
                entries.retain(|entry| entry.tag.is_named());
                if !entries.is_empty() {
                    losses.push(match to.empty_mask {
                        EmptyMask::HidesEntries => Loss::Hidden { scope, entries },
                        EmptyMask::Denies => Loss::Unhidden { scope, entries },
                    });
                }
            }
            if from.matching_groups != to.matching_groups {
                let entries = complementary_groups(acl, entries);
                if !entries.is_empty() {
                    losses.push(match to.matching_groups {
                        MatchingGroups::Union => Loss::MoreGranted { scope, entries },
                        MatchingGroups::OneEntry => Loss::LessGranted { scope, entries },
                    });
                }
            }
        }
        losses
    }
}

/// Whether the mask is empty, or may become so when a child inherits the list, and it matters because others have something.
fn may_hide(scope: Scope, acl: &Acl) -> bool {
    let empty = match scope {
        Scope::Access => acl.mask() == Some(Perm::NONE),
        Scope::Default => acl.is_extended(),
    };
    empty && !acl.other().is_empty()
}

/// The entries of groups that, under the mask, each have a bit which another one of them lacks.
///
/// Only these can make the union of some groups' entries more than every single one: of entries without such a pair, any
/// few form a chain, and the largest of the chain is their union.
fn complementary_groups(acl: &Acl, mut entries: Vec<Entry>) -> Vec<Entry> {
    let mask = acl.mask().unwrap_or(Perm::ALL);
    entries.retain(|entry| matches!(entry.tag, Tag::OwningGroup | Tag::Group(_)));
    // Eight at most, however long the list is.
    let mut granted: Vec<_> = entries.iter().map(|entry| entry.perm & mask).collect();
    granted.sort_unstable();
    granted.dedup();
    entries.retain(|entry| {
        let one = entry.perm & mask;
        granted
            .iter()
            .any(|other| !one.contains(*other) && !other.contains(one))
    });
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::Mode;
    use crate::identity::{GroupName, Groups, Mechanism, Subject, UserName};

    fn losses(text: &str, from: &Dialect, to: &Dialect) -> Vec<String> {
        let protection: Protection = text.parse().unwrap();
        let losses = protection.losses(from, to);
        losses.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_other_system_cannot_keep_is_told() {
        let (hdfs, posix, alluxio) = (&Dialect::HDFS, &Dialect::POSIX, &Dialect::ALLUXIO);
        let none: [&str; 0] = [];
        let sticky = Protection::from(Mode::from_bits(0o1777)).to_string();
        assert_eq!(
            losses(&sticky, hdfs, alluxio),
            ["the sticky bit would be lost"]
        );
        assert_eq!(losses(&sticky, hdfs, posix), none);

        let lone = "user::rwx,group::rwx,mask::r--,other::---";
        let default = format!(
            "user::rwx,group::r-x,other::---,default:{}",
            lone.replace(',', ",default:")
        );
        assert_eq!(
            losses(lone, posix, alluxio),
            ["the mask of the access ACL would be lost, for it has no named entries"]
        );
        assert_eq!(
            losses(&default, posix, alluxio),
            ["the mask of the default ACL would be lost, for it has no named entries"]
        );
        assert_eq!(losses(lone, alluxio, posix), none);

        let named = |count| -> String {
            (0..count)
                .map(|n| format!("default:user:u{n}:r--,"))
                .collect()
        };
        let long = |count| {
            format!(
                "{}default:user::rwx,default:group::r--,default:mask::rwx,default:other::---,\
                 user::rwx,group::r-x,other::---",
                named(count)
            )
        };
        assert_eq!(losses(&long(28), posix, hdfs), none);
        assert_eq!(
            losses(&long(29), posix, hdfs),
            ["the 33 entries of the default ACL would be more than 32"]
        );
        assert_eq!(losses(&long(29), posix, alluxio), none);
    }

    #[test]
    fn entries_that_only_together_grant_more_are_told_in_both_directions() {
        let text = "user::rwx,group::r--,group:a:r-x,group:b:-w-,group:c:---,mask::rw-,other::---";
        let entries = "group::r--,group:a:r-x,group:b:-w-";
        assert_eq!(
            losses(text, &Dialect::POSIX, &Dialect::ALLUXIO),
            [format!(
                "a member of several of these groups would be granted what they grant only together: {entries}"
            )]
        );
        assert_eq!(
            losses(text, &Dialect::ALLUXIO, &Dialect::HDFS),
            [format!(
                "a member of several of these groups would no longer be granted what they grant only together: {entries}"
            )]
        );
        let default = format!(
            "user::rwx,group::r-x,other::---,default:{}",
            text.replace(',', ",default:")
        );
        let default: Protection = default.parse().unwrap();
        let losses = default.losses(&Dialect::POSIX, &Dialect::ALLUXIO);
        assert!(
            matches!(losses.as_slice(), [Loss::MoreGranted { scope: Scope::Default, entries }] if entries.len() == 3),
            "{losses:?}"
        );
    }

    /// All lists of an owning group and two named groups under all masks, asked by members of any of them for everything.
    #[test]
    fn a_loss_of_meaning_is_told_exactly_where_some_verdict_differs() {
        let bits = || (0..8).map(Perm::from_bits);
        let members: Vec<_> = (0..8_usize)
            .map(|subset| {
                let groups = ["staff", "a", "b"].iter().enumerate();
                let groups: Groups = groups
                    .filter(|(n, _)| subset >> n & 1 == 1)
                    .map(|(_, name)| GroupName::new(name).unwrap())
                    .collect();
                Subject::asserted(UserName::new("bob").unwrap(), groups, Mechanism::Simple)
            })
            .collect();
        let (owner, staff) = (
            UserName::new("alice").unwrap(),
            GroupName::new("staff").unwrap(),
        );
        let mut differing = 0;
        for (owning, a, b, mask, other) in bits().flat_map(|owning| {
            bits().flat_map(move |a| {
                bits().flat_map(move |b| {
                    bits().flat_map(move |mask| {
                        [Perm::NONE, Perm::READ].map(|other| (owning, a, b, mask, other))
                    })
                })
            })
        }) {
            let text = format!(
                "user::---,group::{owning},group:a:{a},group:b:{b},mask::{mask},other::{other}"
            );
            let protection: Protection = text.parse().unwrap();
            let verdict = |subject, wanted, dialect: &Dialect| {
                let view = protection.access().view();
                let (owner, group) = (owner.as_ref(), staff.as_ref());
                view.evaluate(subject, owner, group, wanted, dialect)
                    .is_granted()
            };
            let differs = members.iter().any(|subject| {
                bits().any(|wanted| {
                    let united = verdict(subject, wanted, &Dialect::ALLUXIO);
                    united != verdict(subject, wanted, &Dialect::POSIX)
                })
            });
            let told = protection.losses(&Dialect::ALLUXIO, &Dialect::POSIX);
            assert_eq!(!told.is_empty(), differs, "{text}");
            differing += usize::from(differs);
        }
        // 714 lists whatever others have, and those with an empty mask where others have something.
        assert_eq!(differing, 2 * 714 + 512);
    }
}
