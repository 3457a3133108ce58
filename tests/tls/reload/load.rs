//! Reload under load: stores are replaced a thousand times while clients connect. Whoever should get in does, whoever
//! should not does not, whether the session is new or resumed.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use bailiwick::tls::{
    ClientAuth, ClientContext, Protocols, Reloader, ServerContext, Store, ring_provider,
};
use rustls::pki_types::ServerName;
use rustls::{
    CertificateError, ClientConnection, Error, HandshakeKind, ServerConnection, StreamOwned,
};

use super::bench::{connect, wait_until};
use super::world::{Kind, Node, Pool, Side, World, drawn};
use crate::random::{self, Random};

/// The two ends of a connection, of which each may be a node that reloads.
const SERVER: usize = 0;
const CLIENT: usize = 1;

/// What each node may have served, step by step. One sees only what it asks for before and after a handshake.
struct History(Mutex<[Vec<Vec<Side>>; 2]>);

impl History {
    fn push(&self, end: usize, sides: Vec<Side>) {
        self.0.lock().unwrap()[end].push(sides);
    }

    fn now(&self) -> [usize; 2] {
        self.0
            .lock()
            .unwrap()
            .each_ref()
            .map(|steps| steps.len() - 1)
    }

    /// All that an end may have served since.
    fn since(&self, end: usize, start: [usize; 2]) -> Vec<Side> {
        self.0.lock().unwrap()[end][start[end]..].concat()
    }
}

/// One way of connecting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    mutual: bool,
    tls13: bool,
    /// Which of the two reload. The other is a peer that never does: it believes both, and remembers every session.
    reloads: [bool; 2],
    sockets: bool,
}

impl Way {
    fn should_get_in(self, server: Side, client: Side) -> bool {
        client.believes[server.is] && (!self.mutual || server.believes[client.is])
    }
}

#[derive(Debug, Default)]
struct Counts {
    full: usize,
    resumed: usize,
    refused: usize,
    /// A swap came in between, so that both would have been right.
    either: usize,
}

/// What is shared by those who connect and the one who replaces.
struct Load<'a> {
    history: History,
    nodes: [Reloader<Node>; 2],
    steady: [Arc<Node>; 2],
    over: AtomicBool,
    callers_gone: AtomicBool,
    /// How many have ended, in memory and through sockets.
    handshakes: [AtomicUsize; 2],
    counts: Mutex<BTreeMap<Way, Counts>>,
    pool: &'a Pool,
}

/// What a peer is that never reloads.
const STEADY: Side = Side {
    is: 0,
    believes: [true, true],
};

fn steady(pool: &Pool) -> Arc<Node> {
    let me = pool.folder.path("0.pem");
    let provider = ring_provider();
    let me = Store::open(me, None)
        .unwrap()
        .key(None, None, &provider)
        .unwrap();
    let roots =
        ["0.root", "1.root"].map(|name| std::fs::read_to_string(pool.folder.path(name)).unwrap());
    let them = Store::read(roots.concat().as_bytes(), None)
        .unwrap()
        .trust(None)
        .unwrap();
    let server = ServerContext::new(&me, &provider);
    let client = ClientContext::new(&them, &provider).identity(&me);
    let client = |version| Arc::new(client.clone().protocols(version).config().unwrap());
    Arc::new(Node {
        one_way: Arc::new(server.config().unwrap()),
        clients: [client(Protocols::Tls12), client(Protocols::Tls13)],
        mutual: Arc::new(
            server
                .client_auth(ClientAuth::Required(them))
                .config()
                .unwrap(),
        ),
    })
}

/// Ends all others when one ends, be it because it found a mistake.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Ends the servers when nobody calls them any more.
struct LastCaller<'a> {
    gone: &'a AtomicBool,
    ports: [u16; 2],
}

impl Drop for LastCaller<'_> {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Release);
        for port in self.ports {
            drop(TcpStream::connect(("127.0.0.1", port)));
        }
    }
}

impl<'a> Load<'a> {
    fn new(pool: &'a Pool, server: &World<'_>, client: &World<'_>) -> Self {
        Self {
            history: History(Mutex::new([
                vec![vec![server.side]],
                vec![vec![client.side]],
            ])),
            nodes: [server.reloader.clone(), client.reloader.clone()],
            steady: [steady(pool), steady(pool)],
            over: AtomicBool::new(false),
            callers_gone: AtomicBool::new(false),
            handshakes: Default::default(),
            counts: Mutex::default(),
            pool,
        }
    }

    fn node(&self, way: Way, end: usize) -> Arc<Node> {
        match way.reloads[end] {
            true => self.nodes[end].current(),
            false => self.steady[end].clone(),
        }
    }

