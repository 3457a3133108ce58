//! The type of a store that a configuration states.

use std::fmt;
use std::str::FromStr;

use super::super::TlsError;

/// The type of a store, as a configuration states it (`ssl.server.keystore.type`, `security.ssl.internal.keystore-type`).
///
/// It is a hint: the content of the file decides. The default of Hadoop, `jks`, stands beside many a PKCS12 file since
/// Java 9, and Java reads it all the same (JEP 229). It is no protection either: whoever can write the file can write another
/// kind, such as PEM, for which no password has to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreType {
    /// Java's old format.
    Jks,
    /// That of the Java Cryptography Extension, with better protection of keys.
    Jceks,
    /// RFC 7292.
    Pkcs12,
    /// RFC 7468.
    Pem,
}

impl FromStr for StoreType {
    type Err = TlsError;

    /// Reads a name without regard to case: `JKS`, `JCEKS`, `PKCS12` (`P12`, `PFX`), `PEM`.
    fn from_str(text: &str) -> Result<Self, TlsError> {
        match text.trim().to_ascii_uppercase().as_str() {
            "JKS" => Ok(Self::Jks),
            "JCEKS" => Ok(Self::Jceks),
            "PKCS12" | "P12" | "PFX" => Ok(Self::Pkcs12),
            "PEM" => Ok(Self::Pem),
            _ => Err(TlsError::Setting {
                what: "store type",
                value: text.to_owned(),
                reason: "expected JKS, JCEKS, PKCS12 or PEM".to_owned(),
            }),
        }
    }
}

impl fmt::Display for StoreType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Jks => "JKS",
            Self::Jceks => "JCEKS",
            Self::Pkcs12 => "PKCS12",
            Self::Pem => "PEM",
        })
    }
}
