//! The settings files that the documentation prints, under our end, and JSSE with the same stores and Java's own ways at
//! the other: a Java peer does not notice the difference.

use std::fs::{copy, read_to_string};
use std::time::SystemTime;

use bailiwick::config::hadoop::SslConfiguration;
use bailiwick::config::{Format, Settings, alluxio, flink};
use bailiwick::tls::{Polled, Reloader, Transport, Transports, ring_provider};
use rustls::{ClientConfig, ServerConfig};

use super::jsse::Jsse;
use super::party::{Keys, Parties, Party};
use super::tally::{Tally, we_call_one, we_refuse, we_serve_one};
use super::{Auth, End, VERSIONS};
use crate::folder::Folder;
use crate::tools::shell;

type Expected = Result<(), (&'static str, &'static str)>;

const WRONG_NAME: Expected = Err(("NotValidForName", "bad_certificate"));
const STRANGER: Expected = Err(("UnknownIssuer", "unknown_ca"));
/// Java shows no certificate that would not be trusted.
const NOBODY: Expected = Err(("NoCertificatesPresented", "certificate_required"));

/// The default of `security.ssl.algorithms`.
const SUITES_OF_FLINK: &str =
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";

/// What the commands of the Flink and Alluxio documentation do, for the paths in the documentation of Hadoop, which has
/// no commands.
const STORES_OF_HADOOP: &str = "
mkdir keystores && cd keystores
for side in server client; do
    keytool -genkeypair -alias $side -keystore $side-keystore.jks -dname CN=$side.company.org -storepass ${side}foo -keypass ${side}foo -keyalg RSA
    keytool -exportcert -rfc -alias $side -keystore $side-keystore.jks -storepass ${side}foo -file $side.cer
    keytool -importcert -alias $side -keystore truststore.jks -storepass clientserverbar -noprompt -file $side.cer
done";

struct Connections {
    tally: Tally,
    java: Jsse,
}

impl Connections {
    /// We call Java. `us` it sees if it asks.
    fn call(
        &mut self,
        label: &str,
        client: &Reloader<ClientConfig>,
        end: &End<'_>,
        host: &str,
        us: &Party,
        expected: Expected,
    ) {
        let both = we_call_one(&mut self.java, end, &client.current(), host);
        let label = format!("{label} calls {host}, {}", end.version);
        let peers = (end.keys, Some(us).filter(|_| end.auth != Auth::None));
        let expected = expected.map_err(we_refuse);
        self.tally.case(&label, &both, &expected, peers);
    }

    /// Java calls us, and checks the name or does not. We see its certificate if we ask, which `end` says as well.
    fn serve(
        &mut self,
        label: &str,
        server: &Reloader<ServerConfig>,
        end: &End<'_>,
        (host, check): (&str, bool),
        us: &Party,
        expected: Expected,
    ) {
        let both = we_serve_one(&mut self.java, end, &server.current(), host, check);
        let label = format!("{label} called as {host}, {}", end.version);
        let peers = (end.keys.filter(|_| end.auth != Auth::None), Some(us));
        let expected = expected.map_err(we_refuse);
        self.tally.case(&label, &both, &expected, peers);
    }
}

fn server(transport: &Transport) -> Reloader<ServerConfig> {
    let transport = transport.clone();
    let load = move |files: &mut _| transport.server(files, &ring_provider());
    Reloader::new(SystemTime::now(), load).unwrap()
}

fn client(transport: &Transport) -> Reloader<ClientConfig> {
    let transport = transport.clone();
    let load = move |files: &mut _| transport.client(files, &ring_provider());
    Reloader::new(SystemTime::now(), load).unwrap()
}

/// What a watch does, without its waiting.
fn reload<T>(reloader: &Reloader<T>) {
    let poll = || reloader.poll(SystemTime::now()).unwrap();
    assert_eq!((poll(), poll()), (Polled::Unsettled, Polled::Loaded));
}

