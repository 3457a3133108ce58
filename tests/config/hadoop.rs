//! Hadoop's two modes: upstream's cases, and what they leave out.

use std::sync::LazyLock;
use std::time::Duration;

use bailiwick::config::hadoop::SslConfiguration;
use bailiwick::config::{ConfigError, Format, Settings};
use bailiwick::tls::{
    CipherSuites, ClientAuth, HadoopVerifier, NameCheck, Password, Protocols, Transport,
    Transports, Trusted,
};
use rustls::{CertificateError, Error};

use crate::cases::{Cases, array, list};
use crate::folder::Folder;
use crate::{assert_agree, client, server};

/// The old format, because only there can a key have a password of its own.
static STORES: LazyLock<Folder> = LazyLock::new(|| {
    let script = "
for side in server client; do
    keytool -genkeypair -alias $side -keystore $side.jks -dname CN=$side.hadoop -storepass storepass -keypass keypass -keyalg RSA
    keytool -exportcert -alias $side -keystore $side.jks -storepass storepass -file $side.cer
    keytool -importcert -alias $side -keystore trust.jks -storepass trustpass -noprompt -file $side.cer
done
keytool -genkeypair -alias key -keystore same.jks -dname CN=same.hadoop -storepass storepass -keypass storepass -keyalg RSA
";
    Folder::with(script, true)
});

type Pairs<'a> = &'a [(&'a str, &'a str)];

/// Settings under one prefix; `%` stands for the folder of the stores.
fn under(prefix: &str, pairs: Pairs<'_>) -> Settings {
    let folder = STORES.text("");
    pairs
        .iter()
        .fold(Settings::default(), |settings, (key, value)| {
            settings.with(format!("{prefix}{key}"), value.replace('%', &folder))
        })
}

const KEY: [(&str, &str); 3] = [
    ("keystore.location", "%server.jks"),
    ("keystore.password", "storepass"),
    ("keystore.keypassword", "keypass"),
];
const TRUST: [(&str, &str); 2] = [
    ("truststore.location", "%trust.jks"),
    ("truststore.password", "trustpass"),
];

fn configuration(core: Pairs<'_>, server: Pairs<'_>, client: Pairs<'_>) -> SslConfiguration {
    SslConfiguration::new(under("", core))
        .with_server(under("ssl.server.", server))
        .with_client(under("ssl.client.", client))
}

fn web(configuration: &SslConfiguration) -> Transport {
    configuration
        .transports()
        .unwrap()
        .get(Transports::WEB)
        .unwrap()
        .clone()
}

fn with<'a>(pairs: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [pairs, more].concat()
}

