//! The keys of a provider, fetched, kept and renewed.

mod fetch;
mod keeper;
mod status;
mod thread;
mod waiting;

use std::fmt;
use std::io;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, Guard};

use self::fetch::{Fetch, Source};
use self::thread::{Event, Tell};
use self::waiting::{Asked, waiter};
use super::key::{JwksError, KeySet};
use super::unavailable;
use crate::authn::AuthnError;

pub use fetch::Fetched;
pub use status::{JwksFailure, JwksStatus};

/// How the keys of a provider are kept fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "five times to set")]
pub struct Refresh {
    /// Keys are fetched again when the `Cache-Control` of the provider says so, but not sooner than this.
    pub shortest: Duration,
    /// And not later than this, nor than half of `stale`. So long can a key that the provider has withdrawn still count.
    pub longest: Duration,
    /// The time between the end of one attempt and the next, if the next is for a key that is not known or because the
    /// last one failed. So often can strangers have the provider asked.
    pub again: Duration,
    /// How long the last keys count while the provider gives no answer.
    pub stale: Duration,
    /// How long a login waits for the provider.
    pub wait: Duration,
}

/// A minute to a quarter of an hour; every half minute at most; an hour without the provider; five seconds to wait.
impl Default for Refresh {
    fn default() -> Self {
        Self {
            shortest: Duration::from_secs(60),
            longest: Duration::from_secs(15 * 60),
            again: Duration::from_secs(30),
            stale: Duration::from_secs(60 * 60),
            wait: Duration::from_secs(5),
        }
    }
}

/// The public keys of one provider (RFC 7517), which follow the provider while the service runs.
///
/// **When they are fetched.** At once when this is made, without waiting for the answer; then as [`Refresh`] says; and
/// when a token names a key that is not known, one attempt for all logins that wait for it. Nothing that strangers send
/// makes attempts more frequent than [`Refresh::again`]: in between, an unknown key is refused at once.
///
/// **What is swapped.** The whole set at once. A key that is not in it any more does not count any more.
///
/// **What if it fails.** The last keys count for [`Refresh::stale`] since they were fetched. After that, and for unknown
/// keys before it, logins fail as [`AuthnError::Unavailable`]: neither allowed nor refused.
///
/// **By whom.** A thread that ends when the last clone of this is dropped, and one more for each attempt. The function that
/// fetches must come back by itself: an attempt that hangs keeps nobody waiting, but there is no other beside it.
///
/// Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Jwks(Arc<Handle>);

struct Handle {
    shared: Arc<Shared>,
    /// None for keys that never change.
    events: Option<Sender<Event>>,
    wait: Duration,
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Some(events) = &self.events {
            let _ = events.send(Event::Stop);
        }
    }
}

/// What the keeper shows.
#[derive(Default)]
struct Shared {
    current: ArcSwap<Current>,
    tell: Mutex<Option<Arc<Tell>>>,
}

#[derive(Default)]
struct Current {
    keys: Arc<KeySet>,
    good: Good,
    /// Until when the provider is not asked about unknown keys.
    quiet_until: Option<Instant>,
    status: JwksStatus,
}

/// Until when keys count. By the clock that nobody can set, so that setting the other does not prolong a key's life.
#[derive(Clone, Copy, Default)]
enum Good {
    /// There are none yet.
    #[default]
    Never,
    Until(Instant),
    Always,
}

impl Current {
    /// The keys, if they still count.
    fn keys(&self, now: Instant) -> Option<&KeySet> {
        let good = match self.good {
            Good::Never => false,
            Good::Until(until) => now < until,
            Good::Always => true,
        };
        good.then_some(&*self.keys)
    }
}

impl Jwks {
    /// The keys at `url`, which `fetch` gets.
    ///
    /// # Errors
    ///
    /// If the operating system gives no thread.
    pub fn at(
        url: impl Into<String>,
        refresh: Refresh,
        fetch: impl Fn(&str) -> Result<Fetched, String> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::start(Source::KeySet(url.into()), refresh, Arc::new(fetch))
    }

    /// The keys of an issuer: `fetch` gets its `/.well-known/openid-configuration`, which must be of exactly that issuer,
    /// and the keys from where it says (OpenID Connect Discovery), both each time. That is at `https://` unless the issuer
    /// itself is not.
    ///
    /// # Errors
    ///
    /// If the operating system gives no thread.
    pub fn discovered(
        issuer: impl Into<String>,
        refresh: Refresh,
        fetch: impl Fn(&str) -> Result<Fetched, String> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::start(Source::Discovery(issuer.into()), refresh, Arc::new(fetch))
    }

    /// The keys of a text, for ever.
    ///
    /// # Errors
    ///
    /// [`JwksError`].
    pub fn fixed(text: &[u8]) -> Result<Self, JwksError> {
        let keys = KeySet::parse(text)?;
        let status = keeper::status_of(&keys, 1, None);
        let current = Current {
            keys: Arc::new(keys),
            good: Good::Always,
            quiet_until: None,
            status,
        };
        let shared = Shared {
            current: ArcSwap::from_pointee(current),
            tell: Mutex::default(),
        };
        Ok(Self(Arc::new(Handle {
            shared: Arc::new(shared),
            events: None,
            wait: Duration::ZERO,
        })))
    }

    fn start(source: Source, refresh: Refresh, fetch: Arc<Fetch>) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let events = thread::start(source, refresh, fetch, shared.clone())?;
        Ok(Self(Arc::new(Handle {
            shared,
            events: Some(events),
            wait: refresh.wait,
        })))
    }

    /// How it stands. Takes no lock.
    #[must_use]
    pub fn status(&self) -> JwksStatus {
        self.0.shared.current.load().status.clone()
    }

    /// Sets what is to be told when other keys were fetched, when attempts begin to fail, and when that is over. It is
    /// called by the thread that keeps the keys. Until it comes back no keys are fetched, and logins by keys that are not
    /// known wait, longer than [`Refresh::wait`] if need be.
    pub fn on_change(&self, tell: impl Fn(&JwksStatus) + Send + Sync + 'static) {
        let mut told = self
            .0
            .shared
            .tell
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *told = Some(Arc::new(tell));
    }

    /// What is known now. Takes no lock.
    pub(super) fn known(&self) -> Known {
        Known(self.0.shared.current.load())
    }

    /// Has the provider asked about a key that is not among the known ones; `None` if it was only just.
    pub(super) fn ask(&self, known: &Known) -> Option<Asked> {
        let now = Instant::now();
        let events = self.0.events.as_ref()?;
        if known.0.quiet_until.is_some_and(|until| now < until) {
            return None;
        }
        let (waiter, asked) = waiter(keeper::after(now, self.0.wait));
        // If nobody takes it, it is dropped, and has its answer.
        let _ = events.send(Event::Ask(waiter));
        Some(asked)
    }
}

/// The keys at one moment.
pub(super) struct Known(Guard<Arc<Current>>);

impl Known {
    /// The keys, if they still count.
    pub(super) fn keys(&self) -> Option<&KeySet> {
        self.0.keys(Instant::now())
    }

    /// What is to be said about a token of a key that is not among them.
    pub(super) fn unknown_key(&self) -> AuthnError {
        match &self.0.status.failure {
            Some(failure) => unavailable(format!("the provider's keys: {failure}")),
            None if self.keys().is_none() => unavailable("the provider's keys are too old"),
            None => super::refused("no key of the provider is the token's"),
        }
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks")
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
