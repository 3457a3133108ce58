//! What can be wrong with a store, a password or a context.

use std::path::PathBuf;

use super::StoreType;

/// Why a store could not be read, or a context could not be made from it.
///
/// `store` is the path of the file, or `(memory)` for [`Store::read`](super::Store::read). No variant contains a
/// password or a part of a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The operating system refused to read a file.
    #[error("cannot read `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is larger than anything that could be a store or a password.
    #[error("`{store}` is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        store: String,
        /// The largest size that is read.
        limit: usize,
    },
    /// A file or environment variable that should hold a password does not hold text.
    #[error("the password in {place} is not set or not UTF-8 text")]
    Password {
        /// The file or the variable.
        place: String,
    },
    /// The content is none of JKS, JCEKS, PKCS12 and PEM.
    #[error("`{store}` is not a JKS, JCEKS, PKCS12 or PEM store{}", configured(*stated))]
    UnknownFormat {
        /// The file.
        store: String,
        /// The type that the configuration states.
        stated: Option<StoreType>,
    },
    /// The content is known, but cannot be used here.
    #[error("`{store}`: {what} is not supported")]
    Unsupported {
        /// The file.
        store: String,
        /// The format or algorithm.
        what: String,
    },
    /// The content is damaged.
    #[error("`{store}` is corrupt: {reason}")]
    Corrupt {
        /// The file.
        store: String,
        /// Where it stopped making sense.
        reason: String,
    },
    /// The store, or a key in it, is encrypted and no password was given.
    #[error("`{store}` needs a password")]
    PasswordRequired {
        /// The file.
        store: String,
    },
    /// The store password is wrong. A file changed by somebody without the password looks the same.
    #[error("wrong store password for `{store}`, or the file was tampered with")]
    WrongStorePassword {
        /// The file.
        store: String,
    },
    /// The store is intact, but its key does not open with the key password.
    #[error("wrong key password for alias `{}` of `{store}`", shown(alias))]
    WrongKeyPassword {
        /// The file.
        store: String,
        /// The key.
        alias: String,
    },
    /// A key was asked for, and the store has none.
    #[error("`{store}` holds no private key")]
    NoKey {
        /// The file.
        store: String,
    },
    /// The alias asked for is not there, or is an entry of the other kind.
    #[error(
        "`{store}` has no such entry `{}`, only {}",
        shown(alias),
        quoted(known)
    )]
    NoSuchAlias {
        /// The file.
        store: String,
        /// What was asked for.
        alias: String,
        /// The aliases that would have been possible.
        known: Vec<String>,
    },
    /// Several keys would do, and no alias says which.
    #[error("`{store}` holds several keys, name one of {}", quoted(aliases))]
    AmbiguousAlias {
        /// The file.
        store: String,
        /// The aliases to choose from.
        aliases: Vec<String>,
    },
    /// The private key is not the one of the first certificate of its chain.
    #[error(
        "the key `{}` of `{store}` does not match its certificate",
        shown(alias)
    )]
    KeyMismatch {
        /// The file.
        store: String,
        /// The key.
        alias: String,
    },
    /// The private key is damaged, or of a kind the crypto provider does not know.
    #[error("the key `{}` of `{store}` cannot be used: {reason}", shown(alias))]
    BadKey {
        /// The file.
        store: String,
        /// The key.
        alias: String,
        /// What the crypto provider said.
        reason: String,
    },
    /// A certificate cannot be used.
    #[error(
        "the certificate `{}` of `{store}` cannot be used: {reason}",
        shown(alias)
    )]
    BadCertificate {
        /// The file.
        store: String,
        /// The entry.
        alias: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A trust store without anything to trust. Java reads certificates of a PKCS12 file as trusted only with
    /// Oracle's trusted key usage attribute, which `keytool -importcert` sets and `openssl pkcs12 -export` does not.
    #[error("`{store}` holds no trusted certificate")]
    NoTrusted {
        /// The file.
        store: String,
    },
    /// A certificate is not valid at the time of loading.
    #[error(
        "the certificate chain of `{}` of `{store}` is not valid now: {reason}",
        shown(alias)
    )]
    Expired {
        /// The file.
        store: String,
        /// The entry.
        alias: String,
        /// When it would be.
        reason: String,
    },
    /// A value of a setting cannot be used.
    #[error("{what} `{value}`: {reason}")]
    Setting {
        /// What the setting is about.
        what: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The crypto provider cannot do what the context asks for.
    #[error("no TLS context: {reason}")]
    Context {
        /// What rustls said.
        reason: String,
    },
    /// A certificate revocation list cannot be used.
    #[error("the revocation list `{file}` cannot be used: {reason}")]
    Crl {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The peer has presented no certificate, or the handshake is not over.
    #[error("the peer has presented no certificate")]
    NoPeerCertificate,
    /// The certificate of the peer names no user.
    #[error("the certificate of the peer names no user: {reason}")]
    PeerName {
        /// What is wrong with it.
        reason: String,
    },
    /// A transport without TLS was asked for a configuration.
    #[error("transport `{transport}` is off: it has no TLS")]
    TransportOff {
        /// Its name.
        transport: String,
    },
    /// A transport was asked for a side that it does not have: one of a server for a client's configuration.
    #[error("transport `{transport}` has no {side} side: {reason}")]
    NoSide {
        /// Its name.
        transport: String,
        /// `server` or `client`.
        side: &'static str,
        /// Which setting is missing.
        reason: String,
    },
    /// There is no transport with this name.
    #[error("there is no transport `{transport}`, only {}", quoted(known))]
    NoSuchTransport {
        /// What was asked for.
        transport: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// No file with the system's authorities was found.
    #[error("no file with the authorities that the system trusts, such as {}", super::Trusted::SYSTEM_FILES[0])]
    NoSystemTrust,
    /// A file had other content each time it was looked at, so that nothing could be made of it.
    #[error("`{}` changes all the time", path.display())]
    Changing {
        /// The file.
        path: PathBuf,
    },
    /// The closure of a [`Reloader`](super::Reloader) panicked.
    #[error("the load panicked: {reason}")]
    Panicked {
        /// What it said.
        reason: String,
    },
    /// The certificate of this side is not believed by the trust of this side.
    #[error(
        "the certificate `{}` of `{store}` is not believed by its own side: {reason}",
        shown(alias)
    )]
    NotBelieved {
        /// The file.
        store: String,
        /// The key.
        alias: String,
        /// What the check of the chain said.
        reason: String,
    },
}

