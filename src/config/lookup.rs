//! How values are found and understood: the same for all systems.

use std::path::PathBuf;
use std::str::FromStr;

use zeroize::Zeroizing;

use super::{ConfigError, Origin, Settings};
use crate::tls::{ClientSide, Password, ServerSide, TlsError, Transport};

/// Settings in which a name is looked up under several prefixes: the specific, then the general.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a> {
    settings: &'a Settings,
    prefixes: &'a [&'static str],
}

/// A value, and where it was found.
pub(super) struct Found {
    key: String,
    value: Zeroizing<String>,
    origin: Origin,
}

/// Why a side of a transport could not be made.
pub(super) enum Gap {
    /// It is not configured, which matters only to whoever needs it.
    Missing(String),
    Wrong(ConfigError),
}

impl From<ConfigError> for Gap {
    fn from(error: ConfigError) -> Self {
        Self::Wrong(error)
    }
}

/// Gives a transport its sides, as far as there are any.
pub(super) fn sides(
    transport: Transport,
    server: Result<ServerSide, Gap>,
    client: Result<ClientSide, Gap>,
) -> Result<Transport, ConfigError> {
    let transport = match server {
        Ok(server) => transport.with_server(server),
        Err(Gap::Missing(reason)) => transport.without_server(reason),
        Err(Gap::Wrong(error)) => return Err(error),
    };
    match client {
        Ok(client) => Ok(transport.with_client(client)),
        Err(Gap::Missing(reason)) => Ok(transport.without_client(reason)),
        Err(Gap::Wrong(error)) => Err(error),
    }
}

impl<'a> Lookup<'a> {
    pub(super) const fn new(settings: &'a Settings, prefixes: &'a [&'static str]) -> Self {
        Self { settings, prefixes }
    }

    /// The keys under which a name is looked for.
    pub(super) fn keys(self, name: &str) -> impl Iterator<Item = String> {
        self.prefixes
            .iter()
            .map(move |prefix| format!("{prefix}{name}"))
    }

    pub(super) fn find(self, name: &str) -> Result<Option<Found>, ConfigError> {
        for key in self.keys(name) {
            if let Some((value, origin)) = self.settings.value(&key)? {
                let origin = origin.clone();
                return Ok(Some(Found { key, value, origin }));
            }
        }
        Ok(None)
    }

    /// Takes an empty value for none.
    pub(super) fn find_filled(self, name: &str) -> Result<Option<Found>, ConfigError> {
        Ok(self
            .find(name)?
            .filter(|found| !found.value.trim().is_empty()))
    }

    /// A flag without a value is a mistake: its default would switch off what somebody began to switch on.
    pub(super) fn flag(self, name: &str, default: bool) -> Result<bool, ConfigError> {
        self.find(name)?.map_or(Ok(default), |found| found.flag())
    }

    pub(super) fn number(self, name: &str) -> Result<Option<i64>, ConfigError> {
        self.find_filled(name)?
            .map(|found| found.number())
            .transpose()
    }

    pub(super) fn parse<T: FromStr<Err = TlsError>>(
        self,
        name: &str,
    ) -> Result<Option<T>, ConfigError> {
        self.find_filled(name)?
            .map(|found| found.parse())
            .transpose()
    }
}

impl Found {
    pub(super) fn text(&self) -> &str {
        self.value.trim()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// As it is written, with blanks around it.
    pub(super) fn password(&self) -> Password {
        Password::new(self.value.as_str())
    }

    pub(super) fn flag(&self) -> Result<bool, ConfigError> {
        let text = self.text();
        if text.eq_ignore_ascii_case("true") {
            Ok(true)
        } else if text.eq_ignore_ascii_case("false") {
            Ok(false)
        } else {
            Err(self.unexpected("true or false"))
        }
    }

    fn number(&self) -> Result<i64, ConfigError> {
        let number = self.text().parse();
        number.map_err(|_| self.unexpected("a whole number"))
    }

    pub(super) fn path(&self) -> Result<PathBuf, ConfigError> {
        if self.text().is_empty() {
            return Err(self.unexpected("the name of a file"));
        }
        if self.text().contains("${") {
            return Err(self.unexpected("no reference to something that does not exist"));
        }
        Ok(self.text().into())
    }

    pub(super) fn parse<T: FromStr<Err = TlsError>>(&self) -> Result<T, ConfigError> {
        self.text()
            .parse()
            .map_err(|error: TlsError| self.wrong(error.to_string()))
    }

    pub(super) fn unexpected(&self, expected: &str) -> ConfigError {
        let text = self.text();
        self.wrong(format!("`{}`: expected {expected}", text.escape_debug()))
    }

    pub(super) fn wrong(&self, reason: String) -> ConfigError {
        ConfigError::Value {
            origin: self.origin.clone(),
            key: self.key.clone(),
            reason,
        }
    }

    pub(super) fn contradicts(&self, reason: String) -> ConfigError {
        ConfigError::Contradiction {
            origin: self.origin.clone(),
            key: self.key.clone(),
            reason,
        }
    }
}
