//! Passwords beside records of them, on one path for everybody.

use std::fmt;

use super::{PasswordVerifier, Verification, VerifyError};
use crate::identity::{Password, UserName};

/// A verifier for a service that keeps a record of each user's password, such as its Argon2 hash.
///
/// For a user whom nobody knows the password is compared with the record of nobody, and the answer thrown away. So an unknown
/// user, a wrong password and the right one take the same steps and the same time, and the refusals read the same: neither
/// a clock nor a log tells who has an account.
///
/// ```
/// use std::collections::HashMap;
///
/// use bailiwick::authn::{Plain, StoredPasswords};
/// use bailiwick::identity::{Password, UserName};
///
/// let users = HashMap::from([(UserName::new("alice")?, "hash of alice's".to_owned())]);
/// let find = move |user: &UserName| Ok(users.get(user).cloned());
/// let matches = |record: &String, password: &Password| argon2_verifies(record, password);
/// let plain = Plain::verified(StoredPasswords::new(find, matches, "hash of a random word".to_owned()));
///
/// assert!(plain.server().step(b"\0alice\0secret").is_ok());
/// for wrong in [b"\0alice\0guess".as_slice(), b"\0nobody\0secret"] {
///     let error = plain.server().step(wrong).unwrap_err();
///     assert_eq!(error.to_string(), "Plain authentication failed: wrong user name or password");
/// }
/// # fn argon2_verifies(record: &str, password: &Password) -> bool {
/// #     record.ends_with("alice's") && password.as_str() == "secret"
/// # }
/// # Ok::<(), bailiwick::identity::NameError>(())
/// ```
pub struct StoredPasswords<F, M, R> {
    find: F,
    matches: M,
    nobody: R,
}

impl<F, M, R> StoredPasswords<F, M, R>
where
    F: Fn(&UserName) -> Result<Option<R>, VerifyError> + Send + Sync,
    M: Fn(&R, &Password) -> bool + Send + Sync,
    R: Send + Sync,
{
    /// Looks users up with `find`, which fails with [`VerifyError::Unavailable`] where it cannot, and compares with
    /// `matches`, in constant time. `nobody` is a record like the others, made with the same cost, of a password that
    /// nobody knows.
    pub const fn new(find: F, matches: M, nobody: R) -> Self {
        Self {
            find,
            matches,
            nobody,
        }
    }
}

impl<F, M, R> PasswordVerifier for StoredPasswords<F, M, R>
where
    F: Fn(&UserName) -> Result<Option<R>, VerifyError> + Send + Sync,
    M: Fn(&R, &Password) -> bool + Send + Sync,
    R: Send + Sync,
{
    fn verify(&self, user: &UserName, password: Password) -> Verification {
        let record = match (self.find)(user) {
            Ok(record) => record,
            Err(error) => return Verification::Now(Err(error)),
        };
        let matches = (self.matches)(record.as_ref().unwrap_or(&self.nobody), &password);
        let verdict = if matches & record.is_some() {
            Ok(())
        } else {
            Err(VerifyError::refused("wrong user name or password"))
        };
        verdict.into()
    }
}

impl<F, M, R> fmt::Debug for StoredPasswords<F, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredPasswords(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn an_unknown_user_takes_the_same_steps_as_a_wrong_password_and_a_right_one() {
        let (found, compared) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let stored = StoredPasswords::new(
            |user: &UserName| {
                found.fetch_add(1, Ordering::Relaxed);
                match user.as_str() {
                    "down" => Err(VerifyError::unavailable("the table is locked")),
                    name => Ok((name == "alice").then_some("secret")),
                }
            },
            |record: &&str, password: &Password| {
                compared.fetch_add(1, Ordering::Relaxed);
                *record == password.as_str()
            },
            "of nobody",
        );
        let ask = |user, password| {
            let verification =
                stored.verify(&UserName::new(user).unwrap(), Password::new(password));
            let Verification::Now(verdict) = verification else {
                panic!("{verification:?}");
            };
            let steps = (
                found.swap(0, Ordering::Relaxed),
                compared.swap(0, Ordering::Relaxed),
            );
            (verdict, steps)
        };
        let wrong = Err(VerifyError::refused("wrong user name or password"));
        assert_eq!(ask("alice", "secret"), (Ok(()), (1, 1)));
        assert_eq!(ask("alice", "guess"), (wrong.clone(), (1, 1)));
        assert_eq!(ask("bob", "secret"), (wrong.clone(), (1, 1)));
        // Not even who knows the password of nobody.
        assert_eq!(ask("bob", "of nobody"), (wrong, (1, 1)));
        let down = Err(VerifyError::unavailable("the table is locked"));
        assert_eq!(ask("down", "secret"), (down, (1, 0)));
    }
}
