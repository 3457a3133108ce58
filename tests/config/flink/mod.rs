//! Flink's options: upstream's cases, and what they leave out.

mod cases;

use std::sync::LazyLock;
use std::time::Duration;

use bailiwick::config::{ConfigError, Format, Settings, flink};
use bailiwick::tls::{
    CipherSuites, NameCheck, Protocols, Resumption, TlsError, Transports, Trusted,
};
use rustls::{CertificateError, Error};

use crate::folder::Folder;
use crate::{assert_agree, client, server};

/// A store whose key has a password of its own, as only the old format can have it, and the hash of its certificate.
static STORES: LazyLock<Folder> = LazyLock::new(|| {
    let script = "
keytool -genkeypair -alias flink -keystore flink.keystore -dname CN=flink.internal -storepass storepass -keypass keypass -keyalg RSA
keytool -exportcert -alias flink -keystore flink.keystore -storepass storepass -file flink.cer
keytool -importcert -alias flink -keystore flink.truststore -storepass trustpass -noprompt -file flink.cer
openssl x509 -inform DER -in flink.cer -noout -fingerprint -sha1 | cut -d= -f2 > sha1
openssl x509 -inform DER -in flink.cer -noout -fingerprint -sha256 | cut -d= -f2 > sha256
";
    Folder::with(script, true)
});

fn read(name: &str) -> String {
    std::fs::read_to_string(STORES.path(name))
        .unwrap()
        .trim()
        .to_owned()
}

/// Settings under one prefix; `%` stands for the folder of the stores.
fn under(settings: Settings, prefix: &str, pairs: &[(&str, &str)]) -> Settings {
    let folder = STORES.text("");
    pairs.iter().fold(settings, |settings, (key, value)| {
        settings.with(format!("{prefix}{key}"), value.replace('%', &folder))
    })
}

const KEY: [(&str, &str); 3] = [
    ("keystore", "%flink.keystore"),
    ("keystore-password", "storepass"),
    ("key-password", "keypass"),
];
const TRUST: [(&str, &str); 2] = [
    ("truststore", "%flink.truststore"),
    ("truststore-password", "trustpass"),
];
const INTERNAL: &str = "security.ssl.internal.";
const REST: &str = "security.ssl.rest.";

fn internal(pairs: &[&[(&str, &str)]]) -> Settings {
    pairs.iter().fold(
        Settings::default().with("security.ssl.internal.enabled", "true"),
        |settings, pairs| under(settings, INTERNAL, pairs),
    )
}

fn rest(pairs: &[&[(&str, &str)]]) -> Settings {
    pairs.iter().fold(
        Settings::default().with("security.ssl.rest.enabled", "true"),
        |settings, pairs| under(settings, REST, pairs),
    )
}

fn transports(settings: &Settings) -> Transports {
    flink::transports(settings).unwrap()
}

/// What comes of the two sides of a transport: nothing, or the text of the error.
fn built(settings: &Settings, name: &str) -> (Result<(), String>, Result<(), String>) {
    let all = match flink::transports(settings) {
        Ok(all) => all,
        Err(error) => return (Err(error.to_string()), Err(error.to_string())),
    };
    let transport = all.get(name).unwrap();
    let text = |error: TlsError| error.to_string();
    (
        server(transport).map(drop).map_err(text),
        client(transport).map(drop).map_err(text),
    )
}