    /// Holds what became of a handshake against what may have become of it.
    fn judge(&self, way: Way, start: [usize; 2], result: &Result<HandshakeKind, String>) {
        let sides = |end: usize| match way.reloads[end] {
            true => self.history.since(end, start),
            false => vec![STEADY],
        };
        let (servers, clients) = (sides(SERVER), sides(CLIENT));
        let outcomes = servers.iter().flat_map(|server| {
            clients
                .iter()
                .map(|client| way.should_get_in(*server, *client))
        });
        let (yes, no): (Vec<_>, Vec<_>) = outcomes.partition(|outcome| *outcome);
        let expected = match result {
            Ok(_) => &yes,
            Err(_) => &no,
        };
        assert!(
            !expected.is_empty(),
            "{way:?}: {result:?}, servers {servers:?}, clients {clients:?}"
        );
        let mut counts = self.counts.lock().unwrap();
        let counts = counts.entry(way).or_default();
        *match result {
            _ if !yes.is_empty() && !no.is_empty() => &mut counts.either,
            Ok(HandshakeKind::Resumed) => &mut counts.resumed,
            Ok(_) => &mut counts.full,
            Err(_) => &mut counts.refused,
        } += 1;
        self.handshakes[usize::from(way.sockets)].fetch_add(1, Ordering::Relaxed);
    }

    /// Connects in memory until all is over.
    fn in_memory(&self, seed: u64) {
        let mut random = Random::new(seed);
        while !self.over.load(Ordering::Acquire) {
            let reloads = *random.pick(&[[true, true], [true, false], [false, true]]);
            let (mutual, tls13) = (random.percent(60), random.percent(50));
            let way = Way {
                mutual,
                tls13,
                reloads,
                sockets: false,
            };
            let start = self.history.now();
            let (server, client) = (self.node(way, SERVER), self.node(way, CLIENT));
            let server = if mutual {
                &server.mutual
            } else {
                &server.one_way
            };
            // Sessions are remembered by name.
            let name = if mutual {
                "both.localhost"
            } else {
                "one.localhost"
            };
            let result = connect(&client.clients[usize::from(tls13)], server, name);
            let result = result.map_err(|error| match error {
                Error::InvalidCertificate(CertificateError::UnknownIssuer) => error.to_string(),
                error => panic!("{way:?}: {error}"),
            });
            self.judge(way, start, &result);
        }
    }

    /// Serves on two ports, and for each connection as the node is then.
    fn serve<'s>(&'s self, scope: &'s thread::Scope<'s, '_>, mutual: bool) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        scope.spawn(move || {
            for socket in listener.incoming() {
                if self.callers_gone.load(Ordering::Acquire) {
                    break;
                }
                let socket = socket.unwrap();
                socket
                    .set_read_timeout(Some(Duration::from_secs(20)))
                    .unwrap();
                let node = self.nodes[SERVER].current();
                let config = if mutual { &node.mutual } else { &node.one_way };
                let connection = ServerConnection::new(config.clone()).unwrap();
                let mut stream = StreamOwned::new(connection, socket);
                // Whoever is refused reports it from the other end.
                if let Ok(4) = stream.read(&mut [0; 4]) {
                    let _ = stream.write_all(b"pong");
                    // Not before the client has it: closing with unread input would be a reset.
                    let _ = stream.read(&mut [0; 4]);
                }
            }
        });
        port
    }

    /// Connects through sockets until all is over.
    fn through_sockets(&self, ports: [u16; 2], seed: u64) {
        let mut random = Random::new(seed);
        while !self.over.load(Ordering::Acquire) {
            let (mutual, tls13) = (random.percent(60), random.percent(50));
            let way = Way {
                mutual,
                tls13,
                reloads: [true; 2],
                sockets: true,
            };
            let start = self.history.now();
            let config = self.node(way, CLIENT).clients[usize::from(tls13)].clone();
            let name = if mutual {
                "both.localhost"
            } else {
                "one.localhost"
            };
            let name = ServerName::try_from(name).unwrap();
            let socket = TcpStream::connect(("127.0.0.1", ports[usize::from(mutual)])).unwrap();
            socket
                .set_read_timeout(Some(Duration::from_secs(20)))
                .unwrap();
            let connection = ClientConnection::new(config, name).unwrap();
            let mut stream = StreamOwned::new(connection, socket);
            let mut answer = [0; 4];
            let talk = stream
                .write_all(b"ping")
                .and_then(|()| stream.read_exact(&mut answer));
            let kind = stream.conn.handshake_kind();
            let result = talk
                .map(|()| kind.unwrap())
                .map_err(|error| error.to_string());
            assert!(result.is_err() || &answer == b"pong");
            stream.conn.send_close_notify();
            let _ = stream.flush();
            self.judge(way, start, &result);
        }
    }

    /// Runs `work` while others connect, and counts what became of these.
    fn run(&self, seed: u64, work: impl FnOnce()) {
        thread::scope(|scope| {
            let ports = [false, true].map(|mutual| self.serve(scope, mutual));
            scope.spawn(move || {
                let _over = Over(&self.over);
                let _last = LastCaller {
                    gone: &self.callers_gone,
                    ports,
                };
                self.through_sockets(ports, seed ^ 1);
            });
            for number in 2..4 {
                scope.spawn(move || {
                    let _over = Over(&self.over);
                    self.in_memory(seed ^ number);
                });
            }
            let _over = Over(&self.over);
            work();
        });
        let counts = self.counts.lock().unwrap();
        for (way, counts) in counts.iter() {
            println!("  {way:?}: {counts:?}");
        }
    }

    fn ended(&self) -> [usize; 2] {
        let [in_memory, through_sockets] = &self.handshakes;
        [in_memory, through_sockets].map(|count| count.load(Ordering::Relaxed))
    }

    /// Waits until so many more have ended in memory, and some through sockets.
    fn wait_for_handshakes(&self, count: usize) {
        let start = self.ended();
        wait_until("handshakes", || {
            let now = self.ended();
            now[0] >= start[0] + count && now[1] >= start[1] + count / 4
                || self.over.load(Ordering::Acquire)
        });
        assert!(
            !self.over.load(Ordering::Acquire),
            "somebody found a mistake"
        );
    }

    /// Every way was gone, with every result that it can have.
    fn assert_every_way_counted(&self, least: usize) {
        let counts = self.counts.lock().unwrap();
        // Mutual or not and either version; in memory with three pairs of ends, through sockets with one.
        assert_eq!(counts.len(), 2 * 2 * 4, "{:?}", self.pool.folder.0);
        for (way, counts) in counts.iter() {
            // A steady client believes both nodes, and a server that does not ask believes everybody.
            let refuses = way.mutual || way.reloads[CLIENT];
            assert!(
                counts.full >= least && counts.resumed >= least,
                "{way:?}: {counts:?}"
            );
            assert!((counts.refused >= least) == refuses, "{way:?}: {counts:?}");
            assert!(
                counts.either < counts.full + counts.resumed,
                "{way:?}: {counts:?}"
            );
        }
    }
}

