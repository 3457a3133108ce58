//! The example's TLS: key stores, mutual TLS, and files that change while it runs.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::output;
use crate::support::{Server, curl};

const SEED_STORES: &str = r#"
keytool -genkeypair -alias key -keyalg RSA -keysize 2048 -dname "CN=localhost, OU=Department, O=Company, L=City, ST=State, C=US" -keystore keystore.jks -keypass keypass -storepass keypass $TYPE
keytool -export -alias key -keystore keystore.jks -storepass keypass -rfc -file selfsigned.cer
keytool -import -alias key -noprompt -file selfsigned.cer -keystore truststore.jks -storepass trustpass $TYPE
keytool -genkeypair -alias ca -keystore ca.keystore -dname "CN=Sample CA" -storepass password -keypass password -keyalg RSA -ext bc=ca:true $TYPE
keytool -keystore ca.keystore -storepass password -alias ca -exportcert > ca.cer
keytool -importcert -keystore ca.truststore -alias ca -storepass password -noprompt -file ca.cer $TYPE
keytool -exportcert -rfc -keystore ca.keystore -storepass password -alias ca > ca.pem
keytool -genkeypair -alias node1 -keystore node1.keystore -dname "CN=node1.company.org" -ext SAN=dns:node1.company.org,ip:127.0.0.1 -storepass password -keypass password -keyalg RSA $TYPE
keytool -certreq -keystore node1.keystore -storepass password -alias node1 -file node1.csr
keytool -gencert -keystore ca.keystore -storepass password -alias ca -ext SAN=dns:node1.company.org,ip:127.0.0.1 -infile node1.csr -outfile node1.cer
keytool -importcert -keystore node1.keystore -storepass password -file ca.cer -alias ca -noprompt
keytool -importcert -keystore node1.keystore -storepass password -file node1.cer -alias node1 -noprompt
printf 'keypass\n' > keypass; printf 'password\n' > password
"#;

#[test]
fn key_stores_of_keytool_serve_curl_and_java() {
    for store_type in ["-storetype JKS", ""] {
        let folder = tempfile::TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let out = output(
            Command::new("bash")
                .args(["-ec", SEED_STORES])
                .env("TYPE", store_type)
                .current_dir(&folder),
            "openjdk-17-jdk-headless",
        );
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
        for (store, password, cer, good, good_password, bad, bad_password) in [
            (
                "keystore.jks",
                "keypass",
                "selfsigned.cer",
                "truststore.jks",
                "trustpass",
                "ca.truststore",
                "password",
            ),
            (
                "node1.keystore",
                "password",
                "ca.pem",
                "ca.truststore",
                "password",
                "truststore.jks",
                "trustpass",
            ),
        ] {
            let server = Server::start(&[
                "--tls-keystore",
                &at(store),
                "--tls-keystore-password-file",
                &at(password),
            ]);
            // The self-signed certificate of the first seed has no name but its CN.
            let url = if store == "keystore.jks" {
                server.metadata.replace("127.0.0.1", "localhost")
            } else {
                server.metadata.clone()
            };
            let url = format!("{url}/webhdfs/v1/?op=LISTSTATUS&user.name=hdfs");
            assert_eq!(curl(&folder.path().join(cer), &[&url]).status, 200);
            let java = |truststore: &str, password: &str| {
                let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/HttpsGet.java");
                let mut command = Command::new("java");
                command.args(["-XX:TieredStopAtLevel=1"]).arg(client).args([
                    &url,
                    &at(truststore),
                    password,
                ]);
                let out = output(&mut command, "openjdk-17-jdk-headless");
                String::from_utf8_lossy(&out.stdout).trim().to_owned()
            };
            assert_eq!(java(good, good_password), "200", "{store} {store_type}");
            assert_eq!(
                java(bad, bad_password),
                "refused: SSLHandshakeException",
                "{store} {store_type}"
            );
        }
    }
}

