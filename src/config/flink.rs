//! Flink's `security.ssl.*`.

use std::time::Duration;

use super::lookup::{Found, Gap, Lookup, sides};
use super::{ConfigError, Settings, vocabulary};
use crate::tls::{
    ClientAuth, ClientSide, Fingerprints, KeySource, NameCheck, Protocols, Resumption, ServerSide,
    Terms, Transport, Transports, TrustSource, Trusted,
};

/// All that there is in `SecurityOptions`, old and new.
const KNOWN: [&str; 34] = [
    "security.ssl.algorithms",
    "security.ssl.enabled",
    "security.ssl.internal.cert.fingerprint",
    "security.ssl.internal.close-notify-flush-timeout",
    "security.ssl.internal.enabled",
    "security.ssl.internal.handshake-timeout",
    "security.ssl.internal.key-password",
    "security.ssl.internal.keystore",
    "security.ssl.internal.keystore-password",
    "security.ssl.internal.keystore-type",
    "security.ssl.internal.session-cache-size",
    "security.ssl.internal.session-timeout",
    "security.ssl.internal.truststore",
    "security.ssl.internal.truststore-password",
    "security.ssl.internal.truststore-type",
    "security.ssl.key-password",
    "security.ssl.keystore",
    "security.ssl.keystore-password",
    "security.ssl.protocol",
    "security.ssl.provider",
    "security.ssl.reload",
    "security.ssl.rest.authentication-enabled",
    "security.ssl.rest.cert.fingerprint",
    "security.ssl.rest.enabled",
    "security.ssl.rest.key-password",
    "security.ssl.rest.keystore",
    "security.ssl.rest.keystore-password",
    "security.ssl.rest.keystore-type",
    "security.ssl.rest.truststore",
    "security.ssl.rest.truststore-password",
    "security.ssl.rest.truststore-type",
    "security.ssl.truststore",
    "security.ssl.truststore-password",
    "security.ssl.verify-hostname",
];

const GENERAL: [&str; 1] = ["security.ssl."];
const INTERNAL: [&str; 2] = ["security.ssl.internal.", "security.ssl."];
const REST: [&str; 2] = ["security.ssl.rest.", "security.ssl."];

/// The transports [`DATA`](Transports::DATA), [`CONTROL`](Transports::CONTROL), [`BLOB`](Transports::BLOB) and
/// [`WEB`](Transports::WEB) (REST) of a Flink cluster, as `SSLUtils` and `SecurityOptions` make them:
///
/// - Data, control and blob are **internal**: always mutual, so each side needs a key store and a trust store, and names
///   are not checked, because the cluster shares one certificate. `security.ssl.internal.cert.fingerprint` stands in
///   place of the trust store, which is then neither needed nor read (Flink wants it all the same).
/// - REST is mutual only with `security.ssl.rest.authentication-enabled`. Its client checks names, unless
///   `security.ssl.verify-hostname` is `false`, and believes [`Trusted::System`] if neither trust store nor its password
///   is configured. Its server never does: a certificate of a public authority must not be a login.
/// - A key of its own (`security.ssl.internal.keystore`) goes before the general one (`security.ssl.keystore`).
/// - What is missing is said to whoever asks for that side, because a client machine has no key store.
/// - `jobmanager.web.ssl.enabled` of Flink 1.2 counts only with the flag of its time, `security.ssl.enabled`: newer
///   versions do not know it, and it must not switch off what they protect.
/// - Files are reloaded only with `security.ssl.reload`, every 10 s; Flink is told of changes by the file system.
/// - Without `security.ssl.protocol` it is TLS 1.2, as there. Without `security.ssl.algorithms` it is every cipher suite
///   of the crypto provider, of which Flink's two defaults are a part. Sessions and timeouts of -1 and 0 are the
///   defaults of [`Terms`]. `security.ssl.provider` is checked and has no effect; `close-notify-flush-timeout` has none.
///
/// # Errors
/// [`ConfigError`].
pub fn transports(settings: &Settings) -> Result<Transports, ConfigError> {
    vocabulary::check(settings, &GENERAL, &KNOWN)?;
    let (internal, rest) = (Set::internal(settings), Set::rest(settings));
    let flag = |prefixes, name| Lookup::new(settings, prefixes).flag(name, true);

    let internal_on = internal.keys.flag("enabled", false)?;
    let mut rest_on = rest.keys.flag("enabled", false)?;
    if Lookup::new(settings, &["security.ssl.rest."])
        .find("enabled")?
        .is_none()
    {
        rest_on &= flag(&["jobmanager.web."], "ssl.enabled")?;
    }
    let internal = |name: &str, on: bool| {
        if !(internal_on && on) {
            return Ok(Transport::off(name));
        }
        sides(
            Transport::new(name),
            internal.mutual_server(),
            internal.mutual_client(),
        )
    };
    let web = if rest_on {
        sides(
            Transport::new(Transports::WEB),
            rest.rest_server(),
            rest.rest_client(),
        )?
    } else {
        Transport::off(Transports::WEB)
    };
    Ok([
        internal(
            Transports::DATA,
            flag(&["taskmanager.data."], "ssl.enabled")?,
        )?,
        internal(
            Transports::CONTROL,
            flag(&["pekko.", "akka."], "ssl.enabled")?,
        )?,
        internal(Transports::BLOB, flag(&["blob.service."], "ssl.enabled")?)?,
        web,
    ]
    .into_iter()
    .collect())
}

