//! Who may come back without a certificate, how long, and how many.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use bailiwick::tls::{
    ClientAuth, ClientContext, Protocols, Resumption, ServerContext, ring_provider,
};
use rustls::HandshakeKind::{self, Full, Resumed};
use rustls::pki_types::{ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{
    CertificateError, ClientConfig, ClientConnection, ServerConfig, ServerConnection, Stream,
};

use crate::folder::{Folder, SELF_SIGNED_PAIR};
use crate::joined::{Jsse, call, join};
use crate::made::Made;

/// A clock that goes when it is told to.
#[derive(Debug)]
pub(crate) struct Clock(AtomicU64);

impl Clock {
    pub(crate) fn at(seconds: u64) -> Self {
        Self(AtomicU64::new(seconds))
    }

    fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::Relaxed);
    }
}

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        let now = Duration::from_secs(self.0.load(Ordering::Relaxed));
        Some(UnixTime::since_unix_epoch(now))
    }
}

const BOTH: [Protocols; 2] = [Protocols::Tls12, Protocols::Tls13];
const NOON: u64 = 1_800_000_000;

/// A server and a client that know each other, and a clock for both.
struct World {
    us: Made,
    them: Made,
    clock: Arc<Clock>,
    protocols: Protocols,
}

impl World {
    fn new(protocols: Protocols) -> Self {
        Self {
            us: Made::new(&["a.test", "b.test"], None, |_| {}),
            them: Made::new(&["client"], None, |_| {}),
            clock: Arc::new(Clock::at(NOON)),
            protocols,
        }
    }

    fn server(&self, resumption: Resumption) -> Arc<ServerConfig> {
        self.server_for(&self.them, resumption).unwrap()
    }

    fn server_for(&self, client: &Made, resumption: Resumption) -> Option<Arc<ServerConfig>> {
        let context = ServerContext::new(&self.us.identity(), &ring_provider())
            .protocols(self.protocols)
            .client_auth(ClientAuth::Required(client.trust()))
            .time_provider(self.clock.clone())
            .resumption(resumption);
        context.config().ok().map(Arc::new)
    }

    fn client(&self, resumption: Resumption) -> Arc<ClientConfig> {
        let context = ClientContext::new(&self.us.trust(), &ring_provider())
            .protocols(self.protocols)
            .identity(&self.them.identity())
            .time_provider(self.clock.clone())
            .resumption(resumption);
        Arc::new(context.config().unwrap())
    }

    fn both(&self, resumption: Resumption) -> (Arc<ClientConfig>, Arc<ServerConfig>) {
        (self.client(resumption), self.server(resumption))
    }
}

fn kind(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) -> HandshakeKind {
    let joined = join(client, server, "a.test").unwrap();
    assert_eq!(
        joined.client_chain, 1,
        "the server knows who it is, resumed or not"
    );
    joined.kind
}

#[test]
fn sessions_are_resumed() {
    for protocols in BOTH {
        let world = World::new(protocols);
        let (client, server) = world.both(Resumption::default());
        let kinds = [0; 5].map(|_| kind(&client, &server));
        assert_eq!(
            kinds,
            [Full, Resumed, Resumed, Resumed, Resumed],
            "{protocols}"
        );
        assert_eq!(
            join(&client, &server, "b.test").unwrap().kind,
            Full,
            "another name"
        );
    }
}

#[test]
fn no_session_is_resumed_by_another_configuration() {
    for protocols in BOTH {
        let world = World::new(protocols);
        let (client, server) = world.both(Resumption::default());
        assert_eq!([0; 2].map(|_| kind(&client, &server)), [Full, Resumed]);

        let (other_client, other_server) = world.both(Resumption::default());
        assert_eq!(
            kind(&client, &other_server),
            Full,
            "{protocols}: the server is new"
        );
        // What the other server gave is good there, and not here.
        assert_eq!(kind(&client, &other_server), Resumed);
        assert_eq!(kind(&client, &server), Full);
        assert_eq!(
            kind(&other_client, &server),
            Full,
            "{protocols}: the client is new"
        );
        assert_eq!(
            kind(&client, &server),
            Resumed,
            "{protocols}: the old ones go on"
        );

        let (client, server) = (
            Arc::new(client.as_ref().clone()),
            Arc::new(server.as_ref().clone()),
        );
        assert_eq!(
            kind(&client, &server),
            Resumed,
            "a clone is the same configuration"
        );
    }
}

