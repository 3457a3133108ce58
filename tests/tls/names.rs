//! Names of hosts in every mode: the table of `tests/data/host_names.txt`, and what goes round it.

use std::net::IpAddr;

use bailiwick::tls::{ClientContext, HadoopVerifier, NameCheck, TlsError, ring_provider};
use rcgen::{DistinguishedName, DnType, DnValue, SanType};
use rustls::pki_types::ServerName;
use rustls::{CertificateError, Error};

use crate::made::{Made, common_name};
use crate::tools::handshake;
use crate::{assert_refused, server};

const HADOOP: [&str; 5] = [
    "DEFAULT",
    "DEFAULT_AND_LOCALHOST",
    "STRICT",
    "STRICT_IE6",
    "ALLOW_ALL",
];

struct Row<'a> {
    line: usize,
    host: String,
    subject: Vec<(&'a str, String)>,
    dns: Vec<String>,
    addresses: Vec<IpAddr>,
    /// Of Hadoop's modes and of ours.
    verdicts: Vec<&'a str>,
}

fn rows(table: &str) -> Vec<Row<'_>> {
    let lines = table.lines().enumerate();
    let mut rows = lines.filter(|(_, line)| !line.starts_with('#'));
    let (_, header) = rows.next().unwrap();
    assert!(header.starts_with("host "), "{header}");
    rows.map(|(number, line)| {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [host, subject, dns, addresses, hadoop, std, why] = columns[..] else {
            panic!("{} columns in {line}", columns.len());
        };
        assert!(!why.is_empty(), "{line}");
        let verdicts: Vec<&str> = hadoop.split(' ').chain([std]).collect();
        assert_eq!(verdicts.len(), 6, "{line}");
        Row {
            line: number + 1,
            host: text(host),
            subject: items(subject)
                .map(|item| item.split_once('=').unwrap())
                .map(|(kind, value)| (kind, text(value)))
                .collect(),
            dns: items(dns).map(text).collect(),
            addresses: items(addresses).map(|item| item.parse().unwrap()).collect(),
            verdicts,
        }
    })
    .collect()
}