#[test]
fn internal_is_mutual_without_names_and_rest_checks_them() {
    let settings = under(
        under(internal(&[]), "security.ssl.", &KEY),
        "security.ssl.",
        &TRUST,
    )
    .with("security.ssl.rest.enabled", "true");
    let all = transports(&settings);
    for name in [Transports::DATA, Transports::CONTROL, Transports::BLOB] {
        let internal = all.get(name).unwrap();
        let (server, client) = (server(internal).unwrap(), client(internal).unwrap());
        assert_agree(&client, &server, "some.pod");
        let stranger = crate::client(all.get(Transports::WEB).unwrap()).unwrap();
        let refused = crate::tools::handshake(&stranger, &server, "flink.internal").1;
        assert_eq!(refused, Err(Error::NoCertificatesPresented), "{name}");
    }
    let web = all.get(Transports::WEB).unwrap();
    let (web_server, web_client) = (server(web).unwrap(), client(web).unwrap());
    assert_agree(&web_client, &web_server, "flink.internal");
    let refused = crate::tools::handshake(&web_client, &web_server, "some.pod").0;
    assert!(
        matches!(
            refused,
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForNameContext { .. }
            ))
        ),
        "{refused:?}"
    );
    let unchecked = transports(
        &settings
            .clone()
            .with("security.ssl.verify-hostname", "FALSE"),
    );
    assert_agree(
        &client(unchecked.get(Transports::WEB).unwrap()).unwrap(),
        &web_server,
        "some.pod",
    );
    // Mutual REST.
    let mutual = transports(&settings.with("security.ssl.rest.authentication-enabled", "true"));
    let web = mutual.get(Transports::WEB).unwrap();
    assert_agree(
        &client(web).unwrap(),
        &server(web).unwrap(),
        "flink.internal",
    );
    let refused = crate::tools::handshake(&web_client, &server(web).unwrap(), "flink.internal").1;
    assert_eq!(refused, Err(Error::NoCertificatesPresented));
}

#[test]
fn fingerprints_take_the_place_of_the_trust_store() {
    for (hash, believed) in [("sha1", true), ("sha256", true), ("other", false)] {
        let pin = match hash {
            "other" => read("sha256")
                .replace(':', "")
                .replace(|c: char| c.is_ascii_digit(), "f"),
            hash => read(hash),
        };
        let stranger = "00:".repeat(19) + "00";
        let pins = format!("{stranger}, {pin}");
        let settings = internal(&[
            &KEY,
            &[("cert.fingerprint", &pins), ("truststore", "/nowhere")],
        ]);
        let all = transports(&settings);
        let data = all.get(Transports::DATA).unwrap();
        let result = crate::tools::handshake(&client(data).unwrap(), &server(data).unwrap(), "any");
        assert_eq!(
            result.0.is_ok() && result.1.is_ok(),
            believed,
            "{hash}: {result:?}"
        );
    }
    let pinned = transports(&rest(&[&[("cert.fingerprint", &read("sha256"))]]));
    let side = pinned.get(Transports::WEB).unwrap().client_side().unwrap();
    assert!(
        matches!(side.trusted, Trusted::Fingerprints(_)),
        "not the system's"
    );
    let blank = transports(&rest(&[&[("cert.fingerprint", " ")]]));
    let side = blank.get(Transports::WEB).unwrap().client_side().unwrap();
    assert!(matches!(side.trusted, Trusted::System));
}

#[test]
fn a_server_that_asks_for_certificates_never_believes_public_authorities() {
    let settings = rest(&[&KEY, &[("authentication-enabled", "true")]]);
    let all = transports(&settings);
    let web = all.get(Transports::WEB).unwrap();
    assert_eq!(
        server(web).unwrap_err().to_string(),
        "transport `web` has no server side: The config option security.ssl.rest.truststore or \
         security.ssl.truststore is missing."
    );
    assert!(matches!(
        web.client_side().unwrap().trusted,
        Trusted::System
    ));
}

