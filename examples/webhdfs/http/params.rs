//! Query parameters: decoded once, read with their type, complained of by name.

use std::fmt::Display;
use std::str::FromStr;

use bailiwick::acl::Mode;

use super::RemoteException;

const MAX_PARAMS: usize = 64;

/// The parameters of a query. Names are case-insensitive, as in Hadoop; unknown ones do no harm.
pub struct Params(Vec<(String, String)>);

impl Params {
    pub fn parse(query: &str) -> Result<Self, RemoteException> {
        let mut params: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let name = name.to_ascii_lowercase();
            if params.len() == MAX_PARAMS {
                let message = format!(
                    "Invalid value for webhdfs parameter \"query\": more than {MAX_PARAMS} parameters"
                );
                return Err(RemoteException::illegal_argument(message));
            }
            if params.iter().any(|(known, _)| *known == name) {
                return Err(invalid(&name, &value, "it is given twice"));
            }
            params.push((name, value.into_owned()));
        }
        Ok(Self(params))
    }

    pub fn optional(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn required(&self, name: &str) -> Result<&str, RemoteException> {
        self.optional(name)
            .ok_or_else(|| RemoteException::missing(name))
    }

    pub fn boolean(&self, name: &str) -> Result<Option<bool>, RemoteException> {
        self.read(name, |value| {
            value
                .to_ascii_lowercase()
                .parse()
                .map_err(|_| "expected true or false")
        })
    }

    /// A count of bytes.
    pub fn length(&self, name: &str) -> Result<Option<u64>, RemoteException> {
        self.read(name, |value| {
            integer(value).map_err(|()| "expected an integer of at least 0")
        })
    }

    /// Milliseconds since 1970; `-1` leaves the time as it is.
    pub fn time(&self, name: &str) -> Result<Option<i64>, RemoteException> {
        let time = self.read(name, |value| match integer::<i64>(value) {
            Ok(time) if time >= -1 => Ok(time),
            _ => Err("expected milliseconds since 1970, or -1"),
        })?;
        Ok(time.filter(|time| *time >= 0))
    }

    pub fn mode(&self, name: &str) -> Result<Option<Mode>, RemoteException> {
        self.read(name, Mode::parse_octal)
    }

    fn read<T, E: Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, RemoteException> {
        self.optional(name)
            .map(|value| parse(value).map_err(|why| invalid(name, value, why)))
            .transpose()
    }
}

/// Rust's parser also takes a leading plus sign, which a query decodes from `%2B` alone.
fn integer<T: FromStr>(value: &str) -> Result<T, ()> {
    if value.starts_with('+') {
        return Err(());
    }
    value.parse().map_err(|_| ())
}

fn invalid(name: &str, value: &str, why: impl Display) -> RemoteException {
    RemoteException::invalid(name, format!("{value:?}: {why}"))
}
