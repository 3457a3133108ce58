//! Which groups a user is in: from a list, or from the operating system.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::impersonation::System;
use crate::identity::{GroupName, Groups, NameError, UserName};

/// The group service did not answer. That is a failure (503), never a denial (403). Where impersonation was to be decided, it
/// displays in Alluxio's words; Hadoop takes a failure for no groups and has none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupsUnavailable {
    /// Whose groups were asked for.
    pub user: UserName,
    /// What went wrong.
    pub cause: String,
    /// The user who wants to act for that one, by the rules of that system.
    real: Option<(UserName, System)>,
}

impl GroupsUnavailable {
    /// A failure to look up the groups of `user`.
    #[must_use]
    pub fn new(user: &UserName, cause: impl Into<String>) -> Self {
        Self {
            user: user.clone(),
            cause: cause.into(),
            real: None,
        }
    }

    /// The user who wants to act for the one whose groups were asked for, if impersonation was to be decided.
    #[must_use]
    pub fn real(&self) -> Option<&UserName> {
        self.real.as_ref().map(|(real, _)| real)
    }

    pub(super) fn while_acting(self, real: &UserName, system: System) -> Self {
        Self {
            real: Some((real.clone(), system)),
            ..self
        }
    }
}

impl std::error::Error for GroupsUnavailable {}

impl fmt::Display for GroupsUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, cause, real } = self;
        match real {
            Some((real, System::Alluxio)) => write!(
                f,
                "Failed to authenticate client user=\"{real}\" connecting to Alluxio master and impersonating as \
                 impersonationUser=\"{user}\" to access Alluxio file system: Failed to get groups that \
                 impersonationUser=\"{user}\" belongs to."
            ),
            Some((real, System::Hadoop)) => write!(
                f,
                "whether user {real} may impersonate {user} is not known: groups of user {user} are unavailable: {cause}"
            ),
            None => write!(f, "groups of user {user} are unavailable: {cause}"),
        }
    }
}

/// A source of group memberships; one of the library's extension points.
///
/// Called once for each resolved subject and each impersonation decided by groups, on the caller's thread. A wrong answer
/// grants or withholds whatever the group may do; an answer of no groups for an unknown user is right and grants nothing.
pub trait GroupMapping: Send + Sync {
    /// The groups of `user`, the primary one first; none for a user nobody knows.
    ///
    /// # Errors
    ///
    /// [`GroupsUnavailable`] when the source cannot answer. All or nothing: never a part of the groups.
    fn groups(&self, user: &UserName) -> Result<Groups, GroupsUnavailable>;
}

/// Why a static mapping was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StaticGroupsError {
    /// An item without `=`.
    #[error("invalid group mapping {item:?}: expected user=group,group")]
    Item {
        /// The item as written.
        item: String,
    },
    /// A user or group name that is not valid.
    #[error("invalid group mapping {item:?}: {source}")]
    Name {
        /// The item as written.
        item: String,
        /// What is wrong with the name.
        source: NameError,
    },
    /// A user with two items.
    #[error("invalid group mapping {item:?}: user {user} is mapped twice")]
    Twice {
        /// The second item.
        item: String,
        /// The user.
        user: UserName,
    },
}

/// A fixed mapping, read from `alice=staff,eng;bob=staff;nobody=`: the form of Hadoop's
/// `hadoop.user.group.static.mapping.overrides`.
#[derive(Debug, Clone, Default)]
pub struct StaticGroups {
    by_user: HashMap<UserName, Groups>,
}

impl FromStr for StaticGroups {
    type Err = StaticGroupsError;

    fn from_str(text: &str) -> Result<Self, StaticGroupsError> {
        let mut by_user = HashMap::new();
        for item in text
            .split(';')
            .map(str::trim)
            .filter(|item| !item.is_empty())
        {
            let invalid = |source| StaticGroupsError::Name {
                item: item.to_owned(),
                source,
            };
            let (user, groups) = item
                .split_once('=')
                .ok_or_else(|| StaticGroupsError::Item {
                    item: item.to_owned(),
                })?;
            let user = UserName::new(user.trim()).map_err(invalid)?;
            let groups: Groups = groups
                .split(',')
                .map(str::trim)
                .filter(|group| !group.is_empty())
                .map(GroupName::new)
                .collect::<Result<_, _>>()
                .map_err(invalid)?;
            if by_user.insert(user.clone(), groups).is_some() {
                return Err(StaticGroupsError::Twice {
                    item: item.to_owned(),
                    user,
                });
            }
        }
        Ok(Self { by_user })
    }
}

impl GroupMapping for StaticGroups {
    fn groups(&self, user: &UserName) -> Result<Groups, GroupsUnavailable> {
        Ok(self.by_user.get(user).cloned().unwrap_or_default())
    }
}

/// The groups that the operating system knows (`getpwnam`, `getgrouplist`, `getgrgid`), through NSS and so through
/// whatever the machine is joined to. No shell is run. Groups without a name are left out, as `id -Gn` leaves them.
#[cfg(feature = "unix")]
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to configure")]
pub struct OsGroups;

#[cfg(feature = "unix")]
impl GroupMapping for OsGroups {
    fn groups(&self, user: &UserName) -> Result<Groups, GroupsUnavailable> {
        use std::ffi::CString;

        use nix::unistd::{Group, User, getgrouplist};

        let failed = |cause: nix::Error| GroupsUnavailable::new(user, cause.to_string());
        let Some(account) = User::from_name(user.as_str()).map_err(failed)? else {
            return Ok(Groups::default());
        };
        // A name has no control characters, so no NUL either.
        let name = CString::new(user.as_str())
            .map_err(|cause| GroupsUnavailable::new(user, cause.to_string()))?;
        let mut groups = Vec::new();
        // The primary group comes first by the call's own contract.
        for gid in getgrouplist(&name, account.gid).map_err(failed)? {
            if let Some(group) = Group::from_gid(gid).map_err(failed)? {
                let name = GroupName::new(&group.name)
                    .map_err(|cause| GroupsUnavailable::new(user, cause.to_string()))?;
                groups.push(name);
            }
        }
        Ok(groups.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(mapping: &dyn GroupMapping, user: &str) -> Vec<String> {
        let groups = mapping.groups(&UserName::new(user).unwrap()).unwrap();
        let mut names: Vec<_> = groups.iter().map(ToString::to_string).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_static_mapping_is_read_as_hadoop_writes_it() {
        let groups: StaticGroups = " alice = staff , eng ;bob=staff;dr.who=;".parse().unwrap();
        assert_eq!(names(&groups, "alice"), ["eng", "staff"]);
        assert!(names(&groups, "dr.who").is_empty() && names(&groups, "nobody").is_empty());
        for (text, says) in [
            (
                "alice",
                "invalid group mapping \"alice\": expected user=group,group",
            ),
            (
                "a=b;a=c",
                "invalid group mapping \"a=c\": user a is mapped twice",
            ),
            (
                "a=b:c",
                "invalid group mapping \"a=b:c\": group name \"b:c\" holds ':' at byte 1",
            ),
        ] {
            assert_eq!(text.parse::<StaticGroups>().unwrap_err().to_string(), says);
        }
    }

    #[cfg(feature = "unix")]
    #[test]
    fn the_operating_system_says_what_id_says() {
        let id = std::process::Command::new("id")
            .args(["-Gn", "root"])
            .output()
            .unwrap();
        let mut expected: Vec<_> = String::from_utf8(id.stdout)
            .unwrap()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        expected.sort_unstable();
        assert_eq!(names(&OsGroups, "root"), expected);
        assert!(names(&OsGroups, "no-such-user--version").is_empty());
    }
}
