//! The thread that keeps the keys.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::fetch::{Fetch, Outcome, Source, attempt};
use super::keeper::Keeper;
use super::waiting::Waiter;
use super::{JwksStatus, Refresh, Shared};

pub(super) type Tell = dyn Fn(&JwksStatus) + Send + Sync;

/// What the thread is told.
pub(super) enum Event {
    Ask(Waiter),
    Ended(Outcome),
    /// Nobody needs the keys any more.
    Stop,
}

pub(super) fn start(
    source: Source,
    refresh: Refresh,
    fetch: Arc<Fetch>,
    shared: Arc<Shared>,
) -> io::Result<Sender<Event>> {
    let (sender, events) = mpsc::channel();
    let to_me = sender.clone();
    let source = Arc::new(source);
    let begin = move || {
        let (source, fetch, done) = (source.clone(), fetch.clone(), to_me.clone());
        thread::Builder::new()
            .name("oidc-fetch".to_owned())
            .spawn(move || {
                // Nobody listens if the keys are not needed any more.
                let _ = done.send(Event::Ended(attempt(&source, &*fetch)));
            })
    };
    let keeper = Keeper::new(refresh, Instant::now());
    thread::Builder::new()
        .name("oidc-keys".to_owned())
        .spawn(move || run(keeper, &events, &shared, begin))?;
    Ok(sender)
}

fn run<T>(
    mut keeper: Keeper,
    events: &Receiver<Event>,
    shared: &Shared,
    begin: impl Fn() -> io::Result<T>,
) {
    loop {
        if keeper.begins(Instant::now())
            && let Err(error) = begin()
        {
            take(
                &mut keeper,
                Err(format!("no thread to fetch in: {error}")),
                shared,
            );
        }
        let wait = keeper.wakes().map_or(Duration::MAX, |wakes| {
            wakes.saturating_duration_since(Instant::now())
        });
        match events.recv_timeout(wait) {
            Ok(Event::Ask(waiter)) => keeper.ask(waiter, Instant::now()),
            Ok(Event::Ended(outcome)) => take(&mut keeper, outcome, shared),
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn take(keeper: &mut Keeper, outcome: Outcome, shared: &Shared) {
    let before = shared.current.load_full();
    let (current, news) = keeper.ended(outcome, &before, Instant::now(), SystemTime::now());
    let status = news.then(|| current.status.clone());
    shared.current.store(Arc::new(current));
    keeper.answer();
    let tell = shared
        .tell
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    if let (Some(status), Some(tell)) = (status, tell) {
        // A bug in what the user does with the news must not end the renewal of keys.
        let _ = catch_unwind(AssertUnwindSafe(|| tell(&status)));
    }
}
