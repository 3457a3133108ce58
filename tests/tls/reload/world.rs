//! Two nodes with stores that are replaced at random, and what each has to serve after it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bailiwick::tls::{
    ClientAuth, ClientContext, KeySource, PasswordSource, Polled, Protocols, Reloader,
    ServerContext, TrustSource, ring_provider,
};
use rustls::{ClientConfig, ServerConfig};

use super::bench::{Clock, at, relink, rename_over};
use crate::folder::Folder;
use crate::made::{Made, authority};
use crate::random::Random;

/// One of the two authorities, and the node that it has issued a certificate to.
pub(crate) type Authority = usize;

/// What a node is, and whom it believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) is: Authority,
    pub(crate) believes: [bool; 2],
}

/// What is made of the stores of a node.
pub(crate) struct Node {
    pub(crate) one_way: Arc<ServerConfig>,
    pub(crate) mutual: Arc<ServerConfig>,
    /// TLS 1.2 and 1.3.
    pub(crate) clients: [Arc<ClientConfig>; 2],
}

/// A file that can be put in place, and what it is worth.
#[derive(Clone)]
struct Content<V> {
    bytes: Vec<u8>,
    /// `None` if it cannot be read.
    value: Option<V>,
    /// Which of the two passwords opens it. Without one, any does.
    password: Option<usize>,
}

type Key = Content<Authority>;
type Trusted = Content<[bool; 2]>;

/// Stores of every kind, made once.
pub(crate) struct Pool {
    keys: Vec<Key>,
    trusts: Vec<Trusted>,
    pub(crate) folder: Folder,
}

const PASSWORDS: [&str; 2] = ["password", "another"];
const NAMES: [&str; 3] = ["keystore", "truststore", "password"];

/// The formats of each key and of each combination of authorities. Few iterations: nothing here tests their strength.
const STORES: &str = r#"
weak="-J-Dkeystore.pkcs12.certPbeIterationCount=10 -J-Dkeystore.pkcs12.keyPbeIterationCount=10 -J-Dkeystore.pkcs12.macIterationCount=10"
trust() { keytool -importcert -noprompt -alias "$1" -file "$1.root" -keystore "$2" -storepass "$3" -storetype "$4" $weak; }
for n in 0 1; do (
  openssl pkcs12 -export -in $n.pem -name node -iter 10 -passout pass:password -out $n.key.p12
  keytool -importkeystore -noprompt -srckeystore $n.key.p12 -srcstoretype PKCS12 -srcstorepass password \
    -destkeystore $n.key.jks -deststoretype JKS -deststorepass another -destkeypass another
  trust $n $n.trust.jks password JKS
  trust $n $n.trust.p12 another PKCS12
) & done
wait
cp 0.trust.jks 01.trust.jks
trust 1 01.trust.jks password JKS
cp 0.trust.p12 01.trust.p12
trust 1 01.trust.p12 another PKCS12
"#;

impl Pool {
    pub(crate) fn new() -> Self {
        let folder = Folder::new();
        let mut roots = Vec::new();
        for n in 0..2 {
            let root = Made::new(&[], None, authority);
            let node = Made::new(&["one.localhost", "both.localhost"], Some(&root), |_| {});
            let bundle = format!("{}{}{}", node.key.serialize_pem(), node.pem, root.pem);
            fs::write(folder.path(&format!("{n}.pem")), bundle).unwrap();
            fs::write(folder.path(&format!("{n}.root")), &root.pem).unwrap();
            roots.push(root.pem);
        }
        crate::tools::shell(folder.0.path(), STORES, false);
        let read = |name: String| fs::read(folder.path(&name)).unwrap();
        let (mut keys, mut trusts) = (Vec::new(), Vec::new());
        for n in 0..2 {
            for (name, password) in [("pem", None), ("key.p12", Some(0)), ("key.jks", Some(1))] {
                let (bytes, value) = (read(format!("{n}.{name}")), Some(n));
                keys.push(Content {
                    bytes,
                    value,
                    password,
                });
            }
        }
        for (name, value) in [
            ("0", [true, false]),
            ("1", [false, true]),
            ("01", [true, true]),
        ] {
            for (ext, password) in [("jks", 0), ("p12", 1)] {
                let (bytes, password) = (read(format!("{name}.trust.{ext}")), Some(password));
                trusts.push(Content {
                    bytes,
                    value: Some(value),
                    password,
                });
            }
            let believed = value.iter().zip(&roots).filter(|(believed, _)| **believed);
            let pem: String = believed.map(|(_, pem)| pem.as_str()).collect();
            trusts.push(Content {
                bytes: pem.into_bytes(),
                value: Some(value),
                password: None,
            });
        }
        Self {
            keys,
            trusts,
            folder,
        }
    }
}

