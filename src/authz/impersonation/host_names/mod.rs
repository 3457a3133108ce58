//! What the host names in rules stand for: asked beside the request path, in time or not at all.

mod asking;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::HostList;
use asking::{Answer, Asking};
pub use watch::HostWatch;

/// Resolves the host names of [`HostList`]s and remembers the answers.
///
/// - A round, [`refresh`](Self::refresh), asks for all names of some lists, several at a time, and ends when all have
///   answered or the [`deadline`](Self::with_deadline) has passed. The lists then hold what is known.
/// - A name that fails keeps its last addresses for [`KEEP`](Self::KEEP) and stands for nobody after that: a name service
///   that is down for some minutes should not lock out every gateway, and an address that has passed to another machine must
///   not be trusted for ever. Hadoop trusts it until it is told to read its rules again. A name whose answer is *no address*
///   stands for nobody at once. Nothing is forgotten without a round: whoever makes none any more trusts what was last known.
/// - The operating system cannot be told to stop asking. A lookup that hangs holds one of [`THREADS`](Self::THREADS)
///   threads until the system gives up. Its name is not asked for again meanwhile, and when all threads hang, no name is
///   asked for. An answer that came late counts in the next round if that has none, and is as old as the round that
///   it was late for.
/// - A name stands for all of its addresses; in Hadoop, for the first of them.
///
/// Clones share everything. One serves any number of rule sets.
///
/// ```
/// use std::net::IpAddr;
/// use std::time::Instant;
/// use bailiwick::authz::{HostNames, Impersonation};
///
/// let rules = Impersonation::hadoop(
///     "hadoop.proxyuser",
///     [("hadoop.proxyuser.knox.users", "*"), ("hadoop.proxyuser.knox.hosts", "gw1.example.com, gw2.example.com")],
/// )?;
/// // `HostNames::system()` asks the operating system.
/// let names = HostNames::new(|name| match name {
///     "gw1.example.com" => Ok(vec![IpAddr::from([192, 0, 2, 1])]),
///     _ => Err(std::io::Error::other("unknown host")),
/// });
/// let round = names.refresh(rules.host_lists(), Instant::now());
/// assert_eq!(round.changed, ["gw1.example.com"]);
/// assert_eq!(round.failed[0].to_string(), r#"host name "gw2.example.com" stands for nobody: unknown host"#);
/// # Ok::<(), bailiwick::authz::RuleError>(())
/// ```
#[derive(Clone)]
pub struct HostNames {
    asking: Arc<Asking>,
    memory: Arc<Mutex<BTreeMap<Box<str>, Memory>>>,
    on_change: Arc<Mutex<Option<Tell>>>,
    deadline: Duration,
    keep: Duration,
}

type Tell = Arc<dyn Fn(&HostRound) + Send + Sync>;

/// What is known of a name.
struct Memory {
    addresses: Arc<[IpAddr]>,
    /// When that was the answer.
    good: Option<Instant>,
    /// When the first attempt failed of those that failed last.
    failing: Option<Instant>,
    /// When it was last asked for.
    asked: Instant,
}

/// What a round has found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct HostRound {
    /// The names that stand for other addresses than before, in alphabetical order.
    pub changed: Vec<String>,
    /// The names that could not be resolved, in alphabetical order.
    pub failed: Vec<HostFailure>,
}

/// A host name that could not be resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostFailure {
    /// The name.
    pub name: String,
    /// Why.
    pub cause: String,
    /// When the first of these attempts was made.
    pub since: Instant,
    /// The addresses that it stands for nevertheless, from its last answer.
    pub kept: Arc<[IpAddr]>,
}

impl fmt::Display for HostFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, cause, .. } = self;
        if self.kept.is_empty() {
            write!(f, "host name {name:?} stands for nobody: {cause}")
        } else {
            write!(f, "host name {name:?} keeps its last addresses: {cause}")
        }
    }
}

impl HostNames {
    /// How many lookups run at the same time, hanging ones included.
    pub const THREADS: usize = 8;

    /// For how long a name that fails keeps its addresses, unless [`with_keep`](Self::with_keep) says otherwise.
    pub const KEEP: Duration = Duration::from_secs(60 * 60);

    /// How long a round may take, unless [`with_deadline`](Self::with_deadline) says otherwise.
    pub const DEADLINE: Duration = Duration::from_secs(5);

    /// A name for which there are more addresses than this has failed.
    pub const MAX_ADDRESSES: usize = 256;

    /// Asks `resolve`, in threads of its own. An error is a failure; an answer without addresses is one.
    #[must_use]
    pub fn new(resolve: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Self {
        Self {
            asking: Arc::new(Asking::new(resolve)),
            memory: Arc::default(),
            on_change: Arc::default(),
            deadline: Self::DEADLINE,
            keep: Self::KEEP,
        }
    }

    /// Asks the operating system (`getaddrinfo`), which does not tell a name that does not exist from a failure.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|name| Ok((name, 0).to_socket_addrs()?.map(|a| a.ip()).collect()))
    }

