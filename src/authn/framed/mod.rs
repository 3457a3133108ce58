//! Logins over the streams of tokio, in the frames of Apache Thrift's SASL transport (`TSaslTransport`), which Hive and Alluxio
//! 1.x speak. Needs the feature `tokio`.
//!
//! A client says `START` with the name of a mechanism, and then either end says `OK` with a message of the mechanism, until the
//! server says `COMPLETE`. Each of these is a byte for the status, four for the length, and that many. From then on there
//! are frames of four bytes for the length and that many, wrapped by the [`SecurityLayer`](super::SecurityLayer) if one was
//! negotiated. `BAD` and `ERROR` end it at any time, with a text for the peer.
//!
//! [`accept`] gives a [`Pending`], of which the peer does not know yet whether it is let in: decide, and then
//! [`complete`](Pending::complete) it or [`refuse`](Pending::refuse) it.
//!
//! ```
//! use std::time::Duration;
//!
//! use bailiwick::authn::framed::{self, FramedError};
//! use bailiwick::authn::{Mechanisms, Plain};
//! use bailiwick::identity::UserName;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), FramedError> {
//! let (near, far) = tokio::io::duplex(1024); // a connection
//! let patience = Duration::from_secs(10);
//!
//! let server = async {
//!     let plain = Plain::trusted();
//!     let offered = Mechanisms::new().with("PLAIN", move || plain.server());
//!     let pending = framed::accept(far, &offered, patience).await?;
//!     if pending.login().principal.name().as_str() != "alice" {
//!         return pending.refuse("only alice is served here").await;
//!     }
//!     let mut connection = pending.complete().await?;
//!     while let Some(frame) = connection.read_frame(1 << 20).await? {
//!         connection.write_frame(&frame).await?;
//!     }
//!     Ok(())
//! };
//! let client = async {
//!     let alice = UserName::new("alice").expect("a name");
//!     let exchange = Plain::client(&alice, None, None);
//!     let mut connection = framed::connect(near, "PLAIN", exchange, patience).await?;
//!     connection.write_frame(b"hello").await?;
//!     assert_eq!(connection.read_frame(1 << 20).await?.as_deref(), Some(&b"hello"[..]));
//!     Ok::<_, FramedError>(())
//! };
//! let (served, called) = tokio::join!(server, client);
//! served.and(called)
//! # }
//! ```
//!
//! # What blocks
//!
//! A step may take its time: GSS-API asks a KDC, a verifier computes a slow hash. So each step runs on a thread that tokio
//! keeps for what blocks (`spawn_blocking`), and the runtime goes on. When the deadline passes, the login fails at once, and
//! the thread is free when the step has returned. A service bounds how many logins there are at a time.

mod client;
mod connection;
mod deadline;
mod error;
mod frame;
mod server;

pub use client::connect;
pub use connection::Connection;
pub use error::FramedError;
pub use server::{Pending, accept};

use std::ops::ControlFlow;

use zeroize::Zeroizing;

use super::{AuthnError, Exchange, Step};

/// The exchange, one step further, or what it has ended in; and what to tell the peer.
type Stepped<End> = (ControlFlow<End, Exchange<End>>, Zeroizing<Vec<u8>>);

/// Steps on a thread where blocking is allowed, and awaits what is not there yet.
async fn step<End: Send + 'static>(
    exchange: Exchange<End>,
    input: Zeroizing<Vec<u8>>,
) -> Result<Stepped<End>, AuthnError> {
    let stepped = tokio::task::spawn_blocking(move || exchange.step(&input)).await;
    // It panicked, or the runtime shuts down.
    let unfinished = |_| AuthnError::unavailable("SASL", "the step was not finished");
    let mut stepped = stepped.map_err(unfinished)??;
    loop {
        match stepped {
            Step::Continue { reply, next } => {
                return Ok((ControlFlow::Continue(next), Zeroizing::new(reply)));
            }
            Step::Done { end, reply } => {
                return Ok((ControlFlow::Break(end), Zeroizing::new(reply)));
            }
            Step::Later(later) => stepped = later.await?,
        }
    }
}
