//! TLS stores and contexts against keytool, openssl, JSSE and curl.
#![cfg(feature = "ring")]

#[path = "support/random.rs"]
mod random;
#[path = "support/tls_tools.rs"]
mod tools;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bailiwick::tls::{
    ClientAuth, ClientContext, Identity, NameCheck, Password, ServerContext, Store, TlsError,
    Trust, ring_provider,
};
use random::Random;
use rustls::version::{TLS12, TLS13};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, Error, ServerConfig, SignatureAlgorithm,
};
use tools::{call, handshake, missing, output, serve, shell};

/// What the Alluxio documentation prints, with paths relative to the folder.
const SELF_SIGNED_PAIR: &str = r#"
keytool -genkeypair -alias key -keyalg RSA -keysize 2048 \
  -dname "CN=localhost, OU=Department, O=Company, L=City, ST=State, C=US" \
  -keystore keystore.jks -keypass keypass -storepass keypass

keytool -export -alias key -keystore keystore.jks \
  -storepass keypass -rfc -file selfsigned.cer

keytool -import -alias key -noprompt -file selfsigned.cer \
  -keystore truststore.jks -storepass trustpass
"#;

/// What the Flink documentation prints.
const TWO_NODES: &str = r#"
keytool -genkeypair -alias ca -keystore ca.keystore -dname "CN=Sample CA" -storepass password -keypass password -keyalg RSA -ext bc=ca:true
keytool -keystore ca.keystore -storepass password -alias ca -exportcert > ca.cer
keytool -importcert -keystore ca.truststore -alias ca -storepass password -noprompt -file ca.cer

keytool -genkeypair -alias node1 -keystore node1.keystore -dname "CN=node1.company.org" -ext SAN=dns:node1.company.org,ip:192.168.1.1 -storepass password -keypass password -keyalg RSA
keytool -certreq -keystore node1.keystore -storepass password -alias node1 -file node1.csr
keytool -gencert -keystore ca.keystore -storepass password -alias ca -ext SAN=dns:node1.company.org,ip:192.168.1.1 -infile node1.csr -outfile node1.cer
keytool -importcert -keystore node1.keystore -storepass password -file ca.cer -alias ca -noprompt
keytool -importcert -keystore node1.keystore -storepass password -file node1.cer -alias node1 -noprompt

keytool -genkeypair -alias node2 -keystore node2.keystore -dname "CN=node2.company.org" -ext SAN=dns:node2.company.org,ip:192.168.1.2 -storepass password -keypass password -keyalg RSA
keytool -certreq -keystore node2.keystore -storepass password -alias node2 -file node2.csr
keytool -gencert -keystore ca.keystore -storepass password -alias ca -ext SAN=dns:node2.company.org,ip:192.168.1.2 -infile node2.csr -outfile node2.cer
keytool -importcert -keystore node2.keystore -storepass password -file ca.cer -alias ca -noprompt
keytool -importcert -keystore node2.keystore -storepass password -file node2.cer -alias node2 -noprompt
"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(script: &str, jks: bool) -> Self {
        let folder = Self::new();
        shell(folder.0.path(), script, jks);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn store(&self, name: &str, password: &str) -> Store {
        Store::open(self.path(name), Some(&Password::new(password))).unwrap()
    }

    fn identity(&self, name: &str, password: &str) -> Identity {
        self.store(name, password)
            .key(None, None, &ring_provider())
            .unwrap()
    }

    fn trust(&self, name: &str, password: &str) -> Trust {
        self.store(name, password).trust(None).unwrap()
    }
}

fn elliptic(script: &str) -> String {
    script
        .replace("-keyalg RSA -keysize 2048", "-keyalg EC")
        .replace("-keyalg RSA", "-keyalg EC")
}

fn server(identity: &Identity) -> ServerConfig {
    ServerContext::new(identity, &ring_provider())
        .config()
        .unwrap()
}

fn client(trust: &Trust) -> ClientConfig {
    ClientContext::new(trust, &ring_provider())
        .config()
        .unwrap()
}

// ---- stores ----

/// Alias, whether it is a key, length of the chain.
type Listing = BTreeSet<(String, bool, usize)>;

fn keytool_listing(folder: &Folder, store: &str, password: &str) -> Listing {
    let text = shell(
        folder.0.path(),
        &format!("keytool -list -v -keystore {store} -storepass {password}"),
        false,
    );
    let entries = text.split("Alias name: ").skip(1);
    let listing = entries.map(|entry| {
        let is_key = entry.contains("Entry type: PrivateKeyEntry");
        assert!(
            is_key || entry.contains("Entry type: trustedCertEntry"),
            "{entry}"
        );
        let chain = entry
            .lines()
            .find_map(|line| line.strip_prefix("Certificate chain length: "));
        (
            entry.lines().next().unwrap().to_owned(),
            is_key,
            chain.map_or(1, |length| length.parse().unwrap()),
        )
    });
    listing.collect()
}

fn assert_listed(
    folder: &Folder,
    name: &str,
    password: &str,
    jks: bool,
    expected: &[(&str, bool, usize)],
) {
    let bytes = std::fs::read(folder.path(name)).unwrap();
    assert_eq!(
        bytes.starts_with(&[0xfe, 0xed, 0xfe, 0xed]),
        jks,
        "{name} has the wrong format"
    );
    let store = folder.store(name, password);
    let ours: Listing = store
        .entries()
        .iter()
        .map(|entry| {
            (
                entry.alias().to_owned(),
                entry.is_key(),
                entry.certificates().len(),
            )
        })
        .collect();
    let expected: Listing = expected
        .iter()
        .map(|&(alias, key, length)| (alias.to_owned(), key, length))
        .collect();
    assert_eq!(ours, expected, "{name}");
    assert_eq!(ours, keytool_listing(folder, name, password), "{name}");
}

