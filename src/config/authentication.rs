//! How a service is told to authenticate its clients.

use super::{ConfigError, Settings};

const ALLUXIO: &str = "alluxio.security.authentication.type";
const PERMISSIONS: &str = "alluxio.security.authorization.permission.enabled";
const HADOOP: &str = "hadoop.security.authentication";

/// The authentication that a configuration asks for. What to make of it is the service's to say: the mechanisms are in
/// [`authn`](crate::authn).
///
/// ```
/// use bailiwick::config::{AuthType, Format, Settings};
///
/// let site = b"alluxio.security.authentication.type=CUSTOM\n";
/// let settings = Settings::read("alluxio-site.properties", site, Format::Properties)?;
/// assert_eq!(AuthType::alluxio(&settings)?, AuthType::Custom);
/// # Ok::<(), bailiwick::config::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthType {
    /// None at all: every client is [`Principal::unnamed`](crate::identity::Principal::unnamed).
    NoSasl,
    /// Clients are believed.
    Simple,
    /// Passwords, verified by the service's own provider.
    Custom,
    /// Kerberos tickets.
    Kerberos,
}

impl AuthType {
    /// What `alluxio.security.authentication.type` says, in any case; `SIMPLE` without it.
    ///
    /// # Errors
    /// [`ConfigError::Value`] for another word, and for `KERBEROS` in a program that was built without the feature `kerberos`:
    /// otherwise it would be found out when the first client comes (Alluxio #14241). [`ConfigError::Contradiction`] for
    /// `NOSASL` where permissions are to be checked: that takes to know who asks. They are, unless
    /// `alluxio.security.authorization.permission.enabled` is `false`.
    pub fn alluxio(settings: &Settings) -> Result<Self, ConfigError> {
        let words = [
            ("NOSASL", Self::NoSasl),
            ("SIMPLE", Self::Simple),
            ("CUSTOM", Self::Custom),
            ("KERBEROS", Self::Kerberos),
        ];
        let found = Self::read(settings, ALLUXIO, &words)?;
        let checked = match settings.value(PERMISSIONS)? {
            Some((value, _)) => !value.trim().eq_ignore_ascii_case("false"),
            None => true,
        };
        match settings.origin(ALLUXIO) {
            Some(origin) if found == Self::NoSasl && checked => Err(ConfigError::Contradiction {
                origin: origin.clone(),
                key: ALLUXIO.to_owned(),
                reason: format!("is NOSASL, so `{PERMISSIONS}` has to be false"),
            }),
            _ => Ok(found),
        }
    }

    /// What `hadoop.security.authentication` says, in any case; `simple` without it.
    ///
    /// # Errors
    /// As those of [`alluxio`](Self::alluxio), about words.
    pub fn hadoop(settings: &Settings) -> Result<Self, ConfigError> {
        let words = [("simple", Self::Simple), ("kerberos", Self::Kerberos)];
        Self::read(settings, HADOOP, &words)
    }

    fn read(settings: &Settings, key: &str, words: &[(&str, Self)]) -> Result<Self, ConfigError> {
        let Some((value, origin)) = settings.value(key)? else {
            return Ok(Self::Simple);
        };
        let wrong = |reason| ConfigError::Value {
            origin: origin.clone(),
            key: key.to_owned(),
            reason,
        };
        let value = value.trim();
        let known = words
            .iter()
            .find(|(word, _)| value.eq_ignore_ascii_case(word));
        match known {
            Some((word, Self::Kerberos)) if !cfg!(feature = "kerberos") => Err(wrong(format!(
                "{word} needs the feature `kerberos` of bailiwick, without which this program was built"
            ))),
            Some((_, found)) => Ok(*found),
            None => {
                let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
                Err(wrong(format!("{value:?}: expected {}", words.join(", "))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Format;

    fn read(text: &str) -> Settings {
        Settings::read("f", text.as_bytes(), Format::Properties).unwrap()
    }

    #[test]
    fn words_count_in_any_case_and_others_are_refused_with_their_place() {
        let alluxio = |word: &str| {
            let text = format!("{PERMISSIONS}=false\n{ALLUXIO}={word}");
            AuthType::alluxio(&read(&text)).map_err(|error| error.to_string())
        };
        assert_eq!(alluxio("NOSASL"), Ok(AuthType::NoSasl));
        assert_eq!(alluxio("simple"), Ok(AuthType::Simple));
        assert_eq!(alluxio("Custom"), Ok(AuthType::Custom));
        let kerberos = alluxio("KERBEROS");
        if cfg!(feature = "kerberos") {
            assert_eq!(kerberos, Ok(AuthType::Kerberos));
        } else {
            assert!(kerberos.unwrap_err().contains("the feature `kerberos`"));
        }
        assert_eq!(
            alluxio("KERBEROS_SSL").unwrap_err(),
            format!(
                "f:2: `{ALLUXIO}`: \"KERBEROS_SSL\": expected NOSASL, SIMPLE, CUSTOM, KERBEROS"
            )
        );
        let hadoop = |text: &str| AuthType::hadoop(&read(text)).map_err(|error| error.to_string());
        assert_eq!(hadoop(""), Ok(AuthType::Simple));
        assert_eq!(hadoop(&format!("{HADOOP}= SIMPLE ")), Ok(AuthType::Simple));
        assert_eq!(
            hadoop(&format!("{HADOOP}=nosasl")).unwrap_err(),
            format!("f:1: `{HADOOP}`: \"nosasl\": expected simple, kerberos")
        );
    }

    #[test]
    fn permissions_are_not_checked_of_nobody() {
        assert_eq!(AuthType::alluxio(&read("")).unwrap(), AuthType::Simple);
        let message = format!("f:1: `{ALLUXIO}` is NOSASL, so `{PERMISSIONS}` has to be false");
        for more in ["", "true", "flase"] {
            let text = format!("{ALLUXIO}=NOSASL\n{PERMISSIONS}={more}");
            let error = AuthType::alluxio(&read(&text)).unwrap_err();
            assert_eq!(error.to_string(), message, "{more}");
        }
    }
}