#[test]
fn cases_of_upstream() {
    let mut cases = Cases::load("truststore_reload.json");
    for case in array(&cases.root.clone(), "hostname_verifier_config") {
        let core = match case["value"].as_str() {
            Some(value) => under("", &[("hadoop.ssl.hostname.verifier", value)]),
            None => Settings::default(),
        };
        let result = SslConfiguration::new(core)
            .with_client(under("ssl.client.", &TRUST))
            .transports();
        if let Some(error) = case["error"].as_str() {
            let expected = error.strip_prefix("GeneralSecurityException: ").unwrap();
            let error = result.unwrap_err().to_string();
            assert!(
                error.contains("`hadoop.ssl.hostname.verifier`") && error.contains(expected),
                "{error}"
            );
        } else {
            let expected = match case["verifier"].as_str().unwrap() {
                "DEFAULT" => NameCheck::WeakLikeHadoop(HadoopVerifier::Default),
                "DEFAULT_AND_LOCALHOST" => {
                    NameCheck::WeakLikeHadoop(HadoopVerifier::DefaultAndLocalhost)
                }
                "STRICT" => NameCheck::WeakLikeHadoop(HadoopVerifier::Strict),
                "STRICT_IE6" => NameCheck::WeakLikeHadoop(HadoopVerifier::StrictIe6),
                "ALLOW_ALL" => NameCheck::DangerouslyNone,
                other => panic!("{other}"),
            };
            let all = result.unwrap();
            let side = all.get(Transports::WEB).unwrap().client_side().unwrap();
            assert_eq!(side.name_check, expected, "{case}");
        }
        cases.pass();
    }
    for rule in list(&cases.root.clone(), "mode_errors") {
        assert!(
            rule.starts_with("client factory used for server sockets or the reverse"),
            "{rule}"
        );
        let core = Settings::default().with("mapreduce.shuffle.ssl.enabled", "true");
        let of_client =
            SslConfiguration::new(core.clone()).with_client(under("ssl.client.", &TRUST));
        let of_server = SslConfiguration::new(core).with_server(under("ssl.server.", &KEY));
        for name in [Transports::WEB, Transports::SHUFFLE] {
            let all = of_client.transports().unwrap();
            let transport = all.get(name).unwrap();
            client(transport).unwrap();
            let expected =
                format!("transport `{name}` has no server side: there is no ssl-server.xml");
            assert_eq!(server(transport).unwrap_err().to_string(), expected);

            let all = of_server.transports().unwrap();
            let transport = all.get(name).unwrap();
            server(transport).unwrap();
            let expected =
                format!("transport `{name}` has no client side: there is no ssl-client.xml");
            assert_eq!(client(transport).unwrap_err().to_string(), expected);
        }
        cases.pass();
    }
    for rule in list(&cases.root.clone(), "password_rules") {
        match rule {
            "ssl.<mode>.keystore.password unset or empty -> GeneralSecurityException" => {
                let required = [("hadoop.ssl.require.client.cert", "true")];
                for keys in [
                    with(&KEY[..1], &TRUST),
                    with(&KEY, &[("keystore.password", ""), TRUST[0]]),
                ] {
                    let web = web(&configuration(&required, &keys, &keys));
                    for (mode, error) in [
                        ("server", server(&web).err()),
                        ("client", client(&web).err()),
                    ] {
                        let expected = format!(
                            "transport `web` has no {mode} side: The property 'ssl.{mode}.keystore.password' has not \
                             been set in the ssl configuration file."
                        );
                        assert_eq!(error.unwrap().to_string(), expected);
                    }
                }
            }
            "ssl.<mode>.keystore.keypassword unset -> keystore password is used" => {
                let same = [("keystore.location", "%same.jks"), KEY[1]];
                server(&web(&configuration(&[], &same, &[]))).unwrap();
                let error = server(&web(&configuration(&[], &KEY[..2], &[])))
                    .unwrap_err()
                    .to_string();
                assert!(
                    error.starts_with("wrong key password for alias `server`"),
                    "{error}"
                );
                server(&web(&configuration(&[], &KEY, &[]))).unwrap();
            }
            "passwords may come from a credential provider" => credential_provider(),
            other => panic!("an unknown rule {other}"),
        }
        cases.pass();
    }
    // The scenarios of reload are in tests/tls.
    cases.finish(6 + 1 + 3);
}

fn credential_provider() {
    let provided = |alias: &str| {
        Ok(match alias {
            "ssl.server.keystore.password" => Some(Password::new("storepass")),
            "ssl.server.keystore.keypassword" => Some(Password::new("keypass")),
            _ => None,
        })
    };
    let path = (
        "hadoop.security.credential.provider.path",
        "jceks://file/etc/hadoop/ssl.jceks",
    );
    let in_clear =
        Settings::default().with("ssl.server.keystore.location", STORES.text("server.jks"));
    let configuration = |settings: &Settings| {
        SslConfiguration::new(Settings::default()).with_server(settings.clone())
    };

    // The provider goes before clear text.
    let wrong = in_clear
        .clone()
        .with("ssl.server.keystore.password", "wrong")
        .with(path.0, path.1);
    let all = configuration(&wrong).transports_with(&provided).unwrap();
    server(all.get(Transports::WEB).unwrap()).unwrap();
    // Without a lookup nobody falls back silently.
    let error = configuration(&wrong).transports().unwrap_err().to_string();
    assert_eq!(
        error,
        "(set by the program): `hadoop.security.credential.provider.path`: `jceks://file/etc/hadoop/ssl.jceks`: \
         expected no credential provider, because none can be asked: see `transports_with`"
    );
    // What it does not have is in the file, unless that is forbidden.
    let clear = in_clear
        .with("ssl.server.keystore.password", "storepass")
        .with("ssl.server.keystore.keypassword", "keypass");
    let nothing = |_: &str| Ok(None);
    let all = configuration(&clear).transports_with(&nothing).unwrap();
    server(all.get(Transports::WEB).unwrap()).unwrap();
    let forbidden = clear
        .clone()
        .with("hadoop.security.credential.clear-text-fallback", "false");
    let all = configuration(&forbidden).transports_with(&nothing).unwrap();
    let error = server(all.get(Transports::WEB).unwrap())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("'ssl.server.keystore.password' has not been set"),
        "{error}"
    );
    let broken = |_: &str| Err("the vault is sealed".to_owned());
    let error = configuration(&clear).transports_with(&broken).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`ssl.server.keystore.password`: no password from the credential provider: the vault is sealed"
    );
}