fn items(column: &str) -> impl Iterator<Item = &str> {
    column
        .split(';')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// As it stands, or a string of JSON.
fn text(item: &str) -> String {
    if item.starts_with('"') {
        return serde_json::from_str(item).unwrap();
    }
    item.to_owned()
}

fn certificate(row: &Row<'_>) -> Made {
    Made::new(&[], None, |params| {
        params.distinguished_name = DistinguishedName::new();
        for (kind, value) in &row.subject {
            let mut kind = match *kind {
                "CN" => DnType::CommonName,
                "O" => DnType::OrganizationName,
                other => panic!("{other}"),
            };
            if params.distinguished_name.get(&kind).is_some() {
                kind = DnType::CustomDnType(vec![2, 5, 4, 3]);
            }
            params
                .distinguished_name
                .push(kind, DnValue::Utf8String(value.clone()));
        }
        let dns = row
            .dns
            .iter()
            .map(|name| SanType::DnsName(name.as_str().try_into().unwrap()));
        let addresses = row
            .addresses
            .iter()
            .map(|address| SanType::IpAddress(*address));
        params.subject_alt_names = dns.chain(addresses).collect();
    })
}

#[test]
fn every_row_of_the_table_gets_its_verdict_in_every_mode() {
    let table = include_str!("../data/host_names.txt");
    let modes = HADOOP.map(|word| NameCheck::from_hadoop(word).unwrap());
    let modes = modes.into_iter().chain([NameCheck::Standard]);
    let modes: Vec<NameCheck> = modes.collect();
    let (mut called, mut not_callable, mut on_purpose, mut wrong) = (0, 0, 0, Vec::new());
    for row in rows(table) {
        let made = certificate(&row);
        let callable = ServerName::try_from(row.host.clone()).is_ok();
        if callable == (row.verdicts[5] == "-") {
            wrong.push(format!(
                "line {} {:?}: can be called: {callable}",
                row.line, row.host
            ));
        }
        if !callable {
            not_callable += 1;
            continue;
        }
        for (mode, verdict) in modes.iter().zip(&row.verdicts) {
            let config = ClientContext::new(&made.trust(), &ring_provider()).name_check(*mode);
            let (ours, _) = handshake(
                &config.config().unwrap(),
                &server(&made.identity()),
                &row.host,
            );
            let answer = match ours {
                Ok(()) => "y",
                Err(Error::InvalidCertificate(CertificateError::NotValidForNameContext {
                    ..
                })) => "n",
                other => panic!("line {}: {mode} {other:?}", row.line),
            };
            on_purpose += usize::from(verdict.contains('>'));
            if !verdict.ends_with(answer) {
                wrong.push(format!(
                    "line {} {}: {mode} says {answer}, not {verdict}",
                    row.line, row.host
                ));
            }
            called += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!(
        "host_names.txt: {called} verdicts, {on_purpose} of them other than upstream's; {not_callable} hosts that cannot be called"
    );
    assert_eq!((called, not_callable, on_purpose), (576, 7, 31));
}

#[test]
fn hadoops_words_are_read_as_hadoop_reads_them() {
    for word in HADOOP {
        assert_eq!(NameCheck::from_hadoop(word).unwrap().to_string(), word);
        let lower = format!("\t {} \n", word.to_lowercase());
        assert_eq!(NameCheck::from_hadoop(&lower).unwrap().to_string(), word);
    }
    let misspelled = NameCheck::from_hadoop("STRICT_I6").unwrap();
    assert_eq!(
        misspelled,
        NameCheck::WeakLikeHadoop(HadoopVerifier::StrictIe6)
    );
    assert_eq!(
        NameCheck::from_hadoop("ALLOW_ALL").unwrap(),
        NameCheck::DangerouslyNone
    );
    for (value, told) in [
        ("foo", "FOO"),
        (" foo ", "FOO"),
        ("", ""),
        ("STRICT,DEFAULT", "STRICT,DEFAULT"),
        ("STANDARD", "STANDARD"),
        // Lower case beyond ASCII is no way in.
        ("\u{17f}trict", "\u{17f}TRICT"),
    ] {
        let error = NameCheck::from_hadoop(value).unwrap_err();
        assert!(matches!(error, TlsError::Setting { .. }), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!("hadoop.ssl.hostname.verifier `{value}`: Invalid hostname verifier: {told}")
        );
    }
}

#[test]
fn an_expected_name_takes_the_place_of_the_called_one() {
    let shared = Made::new(&["cluster.company.org", "10.0.0.1"], None, |_| {});
    let call = |expected: &str, host: &str, check: NameCheck| {
        let config = ClientContext::new(&shared.trust(), &ring_provider())
            .name_check(check)
            .expected_name(expected)
            .config()
            .unwrap();
        handshake(&config, &server(&shared.identity()), host).0
    };
    let strict = NameCheck::WeakLikeHadoop(HadoopVerifier::Strict);
    for check in [NameCheck::Standard, strict] {
        for host in ["worker-17", "192.168.1.1", "cluster.company.org"] {
            assert_eq!(call("cluster.company.org", host, check), Ok(()));
        }
        // Being called by its name does not help.
        assert_refused!(
            call("other.company.org", "cluster.company.org", check),
            CertificateError::NotValidForNameContext { .. }
        );
    }
    assert_eq!(call("10.0.0.1", "worker-17", NameCheck::Standard), Ok(()));

    // What is not looked at is an error, or somebody would rely on it.
    let context = ClientContext::new(&shared.trust(), &ring_provider());
    let refused = |context: ClientContext| match context.config() {
        Err(error @ TlsError::Setting { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused(context.clone().expected_name("no name")),
        "expected name `no name`: neither a domain name nor an address"
    );
    let none = context.name_check(NameCheck::DangerouslyNone);
    assert_eq!(
        refused(none.expected_name("cluster.company.org")),
        "expected name `cluster.company.org`: the check of names is switched off"
    );
}

#[test]
fn alternative_names_that_cannot_be_read_do_not_lead_to_a_weaker_rule() {
    let san = [2, 5, 29, 17];
    let with = |names: &[&str], content: &[u8]| {
        Made::new(names, None, |params| {
            common_name("localhost")(params);
            let extension = rcgen::CustomExtension::from_oid_content(&san, content.to_vec());
            params.custom_extensions.push(extension);
        })
    };
    let other = [0x30, 0x07, 0x82, 0x05, b'o', b't', b'h', b'e', b'r'];
    for (what, made) in [
        ("no sequence", with(&[], &[0x04, 0x00])),
        ("cut off", with(&[], &[0x30, 0x0b, 0x82, 0x09, b'l'])),
        (
            "no text",
            with(&[], &[0x30, 0x05, 0x82, 0x03, 0xff, 0xfe, 0xfd]),
        ),
        // RFC 5280 §4.2 has one extension of a kind.
        ("twice", with(&["localhost"], &other)),
    ] {
        for check in ["DEFAULT", "STRICT", "STRICT_IE6", "standard"] {
            let check = NameCheck::from_hadoop(check).unwrap_or_default();
            let config = ClientContext::new(&made.trust(), &ring_provider()).name_check(check);
            let server = made.unchecked_server(&[]);
            let (ours, _) = handshake(&config.config().unwrap(), &server, "localhost");
            assert!(ours.is_err(), "{what}, {check}");
        }
    }
}

/// The common name is text in any of the string types; what is no text matches nothing.
#[test]
fn common_names_of_every_string_type() {
    let string = |value: DnValue| {
        Made::new(&[], None, |params| {
            params.distinguished_name = DistinguishedName::new();
            params.distinguished_name.push(DnType::CommonName, value);
        })
    };
    for (what, value, ok) in [
        ("UTF8String", DnValue::Utf8String("node1".into()), true),
        (
            "PrintableString",
            DnValue::PrintableString("node1".try_into().unwrap()),
            true,
        ),
        (
            "IA5String",
            DnValue::Ia5String("node1".try_into().unwrap()),
            true,
        ),
        (
            "TeletexString",
            DnValue::TeletexString("node1".try_into().unwrap()),
            true,
        ),
        (
            "BMPString",
            DnValue::BmpString("node1".try_into().unwrap()),
            true,
        ),
        // Java does not read it either: it prints the bytes.
        (
            "UniversalString",
            DnValue::UniversalString("node1".try_into().unwrap()),
            false,
        ),
    ] {
        let made = string(value);
        for check in ["DEFAULT", "standard"] {
            let check = NameCheck::from_hadoop(check).unwrap_or_default();
            let config = ClientContext::new(&made.trust(), &ring_provider()).name_check(check);
            let config = config.config().unwrap();
            let (ours, _) = handshake(&config, &server(&made.identity()), "node1");
            assert_eq!(ours.is_ok(), ok, "{what}, {check}: {ours:?}");
        }
    }
}
