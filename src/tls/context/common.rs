//! What server and client have in common.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::time_provider::{DefaultTimeProvider, TimeProvider};

use super::super::TlsError;
use super::{CipherSuites, Protocols, Resumption};

#[derive(Clone, Debug)]
pub(super) struct Common {
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) clock: Arc<dyn TimeProvider>,
    pub(super) protocols: Protocols,
    pub(super) cipher_suites: CipherSuites,
    pub(super) alpn: Vec<Vec<u8>>,
    pub(super) resumption: Resumption,
}

impl Common {
    pub(super) fn new(provider: &Arc<CryptoProvider>) -> Self {
        Self {
            provider: provider.clone(),
            clock: Arc::new(DefaultTimeProvider),
            protocols: Protocols::default(),
            cipher_suites: CipherSuites::default(),
            alpn: Vec::new(),
            resumption: Resumption::default(),
        }
    }

    /// The provider with the suites that are wanted.
    pub(super) fn provider(&self) -> Result<Arc<CryptoProvider>, TlsError> {
        self.cipher_suites.select(&self.provider, self.protocols)
    }

    pub(super) fn set_alpn<P: Into<Vec<u8>>>(&mut self, protocols: impl IntoIterator<Item = P>) {
        self.alpn = protocols.into_iter().map(Into::into).collect();
    }

    /// RFC 7301 §3.1: a name has 1 to 255 bytes, and all together with their lengths fit into two bytes.
    pub(super) fn alpn(&self) -> Result<Vec<Vec<u8>>, TlsError> {
        let reason = match self
            .alpn
            .iter()
            .find(|name| !(1..=255).contains(&name.len()))
        {
            Some(name) => format!("a name has 1 to 255 bytes, and not {}", name.len()),
            None if self.alpn.iter().map(|name| name.len() + 1).sum::<usize>() > 0xffff => {
                "too many names".to_owned()
            }
            None => return Ok(self.alpn.clone()),
        };
        let names = self.alpn.iter().map(|name| String::from_utf8_lossy(name));
        Err(TlsError::Setting {
            what: "application protocols",
            value: names.collect::<Vec<_>>().join(","),
            reason,
        })
    }
}

pub(super) fn refused(error: &rustls::Error) -> TlsError {
    TlsError::Context {
        reason: error.to_string(),
    }
}
