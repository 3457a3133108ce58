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
/// it). For the same reason a handshake must not begin with a session of one period and end with a ticket of the next:
/// after the end of a period in which a ticket was taken out, nothing is put in until such a handshake is over.
struct Sessions<K, V> {
    clock: Arc<dyn TimeProvider>,
    life: u64,
    period: Mutex<Period<K, V>>,
}

struct Period<K, V> {
    began: u64,
    kept: Kept<K, V>,
    /// When a ticket was last taken out for a handshake.
    taken: Option<u64>,
    /// Until when nothing is put in: what is handed in may come of a session of the last period.
    closed_until: u64,
}

impl<K: Clone + Eq + std::hash::Hash, V> Sessions<K, V> {
    /// Within so many seconds a handshake has ended that has begun.
    const HANDSHAKE: u64 = 60;

    fn new(resumption: Resumption, clock: &Arc<dyn TimeProvider>) -> Self {
        let began = clock.current_time().map_or(0, |now| now.as_secs());
        let kept = Kept::new(resumption.sessions);
        Self {
            clock: clock.clone(),
            life: resumption.life.as_secs(),
            period: Mutex::new(Period {
                began,
                kept,
                taken: None,
                closed_until: 0,
            }),
        }
    }

    /// Does something with what is kept now. `None` if there is no telling when that is.
    fn with<T>(&self, act: impl FnOnce(&mut Kept<K, V>) -> Option<T>) -> Option<T> {
        self.at_present(|period, _| act(&mut period.kept))
    }

    /// Takes out what is good for one handshake.
    fn take<Q: Eq + std::hash::Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.at_present(|period, now| {
            let value = period.kept.remove(key)?;
            period.taken = Some(now);
            Some(value)
        })
    }

    /// Puts in what a handshake has brought. `None` if it is not to be.
    fn put(&self, key: K, value: V) -> Option<()> {
        self.at_present(|period, now| {
            let open = now >= period.closed_until;
            open.then(|| period.kept.insert(key, value))
        })
    }

    fn at_present<T>(&self, act: impl FnOnce(&mut Period<K, V>, u64) -> Option<T>) -> Option<T> {
        // Nothing is left half done under this lock, so a panic elsewhere leaves it good.
        let mut period = self.period.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.current_time()?.as_secs();
        let age = now.checked_sub(period.began);
        // No age: the clock was put back.
        if age.is_none_or(|age| age >= self.life) {
            period.kept.clear();
            period.began = now;
            let handshake = Self::HANDSHAKE.min(self.life / 2);
            // The clock was put back: who knows how long ago it was.
            let taken = period.taken.take().map(|taken| taken.min(now));
            period.closed_until = taken.map_or(0, |taken| taken.saturating_add(handshake));
        }
        act(&mut period, now)
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
