//! Logins that wait for the provider's answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::super::unavailable;
use crate::authn::AuthnError;

#[derive(Default)]
struct Slot {
    /// Whether an attempt has ended, well or not; otherwise the time is up.
    answered: Option<bool>,
    waker: Option<Waker>,
}

fn lock(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A login that waits, and what it awaits.
pub(super) fn waiter(until: Instant) -> (Waiter, Asked) {
    let slot = Arc::<Mutex<Slot>>::default();
    let asked = Asked(slot.clone());
    (Waiter { slot, until }, asked)
}

/// The side of the keeper. Whoever is dropped without an answer has waited in vain, so nobody waits for a keeper that has
/// ended.
pub(super) struct Waiter {
    slot: Arc<Mutex<Slot>>,
    pub(super) until: Instant,
}

impl Waiter {
    /// An attempt has ended; look again.
    pub(super) fn answer(self) {
        lock(&self.slot).answered = Some(true);
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut slot = lock(&self.slot);
        let _ = slot.answered.get_or_insert(false);
        let waker = slot.waker.take();
        drop(slot);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The side of the login: ready when an attempt to fetch keys has ended. Needs no runtime.
pub(in super::super) struct Asked(Arc<Mutex<Slot>>);

impl Future for Asked {
    type Output = Result<(), AuthnError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut slot = lock(&self.0);
        match slot.answered {
            Some(true) => Poll::Ready(Ok(())),
            Some(false) => Poll::Ready(Err(unavailable("the provider's keys do not come in time"))),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
