//! When the provider is asked, and what its answers change. Reads no clock and does nothing itself.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::super::key::{Key, KeySet};
use super::fetch::Outcome;
use super::waiting::Waiter;
use super::{Current, Good, JwksFailure, JwksStatus, Refresh};

/// More logins are not kept waiting.
const MAX_WAITING: usize = 4096;

pub(super) struct Keeper {
    refresh: Refresh,
    /// Whether an attempt is under way.
    asking: bool,
    /// When the keys are to be fetched in any case.
    next: Instant,
    /// Until when the provider is not asked for unknown keys.
    quiet_until: Instant,
    waiting: Vec<Waiter>,
}

impl Keeper {
    /// The first attempt is due at once.
    pub(super) const fn new(refresh: Refresh, now: Instant) -> Self {
        Self {
            refresh,
            asking: false,
            next: now,
            quiet_until: now,
            waiting: Vec::new(),
        }
    }

    /// A login asks for a key that it did not find.
    pub(super) fn ask(&mut self, waiter: Waiter, now: Instant) {
        if !self.asking && now < self.quiet_until {
            // An attempt has ended between its look and its question.
            waiter.answer();
        } else if self.waiting.len() < MAX_WAITING {
            self.waiting.push(waiter);
        }
    }

    /// Whether to begin an attempt now. Also lets go whose time is up.
    pub(super) fn begins(&mut self, now: Instant) -> bool {
        self.waiting.retain(|waiter| now < waiter.until);
        let wanted = now >= self.next || !self.waiting.is_empty() && now >= self.quiet_until;
        let begins = wanted && !self.asking;
        self.asking |= begins;
        begins
    }

    /// When to look again if nothing happens.
    pub(super) fn wakes(&self) -> Option<Instant> {
        let waiting = self.waiting.iter().map(|waiter| waiter.until).min();
        let next = (!self.asking).then_some(self.next);
        waiting.into_iter().chain(next).min()
    }

    /// An attempt has ended. Returns what is known from now on, and whether that is news. Whoever waits is to be answered
    /// when it can be seen.
    pub(super) fn ended(
        &mut self,
        outcome: Outcome,
        before: &Current,
        now: Instant,
        date: SystemTime,
    ) -> (Current, bool) {
        let Refresh {
            shortest,
            longest,
            again,
            stale,
            ..
        } = self.refresh;
        self.asking = false;
        self.quiet_until = after(now, again);
        let quiet_until = Some(self.quiet_until);
        let failing = before.status.failure.as_ref();
        match outcome {
            Ok((keys, max_age)) => {
                let longest = longest.min(stale / 2);
                // Not `clamp`, which panics if the bounds are the wrong way round.
                let life = max_age.unwrap_or(longest).max(shortest).min(longest);
                self.next = after(now, life.max(SHORTEST));
                let same = before.status.generation > 0 && keys == *before.keys;
                let generation = before.status.generation + u64::from(!same);
                let status = status_of(&keys, generation, Some(date));
                let current = Current {
                    keys: if same {
                        before.keys.clone()
                    } else {
                        Arc::new(keys)
                    },
                    good: Good::Until(after(now, stale)),
                    quiet_until,
                    status,
                };
                (current, !same || failing.is_some())
            }
            Err(reason) => {
                self.next = after(now, again.max(SHORTEST));
                let (since, attempts) = failing.map_or((date, 0), |old| (old.since, old.attempts));
                let failure = JwksFailure {
                    reason: reason.into(),
                    since,
                    attempts: attempts.saturating_add(1),
                };
                let current = Current {
                    keys: before.keys.clone(),
                    good: before.good,
                    quiet_until,
                    status: JwksStatus {
                        failure: Some(failure),
                        ..before.status.clone()
                    },
                };
                (current, failing.is_none())
            }
        }
    }

    /// What is known now can be seen: whoever waits may look.
    pub(super) fn answer(&mut self) {
        self.waiting.drain(..).for_each(Waiter::answer);
    }
}

/// Not even a [`Refresh`] of zeros asks more often.
const SHORTEST: Duration = Duration::from_millis(10);
/// Longer ones are taken for this, so that no date overflows.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(super) fn after(now: Instant, time: Duration) -> Instant {
    now + time.min(LONGEST)
}

pub(super) fn status_of(keys: &KeySet, generation: u64, date: Option<SystemTime>) -> JwksStatus {
    JwksStatus {
        generation,
        fetched_at: date,
        failure: None,
        keys: keys.keys.iter().map(Key::describe).collect(),
        passed_over: keys.passed_over.as_slice().into(),
    }
}
