//! A folder, a clock that a test sets, and connections in memory.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, mpsc};
use std::time::{Duration, SystemTime};
use std::{fs, thread};

use bailiwick::tls::{Files, Polled, Reloader, TlsError};
use rustls::pki_types::ServerName;
use rustls::{
    ClientConfig, ClientConnection, Error, HandshakeKind, ServerConfig, ServerConnection,
};

/// So many seconds after the start of the test: keytool's certificates begin when they are made.
pub(crate) fn at(seconds: u64) -> SystemTime {
    static START: LazyLock<u64> = LazyLock::new(|| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        now.unwrap().as_secs() + 60
    });
    SystemTime::UNIX_EPOCH + Duration::from_secs(*START + seconds)
}

/// Each reading is ten seconds after the one before.
#[derive(Default)]
pub(crate) struct Clock(AtomicU64);

impl Clock {
    pub(crate) fn tick(&self) -> SystemTime {
        at(self.0.fetch_add(10, Ordering::Relaxed))
    }
}

/// What a poll said, to be compared.
pub(crate) fn polled<T>(reloader: &Reloader<T>, now: SystemTime) -> Result<Polled, String> {
    reloader.poll(now).map_err(|error| error.to_string())
}

/// Two polls: one that sees a change and one that takes it.
pub(crate) fn settle<T>(reloader: &Reloader<T>, clock: &Clock) -> Result<Polled, Arc<TlsError>> {
    assert_eq!(reloader.poll(clock.tick()).unwrap(), Polled::Unsettled);
    reloader.poll(clock.tick())
}

/// The texts of files, in one value. An empty one counts as a mistake.
pub(crate) fn texts(paths: &[PathBuf], files: &mut Files) -> Result<Vec<String>, TlsError> {
    let texts = paths.iter().map(|path| {
        let text = String::from_utf8_lossy(files.read(path)?).into_owned();
        if text.is_empty() {
            return Err(TlsError::UnknownFormat {
                store: path.display().to_string(),
                stated: None,
            });
        }
        Ok(text)
    });
    texts.collect()
}

pub(crate) fn reloader_of(paths: &[PathBuf]) -> Reloader<Vec<String>> {
    let paths = paths.to_vec();
    Reloader::new(at(0), move |files| texts(&paths, files)).unwrap()
}

/// Writes beside a file and renames over it.
pub(crate) fn rename_over(path: &Path, content: &[u8]) {
    let beside = path.with_extension("new");
    fs::write(&beside, content).unwrap();
    fs::rename(&beside, path).unwrap();
}

/// Makes a link lead elsewhere, at once.
pub(crate) fn relink(link: &Path, target: &Path) {
    let beside = link.with_file_name("beside");
    std::os::unix::fs::symlink(target, &beside).unwrap();
    fs::rename(&beside, link).unwrap();
}

/// What a closure returns, or a failure if it does not within a generous time.
pub(crate) fn in_time<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, result) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    result
        .recv_timeout(Duration::from_secs(60))
        .expect("it panicked, or it never returns")
}

/// Waits for something that another thread does.
pub(crate) fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60), "never: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Both ends of a connection in memory.
pub(crate) struct Pair {
    pub(crate) client: ClientConnection,
    pub(crate) server: ServerConnection,
}

impl Pair {
    pub(crate) fn new(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>, name: &str) -> Self {
        let name = ServerName::try_from(name.to_owned()).unwrap();
        Self {
            client: ClientConnection::new(client.clone(), name).unwrap(),
            server: ServerConnection::new(server.clone()).unwrap(),
        }
    }

    /// Carries once what each has for the other. The error is that of the end which refused first.
    pub(crate) fn carry(&mut self) -> Result<(), Error> {
        let mut wire = Vec::new();
        while self.client.wants_write() {
            self.client.write_tls(&mut wire).unwrap();
        }
        let mut rest = wire.as_slice();
        while !rest.is_empty() {
            self.server.read_tls(&mut rest).unwrap();
            self.server.process_new_packets()?;
        }
        wire.clear();
        while self.server.wants_write() {
            self.server.write_tls(&mut wire).unwrap();
        }
        let mut rest = wire.as_slice();
        while !rest.is_empty() {
            self.client.read_tls(&mut rest).unwrap();
            self.client.process_new_packets()?;
        }
        Ok(())
    }

    /// The handshake to its end, tickets included.
    pub(crate) fn finish(&mut self) -> Result<HandshakeKind, Error> {
        while self.client.wants_write() || self.server.wants_write() {
            self.carry()?;
        }
        assert!(!self.client.is_handshaking() && !self.server.is_handshaking());
        Ok(self.client.handshake_kind().unwrap())
    }
}

pub(crate) fn connect(
    client: &Arc<ClientConfig>,
    server: &Arc<ServerConfig>,
    name: &str,
) -> Result<HandshakeKind, Error> {
    Pair::new(client, server, name).finish()
}
