//! Upstream's cases.

use bailiwick::config::Settings;
use bailiwick::tls::{CipherSuites, ClientAuth, Transports, Trusted};
use serde_json::Value;

use super::{INTERNAL, KEY, REST, TRUST, built, internal, read, rest, transports, under};
use crate::cases::{Cases, array, text};

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
                    assert!(error.contains(expected), "{id} {what}: {error}");
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
