//! What both sides of SASL's GSSAPI say about protection once they know each other: RFC 4752 §3.1 and §3.2.

use super::layer::is_rfc4121;
use crate::authn::{Qop, QopSet};

/// What a protected message may take, in bytes, as three octets can say it.
pub(super) const MAX_BUFFER: u32 = 0x00ff_ffff;

/// Four octets: which layers a side offers, or has chosen, and how large a protected message it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) mask: u8,
    pub(super) buffer: u32,
}

impl Offer {
    /// A server's. Where no layer is offered, there is nothing to take.
    pub(super) fn of(qops: QopSet, buffer: u32) -> Self {
        let layer = !qops.without(Qop::Auth).is_empty();
        Self {
            mask: qops.mask(),
            buffer: if layer { buffer.min(MAX_BUFFER) } else { 0 },
        }
    }

    pub(super) const fn encode(self) -> [u8; 4] {
        let [_, high, middle, low] = self.buffer.to_be_bytes();
        [self.mask, high, middle, low]
    }

    /// The octets, and what follows them.
    pub(super) fn decode(message: &[u8]) -> Option<(Self, &[u8])> {
        let (&[mask, high, middle, low], rest) = message.split_first_chunk()?;
        let buffer = u32::from_be_bytes([0, high, middle, low]);
        Some((Self { mask, buffer }, rest))
    }

    /// The one that the mask names, if it names one.
    pub(super) fn choice(self) -> Option<Qop> {
        [Qop::Auth, Qop::Integrity, Qop::Confidentiality]
            .into_iter()
            .find(|qop| QopSet::only(*qop).mask() == self.mask)
    }
}

/// How much longer than the message a protected one is.
///
/// A signed message of RFC 4121 has 16 bytes in front and a checksum behind (§4.2.6.2). An encrypted one has a confounder
/// and a second copy of those 16 bytes inside, too (§4.2.4), and its checksum is as long, with every encryption type that
/// there is: of RFC 3962, RFC 6803 and RFC 8009, whose confounder is one block of 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overhead(usize);

impl Overhead {
    /// As a message of `length` that was signed shows it. There is none where the token is not of RFC 4121: DES, triple DES
    /// and RC4 have others, and protect nothing any more (RFC 6649, RFC 8429).
    pub(super) fn seen(signed: &[u8], length: usize) -> Option<Self> {
        if !is_rfc4121(signed) {
            return None;
        }
        signed.len().checked_sub(length).map(Self)
    }

    /// The longest message that fits `buffer` once it is protected, if there is one.
    pub(super) fn max_message(self, qop: Qop, buffer: u32) -> Option<usize> {
        const INSIDE: usize = 16 + 16;
        let more = if qop == Qop::Confidentiality {
            INSIDE
        } else {
            0
        };
        let overhead = self.0 + more;
        let room = usize::try_from(buffer).ok()?.checked_sub(overhead)?;
        (room > 0).then_some(room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_those_of_the_rfc() {
        let offer = Offer::of(QopSet::ALL, 65_536);
        assert_eq!(offer.encode(), [7, 1, 0, 0]);
        assert_eq!(Offer::decode(&[7, 1, 0, 0, b'a']), Some((offer, &b"a"[..])));
        assert_eq!(Offer::decode(&[7, 1, 0]), None);
        assert_eq!(
            Offer::of(QopSet::only(Qop::Auth), 65_536).encode(),
            [1, 0, 0, 0]
        );
        assert_eq!(
            Offer::of(QopSet::ALL, u32::MAX).encode(),
            [7, 255, 255, 255]
        );
    }

    #[test]
    fn a_choice_is_exactly_one() {
        let chosen: Vec<_> = (0..=255)
            .filter_map(|mask| Offer { mask, buffer: 0 }.choice().map(|qop| (mask, qop)))
            .collect();
        assert_eq!(
            chosen,
            [
                (1, Qop::Auth),
                (2, Qop::Integrity),
                (4, Qop::Confidentiality)
            ]
        );
    }

    #[test]
    fn a_buffer_that_holds_no_message_is_none() {
        let overhead = Overhead::seen(&[&[5, 4][..], &[0; 30]].concat(), 4).unwrap();
        assert_eq!(overhead, Overhead(28));
        assert_eq!(overhead.max_message(Qop::Integrity, 28), None);
        assert_eq!(overhead.max_message(Qop::Integrity, 29), Some(1));
        assert_eq!(overhead.max_message(Qop::Confidentiality, 60), None);
        assert_eq!(overhead.max_message(Qop::Confidentiality, 1060), Some(1000));
        assert_eq!(Overhead::seen(&[0x60; 32], 4), None);
    }
}
