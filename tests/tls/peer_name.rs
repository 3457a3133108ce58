//! Whose certificate it is.

use bailiwick::identity::Mechanism;
use bailiwick::tls::{
    ClientAuth, ClientContext, NameSource, PeerName, Protocols, ServerContext, TlsError,
    ring_provider,
};
use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, SanType};
use rustls::{ClientConnection, HandshakeKind, ServerConnection};

use crate::made::{Made, authority};
use crate::tools::meet;

fn spiffe() -> NameSource {
    NameSource::Uri {
        prefix: "spiffe://cluster/ns/".to_owned(),
    }
}

/// `CN=`, `CN2=` (a second one), `URI:`, `DNS:`, `EMAIL:` and `IP:`, and nothing else.
fn made(names: &[&str]) -> Made {
    Made::new(&[], None, |params: &mut CertificateParams| {
        params.distinguished_name = DistinguishedName::new();
        let organisation = DnType::OrganizationName;
        params.distinguished_name.push(organisation, "Company");
        for name in names {
            if let Some(name) = name.strip_prefix("CN=") {
                params.distinguished_name.push(DnType::CommonName, name);
            } else if let Some(name) = name.strip_prefix("CN2=") {
                let again = DnType::CustomDnType(vec![2, 5, 4, 3]);
                params.distinguished_name.push(again, name);
            } else {
                let (kind, name) = name.split_once(':').unwrap();
                params.subject_alt_names.push(match kind {
                    "URI" => SanType::URI(name.try_into().unwrap()),
                    "DNS" => SanType::DnsName(name.try_into().unwrap()),
                    "EMAIL" => SanType::Rfc822Name(name.try_into().unwrap()),
                    "IP" => SanType::IpAddress(name.parse().unwrap()),
                    _ => panic!("{kind}"),
                });
            }
        }
    })
}