#[test]
fn a_client_whose_trust_is_withdrawn_does_not_come_back() {
    for protocols in BOTH {
        let world = World::new(protocols);
        let stranger = Made::new(&["stranger"], None, |_| {});
        let (client, server) = world.both(Resumption::default());
        assert_eq!([0; 2].map(|_| kind(&client, &server)), [Full, Resumed]);
        let server = world.server_for(&stranger, Resumption::default()).unwrap();
        let refused = join(&client, &server, "a.test").map(|joined| joined.kind);
        assert_eq!(
            refused,
            Err(CertificateError::UnknownIssuer.into()),
            "{protocols}"
        );
    }
}

#[test]
fn off_is_off_on_either_side() {
    for protocols in BOTH {
        let world = World::new(protocols);
        let on = Resumption::default();
        for off in [
            Resumption::off(),
            on.sessions(0),
            on.life(Duration::ZERO),
            on.life(Duration::from_millis(999)),
        ] {
            for (client, server) in [(off, on), (on, off), (off, off)] {
                let (client, server) = (world.client(client), world.server(server));
                let kinds = [0; 3].map(|_| kind(&client, &server));
                assert_eq!(kinds, [Full; 3], "{protocols} {off:?}");
            }
        }
    }
}

#[test]
fn who_keeps_no_sessions_gives_no_tickets_and_asks_for_none() {
    let world = World::new(Protocols::Tls12);
    let gives = |resumption| {
        let server = world.server(resumption);
        (
            server.session_storage.can_cache(),
            server.send_tls13_tickets,
        )
    };
    assert_eq!(gives(Resumption::default()), (true, 2));
    assert_eq!(gives(Resumption::off()), (false, 0));

    // The extension `session_ticket` of RFC 5077, empty.
    let asks = |resumption| {
        let name = ServerName::try_from("a.test").unwrap();
        let mut connection = ClientConnection::new(world.client(resumption), name).unwrap();
        let mut hello = Vec::new();
        connection.write_tls(&mut hello).unwrap();
        hello.windows(4).any(|bytes| bytes == [0, 35, 0, 0])
    };
    assert!(asks(Resumption::default()));
    assert!(!asks(Resumption::off()));
}

#[test]
fn sessions_end_with_their_period_on_either_side() {
    let long = Resumption::default().life(Duration::from_secs(100_000));
    let hour = Resumption::default();
    for protocols in BOTH {
        for (on_client, on_server) in [(hour, long), (long, hour)] {
            let world = World::new(protocols);
            let (client, server) = (world.client(on_client), world.server(on_server));
            let at = |seconds: u64| {
                world.clock.set(seconds);
                kind(&client, &server)
            };
            // Coming back again and again prolongs nothing. (Shortly before an end, see below.)
            let kinds = [0, 1, 1800, 3500, 3600, 3601, 7100, 7200].map(|after| at(NOON + after));
            assert_eq!(
                kinds,
                [
                    Full, Resumed, Resumed, Resumed, Full, Resumed, Resumed, Full
                ],
                "{protocols} {on_client:?} {on_server:?}"
            );
            assert_eq!(at(NOON + 7201), Resumed);
            assert_eq!(at(NOON + 7199), Full, "the clock was put back");
        }
    }
    assert_eq!(
        hour.life(Duration::from_secs(u64::MAX)),
        hour.life(Duration::from_secs(7 * 24 * 60 * 60))
    );
}

#[test]
fn a_server_keeps_so_many_sessions() {
    let world = World::new(Protocols::Tls12);
    let server = world.server(Resumption::default().sessions(2));
    let clients = [0; 3].map(|_| world.client(Resumption::default()));
    for client in &clients {
        assert_eq!(kind(client, &server), Full);
    }
    let kinds = [2, 1].map(|number: usize| kind(&clients[number], &server));
    assert_eq!(kinds, [Resumed; 2]);
    assert_eq!(kind(&clients[0], &server), Full);

    // Two tickets of each connection, and the client takes the younger one first.
    let world = World::new(Protocols::Tls13);
    let server = world.server(Resumption::default().sessions(2));
    let clients = [0; 2].map(|_| world.client(Resumption::default()));
    assert_eq!(kind(&clients[0], &server), Full);
    assert_eq!(kind(&clients[1], &server), Full);
    assert_eq!(kind(&clients[0], &server), Full);
    assert_eq!(kind(&clients[0], &server), Resumed);
}

#[test]
fn a_client_keeps_the_sessions_of_so_many_servers() {
    for protocols in BOTH {
        let world = World::new(protocols);
        let server = world.server(Resumption::default());
        let client = world.client(Resumption::default().sessions(1));
        let kinds = ["a.test", "a.test", "b.test", "b.test", "a.test"]
            .map(|name| join(&client, &server, name).unwrap().kind);
        assert_eq!(kinds, [Full, Resumed, Full, Resumed, Full], "{protocols}");
    }
}

