//! Keys and trust that follow their files while the service runs.

mod attempt;
mod looks;
mod status;
mod watch;

use std::fmt;
use std::io;
use std::mem::{self, Discriminant};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;

use self::attempt::{Attempt, attempt, settled};
use self::looks::Looks;
use super::{Files, TlsError};

pub use status::{Failure, Status};
pub use watch::Watch;

/// A value made from files, usually a [`rustls::ServerConfig`] or [`rustls::ClientConfig`], and made again when they
/// change.
///
/// ```no_run
/// # #[cfg(feature = "ring")] {
/// use std::time::SystemTime;
/// use bailiwick::tls::{
///     self, ClientAuth, KeySource, PasswordSource, Reloader, ServerContext, TrustSource,
/// };
///
/// let provider = tls::ring_provider();
/// let key = KeySource::store("/etc/service/keystore.jks")
///     .password(PasswordSource::File("/etc/service/keystore.password".into()));
/// let trust = TrustSource::store("/etc/service/truststore.jks");
/// let server = Reloader::new(SystemTime::now(), move |files| {
///     let me = key.identity(files, &provider)?;
///     let them = trust.trust(files)?;
///     ServerContext::new(&me, &provider).client_auth(ClientAuth::Required(them)).config()
/// })?;
/// let watch = server.watch(Reloader::DEFAULT_INTERVAL)?;
///
/// // For each connection:
/// let connection = rustls::ServerConnection::new(server.current())?;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// **What is watched** is what the closure read through its [`Files`] when it last ran, found or not, and what it read for
/// the value that is served. There is no second list. What it reads in another way is not watched.
///
/// **How a change is seen.** By content, so that it does not matter whether a file was renamed, rewritten in place or
/// reached through a link that now leads elsewhere, as Kubernetes does it. Modification times are not looked at.
///
/// **When a change is taken.** When two looks, one [`poll`](Self::poll) after the other, found the same, because half of a
/// PEM file can be a good one with fewer certificates. And when the closure, run then, has read just that, and a third look
/// after it finds the same again: so all files that it has read are of one moment, and the key of before is never joined
/// with the trust of after.
///
/// **What is swapped.** The whole value at once, so keys and trust together. Connections that are open or being opened keep
/// what they began with. A new configuration has a new memory of sessions, so that a peer that is not trusted any more
/// cannot come back by resuming one. That is also why nothing is swapped while the files remain the same.
///
/// **What if it fails.** What was loaded last remains, and **each** poll tries again, whether the files have changed or not: a
/// certificate may have been from the future. (Hadoop's `FileMonitoringTimerTask` waits for the next change.) Files that
/// are again what they were when the current value was made end the failure without a swap.
///
/// Cheap to clone; all clones are the same reloader.
pub struct Reloader<T> {
    shared: Arc<Shared<T>>,
}

/// What a [`Reloader::poll`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Polled {
    /// The files are what is served.
    Unchanged,
    /// They are not what they were at the last look. Look again soon.
    Unsettled,
    /// They have been loaded and are served from now on.
    Loaded,
}

struct Shared<T> {
    current: ArcSwap<T>,
    status: ArcSwap<Status>,
    /// Locked while files are looked at and while the closure runs.
    state: Mutex<State>,
    load: Box<Load<T>>,
    on_change: Mutex<Option<Arc<OnChange>>>,
}

type Load<T> = dyn Fn(&mut Files) -> Result<T, TlsError> + Send + Sync;
type OnChange = dyn Fn(&Status) + Send + Sync;

struct State {
    /// What the current value was made from.
    served: Looks,
    /// What the last look found.
    seen: Looks,
    failed: Option<Failed>,
    /// How many looks in a row have found something else each time.
    unsettled: u32,
    /// Whether there is something to tell.
    news: bool,
}

/// What the last load failed with, and on. The text of an error can change with the time, as that of an expired
/// certificate does, without being news.
#[derive(PartialEq, Eq)]
struct Failed {
    kind: Discriminant<TlsError>,
    /// `None` if the files did not stand still.
    read: Option<Looks>,
}

/// How many looks in a row may each find other content before it counts as a failure.
const MAX_UNSETTLED: u32 = 10;