#[test]
fn self_signed_pairs_load() {
    for (jks, ec) in [(false, false), (true, false), (false, true), (true, true)] {
        let (script, algorithm) = match ec {
            true => (elliptic(SELF_SIGNED_PAIR), SignatureAlgorithm::ECDSA),
            false => (SELF_SIGNED_PAIR.to_owned(), SignatureAlgorithm::RSA),
        };
        let folder = Folder::with(&script, jks);
        assert_listed(&folder, "keystore.jks", "keypass", jks, &[("key", true, 1)]);
        assert_listed(
            &folder,
            "truststore.jks",
            "trustpass",
            jks,
            &[("key", false, 1)],
        );
        let identity = folder.identity("keystore.jks", "keypass");
        assert_eq!(identity.certified_key().key.algorithm(), algorithm);
        let trusted = folder.store("truststore.jks", "trustpass");
        assert_eq!(identity.chain(), trusted.entries()[0].certificates());
        assert_eq!(
            handshake(
                &client(&trusted.trust(None).unwrap()),
                &server(&identity),
                "localhost"
            ),
            (Ok(()), Ok(()))
        );
        // The certificate is trusted, not its key as an authority: see `Trust`.
        assert!(format!("{:?}", trusted.trust(Some("KEY")).unwrap()).contains("authorities: 0"));
    }
}

#[test]
fn stores_of_two_nodes_load() {
    for (jks, script) in [
        (false, TWO_NODES),
        (true, TWO_NODES),
        (false, &elliptic(TWO_NODES)),
    ] {
        let folder = Folder::with(script, jks);
        assert_listed(&folder, "ca.keystore", "password", jks, &[("ca", true, 1)]);
        assert_listed(
            &folder,
            "ca.truststore",
            "password",
            jks,
            &[("ca", false, 1)],
        );
        let trust = folder.trust("ca.truststore", "password");
        for (node, other) in [("node1", "node2"), ("node2", "node1")] {
            let keystore = format!("{node}.keystore");
            assert_listed(
                &folder,
                &keystore,
                "password",
                jks,
                &[(node, true, 2), ("ca", false, 1)],
            );
            let server = server(&folder.identity(&keystore, "password"));
            let address = format!("192.168.1.{}", &node[4..]);
            for (host, ok) in [
                (format!("{node}.company.org"), true),
                (address, true),
                (format!("{other}.company.org"), false),
                ("192.168.1.9".to_owned(), false),
                ("company.org".to_owned(), false),
            ] {
                let (ours, _) = handshake(&client(&trust), &server, &host);
                match ours {
                    Ok(()) => assert!(ok, "{host}"),
                    Err(Error::InvalidCertificate(CertificateError::NotValidForNameContext {
                        ..
                    })) => {
                        assert!(!ok, "{host}");
                    }
                    Err(error) => panic!("{host}: {error}"),
                }
            }
        }
    }
}

#[test]
fn pem_exported_by_openssl_loads() {
    for (ec, traditional) in [(false, "openssl rsa -traditional"), (true, "openssl ec")] {
        let script = if ec {
            elliptic(SELF_SIGNED_PAIR)
        } else {
            SELF_SIGNED_PAIR.to_owned()
        };
        let export = "openssl pkcs12 -in keystore.jks -passin pass:keypass -nodes -out all.pem
            openssl pkcs12 -in keystore.jks -passin pass:keypass -passout pass:secret -out encrypted.pem
            openssl pkey -in all.pem -out pkcs8.pem
            openssl x509 -in all.pem -out certificate.pem
            cat certificate.pem pkcs8.pem > modern.pem";
        let old = format!(
            "{traditional} -in pkcs8.pem -out old.key; cat old.key selfsigned.cer > old.pem"
        );
        let folder = Folder::with(&format!("{script}\n{export}\n{old}"), false);
        let expected = folder.identity("keystore.jks", "keypass");
        let header = if ec {
            "BEGIN EC PRIVATE KEY"
        } else {
            "BEGIN RSA PRIVATE KEY"
        };
        assert!(
            std::fs::read_to_string(folder.path("old.pem"))
                .unwrap()
                .contains(header)
        );
        for file in ["all.pem", "modern.pem", "old.pem"] {
            let identity = Store::open(folder.path(file), None)
                .unwrap()
                .key(None, None, &ring_provider())
                .unwrap();
            assert_eq!(identity.chain(), expected.chain(), "{file}");
            let trust = Store::open(folder.path("selfsigned.cer"), None)
                .unwrap()
                .trust(None)
                .unwrap();
            assert_eq!(
                handshake(&client(&trust), &server(&identity), "localhost"),
                (Ok(()), Ok(())),
                "{file}"
            );
        }
        let error = Store::open(folder.path("encrypted.pem"), None).unwrap_err();
        assert!(
            matches!(&error, TlsError::Unsupported { what, .. } if what.contains("ENCRYPTED")),
            "{error}"
        );
    }
}

