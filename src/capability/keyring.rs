//! The keys of a metadata server, and how they reach the workers.

use std::fmt;
use std::time::SystemTime;

use thiserror::Error;
use zeroize::Zeroizing;

use super::key::{Key, KeyId, SECRET_LEN};
use super::{KeyPolicy, seconds};

/// The operating system gave no random bytes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot generate a capability key: {cause}")]
#[non_exhaustive]
pub struct RandomUnavailable {
    /// What the operating system said.
    pub cause: String,
}

/// The keys that sign and verify: one that issues, the one that will issue next, and old ones in their grace.
///
/// The next key is handed out a whole key life before it is used, so a worker that misses a rotation still verifies.
#[derive(Debug)]
pub struct Keyring {
    policy: KeyPolicy,
    current: Key,
    next: Key,
    retired: Vec<Key>,
}

impl Keyring {
    /// A ring with fresh keys from the operating system's random source.
    ///
    /// # Errors
    ///
    /// [`RandomUnavailable`].
    pub fn generate(policy: KeyPolicy, now: SystemTime) -> Result<Self, RandomUnavailable> {
        let current = fresh(&policy, seconds(now))?;
        let next = fresh(&policy, current.issue_until)?;
        Ok(Self {
            policy,
            current,
            next,
            retired: Vec::new(),
        })
    }

    /// Whether the current key has served its life.
    #[must_use]
    pub fn rotation_is_due(&self, now: SystemTime) -> bool {
        seconds(now) >= self.current.issue_until
    }

    /// Makes the next key the current one. Then install the ring in the issuer and export it to the workers. On an error
    /// nothing has changed.
    ///
    /// # Errors
    ///
    /// [`RandomUnavailable`].
    pub fn rotate(&mut self, now: SystemTime) -> Result<(), RandomUnavailable> {
        let now = seconds(now);
        let next = fresh(&self.policy, now.saturating_add(self.policy.key_life()))?;
        let mut current = std::mem::replace(&mut self.next, next);
        set_times(&mut current, &self.policy, now);
        let mut old = std::mem::replace(&mut self.current, current);
        old.issue_until = old.issue_until.min(now);
        old.accept_until = old
            .accept_until
            .min(now.saturating_add(self.policy.grace()));
        self.retired.push(old);
        self.retired.retain(|key| key.accept_until >= now);
        Ok(())
    }

    /// The keys for the workers. Send it only where the secrets may go.
    #[must_use]
    pub fn export(&self) -> KeyUpdate {
        let mut keys = vec![self.current.clone(), self.next.clone()];
        keys.extend(self.retired.iter().cloned());
        KeyUpdate { keys }
    }

    pub(super) const fn current(&self) -> &Key {
        &self.current
    }

    pub(super) const fn policy(&self) -> &KeyPolicy {
        &self.policy
    }
}

fn fresh(policy: &KeyPolicy, issue_from: u64) -> Result<Key, RandomUnavailable> {
    let failed = |cause: getrandom::Error| RandomUnavailable {
        cause: cause.to_string(),
    };
    let mut key = Key {
        id: KeyId(getrandom::u64().map_err(failed)?),
        secret: Zeroizing::new([0; SECRET_LEN]),
        issue_until: 0,
        accept_until: 0,
    };
    getrandom::fill(&mut *key.secret).map_err(failed)?;
    set_times(&mut key, policy, issue_from);
    Ok(key)
}

const fn set_times(key: &mut Key, policy: &KeyPolicy, issue_from: u64) {
    key.issue_until = issue_from.saturating_add(policy.key_life());
    key.accept_until = key.issue_until.saturating_add(policy.grace());
}

/// Why bytes are no key update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("malformed key update")]
#[non_exhaustive]
pub struct KeyUpdateError;

/// The keys of a ring on their way to a worker. Holds secrets: keep it off disks and logs, and send it only over an
/// authenticated, encrypted channel.
pub struct KeyUpdate {
    pub(super) keys: Vec<Key>,
}

const VERSION: u8 = 1;
const KEY_LEN: usize = 8 + SECRET_LEN + 8 + 8;
/// More keys than any sane policy keeps alive.
const MAX_KEYS: usize = 64;

impl KeyUpdate {
    /// The update as bytes, wiped when dropped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(1 + self.keys.len() * KEY_LEN));
        bytes.push(VERSION);
        for key in &self.keys {
            bytes.extend_from_slice(&key.id.0.to_be_bytes());
            bytes.extend_from_slice(&*key.secret);
            bytes.extend_from_slice(&key.issue_until.to_be_bytes());
            bytes.extend_from_slice(&key.accept_until.to_be_bytes());
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    ///
    /// [`KeyUpdateError`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyUpdateError> {
        let Some((&VERSION, bytes)) = bytes.split_first() else {
            return Err(KeyUpdateError);
        };
        let (keys, rest) = bytes.as_chunks::<KEY_LEN>();
        if keys.is_empty() || keys.len() > MAX_KEYS || !rest.is_empty() {
            return Err(KeyUpdateError);
        }
        let keys = keys.iter().map(read_key).collect::<Option<_>>();
        keys.map(|keys| Self { keys }).ok_or(KeyUpdateError)
    }
}

fn read_key(bytes: &[u8; KEY_LEN]) -> Option<Key> {
    let (id, rest) = bytes.split_first_chunk()?;
    let (secret, rest) = rest.split_first_chunk()?;
    let (issue_until, rest) = rest.split_first_chunk()?;
    let (accept_until, _) = rest.split_first_chunk()?;
    Some(Key {
        id: KeyId(u64::from_be_bytes(*id)),
        secret: Zeroizing::new(*secret),
        issue_until: u64::from_be_bytes(*issue_until),
        accept_until: u64::from_be_bytes(*accept_until),
    })
}

impl fmt::Debug for KeyUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.keys).finish()
    }
}
