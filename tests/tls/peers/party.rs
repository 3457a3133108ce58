//! Who takes part: the stores of the documentation, and certificates with every kind of name.

use std::collections::BTreeMap;
use std::fs::write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::SystemTime;

use bailiwick::tls::{
    ClientAuth, ClientContext, Files, Identity, Password, ServerContext, Store, Trust, TrustSource,
    ring_provider,
};
use base64ct::{Base64, Encoding};
use rcgen::{
    CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, SignatureAlgorithm, date_time_ymd,
};

use rustls::ServerConfig;

use super::Auth;
use crate::folder::{Folder, SELF_SIGNED_PAIR, TWO_NODES};
use crate::made::{Made, authority, common_name};
use crate::tools::{output, shell};

/// A file with a key or certificates, and its password.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) path: PathBuf,
    pub(crate) password: &'static str,
}

impl Keys {
    pub(super) fn open(&self) -> Store {
        let password = (!self.password.is_empty()).then(|| Password::new(self.password));
        Store::open(&self.path, password.as_ref()).unwrap()
    }
}

/// Somebody with a key and a certificate.
pub(crate) struct Party {
    /// What we read to be this party: a store, or a PEM file.
    pub(crate) keys: Keys,
    /// What JSSE reads: the same, or where it cannot read that, the key in the clear.
    pub(super) keys_of_java: Keys,
    /// What we and JSSE read to trust this party.
    pub(crate) trusted: Keys,
    /// The key and its certificate, as openssl and curl read them: in the clear, or the key encrypted with the password of `keys`.
    pub(crate) pem: PathBuf,
    /// The certificate alone.
    pub(crate) certificate: PathBuf,
    /// The authorities between it and the root, if there are any.
    pub(crate) chain: Option<PathBuf>,
    // Opening a store takes a while: its password is stretched.
    identity: OnceLock<Identity>,
    trust: OnceLock<Trust>,
}

impl Party {
    pub(super) fn new(keys: Keys, trusted: Keys, pem: PathBuf, certificate: PathBuf) -> Self {
        Self {
            keys_of_java: keys.clone(),
            keys,
            trusted,
            pem,
            certificate,
            chain: None,
            identity: OnceLock::new(),
            trust: OnceLock::new(),
        }
    }

    pub(crate) fn identity(&self) -> &Identity {
        let open = || self.keys.open().key(None, None, &ring_provider()).unwrap();
        self.identity.get_or_init(open)
    }

    pub(crate) fn trust(&self) -> &Trust {
        let open = || self.trusted.open().trust(None).unwrap();
        self.trust.get_or_init(open)
    }

    /// The certificate, in base64.
    pub(crate) fn base64(&self) -> String {
        let store = Store::open(&self.certificate, None).unwrap();
        Base64::encode_string(&store.entries()[0].certificates()[0])
    }
}

pub(crate) struct Parties {
    folder: Folder,
    parties: BTreeMap<&'static str, Party>,
}

