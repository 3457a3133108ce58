//! How a figure is taken: the median time of one question, from samples of questions asked in turn with nothing between
//! them. Harnesses that call a closure for each question add half the time of a check to it.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Long enough that reading the clock does not count, short enough that most samples are not interrupted.
const SAMPLE: Duration = Duration::from_micros(100);
const SAMPLES: usize = 301;
/// After this no more samples are taken, but a few there must be.
const PATIENCE: Duration = Duration::from_millis(500);
const FEW: usize = 7;

/// Nanoseconds.
#[derive(Clone, Copy)]
pub(crate) struct Nanos(pub(crate) f64);

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self.0 {
            ..99.95 => format!("{:.1} ns", self.0),
            ..9_999.5 => format!("{:.0} ns", self.0),
            ..999_500.0 => format!("{:.1} µs", self.0 / 1e3),
            _ => format!("{:.1} ms", self.0 / 1e6),
        })
    }
}

/// The median time that one question takes. Neither what is asked about nor the answer is known to the compiler.
pub(crate) fn time_each<'q, Q, A>(questions: &'q [Q], ask: impl Fn(&'q Q) -> A) -> Nanos {
    let asked_in_turn = |passes: u32| {
        let start = Instant::now();
        for _ in 0..passes {
            for question in questions {
                black_box(ask(black_box(question)));
            }
        }
        start.elapsed()
    };
    let mut passes = 1;
    while asked_in_turn(passes) < SAMPLE {
        passes *= 2;
    }
    let asked = f64::from(passes) * questions.len() as f64;
    let start = Instant::now();
    let samples = (0..SAMPLES)
        .take_while(|taken| *taken < FEW || start.elapsed() < PATIENCE)
        .map(|_| asked_in_turn(passes).as_secs_f64() * 1e9 / asked);
    Nanos(median(samples))
}

pub(crate) fn median(samples: impl IntoIterator<Item = f64>) -> f64 {
    let mut samples: Vec<_> = samples.into_iter().collect();
    samples.sort_unstable_by(f64::total_cmp);
    samples[samples.len() / 2]
}
