//! The sessions of a server: TLS 1.2's by session id, TLS 1.3's by ticket.

use std::sync::Arc;

use rustls::server::StoresServerSessions;
use rustls::time_provider::TimeProvider;
use zeroize::Zeroizing;

use super::super::Resumption;
use super::Sessions;

/// Instead of rustls' `ServerSessionMemoryCache`, which knows no time, and searches all it has to take one out.
#[derive(Debug)]
pub(in crate::tls::context) struct ServerSessions(Sessions<Vec<u8>, Zeroizing<Vec<u8>>>);

impl ServerSessions {
    /// Without a chain of the client a session has some hundred bytes, with one some thousand.
    const LARGEST: usize = 16 * 1024;

    pub(in crate::tls::context) fn new(
        resumption: Resumption,
        clock: &Arc<dyn TimeProvider>,
    ) -> Self {
        Self(Sessions::new(resumption, clock))
    }
}

impl StoresServerSessions for ServerSessions {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        let value = Zeroizing::new(value);
        if value.len() > Self::LARGEST {
            return false;
        }
        let kept = self.0.with(|kept| {
            kept.insert(key, value);
            Some(())
        });
        kept.is_some()
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0
            .with(|kept| kept.get(key).map(|value| value.to_vec()))
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0
            .with(|kept| kept.remove(key).map(|value| value.to_vec()))
    }

    fn can_cache(&self) -> bool {
        true
    }
}
