//! Alluxio's `alluxio.network.tls.*`.

use std::path::PathBuf;

use super::lookup::{Gap, Lookup, sides};
use super::{ConfigError, Settings, vocabulary};
use crate::tls::{
    ClientSide, KeySource, NameCheck, Password, ServerSide, Transport, Transports, TrustSource,
    Trusted,
};

/// All that there is.
const KNOWN: [&str; 15] = [
    "alluxio.network.tls.ca.cert",
    "alluxio.network.tls.client.no.endpoint.identification",
    "alluxio.network.tls.enabled",
    "alluxio.network.tls.keystore.alias",
    "alluxio.network.tls.keystore.key.password",
    "alluxio.network.tls.keystore.password",
    "alluxio.network.tls.keystore.path",
    "alluxio.network.tls.server.cert",
    "alluxio.network.tls.server.key",
    "alluxio.network.tls.server.key.password",
    "alluxio.network.tls.server.protocols",
    "alluxio.network.tls.ssl.context.provider.classname",
    "alluxio.network.tls.truststore.alias",
    "alluxio.network.tls.truststore.password",
    "alluxio.network.tls.truststore.path",
];

const SPACE: [&str; 1] = ["alluxio.network.tls."];

/// The transports [`CONTROL`](Transports::CONTROL) and [`DATA`](Transports::DATA) of Alluxio: both as
/// `alluxio.network.tls.enabled` says, and with the same settings.
///
/// - A server has a key: `keystore.path`, or the PEM files `server.cert` and `server.key`, which go before it. It asks
///   clients for nothing.
/// - A client has trust: `truststore.path`, or the PEM file `ca.cert`, which goes before it. It checks names, unless
///   `client.no.endpoint.identification` is `true`.
/// - `server.protocols` is for servers. Without it, and for clients, it is TLS 1.2 and 1.3.
/// - Alluxio has no setting for reload: it is every 10 s here.
/// - What is missing is said to whoever asks for that side. Values count without blanks around them, and an empty one is
///   none; an empty flag is an error.
///
/// # Errors
/// [`ConfigError`]; also where one setting means nothing without another: a certificate without its key, the password of
/// a store that is not there.
pub fn transports(settings: &Settings) -> Result<Transports, ConfigError> {
    vocabulary::check(settings, &SPACE, &KNOWN)?;
    let tls = Tls(Lookup::new(settings, &SPACE));
    let names = [Transports::CONTROL, Transports::DATA];
    if !tls.0.flag("enabled", false)? {
        return Ok(names.into_iter().map(Transport::off).collect());
    }
    names
        .into_iter()
        .map(|name| sides(Transport::new(name), tls.server(), tls.client()))
        .collect()
}

struct Tls<'a>(Lookup<'a>);

impl Tls<'_> {
    fn server(&self) -> Result<ServerSide, Gap> {
        let mut server = ServerSide::new(self.key()?);
        server.terms.protocols = self.0.parse("server.protocols")?.unwrap_or_default();
        Ok(server)
    }

    fn client(&self) -> Result<ClientSide, Gap> {
        let mut client = ClientSide::new(Trusted::Store(self.trust()?));
        if self.0.flag("client.no.endpoint.identification", false)? {
            client.name_check = NameCheck::DangerouslyNone;
        }
        Ok(client)
    }

    fn key(&self) -> Result<KeySource, Gap> {
        let (certificate, key) = (self.path("server.cert")?, self.path("server.key")?);
        if let (Some(certificate), Some(key)) = (certificate, key) {
            let mut source = KeySource::pem(certificate, key);
            if let Some(password) = self.0.find_filled("server.key.password")? {
                source = source.password(Password::new(password.text()));
            }
            return Ok(source);
        }
        self.no_loose_end("server.cert", &["server.key", "server.key.password"])?;
        self.no_loose_end("server.key", &["server.cert"])?;
        let of_store = [
            "keystore.password",
            "keystore.key.password",
            "keystore.alias",
        ];
        self.no_loose_end("keystore.path", &of_store)?;
        let path = self
            .path("keystore.path")?
            .ok_or_else(|| self.missing("keystore.path"))?;
        let mut source = KeySource::store(path);
        if let Some(password) = self.0.find_filled("keystore.password")? {
            source = source.password(Password::new(password.text()));
        }
        if let Some(password) = self.0.find_filled("keystore.key.password")? {
            source = source.key_password(Password::new(password.text()));
        }
        if let Some(alias) = self.0.find_filled("keystore.alias")? {
            source = source.alias(alias.text());
        }
        Ok(source)
    }

    fn trust(&self) -> Result<TrustSource, Gap> {
        if let Some(authorities) = self.path("ca.cert")? {
            return Ok(TrustSource::store(authorities));
        }
        self.no_loose_end(
            "truststore.path",
            &["truststore.password", "truststore.alias"],
        )?;
        let path = self
            .path("truststore.path")?
            .ok_or_else(|| self.missing("truststore.path"))?;
        let mut source = TrustSource::store(path);
        if let Some(password) = self.0.find_filled("truststore.password")? {
            source = source.password(Password::new(password.text()));
        }
        if let Some(alias) = self.0.find_filled("truststore.alias")? {
            source = source.alias(alias.text());
        }
        Ok(source)
    }

    fn path(&self, name: &str) -> Result<Option<PathBuf>, ConfigError> {
        self.0
            .find_filled(name)?
            .map(|found| found.path())
            .transpose()
    }

    /// None of these may be there without the setting that they belong to.
    fn no_loose_end(&self, name: &str, parts: &[&str]) -> Result<(), ConfigError> {
        if self.0.find_filled(name)?.is_some() {
            return Ok(());
        }
        for part in parts {
            if let Some(part) = self.0.find_filled(part)? {
                return Err(
                    part.contradicts(format!("means nothing without `{}`", self.full(name)))
                );
            }
        }
        Ok(())
    }

    fn missing(&self, name: &str) -> Gap {
        Gap::Missing(format!("`{}` is not set", self.full(name)))
    }

    fn full(&self, name: &str) -> String {
        self.0.keys(name).collect()
    }
}
