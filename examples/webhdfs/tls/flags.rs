//! The flags that begin with `--tls-`.

use std::path::PathBuf;
use std::time::Duration;

use bailiwick::tls::{CipherSuites, Protocols};
use lexopt::{Parser, ValueExt};

pub const HELP: &str = "\
  --tls-keystore FILE         JKS, PKCS12 or PEM with the server's key [self-made for demonstration]
  --tls-keystore-alias NAME   which key, if there are several
  --tls-cert FILE             instead of a key store: PEM with the server's certificates,
  --tls-key FILE              and PEM with its key
  --tls-truststore FILE       ask clients for a certificate that this store trusts (mutual TLS)
  --tls-crl FILE              certificates that are revoked all the same; may be repeated
  --tls-client-auth HOW       required; or optional: clients without a certificate get in, too [required]
  --tls-keystore-password-file FILE, --tls-key-password-file FILE, --tls-truststore-password-file FILE
                              or the variables WEBHDFS_TLS_KEYSTORE_PASSWORD, WEBHDFS_TLS_KEY_PASSWORD
                              and WEBHDFS_TLS_TRUSTSTORE_PASSWORD
  --tls-protocols LIST        [TLSv1.2,TLSv1.3]
  --tls-cipher-suites LIST    such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 [all that are safe]
  --tls-reload SECONDS        how often to look whether a file has changed; 0 is never [10]
";

pub struct TlsFlags {
    pub keystore: Option<PathBuf>,
    pub keystore_password_file: Option<PathBuf>,
    pub alias: Option<String>,
    pub cert: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub key_password_file: Option<PathBuf>,
    pub truststore: Option<PathBuf>,
    pub truststore_password_file: Option<PathBuf>,
    pub crls: Vec<PathBuf>,
    pub client_auth: Option<String>,
    pub protocols: Protocols,
    pub cipher_suites: Option<CipherSuites>,
    pub reload: Duration,
}

impl Default for TlsFlags {
    fn default() -> Self {
        Self {
            keystore: None,
            keystore_password_file: None,
            alias: None,
            cert: None,
            key: None,
            key_password_file: None,
            truststore: None,
            truststore_password_file: None,
            crls: Vec::new(),
            client_auth: None,
            protocols: Protocols::default(),
            cipher_suites: None,
            reload: Duration::from_secs(10),
        }
    }
}

impl TlsFlags {
    /// Takes the value of a flag, unless it is none of these.
    pub fn read(&mut self, name: &str, parser: &mut Parser) -> Result<bool, lexopt::Error> {
        match name {
            "tls-keystore" => self.keystore = Some(parser.value()?.into()),
            "tls-keystore-password-file" => {
                self.keystore_password_file = Some(parser.value()?.into());
            }
            "tls-keystore-alias" => self.alias = Some(parser.value()?.string()?),
            "tls-cert" => self.cert = Some(parser.value()?.into()),
            "tls-key" => self.key = Some(parser.value()?.into()),
            "tls-key-password-file" => self.key_password_file = Some(parser.value()?.into()),
            "tls-truststore" => self.truststore = Some(parser.value()?.into()),
            "tls-truststore-password-file" => {
                self.truststore_password_file = Some(parser.value()?.into());
            }
            "tls-crl" => self.crls.push(parser.value()?.into()),
            "tls-client-auth" => self.client_auth = Some(parser.value()?.string()?),
            "tls-protocols" => self.protocols = parser.value()?.parse()?,
            "tls-cipher-suites" => self.cipher_suites = Some(parser.value()?.parse()?),
            "tls-reload" => self.reload = Duration::from_secs(parser.value()?.parse()?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What contradicts itself.
    pub fn check(&self) -> Result<(), &'static str> {
        let key = self.keystore.is_some() || self.cert.is_some();
        if self.keystore.is_some() && self.cert.is_some() {
            return Err("--tls-keystore contradicts --tls-cert");
        }
        if self.cert.is_some() != self.key.is_some() {
            return Err("--tls-cert and --tls-key need each other");
        }
        if self.keystore.is_none()
            && (self.alias.is_some() || self.keystore_password_file.is_some())
        {
            return Err(
                "--tls-keystore-alias and --tls-keystore-password-file need --tls-keystore",
            );
        }
        if self.key_password_file.is_some() && !key {
            return Err("--tls-key-password-file needs --tls-keystore or --tls-key");
        }
        let clients = self.client_auth.is_some()
            || self.truststore_password_file.is_some()
            || !self.crls.is_empty();
        if self.truststore.is_none() && clients {
            return Err(
                "--tls-client-auth, --tls-crl and --tls-truststore-password-file need --tls-truststore",
            );
        }
        match self.client_auth.as_deref() {
            None | Some("required" | "optional") => Ok(()),
            Some(_) => Err("--tls-client-auth: expected required or optional"),
        }
    }

    pub fn is_any(&self) -> bool {
        self.keystore.is_some() || self.cert.is_some() || self.truststore.is_some()
    }
}
