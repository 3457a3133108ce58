//! A client's login, and its renewal.

mod credentials;
mod patience;
mod renewal;
mod schedule;
mod status;

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;

use super::Initiator;
use super::client_failure::ClientFailure;

pub use credentials::Credentials;
pub(super) use credentials::{Credential, Handle};
pub(super) use patience::{Impatient, Patience};
pub use renewal::Renewal;
pub use status::{LoginError, LoginFailure, LoginSource, LoginStatus};

/// A client that is logged in, and stays so.
///
/// ```no_run
/// use std::time::{Duration, SystemTime};
/// use bailiwick::authn::kerberos::{Credentials, KerberosLogin, ServicePrincipal, Target};
/// use bailiwick::authn::{Qop, Step};
/// # fn send(_: &[u8]) {}
/// # fn receive() -> Vec<u8> { Vec::new() }
///
/// let login = KerberosLogin::new(
///     Credentials::new()
///         .principal("client/_HOST@EXAMPLE.COM")
///         .keytab("/etc/alluxio/conf/client.keytab")
///         .deadline(Duration::from_secs(10)),
///     SystemTime::now(),
/// )?;
/// login.on_change(|status| match &status.failure {
///     None => eprintln!("logged in as {} until {:?}", status.principal, status.expires),
///     Some(failure) => eprintln!("the login of {} ends soon: {}", status.principal, failure.error),
/// });
/// let _renewal = login.keep_renewed()?;
///
/// // For each connection, here to the unified instance of a cluster:
/// let cluster: ServicePrincipal = "alluxio/cluster1@EXAMPLE.COM".parse()?;
/// let mut exchange = login
///     .initiator()
///     .with_qops(&[Qop::Confidentiality, Qop::Integrity])
///     .sasl(&Target::from(cluster));
/// let mut input = Vec::new();
/// let connected = loop {
///     match exchange.step(&input)? {
///         Step::Continue { reply, next } => {
///             send(&reply);
///             input = receive();
///             exchange = next;
///         }
///         Step::Done { end, reply } => {
///             send(&reply);
///             break end;
///         }
///         // Of those that have to ask somebody asynchronously, GSSAPI is none.
///         _ => unreachable!(),
///     }
/// };
/// if let Some(mut layer) = connected.layer {
///     send(&layer.wrap(b"hello")?);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// **From a keytab**, it is renewed by logging in again: the KDC gives a new ticket. **From a ticket cache**, it is renewed by
/// reading the cache again, in the hope that somebody has renewed it (`kinit -R`, `k5start`, `sssd`). It does not renew the
/// tickets of a cache itself, even if they are renewable, because the cache belongs to somebody else. If there are both, the
/// keytab is tried first each time, so that a login that fell back to the cache returns to the keytab. One from the keytab
/// falls back to the cache only for a ticket of the same principal that lasts longer: a KDC that is down for a moment makes
/// nobody somebody else.
///
/// What exchanges have begun with remains theirs. What remains of a login that cannot be renewed is used until it expires,
/// and after that the exchanges fail; as unavailable, if it is the KDC that does not answer.
///
/// Cheap to clone; all clones are the same login.
#[derive(Clone)]
pub struct KerberosLogin {
    shared: Arc<Shared>,
}

struct Shared {
    from: Credentials,
    current: ArcSwap<Credential>,
    status: ArcSwap<LoginStatus>,
    /// One login after the other.
    busy: Mutex<()>,
    on_change: Mutex<Option<Arc<OnChange>>>,
}

type OnChange = dyn Fn(&LoginStatus) + Send + Sync;

impl KerberosLogin {
    /// Logs in. Waits for the KDC, see [`Credentials::deadline`]; there are two waits, if the keytab leads to none and then
    /// the cache does not answer.
    ///
    /// # Errors
    ///
    /// [`LoginError`].
    pub fn new(from: Credentials, now: SystemTime) -> Result<Self, LoginError> {
        let credential = from.login(now, |_| true)?;
        let status = status(&credential, 1);
        Ok(Self {
            shared: Arc::new(Shared {
                from,
                current: ArcSwap::from_pointee(credential),
                status: ArcSwap::from_pointee(status),
                busy: Mutex::default(),
                on_change: Mutex::default(),
            }),
        })
    }

