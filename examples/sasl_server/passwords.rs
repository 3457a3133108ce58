//! Passwords from files. In the clear, because this is an example: a service keeps hashes, such as Argon2's, as records.

use std::collections::HashMap;
use std::path::Path;

use bailiwick::authn::{PasswordVerifier, StoredPasswords};
use bailiwick::identity::{Password, UserName};

/// Lines of `USER:PASSWORD`.
pub fn of(file: &Path) -> Result<impl PasswordVerifier + use<>, String> {
    let text = read(file)?;
    let mut users = HashMap::new();
    for (line, text) in (1..).zip(text.as_str().lines()) {
        // Of the line itself nothing is printed.
        let wrong = |what: &str| format!("--passwords {}: line {line}: {what}", file.display());
        let (user, password) = text
            .split_once(':')
            .ok_or_else(|| wrong("expected USER:PASSWORD"))?;
        let user = UserName::new(user).map_err(|_| wrong("the user name is not valid"))?;
        if users.insert(user, Password::new(password)).is_some() {
            return Err(wrong("the user was there before"));
        }
    }
    let find = move |user: &UserName| Ok(users.get(user).cloned());
    let nobody = Password::new("of nobody");
    Ok(StoredPasswords::new(find, same, nobody))
}

/// Whether they are equal, in a time that depends on the length alone.
fn same(one: &Password, other: &Password) -> bool {
    let (one, other) = (one.as_str().as_bytes(), other.as_str().as_bytes());
    let differ = one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && std::hint::black_box(differ) == 0
}

pub fn first_line(file: &Path) -> Result<Password, String> {
    let text = read(file)?;
    Ok(Password::new(text.as_str().lines().next().unwrap_or("")))
}

fn read(file: &Path) -> Result<Password, String> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(Password::new(text))
}