/// An alias comes out of a file that anybody may have made. In a log it must stay on its line, and the line short.
fn shown(alias: &str) -> String {
    const LONGEST: usize = 128;
    let start: String = alias.chars().take(LONGEST).collect();
    let more = alias.chars().nth(LONGEST).map_or("", |_| "…");
    // Quotes would be escaped for a string of Rust, which this is not.
    let text = start.escape_debug().to_string();
    text.replace("\\'", "'").replace("\\\"", "\"") + more
}

fn configured(stated: Option<StoreType>) -> String {
    stated.map_or_else(String::new, |stated| format!(" (configured as {stated})"))
}

fn quoted(aliases: &[String]) -> String {
    // A damaged or hostile store can hold thousands: the message stays readable.
    const SHOWN: usize = 16;
    let mut list: Vec<String> = aliases
        .iter()
        .take(SHOWN)
        .map(|alias| format!("`{}`", shown(alias)))
        .collect();
    if aliases.len() > SHOWN {
        list.push(format!("{} more", aliases.len() - SHOWN));
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_stays_on_its_line() {
        let error = TlsError::AmbiguousAlias {
            store: "a.jks".to_owned(),
            aliases: vec![
                "o'schlüssel".to_owned(),
                "a\nb\u{202e}".to_owned(),
                "u\u{308}".to_owned(),
                "long".repeat(100),
            ],
        };
        assert_eq!(
            error.to_string(),
            format!(
                "`a.jks` holds several keys, name one of `o'schlüssel`, `a\\nb\\u{{202e}}`, `u\u{308}`, `{}…`",
                "long".repeat(32)
            )
        );
    }
}
