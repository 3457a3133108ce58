//! An OpenID provider of other people's, as a process.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use bailiwick::authn::oidc::{Bearer, Https, Jwks, Refresh};
use bailiwick::tls::ring_provider;
use rcgen::{CertificateParams, KeyPair};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};

use crate::running::Running;

pub(crate) struct Provider {
    running: Running,
    pub(crate) issuer: String,
    /// Trusts the provider's certificate.
    pub(crate) tls: Arc<ClientConfig>,
    _folder: tempfile::TempDir,
}

pub(crate) fn trusting(roots: RootCertStore) -> Arc<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(ring_provider());
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

impl Provider {
    /// With a key for RS256, `first`.
    pub(crate) fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let modules = root.join("target/npm/node_modules");
        assert!(
            modules.join("oauth2-mock-server").exists() && modules.join("kafkajs").exists(),
            "npm install --prefix target/npm oauth2-mock-server@7.2.1 kafkajs@2.2.4 (./test does it)"
        );
        let folder = tempfile::tempdir().unwrap();
        let pair = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = certificate.self_signed(&pair).unwrap();
        let [key, cert] = ["key.pem", "cert.pem"].map(|name| folder.path().join(name));
        fs::write(&key, pair.serialize_pem()).unwrap();
        fs::write(&cert, certificate.pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.der().clone()).unwrap();

        let mut command = Command::new("node");
        command
            .arg(root.join("tests/oidc/provider.js"))
            .args([key, cert]);
        let mut running = Running::start(command.env("NODE_PATH", modules));
        let issuer = running.line("issuer ");
        running.say("generate RS256 first");
        running.line("= ");
        Self {
            running,
            issuer,
            tls: trusting(roots),
            _folder: folder,
        }
    }

    /// What it answers to a command.
    pub(crate) fn say(&mut self, line: &str) -> String {
        self.running.say(line);
        self.running.line("= ")
    }

    /// A token of its making for a user of ours.
    pub(crate) fn token(&mut self, kid: &str) -> String {
        self.token_with(kid, &json!({}))
    }

    pub(crate) fn token_with(&mut self, kid: &str, changes: &Value) -> String {
        let mut claims = json!({"aud": "alluxio", "sub": "alice"});
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        self.say(&format!("token {kid} {claims}"))
    }

    pub(crate) fn requests(&mut self) -> usize {
        self.say("requests").parse().unwrap()
    }

    pub(crate) fn keys(&self, refresh: Refresh) -> Jwks {
        let https = Https::new(self.tls.clone()).timeout(Duration::from_secs(10));
        Jwks::discovered(&self.issuer, refresh, move |url| https.get(url)).unwrap()
    }

    pub(crate) fn bearer(&self, keys: Jwks) -> Bearer {
        Bearer::new(&self.issuer, ["alluxio"], keys)
    }
}