/// One of the two sets of options.
struct Set<'a> {
    keys: Lookup<'a>,
    general: Lookup<'a>,
}

impl<'a> Set<'a> {
    const fn internal(settings: &'a Settings) -> Self {
        Self {
            keys: Lookup::new(settings, &INTERNAL),
            general: Lookup::new(settings, &GENERAL),
        }
    }

    const fn rest(settings: &'a Settings) -> Self {
        Self {
            keys: Lookup::new(settings, &REST),
            general: Lookup::new(settings, &GENERAL),
        }
    }

    fn mutual_server(&self) -> Result<ServerSide, Gap> {
        let mut server = ServerSide::new(self.key()?);
        server.client_auth = ClientAuth::Required(self.trusted()?);
        server.terms = self.terms()?;
        Ok(server)
    }

    fn mutual_client(&self) -> Result<ClientSide, Gap> {
        let mut client = ClientSide::new(self.trusted()?);
        client.key = Some(self.key()?);
        client.name_check = NameCheck::DangerouslyNone;
        client.terms = self.terms()?;
        Ok(client)
    }

    fn rest_server(&self) -> Result<ServerSide, Gap> {
        if self.keys.flag("authentication-enabled", false)? {
            return self.mutual_server();
        }
        let mut server = ServerSide::new(self.key()?);
        server.terms = self.terms()?;
        Ok(server)
    }

    fn rest_client(&self) -> Result<ClientSide, Gap> {
        let said = |name| Ok::<_, ConfigError>(self.keys.find(name)?.is_some());
        let pinned = self.keys.find_filled("cert.fingerprint")?.is_some();
        let mut client = ClientSide::new(
            if pinned || said("truststore")? || said("truststore-password")? {
                self.trusted()?
            } else {
                Trusted::System
            },
        );
        if self.keys.flag("authentication-enabled", false)? {
            client.key = Some(self.key()?);
        }
        if !self.general.flag("verify-hostname", true)? {
            client.name_check = NameCheck::DangerouslyNone;
        }
        client.terms = self.terms()?;
        Ok(client)
    }

    fn key(&self) -> Result<KeySource, Gap> {
        let key = KeySource::store(self.required("keystore")?.path()?)
            .password(self.required("keystore-password")?.password())
            .key_password(self.required("key-password")?.password());
        Ok(match self.keys.parse("keystore-type")? {
            Some(store_type) => key.store_type(store_type),
            None => key,
        })
    }

    fn trusted(&self) -> Result<Trusted, Gap> {
        if let Some(fingerprints) = self.keys.parse::<Fingerprints>("cert.fingerprint")? {
            return Ok(Trusted::Fingerprints(fingerprints));
        }
        let trust = TrustSource::store(self.required("truststore")?.path()?)
            .password(self.required("truststore-password")?.password());
        Ok(Trusted::Store(
            match self.keys.parse("truststore-type")? {
                Some(store_type) => trust.store_type(store_type),
                None => trust,
            },
        ))
    }

    fn required(&self, name: &str) -> Result<Found, Gap> {
        self.keys.find(name)?.ok_or_else(|| {
            let keys: Vec<_> = self.keys.keys(name).collect();
            Gap::Missing(format!(
                "The config option {} is missing.",
                keys.join(" or ")
            ))
        })
    }

    fn terms(&self) -> Result<Terms, ConfigError> {
        if let Some(provider) = self.general.find("provider")? {
            let mut known = ["JDK", "OPENSSL"].into_iter();
            if !known.any(|known| known.eq_ignore_ascii_case(provider.text())) {
                return Err(provider.unexpected("JDK or OPENSSL"));
            }
        }
        let reload = self.general.flag("reload", false)?;
        let timeout = self.positive("handshake-timeout")?;
        let default = Terms::default();
        Ok(Terms {
            protocols: self.general.parse("protocol")?.unwrap_or(Protocols::Tls12),
            cipher_suites: self.general.parse("algorithms")?.unwrap_or_default(),
            resumption: self.resumption()?,
            handshake_timeout: timeout.map_or(default.handshake_timeout, Duration::from_millis),
            reload_interval: default.reload_interval.filter(|_| reload),
        })
    }

    fn resumption(&self) -> Result<Resumption, ConfigError> {
        let mut resumption = Resumption::default();
        if let Some(size) = self.positive("session-cache-size")? {
            resumption = resumption.sessions(usize::try_from(size).unwrap_or(usize::MAX));
        }
        if let Some(timeout) = self.positive("session-timeout")? {
            resumption = resumption.life(Duration::from_millis(timeout));
        }
        Ok(resumption)
    }

    /// A number greater than 0; Flink's -1 is the library's default, and 0 is Netty's.
    fn positive(&self, name: &str) -> Result<Option<u64>, ConfigError> {
        let number = self.keys.number(name)?;
        Ok(number
            .and_then(|number| u64::try_from(number).ok())
            .filter(|number| *number > 0))
    }
}
