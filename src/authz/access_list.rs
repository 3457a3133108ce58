//! Who may use a service: users, members of groups, or everybody (Hadoop's `AccessControlList`).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::names::{GroupSet, NameSet, Written};
use super::{GroupMapping, GroupsUnavailable};
use crate::identity::{GroupName, NameError, Subject, UserName};

/// Why an access list was not understood or not changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AccessListError {
    /// A user or group name that is not valid.
    #[error("invalid access list: {0}")]
    Name(#[from] NameError),
    /// A user name with a blank, which would divide the users from the groups in the text of the list.
    #[error("invalid access list: user name {name:?} holds a blank")]
    Blank {
        /// The name.
        name: UserName,
    },
    /// `*` is not added or removed like a name: a list is for everybody or it is not.
    #[error("{kind} * can not be {done}")]
    Wildcard {
        /// `User` or `Group`.
        kind: &'static str,
        /// `added` or `removed`.
        done: &'static str,
    },
}

/// Users and groups that may do something, such as use a service (`security.client.protocol.acl` of Hadoop's
/// `hadoop-policy.xml`), or everybody.
///
/// Its text is users, one blank, groups; both divided by commas. `*` alone in either place is everybody. Beside names it has
/// no meaning; Hadoop takes it for a user of that name, and then prints the list as that of everybody.
///
/// ```
/// use bailiwick::authz::AccessList;
/// use bailiwick::identity::{GroupName, Groups, Mechanism, Subject, UserName};
///
/// let list: AccessList = "alice,bob staff".parse()?;
/// let staff: Groups = [GroupName::new("staff")?].into_iter().collect();
/// let carol = |groups| Subject::asserted(UserName::new("carol").unwrap(), groups, Mechanism::Simple);
/// assert!(list.allows(&carol(staff)));
/// assert!(!list.allows(&carol(Groups::default())));
/// assert_eq!(list.to_string(), "alice,bob staff");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessList {
    everyone: bool,
    users: NameSet<UserName>,
    groups: GroupSet,
}

impl AccessList {
    /// For nobody, until somebody is added.
    #[must_use]
    pub fn nobody() -> Self {
        Self::default()
    }

    /// For everybody, also for users without a name.
    #[must_use]
    pub fn everyone() -> Self {
        Self {
            everyone: true,
            ..Self::default()
        }
    }

    pub(super) fn new(users: Written<UserName>, groups: Written<GroupName>) -> Self {
        if users.everyone || groups.everyone {
            return Self::everyone();
        }
        Self {
            everyone: false,
            users: users.names,
            groups: groups.names.into(),
        }
    }

    /// Whether it is for everybody.
    #[must_use]
    pub const fn is_everyone(&self) -> bool {
        self.everyone
    }

    /// The users it names, in the order of the text.
    pub fn users(&self) -> impl ExactSizeIterator<Item = &UserName> {
        self.users.iter()
    }

