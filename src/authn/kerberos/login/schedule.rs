//! When to log in again: functions of the times that they are given.

use std::time::{Duration, Instant, SystemTime};

/// However short a ticket lives, logins are so far apart.
const SHORTEST: Duration = Duration::from_secs(1);

/// The wait after a failure: doubled with each in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BackOff {
    pub(super) first: Duration,
    pub(super) most: Duration,
}

impl Default for BackOff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(10),
            most: Duration::from_secs(300),
        }
    }
}

impl BackOff {
    /// When to try again after `failures` in a row, of which the last was at `now`. `spread`, best a random number, takes
    /// off up to a quarter, so that a thousand clients do not ask a KDC in step when it comes back.
    pub(super) fn next(self, now: SystemTime, failures: u64, spread: u8) -> SystemTime {
        let doubled = u32::try_from(failures.saturating_sub(1))
            .ok()
            .and_then(|exponent| 2u32.checked_pow(exponent))
            .and_then(|factor| self.first.checked_mul(factor));
        let wait = doubled.unwrap_or(self.most).min(self.most);
        let spread = wait / 4 * u32::from(spread) / 256;
        later(now, (wait - spread).max(SHORTEST))
    }
}

/// When to log in again after a login at `since` whose ticket ends at `expires`: when 80 % of its life has passed.
pub(super) fn renewal(since: SystemTime, expires: SystemTime) -> SystemTime {
    let life = expires.duration_since(since).unwrap_or_default();
    later(since, (life / 10 * 8).max(SHORTEST))
}

/// When the thread is to act, by two clocks: the one of the system can be set, and the other may stand still while the
/// machine sleeps. Whichever comes first counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alarm {
    next: SystemTime,
    set: SystemTime,
    at: Instant,
}

impl Alarm {
    /// Goes off at `next`; `now` and `at` are the present.
    pub(super) const fn new(next: SystemTime, now: SystemTime, at: Instant) -> Self {
        let set = now;
        Self { next, set, at }
    }

    /// Whether it is for that time.
    pub(super) fn is_for(self, next: SystemTime) -> bool {
        self.next == next
    }

    /// How long until it goes off, and no longer than until the clocks are to be looked at again: a clock that is set, or a
    /// machine that slept, is noticed within a minute. Zero when it is due.
    pub(super) fn nap(self, now: SystemTime, at: Instant) -> Duration {
        const LONGEST: Duration = Duration::from_secs(60);
        let until = |next: SystemTime, now| next.duration_since(now).unwrap_or_default();
        let whole = until(self.next, self.set);
        let rest = whole.saturating_sub(at.saturating_duration_since(self.at));
        rest.min(until(self.next, now)).min(LONGEST)
    }
}

/// Where this process stands among those that wait alike. Without a random number it takes nothing off.
pub(super) fn spread() -> u8 {
    let mut spread = [0];
    let _ = getrandom::fill(&mut spread);
    let [spread] = spread;
    spread
}

/// A time that cannot be told never comes.
fn later(time: SystemTime, by: Duration) -> SystemTime {
    const FAR: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    time.checked_add(by)
        .or_else(|| time.checked_add(FAR))
        .unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_login_is_renewed_when_four_fifths_of_its_life_have_passed() {
        assert_eq!(renewal(at(1000), at(1000 + 36_000)), at(1000 + 28_800));
        assert_eq!(renewal(at(1000), at(1010)), at(1008));
    }

    #[test]
    fn logins_are_a_second_apart_whatever_the_times() {
        for expires in [at(1001), at(1000), at(5), SystemTime::UNIX_EPOCH] {
            assert_eq!(renewal(at(1000), expires), at(1001));
        }
    }

    #[test]
    fn failures_double_the_wait_up_to_a_bound() {
        let back_off = BackOff::default();
        let waits: Vec<u64> = (1..=8)
            .map(|failures| {
                let next = back_off.next(at(1000), failures, 0);
                next.duration_since(at(1000)).unwrap().as_secs()
            })
            .collect();
        assert_eq!(waits, [10, 20, 40, 80, 160, 300, 300, 300]);
        for failures in [0, u64::from(u32::MAX), u64::MAX] {
            let next = back_off.next(at(1000), failures, 0);
            assert!(next > at(1009) && next <= at(1300), "{failures}: {next:?}");
        }
    }

    #[test]
    fn the_spread_takes_off_up_to_a_quarter() {
        let back_off = BackOff::default();
        let most = back_off.next(at(1000), 6, 255);
        let wait = most.duration_since(at(1000)).unwrap();
        assert!(
            wait > Duration::from_secs(225) && wait < Duration::from_secs(226),
            "{wait:?}"
        );
    }

    #[test]
    fn no_wait_is_shorter_than_a_second() {
        let hasty = BackOff {
            first: Duration::ZERO,
            most: Duration::ZERO,
        };
        assert_eq!(hasty.next(at(1000), 3, 255), at(1001));
    }

    #[test]
    fn the_thread_looks_at_the_clock_once_a_minute() {
        let start = Instant::now();
        for (now, next, nap) in [
            (1000, 1010, 10),
            (1000, 9000, 60),
            (1000, 1000, 0),
            (1000, 7, 0),
        ] {
            let alarm = Alarm::new(at(next), at(now), start);
            assert_eq!(alarm.nap(at(now), start), Duration::from_secs(nap));
        }
    }

    #[test]
    fn a_clock_that_is_set_does_not_put_the_renewal_off() {
        let start = Instant::now();
        let later = |seconds| start + Duration::from_secs(seconds);
        let alarm = Alarm::new(at(5000), at(1000), start);
        // Set back by far.
        assert_eq!(alarm.nap(at(10), later(3990)), Duration::from_secs(10));
        assert_eq!(alarm.nap(at(20), later(4000)), Duration::ZERO);
        assert_eq!(alarm.nap(at(30), later(9000)), Duration::ZERO);
        // Set forward, or the machine slept.
        assert_eq!(alarm.nap(at(4990), later(1)), Duration::from_secs(10));
        assert_eq!(alarm.nap(at(5000), later(1)), Duration::ZERO);
    }
}
