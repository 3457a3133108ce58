//! Where a client's credential comes from: a keytab, else a ticket cache.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use libgssapi::credential::Cred;

use super::patience::Patience;
use super::schedule::BackOff;
use super::{LoginError, LoginSource};
use crate::authn::kerberos::ServicePrincipal;
use crate::authn::kerberos::client_failure::ClientFailure;
use crate::authn::kerberos::credential::{MemoryCache, Usage, acquire};

/// Where a client finds its credential, in upstream's order: the keytab, and if that does not lead to a login, the ticket
/// cache that `kinit` has filled (`alluxio.security.kerberos.client.keytab.file` and `….client.principal`).
///
/// Nothing is read from or written to the environment of the process by this library; the Kerberos library itself looks
/// for its configuration and its default ticket cache where `KRB5_CONFIG` and `KRB5CCNAME` say. A keytab that is a default
/// of that library (`KRB5_CLIENT_KTNAME`) is not used.
#[derive(Clone, Default)]
#[must_use]
pub struct Credentials {
    principal: Option<String>,
    keytab: Option<PathBuf>,
    cache: Option<String>,
    patience: Patience,
    wait: BackOff,
}

impl Credentials {
    /// The default ticket cache, and whoever it is for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whose credential: `alice@EXAMPLE.COM`, or `alluxio/_HOST@EXAMPLE.COM`, in which the name of the local host is put as
    /// by [`ServicePrincipal::for_host`]. Without it, the first of the keytab or that of the cache. Empty is without it, as
    /// an empty property is upstream.
    pub fn principal(mut self, principal: impl Into<String>) -> Self {
        self.principal = Some(principal.into()).filter(|principal| !principal.is_empty());
        self
    }

    /// The keytab to log in with. Its tickets are held in memory, and gone with the login. Empty is without one.
    pub fn keytab(mut self, file: impl Into<PathBuf>) -> Self {
        self.keytab = Some(file.into()).filter(|file| !file.as_os_str().is_empty());
        self
    }

    /// The ticket cache, as the Kerberos library writes it: `FILE:/tmp/krb5cc_1000`, `DIR:…`, `KCM:…`. Without it, the
    /// default of that library. Tickets for services are added to it, as by every client.
    pub fn cache(mut self, cache: impl Into<String>) -> Self {
        self.cache = Some(cache.into()).filter(|cache| !cache.is_empty());
        self
    }

    /// How long one call may wait for the KDC: when it logs in with the keytab, when it reads the ticket cache, and when an
    /// exchange asks for the ticket of a service. After it the call fails as unavailable.
    ///
    /// Without a deadline each of these takes as long as the Kerberos library does, which can be minutes if a KDC is silent,
    /// on the calling thread. With one it is done in a thread of its own, one for each exchange. Such a
    /// thread cannot be stopped; when it is late, it runs on until the library gives up. While eight of them are late, no
    /// other is started, and calls fail at once. They are counted over the clones of this value and what was made from them.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.patience = Patience::until(deadline);
        self
    }

    /// How long a renewal waits after an attempt that failed: `first`, doubled with each further one up to `most`, less a
    /// random part of up to a quarter, and never less than a second. Without it, 10 seconds and 5 minutes.
    pub fn back_off(mut self, first: Duration, most: Duration) -> Self {
        self.wait = BackOff { first, most };
        self
    }

    pub(super) const fn wait(&self) -> BackOff {
        self.wait
    }

    pub(super) const fn patience(&self) -> &Patience {
        &self.patience
    }

    /// Logs in: asks the KDC, or reads the cache. The library says how long the ticket lives from now on, and `now` when
    /// that is. Where a keytab has failed, it is `worth` that says if what the cache has is good enough.
    pub(super) fn login(
        &self,
        now: SystemTime,
        worth: impl Fn(&Credential) -> bool,
    ) -> Result<Credential, LoginError> {
        let principal = self.resolved()?;
        let (of_keytab, of_cache) = (principal.clone(), principal);
        let mut failed = Vec::new();
        match self.keytab.clone() {
            None => failed.push(ClientFailure::refused("no keytab file")),
            Some(keytab) => {
                let place = format!("keytab {}", keytab.display());
                match self.ask(move || from_keytab(of_keytab.as_deref(), &keytab, now)) {
                    Ok(credential) => return Ok(credential),
                    Err(failure) => failed.push(failure.at(&place)),
                }
            }
        }
        let cache = self.cache.clone();
        let place = cache.as_ref().map_or_else(
            || "default ticket cache".to_owned(),
            |cache| format!("ticket cache {cache}"),
        );
        match self.ask(move || from_cache(of_cache.as_deref(), cache.as_deref(), now)) {
            Ok(credential) if self.keytab.is_none() || worth(&credential) => return Ok(credential),
            Ok(credential) => {
                let principal = &credential.principal;
                let reason = format!("its ticket of {principal} is no gain over the one before");
                failed.push(ClientFailure::refused(reason).at(&place));
            }
            Err(failure) => failed.push(failure.at(&place)),
        }
        let reason = failed
            .iter()
            .map(ClientFailure::to_string)
            .collect::<Vec<_>>()
            .join("; ");
        Err(if failed.iter().any(ClientFailure::is_unavailable) {
            LoginError::Unavailable { reason }
        } else {
            LoginError::NoCredentials { reason }
        })
    }

    fn ask(
        &self,
        work: impl FnOnce() -> Result<Credential, ClientFailure> + Send + 'static,
    ) -> Result<Credential, ClientFailure> {
        let answer = self.patience.ask(work);
        answer.unwrap_or_else(|late| Err(late.into()))
    }

    /// The principal with the local host in place of `_HOST`.
    fn resolved(&self) -> Result<Option<String>, LoginError> {
        let pattern = |principal: &&String| principal.contains("/_HOST@");
        match self.principal.as_ref().filter(pattern) {
            None => Ok(self.principal.clone()),
            Some(text) => {
                let text = text.clone();
                // It may ask DNS, which can be as silent as a KDC.
                let found = self
                    .patience
                    .ask(move || ServicePrincipal::for_host(&text, ""));
                let principal = found.map_err(|late| LoginError::Unavailable {
                    reason: format!("the local host name: {late}"),
                })?;
                let principal = principal.map_err(|error| LoginError::NoCredentials {
                    reason: error.to_string(),
                })?;
                Ok(Some(principal.to_string()))
            }
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("principal", &self.principal)
            .field("keytab", &self.keytab)
            .field("cache", &self.cache)
            .field("deadline", &self.patience)
            .field("back_off", &self.wait)
            .finish()
    }
}

