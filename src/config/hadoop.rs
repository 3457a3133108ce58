//! Hadoop's `core-site.xml`, `ssl-server.xml` and `ssl-client.xml`.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use super::lookup::{Gap, Lookup, sides};
use super::{ConfigError, Format, Settings, vocabulary};
use crate::tls::{
    CipherSuites, ClientAuth, ClientSide, HadoopVerifier, KeySource, NameCheck, Password,
    Protocols, ServerSide, StoreType, Terms, Transport, Transports, TrustSource, Trusted,
};

/// All that there is under `hadoop.ssl.` in `core-default.xml`, old and new.
const CORE: [&str; 7] = [
    "hadoop.ssl.client.conf",
    "hadoop.ssl.enabled",
    "hadoop.ssl.enabled.protocols",
    "hadoop.ssl.hostname.verifier",
    "hadoop.ssl.keystores.factory.class",
    "hadoop.ssl.require.client.cert",
    "hadoop.ssl.server.conf",
];

/// All that `FileBasedKeyStoresFactory`, `SSLFactory` and `HttpServer2` ask for.
const STORES: [&str; 21] = [
    "ssl.client.exclude.cipher.list",
    "ssl.client.keystore.keypassword",
    "ssl.client.keystore.location",
    "ssl.client.keystore.password",
    "ssl.client.keystore.type",
    "ssl.client.stores.reload.interval",
    "ssl.client.truststore.location",
    "ssl.client.truststore.password",
    "ssl.client.truststore.reload.interval",
    "ssl.client.truststore.type",
    "ssl.server.exclude.cipher.list",
    "ssl.server.keystore.keypassword",
    "ssl.server.keystore.location",
    "ssl.server.keystore.password",
    "ssl.server.keystore.type",
    "ssl.server.need.client.auth",
    "ssl.server.stores.reload.interval",
    "ssl.server.truststore.location",
    "ssl.server.truststore.password",
    "ssl.server.truststore.reload.interval",
    "ssl.server.truststore.type",
];

/// All that `ShuffleHandler` asks for.
const SHUFFLE: [&str; 2] = [
    "mapreduce.shuffle.ssl.enabled",
    "mapreduce.shuffle.ssl.file.buffer.size",
];

const FACTORY: &str = "org.apache.hadoop.security.ssl.FileBasedKeyStoresFactory";
const CORE_SPACE: [&str; 1] = ["hadoop.ssl."];
const SHUFFLE_SPACE: [&str; 1] = ["mapreduce.shuffle.ssl."];
const SPACES: [&str; 2] = ["ssl.server.", "ssl.client."];
const CREDENTIALS: [&str; 1] = ["hadoop.security.credential."];

/// Asks a credential provider for the password with this name, which is the key of the setting; `None` if it has none.
/// An error is a text for the message.
pub type PasswordLookup<'a> = dyn Fn(&str) -> Result<Option<Password>, String> + 'a;

/// What Hadoop's `SSLFactory` reads: `core-site.xml` and, for its modes server and client, a file each.
///
/// - The transport [`WEB`](Transports::WEB) is both modes, always on: whether a service speaks HTTPS is
///   for its own setting to say (`dfs.http.policy`). [`SHUFFLE`](Transports::SHUFFLE) is the same, and on with
///   `mapreduce.shuffle.ssl.enabled`.
/// - A server needs a key; a client only with `hadoop.ssl.require.client.cert`, by which the server asks for
///   certificates. A server of WEB asks for them with `ssl.server.need.client.auth` as well.
/// - A client without a trust store believes [`Trusted::System`]. A server never does: a certificate of a public
///   authority must not be a login.
/// - `keystore.keypassword` is the store's password, if it is not set. An empty trust store password is none, and the
///   integrity of a JKS store is not checked.
/// - Keys and trust are reloaded together, at the shorter of the two intervals that are greater than 0:
///   `stores.reload.interval` for keys, `truststore.reload.interval` and else `stores.reload.interval` for trust.
/// - Without `hadoop.ssl.enabled.protocols` it is TLS 1.2.
/// - What is missing is said to whoever asks for that side.
/// - A flag that is neither `true` nor `false` is an error, where Hadoop takes its default.
///
/// ```
/// use bailiwick::config::{hadoop::SslConfiguration, Settings};
/// use bailiwick::tls::Transports;
///
/// let core = Settings::default().with("mapreduce.shuffle.ssl.enabled", "true");
/// let client = Settings::default().with("ssl.client.truststore.location", "/etc/hadoop/truststore.jks");
/// let transports = SslConfiguration::new(core).with_client(client).transports()?;
///
/// let shuffle = transports.get(Transports::SHUFFLE)?;
/// assert!(shuffle.client_side().is_ok());
/// assert_eq!(
///     shuffle.server_side().unwrap_err().to_string(),
///     "transport `shuffle` has no server side: there is no ssl-server.xml"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SslConfiguration {
    core: Settings,
    server: Option<Settings>,
    client: Option<Settings>,
}