/// The PKCS#8 of a P-256 key as Java writes it, without the public key. Before Java 12 the private number also
/// lacked its leading zeros, about one key in 256.
fn as_java_writes(key: &rcgen::KeyPair) -> Vec<u8> {
    let wrap = |tag: u8, parts: &[&[u8]]| {
        let content = parts.concat();
        [
            &[tag, u8::try_from(content.len()).unwrap()],
            content.as_slice(),
        ]
        .concat()
    };
    let der = key.serialize_der();
    // The algorithm, and the 32 bytes of the number, at their places in what ring writes.
    assert_eq!((der[6], der[34], der[35]), (0x30, 0x04, 32));
    let number: Vec<u8> = der[36..68]
        .iter()
        .copied()
        .skip_while(|&byte| byte == 0)
        .collect();
    let inner = wrap(0x30, &[&[2, 1, 1], &wrap(4, &[&number])]);
    wrap(0x30, &[&[2, 1, 0], &der[6..27], &wrap(4, &[&inner])])
}

#[test]
fn ec_keys_of_java_are_completed_from_their_certificate() {
    let key = |certificate: &str, key: &rcgen::KeyPair| {
        let bundle = format!("{certificate}{}", pem("PRIVATE KEY", &as_java_writes(key)));
        Store::read(bundle.as_bytes(), None)
            .unwrap()
            .key(None, None, &ring_provider())
            .map(drop)
    };
    let mut made = std::iter::repeat_with(|| Made::new(&["localhost"], None, |_| {})).take(20_000);
    let short = made
        .find(|made| made.key.serialize_der()[36] == 0)
        .expect("one in 256");
    key(&short.pem, &short.key).unwrap();
    let other = Made::new(&["localhost"], None, |_| {});
    key(&other.pem, &other.key).unwrap();
    let p384 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    for certificate in [other.pem, other.params.self_signed(&p384).unwrap().pem()] {
        let mismatch = key(&certificate, &short.key);
        assert!(
            matches!(mismatch, Err(TlsError::KeyMismatch { .. })),
            "{mismatch:?}"
        );
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64ct::{Base64, Encoding};
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        Base64::encode_string(der)
    )
}

// ---- errors ----