/// The files of a node, as they lie on disk.
#[derive(Clone)]
struct Disk {
    key: Key,
    trust: Trusted,
    password: Option<usize>,
}

impl Disk {
    fn bytes(&self, name: &str) -> Vec<u8> {
        match name {
            "keystore" => self.key.bytes.clone(),
            "truststore" => self.trust.bytes.clone(),
            _ => self.password.map_or("wrong", |n| PASSWORDS[n]).into(),
        }
    }

    fn content(&self) -> [Vec<u8>; 3] {
        NAMES.map(|name| self.bytes(name))
    }

    /// What has to be served if it is loaded.
    fn side(&self) -> Option<Side> {
        let fits = |password: Option<usize>| password.is_none() || password == self.password;
        let is = self.key.value.filter(|_| fits(self.key.password))?;
        let believes = self.trust.value.filter(|_| fits(self.trust.password))?;
        Some(Side { is, believes })
    }
}

/// What happened to the stores of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Swap,
    RenameOver,
    TruncateAndWrite,
    SlowWrite,
    Corrupt,
    WrongPassword,
    Missing,
    Touch,
}

/// How often each is drawn.
const KINDS: [(Kind, usize); 8] = [
    (Kind::Swap, 38),
    (Kind::RenameOver, 10),
    (Kind::TruncateAndWrite, 10),
    (Kind::SlowWrite, 10),
    (Kind::Corrupt, 10),
    (Kind::WrongPassword, 8),
    (Kind::Missing, 8),
    (Kind::Touch, 6),
];

/// A replacement that is decided on.
pub(crate) struct Step {
    pub(crate) kind: Kind,
    disk: Disk,
}

/// A node, the folder of its stores, and what is known about both.
pub(crate) struct World<'a> {
    pool: &'a Pool,
    folder: tempfile::TempDir,
    dated: usize,
    disk: Disk,
    served: [Vec<u8>; 3],
    pub(crate) side: Side,
    pub(crate) reloader: Reloader<Node>,
    pub(crate) clock: Clock,
}

fn load(folder: &Path) -> Reloader<Node> {
    let password = || PasswordSource::File(folder.join("password"));
    let key = KeySource::store(folder.join("keystore")).password(password());
    let trust = TrustSource::store(folder.join("truststore")).password(password());
    let provider = ring_provider();
    let reloader = Reloader::new(at(0), move |files| {
        let me = key.identity(files, &provider)?;
        let them = trust.trust(files)?;
        let server = ServerContext::new(&me, &provider);
        let client = ClientContext::new(&them, &provider).identity(&me);
        let client = |version| Ok(Arc::new(client.clone().protocols(version).config()?));
        Ok(Node {
            one_way: Arc::new(server.config()?),
            clients: [client(Protocols::Tls12)?, client(Protocols::Tls13)?],
            mutual: Arc::new(server.client_auth(ClientAuth::Required(them)).config()?),
        })
    });
    reloader.unwrap()
}

