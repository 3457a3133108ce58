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
        // Nobody waits while it is quiet.
        let wanted = now >= self.next || !self.waiting.is_empty();
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

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::super::waiting::{Asked, waiter};
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const REFRESH: Refresh = Refresh {
        shortest: Duration::from_secs(60),
        longest: Duration::from_secs(900),
        again: Duration::from_secs(30),
        stale: Duration::from_secs(3600),
        wait: Duration::from_secs(5),
    };

    /// A keeper, what it last showed, and the time.
    struct Time {
        keeper: Keeper,
        shown: Current,
        start: Instant,
        now: Instant,
    }

    impl Time {
        fn new() -> Self {
            let start = Instant::now();
            Self {
                keeper: Keeper::new(REFRESH, start),
                shown: Current::default(),
                start,
                now: start,
            }
        }

        fn pass(&mut self, seconds: u32) {
            self.now += SECOND * seconds;
        }

        fn begins(&mut self) -> bool {
            self.keeper.begins(self.now)
        }

        fn ended(&mut self, outcome: Outcome) -> bool {
            let date = SystemTime::UNIX_EPOCH + (self.now - self.start);
            let (shown, news) = self.keeper.ended(outcome, &self.shown, self.now, date);
            self.shown = shown;
            self.keeper.answer();
            news
        }

        fn ask(&mut self) -> Asked {
            let (waiter, asked) = waiter(self.now + REFRESH.wait);
            self.keeper.ask(waiter, self.now);
            asked
        }

        /// Seconds until it wakes by itself.
        fn wakes_in(&self) -> u64 {
            (self.keeper.wakes().unwrap() - self.now).as_secs()
        }
    }

    /// Whether a login still waits, may look, or has waited in vain.
    fn state(asked: Asked) -> Option<bool> {
        match pin!(asked).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => None,
            Poll::Ready(answer) => Some(answer.is_ok()),
        }
    }

    fn keys(max_age: Option<u64>) -> Outcome {
        Ok((KeySet::default(), max_age.map(Duration::from_secs)))
    }

    #[test]
    fn keys_are_fetched_at_once_and_then_when_their_life_is_over() {
        for (max_age, life) in [
            (None, 900),
            (Some(300), 300),
            (Some(0), 60),
            (Some(u64::MAX), 900),
        ] {
            let mut time = Time::new();
            assert!(time.begins() && !time.begins(), "one attempt at a time");
            assert_eq!(
                time.keeper.wakes(),
                None,
                "nothing but an answer is awaited"
            );
            assert!(time.ended(keys(max_age)));
            assert_eq!(time.wakes_in(), life);
            time.pass(u32::try_from(life).unwrap() - 1);
            assert!(!time.begins());
            time.pass(1);
            assert!(time.begins());
            assert!(!time.ended(keys(max_age)), "the same keys are no news");
            assert_eq!(time.shown.status.generation, 1);
        }
    }

    #[test]
    fn what_failed_is_tried_again_soon_and_the_keys_count_until_they_are_too_old() {
        let mut time = Time::new();
        assert!(time.begins() && time.ended(keys(None)));
        let fetched = time.now;
        time.pass(900);
        let mut attempts = 0;
        while time.now - fetched < REFRESH.stale {
            assert!(time.shown.keys(time.now).is_some());
            assert!(time.begins());
            assert_eq!(
                time.ended(Err("down".to_owned())),
                attempts == 0,
                "told once"
            );
            attempts += 1;
            let failure = time.shown.status.failure.clone().unwrap();
            assert_eq!(failure.attempts, attempts);
            assert_eq!(failure.since, SystemTime::UNIX_EPOCH + SECOND * 900);
            assert_eq!(time.wakes_in(), 30);
            time.pass(29);
            assert!(!time.begins());
            time.pass(1);
        }
        assert!(time.shown.keys(fetched + REFRESH.stale - SECOND).is_some());
        assert!(time.shown.keys(fetched + REFRESH.stale).is_none());
        assert!(
            time.begins() && time.ended(keys(None)),
            "that it is over is told"
        );
        assert!(time.shown.keys(time.now).is_some());
        assert_eq!(time.shown.status.failure, None);
    }

    #[test]
    fn strangers_cause_one_attempt_in_a_while() {
        let mut time = Time::new();
        assert!(time.begins() && time.ended(keys(None)));
        // Asked from a look that is older than the answer: look again.
        let asked = time.ask();
        assert!(!time.begins());
        assert_eq!(state(asked), Some(true));
        time.pass(30);
        let first = time.ask();
        assert!(time.begins());
        let second = time.ask();
        assert!(!time.begins(), "one attempt for all");
        time.pass(2);
        time.ended(keys(None));
        assert_eq!((state(first), state(second)), (Some(true), Some(true)));
        let mut attempts = 0;
        for _ in 0..300 {
            drop(time.ask());
            if time.begins() {
                attempts += 1;
                time.ended(keys(None));
            }
            time.pass(1);
        }
        assert_eq!(attempts, 9, "of 300 seconds, one in 30, the first after 30");
    }

    #[test]
    fn nobody_waits_for_longer_than_was_set() {
        let mut time = Time::new();
        assert!(time.begins());
        let (early, late) = (time.ask(), {
            time.pass(3);
            time.ask()
        });
        assert_eq!(time.wakes_in(), 2);
        time.pass(2);
        assert!(!time.begins());
        assert_eq!(state(early), Some(false));
        time.ended(Err("down".to_owned()));
        assert_eq!(state(late), Some(true), "it may look, and see the failure");
        let asked = {
            time.pass(30);
            time.ask()
        };
        drop(time);
        assert_eq!(
            state(asked),
            Some(false),
            "nobody waits for a keeper that has ended"
        );
    }
}