impl SslConfiguration {
    /// Without a file for either mode yet. `core` is `core-site.xml`, and `mapred-site.xml` after it.
    #[must_use]
    pub const fn new(core: Settings) -> Self {
        Self {
            core,
            server: None,
            client: None,
        }
    }

    /// Sets what `ssl-server.xml` says.
    #[must_use]
    pub fn with_server(mut self, settings: Settings) -> Self {
        self.server = Some(settings);
        self
    }

    /// Sets what `ssl-client.xml` says.
    #[must_use]
    pub fn with_client(mut self, settings: Settings) -> Self {
        self.client = Some(settings);
        self
    }

    /// Binds a name for all files, see [`Settings::with_variable`].
    #[must_use]
    pub fn with_variable(self, name: &str, value: &str) -> Self {
        let bind = |settings: Settings| settings.with_variable(name, value);
        Self {
            core: bind(self.core),
            server: self.server.map(bind),
            client: self.client.map(bind),
        }
    }

    /// Reads `core-site.xml` and `mapred-site.xml` of a folder, and the files that `hadoop.ssl.server.conf` and
    /// `hadoop.ssl.client.conf` name. None of them has to exist, but the folder has.
    ///
    /// # Errors
    /// Those of [`Settings::open`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, ConfigError> {
        // A misspelt folder would be one in which nothing is switched on.
        if let Err(source) = fs::read_dir(&folder) {
            let path = folder.as_ref().to_owned();
            return Err(ConfigError::Io { path, source });
        }
        let open = |name: &str| match Settings::open(folder.as_ref().join(name), Format::HadoopXml)
        {
            Ok(settings) => Ok(Some(settings)),
            Err(ConfigError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        let core = open("core-site.xml")?.unwrap_or_default();
        let core = core.then(open("mapred-site.xml")?.unwrap_or_default());
        let server = open(&Mode::Server.file(&core)?)?;
        let client = open(&Mode::Client.file(&core)?)?;
        Ok(Self {
            core,
            server,
            client,
        })
    }

    /// The transports, with the passwords in clear text that the files hold.
    ///
    /// # Errors
    /// [`ConfigError`]; also if a file names a credential provider (`hadoop.security.credential.provider.path`), see
    /// [`transports_with`](Self::transports_with).
    pub fn transports(&self) -> Result<Transports, ConfigError> {
        self.make(None)
    }

    /// The transports, with passwords of a credential provider. What it does not have is taken from the files, unless
    /// `hadoop.security.credential.clear-text-fallback` is `false`. As in Hadoop, it is the file of the mode that counts
    /// for both settings, and not `core-site.xml`.
    ///
    /// # Errors
    /// [`ConfigError`]; also if the credential provider fails, where Hadoop goes on without a password.
    pub fn transports_with(
        &self,
        passwords: &PasswordLookup<'_>,
    ) -> Result<Transports, ConfigError> {
        self.make(Some(passwords))
    }

    fn make(&self, passwords: Option<&PasswordLookup<'_>>) -> Result<Transports, ConfigError> {
        let core = Lookup::new(&self.core, &CORE_SPACE);
        vocabulary::check(&self.core, &CORE_SPACE, &CORE)?;
        vocabulary::check(&self.core, &SHUFFLE_SPACE, &SHUFFLE)?;
        if let Some(factory) = core.find_filled("keystores.factory.class")?
            && factory.text() != FACTORY
        {
            return Err(factory.unexpected(&format!("`{FACTORY}`")));
        }
        let required = core.flag("require.client.cert", false)?;
        let transport = |name: &str| {
            let web = name == Transports::WEB;
            let server = self.stores(Mode::Server, passwords);
            let client = self.stores(Mode::Client, passwords);
            sides(
                Transport::new(name),
                server.and_then(|server| server.server(core, required, web)),
                client.and_then(|client| client.client(core, required)),
            )
        };
        let shuffle = if Lookup::new(&self.core, &SHUFFLE_SPACE).flag("enabled", false)? {
            transport(Transports::SHUFFLE)?
        } else {
            Transport::off(Transports::SHUFFLE)
        };
        Ok([transport(Transports::WEB)?, shuffle].into_iter().collect())
    }

    /// What the file of a mode says.
    fn stores<'a>(
        &'a self,
        mode: Mode,
        passwords: Option<&'a PasswordLookup<'a>>,
    ) -> Result<Stores<'a>, Gap> {
        let settings = match mode {
            Mode::Server => &self.server,
            Mode::Client => &self.client,
        };
        let Some(settings) = settings else {
            return Err(Gap::Missing(format!(
                "there is no {}",
                mode.file(&self.core)?
            )));
        };
        vocabulary::check(settings, &SPACES, &STORES)?;
        let credentials = Lookup::new(settings, &CREDENTIALS);
        if passwords.is_none()
            && let Some(path) = credentials.find_filled("provider.path")?
        {
            let expected =
                "no credential provider, because none can be asked: see `transports_with`";
            return Err(path.unexpected(expected).into());
        }
        Ok(Stores {
            keys: Lookup::new(settings, mode.prefixes()),
            passwords,
            clear_text: credentials.flag("clear-text-fallback", true)?,
        })
    }
}