impl Reloader<()> {
    /// How often [`watch`](Reloader::watch) looks unless somebody knows better: every 10 s, Hadoop's default
    /// (`ssl.server.truststore.reload.interval`).
    pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);
}

impl<T> Reloader<T> {
    /// Loads for the first time.
    ///
    /// The closure must not call [`poll`](Self::poll) or [`reload`](Self::reload) of the reloader that runs it, which would
    /// wait for itself.
    ///
    /// # Errors
    /// What the closure returns; [`TlsError::Panicked`] if it panics, [`TlsError::Changing`] if the files do not stand
    /// still.
    pub fn new(
        now: SystemTime,
        load: impl Fn(&mut Files) -> Result<T, TlsError> + Send + Sync + 'static,
    ) -> Result<Self, TlsError> {
        let attempt = settled(&load, now)?;
        let value = attempt.result?;
        Ok(Self {
            shared: Arc::new(Shared {
                current: ArcSwap::from_pointee(value),
                status: ArcSwap::from_pointee(Status::loaded(1, now, attempt.expiry)),
                state: Mutex::new(State {
                    served: attempt.read.clone(),
                    seen: attempt.read,
                    failed: None,
                    unsettled: 0,
                    news: false,
                }),
                load: Box::new(load),
                on_change: Mutex::default(),
            }),
        })
    }

    /// What is served. Takes no lock, never waits for a load, and allocates nothing (but for the first call in each
    /// thread).
    pub fn current(&self) -> Arc<T> {
        self.shared.current.load_full()
    }

    /// How it stands. Takes no lock.
    pub fn status(&self) -> Status {
        Status::clone(&self.shared.status.load())
    }

    /// Sets what is to be told when something was loaded, when a load failed with another kind of error or on other files
    /// than the one before it, and when the failure is over. It is called by whoever polls, when all is done.
    ///
    /// ```no_run
    /// # fn f(server: bailiwick::tls::Reloader<()>) {
    /// server.on_change(|status| match &status.failure {
    ///     None => eprintln!("TLS: serving generation {}", status.generation),
    ///     Some(failure) => eprintln!("TLS: still serving generation {}: {failure}", status.generation),
    /// });
    /// # }
    /// ```
    pub fn on_change(&self, tell: impl Fn(&Status) + Send + Sync + 'static) {
        *lock(&self.shared.on_change) = Some(Arc::new(tell));
    }

    /// Looks at the files, and loads them if they are different, have settled, or could not be loaded before.
    ///
    /// For a timer of one's own; [`watch`](Self::watch) brings one. The time between two polls is the time for which files
    /// must stand still to be taken: after [`Polled::Unsettled`], [`Watch::QUIET`] is enough. It reads files without
    /// `async`: a look at a key store, a trust store and a password takes some 12 µs, and 100 µs if the trust store is the
    /// `cacerts` of a JVM; a load of them 40 µs as JKS or PEM, and 8 ms as PKCS12, which derives its keys slowly on purpose.
    ///
    /// `now` is what certificates are held against. It may go backwards.
    ///
    /// # Errors
    /// Why the files as they are now are not served, at each poll as long as it is so.
    pub fn poll(&self, now: SystemTime) -> Result<Polled, Arc<TlsError>> {
        self.told(|state| self.shared.poll(state, now))
    }

    /// Loads, whether the files have changed or not, and does not wait until they have settled: whoever calls this says
    /// that they are complete. They are still of one moment.
    ///
    /// From several threads at once, one load comes after the other.
    ///
    /// # Errors
    /// What the closure returned; [`TlsError::Panicked`] and [`TlsError::Changing`]. What was served is still served.
    pub fn reload(&self, now: SystemTime) -> Result<(), Arc<TlsError>> {
        self.told(|state| match settled(&self.shared.load, now) {
            Ok(attempt) => self.shared.take(state, attempt, now).map(|_| ()),
            Err(error) => Err(self.shared.fail(state, error, None, now)),
        })
    }