#[test]
fn client_certificates() {
    let own = [("keystore.location", "%client.jks"), KEY[1], KEY[2]];
    let (servers, clients) = (with(&KEY, &TRUST), with(&own, &TRUST));
    let shuffle = ("mapreduce.shuffle.ssl.enabled", "true");
    let required = ("hadoop.ssl.require.client.cert", "true");

    let transports = |core: Pairs<'_>, servers: Pairs<'_>| {
        configuration(core, servers, &clients).transports().unwrap()
    };
    let one_way = transports(&[shuffle], &servers);
    let mutual = transports(&[shuffle, required], &servers);
    for name in [Transports::WEB, Transports::SHUFFLE] {
        let (one_way, mutual) = (one_way.get(name).unwrap(), mutual.get(name).unwrap());
        let (plain_client, plain_server) = (client(one_way).unwrap(), server(one_way).unwrap());
        assert_agree(&plain_client, &plain_server, "server.hadoop");
        assert_agree(
            &client(mutual).unwrap(),
            &server(mutual).unwrap(),
            "server.hadoop",
        );
        let refused =
            crate::tools::handshake(&plain_client, &server(mutual).unwrap(), "server.hadoop");
        assert_eq!(refused.1, Err(Error::NoCertificatesPresented), "{name}");
        let refused = crate::tools::handshake(&plain_client, &plain_server, "client.hadoop").0;
        assert!(
            matches!(
                refused,
                Err(Error::InvalidCertificate(
                    CertificateError::NotValidForNameContext { .. }
                        | CertificateError::Other(_)
                        | CertificateError::NotValidForName
                ))
            ),
            "{refused:?}"
        );
    }
    // Only the server of the web asks because of this one.
    let asks = transports(&[shuffle], &with(&servers, &[("need.client.auth", "true")]));
    let asked = |name: &str| {
        let side = asks.get(name).unwrap().server_side().unwrap();
        matches!(side.client_auth, ClientAuth::Required(_))
    };
    assert_eq!(
        [Transports::WEB, Transports::SHUFFLE].map(asked),
        [true, false]
    );
    // Without a trust store: a client believes the system's authorities, a server nobody's.
    let all = configuration(&[required], &KEY, &own).transports().unwrap();
    let web = all.get(Transports::WEB).unwrap();
    assert!(matches!(
        web.client_side().unwrap().trusted,
        Trusted::System
    ));
    assert_eq!(
        server(web).unwrap_err().to_string(),
        "transport `web` has no server side: The property 'ssl.server.truststore.location' has not been set in the ssl \
         configuration file."
    );
    // And one that has to have a key has to have one.
    let error = client(&crate::hadoop::web(&configuration(
        &[required],
        &servers,
        &TRUST,
    )))
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "transport `web` has no client side: The property 'ssl.client.keystore.location' has not been set in the ssl \
         configuration file."
    );
}

#[test]
fn an_empty_trust_store_password_is_none() {
    for password in [&[][..], &[("truststore.password", "")]] {
        let web = web(&configuration(&[], &[], &with(&TRUST[..1], password)));
        client(&web).unwrap();
    }
    let web = web(&configuration(
        &[],
        &[],
        &with(&TRUST[..1], &[("truststore.password", "wrong")]),
    ));
    let error = client(&web).unwrap_err().to_string();
    assert!(error.starts_with("wrong store password"), "{error}");
}

#[test]
fn reload_intervals() {
    let interval = |pairs: Pairs<'_>| {
        let web = web(&configuration(
            &[],
            &with(&KEY, pairs),
            &with(&TRUST, pairs),
        ));
        let server = web.server_side().unwrap().terms.reload_interval;
        assert_eq!(
            server,
            web.client_side().unwrap().terms.reload_interval,
            "{pairs:?}"
        );
        server.map(|interval| interval.as_millis())
    };
    let (stores, trust) = ("stores.reload.interval", "truststore.reload.interval");
    for (pairs, expected) in [
        (&[][..], Some(10_000)),
        (&[(stores, "500")], Some(500)),
        (&[(stores, "0")], None),
        (&[(stores, "-1"), (trust, "-1")], None),
        (&[(stores, "0"), (trust, "700")], Some(700)),
        (&[(trust, "0")], Some(10_000)),
        (&[(trust, "20000")], Some(10_000)),
        (&[(stores, "30000"), (trust, "20000")], Some(20_000)),
    ] {
        assert_eq!(interval(pairs), expected, "{pairs:?}");
    }
}