impl<'a> World<'a> {
    /// A node of the first authority that believes both.
    pub(crate) fn new(pool: &'a Pool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk {
            key: pool.keys[0].clone(),
            trust: pool.trusts.last().unwrap().clone(),
            password: Some(0),
        };
        put(folder.path(), 0, &disk);
        for name in NAMES {
            std::os::unix::fs::symlink(Path::new("..data").join(name), folder.path().join(name))
                .unwrap();
        }
        Self {
            pool,
            dated: 0,
            served: disk.content(),
            side: disk.side().unwrap(),
            disk,
            reloader: load(folder.path()),
            folder,
            clock: Clock::default(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("..data").join(name)
    }

    /// What is to happen next.
    pub(crate) fn draw(&self, random: &mut Random, kind: Kind) -> Step {
        let mut disk = self.disk.clone();
        match kind {
            Kind::Swap => {
                disk.key = random.pick(&self.pool.keys).clone();
                let fits = |one: Option<usize>, other: Option<usize>| {
                    one.is_none() || other.is_none() || one == other
                };
                let of_key = disk.key.password;
                let trusts: Vec<_> = self
                    .pool
                    .trusts
                    .iter()
                    .filter(|trust| fits(trust.password, of_key))
                    .collect();
                disk.trust = (*random.pick(&trusts)).clone();
                disk.password = of_key.or(disk.trust.password).or(Some(0));
            }
            Kind::Corrupt => {
                let damage = |bytes: &[u8], random: &mut Random| match random.below(3) {
                    0 => Vec::new(),
                    1 => b"\x01".to_vec(),
                    // Java's stores end with a check of the whole, a PEM block with a line of its own.
                    _ => bytes[..bytes.len() / 2].to_vec(),
                };
                if random.percent(50) {
                    disk.key.value = None;
                    disk.key.bytes = damage(&self.pool.keys[2].bytes, random);
                } else {
                    disk.trust.value = None;
                    disk.trust.bytes = damage(&self.pool.trusts[0].bytes, random);
                }
            }
            Kind::WrongPassword => {
                disk.password = *random.pick(&[None, Some(0), Some(1)]);
                disk.key = random.pick(&self.pool.keys).clone();
            }
            Kind::RenameOver | Kind::TruncateAndWrite | Kind::SlowWrite => {
                if random.percent(50) {
                    disk.key = random.pick(&self.pool.keys).clone();
                } else {
                    disk.trust = random.pick(&self.pool.trusts).clone();
                }
            }
            Kind::Missing | Kind::Touch => {}
        }
        Step { kind, disk }
    }

    /// What is served once this has happened and settled.
    pub(crate) fn side_after(&self, step: &Step) -> Side {
        step.disk.side().unwrap_or(self.side)
    }

    pub(crate) fn replace(&mut self, random: &mut Random, Step { kind, disk }: Step) {
        let changed: Vec<_> = NAMES
            .into_iter()
            .filter(|name| disk.bytes(name) != self.disk.bytes(name))
            .collect();
        match kind {
            Kind::Swap => {
                self.dated += 1;
                put(self.folder.path(), self.dated, &disk);
            }
            Kind::Missing => {
                let name = *random.pick(&NAMES);
                let (path, bytes) = (self.path(name), disk.bytes(name));
                fs::remove_file(&path).unwrap();
                for _ in 0..=random.below(3) {
                    let _ = self.reloader.poll(self.clock.tick());
                }
                fs::write(path, bytes).unwrap();
            }
            Kind::Touch => {
                for name in NAMES {
                    rename_over(&self.path(name), &disk.bytes(name));
                }
            }
            Kind::SlowWrite => {
                for name in changed {
                    let (path, bytes) = (self.path(name), disk.bytes(name));
                    let mut written = 1;
                    while written < bytes.len() {
                        fs::write(&path, &bytes[..written]).unwrap();
                        let before = self.reloader.status().generation;
                        assert_eq!(
                            self.reloader.poll(self.clock.tick()).unwrap(),
                            Polled::Unsettled
                        );
                        assert_eq!(self.reloader.status().generation, before);
                        written += bytes.len() / 3 + random.below(9) + 1;
                    }
                    fs::write(&path, &bytes).unwrap();
                }
            }
            Kind::RenameOver | Kind::TruncateAndWrite | Kind::Corrupt | Kind::WrongPassword => {
                let rename = kind == Kind::RenameOver
                    || kind != Kind::TruncateAndWrite && random.percent(50);
                for name in changed {
                    let (path, bytes) = (self.path(name), disk.bytes(name));
                    if rename {
                        rename_over(&path, &bytes);
                    } else {
                        fs::write(path, bytes).unwrap();
                    }
                }
            }
        }
        self.disk = disk;
    }

    /// Polls until the files have settled, and holds what came of it against what lies on disk.
    pub(crate) fn settle(&mut self) {
        let generation = self.reloader.status().generation;
        let last = loop {
            match self.reloader.poll(self.clock.tick()) {
                Ok(Polled::Unsettled) => {}
                last => break last.map_err(|error| error.to_string()),
            }
        };
        let status = self.reloader.status();
        let (expected, loads) = self.expect();
        assert_eq!(last.clone().ok(), expected, "{last:?}");
        assert_eq!(status.failure.is_none(), last.is_ok(), "{status:?}");
        assert_eq!(
            status.generation,
            generation + u64::from(loads),
            "{status:?}"
        );
    }

    /// What the polls come to now that the files have settled, and whether something new is served.
    pub(crate) fn expect(&mut self) -> (Option<Polled>, bool) {
        if self.disk.content() == self.served {
            return (Some(Polled::Unchanged), false);
        }
        match self.disk.side() {
            Some(side) => {
                self.side = side;
                self.served = self.disk.content();
                (Some(Polled::Loaded), true)
            }
            None => (None, false),
        }
    }
}

/// A kind as often as it should be.
pub(crate) fn drawn(random: &mut Random) -> Kind {
    let mut rest = random.below(KINDS.iter().map(|(_, weight)| weight).sum());
    for (kind, weight) in KINDS {
        match rest.checked_sub(weight) {
            Some(less) => rest = less,
            None => return kind,
        }
    }
    unreachable!()
}

/// All files at once, as the kubelet does it.
fn put(folder: &Path, number: usize, disk: &Disk) {
    let dated = PathBuf::from(format!("..{number}"));
    fs::create_dir(folder.join(&dated)).unwrap();
    for name in NAMES {
        fs::write(folder.join(&dated).join(name), disk.bytes(name)).unwrap();
    }
    relink(&folder.join("..data"), &dated);
    if let Some(old) = number.checked_sub(1) {
        fs::remove_dir_all(folder.join(format!("..{old}"))).unwrap();
    }
}
