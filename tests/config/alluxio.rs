//! Alluxio's properties.

use std::sync::LazyLock;

use bailiwick::config::{Format, Settings, alluxio};
use bailiwick::tls::{NameCheck, Protocols, Transport, Transports};
use rustls::{CertificateError, Error};

use crate::folder::Folder;
use crate::{assert_agree, client, server};

/// Two keys in a store, and the second of them in PEM.
static STORES: LazyLock<Folder> = LazyLock::new(|| {
    let script = "
for name in one two; do
    keytool -genkeypair -alias $name -keystore keystore.jks -dname CN=$name.alluxio -storepass keypass -keyalg RSA
    keytool -exportcert -rfc -alias $name -keystore keystore.jks -storepass keypass -file $name.pem
    keytool -importcert -alias $name -keystore truststore.jks -storepass trustpass -noprompt -file $name.pem
done
openssl req -x509 -newkey rsa:2048 -nodes -keyout server.key -out server.pem -subj /CN=pem.alluxio -days 2 -addext basicConstraints=critical,CA:FALSE 2>/dev/null
";
    Folder::with(script, false)
});

fn settings(pairs: &[(&str, &str)]) -> Settings {
    let mut text = String::from("alluxio.network.tls.enabled=TRUE\n");
    for (key, value) in pairs {
        let value = value.replace('%', &STORES.text(""));
        text.push_str(&format!("alluxio.network.tls.{key}={value}\n"));
    }
    Settings::read(
        "alluxio-site.properties",
        text.as_bytes(),
        Format::Properties,
    )
    .unwrap()
}

fn data(pairs: &[(&str, &str)]) -> Transport {
    let all = alluxio::transports(&settings(pairs)).unwrap();
    all.get(Transports::DATA).unwrap().clone()
}

/// The password has a blank at its end, which Alluxio takes off.
const KEY: [(&str, &str); 2] = [
    ("keystore.path", "%keystore.jks"),
    ("keystore.password", "keypass "),
];
const TRUST: [(&str, &str); 2] = [
    ("truststore.path", "%truststore.jks"),
    ("truststore.password", "trustpass"),
];

#[test]
fn off_by_default_and_both_transports_alike() {
    let off = Settings::default().with("alluxio.network.tls.keystore.alias", "one");
    for settings in [Settings::default(), off] {
        let all = alluxio::transports(&settings).unwrap();
        assert_eq!(all.iter().count(), 2);
        assert!(all.iter().all(|transport| !transport.is_on()));
    }
    let pairs = [
        KEY[0],
        KEY[1],
        TRUST[0],
        TRUST[1],
        ("keystore.alias", "ONE"),
    ];
    let all = alluxio::transports(&settings(&pairs)).unwrap();
    for name in [Transports::CONTROL, Transports::DATA] {
        let transport = all.get(name).unwrap();
        assert_agree(
            &client(transport).unwrap(),
            &server(transport).unwrap(),
            "one.alluxio",
        );
    }
}

#[test]
fn aliases_choose_a_key_and_a_trusted_certificate() {
    let error = server(&data(&KEY)).unwrap_err().to_string();
    assert!(
        error.ends_with("holds several keys, name one of `one`, `two`"),
        "{error}"
    );
    let named = |alias| server(&data(&[KEY[0], KEY[1], ("keystore.alias", alias)]));
    let trusting =
        |alias| client(&data(&[TRUST[0], TRUST[1], ("truststore.alias", alias)])).unwrap();
    assert_agree(&trusting("two"), &named("two").unwrap(), "two.alluxio");
    let refused =
        crate::tools::handshake(&trusting("one"), &named("two").unwrap(), "two.alluxio").0;
    assert_eq!(
        refused,
        Err(Error::InvalidCertificate(CertificateError::UnknownIssuer))
    );
    let error = named("three").unwrap_err().to_string();
    assert!(
        error.ends_with("has no such entry `three`, only `one`, `two`"),
        "{error}"
    );
}

