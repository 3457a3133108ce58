//! Where sessions wait to be resumed: bounded in number and in time.

mod client;
mod kept;
mod server;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::time_provider::TimeProvider;

pub(super) use self::client::ClientSessions;
use self::kept::Kept;
pub(super) use self::server::ServerSessions;
use super::Resumption;

/// What both sides have: the sessions of one period, under a lock that is never held for long.
///
/// They are forgotten together, and not each at its age: a resumed connection of TLS 1.3 brings new tickets, which
/// cannot be told from those of a full handshake, so a session could be prolonged for ever (RFC 8446 §4.6.1 warns of
/// it).
struct Sessions<K, V> {
    clock: Arc<dyn TimeProvider>,
    life: u64,
    period: Mutex<Period<K, V>>,
}

struct Period<K, V> {
    began: u64,
    kept: Kept<K, V>,
}

impl<K: Clone + Eq + std::hash::Hash, V> Sessions<K, V> {
    fn new(resumption: Resumption, clock: &Arc<dyn TimeProvider>) -> Self {
        let began = clock.current_time().map_or(0, |now| now.as_secs());
        let kept = Kept::new(resumption.sessions);
        Self {
            clock: clock.clone(),
            life: resumption.life.as_secs(),
            period: Mutex::new(Period { began, kept }),
        }
    }

    /// Does something with what is kept now. `None` if there is no telling when that is.
    fn with<T>(&self, act: impl FnOnce(&mut Kept<K, V>) -> Option<T>) -> Option<T> {
        // Nothing is left half done under this lock, so a panic elsewhere leaves it good.
        let mut period = self.period.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.current_time()?.as_secs();
        let age = now.checked_sub(period.began);
        // No age: the clock was put back.
        if age.is_none_or(|age| age >= self.life) {
            period.kept.clear();
            period.began = now;
        }
        act(&mut period.kept)
    }
}

impl<K, V> fmt::Debug for Sessions<K, V> {
    /// Nothing of what is kept: it is secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("life", &self.life)
            .finish_non_exhaustive()
    }
}
