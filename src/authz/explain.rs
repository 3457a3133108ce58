//! Permits and denials in words: the inode, the class of entry, the entries, the mask, what they leave, and what would have
//! to change.

use std::fmt;

use super::site::Site;
use super::{Because, Denied, Permit, Reason};
use crate::acl::{Class, Verdict};
use crate::identity::{GroupRef, Subject};

/// Displays a [`Permit`] or a [`Denied`] in words.
#[derive(Debug, Clone, Copy)]
pub struct Explanation<'a, 'p> {
    answer: Answer<'a>,
    path: &'p str,
}

#[derive(Debug, Clone, Copy)]
enum Answer<'a> {
    Permit(Permit<'a>),
    Denied(Denied<'a>),
}

impl<'a, 'p> Explanation<'a, 'p> {
    pub(super) const fn of_permit(permit: Permit<'a>, path: &'p str) -> Self {
        Self {
            answer: Answer::Permit(permit),
            path,
        }
    }

    pub(super) const fn of_denied(denied: Denied<'a>, path: &'p str) -> Self {
        Self {
            answer: Answer::Denied(denied),
            path,
        }
    }
}

impl fmt::Display for Explanation<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Answer::Permit(permit) => explain_permit(permit, self.path, f),
            Answer::Denied(denied) => explain_denied(denied, self.path, f),
        }
    }
}

/// `bob`, or `bob (via yarn)`.
struct Who<'a>(&'a Subject);

impl fmt::Display for Who<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.user())?;
        match self.0.real_user() {
            Some(real) => write!(f, " (via {real})"),
            None => Ok(()),
        }
    }
}

fn explain_permit(permit: &Permit<'_>, path: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let who = Who(permit.subject);
    write!(f, "{who} may {} {path}: ", permit.op.verb())?;
    match (permit.because, &permit.entry) {
        (Because::SuperUser, _) => write!(f, "{} is a super user", permit.subject.user()),
        (Because::Authorizer, _) => f.write_str("the outside authorizer allows it"),
        (Because::Ownership, _) => write!(f, "{} owns it", permit.subject.user()),
        (_, Some((wanted, verdict, site))) => {
            write!(f, "{} must grant {wanted}, and ", site.path(path))?;
            Entries::new(verdict, site, permit.subject).fmt(f)
        }
        (_, None) => {
            f.write_str("every directory on the way grants --x, and nothing else is asked")
        }
    }
}

fn explain_denied(denied: &Denied<'_>, path: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Denied { subject, site, .. } = denied;
    let at = site.path(path);
    let user = subject.user();
    let owner = site.owner;
    write!(f, "{} may not {} {path}: ", Who(subject), denied.verb)?;
    match denied.reason {
        Reason::Bits { wanted, verdict } => {
            write!(f, "{at} must grant {wanted}, but ")?;
            Entries::new(&verdict, site, subject).fmt(f)?;
            match denied.remedy() {
                Some(entries) => write!(f, "; {entries} in its ACL would allow it"),
                None => Ok(()),
            }
        }
        Reason::Sticky { parent } => write!(
            f,
            "its directory is sticky, so only {owner} (owner of {at}), {} (owner of the directory) or a super user may",
            parent.owner
        ),
        Reason::NotOwner => write!(f, "only {owner} (its owner) or a super user may"),
        Reason::NotSuperUser => f.write_str("only a super user may"),
        Reason::NotMember { group } => write!(
            f,
            "{user} is not a member of {group}; a super user may, or {user} once a member"
        ),
        Reason::Authorizer { .. } => {
            f.write_str("the outside authorizer denies it; its rules would have to change")
        }
        Reason::NotADirectory => write!(f, "{at} is not a directory"),
        Reason::Root => f.write_str("the root stays where it is"),
        Reason::NothingEntered => f.write_str("the walk has not entered any directory"),
    }
}

/// The class of entry that decided, the entries themselves, and what the mask leaves of them.
struct Entries<'a> {
    verdict: &'a Verdict,
    site: &'a Site<'a>,
    subject: &'a Subject,
}

impl<'a> Entries<'a> {
    const fn new(verdict: &'a Verdict, site: &'a Site<'a>, subject: &'a Subject) -> Self {
        Self {
            verdict,
            site,
            subject,
        }
    }

    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            verdict,
            site,
            subject,
        } = self;
        let bits = verdict.entry_bits();
        match verdict.class() {
            Class::NamedUser => write!(f, "the entry user:{}:{bits}", subject.user())?,
            Class::Groups => {
                f.write_str("the group entries (")?;
                let mut comma = "";
                let owning = GroupRef::new(site.group);
                if owning.is_ok_and(|group| subject.groups().contains(group)) {
                    write!(f, "group::{}", site.mode.group())?;
                    comma = ", ";
                }
                let extended = site.extended.into_iter();
                for (name, perm) in extended.flat_map(|e| e.matching_groups(subject.groups())) {
                    write!(f, "{comma}group:{name}:{perm}")?;
                    comma = ", ";
                }
                f.write_str(")")?;
            }
            class => write!(f, "{class}")?,
        }
        write!(
            f,
            " {} {bits}",
            if verdict.class() == Class::Groups {
                "grant"
            } else {
                "grants"
            }
        )?;
        match verdict.mask() {
            Some(mask) => write!(
                f,
                ", which the mask {mask} limits to {}",
                verdict.effective_bits()
            ),
            None if verdict.entries_hidden() => {
                f.write_str(", for the empty mask hides the named entries")
            }
            None => Ok(()),
        }
    }
}