#[test]
fn each_mistake_has_its_own_error() {
    let folder = Folder::with(
        r#"
        for alias in Alpha beta; do
          keytool -genkeypair -alias $alias -keyalg EC -dname "CN=$alias" -keystore two.jks -keypass keypass -storepass storepass -storetype JKS
          keytool -genkeypair -alias $alias -keyalg EC -dname "CN=$alias" -keystore two.p12 -storepass storepass
        done
        keytool -exportcert -alias beta -keystore two.p12 -storepass storepass -rfc -file beta.pem
        keytool -importcert -alias only -noprompt -file beta.pem -keystore trust.jks -storepass storepass -storetype JKS
        keytool -importcert -alias only -noprompt -file beta.pem -keystore trust.p12 -storepass storepass
        keytool -genseckey -alias secret -keyalg AES -keysize 128 -keystore secret.jceks -storetype JCEKS -storepass storepass
        openssl pkcs12 -in two.p12 -passin pass:storepass -nodes -nocerts -out keys.pem
        openssl pkcs12 -in two.p12 -passin pass:storepass -nokeys -out certificates.pem
        openssl pkcs12 -export -nokeys -in beta.pem -passout pass:storepass -out untrusted.p12
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.pem
        openssl genpkey -algorithm RSA -out rsa.pem
        openssl genpkey -algorithm ED448 -out ed448.pem
        cat beta.pem other.pem > mismatch-ec.pem
        cat beta.pem rsa.pem > mismatch-rsa.pem
        cat beta.pem ed448.pem > ed448-beta.pem
        (sed 's/^/ /' beta.pem; echo -----BEGIN CERTIFICATE-----; echo MAA=; echo -----END CERTIFICATE-----) > bad.pem
        "#,
        false,
    );
    let provider = ring_provider();
    let right = Password::new("storepass");
    let wrong = Password::new("other");
    let open = |name: &str, password| Store::open(folder.path(name), password);
    let jks = open("two.jks", Some(&right)).unwrap();
    let p12 = open("two.p12", Some(&right)).unwrap();
    let key = Password::new("keypass");
    macro_rules! refused {
        ($result:expr, $pattern:pat, $text:expr) => {
            let error = $result.expect_err("must be refused");
            assert!(matches!(error, $pattern), "{error:?}");
            let (text, dir) = (error.to_string(), folder.0.path().display().to_string());
            assert_eq!(text.replace(&format!("{dir}/"), ""), $text);
        };
    }
    let tampered = "or the file was tampered with";

    refused!(
        open("none.jks", None),
        TlsError::Io { .. },
        "cannot read `none.jks`"
    );
    for store in ["two.jks", "two.p12"] {
        let text = format!("wrong store password for `{store}`, {tampered}");
        refused!(
            open(store, Some(&wrong)),
            TlsError::WrongStorePassword { .. },
            text
        );
    }
    refused!(
        open("two.p12", None),
        TlsError::PasswordRequired { .. },
        "`two.p12` needs a password"
    );
    let text = "`secret.jceks`: a JCEKS store is not supported";
    refused!(
        open("secret.jceks", Some(&right)),
        TlsError::Unsupported { .. },
        text
    );

    // Which key.
    for (name, store) in [("two.jks", &jks), ("two.p12", &p12)] {
        let mut aliases: Vec<_> = store
            .entries()
            .iter()
            .map(|entry| format!("`{}`", entry.alias()))
            .collect();
        let listed = aliases.join(", ");
        aliases.sort();
        assert_eq!(aliases, ["`alpha`", "`beta`"]);
        let text = format!("`{name}` holds several keys, name one of {listed}");
        refused!(
            store.key(None, Some(&key), &provider),
            TlsError::AmbiguousAlias { .. },
            text
        );
        let text = format!("`{name}` has no such entry `gamma`, only {listed}");
        refused!(
            store.key(Some("gamma"), Some(&key), &provider),
            TlsError::NoSuchAlias { .. },
            text
        );
        assert_eq!(
            store
                .key(Some("ALPHA"), Some(&key), &provider)
                .unwrap()
                .alias(),
            "alpha"
        );
    }
    let trust = open("trust.jks", None).unwrap();
    refused!(
        trust.key(None, None, &provider),
        TlsError::NoKey { .. },
        "`trust.jks` holds no private key"
    );
    let text = "`trust.jks` has no such entry `x`, only `only`";
    refused!(trust.trust(Some("x")), TlsError::NoSuchAlias { .. }, text);

    // The password of the key: JKS has one of its own, PKCS12 uses that of the store whatever is said.
    let text = "wrong key password for alias `beta` of `two.jks`";
    refused!(
        jks.key(Some("beta"), Some(&wrong), &provider),
        TlsError::WrongKeyPassword { .. },
        text
    );
    refused!(
        jks.key(Some("beta"), None, &provider),
        TlsError::WrongKeyPassword { .. },
        text
    );
    p12.key(Some("beta"), Some(&wrong), &provider).unwrap();
    let unchecked = open("two.jks", None).unwrap();
    unchecked.key(Some("beta"), Some(&key), &provider).unwrap();
    let text = "`two.jks` needs a password";
    refused!(
        unchecked.key(Some("beta"), None, &provider),
        TlsError::PasswordRequired { .. },
        text
    );

    // Keys and certificates that do not belong together.
    for name in ["mismatch-ec.pem", "mismatch-rsa.pem"] {
        let text = format!("the key `1` of `{name}` does not match its certificate");
        refused!(
            open(name, None).unwrap().key(None, None, &provider),
            TlsError::KeyMismatch { .. },
            text
        );
    }
    let unknown = open("ed448-beta.pem", None)
        .unwrap()
        .key(None, None, &provider);
    assert!(
        matches!(unknown, Err(TlsError::BadKey { .. })),
        "{unknown:?}"
    );
    let lonely = open("other.pem", None).unwrap().key(None, None, &provider);
    assert!(
        matches!(lonely, Err(TlsError::BadCertificate { .. })),
        "{lonely:?}"
    );
    let text = "`keys.pem`: a PEM file with several private keys is not supported";
    refused!(open("keys.pem", None), TlsError::Unsupported { .. }, text);

    // Nothing to trust.
    refused!(
        open("untrusted.p12", Some(&right)).unwrap().trust(None),
        TlsError::NoTrusted { .. },
        "`untrusted.p12` holds no trusted certificate"
    );
    let text = "the certificate `1` of `bad.pem` cannot be used: not an X.509 certificate";
    refused!(
        open("bad.pem", None).unwrap().trust(None),
        TlsError::BadCertificate { .. },
        text
    );
    assert_eq!(open("certificates.pem", None).unwrap().entries().len(), 2);

    // Damage.
    for name in ["two.jks", "two.p12", "beta.pem"] {
        let bytes = std::fs::read(folder.path(name)).unwrap();
        std::fs::write(folder.path("damaged"), &bytes[..bytes.len() - 30]).unwrap();
        let error = open("damaged", Some(&right)).unwrap_err();
        assert!(matches!(error, TlsError::Corrupt { .. }), "{name}: {error}");
        assert!(
            error.to_string().contains("damaged` is corrupt: "),
            "{error}"
        );
    }
    let mut bytes = std::fs::read(folder.path("trust.jks")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    assert!(matches!(
        Store::read(&bytes, Some(&right)),
        Err(TlsError::WrongStorePassword { .. })
    ));
    Store::read(&bytes, None).expect("without a password there is no integrity check");
    std::fs::write(folder.path("huge"), vec![0x30; 8 * 1024 * 1024 + 1]).unwrap();
    refused!(
        open("huge", None),
        TlsError::TooLarge { .. },
        "`huge` is larger than 8388608 bytes"
    );
    assert!(matches!(
        Store::read(&[], None),
        Err(TlsError::UnknownFormat { .. })
    ));

    // Nothing secret in what people log.
    let debug = format!(
        "{jks:?} {p12:?} {:?} {right:?}",
        p12.key(Some("beta"), None, &provider).unwrap()
    );
    assert!(!debug.contains("storepass") && debug.len() < 500, "{debug}");
}

// ---- decisions, in memory ----

/// A certificate made to measure.
struct Made {
    pem: String,
    key: rcgen::KeyPair,
    params: rcgen::CertificateParams,
}

impl Made {
    fn new(
        names: &[&str],
        issuer: Option<&Self>,
        shape: impl FnOnce(&mut rcgen::CertificateParams),
    ) -> Self {
        let names = names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>();
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        // Names of their own, or webpki would take one for the issuer of another.
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, format!("made {number}"));
        shape(&mut params);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = match issuer {
            None => params.self_signed(&key).unwrap(),
            Some(issuer) => params
                .signed_by(
                    &key,
                    &rcgen::Issuer::from_params(&issuer.params, &issuer.key),
                )
                .unwrap(),
        };
        Self {
            pem: certificate.pem(),
            key,
            params,
        }
    }

    fn identity(&self) -> Identity {
        let bundle = format!("{}{}", self.pem, self.key.serialize_pem());
        Store::read(bundle.as_bytes(), None)
            .unwrap()
            .key(None, None, &ring_provider())
            .unwrap()
    }

    fn trust(&self) -> Trust {
        Store::read(self.pem.as_bytes(), None)
            .unwrap()
            .trust(None)
            .unwrap()
    }

    /// What a client that trusts `trusted` says to a server with this certificate.
    fn called(&self, trusted: &Self, host: &str) -> Result<(), Error> {
        handshake(&client(&trusted.trust()), &server(&self.identity()), host).0
    }
}