    /// The groups it names, in the order of the text.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = &GroupName> {
        self.groups.names().iter()
    }

    /// Whether the subject may: the effective user, not the real one behind it. A super user has no special right here, as in
    /// Hadoop.
    #[must_use]
    pub fn allows(&self, subject: &Subject) -> bool {
        self.names(subject.user()) || self.groups.any_of(subject.groups()).is_some()
    }

    /// Whether `user` may. Groups are looked up only if they can matter.
    ///
    /// # Errors
    ///
    /// [`GroupsUnavailable`], where Hadoop takes a user for a member of no group.
    pub fn allows_user(
        &self,
        user: &UserName,
        groups: &dyn GroupMapping,
    ) -> Result<bool, GroupsUnavailable> {
        Ok(self.names(user)
            || self.names_groups() && self.groups.any_of(&groups.groups(user)?).is_some())
    }

    /// Whether the user needs no group to be allowed.
    #[inline]
    pub(super) fn names(&self, user: &UserName) -> bool {
        self.everyone || self.users.contains(user)
    }

    #[inline]
    pub(super) fn names_groups(&self) -> bool {
        !self.groups.names().is_empty()
    }

    pub(super) const fn group_set(&self) -> &GroupSet {
        &self.groups
    }

    /// Adds a user. A list for everybody stays as it is.
    ///
    /// # Errors
    ///
    /// [`AccessListError::Wildcard`] and [`AccessListError::Blank`].
    pub fn add_user(&mut self, user: UserName) -> Result<(), AccessListError> {
        if user.as_str().contains(' ') {
            return Err(AccessListError::Blank { name: user });
        }
        if self.changes("User", user.as_str(), "added")? {
            self.users.insert(user);
        }
        Ok(())
    }

    /// Adds a group. A list for everybody stays as it is.
    ///
    /// # Errors
    ///
    /// [`AccessListError::Wildcard`].
    pub fn add_group(&mut self, group: GroupName) -> Result<(), AccessListError> {
        if self.changes("Group", group.as_str(), "added")? {
            self.groups.change(|groups| groups.insert(group));
        }
        Ok(())
    }

    /// Removes a user, if it is there. A list for everybody stays as it is.
    ///
    /// # Errors
    ///
    /// [`AccessListError::Wildcard`].
    pub fn remove_user(&mut self, user: &UserName) -> Result<(), AccessListError> {
        if self.changes("User", user.as_str(), "removed")? {
            self.users.remove(user);
        }
        Ok(())
    }

    /// Removes a group, if it is there. A list for everybody stays as it is.
    ///
    /// # Errors
    ///
    /// [`AccessListError::Wildcard`].
    pub fn remove_group(&mut self, group: &GroupName) -> Result<(), AccessListError> {
        if self.changes("Group", group.as_str(), "removed")? {
            self.groups.change(|groups| groups.remove(group));
        }
        Ok(())
    }

    fn changes(
        &self,
        kind: &'static str,
        name: &str,
        done: &'static str,
    ) -> Result<bool, AccessListError> {
        if name == "*" {
            return Err(AccessListError::Wildcard { kind, done });
        }
        Ok(!self.everyone)
    }

    /// The list in Hadoop's words: `Users [alice] and members of the groups [staff] are allowed`.
    #[must_use]
    pub fn describe(&self) -> impl fmt::Display + '_ {
        Described(self)
    }
}

impl FromStr for AccessList {
    type Err = AccessListError;

    /// The first blank divides users from groups, so a list of groups alone begins with one.
    fn from_str(text: &str) -> Result<Self, AccessListError> {
        let (users, groups) = text.split_once(' ').unwrap_or((text, ""));
        Ok(Self::new(Written::hadoop(users)?, Written::hadoop(groups)?))
    }
}

/// The text that [`FromStr`] reads; a single blank for nobody.
impl fmt::Display for AccessList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.everyone {
            return f.write_str("*");
        }
        joined(f, ",", self.users.iter())?;
        f.write_str(" ")?;
        joined(f, ",", self.groups.names().iter())
    }
}

struct Described<'a>(&'a AccessList);

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AccessList {
            everyone,
            users,
            groups,
        } = self.0;
        let groups = groups.names();
        if *everyone {
            return f.write_str("All users are allowed");
        }
        let list = |f: &mut fmt::Formatter<'_>, before: &str| {
            f.write_str(before)?;
            joined(f, ", ", groups.iter())?;
            f.write_str("] are allowed")
        };
        match (users.is_empty(), groups.is_empty()) {
            (true, true) => f.write_str("No users are allowed"),
            (true, false) => list(f, "Members of the groups ["),
            (false, none) => {
                f.write_str("Users [")?;
                joined(f, ", ", users.iter())?;
                if none {
                    return f.write_str("] are allowed");
                }
                list(f, "] and members of the groups [")
            }
        }
    }
}

fn joined<'a, N: fmt::Display + 'a>(
    f: &mut fmt::Formatter<'_>,
    between: &str,
    names: impl Iterator<Item = &'a N>,
) -> fmt::Result {
    for (at, name) in names.enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        write!(f, "{name}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_whose_name_the_text_cannot_carry_is_not_added() {
        let mut list: AccessList = "alice staff".parse().unwrap();
        let name = UserName::new("bob staff").unwrap();
        let error = list.add_user(name).unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid access list: user name \"bob staff\" holds a blank"
        );
        // A group's name may hold blanks: only the first one divides.
        list.add_group(GroupName::new("Domain Users").unwrap())
            .unwrap();
        assert_eq!(list.to_string(), "alice staff,Domain Users");
        assert_eq!(list.to_string().parse(), Ok(list));
    }
}
