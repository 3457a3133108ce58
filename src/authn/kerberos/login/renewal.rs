//! The thread that logs in again.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Instant, SystemTime};

use super::KerberosLogin;
use super::schedule::Alarm;

/// A thread that logs in again whenever that is due, until this is dropped.
///
/// Dropping does not wait for the thread: if it is just asking a KDC that does not answer, it ends when the Kerberos library
/// gives up, and what comes of it is for the clones of the login that are left.
///
/// A panic of the closure given to [`KerberosLogin::on_change`] ends with that call, unless the program is built with
/// `panic = "abort"`.
#[must_use = "the login is renewed until this is dropped"]
pub struct Renewal {
    /// Nothing is ever sent: the thread hears of its end.
    _stop: mpsc::Sender<Infallible>,
}

impl Renewal {
    pub(super) fn start(login: KerberosLogin) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel::<Infallible>();
        thread::Builder::new()
            .name("kerberos-renewal".to_owned())
            .spawn(move || {
                let begin = |next| Alarm::new(next, SystemTime::now(), Instant::now());
                let mut alarm = begin(login.status().next);
                loop {
                    let nap = alarm.nap(SystemTime::now(), Instant::now());
                    if stopped.recv_timeout(nap) != Err(RecvTimeoutError::Timeout) {
                        return;
                    }
                    let next = login.status().next;
                    // Somebody else has logged in again.
                    if !alarm.is_for(next) {
                        alarm = begin(next);
                    }
                    let now = SystemTime::now();
                    if alarm.nap(now, Instant::now()).is_zero() {
                        // Only what the user does with the news can panic, and nothing is locked meanwhile.
                        let _ = catch_unwind(AssertUnwindSafe(|| login.renew(now)));
                        alarm = begin(login.status().next);
                    }
                }
            })?;
        Ok(Self { _stop: stop })
    }
}

impl fmt::Debug for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewal").finish_non_exhaustive()
    }
}
