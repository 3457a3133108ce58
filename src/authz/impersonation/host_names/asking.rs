//! Lookups in a bounded number of threads, which may hang, for callers, who may not.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{HostNames, lock};

type Resolve = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

pub(super) struct Asking {
    resolve: Box<Resolve>,
    state: Mutex<State>,
    answered: Condvar,
}

/// What was said of a name.
pub(super) struct Answer {
    pub(super) addresses: Result<Vec<IpAddr>, String>,
    /// The time of the last round that had begun when it came.
    pub(super) at: Instant,
}

/// Those of each name, in the order in which they came.
pub(super) type Answers = BTreeMap<Box<str>, Vec<Answer>>;

struct State {
    /// The time of the last round.
    now: Instant,
    queue: VecDeque<Box<str>>,
    /// What a thread asks for just now, for as long as it takes.
    asked: BTreeSet<Box<str>>,
    answers: BTreeMap<Box<str>, Answer>,
    threads: usize,
}

impl State {
    fn answer(&mut self, name: Box<str>, addresses: Result<Vec<IpAddr>, String>) {
        let at = self.now;
        self.answers.insert(name, Answer { addresses, at });
    }

    /// Adds the answers of these names, and says how many they were.
    fn take(&mut self, names: &BTreeSet<Box<str>>, found: &mut Answers) -> usize {
        let all = std::mem::take(&mut self.answers);
        let (taken, left) = all.into_iter().partition(|(name, _)| names.contains(name));
        let taken: BTreeMap<_, _> = taken;
        self.answers = left;
        let count = taken.len();
        for (name, answer) in taken {
            found.entry(name).or_default().push(answer);
        }
        count
    }
}

impl Asking {
    pub(super) fn new(
        resolve: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            resolve: Box::new(resolve),
            state: Mutex::new(State {
                now: Instant::now(),
                queue: VecDeque::new(),
                asked: BTreeSet::new(),
                answers: BTreeMap::new(),
                threads: 0,
            }),
            answered: Condvar::new(),
        }
    }

    /// The answers that came since an earlier round, if they are younger than `keep`, and those that come until the deadline.
    /// What was not asked for in time is asked for afterwards, and is first in the next round for such names.
    pub(super) fn ask(
        self: &Arc<Self>,
        names: &BTreeSet<Box<str>>,
        now: Instant,
        deadline: Duration,
        keep: Duration,
    ) -> Answers {
        let end = Instant::now().checked_add(deadline);
        let mut state = lock(&self.state);
        state.now = now;
        let age = |answer: &Answer| now.saturating_duration_since(answer.at);
        state.answers.retain(|_, answer| age(answer) < keep);
        let mut found = Answers::new();
        state.take(names, &mut found);
        let busy: BTreeSet<_> = state.queue.iter().chain(&state.asked).cloned().collect();
        let waiting = std::mem::take(&mut state.queue).into_iter();
        let (ours, others): (Vec<_>, Vec<_>) = waiting.partition(|name| names.contains(name));
        state.queue.extend(ours);
        state.queue.extend(names.difference(&busy).cloned());
        state.queue.extend(others);
        if let Err(cause) = self.start_threads(&mut state) {
            let cause = format!("there is no thread to ask in: {cause}");
            for name in std::mem::take(&mut state.queue) {
                state.answer(name, Err(cause.clone()));
            }
        }
        // Each of them waits or is asked for just now.
        let mut open = names.len();
        loop {
            open = open.saturating_sub(state.take(names, &mut found));
            let left = end.map_or(deadline, |end| {
                end.saturating_duration_since(Instant::now())
            });
            if open == 0 || left.is_zero() {
                return found;
            }
            let waited = self.answered.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// As many as there are names, and no more than there may be. One that runs is enough.
    fn start_threads(self: &Arc<Self>, state: &mut State) -> io::Result<()> {
        let free = HostNames::THREADS.saturating_sub(state.threads);
        for _ in 0..free.min(state.queue.len()) {
            let this = self.clone();
            let thread = thread::Builder::new().name("host-names".to_owned());
            match thread.spawn(move || this.work()) {
                Ok(_) => state.threads += 1,
                Err(error) if state.threads == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(())
    }

    /// What each thread does: it asks until nothing is left to ask.
    fn work(&self) {
        let mut state = lock(&self.state);
        while let Some(name) = state.queue.pop_front() {
            state.asked.insert(name.clone());
            drop(state);
            let answer = catch_unwind(AssertUnwindSafe(|| (self.resolve)(&name)));
            let answer = match answer {
                Ok(answer) => answer.map_err(|error| error.to_string()),
                Err(_) => Err("the resolver panicked".to_owned()),
            };
            state = lock(&self.state);
            state.asked.remove(&name);
            state.answer(name, answer);
            self.answered.notify_all();
        }
        state.threads -= 1;
    }
}
