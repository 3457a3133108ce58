//! The files that the documentation of the three systems prints, as they are; stores made by keytool where they say.

use bailiwick::config::hadoop::SslConfiguration;
use bailiwick::config::{ConfigError, Format, Settings, alluxio, flink};
use bailiwick::tls::{Transport, Transports};
use rustls::{CertificateError, Error};

use crate::folder::{Folder, SELF_SIGNED_PAIR, TWO_NODES};
use crate::{assert_agree, client, example, server};

#[test]
fn flink_two_nodes() {
    // The stores of the page have the password `password`, its settings say `abc123`.
    let folder = Folder::with(&TWO_NODES.replace("pass password", "pass abc123"), false);
    let node = |number: u8| {
        let name = format!("flink-node{number}.yaml");
        let settings = example(&name, Format::FlinkConf, "/usr/local/", &folder.text(""));
        flink::transports(&settings).unwrap()
    };
    let nodes = [node(1), node(2)];
    for (here, there, name) in [
        (&nodes[0], &nodes[1], "node2.company.org"),
        (&nodes[1], &nodes[0], "node1.company.org"),
        (&nodes[1], &nodes[0], "192.168.1.1"),
    ] {
        for transport in [
            Transports::DATA,
            Transports::CONTROL,
            Transports::BLOB,
            Transports::WEB,
        ] {
            let client = client(here.get(transport).unwrap()).unwrap();
            let server = server(there.get(transport).unwrap()).unwrap();
            assert_agree(&client, &server, name);
        }
    }
    let web = |node: &Transports| node.get(Transports::WEB).unwrap().clone();
    let refused = crate::tools::handshake(
        &client(&web(&nodes[0])).unwrap(),
        &server(&web(&nodes[1])).unwrap(),
        "node1.company.org",
    );
    assert!(
        matches!(
            refused.0,
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForNameContext { .. }
            ))
        ),
        "{refused:?}"
    );
}

#[test]
fn flink_on_yarn() {
    let folder = Folder::with(
        r#"
keytool -genkeypair -alias ca -keystore ca.keystore -dname "CN=Sample CA" -storepass abc123 -keypass abc123 -keyalg RSA -ext bc=ca:true
keytool -keystore ca.keystore -storepass abc123 -alias ca -exportcert > ca.cer
keytool -importcert -keystore ca.truststore -alias ca -storepass abc123 -noprompt -file ca.cer
keytool -genkeypair -alias node -keystore node.keystore -dname "CN=node1.company.org" -ext SAN=dns:node1.company.org,ip:192.168.1.1,dns:node2.company.org,ip:192.168.1.2 -storepass abc123 -keypass abc123 -keyalg RSA
keytool -certreq -keystore node.keystore -storepass abc123 -alias node -file node.csr
keytool -gencert -keystore ca.keystore -storepass abc123 -alias ca -ext SAN=dns:node1.company.org,ip:192.168.1.1,dns:node2.company.org,ip:192.168.1.2 -infile node.csr -outfile node.cer
keytool -importcert -keystore node.keystore -storepass abc123 -file ca.cer -alias ca -noprompt
keytool -importcert -keystore node.keystore -storepass abc123 -file node.cer -alias node -noprompt
mkdir deploy-keys
for store in node.keystore ca.truststore; do
    cp $store deploy-keys/
    keytool -storepasswd -keystore deploy-keys/$store -storepass abc123 -new password
done
"#,
        false,
    );
    for (name, stated, here) in [
        ("flink-yarn.yaml", "/usr/local/", ""),
        ("flink-yarn-ship.yaml", "deploy-keys/", "deploy-keys/"),
    ] {
        let settings = example(name, Format::FlinkConf, stated, &folder.text(here));
        let all = flink::transports(&settings).unwrap();
        for transport in all.iter() {
            let (client, server) = (client(transport).unwrap(), server(transport).unwrap());
            for host in ["node1.company.org", "node2.company.org", "192.168.1.2"] {
                assert_agree(&client, &server, host);
            }
        }
    }
    // As it is, the path is relative to where the process runs.
    let text = std::fs::read("tests/data/config/flink-yarn-ship.yaml").unwrap();
    let settings = Settings::read("flink-conf.yaml", &text, Format::FlinkConf).unwrap();
    let all = flink::transports(&settings).unwrap();
    let error = server(all.get(Transports::DATA).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "cannot read `deploy-keys/ca.truststore`");
}

#[test]
fn hadoop_encrypted_shuffle() {
    let home = Folder::with(
        "
mkdir keystores && cd keystores
for side in server client; do
    keytool -genkeypair -alias $side -keystore $side-keystore.jks -dname CN=$side.company.org -storepass ${side}foo -keypass ${side}foo -keyalg RSA
    keytool -exportcert -alias $side -keystore $side-keystore.jks -storepass ${side}foo -file $side.cer
    keytool -importcert -alias $side -keystore truststore.jks -storepass clientserverbar -noprompt -file $side.cer
done",
        true,
    );
    let folder = format!("{}/tests/data/config", env!("CARGO_MANIFEST_DIR"));
    let configuration = SslConfiguration::open(&folder)
        .unwrap()
        .with_variable("user.home", &home.text(""));
    let all = configuration.transports().unwrap();
    for name in [Transports::SHUFFLE, Transports::WEB] {
        let transport = all.get(name).unwrap();
        let (client, server) = (client(transport).unwrap(), server(transport).unwrap());
        assert_agree(&client, &server, "server.company.org");
        assert!(
            crate::tools::handshake(&client, &server, "client.company.org")
                .0
                .is_err()
        );
    }
    let misspelt = SslConfiguration::open(format!("{folder}s")).unwrap_err();
    assert!(matches!(misspelt, ConfigError::Io { .. }), "{misspelt:?}");
    // What core-site.xml says finally, no later file changes.
    let open = |name: &str| Settings::open(format!("{folder}/{name}"), Format::HadoopXml).unwrap();
    let later = "<configuration><property><name>hadoop.ssl.hostname.verifier</name><value>ALLOW_ALL</value></property></configuration>";
    let later = Settings::read("later.xml", later.as_bytes(), Format::HadoopXml).unwrap();
    let core = open("core-site.xml").then(later);
    assert_eq!(
        core.get("hadoop.ssl.hostname.verifier").unwrap().as_deref(),
        Some("DEFAULT")
    );
}

#[test]
fn alluxio_servers_and_clients() {
    let folder = Folder::with(SELF_SIGNED_PAIR, false);
    let data = |name: &str, stated: &str| -> Transport {
        let settings = example(name, Format::Properties, stated, &folder.text(""));
        let all = alluxio::transports(&settings).unwrap();
        all.get(Transports::DATA).unwrap().clone()
    };
    let servers = data("alluxio-server.properties", "/alluxio/");
    let server = server(&servers).unwrap();
    // A server is a client of other servers, and checks their names.
    assert_agree(&client(&servers).unwrap(), &server, "localhost");
    assert!(
        crate::tools::handshake(&client(&servers).unwrap(), &server, "worker-0")
            .0
            .is_err()
    );
    for clients in [
        data("alluxio-client.properties", "/alluxio/"),
        data(
            "alluxio-trino.properties",
            "/secrets/alluxio-tls-truststore/",
        ),
    ] {
        assert_agree(&client(&clients).unwrap(), &server, "worker-0");
        assert!(clients.server_side().is_err());
    }
}
