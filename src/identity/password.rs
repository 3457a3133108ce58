//! A password that is wiped after use and never printed.

use std::fmt;

use zeroize::Zeroizing;

/// A password of a user, of a store or of a key. Wiped when dropped; its `Debug` shows nothing of it.
///
/// ```
/// use bailiwick::identity::Password;
///
/// let password = Password::new("keypass");
/// assert_eq!(format!("{password:?}"), "Password(..)");
/// ```
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes the text as it is.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text, to compare or to hash. Do not keep copies of it, and compare in constant time.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}
