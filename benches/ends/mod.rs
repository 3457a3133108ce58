//! Both ends of connections in memory: bailiwick's configurations, and what one writes with bare rustls.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::Arc;

use bailiwick::tls::{
    ClientAuth, ClientContext, Identity, Protocols, Resumption, ServerContext, Store, Trust,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, RootCertStore, ServerConfig, ServerConnection,
    client, version,
};

/// A leaf for `localhost` and the authority that issued it, both with keys of one kind.
pub(crate) struct Issued {
    /// The leaf, the authority and the key of the leaf.
    pub(crate) bundle: String,
    pub(crate) authority: String,
}

impl Issued {
    pub(crate) fn new(key: impl Fn() -> KeyPair) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let (root_key, leaf_key) = (key(), key());
        let authority = params.self_signed(&root_key).unwrap().pem();
        let issuer = Issuer::from_params(&params, &root_key);
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        let leaf = params.signed_by(&leaf_key, &issuer).unwrap().pem();
        let bundle = format!("{leaf}{authority}{}", leaf_key.serialize_pem());
        Self { bundle, authority }
    }

    pub(crate) fn identity(&self, provider: &CryptoProvider) -> Identity {
        let store = Store::read(self.bundle.as_bytes(), None).unwrap();
        store.key(None, None, provider).unwrap()
    }

    pub(crate) fn trust(&self) -> Trust {
        let store = Store::read(self.authority.as_bytes(), None).unwrap();
        store.trust(None).unwrap()
    }
}

pub(crate) fn p256() -> KeyPair {
    KeyPair::generate().unwrap()
}

/// rcgen cannot make one with ring.
pub(crate) fn rsa_2048() -> KeyPair {
    let arguments = [
        "genpkey",
        "-quiet",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:2048",
    ];
    let output = Command::new("openssl").args(arguments).output();
    let output = output.expect("apt-get install openssl");
    KeyPair::from_pem(&String::from_utf8(output.stdout).unwrap()).unwrap()
}

/// How two ends are to meet.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    pub(crate) protocols: Protocols,
    pub(crate) mutual: bool,
    pub(crate) resumed: bool,
}

/// Two ends that know each other.
pub(crate) struct Ends {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    kind: HandshakeKind,
    name: ServerName<'static>,
}

impl Ends {
    pub(crate) fn ours(issued: &Issued, way: Way, provider: &Arc<CryptoProvider>) -> Self {
        let (identity, trust) = (issued.identity(provider), issued.trust());
        let mut server = ServerContext::new(&identity, provider).protocols(way.protocols);
        let mut client = ClientContext::new(&trust, provider).protocols(way.protocols);
        if way.mutual {
            server = server.client_auth(ClientAuth::Required(trust));
            client = client.identity(&identity);
        }
        if !way.resumed {
            client = client.resumption(Resumption::off());
        }
        Self::new(client.config().unwrap(), server.config().unwrap(), way)
    }

    pub(crate) fn bare(issued: &Issued, way: Way, provider: &Arc<CryptoProvider>) -> Self {
        let versions = match way.protocols {
            Protocols::Tls12 => [&version::TLS12],
            _ => [&version::TLS13],
        };
        let chain = || -> Vec<_> {
            let certificates = CertificateDer::pem_slice_iter(issued.bundle.as_bytes());
            certificates.map(Result::unwrap).collect()
        };
        let key = || PrivateKeyDer::from_pem_slice(issued.bundle.as_bytes()).unwrap();
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_slice(issued.authority.as_bytes());
        roots.add(authority.unwrap()).unwrap();
        let roots = Arc::new(roots);

        let server = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&versions)
            .unwrap();
        let server = if way.mutual {
            let builder =
                WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone());
            server.with_client_cert_verifier(builder.build().unwrap())
        } else {
            server.with_no_client_auth()
        };
        let server = server.with_single_cert(chain(), key()).unwrap();

        let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider.clone());
        let client = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&versions)
            .unwrap()
            .with_webpki_verifier(verifier.build().unwrap());
        let mut client = if way.mutual {
            client.with_client_auth_cert(chain(), key()).unwrap()
        } else {
            client.with_no_client_auth()
        };
        if !way.resumed {
            client.resumption = client::Resumption::disabled();
        }
        Self::new(client, server, way)
    }

    fn new(client: ClientConfig, server: ServerConfig, way: Way) -> Self {
        let mut ends = Self {
            client: Arc::new(client),
            server: Arc::new(server),
            kind: HandshakeKind::Full,
            name: ServerName::try_from("localhost").unwrap(),
        };
        ends.meet();
        if way.resumed {
            ends.kind = HandshakeKind::Resumed;
        }
        ends
    }

    /// One handshake, to the last ticket.
    pub(crate) fn meet(&self) -> Connected {
        let mut connected = Connected {
            client: ClientConnection::new(self.client.clone(), self.name.clone()).unwrap(),
            server: ServerConnection::new(self.server.clone()).unwrap(),
            wire: Vec::with_capacity(8 * 1024),
        };
        while connected.client_speaks() | connected.server_speaks() {}
        assert_eq!(connected.client.handshake_kind(), Some(self.kind));
        connected
    }
}

/// Two ends after a handshake.
pub(crate) struct Connected {
    client: ClientConnection,
    server: ServerConnection,
    wire: Vec<u8>,
}

impl Connected {
    /// What a record holds at most.
    pub(crate) const RECORD: usize = 16 * 1024;

    fn client_speaks(&mut self) -> bool {
        self.wire.clear();
        while self.client.wants_write() {
            self.client.write_tls(&mut self.wire).unwrap();
        }
        let mut wire = self.wire.as_slice();
        while !wire.is_empty() {
            self.server.read_tls(&mut wire).unwrap();
            self.server.process_new_packets().unwrap();
        }
        !self.wire.is_empty()
    }

    fn server_speaks(&mut self) -> bool {
        self.wire.clear();
        while self.server.wants_write() {
            self.server.write_tls(&mut self.wire).unwrap();
        }
        let mut wire = self.wire.as_slice();
        while !wire.is_empty() {
            self.client.read_tls(&mut wire).unwrap();
            self.client.process_new_packets().unwrap();
        }
        !self.wire.is_empty()
    }

    /// One record from the client to the server.
    pub(crate) fn send(&mut self, record: &mut [u8; Self::RECORD]) {
        self.client.writer().write_all(record).unwrap();
        self.client_speaks();
        self.server.reader().read_exact(record).unwrap();
    }
}