#[test]
fn a_thousand_replacements_under_load() {
    let pool = Pool::new();
    let seed = random::seed("reload under load", || 4);
    let mut random = Random::new(seed);
    let mut worlds = [World::new(&pool), World::new(&pool)];
    let load = Load::new(&pool, &worlds[SERVER], &worlds[CLIENT]);
    let mut kinds = BTreeMap::new();
    load.run(seed, || {
        for round in 0..1000 {
            let end = random.below(2);
            let world = &mut worlds[end];
            let kind = drawn(&mut random);
            *kinds.entry(kind).or_insert(0_usize) += 1;
            let step = world.draw(&mut random, kind);
            let sides = vec![world.side, world.side_after(&step)];
            world.replace(&mut random, step);
            load.history.push(end, sides);
            world.settle();
            load.history.push(end, vec![world.side]);
            load.wait_for_handshakes(if round % 10 == 0 { 24 } else { 4 });
        }
    });
    println!("  {kinds:?}, handshakes: {:?}", load.ended());
    assert!(
        kinds.len() == 8 && kinds.values().all(|count| *count > 30),
        "{kinds:?}"
    );
    load.assert_every_way_counted(10);
}

#[test]
fn replacements_under_load_with_a_watch() {
    let pool = Pool::new();
    let seed = random::seed("watch under load", || 9);
    let mut random = Random::new(seed);
    let mut worlds = [World::new(&pool), World::new(&pool)];
    let load = Load::new(&pool, &worlds[SERVER], &worlds[CLIENT]);
    let watch = worlds[SERVER]
        .reloader
        .watch(Duration::from_millis(5))
        .unwrap();
    let watch = watch.also(&worlds[CLIENT].reloader);
    load.run(seed, || {
        for _ in 0..60 {
            let end = random.below(2);
            let world = &mut worlds[end];
            let generation = world.reloader.status().generation;
            let kind = *random.pick(&[Kind::Swap, Kind::Swap, Kind::RenameOver, Kind::Corrupt]);
            let step = world.draw(&mut random, kind);
            load.history
                .push(end, vec![world.side, world.side_after(&step)]);
            world.replace(&mut random, step);
            let (polled, loads) = world.expect();
            wait_until("it is loaded", || {
                let status = world.reloader.status();
                status.failure.is_none() == polled.is_some()
                    && status.generation == generation + u64::from(loads)
            });
            load.history.push(end, vec![world.side]);
            load.wait_for_handshakes(20);
        }
    });
    drop(watch);
    let counts = load.counts.lock().unwrap();
    for of in [
        |c: &Counts| c.full,
        |c: &Counts| c.resumed,
        |c: &Counts| c.refused,
    ] {
        assert!(counts.values().map(of).sum::<usize>() > 50, "{counts:?}");
    }
}