fn authority(params: &mut rcgen::CertificateParams) {
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
}

fn common_name(name: &'static str) -> impl Fn(&mut rcgen::CertificateParams) {
    move |params| {
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
    }
}

macro_rules! assert_refused {
    ($result:expr, $pattern:pat) => {
        let result = $result;
        assert!(
            matches!(result, Err(Error::InvalidCertificate($pattern))),
            "{result:?}"
        );
    };
}

#[test]
fn a_trusted_certificate_is_believed_only_in_its_time_and_for_its_purpose() {
    use rcgen::ExtendedKeyUsagePurpose::{Any, ClientAuth as ForClients, ServerAuth as ForServers};
    let made =
        |shape: &dyn Fn(&mut rcgen::CertificateParams)| Made::new(&["localhost"], None, shape);
    let believed = |made: &Made| made.called(made, "localhost");

    assert_eq!(believed(&made(&|_| {})), Ok(()));
    assert_eq!(
        believed(&made(&authority)),
        Ok(()),
        "webpki alone says CaUsedAsEndEntity"
    );
    let expired = made(&|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1));
    assert_refused!(believed(&expired), CertificateError::ExpiredContext { .. });
    let future = made(&|params| params.not_before = rcgen::date_time_ymd(2999, 1, 1));
    assert_refused!(
        believed(&future),
        CertificateError::NotValidYetContext { .. }
    );
    assert_eq!(
        believed(&made(
            &|params| params.extended_key_usages = vec![ForServers]
        )),
        Ok(())
    );
    assert_eq!(
        believed(&made(&|params| params.extended_key_usages = vec![Any])),
        Ok(())
    );
    let for_clients = made(&|params| params.extended_key_usages = vec![ForClients]);
    assert_refused!(believed(&for_clients), CertificateError::InvalidPurpose);

    // The same for clients.
    let servant = made(&|_| {});
    for (client, error) in [
        (made(&|_| {}), None),
        (for_clients, None),
        (
            made(&|params| params.extended_key_usages = vec![ForServers]),
            Some(CertificateError::InvalidPurpose),
        ),
    ] {
        let server = ServerContext::new(&servant.identity(), &ring_provider())
            .client_auth(ClientAuth::Required(client.trust()))
            .config()
            .unwrap();
        let config =
            ClientContext::new(&servant.trust(), &ring_provider()).identity(&client.identity());
        let (_, theirs) = handshake(&config.config().unwrap(), &server, "localhost");
        assert_eq!(theirs, error.map_or(Ok(()), |error| Err(error.into())));
    }
}