fn user(sources: &[NameSource], made: &Made) -> Result<String, String> {
    let names = PeerName::in_order(sources.iter().cloned());
    match names.user(&made.der()) {
        Ok(user) => Ok(user.to_string()),
        Err(TlsError::PeerName { reason }) => Err(reason),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn the_first_place_that_holds_a_name_decides() {
    use NameSource::{CommonName, Dns, Email};
    let all = [spiffe(), Dns, CommonName, Email];
    for (names, sources, expected) in [
        (&["CN=alice"][..], &all[..], Ok("alice")),
        (
            &["CN=alice", "DNS:node1.company.org"],
            &all,
            Ok("node1.company.org"),
        ),
        (
            &["CN=alice", "DNS:node1", "URI:spiffe://cluster/ns/bob"],
            &all,
            Ok("bob"),
        ),
        (&["EMAIL:carol@example.com"], &all, Ok("carol@example.com")),
        (&["CN=alice", "DNS:node1"], &[CommonName, Dns], Ok("alice")),
        (&["CN=Alice Liddell"], &all, Ok("Alice Liddell")),
        (&["CN=ålice"], &all, Ok("ålice")),
        // Names of hosts are the same in any case, names of users are not.
        (&["DNS:Node1.Company.ORG"], &all, Ok("node1.company.org")),
        (&["CN=Alice"], &all, Ok("Alice")),
        // What nobody asks about does not matter.
        (
            &["CN=alice", "URI:https://elsewhere", "IP:10.0.0.1"],
            &[CommonName],
            Ok("alice"),
        ),
        (
            &["CN=alice", "EMAIL:x@y", "EMAIL:y@x"],
            &[CommonName, Email],
            Ok("alice"),
        ),
        (&["CN=alice", "IP:10.0.0.1"], &all, Ok("alice")),
        (&["URI:spiffe://cluster/ns/%61lice"], &all, Ok("%61lice")),
        // Nothing there.
        (
            &[],
            &all,
            Err("it has no URI and no dNSName and no common name and no rfc822Name"),
        ),
        (&["IP:10.0.0.1"], &[Dns], Err("it has no dNSName")),
        (&["CN=alice"], &[], Err("it has no ")),
        // Something there that is not one name: nobody looks further.
        (
            &["CN=alice", "URI:https://elsewhere/ns/bob"],
            &all,
            Err(r#"its URI "https://elsewhere/ns/bob" does not begin with "spiffe://cluster/ns/""#),
        ),
        (
            &["CN=alice", "URI:SPIFFE://cluster/ns/bob"],
            &all,
            Err(r#"its URI "SPIFFE://cluster/ns/bob" does not begin with "spiffe://cluster/ns/""#),
        ),
        (
            &["CN=alice", "URI:spiffe://cluster/ns/"],
            &all,
            Err("its URI: user name is empty"),
        ),
        (
            &["CN=alice", "URI:spiffe://cluster/ns/a/b"],
            &all,
            Err(r#"its URI: user name "a/b" holds '/' at byte 1"#),
        ),
        (
            &[
                "CN=alice",
                "URI:spiffe://cluster/ns/a",
                "URI:spiffe://cluster/ns/b",
            ],
            &all,
            Err("it has more than one URI"),
        ),
        (
            &[
                "CN=alice",
                "URI:https://elsewhere",
                "URI:spiffe://cluster/ns/b",
            ],
            &all,
            Err("it has more than one URI"),
        ),
        (
            &["CN=alice", "DNS:a", "DNS:b"],
            &all,
            Err("it has more than one dNSName"),
        ),
        (
            &["CN=alice", "DNS:a", "DNS:a"],
            &all,
            Err("it has more than one dNSName"),
        ),
        (
            &["CN=alice", "CN2=bob"],
            &all,
            Err("it has more than one common name"),
        ),
        (
            &["EMAIL:a@b", "EMAIL:b@a"],
            &all,
            Err("it has more than one rfc822Name"),
        ),
        (
            &["CN=alice", "DNS:*.company.org"],
            &all,
            Err(r#"its dNSName "*.company.org" holds a wildcard"#),
        ),
        (
            &["CN=*", "EMAIL:a@b"],
            &all,
            Err(r#"its common name "*" holds a wildcard"#),
        ),
        (
            &["CN=", "EMAIL:a@b"],
            &all,
            Err("its common name: user name is empty"),
        ),
        (
            &["CN= alice"],
            &all,
            Err(r#"its common name: user name " alice" begins or ends with white space"#),
        ),
        (
            &["CN=alice\0.evil"],
            &all,
            Err(r#"its common name: user name "alice\0.evil" holds '\0' at byte 5"#),
        ),
        (
            &["CN=alice", "URI:spiffe://cluster/ns/bob\0"],
            &all,
            Err(r#"its URI: user name "bob\0" holds '\0' at byte 3"#),
        ),
        (
            &["CN=uid=alice"],
            &all,
            Err(r#"its common name: user name "uid=alice" holds '=' at byte 3"#),
        ),
    ] {
        let found = user(sources, &made(names));
        let expected = expected.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(found, expected, "{names:?} {sources:?}");
    }
    let error = PeerName::in_order([NameSource::CommonName]).user(&vec![0x30, 0].into());
    assert_eq!(
        error.unwrap_err().to_string(),
        "the certificate of the peer names no user: it is not an X.509 certificate"
    );
}

#[test]
fn a_common_name_in_any_string_type_is_text_or_an_error() {
    let named = |value: DnValue| {
        Made::new(&[], None, |params| {
            params.distinguished_name = DistinguishedName::new();
            params.distinguished_name.push(DnType::CommonName, value);
        })
    };
    for (value, expected) in [
        (DnValue::Utf8String("zoë".into()), Some("zoë")),
        (
            DnValue::PrintableString("alice".try_into().unwrap()),
            Some("alice"),
        ),
        (DnValue::Ia5String("a@b".try_into().unwrap()), Some("a@b")),
        (
            DnValue::TeletexString("alice".try_into().unwrap()),
            Some("alice"),
        ),
        (DnValue::BmpString("zoë".try_into().unwrap()), Some("zoë")),
        (DnValue::UniversalString("alice".try_into().unwrap()), None),
    ] {
        let label = format!("{value:?}");
        let found = user(&[NameSource::CommonName, NameSource::Email], &named(value));
        let unreadable = || "its common name cannot be read as text".to_owned();
        assert_eq!(
            found,
            expected.map(str::to_owned).ok_or_else(unreadable),
            "{label}"
        );
    }
    // Bytes that are not of their type: no UTF-8, no ASCII, half a unit, half a pair.
    for (tag, content) in [
        (0x0c, &b"alice\xff"[..]),
        (0x13, b"alice\xff"),
        (0x14, b"alice\xff"),
        // As UTF-8, these would be text.
        (0x13, "zoë".as_bytes()),
        (0x14, "zoë".as_bytes()),
        (0x1e, b"\0a\0l\0i\0c\0e\0"),
        (0x1e, b"\0a\0l\0i\0c\xd8\0"),
    ] {
        let filler = "#".repeat(content.len());
        let mut der = named(DnValue::Utf8String(filler.clone())).der().to_vec();
        for at in 2..der.len() - filler.len() {
            if der[at..].starts_with(filler.as_bytes()) {
                der[at - 2] = tag;
                der[at..at + filler.len()].copy_from_slice(content);
            }
        }
        let error = PeerName::in_order([NameSource::CommonName]).user(&der.into());
        assert_eq!(
            error.unwrap_err().to_string(),
            "the certificate of the peer names no user: its common name cannot be read as text",
            "{tag:x} {content:?}"
        );
    }
}

#[test]
fn alternative_names_that_cannot_be_read_are_an_error_and_not_absent() {
    let san = [2, 5, 29, 17];
    for content in [
        &[0x30, 0x05, 0x86, 0x03, 0xff, 0xfe, 0xfd][..],
        &[0x04, 0x00],
    ] {
        let broken = Made::new(&[], None, |params| {
            let extension = rcgen::CustomExtension::from_oid_content(&san, content.to_vec());
            params.custom_extensions.push(extension);
        });
        let found = user(&[spiffe(), NameSource::CommonName], &broken);
        assert_eq!(
            found,
            Err("its alternative names cannot be read".to_owned())
        );
    }
}

#[test]
fn the_peer_of_a_connection_becomes_a_principal() {
    let servant = Made::new(&["localhost"], None, |_| {});
    let root = Made::new(&[], None, authority);
    let alice = Made::new(&[], Some(&root), |params| {
        params.distinguished_name.push(DnType::CommonName, "alice");
    });
    let names = PeerName::in_order([spiffe(), NameSource::CommonName]);
    for version in [Protocols::Tls12, Protocols::Tls13] {
        let server = ServerContext::new(&servant.identity(), &ring_provider())
            .client_auth(ClientAuth::Optional(root.trust()))
            .protocols(version)
            .config()
            .unwrap();
        let client = ClientContext::new(&servant.trust(), &ring_provider());
        let with = client.clone().identity(&alice.identity()).config().unwrap();
        for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
            let ((client, _), (server, _)) = meet(&with, &server, "localhost");
            assert_eq!(server.handshake_kind(), Some(kind), "{version}");
            let principal = names.principal(&server).unwrap();
            assert_eq!(principal.name().as_str(), "alice");
            assert_eq!(principal.mechanism(), Mechanism::Certificate);
            assert_eq!(principal.realm(), None);
            // The other way round: who the server is.
            let of_server = PeerName::in_order([NameSource::Dns]).principal(&client);
            assert_eq!(of_server.unwrap().name().as_str(), "localhost");
        }
        // One without a certificate, and one that is not through yet.
        let ((_, ours), (nobody, theirs)) = meet(&client.config().unwrap(), &server, "localhost");
        assert_eq!((ours, theirs), (Ok(()), Ok(())));
        let beginning = ServerConnection::new(server.into()).unwrap();
        for connection in [nobody, beginning] {
            let error = names.principal(&connection).unwrap_err();
            assert!(matches!(error, TlsError::NoPeerCertificate), "{error:?}");
        }
    }
    // One who was refused.
    let stranger = Made::new(&[], None, |_| {});
    let server = ServerContext::new(&servant.identity(), &ring_provider())
        .client_auth(ClientAuth::Required(root.trust()));
    let client =
        ClientContext::new(&servant.trust(), &ring_provider()).identity(&stranger.identity());
    let (client, server) = (client.config().unwrap(), server.config().unwrap());
    let (_, (connection, theirs)) = meet(&client, &server, "localhost");
    assert!(theirs.is_err());
    let error = names.principal(&connection).unwrap_err();
    assert!(matches!(error, TlsError::NoPeerCertificate), "{error:?}");
}

/// The certificate is there before the handshake is: only its end proves that nobody has meddled with the rest.
#[test]
fn there_is_no_principal_before_the_end_of_the_handshake() {
    let servant = Made::new(&["localhost"], None, |_| {});
    let alice = Made::new(&["alice"], None, |_| {});
    let server = ServerContext::new(&servant.identity(), &ring_provider())
        .client_auth(ClientAuth::Required(alice.trust()))
        .protocols(Protocols::Tls12);
    let client = ClientContext::new(&servant.trust(), &ring_provider()).identity(&alice.identity());
    let mut server = ServerConnection::new(server.config().unwrap().into()).unwrap();
    let name = "localhost".try_into().unwrap();
    let mut client = ClientConnection::new(client.config().unwrap().into(), name).unwrap();
    let names = PeerName::in_order([NameSource::Dns]);
    let mut early = 0;
    while server.is_handshaking() {
        let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
        client.write_tls(&mut to_server).unwrap();
        for byte in to_server {
            assert!(matches!(
                names.principal(&server),
                Err(TlsError::NoPeerCertificate)
            ));
            early += usize::from(server.peer_certificates().is_some());
            server.read_tls(&mut [byte].as_slice()).unwrap();
            server.process_new_packets().unwrap();
        }
        server.write_tls(&mut to_client).unwrap();
        client.read_tls(&mut to_client.as_slice()).unwrap();
        client.process_new_packets().unwrap();
    }
    assert!(
        early > 0,
        "rustls shows the certificate only at the end now"
    );
    assert_eq!(names.principal(&server).unwrap().name().as_str(), "alice");
}
