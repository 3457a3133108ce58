//! The TLS of both listeners: from flags, and again whenever the files change.

mod demo;
mod flags;

use std::error::Error;
use std::path::PathBuf;
use std::time::SystemTime;

use bailiwick::tls::{
    self, ClientAuth, Files, Identity, KeySource, PasswordSource, Reloader, ServerContext, Store,
    TlsError, TrustSource, Watch,
};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;

use crate::flags::Flags;

pub use flags::{HELP, TlsFlags};

const KEYSTORE_PASSWORD: &str = "WEBHDFS_TLS_KEYSTORE_PASSWORD";
const KEY_PASSWORD: &str = "WEBHDFS_TLS_KEY_PASSWORD";
const TRUSTSTORE_PASSWORD: &str = "WEBHDFS_TLS_TRUSTSTORE_PASSWORD";

/// What the listeners need, and what must live as long as they do.
pub struct Tls {
    pub server: Reloader<ServerConfig>,
    /// The certificate to trust, if it was made for demonstration.
    pub demo_ca: Option<PathBuf>,
    _watch: Option<Watch>,
}

/// Loads for the first time, and watches from then on.
pub fn start(flags: &Flags) -> Result<Option<Tls>, Box<dyn Error>> {
    if flags.no_tls {
        return Ok(None);
    }
    let flags = &flags.tls;
    let (key, demo_ca) = match key(flags) {
        Some(source) => (Key::Source(source), None),
        None => {
            let pem = demo::server_pem()?;
            let ca = demo::publish_ca(&pem)?;
            (Key::Demo(Store::read(pem.as_bytes(), None)?), Some(ca))
        }
    };
    let (clients, protocols) = (clients(flags), flags.protocols);
    let (suites, provider) = (flags.cipher_suites.clone(), tls::ring_provider());
    let server = Reloader::new(SystemTime::now(), move |files| {
        let mut server = ServerContext::new(&key.identity(files, &provider)?, &provider)
            .protocols(protocols)
            .alpn(["http/1.1"])
            .client_auth(clients(files)?);
        if let Some(suites) = &suites {
            server = server.cipher_suites(suites.clone());
        }
        server.config()
    })?;
    server.on_change(|status| match &status.failure {
        None => eprintln!("TLS: generation {} is served", status.generation),
        Some(failure) => eprintln!(
            "TLS: generation {} is still served: {failure}",
            status.generation
        ),
    });
    let watch = (!flags.reload.is_zero()).then(|| server.watch(flags.reload));
    Ok(Some(Tls {
        server,
        demo_ca,
        _watch: watch.transpose()?,
    }))
}

/// The server's key: from where the flags say, or made for the occasion, which never changes.
enum Key {
    Source(KeySource),
    Demo(Store),
}

impl Key {
    fn identity(&self, files: &mut Files, provider: &CryptoProvider) -> Result<Identity, TlsError> {
        match self {
            Self::Source(source) => source.identity(files, provider),
            Self::Demo(store) => store.key(None, None, provider),
        }
    }
}

fn key(flags: &TlsFlags) -> Option<KeySource> {
    let mut source = match (&flags.keystore, &flags.cert, &flags.key) {
        (Some(store), _, _) => KeySource::store(store),
        (None, Some(cert), Some(key)) => KeySource::pem(cert, key),
        _ => return None,
    };
    source = source
        .password(password(
            flags.keystore_password_file.as_ref(),
            KEYSTORE_PASSWORD,
        ))
        .key_password(password(flags.key_password_file.as_ref(), KEY_PASSWORD));
    match &flags.alias {
        Some(alias) => Some(source.alias(alias)),
        None => Some(source),
    }
}

fn clients(flags: &TlsFlags) -> impl Fn(&mut Files) -> Result<ClientAuth, TlsError> + use<> {
    let trust = flags.truststore.as_ref().map(|path| {
        let password = password(flags.truststore_password_file.as_ref(), TRUSTSTORE_PASSWORD);
        let store = TrustSource::store(path).password(password);
        flags.crls.iter().fold(store, TrustSource::crl)
    });
    let optional = flags.client_auth.as_deref() == Some("optional");
    move |files| match &trust {
        None => Ok(ClientAuth::None),
        Some(trust) if optional => trust.trust(files).map(ClientAuth::Optional),
        Some(trust) => trust.trust(files).map(ClientAuth::Required),
    }
}

/// A password from a file, or from the environment where it is set.
fn password(file: Option<&PathBuf>, variable: &str) -> PasswordSource {
    match file {
        Some(path) => PasswordSource::File(path.clone()),
        None if std::env::var_os(variable).is_some() => PasswordSource::Env(variable.to_owned()),
        None => PasswordSource::None,
    }
}
