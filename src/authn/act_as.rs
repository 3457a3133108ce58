//! For whom a client acts: Alluxio's `alluxio.security.login.impersonation.username`.

use std::fmt;

use crate::identity::UserName;

/// What a client's setting says about acting for others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a client has to log the last one")]
pub enum ClientActAs {
    /// The client acts for itself.
    Itself,
    /// The client acts for this user; the server must allow it.
    User(UserName),
    /// The client acts for itself, because the setting is none that exists: log what this displays.
    Ignored(IgnoredActAs),
}

/// A setting that is no setting. Displays as a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredActAs {
    setting: String,
}

impl fmt::Display for IgnoredActAs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Impersonation ignored. Invalid configuration: alluxio.security.login.impersonation.username is {:?}, expected \
             {:?}, {:?} or nothing",
            self.setting,
            ClientActAs::HDFS_USER,
            ClientActAs::NONE
        )
    }
}

impl ClientActAs {
    /// The setting of a client that acts for the user of the Hadoop client around it; also what counts where nothing is set.
    pub const HDFS_USER: &str = "_HDFS_USER_";

    /// The setting of a client that acts for itself; so does the empty one.
    pub const NONE: &str = "_NONE_";

    /// For whom to act, by the setting and by the user of the Hadoop client, if there is one (Alluxio's
    /// `AuthenticationUserUtils`). Anything else, such as a user's name, is ignored as it is there.
    ///
    /// ```
    /// use bailiwick::authn::ClientActAs;
    /// use bailiwick::identity::UserName;
    ///
    /// let foo = UserName::new("foo")?;
    /// let act_as = ClientActAs::read(ClientActAs::HDFS_USER, Some(&foo));
    /// assert_eq!(act_as.user(), Some(&foo));
    ///
    /// let act_as = ClientActAs::read("bar", Some(&foo));
    /// assert_eq!(act_as.user(), None);
    /// let ClientActAs::Ignored(warning) = act_as else { unreachable!() };
    /// assert!(warning.to_string().starts_with("Impersonation ignored. Invalid configuration"));
    /// # Ok::<(), bailiwick::identity::NameError>(())
    /// ```
    #[must_use]
    pub fn read(setting: &str, hdfs_user: Option<&UserName>) -> Self {
        match (setting.trim(), hdfs_user) {
            (Self::HDFS_USER, Some(user)) => Self::User(user.clone()),
            (Self::HDFS_USER, None) | (Self::NONE | "", _) => Self::Itself,
            (setting, _) => Self::Ignored(IgnoredActAs {
                setting: setting.to_owned(),
            }),
        }
    }

    /// The user to act for: what goes into the exchange as `act_as`.
    #[must_use]
    pub const fn user(&self) -> Option<&UserName> {
        match self {
            Self::User(user) => Some(user),
            Self::Itself | Self::Ignored(_) => None,
        }
    }
}
