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
    /// Room for a chain of the client of any common length; without one a session has some hundred bytes.
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
        self.0.put(key, value).is_some()
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0
            .with(|kept| kept.get(key).map(|value| value.to_vec()))
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.take(key).map(|value| value.to_vec())
    }

    fn can_cache(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use rustls::time_provider::DefaultTimeProvider;

    use super::*;

    #[test]
    fn a_ticket_is_good_for_one_use_and_a_session_id_for_many() {
        let clock: Arc<dyn TimeProvider> = Arc::new(DefaultTimeProvider);
        let sessions = ServerSessions::new(Resumption::default(), &clock);
        assert!(sessions.put(vec![1], vec![10]));
        assert!(sessions.put(vec![2], vec![20]));
        assert_eq!(sessions.get(&[1]), Some(vec![10]));
        assert_eq!(sessions.get(&[1]), Some(vec![10]));
        assert_eq!(sessions.take(&[1]), Some(vec![10]));
        assert_eq!(sessions.take(&[1]), None);
        assert_eq!(sessions.get(&[1]), None);
        assert_eq!(sessions.take(&[2]), Some(vec![20]));
    }
}