    /// The same, with another deadline for a round.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The same, keeping the addresses of a failing name for another time; zero for not at all.
    #[must_use]
    pub const fn with_keep(mut self, keep: Duration) -> Self {
        self.keep = keep;
        self
    }

    /// Calls `tell` after a round in which a name changed its addresses, failed, or recovered, if that is news. It is called
    /// by whoever refreshes, when all is done.
    pub fn on_change(&self, tell: impl Fn(&HostRound) + Send + Sync + 'static) {
        *lock(&self.on_change) = Some(Arc::new(tell));
    }

    /// One round: asks for all names of these lists, waits for the answers, and gives them to the lists. Do this before rules
    /// are first used, and then from time to time; [`Resolver::watch_hosts`](crate::authz::Resolver::watch_hosts) brings a
    /// thread for it.
    ///
    /// It blocks for at most the deadline, and never a request: those see the old addresses until the lists have the new
    /// ones. `now` is what the age of answers is measured by. Rounds at the same time come one after the other, and so the
    /// last of them waits for several deadlines.
    pub fn refresh<'a>(
        &self,
        lists: impl IntoIterator<Item = &'a HostList>,
        now: Instant,
    ) -> HostRound {
        let lists: Vec<_> = lists.into_iter().filter(|l| l.names().len() > 0).collect();
        let names: BTreeSet<Box<str>> = lists
            .iter()
            .flat_map(|list| list.names().map(Box::from))
            .collect();
        let mut memory = lock(&self.memory);
        let mut answers = self.asking.ask(&names, now, self.deadline, self.keep);
        let mut round = HostRound::default();
        let mut news = false;
        for name in names {
            let answers = answers.remove(&name).unwrap_or_default();
            let known = memory
                .entry(name.clone())
                .or_insert_with(|| Memory::new(now));
            let was_failing = known.failing.is_some();
            let before = known.addresses.clone();
            let failed = known.take(answers, now, self.keep);
            news |= was_failing != failed.is_some() || *before != *known.addresses;
            if *before != *known.addresses {
                round.changed.push(name.to_string());
            }
            if let Some(cause) = failed {
                round.failed.push(HostFailure {
                    name: name.into(),
                    cause,
                    since: known.failing.unwrap_or(now),
                    kept: known.addresses.clone(),
                });
            }
        }
        // What no rule names any more is forgotten in time.
        let forgotten = self.keep.max(Self::KEEP);
        memory.retain(|_, known| now.saturating_duration_since(known.asked) <= forgotten);
        for list in lists {
            list.set_addresses(|name| {
                let known = memory.get(name);
                known.map_or_else(Arc::default, |known| known.addresses.clone())
            });
        }
        drop(memory);
        let tell = lock(&self.on_change).clone();
        if let (true, Some(tell)) = (news, tell) {
            tell(&round);
        }
        round
    }
}

impl Memory {
    fn new(now: Instant) -> Self {
        Self {
            addresses: Arc::default(),
            good: None,
            failing: None,
            asked: now,
        }
    }

    /// Takes what was answered, and says why the last of it is no answer.
    fn take(&mut self, answers: Vec<Answer>, now: Instant, keep: Duration) -> Option<String> {
        self.asked = now;
        let none = || Answer {
            addresses: Err("no answer in time".to_owned()),
            at: now,
        };
        let none = answers.is_empty().then(none);
        let answers = answers.into_iter().chain(none);
        answers.fold(None, |_, answer| self.take_one(answer, now, keep))
    }

    fn take_one(&mut self, answer: Answer, now: Instant, keep: Duration) -> Option<String> {
        let Answer { addresses, at } = answer;
        let failure = match addresses {
            Ok(addresses) if addresses.len() <= HostNames::MAX_ADDRESSES => {
                let mut addresses: Vec<_> = addresses.iter().map(IpAddr::to_canonical).collect();
                addresses.sort_unstable();
                addresses.dedup();
                self.addresses = addresses.into();
                self.good = Some(at);
                if !self.addresses.is_empty() {
                    self.failing = None;
                    return None;
                }
                "it has no address".to_owned()
            }
            Ok(addresses) => format!("it has {} addresses", addresses.len()),
            Err(cause) => cause,
        };
        self.failing = self.failing.or(Some(now));
        let age = self.good.map(|good| now.saturating_duration_since(good));
        if age.is_none_or(|age| age >= keep) {
            self.addresses = Arc::default();
        }
        Some(failure)
    }
}

/// A lock that a panic has not made unusable: everything behind ours is whole at any time.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for HostNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostNames")
            .field("deadline", &self.deadline)
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}