#[test]
fn chains() {
    let root = Made::new(&[], None, authority);
    let leaf = Made::new(&["localhost"], Some(&root), |_| {});
    assert_eq!(leaf.called(&root, "localhost"), Ok(()));
    assert_eq!(
        leaf.called(&leaf, "localhost"),
        Ok(()),
        "a leaf may be trusted without its issuer"
    );
    let stranger = Made::new(&[], None, authority);
    assert_refused!(
        leaf.called(&stranger, "localhost"),
        CertificateError::UnknownIssuer
    );
    let expired = Made::new(&["localhost"], Some(&root), |params| {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    assert_refused!(
        expired.called(&root, "localhost"),
        CertificateError::ExpiredContext { .. }
    );

    // Whoever holds the key of a trusted server certificate must not be able to make others.
    let server_certificate = Made::new(&["localhost"], None, |_| {});
    let forged = Made::new(&["bank.example.com"], Some(&server_certificate), |_| {});
    assert_refused!(
        forged.called(&server_certificate, "bank.example.com"),
        CertificateError::UnknownIssuer
    );
    let no_authority = Made::new(&[], None, |params| params.is_ca = rcgen::IsCa::ExplicitNoCa);
    let forged = Made::new(&["localhost"], Some(&no_authority), |_| {});
    assert_refused!(
        forged.called(&no_authority, "localhost"),
        CertificateError::UnknownIssuer
    );
    let not_for_signing = Made::new(&[], None, |params| {
        authority(params);
        params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    });
    let forged = Made::new(&["localhost"], Some(&not_for_signing), |_| {});
    assert_refused!(
        forged.called(&not_for_signing, "localhost"),
        CertificateError::UnknownIssuer
    );
}

#[test]
fn names() {
    let check = |names: &[&str], cn, host| {
        let made = Made::new(names, None, common_name(cn));
        made.called(&made, host)
    };
    for (names, cn, host, ok) in [
        (&[][..], "localhost", "localhost", true),
        (&[], "localhost", "LOCALHOST", true),
        (&[], "localhost", "other", false),
        (&[], "*.company.org", "node1.company.org", true),
        (&[], "127.0.0.1", "127.0.0.1", false),
        (&["127.0.0.1"], "localhost", "127.0.0.1", true),
        // A name or address in the right place silences the common name.
        (&["127.0.0.1"], "localhost", "localhost", false),
        (&["other"], "localhost", "localhost", false),
        (&["other"], "localhost", "127.0.0.1", false),
        (&["*.company.org"], "x", "node1.company.org", true),
        (&["*.company.org"], "x", "a.node1.company.org", false),
    ] {
        let result = check(names, cn, host);
        assert_eq!(
            result.is_ok(),
            ok,
            "{names:?} CN={cn} as {host}: {result:?}"
        );
        if !ok {
            assert_refused!(result, CertificateError::NotValidForNameContext { .. });
        }
    }

    // Alternative names of other kinds say nothing about hosts.
    let mail = Made::new(&[], None, |params| {
        common_name("localhost")(params);
        params.subject_alt_names.push(rcgen::SanType::Rfc822Name(
            "admin@other".try_into().unwrap(),
        ));
    });
    assert_eq!(mail.called(&mail, "localhost"), Ok(()));

    // Of two common names neither counts.
    let two = Made::new(&[], None, |params| {
        common_name("localhost")(params);
        let organization = rcgen::DnType::CustomDnType(vec![2, 5, 4, 3]);
        params.distinguished_name.push(organization, "other");
    });
    for host in ["localhost", "other"] {
        assert_refused!(
            two.called(&two, host),
            CertificateError::NotValidForNameContext { .. }
        );
    }

    // Without a name check the chain still counts.
    let made = Made::new(&[], None, common_name("localhost"));
    let other = Made::new(&[], None, common_name("localhost"));
    for (trust, ok) in [(made.trust(), true), (other.trust(), false)] {
        let config =
            ClientContext::new(&trust, &ring_provider()).name_check(NameCheck::DangerouslyNone);
        let (ours, _) = handshake(
            &config.config().unwrap(),
            &server(&made.identity()),
            "elsewhere.example.com",
        );
        assert_eq!(ours.is_ok(), ok, "{ours:?}");
    }
}

#[test]
fn client_certificates() {
    let servant = Made::new(&["localhost"], None, |_| {});
    let root = Made::new(&[], None, authority);
    let issued = Made::new(&["client"], Some(&root), |_| {});
    let pinned = Made::new(&["client"], None, |_| {});
    let stranger = Made::new(&["client"], None, |_| {});
    let both = Store::read(format!("{}{}", root.pem, pinned.pem).as_bytes(), None)
        .unwrap()
        .trust(None)
        .unwrap();
    let required = Err(Error::NoCertificatesPresented);
    let unknown = Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
    for version in [&TLS12, &TLS13] {
        for (auth, presented, expected) in [
            (ClientAuth::None, None, Ok(())),
            (ClientAuth::None, Some(&stranger), Ok(())),
            (ClientAuth::Optional(both.clone()), None, Ok(())),
            (ClientAuth::Optional(both.clone()), Some(&issued), Ok(())),
            (
                ClientAuth::Optional(both.clone()),
                Some(&stranger),
                unknown.clone(),
            ),
            (ClientAuth::Required(both.clone()), None, required.clone()),
            (ClientAuth::Required(both.clone()), Some(&issued), Ok(())),
            (ClientAuth::Required(both.clone()), Some(&pinned), Ok(())),
            (
                ClientAuth::Required(both.clone()),
                Some(&stranger),
                unknown.clone(),
            ),
            (ClientAuth::Required(pinned.trust()), Some(&pinned), Ok(())),
            (
                ClientAuth::Required(pinned.trust()),
                Some(&issued),
                unknown.clone(),
            ),
        ] {
            let label = format!("{auth:?}, presented: {}", presented.is_some());
            let provider = ring_provider();
            let server = ServerContext::new(&servant.identity(), &provider)
                .client_auth(auth)
                .versions(&[version]);
            let mut client = ClientContext::new(&servant.trust(), &provider);
            if let Some(made) = presented {
                client = client.identity(&made.identity());
            }
            let (ours, theirs) = handshake(
                &client.config().unwrap(),
                &server.config().unwrap(),
                "localhost",
            );
            assert_eq!(theirs, expected, "{label}");
            assert_eq!(ours.is_ok(), expected.is_ok(), "{label}: {ours:?}");
        }
    }
}

#[test]
fn many_authorities_do_not_break_the_handshake() {
    let servant = Made::new(&["localhost"], None, |_| {});
    let mut pem = String::new();
    let mut last = None;
    // Names of more than 64 KiB in all, which no handshake message could hold.
    for _ in 0..400 {
        let root = Made::new(&[], None, |params| {
            authority(params);
            params
                .distinguished_name
                .push(rcgen::DnType::OrganizationName, "o".repeat(200));
        });
        pem += &root.pem;
        last = Some(root);
    }
    let trust = Store::read(pem.as_bytes(), None)
        .unwrap()
        .trust(None)
        .unwrap();
    let issued = Made::new(&["client"], last.as_ref(), |_| {});
    for version in [&TLS12, &TLS13] {
        let server = ServerContext::new(&servant.identity(), &ring_provider())
            .client_auth(ClientAuth::Required(trust.clone()))
            .versions(&[version]);
        let client =
            ClientContext::new(&servant.trust(), &ring_provider()).identity(&issued.identity());
        let both = handshake(
            &client.config().unwrap(),
            &server.config().unwrap(),
            "localhost",
        );
        assert_eq!(both, (Ok(()), Ok(())));
    }
}

// ---- real peers ----

const JAVA_OPTIONS: [&str; 2] = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

fn java() -> Command {
    let mut command = Command::new("java");
    command
        .args(JAVA_OPTIONS)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/TlsPeer.java"));
    command
}

/// The folders of the documentation: one self-signed pair in each key type, and two nodes with an authority.
fn documented() -> (Folder, Folder, Folder) {
    std::thread::scope(|scope| {
        let rsa = scope.spawn(|| Folder::with(SELF_SIGNED_PAIR, false));
        let ec = scope.spawn(|| Folder::with(&elliptic(SELF_SIGNED_PAIR), true));
        let for_localhost = TWO_NODES.replace("dns:node1.company.org", "dns:localhost");
        let nodes = Folder::with(&for_localhost, true);
        (rsa.join().unwrap(), ec.join().unwrap(), nodes)
    })
}

#[test]
fn java_and_curl_call_us() {
    let (rsa, ec, nodes) = documented();
    let ports =
        [&rsa, &ec].map(|folder| serve(server(&folder.identity("keystore.jks", "keypass"))));
    let mutual = ServerContext::new(
        &nodes.identity("node1.keystore", "password").clone(),
        &ring_provider(),
    );
    // node1 has two entries, but one key.
    let mutual = mutual.client_auth(ClientAuth::Required(
        nodes.trust("ca.truststore", "password"),
    ));
    let mutual = serve(mutual.config().unwrap());
    let pinned = ServerContext::new(&rsa.identity("keystore.jks", "keypass"), &ring_provider());
    let pinned = pinned.client_auth(ClientAuth::Required(
        ec.trust("truststore.jks", "trustpass"),
    ));
    let pinned = serve(pinned.config().unwrap());

    // A client whose certificate was issued finds it by the name of the issuer.
    let leaf = nodes
        .store("node2.keystore", "password")
        .trust(Some("node2"))
        .unwrap();
    let leaf = ServerContext::new(&rsa.identity("keystore.jks", "keypass"), &ring_provider())
        .client_auth(ClientAuth::Required(leaf));
    let leaf = serve(leaf.config().unwrap());

    let (rsa_trust, ec_trust) = (rsa.text("truststore.jks"), ec.text("truststore.jks"));
    let (ca, node2, node1) = (
        nodes.text("ca.truststore"),
        nodes.text("node2.keystore"),
        nodes.text("node1.keystore"),
    );
    let (ec_key, rsa_key) = (ec.text("keystore.jks"), rsa.text("keystore.jks"));
    let mut cases = Vec::new();
    for protocol in ["TLSv1.2", "TLSv1.3"] {
        let mut case = |name: &str, ok: bool, rest: String| {
            cases.push((
                format!("{name}-{protocol}"),
                ok,
                format!("{protocol}|{rest}"),
            ));
        };
        case("rsa", true, format!("{}|{rsa_trust}|trustpass||", ports[0]));
        case("ec", true, format!("{}|{ec_trust}|trustpass||", ports[1]));
        case(
            "wrong-trust",
            false,
            format!("{}|{ec_trust}|trustpass||", ports[0]),
        );
        case(
            "mutual",
            true,
            format!("{mutual}|{ca}|password|{node2}|password"),
        );
        case(
            "mutual-self",
            true,
            format!("{mutual}|{ca}|password|{node1}|password"),
        );
        case("mutual-without", false, format!("{mutual}|{ca}|password||"));
        case(
            "pinned",
            true,
            format!("{pinned}|{rsa_trust}|trustpass|{ec_key}|keypass"),
        );
        case(
            "leaf",
            true,
            format!("{leaf}|{rsa_trust}|trustpass|{node2}|password"),
        );
        case(
            "leaf-other",
            false,
            format!("{leaf}|{rsa_trust}|trustpass|{node1}|password"),
        );
        case(
            "pinned-other",
            false,
            format!("{pinned}|{rsa_trust}|trustpass|{rsa_key}|keypass"),
        );
    }
    let arguments = cases.iter().map(|(name, _, rest)| format!("{name}|{rest}"));
    let result = output(java().arg("client").args(arguments));
    let text = String::from_utf8(result.stdout).unwrap();
    assert!(
        result.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&result.stderr)
    );
    assert_eq!(text.lines().count(), cases.len(), "{text}");
    for (line, (name, ok, _)) in text.lines().zip(&cases) {
        let expected = if *ok {
            format!("{name} ok")
        } else {
            format!("{name} refused ")
        };
        assert!(
            line.starts_with(&expected),
            "{line}, but expected: {expected}"
        );
    }

    let selfsigned = [rsa.text("selfsigned.cer"), ec.text("selfsigned.cer")];
    for (port, certificate, versions, status) in [
        (
            ports[0],
            &selfsigned[0],
            ["--tlsv1.3", "--tls-max", "1.3"],
            0,
        ),
        (
            ports[0],
            &selfsigned[0],
            ["--tlsv1.2", "--tls-max", "1.2"],
            0,
        ),
        (
            ports[1],
            &selfsigned[1],
            ["--tlsv1.2", "--tls-max", "1.3"],
            0,
        ),
        // CURLE_PEER_FAILED_VERIFICATION
        (
            ports[0],
            &selfsigned[1],
            ["--tlsv1.2", "--tls-max", "1.3"],
            60,
        ),
    ] {
        let url = format!("https://localhost:{port}/");
        let mut curl = Command::new("curl");
        curl.args([
            "-sS",
            "-4",
            "--max-time",
            "20",
            "--noproxy",
            "*",
            "--cacert",
            certificate,
            &url,
        ])
        .args(versions);
        let result = output(&mut curl);
        assert_eq!(
            result.status.code(),
            Some(status),
            "{versions:?} {}",
            String::from_utf8_lossy(&result.stderr)
        );
        assert_eq!(result.stdout == b"hi", status == 0);
    }
}

/// Ends the JVM by ending its input.
struct Jvm(Child);

impl Drop for Jvm {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn we_call_java() {
    let (rsa, ec, nodes) = documented();
    let ca = nodes.text("ca.truststore");
    let mut specs = Vec::new();
    for protocol in ["TLSv1.2", "TLSv1.3"] {
        specs.push(format!("{protocol}|{}|keypass||", rsa.text("keystore.jks")));
        specs.push(format!("{protocol}|{}|keypass||", ec.text("keystore.jks")));
        specs.push(format!(
            "{protocol}|{}|password|{ca}|password",
            nodes.text("node1.keystore")
        ));
    }
    let mut command = java();
    let child = command
        .arg("server")
        .args(&specs)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut jvm = Jvm(child.unwrap_or_else(|error| panic!("{}", missing("java", &error))));
    let lines = BufReader::new(jvm.0.stdout.take().unwrap()).lines();
    let ports: Vec<u16> = lines
        .take(specs.len())
        .map(|line| line.unwrap().parse().unwrap())
        .collect();
    assert_eq!(ports.len(), specs.len());

    let provider = ring_provider();
    let (rsa_trust, ec_trust) = (
        rsa.trust("truststore.jks", "trustpass"),
        ec.trust("truststore.jks", "trustpass"),
    );
    let ca_trust = nodes.trust("ca.truststore", "password");
    let node2 = nodes.identity("node2.keystore", "password");
    for ports in ports.chunks(3) {
        assert_eq!(call(&client(&rsa_trust), ports[0], "localhost"), Ok(()));
        assert_eq!(call(&client(&ec_trust), ports[1], "localhost"), Ok(()));
        assert_refused!(
            call(&client(&ec_trust), ports[0], "localhost"),
            CertificateError::UnknownIssuer
        );
        let elsewhere = call(&client(&rsa_trust), ports[0], "elsewhere");
        assert_refused!(elsewhere, CertificateError::NotValidForNameContext { .. });
        let any = ClientContext::new(&rsa_trust, &provider)
            .name_check(NameCheck::DangerouslyNone)
            .config()
            .unwrap();
        assert_eq!(call(&any, ports[0], "elsewhere"), Ok(()));

        let with = ClientContext::new(&ca_trust, &provider)
            .identity(&node2)
            .config()
            .unwrap();
        assert_eq!(call(&with, ports[2], "localhost"), Ok(()));
        let without = call(&client(&ca_trust), ports[2], "localhost");
        let alerts = [
            AlertDescription::BadCertificate,
            AlertDescription::CertificateRequired,
        ];
        assert!(
            matches!(&without, Err(Error::AlertReceived(alert)) if alerts.contains(alert)),
            "{without:?}"
        );
    }
}

// ---- robustness ----

#[test]
fn mutated_stores_never_panic() {
    let folder = Folder::with(
        r#"
        keytool -genkeypair -alias key -keyalg EC -dname "CN=localhost" -keystore a.jks -storepass password -storetype JKS
        keytool -exportcert -alias key -keystore a.jks -storepass password -rfc -file a.cer
        keytool -importcert -alias trusted -noprompt -file a.cer -keystore a.jks -storepass password -storetype JKS
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem
        openssl req -x509 -key key.pem -subj /CN=localhost -days 30 -out certificate.pem
        cat key.pem certificate.pem > a.pem
        openssl pkcs12 -export -in a.pem -iter 1 -passout pass:password -out a.p12
        openssl pkcs12 -export -in a.pem -iter 1 -nomac -keypbe NONE -certpbe NONE -passout pass:password -out open.p12
        openssl pkcs12 -export -in a.pem -iter 1 -nomac -passout pass:password -out nomac.p12
        "#,
        false,
    );
    let mut random = Random::new(random::seed("damaged stores", || 1));
    let provider = ring_provider();
    let password = Password::new("password");
    let start = Instant::now();
    for (name, rounds) in [
        ("a.jks", 8_000),
        ("a.p12", 1_500),
        ("nomac.p12", 2_500),
        ("open.p12", 5_000),
        ("a.pem", 4_000),
    ] {
        let original = std::fs::read(folder.path(name)).unwrap();
        // Without a password a JKS store is not checked first, so that damage gets further. The other needs none.
        let secret = (!["a.jks", "open.p12"].contains(&name)).then_some(&password);
        let use_it = |bytes: &[u8]| {
            let store = Store::read(bytes, secret)?;
            let key = store.key(None, Some(&password), &provider).map(drop);
            store.trust(None).map(drop).and(key)
        };
        use_it(&original).unwrap();
        let mut refused = 0;
        for _ in 0..rounds {
            let mut bytes = original.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(bytes.len());
                match random.below(4) {
                    0 => bytes[at] ^= 1 << random.below(8),
                    1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
                    2 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, random.below(256) as u8),
                }
            }
            if random.below(8) == 0 {
                bytes.truncate(random.below(bytes.len()));
            }
            let one = Instant::now();
            refused += usize::from(use_it(&bytes).is_err());
            assert!(
                one.elapsed().as_secs() < 5,
                "{name} took {:?}: {bytes:02x?}",
                one.elapsed()
            );
        }
        println!(
            "{name}: {refused} of {rounds} refused, {:?} so far",
            start.elapsed()
        );
        assert!(refused > rounds / 2);
    }
}