#[test]
fn a_trust_store_asks_clients_for_certificates() {
    let folder = tempfile::TempDir::new().unwrap();
    let script = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out client.pem -subj /CN=client -days 2 \
                  -addext basicConstraints=critical,CA:false -addext extendedKeyUsage=clientAuth
                  keytool -importcert -noprompt -alias client -file client.pem -keystore trust.p12 -storepass trustpass";
    let out = output(
        Command::new("bash")
            .args(["-ec", script])
            .current_dir(&folder),
        "openssl",
    );
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let password = [("WEBHDFS_TLS_TRUSTSTORE_PASSWORD", "trustpass")];
    let server = Server::start_with(&["--tls-truststore", &at("trust.p12")], &password);
    let url = format!(
        "{}/webhdfs/v1/?op=LISTSTATUS&user.name=hdfs",
        server.metadata
    );
    let (cert, key) = (at("client.pem"), at("key.pem"));
    assert_eq!(
        server.curl(&["--cert", &cert, "--key", &key, &url]).status,
        200
    );
    let mut stranger = Command::new("curl");
    stranger.args(["-sS", &url, "--cacert"]).arg(server.ca());
    let refused = output(&mut stranger, "curl");
    assert!(!refused.status.success() && refused.stdout.is_empty());
    let why = String::from_utf8_lossy(&refused.stderr);
    assert!(why.contains("alert"), "{why}");
}

/// Certificates by `rcgen` as PEM: an authority, and what it issues.
pub(crate) struct Authority {
    certificate: rcgen::Certificate,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = rcgen::CertificateParams::new([]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let issuer = rcgen::Issuer::new(params, key);
        Self {
            certificate,
            issuer,
        }
    }