    /// What opens connections as who is logged in.
    pub fn initiator(&self) -> Initiator {
        Initiator::new(self.clone())
    }

    /// Who is logged in and until when. Takes no lock.
    #[must_use]
    pub fn status(&self) -> LoginStatus {
        LoginStatus::clone(&self.shared.status.load())
    }

    /// Sets what is to be told when there is a new credential, when an attempt failed in another way than the one before it,
    /// and when that is over. It is called by whoever logs in again, when all is done.
    pub fn on_change(&self, tell: impl Fn(&LoginStatus) + Send + Sync + 'static) {
        *lock(&self.shared.on_change) = Some(Arc::new(tell));
    }

    /// Logs in again, whether it is due or not. For a timer of one's own: it is due at [`LoginStatus::next`];
    /// [`keep_renewed`](Self::keep_renewed) brings one. It waits as [`new`](Self::new) does; from several threads, one login
    /// comes after the other.
    ///
    /// # Errors
    ///
    /// Why the login lasts no longer than before. It is used as long as its ticket lives.
    pub fn renew(&self, now: SystemTime) -> Result<(), Arc<LoginError>> {
        let one = lock(&self.shared.busy);
        let before = self.status();
        let after = match self.better(&before, now) {
            Ok(credential) => {
                let generation = before.generation.saturating_add(1);
                let status = status(&credential, generation);
                self.shared.current.store(Arc::new(credential));
                status
            }
            Err(error) => before.failing(now, error, self.shared.from.wait()),
        };
        self.shared.status.store(Arc::new(after.clone()));
        // What is told may ask anything of this login.
        drop(one);
        let tell = lock(&self.shared.on_change).clone();
        if let Some(tell) = tell
            && after.is_news_after(&before)
        {
            tell(&after);
        }
        after.failure.map_or(Ok(()), |failure| Err(failure.error))
    }

    /// A credential that is worth taking.
    fn better(&self, than: &LoginStatus, now: SystemTime) -> Result<Credential, LoginError> {
        // A clock that was set back makes every end look earlier than that of before.
        let back = now < than.since;
        let worth = |credential: &Credential| {
            back && credential.principal == than.principal || than.gives_way_to(credential)
        };
        let credential = self.shared.from.login(now, worth)?;
        if !worth(&credential) {
            return Err(LoginError::NotRenewed {
                principal: credential.principal.clone(),
            });
        }
        Ok(credential)
    }

    /// Logs in again in a thread of its own whenever it is due, with the time of the system, until the [`Renewal`] is
    /// dropped.
    ///
    /// # Errors
    ///
    /// If the operating system gives no thread.
    pub fn keep_renewed(&self) -> io::Result<Renewal> {
        Renewal::start(self.clone())
    }

    pub(super) fn current(&self) -> Arc<Credential> {
        self.shared.current.load_full()
    }

    /// The same failure, unless it comes of a login that could not be renewed in time because the KDC does not answer: then
    /// it is that. For the exchange that failed it is no matter who has asked the KDC in vain.
    pub(super) fn excused(&self, failed: ClientFailure) -> ClientFailure {
        match self.shared.status.load().failure.as_ref() {
            Some(failure) if failure.error.is_unavailable() && failed.is_expiry() => {
                ClientFailure::unavailable(format!("{failed}; {}", failure.error))
            }
            _ => failed,
        }
    }

    pub(super) fn patience(&self) -> &Patience {
        self.shared.from.patience()
    }
}

impl fmt::Debug for KerberosLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KerberosLogin")
            .field("from", &self.shared.from)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

fn status(credential: &Credential, generation: u64) -> LoginStatus {
    LoginStatus {
        principal: credential.principal.clone(),
        source: credential.source,
        generation,
        since: credential.since,
        expires: credential.expires,
        next: schedule::renewal(credential.since, credential.expires),
        failure: None,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
