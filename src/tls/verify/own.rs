//! Is the certificate of this side believed by the trust of this side?

use std::sync::Arc;
use std::time::SystemTime;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::server::danger::ClientCertVerifier;

use super::super::validity::at;
use super::super::{Identity, TlsError};
use super::{ClientVerifier, NameCheck, ServerVerifier, Trust};

impl Trust {
    /// Would a client with this trust believe a server with this identity, whatever its name? Where all nodes have the same
    /// stores, as inside a Flink or Kafka cluster, one that does not believe itself is believed by nobody, which is better
    /// known before new files are taken:
    ///
    /// ```no_run
    /// # #[cfg(feature = "ring")] {
    /// # use bailiwick::tls::{self, ClientAuth, KeySource, Reloader, ServerContext, TrustSource};
    /// # let (key, trust) = (KeySource::store("a"), TrustSource::store("b"));
    /// let provider = tls::ring_provider();
    /// let server = Reloader::new(std::time::SystemTime::now(), move |files| {
    ///     let me = key.identity(files, &provider)?;
    ///     let them = trust.trust(files)?;
    ///     them.believes_server(&me, files.now(), &provider)?;
    ///     them.believes_client(&me, files.now(), &provider)?;
    ///     ServerContext::new(&me, &provider).client_auth(ClientAuth::Required(them)).config()
    /// })?;
    /// # }
    /// # Ok::<(), bailiwick::tls::TlsError>(())
    /// ```
    ///
    /// # Errors
    /// [`TlsError::NotBelieved`].
    pub fn believes_server(
        &self,
        identity: &Identity,
        now: SystemTime,
        provider: &Arc<CryptoProvider>,
    ) -> Result<(), TlsError> {
        let verifier = ServerVerifier::new(self, NameCheck::DangerouslyNone, None, provider)?;
        let nobody = ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into());
        let result = identity
            .chain()
            .split_first()
            .map(|(first, rest)| verifier.verify_server_cert(first, rest, &nobody, &[], at(now)));
        believed(identity, result.map(|result| result.map(drop)))
    }

    /// Would a server with this trust believe a client with this identity?
    ///
    /// # Errors
    /// [`TlsError::NotBelieved`].
    pub fn believes_client(
        &self,
        identity: &Identity,
        now: SystemTime,
        provider: &Arc<CryptoProvider>,
    ) -> Result<(), TlsError> {
        let verifier = ClientVerifier::new(self, true, provider)?;
        let result = identity
            .chain()
            .split_first()
            .map(|(first, rest)| verifier.verify_client_cert(first, rest, at(now)));
        believed(identity, result.map(|result| result.map(drop)))
    }
}

fn believed(
    identity: &Identity,
    result: Option<Result<(), rustls::Error>>,
) -> Result<(), TlsError> {
    let result = result.unwrap_or(Err(rustls::Error::NoCertificatesPresented));
    result.map_err(|error| TlsError::NotBelieved {
        store: identity.store().to_owned(),
        alias: identity.alias().to_owned(),
        reason: error.to_string(),
    })
}