    /// A revocation list with this certificate.
    fn revoke(&self, certificate: &str) -> String {
        let pem = std::fs::read(certificate).unwrap();
        let (_, pem) = x509_parser::pem::parse_x509_pem(&pem).unwrap();
        let serial = pem.parse_x509().unwrap().raw_serial().to_vec();
        let now = std::time::SystemTime::now();
        let revoked = rcgen::RevokedCertParams {
            serial_number: serial.into(),
            revocation_time: now.into(),
            reason_code: None,
            invalidity_date: None,
        };
        let list = rcgen::CertificateRevocationListParams {
            this_update: now.into(),
            next_update: (now + Duration::from_secs(3600)).into(),
            crl_number: 1u64.into(),
            issuing_distribution_point: None,
            revoked_certs: vec![revoked],
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        list.signed_by(&self.issuer).unwrap().pem().unwrap()
    }

    /// What trusts it.
    pub(crate) fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Certificate and key of a user with these names.
    pub(crate) fn issue_user(&self, uri: Option<&str>, common_name: &str) -> (String, String) {
        let mut params = rcgen::CertificateParams::new([]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, common_name);
        let uri = uri.map(|uri| rcgen::SanType::URI(uri.try_into().unwrap()));
        params.subject_alt_names.extend(uri);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// Certificate and key of somebody at this address.
    fn issue(&self, name: &str) -> (String, String) {
        let params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

/// Whether curl gets its answer, with this authority to trust and this certificate of its own.
fn answers(url: &str, ca: &str, cert: &str, key: &str) -> bool {
    let mut command = Command::new("curl");
    command.args([
        "-sS",
        "--max-time",
        "20",
        "--cacert",
        ca,
        "--cert",
        cert,
        "--key",
        key,
        url,
    ]);
    let out = output(&mut command, "curl");
    out.status.success()
}

#[test]
fn keys_and_trust_are_replaced_while_it_runs() {
    let folder = tempfile::TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    // As a mounted secret of Kubernetes: `tls.crt` leads through `..data` to a folder that is replaced as a whole.
    let mount = |version: &str, crt: &str, key: &str, clients: &str| {
        let dir = folder.path().join(version);
        std::fs::create_dir(&dir).unwrap();
        for (name, content) in [("tls.crt", crt), ("tls.key", key), ("ca.crt", clients)] {
            std::fs::write(dir.join(name), content).unwrap();
        }
        let link = folder.path().join("..new");
        std::os::unix::fs::symlink(version, &link).unwrap();
        std::fs::rename(&link, folder.path().join("..data")).unwrap();
    };
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    for (name, authority) in [("old.pem", &old), ("new.pem", &new)] {
        std::fs::write(at(name), authority.certificate.pem()).unwrap();
    }
    for (name, authority) in [("of-old", &old), ("of-new", &new)] {
        let (cert, key) = authority.issue("client");
        std::fs::write(at(&format!("{name}.pem")), cert).unwrap();
        std::fs::write(at(&format!("{name}.key")), key).unwrap();
    }
    let (crt, key) = old.issue("127.0.0.1");
    mount("..1", &crt, &key, &old.certificate.pem());
    for name in ["tls.crt", "tls.key", "ca.crt"] {
        std::os::unix::fs::symlink(format!("..data/{name}"), at(name)).unwrap();
    }
    let server = Server::start(&[
        "--tls-cert",
        &at("tls.crt"),
        "--tls-key",
        &at("tls.key"),
        "--tls-truststore",
        &at("ca.crt"),
        "--tls-reload",
        "1",
    ]);
    let url = format!(
        "{}/webhdfs/v1/?op=LISTSTATUS&user.name=hdfs",
        server.metadata
    );
    let answers = |server: &str, client: &str| {
        let ca = at(&format!("{server}.pem"));
        answers(
            &url,
            &ca,
            &at(&format!("{client}.pem")),
            &at(&format!("{client}.key")),
        )
    };
    assert!(answers("old", "of-old"));
    assert!(!answers("old", "of-new") && !answers("new", "of-old"));

    // The key of one server with the certificate of another: the pair that fits is served on.
    let (crt, key) = new.issue("127.0.0.1");
    let (other, _) = new.issue("127.0.0.1");
    mount("..2", &other, &key, &new.certificate.pem());
    std::thread::sleep(Duration::from_secs(4));
    assert!(answers("old", "of-old") && !answers("old", "of-new"));

    mount("..3", &crt, &key, &new.certificate.pem());
    let deadline = Instant::now() + Duration::from_secs(30);
    while !answers("new", "of-new") {
        assert!(Instant::now() < deadline, "the new files are not served");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(!answers("new", "of-old") && !answers("old", "of-new"));
}

#[test]
fn clients_without_a_certificate_get_in_where_it_is_optional() {
    let folder = tempfile::TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (ours, others) = (Authority::new("ours"), Authority::new("others"));
    std::fs::write(at("trust.pem"), ours.certificate.pem()).unwrap();
    for (name, authority) in [("friend", &ours), ("leaver", &ours), ("stranger", &others)] {
        let (cert, key) = authority.issue("client");
        std::fs::write(at(&format!("{name}.pem")), cert).unwrap();
        std::fs::write(at(&format!("{name}.key")), key).unwrap();
    }
    std::fs::write(at("revoked.crl"), ours.revoke(&at("leaver.pem"))).unwrap();
    let server = Server::start(&[
        "--tls-truststore",
        &at("trust.pem"),
        "--tls-crl",
        &at("revoked.crl"),
        "--tls-client-auth",
        "optional",
        "--tls-protocols",
        "TLSv1.2",
        "--tls-cipher-suites",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    ]);
    let url = format!(
        "{}/webhdfs/v1/?op=LISTSTATUS&user.name=hdfs",
        server.metadata
    );
    assert_eq!(server.curl(&[&url]).status, 200);
    let ca = server.ca().to_str().unwrap().to_owned();
    assert!(answers(&url, &ca, &at("friend.pem"), &at("friend.key")));
    for refused in ["stranger", "leaver"] {
        let (cert, key) = (at(&format!("{refused}.pem")), at(&format!("{refused}.key")));
        assert!(!answers(&url, &ca, &cert, &key), "{refused}");
    }
    for (args, expected) in [
        (["--tlsv1.3", "--tls-max", "1.3"], false),
        (["--tls-max", "1.2", "--ciphers"], true),
    ] {
        let mut command = Command::new("curl");
        command
            .args(["-sS", "--max-time", "20", "--cacert", &ca])
            .args(args);
        if expected {
            command.arg("ECDHE-ECDSA-AES256-GCM-SHA384");
        }
        let out = output(command.arg(&url), "curl");
        assert_eq!(out.status.success(), expected, "{args:?}");
    }
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    for (args, expected) in [
        (
            &["--tls-cert", "a"][..],
            "--tls-cert and --tls-key need each other",
        ),
        (&["--tls-client-auth", "optional"], "need --tls-truststore"),
        (
            &["--tls-keystore", "a", "--tls-cert", "b", "--tls-key", "c"],
            "contradicts --tls-cert",
        ),
        (
            &["--tls-truststore", "a", "--tls-client-auth", "maybe"],
            "expected required or optional",
        ),
        (
            &["--tls-protocols", "TLSv1.1"],
            "none of them is TLSv1.2 or TLSv1.3",
        ),
        (
            &["--tls-cipher-suites", "ROT13"],
            "`ROT13` is not the name of a cipher suite",
        ),
        (
            &["--no-tls", "--tls-truststore", "a"],
            "--no-tls contradicts",
        ),
        (
            &["--tls-keystore", "/nonexistent/a.jks"],
            "cannot read `/nonexistent/a.jks`",
        ),
    ] {
        let error = Server::refused(args);
        assert!(error.contains(expected), "{args:?}: {error}");
    }
}