#[test]
fn a_session_with_a_huge_chain_is_not_kept() {
    for protocols in BOTH {
        for (size, expected) in [(4_000, Resumed), (20_000, Full)] {
            let mut world = World::new(protocols);
            world.them = Made::new(&["client"], None, |params| {
                let oid = [1, 3, 6, 1, 4, 1, 99999, 1];
                let padding = rcgen::CustomExtension::from_oid_content(&oid, vec![0; size]);
                params.custom_extensions.push(padding);
            });
            let (client, server) = world.both(Resumption::default());
            assert_eq!(kind(&client, &server), Full);
            assert_eq!(kind(&client, &server), expected, "{protocols} {size}");
        }
    }
}

/// A server on a loopback port that tells which kind of handshake each connection had.
fn telling(current: Arc<Mutex<ServerConfig>>) -> (u16, Receiver<HandshakeKind>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            socket
                .set_read_timeout(Some(Duration::from_secs(20)))
                .unwrap();
            let config = Arc::new(current.lock().unwrap().clone());
            let mut connection = ServerConnection::new(config).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            stream.read_exact(&mut [0; 4]).unwrap();
            stream.write_all(b"H").unwrap();
            connection.send_close_notify();
            connection.write_tls(&mut socket).unwrap();
            tell.send(connection.handshake_kind().unwrap()).unwrap();
        }
    });
    (port, told)
}

#[test]
fn jsse_resumes_until_the_configuration_is_rebuilt() {
    let folder = Folder::with(SELF_SIGNED_PAIR, false);
    let mut jsse = Jsse::new(&folder, &[]);
    let provider = ring_provider();
    let trust = folder.trust("truststore.jks", "trustpass");
    let identity = folder.identity("keystore.jks", "keypass");
    for protocols in BOTH {
        let port = jsse.serve(&format!("{protocols} - -"));
        let context = ClientContext::new(&trust, &provider).protocols(protocols);
        for _ in 0..2 {
            let client = Arc::new(context.config().unwrap());
            let kinds = [0; 3].map(|_| call(&client, port).unwrap().kind);
            assert_eq!(kinds, [Full, Resumed, Resumed], "we call, {protocols}");
        }

        let context = ServerContext::new(&identity, &provider)
            .protocols(protocols)
            .client_auth(ClientAuth::Required(trust.clone()));
        let current = Arc::new(Mutex::new(context.config().unwrap()));
        let (port, told) = telling(current.clone());
        for _ in 0..2 {
            let kinds = [0; 3].map(|_| {
                let words = jsse.ask(&format!("call {protocols} {port} {protocols} - -"));
                assert!(words.starts_with("TLSv1."), "{words}");
                told.recv_timeout(Duration::from_secs(20)).unwrap()
            });
            assert_eq!(kinds, [Full, Resumed, Resumed], "JSSE calls, {protocols}");
            *current.lock().unwrap() = context.config().unwrap();
        }
    }
}

/// A handshake of TLS 1.3 in which time passes while the server waits for the client's last words.
fn slow(world: &World, client: &Arc<ClientConfig>, server: &Arc<ServerConfig>, until: u64) {
    let name = ServerName::try_from("a.test").unwrap();
    let mut client = ClientConnection::new(client.clone(), name).unwrap();
    let mut server = ServerConnection::new(server.clone()).unwrap();
    for _ in 0..2 {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets().unwrap();
        wire.clear();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        let mut rest = wire.as_slice();
        while !rest.is_empty() {
            client.read_tls(&mut rest).unwrap();
            client.process_new_packets().unwrap();
        }
        world.clock.set(until);
    }
    assert!(!client.is_handshaking() && !server.is_handshaking());
    assert_eq!(client.handshake_kind(), Some(Resumed));
}

#[test]
fn a_handshake_that_is_held_open_over_the_end_of_a_period_prolongs_nothing() {
    let world = World::new(Protocols::Tls13);
    let long = Resumption::default().life(Duration::from_secs(100_000));
    for held in [1, 2, 59] {
        world.clock.set(NOON);
        let (client, server) = (world.client(long), world.server(Resumption::default()));
        assert_eq!(kind(&client, &server), Full);
        world.clock.set(NOON + 3599);
        slow(&world, &client, &server, NOON + 3599 + held);
        assert_eq!(kind(&client, &server), Full, "{held}");
        // Nor does the next full handshake leave anything, until the slow ones are over.
        world.clock.set(NOON + 3599 + 60);
        assert_eq!([0; 2].map(|_| kind(&client, &server)), [Full, Resumed]);
    }
}
