//! Lookups in a bounded number of threads, which may hang, for callers, who may not.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{HostNames, lock};

type Answer = Result<Vec<IpAddr>, String>;

type Resolve = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

pub(super) struct Asking {
    resolve: Box<Resolve>,
    state: Mutex<State>,
    answered: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Box<str>>,
    /// What a thread asks for just now, for as long as it takes.
    asked: BTreeSet<Box<str>>,
    answers: BTreeMap<Box<str>, Answer>,
    threads: usize,
}

impl Asking {
    pub(super) fn new(
        resolve: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            resolve: Box::new(resolve),
            state: Mutex::default(),
            answered: Condvar::new(),
        }
    }

    pub(super) fn no_answer() -> Answer {
        Err("no answer in time".to_owned())
    }

    /// The answers that came until the deadline. Of a name that is still asked for from an earlier round, that answer.
    pub(super) fn ask(
        self: &Arc<Self>,
        names: &BTreeSet<Box<str>>,
        deadline: Duration,
    ) -> BTreeMap<Box<str>, Answer> {
        let end = Instant::now().checked_add(deadline);
        let mut state = lock(&self.state);
        // Answers that came late are of the last round; what nobody asks for any more is dropped.
        state.answers.retain(|name, _| names.contains(name));
        let State { asked, answers, .. } = &*state;
        let open = names
            .iter()
            .filter(|name| !asked.contains(*name) && !answers.contains_key(*name));
        state.queue = open.cloned().collect();
        if let Err(cause) = self.start_threads(&mut state) {
            let cause = format!("there is no thread to ask in: {cause}");
            for name in std::mem::take(&mut state.queue) {
                state.answers.insert(name, Err(cause.clone()));
            }
        }
        while !names.iter().all(|name| state.answers.contains_key(name)) {
            let left = end.map_or(deadline, |end| {
                end.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                break;
            }
            let waited = self.answered.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.queue.clear();
        std::mem::take(&mut state.answers)
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
            state.answers.insert(name, answer);
            self.answered.notify_all();
        }
        state.threads -= 1;
    }
}