/// What a login came to: tickets, in a cache.
pub(in super::super) struct Credential {
    pub(super) principal: String,
    pub(super) source: LoginSource,
    pub(super) since: SystemTime,
    pub(super) expires: SystemTime,
    /// Which cache, as the library is told.
    cache: Option<String>,
    idle: Mutex<Vec<Cred>>,
    /// The cache, if it is our own; dropped after all that uses it.
    _tickets: Option<MemoryCache>,
}

impl Credential {
    /// Handles that are kept for the next exchange. One takes a millisecond at most to make.
    const MOST_IDLE: usize = 64;

    fn new(
        cred: &Cred,
        source: LoginSource,
        cache: Option<&str>,
        now: SystemTime,
    ) -> Result<Self, ClientFailure> {
        // This is what makes the library ask the KDC, or find the cache expired.
        let life = cred.lifetime().map_err(ClientFailure::from)?;
        if life.is_zero() {
            return Err(ClientFailure::expired());
        }
        let principal = cred.name().and_then(|name| name.display_name());
        let principal = principal.map_err(ClientFailure::from)?;
        Ok(Self {
            principal: String::from_utf8_lossy(&principal).into_owned(),
            source,
            since: now,
            expires: now.checked_add(life).unwrap_or(now),
            cache: cache.map(ToOwned::to_owned),
            idle: Mutex::default(),
            _tickets: None,
        })
    }

    /// A handle for one exchange at a time. The library locks it while it asks the KDC for the ticket of a service: with one
    /// for all, one service that nobody has a ticket for would make all others wait.
    pub(in super::super) fn handle(self: &Arc<Self>) -> Result<Handle, ClientFailure> {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let cred = match idle {
            Some(cred) => cred,
            None => open(Some(&self.principal), self.cache.as_deref())?,
        };
        let of = self.clone();
        Ok(Handle { cred, of })
    }
}

/// See [`Credential::handle`].
pub(in super::super) struct Handle {
    cred: Cred,
    of: Arc<Credential>,
}

impl Handle {
    pub(in super::super) fn cred(&self) -> Cred {
        self.cred.clone()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Ok(mut idle) = self.of.idle.lock()
            && idle.len() < Credential::MOST_IDLE
        {
            idle.push(self.cred.clone());
        }
    }
}

fn from_keytab(
    principal: Option<&str>,
    keytab: &Path,
    now: SystemTime,
) -> Result<Credential, ClientFailure> {
    // What the library says of one that it cannot read is about the cache.
    File::open(keytab).map_err(|error| ClientFailure::refused(error.to_string()))?;
    let path = keytab
        .to_str()
        .ok_or_else(|| ClientFailure::refused("the path is not UTF-8"))?;
    // Else the library takes what stands before a colon for a kind of keytab.
    let keytab = format!("FILE:{path}");
    let tickets = MemoryCache::new()?;
    let store = [("client_keytab", &*keytab), ("ccache", tickets.name())];
    let cred = acquire(principal, Usage::Initiate, &store).map_err(|error| {
        let failure = ClientFailure::from(error);
        match principal {
            _ if !failure.is_without_cache() => failure,
            Some(principal) => ClientFailure::refused(format!("it has no key of {principal}")),
            None => ClientFailure::refused("it has no keys"),
        }
    })?;
    let source = LoginSource::Keytab;
    let credential = Credential::new(&cred, source, Some(tickets.name()), now)?;
    Ok(Credential {
        _tickets: Some(tickets),
        ..credential
    })
}

fn from_cache(
    principal: Option<&str>,
    cache: Option<&str>,
    now: SystemTime,
) -> Result<Credential, ClientFailure> {
    let cred = open(principal, cache)?;
    Credential::new(&cred, LoginSource::TicketCache, cache, now)
}

/// What is in a ticket cache, and nothing else: with a keytab the library asks the KDC when it thinks it is time to, the
/// default keytab included, and overwrites the cache.
fn open(principal: Option<&str>, cache: Option<&str>) -> Result<Cred, ClientFailure> {
    let mut store = vec![("client_keytab", "MEMORY:bailiwick-none")];
    store.extend(cache.map(|cache| ("ccache", cache)));
    Ok(acquire(principal, Usage::Initiate, &store)?)
}
