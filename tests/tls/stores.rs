//! Stores against keytool and openssl.

use std::collections::BTreeSet;

use bailiwick::tls::{Password, Store, TlsError, ring_provider};
use rustls::{CertificateError, Error, SignatureAlgorithm};

use crate::folder::{Folder, SELF_SIGNED_PAIR, TWO_NODES, elliptic};
use crate::made::Made;
use crate::tools::{handshake, serve, shell};
use crate::{client, server};

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
        // As `openssl pkcs12` writes it without -nodes.
        let sealed = Store::open(folder.path("encrypted.pem"), None).unwrap();
        let secret = Password::new("secret");
        let identity = sealed.key(None, Some(&secret), &ring_provider()).unwrap();
        assert_eq!(identity.chain(), expected.chain());
        let error = sealed.key(None, None, &ring_provider()).unwrap_err();
        assert!(
            matches!(error, TlsError::PasswordRequired { .. }),
            "{error}"
        );
    }
}

/// The Alluxio documentation where it gives store and key passwords of their own, and imports what a server presents.
const MORE_COMMANDS: &str = r#"
keytool -genkeypair -alias key -keyalg RSA -keysize 2048 -dname "cn=localhost, ou=Department, o=Company, l=City, st=State, c=US" -keystore keystore.jks -keypass keypass -storepass storepass
keytool -export -alias key -keystore keystore.jks -storepass storepass -rfc -file selfsigned.cer
keytool -import -alias key -noprompt -file selfsigned.cer -keystore truststore.jks -storepass trustpass
echo  | openssl s_client -connect SERVER 2>/dev/null | openssl x509 > ldap.crt
openssl s_client -showcerts -connect SERVER </dev/null 2>/dev/null | openssl x509 -outform PEM > cert
mkdir -p jre/lib/security; cp CACERTS jre/lib/security/cacerts
export JAVA_HOME=.
keytool -import -noprompt -trustcacerts -alias ldap -file ldap.crt -keystore ${JAVA_HOME}/jre/lib/security/cacerts <<< changeit
keytool -import -noprompt -trustcacerts -alias localhost -file cert -keystore ${JAVA_HOME}/jre/lib/security/cacerts <<< changeit
printf 'changeit\nchangeit\nyes\n' | keytool -import -keystore ldap.jks -file ldap.crt
"#;

#[test]
fn the_other_commands_of_the_documentation_give_what_they_say() {
    let made = Made::new(&["localhost"], None, |_| {});
    let port = serve(server(&made.identity()));
    let java = shell(
        std::env::temp_dir().as_path(),
        "java -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.home = //p'",
        false,
    );
    let script = MORE_COMMANDS
        .replace("SERVER", &format!("localhost:{port}"))
        .replace("CACERTS", &format!("{}/lib/security/cacerts", java.trim()));
    let folder = Folder::with(&script, false);
    // keytool ignores -keypass for PKCS12, and yet settings go on naming it.
    let store = folder.store("keystore.jks", "storepass");
    for key_password in [None, Some("keypass"), Some("storepass")] {
        let password = key_password.map(Password::new);
        let identity = store.key(Some("key"), password.as_ref(), &ring_provider());
        assert_eq!(
            identity.unwrap().chain(),
            folder.store("truststore.jks", "trustpass").entries()[0].certificates()
        );
    }
    let presented = Store::read(made.pem.as_bytes(), None).unwrap();
    let presented = presented.entries()[0].certificates();
    let cacerts = folder.store("jre/lib/security/cacerts", "changeit");
    let named = |store: &Store, alias: &str| {
        let entry = store.entries().iter().find(|entry| entry.alias() == alias);
        entry.unwrap().certificates().to_vec()
    };
    assert_eq!(named(&cacerts, "ldap"), presented);
    assert_eq!(named(&cacerts, "localhost"), presented);
    assert_eq!(
        named(&folder.store("ldap.jks", "changeit"), "mykey"),
        presented
    );
    let listing = keytool_listing(&folder, "jre/lib/security/cacerts", "changeit");
    println!("{} certificates in cacerts", listing.len());
    assert!(listing.len() > 100 && cacerts.entries().len() == listing.len());
    cacerts.trust(None).unwrap();
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
