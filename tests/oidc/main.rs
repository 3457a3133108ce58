//! Bearer tokens: forged ones, damaged ones, those of the RFCs, and those of an OpenID provider that changes its keys.

#[path = "../support/running.rs"]
#[expect(
    dead_code,
    reason = "the provider is never asked for all that it has to say"
)]
mod running;
mod tools;

mod claims;
mod damage;
mod forge;
mod forged;
mod https;
mod jwks;
mod peers;
mod provider;
mod rotation;
mod sasl;
mod secrets;
mod vectors;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use bailiwick::authn::oidc::Bearer;
use bailiwick::authn::{AuthnError, Later, Login, Step};

/// What becomes of a token.
fn verify(bearer: &Bearer, token: &str) -> Result<Login, AuthnError> {
    match settled(bearer.http().step(token.as_bytes())?)? {
        Step::Done { end, reply } => {
            assert!(reply.is_empty());
            Ok(end)
        }
        other => panic!("{other:?}"),
    }
}

/// Why a token is not taken.
fn error(bearer: &Bearer, token: &str) -> String {
    verify(bearer, token)
        .map(|login| login.principal)
        .unwrap_err()
        .to_string()
}

fn settled<End>(step: Step<End>) -> Result<Step<End>, AuthnError> {
    match step {
        Step::Later(later) => wait(later),
        step => Ok(step),
    }
}

/// Awaits a step without a runtime.
fn wait<End>(later: Later<End>) -> Result<Step<End>, AuthnError> {
    let (waker, woken) = waker();
    let mut later = Box::pin(later);
    loop {
        match later.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(step) => return step,
            Poll::Pending => woken.recv_timeout(Duration::from_secs(60)).unwrap(),
        }
    }
}

fn waker() -> (Waker, Receiver<()>) {
    struct Channel(std::sync::mpsc::Sender<()>);
    impl Wake for Channel {
        fn wake(self: Arc<Self>) {
            let _ = self.0.send(());
        }
    }
    let (sender, receiver) = channel();
    (Waker::from(Arc::new(Channel(sender))), receiver)
}

/// Waits until something holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
