//! An exchange that would go on for ever, and what stops it.

use bailiwick::authn::{AuthnError, Exchange, Limits, Login, SaslMechanism, Step};

use crate::texts::Texts;

/// Asks for more, whatever it is told, and wishes itself better limits.
struct Endless;

impl SaslMechanism<Login> for Endless {
    fn step(self: Box<Self>, _: &[u8]) -> Result<Step<Login>, AuthnError> {
        let more = Limits {
            input: usize::MAX,
            rounds: u32::MAX,
            total: usize::MAX,
        };
        Ok(Step::Continue {
            reply: Vec::new(),
            next: Exchange::new(Self).with_limits(more),
        })
    }
}

fn until_it_ends(input: usize) -> (u32, AuthnError) {
    let mut exchange = Exchange::new(Endless);
    for rounds in 0..1000 {
        match exchange.step(&vec![0; input]) {
            Ok(Step::Continue { next, .. }) => exchange = next,
            Ok(other) => panic!("{other:?}"),
            Err(error) => return (rounds, error),
        }
    }
    panic!("it does not end");
}

pub(crate) fn end_an_exchange_that_does_not_end(texts: &mut Texts) {
    let kib = 1024;
    let (length, limit) = (64 * kib + 1, 64 * kib);
    let much = AuthnError::TooMuch { limit: 256 * kib };
    for (input, expected) in [
        (0, (16, AuthnError::TooManyRounds { limit: 16 })),
        (16 * kib, (16, much.clone())),
        (16 * kib + 1, (15, much.clone())),
        (64 * kib, (4, much)),
        (64 * kib + 1, (0, AuthnError::TooLong { length, limit })),
    ] {
        let ended = until_it_ends(input);
        assert_eq!(ended, expected, "{input}");
        texts.error(&ended.1);
    }
}