/// A file of `tests/data/config`, with some words in place of others.
fn example(name: &str, format: Format, words: &[(&str, &str)]) -> Settings {
    let path = format!("{}/tests/data/config/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut text = read_to_string(path).unwrap();
    for (stated, here) in words {
        assert!(text.contains(stated), "{name} has no {stated}");
        text = text.replace(stated, here);
    }
    Settings::read(name, text.as_bytes(), format).unwrap()
}

fn copies(parties: &Parties, names: &[&str]) -> Folder {
    let folder = Folder::new();
    for name in names {
        copy(parties.path(name), folder.path(name)).unwrap();
    }
    folder
}

/// We are node 1, Java is node 2.
fn flink(connections: &mut Connections, parties: &Parties) {
    let home = copies(parties, &["node1.keystore", "ca.truststore"]);
    // The stores of the page have another password than its settings.
    let words = [("/usr/local/", &*home.text("")), ("abc123", "password")];
    let settings = example("flink-node1.yaml", Format::FlinkConf, &words);
    let transports = flink::transports(&settings).unwrap();
    let [node1, node2, ca] = ["node1", "node2", "ca"].map(|name| parties.party(name));
    let internal = End {
        keys: Some(node2),
        trust: Some(ca),
        auth: Auth::Required,
        suite: Some(SUITES_OF_FLINK),
        ..End::new("TLSv1.2")
    };
    let everywhere = "elsewhere.example";
    for name in [Transports::DATA, Transports::CONTROL, Transports::BLOB] {
        let transport = transports.get(name).unwrap();
        let (server, client) = (server(transport), client(transport));
        connections.call(name, &client, &internal, everywhere, node1, Ok(()));
        connections.serve(name, &server, &internal, (everywhere, false), node1, Ok(()));
        let stranger = End {
            keys: Some(parties.party("localhost")),
            ..internal
        };
        connections.call(name, &client, &stranger, everywhere, node1, STRANGER);
        connections.serve(name, &server, &stranger, (everywhere, false), node1, NOBODY);
    }
    let rest = End {
        auth: Auth::None,
        ..internal
    };
    let transport = transports.get(Transports::WEB).unwrap();
    let (server, client) = (server(transport), client(transport));
    for (host, expected) in [
        ("node2.company.org", Ok(())),
        ("192.168.1.2", Ok(())),
        ("node1.company.org", WRONG_NAME),
    ] {
        connections.call("web", &client, &rest, host, node1, expected);
    }
    connections.serve(
        "web",
        &server,
        &rest,
        ("node1.company.org", true),
        node1,
        Ok(()),
    );
    // Another key in its place.
    copy(parties.path("node2.keystore"), home.path("node1.keystore")).unwrap();
    reload(&server);
    connections.serve(
        "web",
        &server,
        &rest,
        ("node2.company.org", true),
        node2,
        Ok(()),
    );
}

/// The shuffle, as printed and with certificates of clients.
fn hadoop(connections: &mut Connections) {
    let home = Folder::with(STORES_OF_HADOOP, true);
    let party = |name: &str, password| {
        let file = |file: &str| home.path(&format!("keystores/{file}"));
        let keys = |path, password| Keys { path, password };
        Party::new(
            keys(file(&format!("{name}-keystore.jks")), password),
            keys(file("truststore.jks"), "clientserverbar"),
            file("openssl takes no part"),
            file(&format!("{name}.cer")),
        )
    };
    let (server_party, client_party) = (party("server", "serverfoo"), party("client", "clientfoo"));
    let xml = |name: &str, words: &[(&str, &str)]| example(name, Format::HadoopXml, words);
    for (required, auth) in [("false", Auth::None), ("true", Auth::Required)] {
        let required = format!("<value>{required}<");
        let core = xml("core-site.xml", &[("<value>false<", &*required)]);
        let configuration = SslConfiguration::new(core.then(xml("mapred-site.xml", &[])))
            .with_server(xml("ssl-server.xml", &[]))
            .with_client(xml("ssl-client.xml", &[]))
            .with_variable("user.home", &home.text(""));
        let transports = configuration.transports().unwrap();
        let shuffle = transports.get(Transports::SHUFFLE).unwrap();
        let (server, client) = (server(shuffle), client(shuffle));
        let label = format!("shuffle, {auth:?}");
        let end = |keys| End {
            keys: Some(keys),
            trust: Some(&server_party),
            auth,
            ..End::new("TLSv1.2")
        };
        for (host, expected) in [
            ("server.company.org", Ok(())),
            ("client.company.org", WRONG_NAME),
        ] {
            let end = end(&server_party);
            connections.call(&label, &client, &end, host, &client_party, expected);
        }
        let (end, host) = (end(&client_party), ("server.company.org", true));
        connections.serve(&label, &server, &end, host, &server_party, Ok(()));
        if auth == Auth::Required {
            let removal = "keytool -delete -alias client -keystore keystores/truststore.jks -storepass clientserverbar";
            shell(home.0.path(), removal, false);
            reload(&server);
            connections.serve(&label, &server, &end, host, &server_party, NOBODY);
        }
    }
}

/// Servers, which are clients of each other, and clients that check no names.
fn alluxio(connections: &mut Connections, parties: &Parties) {
    let home = copies(parties, &["keystore.jks", "truststore.jks"]);
    let data = |name: &str| {
        let words = [("/alluxio/", &*home.text(""))];
        let settings = example(name, Format::Properties, &words);
        let transports = alluxio::transports(&settings).unwrap();
        transports.get(Transports::DATA).unwrap().clone()
    };
    let servers = data("alluxio-server.properties");
    let (server, worker) = (server(&servers), client(&servers));
    let application = client(&data("alluxio-client.properties"));
    let localhost = parties.party("localhost");
    for version in VERSIONS {
        let end = End {
            keys: Some(localhost),
            trust: Some(localhost),
            ..End::new(version)
        };
        for (label, client, host, expected) in [
            ("worker", &worker, "localhost", Ok(())),
            ("worker", &worker, "worker-0", WRONG_NAME),
            ("application", &application, "worker-0", Ok(())),
        ] {
            connections.call(label, client, &end, host, localhost, expected);
        }
        for host in [("localhost", true), ("worker-0", false)] {
            connections.serve("worker", &server, &end, host, localhost, Ok(()));
        }
    }
}

#[test]
fn java_does_not_notice_whose_settings_files_we_read() {
    let parties = Parties::get();
    let mut connections = Connections {
        java: Jsse::start(),
        tally: Tally::new("JSSE"),
    };
    flink(&mut connections, &parties);
    hadoop(&mut connections);
    alluxio(&mut connections, &parties);
    connections.tally.end("settings files");
}