impl Parties {
    /// The same for all tests that run at this time. They go with the last of these tests.
    pub(crate) fn get() -> Arc<Self> {
        static SHARED: Mutex<Weak<Parties>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let parties = Arc::new(Self::make());
            *shared = Arc::downgrade(&parties);
            parties
        })
    }

    pub(crate) fn party(&self, name: &str) -> &Party {
        self.parties
            .get(name)
            .unwrap_or_else(|| panic!("nobody is called {name}"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path(name)
    }

    pub(super) fn known(&self, name: &str) -> Option<&Party> {
        (name != "-").then(|| self.party(name))
    }

    /// `NAME`; `NAME FILE`, with a list of revoked certificates; `sha256 NAME` or `sha1 NAME`, by fingerprint.
    fn trusting(&self, words: &str) -> Trust {
        match words.split_once(' ') {
            None => self.party(words).trust().clone(),
            Some((hash @ ("sha256" | "sha1"), name)) => {
                let certificate = self.party(name).certificate.display();
                let command = format!("x509 -in {certificate} -noout -fingerprint -{hash}");
                let printed = self.openssl(&command);
                let (_, fingerprint) = printed.split_once('=').unwrap();
                Trust::from_fingerprints(&fingerprint.parse().unwrap())
            }
            Some((name, file)) => {
                let source = TrustSource::store(&self.party(name).certificate).crl(self.path(file));
                source.trust(&mut Files::new(SystemTime::now())).unwrap()
            }
        }
    }

    pub(super) fn client(&self, trust: &str) -> ClientContext {
        ClientContext::new(&self.trusting(trust), &ring_provider())
    }

    pub(super) fn server(&self, who: &str, auth: Auth, trust: &str) -> Arc<ServerConfig> {
        let server = ServerContext::new(self.party(who).identity(), &ring_provider());
        let server = server.client_auth(match auth {
            Auth::None => ClientAuth::None,
            Auth::Optional => ClientAuth::Optional(self.trusting(trust)),
            Auth::Required => ClientAuth::Required(self.trusting(trust)),
        });
        Arc::new(server.config().unwrap())
    }

    /// For a peer: `NAME`, or `NAME FILE` with a list of revoked certificates.
    pub(super) fn trust_and_crl(&self, trust: &str) -> (Option<&Party>, Option<PathBuf>) {
        match trust.split_once(' ') {
            Some((name, file)) => (Some(self.party(name)), Some(self.path(file))),
            None => (self.known(trust), None),
        }
    }

    fn make() -> Self {
        let mut this = Self {
            folder: Folder::with(SELF_SIGNED_PAIR, false),
            parties: BTreeMap::new(),
        };
        shell(this.folder.0.path(), TWO_NODES, false);
        this.seed(
            "localhost",
            ["keystore.jks", "keypass"],
            Some(["truststore.jks", "trustpass"]),
        );
        this.seed(
            "ca",
            ["ca.keystore", "password"],
            Some(["ca.truststore", "password"]),
        );
        this.seed("node1", ["node1.keystore", "password"], None);
        this.seed("node2", ["node2.keystore", "password"], None);

        // Two authorities with one name and two keys: `impostor` is issued by the second.
        let root = new(&[], None, |params| {
            common_name("Peers CA")(params);
            authority(params);
        });
        let forger = new(&[], None, |params| {
            common_name("Peers CA")(params);
            authority(params);
        });
        let elsewhere = new(&[], None, authority);
        let between = new(&[], Some(&root), authority);

        // By openssl: it cannot read the form that rcgen writes, with the public key (RFC 5958 §2).
        let ed25519 = this.openssl("genpkey -algorithm ed25519");
        let ed25519 = KeyPair::from_pem(&ed25519).unwrap();
        const NODE1: &[&str] = &["node1.company.org"];
        let by_root =
            |names: &[&str], shape: &dyn Fn(&mut CertificateParams)| new(names, Some(&root), shape);
        let with_key = |algorithm, names: &[&str], shape: &dyn Fn(&mut CertificateParams)| {
            with_key(algorithm, names, Some(&root), shape)
        };
        let for_purpose = |purpose: ExtendedKeyUsagePurpose| {
            by_root(NODE1, &|params| {
                params.extended_key_usages = vec![purpose.clone()];
            })
        };
        for (name, made) in [
            (
                "addresses",
                by_root(&["node1.company.org", "192.168.1.1", "127.0.0.1"], &|_| {}),
            ),
            (
                "common_name",
                with_key(
                    &PKCS_ECDSA_P384_SHA384,
                    &[],
                    &common_name("node1.company.org"),
                ),
            ),
            (
                "wildcard",
                Made::with_key(&["*.company.org"], Some(&root), ed25519, |_| {}),
            ),
            (
                "two_names",
                by_root(&[], &|params| {
                    common_name("node1.company.org")(params);
                    let again = DnType::CustomDnType(vec![2, 5, 4, 3]);
                    params.distinguished_name.push(again, "node2.company.org");
                }),
            ),
            (
                "other_name",
                by_root(&["node9.company.org"], &common_name("node1.company.org")),
            ),
            (
                "only_address",
                by_root(&["192.168.1.1"], &common_name("node1.company.org")),
            ),
            (
                "expired",
                by_root(NODE1, &|params| {
                    params.not_after = date_time_ymd(2020, 1, 1);
                }),
            ),
            (
                "future",
                by_root(NODE1, &|params| {
                    params.not_before = date_time_ymd(2999, 1, 1);
                }),
            ),
            (
                "for_servers",
                for_purpose(ExtendedKeyUsagePurpose::ServerAuth),
            ),
            (
                "for_clients",
                for_purpose(ExtendedKeyUsagePurpose::ClientAuth),
            ),
            ("impostor", new(NODE1, Some(&forger), |_| {})),
            ("stranger", new(NODE1, Some(&elsewhere), |_| {})),
            ("pinned", new(NODE1, None, |_| {})),
        ] {
            this.made(name, &made, None);
        }
        let revoked = by_root(NODE1, &|_| {});
        this.made("revoked", &revoked, None);
        let deep = new(NODE1, Some(&between), |_| {});
        this.made("deep", &deep, Some(&between));
        for name in ["encrypted", "traditional", "jceks", "legacy"] {
            this.made(name, &by_root(NODE1, &|_| {}), None);
        }
        this.protect();
        this.made("root", &root, None);
        let stale = |list: &mut CertificateRevocationListParams| {
            list.this_update = date_time_ymd(2020, 1, 1);
            list.next_update = date_time_ymd(2021, 1, 1);
        };
        for (name, der) in [
            ("revoked", root.crl(&[&revoked], |_| {})),
            ("stale", root.crl(&[&revoked], stale)),
        ] {
            write(this.path(name), der).unwrap();
            this.openssl(&format!("crl -inform DER -in {name} -out {name}.crl"));
        }
        this
    }

    /// Puts the keys of some parties behind a password.
    fn protect(&mut self) {
        shell(self.folder.0.path(), PROTECTED, false);
        for (name, file) in [
            ("encrypted", "encrypted.key.pem"),
            ("traditional", "traditional.key.pem"),
            ("jceks", "key.jceks"),
            ("legacy", "legacy.p12"),
        ] {
            let path = self.path(file);
            let party = self.parties.get_mut(name).unwrap();
            party.keys = Keys {
                path: path.clone(),
                password: "geheim",
            };
            if file.ends_with(".pem") {
                party.pem = path;
            } else {
                party.keys_of_java = party.keys.clone();
            }
        }
    }

    /// Runs openssl in the folder, and returns what it prints.
    fn openssl(&self, arguments: &str) -> String {
        let mut openssl = Command::new("openssl");
        openssl.args(arguments.split(' '));
        let output = output(openssl.current_dir(&self.folder.0));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A store of the documentation: keytool's file for us and JSSE, a copy for openssl, which cannot read it here.
    fn seed(
        &mut self,
        name: &'static str,
        [keys, password]: [&'static str; 2],
        trusted: Option<[&'static str; 2]>,
    ) {
        let store = format!("pkcs12 -in {keys} -passin pass:{password}");
        self.openssl(&format!("{store} -nodes -out {name}.pem"));
        self.openssl(&format!("{store} -nokeys -clcerts -out {name}.crt.pem"));
        let certificate = self.path(&format!("{name}.crt.pem"));
        let (trusted, trust_password) = match trusted {
            Some([file, password]) => (self.path(file), password),
            None => (certificate.clone(), ""),
        };
        let keys = Keys {
            path: self.path(keys),
            password,
        };
        let trusted = Keys {
            path: trusted,
            password: trust_password,
        };
        let pem = self.path(&format!("{name}.pem"));
        let party = Party::new(keys, trusted, pem, certificate);
        self.parties.insert(name, party);
    }

    fn made(&mut self, name: &'static str, made: &Made, between: Option<&Made>) {
        let pem = self.path(&format!("{name}.pem"));
        let certificate = self.path(&format!("{name}.crt.pem"));
        let issuer = between.map_or("", |made| &made.pem);
        let key = made.key.serialize_pem();
        write(&pem, format!("{key}{}{issuer}", made.pem)).unwrap();
        write(&certificate, &made.pem).unwrap();
        let file = |path: &PathBuf| Keys {
            path: path.clone(),
            password: "",
        };
        let mut party = Party::new(file(&pem), file(&certificate), pem, certificate);
        party.chain = between.map(|made| {
            let path = self.path(&format!("{name}.chain.pem"));
            write(&path, &made.pem).unwrap();
            path
        });
        self.parties.insert(name, party);
    }
}

/// PEM with an encrypted key, as PKCS#8 (RFC 5958 §3) and as openssl did it before that (RFC 1421 §4.6.1.1), and stores
/// that the documentation has none of.
const PROTECTED: &str = "
openssl pkcs8 -topk8 -in encrypted.pem -passout pass:geheim -out encrypted.key.pem
openssl ec -aes256 -in traditional.pem -passout pass:geheim -out traditional.key.pem
grep -qx -e '-----BEGIN ENCRYPTED PRIVATE KEY-----' encrypted.key.pem
grep -qx 'Proc-Type: 4,ENCRYPTED' traditional.key.pem
for name in encrypted traditional; do cat $name.crt.pem >> $name.key.pem; done
for name in legacy jceks; do openssl pkcs12 -export -legacy -in $name.pem -name key -passout pass:geheim -out $name.p12; done
keytool -importkeystore -srckeystore jceks.p12 -srcstorepass geheim -destkeystore key.jceks -deststoretype JCEKS -deststorepass geheim
";

/// The authority of a party's certificate.
pub(super) fn authority_of(who: &str) -> &str {
    match who {
        "node1" | "node2" => "ca",
        "localhost" => "localhost",
        _ => "root",
    }
}

fn new(names: &[&str], issuer: Option<&Made>, shape: impl FnOnce(&mut CertificateParams)) -> Made {
    with_key(&PKCS_ECDSA_P256_SHA256, names, issuer, shape)
}

fn with_key(
    algorithm: &'static SignatureAlgorithm,
    names: &[&str],
    issuer: Option<&Made>,
    shape: impl FnOnce(&mut CertificateParams),
) -> Made {
    let key = KeyPair::generate_for(algorithm).unwrap();
    Made::with_key(names, issuer, key, shape)
}