    fn told<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        let mut state = lock(&self.shared.state);
        let result = work(&mut state);
        let status = mem::take(&mut state.news).then(|| self.status());
        // The closure may ask anything of this reloader.
        drop(state);
        let tell = lock(&self.shared.on_change).clone();
        if let (Some(status), Some(tell)) = (status, tell) {
            tell(&status);
        }
        result
    }
}

impl<T: Send + Sync + 'static> Reloader<T> {
    /// Polls in a thread of its own, with the time of the system, until the [`Watch`] is dropped. An interval of zero is
    /// not "never": do not call this then.
    ///
    /// # Errors
    /// If the operating system gives no thread.
    pub fn watch(&self, interval: Duration) -> io::Result<Watch> {
        Watch::start(self, interval)
    }
}

impl<T> Shared<T> {
    fn poll(&self, state: &mut State, now: SystemTime) -> Result<Polled, Arc<TlsError>> {
        let found = state.seen.again();
        if found != state.seen {
            return self.unsettled(state, found, now);
        }
        if found.contain(&state.served) && !state.failed_as_served() {
            state.unsettled = 0;
            if state.failed.take().is_some() {
                state.news = true;
                let status = self.status.load().recovered();
                self.status.store(Arc::new(status));
            }
            return Ok(Polled::Unchanged);
        }
        let attempt = attempt(&self.load, now);
        // A file that was not among those looked at has not been seen twice either.
        if !attempt.stood_still() || !found.contain(&attempt.read) {
            let found = state.beside(attempt.after);
            return self.unsettled(state, found, now);
        }
        self.take(state, attempt, now)
    }

    fn unsettled(
        &self,
        state: &mut State,
        found: Looks,
        now: SystemTime,
    ) -> Result<Polled, Arc<TlsError>> {
        state.unsettled = state.unsettled.saturating_add(1);
        let changing = state.seen.first_unlike(&found).map(ToOwned::to_owned);
        state.seen = found;
        match changing {
            Some(path) if state.unsettled >= MAX_UNSETTLED => {
                Err(self.fail(state, TlsError::Changing { path }, None, now))
            }
            _ => Ok(Polled::Unsettled),
        }
    }

    /// Serves what was loaded, or notes why it is not.
    fn take(
        &self,
        state: &mut State,
        attempt: Attempt<T>,
        now: SystemTime,
    ) -> Result<Polled, Arc<TlsError>> {
        state.unsettled = 0;
        match attempt.result {
            Ok(value) => {
                self.current.store(Arc::new(value));
                let generation = self.status.load().generation.saturating_add(1);
                let status = Status::loaded(generation, now, attempt.expiry);
                self.status.store(Arc::new(status));
                state.served = attempt.read.clone();
                state.seen = attempt.read;
                state.failed = None;
                state.news = true;
                Ok(Polled::Loaded)
            }
            Err(error) => {
                state.seen = state.beside(attempt.read.clone());
                Err(self.fail(state, error, Some(attempt.read), now))
            }
        }
    }

    fn fail(
        &self,
        state: &mut State,
        error: TlsError,
        read: Option<Looks>,
        now: SystemTime,
    ) -> Arc<TlsError> {
        let kind = mem::discriminant(&error);
        let failed = Some(Failed { kind, read });
        state.news = state.failed != failed;
        state.failed = failed;
        let error = Arc::new(error);
        let status = self.status.load().failed(now, error.clone());
        self.status.store(Arc::new(status));
        error
    }
}

impl State {
    /// Did the last load fail on the very files that are served? Then not they are the reason.
    fn failed_as_served(&self) -> bool {
        let read = self.failed.as_ref().and_then(|failed| failed.read.as_ref());
        read.is_some_and(|read| self.served.contain(read))
    }

    /// What a load found, beside what was last seen under the paths that are served.
    fn beside(&self, found: Looks) -> Looks {
        let mut seen = self.seen.clone();
        seen.retain_paths_of(&self.served);
        seen.extend(found);
        seen
    }
}

/// A lock that a panic has not made unusable: everything behind ours is whole at any time.
fn lock<U>(mutex: &Mutex<U>) -> MutexGuard<'_, U> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Clone for Reloader<T> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<T> fmt::Debug for Reloader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloader")
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
