//! Who a client is before it has proved anything: upstream's login user.

use thiserror::Error;

use crate::identity::{NameError, UserName};

/// Why there is no login user. The first two are upstream's texts.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LoginUserError {
    /// Nobody says who the user is.
    #[error("No Alluxio User is found.")]
    None,
    /// Several say, and not the same.
    #[error("More than one Alluxio Users are found")]
    Several,
    /// What somebody says is no user name.
    #[error("login user: {0}")]
    Name(#[from] NameError),
    /// The user database has failed.
    #[error("login user: the user of uid {uid} cannot be looked up: {reason}")]
    System {
        /// The effective user id of the process.
        uid: u32,
        /// What the system says.
        reason: String,
    },
}

/// The user that a client of SIMPLE or CUSTOM names, in upstream's order (`alluxio.security.user`): the configured one
/// (`alluxio.security.login.username`) if there is one, else that of the operating system, which is asked only then. An
/// empty text is none.
///
/// Without authentication (NOSASL) it is [`UserName::unnamed`]; with Kerberos, what
/// [`AuthToLocal::short_name`](super::AuthToLocal::short_name) makes of the principal.
///
/// ```
/// use bailiwick::authn::{LoginUserError, login_user};
///
/// let user = login_user(Some("alice"), || Ok(Some("root".to_owned())))?;
/// assert_eq!(user.as_str(), "alice");
/// let user = login_user(Some(""), || Ok(Some("root".to_owned())))?;
/// assert_eq!(user.as_str(), "root");
/// let error = login_user(None, || Ok(None)).unwrap_err();
/// assert_eq!(error.to_string(), "No Alluxio User is found.");
/// # Ok::<(), LoginUserError>(())
/// ```
///
/// With the feature `unix`, [`system_user`] is the operating system's. A variable such as Hadoop's `HADOOP_USER_NAME` is for
/// the caller to read, and to put where it is to have precedence.
///
/// # Errors
///
/// [`LoginUserError::None`], [`LoginUserError::Name`], and what `system` returns.
pub fn login_user(
    configured: Option<&str>,
    system: impl FnOnce() -> Result<Option<String>, LoginUserError>,
) -> Result<UserName, LoginUserError> {
    let configured = configured.filter(|name| !name.is_empty());
    let name = match configured {
        Some(name) => Some(name.to_owned()),
        None => system()?,
    };
    sole_user(name.filter(|name| !name.is_empty()))
}

/// The one user among those whom several sources name, such as a framework's login and the operating system: upstream's
/// rule for a JAAS subject. The same name twice is one user.
///
/// # Errors
///
/// [`LoginUserError::None`], [`LoginUserError::Several`], [`LoginUserError::Name`].
pub fn sole_user(
    names: impl IntoIterator<Item = impl AsRef<str>>,
) -> Result<UserName, LoginUserError> {
    let mut sole: Option<UserName> = None;
    for name in names {
        let name = UserName::new(name.as_ref())?;
        if sole.as_ref().is_some_and(|sole| *sole != name) {
            return Err(LoginUserError::Several);
        }
        sole = Some(name);
    }
    sole.ok_or(LoginUserError::None)
}

/// The name of the effective user of this process, for [`login_user`]. `None` if the user database does not know it, as in a
/// container with a user id of its own.
///
/// # Errors
///
/// [`LoginUserError::System`] if the database fails, which is no "unknown".
#[cfg(feature = "unix")]
pub fn system_user() -> Result<Option<String>, LoginUserError> {
    let uid = nix::unistd::geteuid();
    match nix::unistd::User::from_uid(uid) {
        Ok(user) => Ok(user.map(|user| user.name)),
        Err(error) => Err(LoginUserError::System {
            uid: uid.as_raw(),
            reason: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(name: &str) -> Result<Option<String>, LoginUserError> {
        Ok(Some(name.to_owned()))
    }

    #[test]
    fn the_configured_user_goes_before_that_of_the_system_which_is_not_asked() {
        let never = || panic!("it is not asked");
        assert_eq!(login_user(Some("alice"), never).unwrap().as_str(), "alice");
        for unset in [None, Some("")] {
            let user = login_user(unset, || system("root")).unwrap();
            assert_eq!(user.as_str(), "root");
        }
    }

    #[test]
    fn nobody_is_upstreams_error_and_a_failing_database_is_its_own() {
        for nobody in [None, Some(String::new())] {
            let error = login_user(None, || Ok(nobody)).unwrap_err();
            assert_eq!(error.to_string(), "No Alluxio User is found.");
        }
        let failure = LoginUserError::System {
            uid: 7,
            reason: "EIO".to_owned(),
        };
        let error = login_user(None, || Err(failure.clone())).unwrap_err();
        assert_eq!(error, failure);
        let error = login_user(Some("a\0b"), || Ok(None)).unwrap_err();
        assert!(matches!(error, LoginUserError::Name(_)), "{error:?}");
    }

    #[test]
    fn several_users_are_upstreams_error_and_one_twice_is_one() {
        assert_eq!(sole_user(["alice", "alice"]).unwrap().as_str(), "alice");
        let error = sole_user(["alice", "bob"]).unwrap_err();
        assert_eq!(error.to_string(), "More than one Alluxio Users are found");
        assert_eq!(sole_user([""; 0]).unwrap_err(), LoginUserError::None);
    }

    #[cfg(feature = "unix")]
    #[test]
    fn the_systems_user_is_the_effective_one() {
        let id = std::process::Command::new("id")
            .arg("-un")
            .output()
            .unwrap();
        let id = String::from_utf8(id.stdout).unwrap();
        assert_eq!(system_user().unwrap().as_deref(), Some(id.trim()));
    }
}
