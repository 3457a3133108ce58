//! How long a peer may come back without showing its certificate again.

use std::time::Duration;

/// Whether and how long sessions are kept for resumption, which spares the peers a signature and its verification.
///
/// Whoever resumes a session is believed for what it proved when the session began: neither its certificate nor its
/// chain is looked at again. So what is kept is bounded in number and in time, and belongs to one configuration: each
/// [`ServerContext::config`](super::ServerContext::config) and [`ClientContext::config`](super::ClientContext::config)
/// begins with nothing, and a session of one is not resumed by another. **After a reload of keys or trust, everybody
/// shows a certificate again.** (A clone of a configuration is the same configuration, and shares the sessions.)
///
/// A server keeps the state of a session itself, in both protocols: by session id in TLS 1.2, behind a ticket that is
/// good for one use in TLS 1.3. Tickets that hold the state, encrypted under a key of the server, are not made: they
/// can be replayed, and cannot be taken back. A client uses whatever kind the server gives it.
///
/// Flink's `security.ssl.internal.session-cache-size` is [`sessions`](Self::sessions),
/// `security.ssl.internal.session-timeout` (milliseconds) is [`life`](Self::life), and its -1 is the default. The
/// default here is 4096 sessions for one hour; JSSE's is 20480 for a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Resumption {
    pub(super) sessions: usize,
    pub(super) life: Duration,
}

impl Resumption {
    /// RFC 8446 §4.6.1.
    const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// Nothing is kept, and each handshake is a full one.
    pub const fn off() -> Self {
        Self {
            sessions: 0,
            life: Duration::ZERO,
        }
    }

    /// Sets how many sessions are kept; the oldest make room. 0 keeps none, where for JSSE it is no limit.
    ///
    /// A server makes two of each connection of TLS 1.3, and does not keep one that takes more than 16 KiB, which only
    /// a very long chain of a client can do. A client keeps the sessions of at most so many servers, up to four of each.
    pub const fn sessions(mut self, sessions: usize) -> Self {
        self.sessions = sessions;
        self
    }

    /// Sets how long a peer may come back without showing its certificate: in whole seconds, and seven days at most
    /// (RFC 8446 §4.6.1). 0 keeps no session, where for JSSE it is no limit.
    ///
    /// Time is cut into periods of this length, and at the end of each all sessions are forgotten. So none lives longer,
    /// one that began late in its period lives shorter, and none is prolonged by being resumed. A handshake that resumes
    /// and is held open over the end of a period prolongs nothing either, if it has a deadline of a minute at most (and
    /// half of this length): until then a server keeps no session of the new period.
    ///
    /// A client has only the word of the server: one that sends a ticket of TLS 1.3 late on an open connection is
    /// believed for what it proved when that began.
    pub fn life(mut self, life: Duration) -> Self {
        self.life = life.min(Self::LONGEST);
        self
    }

    pub(super) const fn is_off(self) -> bool {
        self.sessions == 0 || self.life.as_secs() == 0
    }
}

impl Default for Resumption {
    fn default() -> Self {
        Self {
            sessions: 4096,
            life: Duration::from_secs(60 * 60),
        }
    }
}
