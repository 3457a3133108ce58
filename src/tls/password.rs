//! Where a password may come from, and the forms in which stores take it.

use std::path::Path;

use zeroize::{Zeroize, Zeroizing};

use super::{TlsError, files};
use crate::identity::Password;

impl Password {
    const MAX_FILE: usize = 64 * 1024;

    /// Reads a file and takes off one newline (`\n` or `\r\n`) at its end.
    ///
    /// # Errors
    /// [`TlsError::Io`], [`TlsError::TooLarge`] and [`TlsError::Password`] (not UTF-8) name the file.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, TlsError> {
        let path = path.as_ref();
        Self::from_bytes(path, &files::read(path, Self::MAX_FILE)?)
    }

    /// What [`from_file`](Self::from_file) makes of the content of a file.
    pub(super) fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Self, TlsError> {
        if bytes.len() > Self::MAX_FILE {
            return Err(TlsError::TooLarge {
                store: path.display().to_string(),
                limit: Self::MAX_FILE,
            });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| TlsError::Password {
            place: format!("file `{}`", path.display()),
        })?;
        let text = text
            .strip_suffix('\n')
            .map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
        Ok(Self::new(text))
    }

    /// Reads an environment variable.
    ///
    /// # Errors
    /// [`TlsError::Password`] if it is not set or not UTF-8.
    pub fn from_env(name: &str) -> Result<Self, TlsError> {
        std::env::var(name)
            .map(Self::new)
            .map_err(|_| TlsError::Password {
                place: format!("environment variable `{name}`"),
            })
    }

    /// Two bytes a UTF-16 unit, high byte first: the form in which Java's JKS code hashes a `char[]`, and PKCS12 too.
    pub(super) fn utf16_be(&self) -> Zeroizing<Vec<u8>> {
        // With room for the zero that PKCS12 puts at the end.
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.as_str().len() * 2 + 2));
        for unit in self.as_str().encode_utf16() {
            let mut pair = unit.to_be_bytes();
            bytes.extend_from_slice(&pair);
            pair.zeroize();
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_file(content: &[u8]) -> Result<Password, TlsError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pw");
        std::fs::write(&path, content).unwrap();
        Password::from_file(&path)
    }

    #[test]
    fn one_newline_is_taken_off() {
        for (content, expected) in [
            ("secret", "secret"),
            ("secret\n", "secret"),
            ("secret\r\n", "secret"),
            ("s\n\n", "s\n"),
            ("s\r", "s\r"),
            ("", ""),
        ] {
            assert_eq!(
                from_file(content.as_bytes()).unwrap().as_str(),
                expected,
                "{content:?}"
            );
        }
    }

    #[test]
    fn errors_name_the_place_and_not_the_content() {
        let error = from_file(b"geheim\xff").unwrap_err();
        assert!(
            matches!(&error, TlsError::Password { place } if place.ends_with("pw`")),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("geheim"));
        let error = Password::from_file("/nonexistent/pw").unwrap_err();
        assert_eq!(error.to_string(), "cannot read `/nonexistent/pw`");
        let error = Password::from_env("BAILIWICK_NO_SUCH_VARIABLE").unwrap_err();
        assert!(
            error.to_string().contains("`BAILIWICK_NO_SUCH_VARIABLE`"),
            "{error}"
        );
        assert!(matches!(
            from_file(&[b'a'; Password::MAX_FILE + 1]),
            Err(TlsError::TooLarge { .. })
        ));
        assert!(from_file(&[b'a'; Password::MAX_FILE]).is_ok());
    }

    #[test]
    fn environment() {
        assert_eq!(
            Password::from_env("PATH").unwrap().as_str(),
            std::env::var("PATH").unwrap()
        );
    }
}