#[test]
fn protocols_and_excluded_suites() {
    let terms = |core: Pairs<'_>, pairs: Pairs<'_>| {
        let web = web(&configuration(core, &with(&KEY, pairs), &TRUST));
        (
            web.server_side().unwrap().terms.clone(),
            web.client_side().unwrap().terms.clone(),
        )
    };
    let (server, client) = terms(&[], &[]);
    assert_eq!([server.protocols, client.protocols], [Protocols::Tls12; 2]);
    assert_eq!(server.cipher_suites, CipherSuites::default());
    assert_eq!(server.handshake_timeout, Duration::from_secs(10));
    let old = (
        "hadoop.ssl.enabled.protocols",
        "TLSv1,SSLv2Hello,TLSv1.1,TLSv1.2,TLSv1.3",
    );
    let excluded = (
        "exclude.cipher.list",
        "TLS_ECDHE_RSA_WITH_RC4_128_SHA,\n SSL_RSA_WITH_DES_CBC_SHA",
    );
    let (server, client) = terms(&[old], &[excluded]);
    assert_eq!([server.protocols, client.protocols], [Protocols::Both; 2]);
    assert_eq!(
        server.cipher_suites.to_string(),
        "all but TLS_ECDHE_RSA_WITH_RC4_128_SHA,TLS_RSA_WITH_DES_CBC_SHA"
    );
    assert_eq!(
        client.cipher_suites,
        CipherSuites::default(),
        "the list is the server's"
    );
}

#[test]
fn mistakes_are_named_with_file_line_and_key() {
    let file = |name: &str, key: &str, value: &str| {
        let text = format!(
            "<configuration>\n<property><name>{key}</name><value>{value}</value></property></configuration>"
        );
        Settings::read(name, text.as_bytes(), Format::HadoopXml).unwrap()
    };
    let core = |key: &str, value: &str| {
        let core = file("core-site.xml", key, value);
        SslConfiguration::new(core).with_client(under("ssl.client.", &TRUST))
    };
    let server = |key: &str, value: &str| {
        let server = under("ssl.server.", &KEY).then(file("ssl-server.xml", key, value));
        SslConfiguration::new(Settings::default()).with_server(server)
    };
    for (configuration, expected) in [
        (
            server("ssl.server.keystore.pasword", "geheim"),
            "ssl-server.xml:2: there is no setting `ssl.server.keystore.pasword`, did you mean \
             `ssl.server.keystore.password`?",
        ),
        (
            core("hadoop.ssl.require.client.certs", "true"),
            "core-site.xml:2: there is no setting `hadoop.ssl.require.client.certs`, did you mean \
             `hadoop.ssl.require.client.cert`?",
        ),
        (
            core("hadoop.ssl.require.client.cert", "ture"),
            "core-site.xml:2: `hadoop.ssl.require.client.cert`: `ture`: expected true or false",
        ),
        (
            core("hadoop.ssl.require.client.cert", " "),
            "core-site.xml:2: `hadoop.ssl.require.client.cert`: ``: expected true or false",
        ),
        (
            core("mapreduce.shuffle.ssl.enable", "true"),
            "core-site.xml:2: there is no setting `mapreduce.shuffle.ssl.enable`, did you mean \
             `mapreduce.shuffle.ssl.enabled`?",
        ),
        (
            core("hadoop.ssl.keystores.factory.class", "org.example.Factory"),
            "core-site.xml:2: `hadoop.ssl.keystores.factory.class`: `org.example.Factory`: expected \
             `org.apache.hadoop.security.ssl.FileBasedKeyStoresFactory`",
        ),
        (
            server("ssl.server.stores.reload.interval", "10s"),
            "ssl-server.xml:2: `ssl.server.stores.reload.interval`: `10s`: expected a whole number",
        ),
        (
            server("ssl.server.keystore.location", "${user.hme}/server.jks"),
            "ssl-server.xml:2: `ssl.server.keystore.location`: `${user.hme}/server.jks`: expected no reference to \
             something that does not exist",
        ),
        (
            server("ssl.server.exclude.cipher.list", ".*RC4.*"),
            "ssl-server.xml:2: `ssl.server.exclude.cipher.list`: cipher suites `.*RC4.*`: `.*RC4.*` is not the name of a \
             cipher suite",
        ),
    ] {
        assert_eq!(
            configuration.transports().unwrap_err().to_string(),
            expected
        );
    }
    let circle = server("ssl.server.keystore.type", "${a}").transports();
    assert!(
        circle
            .unwrap_err()
            .to_string()
            .contains("`${a}`: expected JKS")
    );
    let deep = under("ssl.server.", &KEY)
        .then(file("ssl-server.xml", "ssl.server.keystore.type", "${a}"))
        .then(file("ssl-server.xml", "a", "${b}"))
        .then(file("ssl-server.xml", "b", "${a}"));
    let error = SslConfiguration::new(Settings::default())
        .with_server(deep)
        .transports()
        .unwrap_err();
    assert!(matches!(&error, ConfigError::Reference { .. }), "{error}");
}