#[test]
fn flags_of_each_transport() {
    let on = |pairs: &[(&str, &str)]| {
        let settings = pairs
            .iter()
            .fold(Settings::default(), |settings, (key, value)| {
                settings.with(*key, *value)
            });
        let all = transports(&settings);
        let on = |name| all.get(name).unwrap().is_on();
        [
            Transports::DATA,
            Transports::CONTROL,
            Transports::BLOB,
            Transports::WEB,
        ]
        .map(on)
    };
    let (old, new) = (
        ("security.ssl.enabled", "true"),
        ("security.ssl.internal.enabled", "true"),
    );
    let rest = ("security.ssl.rest.enabled", "true");
    for (pairs, expected) in [
        (&[][..], [false; 4]),
        (
            &[
                ("taskmanager.data.ssl.enabled", "true"),
                ("akka.ssl.enabled", "true"),
            ],
            [false; 4],
        ),
        (&[old], [true; 4]),
        (&[new], [true, true, true, false]),
        (&[rest], [false, false, false, true]),
        (
            &[old, ("security.ssl.rest.enabled", "false")],
            [true, true, true, false],
        ),
        (
            &[old, ("taskmanager.data.ssl.enabled", "false")],
            [false, true, true, true],
        ),
        (
            &[old, ("akka.ssl.enabled", "false")],
            [true, false, true, true],
        ),
        (
            &[
                old,
                ("pekko.ssl.enabled", "false"),
                ("akka.ssl.enabled", "true"),
            ],
            [true, false, true, true],
        ),
        (
            &[
                old,
                ("pekko.ssl.enabled", "true"),
                ("akka.ssl.enabled", "false"),
            ],
            [true; 4],
        ),
        (
            &[old, ("blob.service.ssl.enabled", "false")],
            [true, true, false, true],
        ),
        // The flag of Flink 1.2 counts with the flag of Flink 1.2 only.
        (
            &[old, ("jobmanager.web.ssl.enabled", "false")],
            [true, true, true, false],
        ),
        (
            &[rest, ("jobmanager.web.ssl.enabled", "false")],
            [false, false, false, true],
        ),
    ] {
        assert_eq!(on(pairs), expected, "{pairs:?}");
    }
}

#[test]
fn specific_settings_go_before_general_ones() {
    let settings = under(
        under(internal(&[]), "security.ssl.", &KEY),
        "security.ssl.",
        &TRUST,
    );
    let own = under(
        settings.clone(),
        INTERNAL,
        &[("keystore", "/nowhere/own.keystore")],
    );
    let error = built(&own, Transports::DATA).0.unwrap_err();
    assert_eq!(error, "cannot read `/nowhere/own.keystore`");
    let other = under(settings, REST, &[("keystore", "/nowhere/rest.keystore")]);
    assert_eq!(built(&other, Transports::DATA), (Ok(()), Ok(())));
}

#[test]
fn protocols_suites_sessions_and_reload() {
    let terms = |pairs: &[(&str, &str)]| {
        let settings = under(internal(&[&KEY, &TRUST]), "security.ssl.", pairs);
        let all = transports(&settings);
        let data = all.get(Transports::DATA).unwrap();
        let terms = data.server_side().unwrap().terms.clone();
        assert_eq!(terms, data.client_side().unwrap().terms);
        terms
    };
    let default = terms(&[]);
    assert_eq!(default.protocols, Protocols::Tls12);
    assert_eq!(default.cipher_suites, CipherSuites::default());
    assert_eq!(default.resumption, Resumption::default());
    assert_eq!(default.handshake_timeout, Duration::from_secs(10));
    assert_eq!(default.reload_interval, None);
    let unset = [
        ("internal.session-cache-size", "-1"),
        ("internal.session-timeout", "-1"),
        ("internal.handshake-timeout", "-1"),
        ("internal.close-notify-flush-timeout", "-1"),
        ("reload", "false"),
        ("provider", "openssl"),
    ];
    assert_eq!(terms(&unset), default);
    let suites = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_AES_128_GCM_SHA256";
    let set = terms(&[
        ("protocol", "TLSv1.2,TLSv1.3"),
        ("algorithms", suites),
        ("internal.session-cache-size", "17"),
        ("internal.session-timeout", "86400000"),
        ("internal.handshake-timeout", "1500"),
        ("reload", "true"),
    ]);
    assert_eq!(set.protocols, Protocols::Both);
    assert_eq!(set.cipher_suites.to_string(), suites);
    let day = Duration::from_secs(24 * 60 * 60);
    assert_eq!(set.resumption, Resumption::default().sessions(17).life(day));
    assert_eq!(set.handshake_timeout, Duration::from_millis(1500));
    assert_eq!(set.reload_interval, Some(Duration::from_secs(10)));
}