#[derive(Clone, Copy)]
enum Mode {
    Server,
    Client,
}

impl Mode {
    const fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Server => &["ssl.server."],
            Self::Client => &["ssl.client."],
        }
    }

    /// The name of its file.
    fn file(self, core: &Settings) -> Result<String, ConfigError> {
        let (name, default) = match self {
            Self::Server => ("server.conf", "ssl-server.xml"),
            Self::Client => ("client.conf", "ssl-client.xml"),
        };
        let found = Lookup::new(core, &CORE_SPACE).find_filled(name)?;
        Ok(found.map_or_else(|| default.to_owned(), |found| found.text().to_owned()))
    }
}

/// The stores of one mode.
struct Stores<'a> {
    keys: Lookup<'a>,
    passwords: Option<&'a PasswordLookup<'a>>,
    clear_text: bool,
}

impl Stores<'_> {
    fn server(&self, core: Lookup<'_>, required: bool, web: bool) -> Result<ServerSide, Gap> {
        let mut server = ServerSide::new(self.key()?);
        if required || web && self.keys.flag("need.client.auth", false)? {
            let trusted = self
                .trusted()?
                .ok_or_else(|| self.missing("truststore.location"))?;
            server.client_auth = ClientAuth::Required(trusted);
        }
        server.terms = self.terms(core)?;
        if let Some(excluded) = self.keys.find_filled("exclude.cipher.list")? {
            server.terms.cipher_suites = CipherSuites::excluding(excluded.text())
                .map_err(|error| excluded.wrong(error.to_string()))?;
        }
        Ok(server)
    }

    fn client(&self, core: Lookup<'_>, has_key: bool) -> Result<ClientSide, Gap> {
        let mut client = ClientSide::new(self.trusted()?.unwrap_or(Trusted::System));
        if has_key {
            client.key = Some(self.key()?);
        }
        client.name_check = match core.find("hostname.verifier")? {
            None => NameCheck::WeakLikeHadoop(HadoopVerifier::Default),
            Some(word) => NameCheck::from_hadoop(word.text())
                .map_err(|error| word.wrong(error.to_string()))?,
        };
        client.terms = self.terms(core)?;
        Ok(client)
    }

    fn key(&self) -> Result<KeySource, Gap> {
        let location = self.keys.find_filled("keystore.location")?;
        let location = location.ok_or_else(|| self.missing("keystore.location"))?;
        let password = self.password("keystore.password")?;
        let password = password.ok_or_else(|| self.missing("keystore.password"))?;
        let mut key = KeySource::store(location.path()?).password(password);
        if let Some(password) = self.password("keystore.keypassword")? {
            key = key.key_password(password);
        }
        Ok(key.store_type(self.store_type("keystore.type")?))
    }

    fn trusted(&self) -> Result<Option<Trusted>, ConfigError> {
        let Some(location) = self.keys.find_filled("truststore.location")? else {
            return Ok(None);
        };
        let mut trust = TrustSource::store(location.path()?);
        if let Some(password) = self.password("truststore.password")? {
            trust = trust.password(password);
        }
        let trust = trust.store_type(self.store_type("truststore.type")?);
        Ok(Some(Trusted::Store(trust)))
    }

    fn store_type(&self, name: &str) -> Result<StoreType, ConfigError> {
        Ok(self.keys.parse(name)?.unwrap_or(StoreType::Jks))
    }

    /// An empty password is none.
    fn password(&self, name: &str) -> Result<Option<Password>, ConfigError> {
        let written = self.keys.find(name)?;
        if let (Some(lookup), Some(key)) = (self.passwords, self.keys.keys(name).next()) {
            match lookup(&key) {
                Ok(None) if self.clear_text => {}
                Ok(provided) => return Ok(provided),
                Err(reason) => {
                    let reason = format!("no password from the credential provider: {reason}");
                    return Err(ConfigError::Credential { key, reason });
                }
            }
        }
        Ok(written
            .filter(|written| !written.is_empty())
            .map(|written| written.password()))
    }

    fn missing(&self, name: &str) -> Gap {
        let keys: Vec<_> = self.keys.keys(name).collect();
        let keys = keys.join("' or '");
        Gap::Missing(format!(
            "The property '{keys}' has not been set in the ssl configuration file."
        ))
    }

    fn terms(&self, core: Lookup<'_>) -> Result<Terms, ConfigError> {
        const DEFAULT: i64 = 10_000;
        let stores = self
            .keys
            .number("stores.reload.interval")?
            .unwrap_or(DEFAULT);
        let trust = self
            .keys
            .number("truststore.reload.interval")?
            .unwrap_or(stores);
        let positive = |interval| {
            u64::try_from(interval)
                .ok()
                .filter(|interval| *interval > 0)
        };
        let intervals = [stores, trust].into_iter().filter_map(positive);
        Ok(Terms {
            protocols: core.parse("enabled.protocols")?.unwrap_or(Protocols::Tls12),
            reload_interval: intervals.min().map(Duration::from_millis),
            ..Terms::default()
        })
    }
}
