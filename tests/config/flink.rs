//! Flink's options: upstream's cases, and what they leave out.

use std::sync::LazyLock;
use std::time::Duration;

use bailiwick::config::{ConfigError, Format, Settings, flink};
use bailiwick::tls::{
    CipherSuites, ClientAuth, NameCheck, Protocols, Resumption, TlsError, Transports, Trusted,
};
use rustls::{CertificateError, Error};
use serde_json::Value;

use crate::cases::{Cases, array, text};
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

fn of_case(config: &Value) -> Settings {
    let config = config.as_object().unwrap();
    config
        .iter()
        .fold(Settings::default(), |settings, (key, value)| {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            settings.with(key, value)
        })
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

/// What stands in the message, where there has to be one.
type Expected = Option<&'static str>;
const OK: Expected = None;
const OFF: Expected = Some("is off: it has no TLS");

/// The settings of an upstream test, the transport it is about, and what the server and the client are to say.
fn case(id: &str) -> (Settings, &'static str, Expected, Expected) {
    const WEB: &str = Transports::WEB;
    const DATA: &str = Transports::DATA;
    let no_key = Some(
        "has no server side: The config option security.ssl.rest.keystore or security.ssl.keystore is missing.",
    );
    let bad_store = Some("wrong store password for `");
    let bad_key = Some("wrong key password for alias `flink` of `");
    let wrong = |name: &'static str| [(name, "badpassword")];
    let both = [&KEY[..], &TRUST[..]];
    match id {
        "testSocketFactoriesWhenSslDisabled" => (Settings::default(), DATA, OFF, OFF),
        "testRESTClientSSL" => (rest(&[&TRUST]), WEB, no_key, OK),
        "testRESTClientSSLDisabled" => (
            rest(&[&TRUST]).with("security.ssl.rest.enabled", "false"),
            WEB,
            OFF,
            OFF,
        ),
        "testRESTClientSSLMissingTrustStore" => (
            rest(&[&TRUST[1..]]),
            WEB,
            no_key,
            Some(
                "has no client side: The config option security.ssl.rest.truststore or security.ssl.truststore is missing.",
            ),
        ),
        "testRESTClientSSLMissingPassword" => (
            rest(&[&TRUST[..1]]),
            WEB,
            no_key,
            Some(
                "The config option security.ssl.rest.truststore-password or security.ssl.truststore-password is missing.",
            ),
        ),
        "testRESTClientSSLWrongPassword" => (
            rest(&[&TRUST, &wrong("truststore-password")]),
            WEB,
            no_key,
            bad_store,
        ),
        "testRESTServerSSL" => (rest(&[&KEY]), WEB, OK, OK),
        "testRESTServerSSLDisabled" => (
            rest(&[&KEY]).with("security.ssl.rest.enabled", "false"),
            WEB,
            OFF,
            OFF,
        ),
        "testRESTServerSSLBadKeystorePassword" => (
            rest(&[&KEY, &wrong("keystore-password")]),
            WEB,
            bad_store,
            OK,
        ),
        "testRESTServerSSLBadKeyPassword" => {
            (rest(&[&KEY, &wrong("key-password")]), WEB, bad_key, OK)
        }
        "testInternalSSL" => (internal(&both), DATA, OK, OK),
        "testInternalSSLWithSSLPinning" => {
            let pin = under(
                internal(&both),
                INTERNAL,
                &[("cert.fingerprint", &read("sha1"))],
            );
            (pin, DATA, OK, OK)
        }
        "testInternalSSLDisables" => (
            internal(&both).with("security.ssl.internal.enabled", "false"),
            DATA,
            OFF,
            OFF,
        ),
        "testInternalSSLKeyStoreOnly" => {
            let missing = Some(
                "The config option security.ssl.internal.truststore or security.ssl.truststore is missing.",
            );
            (internal(&[&KEY]), DATA, missing, missing)
        }
        "testInternalSSLTrustStoreOnly" => {
            let missing = Some(
                "The config option security.ssl.internal.keystore or security.ssl.keystore is missing.",
            );
            (internal(&[&TRUST]), DATA, missing, missing)
        }
        "testInternalSSLWrongKeystorePassword" => (
            internal(&[&KEY, &TRUST, &wrong("keystore-password")]),
            DATA,
            bad_store,
            bad_store,
        ),
        "testInternalSSLWrongTruststorePassword" => (
            internal(&[&KEY, &TRUST, &wrong("truststore-password")]),
            DATA,
            bad_store,
            bad_store,
        ),
        "testInternalSSLWrongKeyPassword" => (
            internal(&[&KEY, &TRUST, &wrong("key-password")]),
            DATA,
            bad_key,
            bad_key,
        ),
        "testInvalidFingerprintParsing" => {
            let sha1 = read("sha1");
            let short = &sha1[..sha1.len() - 3];
            let pin = under(internal(&both), INTERNAL, &[("cert.fingerprint", short)]);
            (
                pin,
                DATA,
                Some("malformed fingerprint"),
                Some("malformed fingerprint"),
            )
        }
        _ => panic!("an unknown case {id}"),
    }
}

#[test]
fn cases_of_upstream() {
    let mut cases = Cases::load("flink_ssl_config.json");
    for case in array(&cases.root.clone(), "enable_flags") {
        let all = transports(&of_case(&case["config"]));
        let on = |name| all.get(name).unwrap().is_on();
        for name in [Transports::DATA, Transports::CONTROL, Transports::BLOB] {
            assert_eq!(case["internal"], on(name), "{case}");
        }
        assert_eq!(case["rest"], on(Transports::WEB), "{case}");
        cases.pass();
    }
    for case in array(&cases.root.clone(), "rest_auth") {
        let settings = of_case(&case["config"]);
        let settings = under(under(settings, REST, &KEY), REST, &TRUST);
        let all = transports(&settings);
        let web = all.get(Transports::WEB).unwrap();
        let mutual = web
            .server_side()
            .is_ok_and(|side| matches!(side.client_auth, ClientAuth::Required(_)));
        assert_eq!(case["auth"], mutual, "{case}");
        assert_eq!(
            case["auth"],
            web.client_side().is_ok_and(|side| side.key.is_some()),
            "{case}"
        );
        cases.pass();
    }
    for row in array(&cases.root.clone(), "build") {
        let id = text(row, "id");
        if id == "testSetSSLVersionAndCipherSuitesForSSLServerSocket" {
            let settings = of_case(&row["config"]);
            let suites = settings.get("security.ssl.algorithms").unwrap().unwrap();
            assert_eq!(suites.parse::<CipherSuites>().unwrap().to_string(), suites);
            let error = built(&internal(&[&KEY, &TRUST]).then(settings), Transports::DATA).0;
            assert_eq!(
                error.unwrap_err(),
                "(set by the program): `security.ssl.protocol`: protocols `TLSv1.1`: none of them is TLSv1.2 or TLSv1.3"
            );
            cases.skip(
                id,
                "TLS 1.1 is not spoken (RFC 8996), and refused when the configuration is read",
            );
            continue;
        }
        let (settings, name, expected_server, expected_client) = case(id);
        // What the file itself says has to be what the table above expects.
        for (side, expected) in [("server", expected_server), ("client", expected_client)] {
            if let Some(said) = row[side].as_str() {
                assert_eq!(said == "ok", expected.is_none(), "{id} {side}");
            }
        }
        let (server, client) = built(&settings, name);
        for (what, result, expected) in [
            ("server", server, expected_server),
            ("client", client, expected_client),
        ] {
            match (result, expected) {
                (Ok(()), None) => {}
                (Err(error), Some(expected)) => {
                    assert!(error.contains(expected), "{id} {what}: {error}")
                }
                (result, expected) => panic!("{id} {what}: {result:?}, expected {expected:?}"),
            }
        }
        cases.pass();
    }
    for _ in array(&cases.root.clone(), "from_current_code") {
        // The only rule: neither a trust store nor its password.
        for settings in [rest(&[]), rest(&[&KEY])] {
            let all = transports(&settings);
            let side = all.get(Transports::WEB).unwrap().client_side().unwrap();
            assert!(matches!(side.trusted, Trusted::System));
        }
        cases.pass();
    }
    cases.finish(3 + 3 + 20 + 1);
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
