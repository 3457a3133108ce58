//! Random numbers that a seed repeats (SplitMix64), for every test that draws some.

#![allow(dead_code, reason = "no test binary draws in every way")]

use std::env;

/// The number that an environment variable gives, if it is set.
pub(crate) fn setting(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text}")))
}

/// The seed of a run: `BAILIWICK_SEED`, or the usual one. It is printed, so that the run can be repeated.
pub(crate) fn seed(name: &str, usual: impl FnOnce() -> u64) -> u64 {
    let seed = setting("BAILIWICK_SEED").unwrap_or_else(usual);
    println!("{name}: BAILIWICK_SEED={seed}");
    seed
}

#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of `0..limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.number() % u64::try_from(limit).unwrap()).unwrap()
    }

    /// The low bits of a mode up to `limit`, which is one.
    pub(crate) fn bits(&mut self, limit: u16) -> u16 {
        u16::try_from(self.below(usize::from(limit) + 1)).unwrap()
    }

    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// True once in `times` times.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }

    /// Up to `most` of them, each at most once.
    pub(crate) fn some<T: Clone>(&mut self, among: &[T], most: usize) -> Vec<T> {
        let mut rest = among.to_vec();
        let count = self.below(most + 1);
        (0..count)
            .map(|_| rest.swap_remove(self.below(rest.len())))
            .collect()
    }
}
