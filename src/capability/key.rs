//! One secret key, and its prepared HMAC state.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

pub(super) const SECRET_LEN: usize = 32;
pub(super) const MAC_LEN: usize = 32;
const BLOCK_LEN: usize = 64;

/// Names a key without telling anything of it. Drawn at random, so that restarted and parallel servers do not collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(pub(super) u64);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A secret with the times between which it counts, in seconds since 1970.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) id: KeyId,
    pub(super) secret: Zeroizing<[u8; SECRET_LEN]>,
    /// No token is issued after it.
    pub(super) issue_until: u64,
    /// No token is accepted after it.
    pub(super) accept_until: u64,
}

impl Key {
    pub(super) fn mac(&self) -> MacKey {
        // HMAC pads a short key with zeros to a block (RFC 2104), so padding here changes nothing and cannot fail.
        let mut block = Zeroizing::new([0; BLOCK_LEN]);
        for (to, from) in block.iter_mut().zip(*self.secret) {
            *to = from;
        }
        MacKey(Hmac::new(&(*block).into()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

/// HMAC-SHA256 with the key already mixed in: cloning it is cheaper than keying it. The hash
/// states it is made of are wiped when dropped (feature `zeroize` of `sha2`).
#[derive(Clone)]
pub(super) struct MacKey(Hmac<Sha256>);

impl MacKey {
    pub(super) fn sign(&self, message: &[u8]) -> [u8; MAC_LEN] {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// Compares in constant time.
    pub(super) fn verify(&self, message: &[u8], tag: &[u8]) -> bool {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.verify_slice(tag).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use zeroize::ZeroizeOnDrop;

    use super::*;

    #[test]
    fn keys_are_wiped_when_dropped() {
        fn wiped<T: ZeroizeOnDrop>() {}
        wiped::<Zeroizing<[u8; SECRET_LEN]>>();
        wiped::<Sha256>();
    }
}