#[test]
fn mistakes_are_named_with_file_line_and_key() {
    let on = "security.ssl.internal.enabled: true\nsecurity.ssl.rest.enabled: true\n";
    let rest = "security.ssl.rest.keystore: k\nsecurity.ssl.rest.keystore-password: p\nsecurity.ssl.rest.key-password: p\n";
    for (text, expected) in [
        (
            "other.key: 1\nsecurity.ssl.rest.authentication-enable: true\n".to_owned(),
            "flink-conf.yaml:2: there is no setting `security.ssl.rest.authentication-enable`, \
             did you mean `security.ssl.rest.authentication-enabled`?",
        ),
        (
            "security.ssl.keystore-type: PKCS12\n".to_owned(),
            "flink-conf.yaml:1: there is no setting `security.ssl.keystore-type`, did you mean \
             `security.ssl.rest.keystore-type`?",
        ),
        (
            "security.ssl.enabled: yes\n".to_owned(),
            "flink-conf.yaml:1: `security.ssl.enabled`: `yes`: expected true or false",
        ),
        (
            format!("{on}{rest}security.ssl.protocol: TLSv1.1\n"),
            "flink-conf.yaml:6: `security.ssl.protocol`: protocols `TLSv1.1`: none of them is TLSv1.2 or TLSv1.3",
        ),
        (
            format!("{on}{rest}security.ssl.algorithms: TLS_ROT13\n"),
            "flink-conf.yaml:6: `security.ssl.algorithms`: cipher suites `TLS_ROT13`: `TLS_ROT13` is not the name of a \
             cipher suite",
        ),
        (
            format!("{on}{rest}security.ssl.provider: GNUTLS\n"),
            "flink-conf.yaml:6: `security.ssl.provider`: `GNUTLS`: expected JDK or OPENSSL",
        ),
        (
            format!("{on}{rest}security.ssl.rest.keystore-type: BKS\n"),
            "flink-conf.yaml:6: `security.ssl.rest.keystore-type`: store type `BKS`: expected JKS, JCEKS, PKCS12 or PEM",
        ),
    ] {
        let settings =
            Settings::read("flink-conf.yaml", text.as_bytes(), Format::FlinkConf).unwrap();
        let error = flink::transports(&settings).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let settings =
        internal(&[&KEY, &TRUST]).with("security.ssl.internal.session-cache-size", "many");
    let error = flink::transports(&settings).unwrap_err();
    assert!(
        matches!(&error, ConfigError::Value { key, .. } if key.ends_with("session-cache-size")),
        "{error}"
    );
    let blank = Settings::default()
        .with("security.ssl.enabled", "true")
        .with("security.ssl.internal.enabled", "");
    assert_eq!(
        flink::transports(&blank).unwrap_err().to_string(),
        "(set by the program): `security.ssl.internal.enabled`: ``: expected true or false"
    );
    // What is off is not looked at: Flink would not either.
    let off = Settings::default().with("security.ssl.protocol", "TLSv1.1");
    assert!(transports(&off).iter().all(|transport| !transport.is_on()));
}

#[test]
fn the_same_in_the_yaml_of_newer_versions() {
    let text = format!(
        "security:\n  ssl:\n    internal:\n      enabled: true\n      keystore: {0}flink.keystore\n      \
         keystore-password: 'storepass'\n      key-password: \"keypass\" # a comment\n      truststore: \
         {0}flink.truststore\n      truststore-password: trustpass\n    verify-hostname: true\n",
        STORES.text("")
    );
    let settings = Settings::read("config.yaml", text.as_bytes(), Format::FlinkYaml).unwrap();
    assert_eq!(built(&settings, Transports::DATA), (Ok(()), Ok(())));
    let all = transports(&settings);
    let side = all.get(Transports::DATA).unwrap().client_side().unwrap();
    assert_eq!(side.name_check, NameCheck::DangerouslyNone);
}