#[test]
fn names_are_checked_unless_it_is_said_otherwise() {
    let server = server(&data(&[KEY[0], KEY[1], ("keystore.alias", "one")])).unwrap();
    let with = |value| {
        let no_check = ("client.no.endpoint.identification", value);
        let data = data(&[TRUST[0], TRUST[1], no_check]);
        assert_eq!(
            data.client_side().unwrap().name_check,
            if value == "true" {
                NameCheck::DangerouslyNone
            } else {
                NameCheck::Standard
            }
        );
        crate::tools::handshake(&client(&data).unwrap(), &server, "some.pod").0
    };
    assert_eq!(with("true"), Ok(()));
    assert!(with("false").is_err());
}

#[test]
fn pem_goes_before_stores() {
    let pem = [
        ("server.cert", "%server.pem"),
        ("server.key", "%server.key"),
        ("ca.cert", "%server.pem"),
        ("keystore.path", "/nowhere/keystore.jks"),
        ("truststore.path", "/nowhere/truststore.jks"),
    ];
    let both = data(&pem);
    assert_agree(
        &client(&both).unwrap(),
        &server(&both).unwrap(),
        "pem.alluxio",
    );
    let error = server(&data(&pem[2..])).unwrap_err().to_string();
    assert_eq!(error, "cannot read `/nowhere/keystore.jks`");
}

#[test]
fn protocols_are_the_servers() {
    let data = data(&[
        KEY[0],
        KEY[1],
        TRUST[0],
        TRUST[1],
        ("server.protocols", "TLSv1.1,TLSv1.2"),
    ]);
    assert_eq!(
        data.server_side().unwrap().terms.protocols,
        Protocols::Tls12
    );
    assert_eq!(data.client_side().unwrap().terms.protocols, Protocols::Both);
}

#[test]
fn what_is_missing_is_said_to_whoever_asks() {
    let error = server(&data(&TRUST)).unwrap_err().to_string();
    assert_eq!(
        error,
        "transport `data` has no server side: `alluxio.network.tls.keystore.path` is not set"
    );
    let error = client(&data(&KEY)).unwrap_err().to_string();
    assert_eq!(
        error,
        "transport `data` has no client side: `alluxio.network.tls.truststore.path` is not set"
    );
}

#[test]
fn mistakes_are_named_with_file_line_and_key() {
    for (pairs, expected) in [
        (
            &[("keystore.pth", "x")][..],
            "2: there is no setting `alluxio.network.tls.keystore.pth`, did you mean `alluxio.network.tls.keystore.path`?",
        ),
        (
            &[("client.no.endpoint.identification", "yes"), TRUST[0]],
            "2: `alluxio.network.tls.client.no.endpoint.identification`: `yes`: expected true or false",
        ),
        (
            &[KEY[0], ("server.protocols", "SSLv3")],
            "3: `alluxio.network.tls.server.protocols`: protocols `SSLv3`: none of them is TLSv1.2 or TLSv1.3",
        ),
        (
            &[("keystore.password", "geheim")],
            "2: `alluxio.network.tls.keystore.password` means nothing without `alluxio.network.tls.keystore.path`",
        ),
        (
            &[("truststore.alias", "x")],
            "2: `alluxio.network.tls.truststore.alias` means nothing without `alluxio.network.tls.truststore.path`",
        ),
        (
            &[("server.cert", "x")],
            "2: `alluxio.network.tls.server.cert` means nothing without `alluxio.network.tls.server.key`",
        ),
        (
            &[KEY[0], ("server.key", "x")],
            "3: `alluxio.network.tls.server.key` means nothing without `alluxio.network.tls.server.cert`",
        ),
        (
            &[KEY[0], ("truststore.path", "${alluxio.hme}/x")],
            "3: `alluxio.network.tls.truststore.path` refers to `${alluxio.hme}`: no such setting",
        ),
    ] {
        let error = alluxio::transports(&settings(pairs))
            .unwrap_err()
            .to_string();
        assert_eq!(error, format!("alluxio-site.properties:{expected}"));
    }
}
