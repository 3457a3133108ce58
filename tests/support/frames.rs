//! A framed login with whatever bytes the peer sends, and what it may take.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bailiwick::authn::framed::{self, Connection, FramedError};
use bailiwick::authn::{Anonymous, External, Login, Mechanisms, Plain, VerifyError};
use bailiwick::identity::{Mechanism, Password, Principal, UserName};
use peak_alloc::PeakAlloc;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The one user who has a password.
pub(crate) const USER: &str = "alice";
/// With all that a password may hold and a name may not.
pub(crate) const PASSWORD: &str = "hunter:2\0tail";
/// Who presents a certificate.
pub(crate) const CERTIFICATE: &str = "yarn";

/// What a frame may be long after the login.
pub(crate) const FRAME: usize = 4096;

/// What a login may take: a message of the exchange and its copy in parts, and what tokio keeps for its threads.
const ALLOWED: usize = 256 * 1024;

pub(crate) fn name(text: &str) -> UserName {
    UserName::new(text).expect("a name")
}

pub(crate) fn plain() -> Plain {
    Plain::verified(|user: &UserName, password: Password| {
        if user.as_str() == USER && password.as_str() == PASSWORD {
            Ok(()).into()
        } else {
            Err(VerifyError::refused("wrong user name or password")).into()
        }
    })
}

pub(crate) fn certified() -> Principal {
    Principal::asserted(name(CERTIFICATE), Mechanism::Certificate)
}

pub(crate) fn offered() -> Mechanisms {
    let plain = plain();
    Mechanisms::new()
        .with("PLAIN", move || plain.server())
        .with("ANONYMOUS", Anonymous::server)
        .with("EXTERNAL", || External::server(certified()))
}

/// The frames of a conversation, one after the other: status and payload.
pub(crate) fn frames(frames: &[(u8, &[u8])]) -> Vec<u8> {
    let frames = frames.iter().map(|(status, payload)| {
        let length = u32::try_from(payload.len()).expect("a short payload");
        [&[*status], &length.to_be_bytes()[..], payload].concat()
    });
    frames.collect::<Vec<_>>().concat()
}

/// A peer who says all that it has to say, whatever it hears, and goes.
pub(crate) struct Script<'a> {
    says: &'a [u8],
    pub(crate) heard: Vec<u8>,
}

impl<'a> Script<'a> {
    pub(crate) const fn new(says: &'a [u8]) -> Self {
        Self {
            says,
            heard: Vec::new(),
        }
    }
}

impl AsyncRead for Script<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.says).poll_read(context, buffer)
    }
}

impl AsyncWrite for Script<'_> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.heard.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// How far a peer came.
#[derive(Debug)]
pub(crate) struct Came {
    /// Who it is to the server; on the client's side nobody.
    pub(crate) login: Option<(UserName, Option<UserName>)>,
    pub(crate) frames: Vec<Vec<u8>>,
    /// How the frames ended.
    pub(crate) end: Result<(), FramedError>,
}

/// Serves a client that sends these bytes.
pub(crate) fn serve(bytes: &[u8], heap: &PeakAlloc) -> Result<Came, FramedError> {
    measured(bytes, heap, async |script: &mut Script<'_>| {
        let pending = framed::accept(script, &offered(), Duration::MAX).await?;
        assert!(allowed(pending.login()), "{pending:?}: {bytes:02x?}");
        let login = pending.login();
        let login = (login.principal.name().clone(), login.act_as.clone());
        Ok(read_all(Some(login), pending.complete().await?).await)
    })
}

/// Whether such a login is possible: whatever a peer says, these are the only principals.
fn allowed(login: &Login) -> bool {
    let principal = &login.principal;
    match principal.mechanism() {
        Mechanism::Custom => principal.name().as_str() == USER,
        Mechanism::NoSasl => principal == &Principal::unnamed() && login.act_as.is_none(),
        Mechanism::Certificate => principal == &certified(),
        _ => false,
    }
}

/// Logs in, with PLAIN, at a server that sends these bytes.
pub(crate) fn call(bytes: &[u8], heap: &PeakAlloc) -> Result<Came, FramedError> {
    measured(bytes, heap, async |script: &mut Script<'_>| {
        let exchange = Plain::client(&name(USER), Some(&Password::new(PASSWORD)), None);
        let connection = framed::connect(script, "PLAIN", exchange, Duration::MAX).await?;
        Ok(read_all(None, connection).await)
    })
}

async fn read_all<S: AsyncRead + AsyncWrite + Unpin>(
    login: Option<(UserName, Option<UserName>)>,
    mut connection: Connection<S>,
) -> Came {
    let mut frames = Vec::new();
    let end = loop {
        match connection.read_frame(FRAME).await {
            // What they hold is the peer's business; how much is kept is ours.
            Ok(Some(frame)) if frames.len() < 4 => frames.push(frame),
            Ok(Some(_)) => {}
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    Came { login, frames, end }
}

thread_local! {
    static RUNTIME: RefCell<tokio::runtime::Runtime> = RefCell::new(
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime"),
    );
}

fn measured(
    bytes: &[u8],
    heap: &PeakAlloc,
    work: impl AsyncFnOnce(&mut Script<'_>) -> Result<Came, FramedError>,
) -> Result<Came, FramedError> {
    RUNTIME.with_borrow(|runtime| {
        let mut script = Script::new(bytes);
        // For a thread that steps.
        runtime.block_on(async { tokio::task::spawn_blocking(|| ()).await.expect("a thread") });
        let before = heap.current_usage();
        heap.reset_peak_usage();
        let came = runtime.block_on(work(&mut script));
        let taken = heap.peak_usage().saturating_sub(before);
        assert!(
            taken <= ALLOWED,
            "{taken} bytes for {}, at most {ALLOWED}: {:02x?}",
            bytes.len(),
            bytes.get(..4096).unwrap_or(bytes)
        );
        came
    })
}
