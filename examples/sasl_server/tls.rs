//! TLS of either side, if the flags ask for it. It is loaded once; the example `webhdfs` shows how to reload.

use std::sync::Arc;
use std::time::SystemTime;

use bailiwick::identity::Principal;
use bailiwick::tls::{
    self, ClientAuth, ClientContext, Files, Identity, KeySource, NameSource, PeerName,
    ServerContext, TlsError, TrustSource,
};
use rustls::{ClientConfig, CommonState, ServerConfig};

use crate::flags::Flags;

fn identity(flags: &Flags, files: &mut Files) -> Result<Option<Identity>, TlsError> {
    match (&flags.tls_cert, &flags.tls_key) {
        (Some(cert), Some(key)) => {
            let key = KeySource::pem(cert, key);
            Ok(Some(key.identity(files, &tls::ring_provider())?))
        }
        _ => Ok(None),
    }
}

pub fn server(flags: &Flags) -> Result<Option<Arc<ServerConfig>>, TlsError> {
    let files = &mut Files::new(SystemTime::now());
    let Some(identity) = identity(flags, files)? else {
        return Ok(None);
    };
    let mut context = ServerContext::new(&identity, &tls::ring_provider());
    if let Some(trust) = &flags.tls_truststore {
        let trust = TrustSource::store(trust).trust(files)?;
        context = context.client_auth(ClientAuth::Optional(trust));
    }
    Ok(Some(Arc::new(context.config()?)))
}

pub fn client(flags: &Flags) -> Result<Option<Arc<ClientConfig>>, TlsError> {
    let files = &mut Files::new(SystemTime::now());
    let Some(trust) = &flags.tls_truststore else {
        return Ok(None);
    };
    let trust = TrustSource::store(trust).trust(files)?;
    let mut context = ClientContext::new(&trust, &tls::ring_provider());
    if let Some(identity) = identity(flags, files)? {
        context = context.identity(&identity);
    }
    Ok(Some(Arc::new(context.config()?)))
}

/// The user whom the certificate of the peer names, if it has presented one.
pub fn peer(connection: &CommonState) -> Result<Option<Principal>, TlsError> {
    match PeerName::in_order([NameSource::CommonName]).principal(connection) {
        Err(TlsError::NoPeerCertificate) => Ok(None),
        principal => principal.map(Some),
    }
}
