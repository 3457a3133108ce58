//! Chains of certificates, each held against JSSE's opinion. Where ours is another one, the row says why.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use bailiwick::tls::{ClientAuth, ClientContext, NameCheck, ServerContext, Store, ring_provider};
use rcgen::ExtendedKeyUsagePurpose::{Any, ClientAuth as ForClients, ServerAuth as ForServers};
use rcgen::KeyUsagePurpose::{CrlSign, DigitalSignature, KeyAgreement, KeyCertSign};
use rcgen::{BasicConstraints, CertificateParams, GeneralSubtree, IsCa, NameConstraints};

use crate::folder::Folder;
use crate::made::{Made, authority};
use crate::tools::{handshake, output};

/// What was presented to whom.
struct Case {
    name: &'static str,
    to_server: bool,
    trusted: Vec<Kept>,
    /// The peer's certificate first.
    chain: Vec<Kept>,
    verdicts: Verdicts,
}

type Kept = &'static Made;

/// Whether it is believed.
#[derive(Clone, Copy)]
enum Verdicts {
    Both(bool),
    /// JSSE believes it and we do not.
    OnlyJsse(&'static str),
}

use Verdicts::{Both, OnlyJsse};

impl Verdicts {
    const fn ours(self) -> bool {
        matches!(self, Both(true))
    }

    const fn of_jsse(self) -> bool {
        matches!(self, Both(true) | OnlyJsse(_))
    }
}

fn pem(certificates: &[&Made]) -> String {
    certificates.iter().map(|made| made.pem.as_str()).collect()
}

fn ours(case: &Case) -> Result<(), String> {
    let trust = Store::read(pem(&case.trusted).as_bytes(), None)
        .and_then(|store| store.trust(None))
        .map_err(|error| error.to_string())?;
    let (peer, rest) = case.chain.split_first().unwrap();
    let someone = Made::new(&[], None, |_| {});
    let client =
        ClientContext::new(&trust, &ring_provider()).name_check(NameCheck::DangerouslyNone);
    let result = if case.to_server {
        let server = ServerContext::new(&someone.identity(), &ring_provider())
            .client_auth(ClientAuth::Required(trust));
        let client = ClientContext::new(&someone.trust(), &ring_provider());
        let mut client = client
            .name_check(NameCheck::DangerouslyNone)
            .config()
            .unwrap();
        client.client_auth_cert_resolver = peer.unchecked(rest);
        handshake(&client, &server.config().unwrap(), "localhost").1
    } else {
        handshake(
            &client.config().unwrap(),
            &peer.unchecked_server(rest),
            "localhost",
        )
        .0
    };
    result.map_err(|error| error.to_string())
}

fn keep(made: Made) -> Kept {
    Box::leak(Box::new(made))
}

/// A root.
fn top(shape: impl Fn(&mut CertificateParams)) -> Kept {
    keep(Made::new(&[], None, both(authority, shape)))
}

/// An authority below another.
fn ca(issuer: Kept, shape: impl Fn(&mut CertificateParams)) -> Kept {
    keep(Made::new(&[], Some(issuer), both(authority, shape)))
}

fn host(issuer: Kept, shape: impl Fn(&mut CertificateParams)) -> Kept {
    keep(Made::new(&["localhost"], Some(issuer), shape))
}

/// A host that has signed its own certificate.
fn own(shape: impl Fn(&mut CertificateParams)) -> Kept {
    keep(Made::new(&["localhost"], None, shape))
}

fn plain(_: &mut CertificateParams) {}

/// The name of another.
fn same_name(made: &Made) -> impl Fn(&mut CertificateParams) {
    let name = made.params.distinguished_name.clone();
    move |params| params.distinguished_name = name.clone()
}

fn path_length(length: u8) -> impl Fn(&mut CertificateParams) {
    move |params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(length))
}

fn only_for(domain: &'static str) -> impl Fn(&mut CertificateParams) {
    move |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName(domain.to_owned())],
            excluded_subtrees: Vec::new(),
        });
    }
}

fn not_for(domain: &'static str) -> impl Fn(&mut CertificateParams) {
    move |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: Vec::new(),
            excluded_subtrees: vec![GeneralSubtree::DnsName(domain.to_owned())],
        });
    }
}

fn expired(params: &mut CertificateParams) {
    params.not_before = rcgen::date_time_ymd(2010, 1, 1);
    params.not_after = rcgen::date_time_ymd(2020, 1, 1);
}

fn unborn(params: &mut CertificateParams) {
    params.not_before = rcgen::date_time_ymd(2999, 1, 1);
}

/// An extension that nobody knows, and that must be known.
fn critical(params: &mut CertificateParams) {
    let mut extension = rcgen::CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![0x05, 0x00]);
    extension.set_criticality(true);
    params.custom_extensions.push(extension);
}

fn both(
    one: impl Fn(&mut CertificateParams),
    other: impl Fn(&mut CertificateParams),
) -> impl Fn(&mut CertificateParams) {
    move |params| {
        one(params);
        other(params);
    }
}

/// Certificates that rcgen does not make: of version 1, signed with SHA-1, by a short RSA key.
const BY_OPENSSL: &str = r#"
san='subjectAltName=DNS:localhost'
key() { openssl genpkey -algorithm $2 -pkeyopt $3 -out $1.key; openssl req -new -key $1.key -subj "/CN=$1" -out $1.csr; }
root() { # name, extensions
  openssl x509 -req -in $1.csr -signkey $1.key -days 9 ${2:+-extfile <(echo "$2")} -out $1.pem
}
issue() { # name, issuer, extensions, options
  key $1 EC ec_paramgen_curve:P-256
  openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days 9 ${3:+-extfile <(echo "$3")} ${4:-} -out $1.pem
}
for name in root old-root old-alone; do key $name EC ec_paramgen_curve:P-256; done
key short-root RSA rsa_keygen_bits:1024
root root basicConstraints=CA:true
root short-root basicConstraints=CA:true
root old-root
root old-alone
issue under-old-root old-root $san
issue old-leaf root
issue old-middle root
issue under-old-middle old-middle $san
issue sha1 root $san -sha1
issue under-short-root short-root $san
"#;

#[test]
fn every_chain_is_judged_as_by_jsse_or_there_is_a_reason() {
    let folder = Folder::with(&format!("exec 2> log\n{BY_OPENSSL}"), false);
    let text = |name: &str| std::fs::read_to_string(folder.path(name)).unwrap();
    let shown = |name: &str| keep(Made::from_pem(text(&format!("{name}.pem")), None));
    let owned = |name: &str| {
        let key = text(&format!("{name}.key"));
        keep(Made::from_pem(text(&format!("{name}.pem")), Some(key)))
    };
    let purposes = |list: &[rcgen::ExtendedKeyUsagePurpose]| {
        let list = list.to_vec();
        move |params: &mut CertificateParams| params.extended_key_usages = list.clone()
    };
    let usages = |list: &[rcgen::KeyUsagePurpose]| {
        let list = list.to_vec();
        move |params: &mut CertificateParams| params.key_usages = list.clone()
    };
    let root = top(plain);
    let middle = ca(root, plain);
    let leaf = host(root, plain);
    let deep = host(middle, plain);
    let alone = own(plain);
    let stranger = top(plain);
    let mut cases = Vec::new();
    let mut case = |name, trusted: &[Kept], chain: &[Kept], verdicts| {
        cases.push(Case {
            name,
            to_server: name.starts_with("client"),
            trusted: trusted.to_vec(),
            chain: chain.to_vec(),
            verdicts,
        });
    };

    case("a chain of two", &[root], &[leaf], Both(true));
    case("a chain of three", &[root], &[deep, middle], Both(true));
    case(
        "with the root in it",
        &[root],
        &[deep, middle, root],
        Both(true),
    );
    case("without the one in between", &[root], &[deep], Both(false));
    case(
        "the one in between is trusted",
        &[middle],
        &[deep],
        Both(true),
    );
    case(
        "and the root is presented",
        &[middle],
        &[deep, middle, root],
        Both(true),
    );
    case("by nobody", &[stranger], &[leaf], Both(false));
    case(
        "with somebody else's in between",
        &[root],
        &[deep, stranger, middle],
        Both(true),
    );
    case("client", &[root], &[leaf], Both(true));
    case("client of nobody", &[stranger], &[leaf], Both(false));

    case("self-signed", &[alone], &[alone], Both(true));
    case(
        "self-signed by another",
        &[alone],
        &[own(plain)],
        Both(false),
    );
    case("a leaf alone is trusted", &[leaf], &[leaf], Both(true));
    case("an authority presents itself", &[root], &[root], Both(true));
    let authority_leaf = host(root, authority);
    case(
        "an authority below the root presents itself",
        &[root],
        &[authority_leaf],
        OnlyJsse(
            "an authority is no peer (webpki, CaUsedAsEndEntity): its key is for signing certificates",
        ),
    );
    case(
        "unless it is trusted itself",
        &[authority_leaf],
        &[authority_leaf],
        Both(true),
    );
    case(
        "a trusted leaf signs another",
        &[alone],
        &[host(alone, plain)],
        Both(false),
    );
    case(
        "a leaf signs another",
        &[root],
        &[host(leaf, plain), leaf],
        Both(false),
    );
    let not_for_signing = top(usages(&[DigitalSignature]));
    case(
        "a root not for signing",
        &[not_for_signing],
        &[host(not_for_signing, plain)],
        Both(false),
    );
    let middle_not_for_signing = ca(root, usages(&[DigitalSignature]));
    case(
        "one in between not for signing",
        &[root],
        &[host(middle_not_for_signing, plain), middle_not_for_signing],
        Both(false),
    );

    let late = host(root, expired);
    case("expired", &[root], &[late], Both(false));
    case("not begun", &[root], &[host(root, unborn)], Both(false));
    let (late_alone, early_alone) = (own(expired), own(unborn));
    let pinned = "nothing expired is believed; JSSE does not look at the dates of what is trusted";
    case(
        "trusted and expired",
        &[late_alone],
        &[late_alone],
        OnlyJsse(pinned),
    );
    case(
        "trusted and not begun",
        &[early_alone],
        &[early_alone],
        OnlyJsse(pinned),
    );
    let (late_root, early_root) = (top(expired), top(unborn));
    case(
        "under an expired root",
        &[late_root],
        &[host(late_root, plain)],
        OnlyJsse(pinned),
    );
    case(
        "under a root not begun",
        &[early_root],
        &[host(early_root, plain)],
        OnlyJsse(pinned),
    );
    let late_middle = ca(root, expired);
    case(
        "under one that expired",
        &[root],
        &[host(late_middle, plain), late_middle],
        Both(false),
    );
    let renewed = keep(Made::renewed(late_root, |params| {
        params.not_before = rcgen::date_time_ymd(2019, 1, 1);
        params.not_after = rcgen::date_time_ymd(2999, 1, 1);
    }));
    case(
        "the root was renewed",
        &[late_root, renewed],
        &[host(late_root, plain)],
        Both(true),
    );

    case(
        "version 1, self-signed",
        &[owned("old-alone")],
        &[owned("old-alone")],
        OnlyJsse("rustls reads version 3 only"),
    );
    case(
        "version 1",
        &[shown("root")],
        &[owned("old-leaf")],
        OnlyJsse("rustls reads version 3 only"),
    );
    case(
        "version 1 in between",
        &[shown("root")],
        &[owned("under-old-middle"), shown("old-middle")],
        Both(false),
    );
    case(
        "version 1 root",
        &[shown("old-root")],
        &[owned("under-old-root")],
        Both(true),
    );
    case(
        "SHA-1",
        &[shown("root")],
        &[owned("sha1")],
        OnlyJsse("broken, and no crypto provider has it"),
    );
    case(
        "RSA of 1024 bits",
        &[shown("short-root")],
        &[owned("under-short-root")],
        OnlyJsse("too short, and no crypto provider has it"),
    );

    let (org, not_org) = (
        ca(root, only_for("company.org")),
        ca(root, not_for("localhost")),
    );
    case(
        "another domain than permitted",
        &[root],
        &[host(org, plain), org],
        Both(false),
    );
    case(
        "an excluded domain",
        &[root],
        &[host(not_org, plain), not_org],
        Both(false),
    );
    let here = ca(root, only_for("localhost"));
    case(
        "the permitted domain",
        &[root],
        &[host(here, plain), here],
        Both(true),
    );
    let (org, here) = (top(only_for("company.org")), top(only_for("localhost")));
    case(
        "another domain than the root permits",
        &[org],
        &[host(org, plain)],
        OnlyJsse(
            "what an authority may do is written into its certificate; JSSE takes only name and key of a root",
        ),
    );
    case(
        "the domain that the root permits",
        &[here],
        &[host(here, plain)],
        Both(true),
    );

    case(
        "for servers",
        &[root],
        &[host(root, purposes(&[ForServers]))],
        Both(true),
    );
    case(
        "for any purpose",
        &[root],
        &[host(root, purposes(&[Any]))],
        Both(true),
    );
    case(
        "for clients",
        &[root],
        &[host(root, purposes(&[ForClients]))],
        Both(false),
    );
    case(
        "client's for clients",
        &[root],
        &[host(root, purposes(&[ForClients]))],
        Both(true),
    );
    case(
        "client's for any purpose",
        &[root],
        &[host(root, purposes(&[Any]))],
        Both(true),
    );
    case(
        "client's for servers",
        &[root],
        &[host(root, purposes(&[ForServers]))],
        Both(false),
    );
    let clients_alone = own(purposes(&[ForClients]));
    case(
        "trusted for clients",
        &[clients_alone],
        &[clients_alone],
        OnlyJsse("the purpose of a certificate counts however it came to be trusted"),
    );
    let for_clients = ca(root, purposes(&[ForClients]));
    case(
        "under one for clients",
        &[root],
        &[host(for_clients, plain), for_clients],
        OnlyJsse("an authority for clients is none for servers (webpki, as browsers do it)"),
    );
    let for_servers = ca(root, purposes(&[ForServers]));
    case(
        "under one for servers",
        &[root],
        &[host(for_servers, plain), for_servers],
        Both(true),
    );
    let for_any = ca(root, purposes(&[Any]));
    case(
        "under one for any purpose",
        &[root],
        &[host(for_any, plain), for_any],
        Both(true),
    );
    let root_for_clients = top(purposes(&[ForClients]));
    case(
        "under a root for clients",
        &[root_for_clients],
        &[host(root_for_clients, plain)],
        Both(true),
    );
    let agreeing = usages(&[KeyAgreement]);
    case(
        "a key that may not sign",
        &[root],
        &[host(root, agreeing.clone())],
        Both(false),
    );
    let agreeing = own(agreeing);
    case(
        "trusted, a key that may not sign",
        &[agreeing],
        &[agreeing],
        Both(true),
    );
    let signing = usages(&[DigitalSignature]);
    case(
        "a key that may sign",
        &[root],
        &[host(root, signing)],
        Both(true),
    );

    let short = ca(root, path_length(0));
    let under_short = ca(short, plain);
    case(
        "path of the right length",
        &[root],
        &[host(short, plain), short],
        Both(true),
    );
    case(
        "path too long",
        &[root],
        &[host(under_short, plain), under_short, short],
        Both(false),
    );
    let short = top(path_length(0));
    let under_short = ca(short, plain);
    case(
        "path too long for the root",
        &[short],
        &[host(under_short, plain), under_short],
        Both(true),
    );
    let signing = ca(root, usages(&[KeyCertSign, CrlSign]));
    case(
        "one in between for signing",
        &[root],
        &[host(signing, plain), signing],
        Both(true),
    );

    // A root with a new key, under the old name.
    let after = top(same_name(root));
    for roots in [&[root, after], &[after, root]] {
        case("of the old key", roots, &[leaf], Both(true));
        case("of the new key", roots, &[host(after, plain)], Both(true));
        case("through the old key", roots, &[deep, middle], Both(true));
    }
    case(
        "of the new key, which is not trusted",
        &[root],
        &[host(after, plain)],
        Both(false),
    );
    let forged = host(top(same_name(root)), plain);
    case("of a third", &[root, after], &[forged], Both(false));

    let twice = host(root, |params| {
        let other = [0x30, 0x07, 0x82, 0x05, b'o', b't', b'h', b'e', b'r'];
        let extension = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 17], other.to_vec());
        params.custom_extensions.push(extension);
    });
    case("alternative names twice", &[root], &[twice], Both(false));
    case(
        "alternative names twice, trusted",
        &[twice],
        &[twice],
        Both(false),
    );
    case(
        "an unknown critical extension",
        &[root],
        &[host(root, critical)],
        Both(false),
    );
    let unknown = ca(root, critical);
    case(
        "in between",
        &[root],
        &[host(unknown, plain), unknown],
        Both(false),
    );
    let unknown = top(critical);
    case(
        "in the root",
        &[unknown],
        &[host(unknown, plain)],
        Both(true),
    );
    let unknown = own(critical);
    case(
        "in what is trusted",
        &[unknown],
        &[unknown],
        OnlyJsse("rustls reads no such certificate"),
    );

    let of_jsse = jsse(&folder, &cases);
    let (mut agreed, mut report) = (0, String::new());
    for (case, (jsse, said)) in cases.iter().zip(of_jsse) {
        let ours = ours(case);
        if (ours.is_ok(), jsse) != (case.verdicts.ours(), case.verdicts.of_jsse()) {
            writeln!(report, "{}: {ours:?}, JSSE {said}", case.name).unwrap();
        }
        match case.verdicts {
            Both(_) => agreed += 1,
            OnlyJsse(reason) => println!("only JSSE believes `{}`: {reason}", case.name),
        }
    }
    assert!(report.is_empty(), "\n{report}");
    println!("{} chains, {agreed} of them judged alike", cases.len());
    assert_eq!((cases.len(), agreed), (71, 58));
}

/// What JSSE says, and whether that is a yes.
fn jsse(folder: &Folder, cases: &[Case]) -> Vec<(bool, String)> {
    let mut java = Command::new("java");
    java.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/Verify.java"));
    for (number, case) in cases.iter().enumerate() {
        let [trust, chain] =
            ["trust", "chain"].map(|kind| folder.path(&format!("{number}-{kind}.pem")));
        std::fs::write(&trust, pem(&case.trusted)).unwrap();
        std::fs::write(&chain, pem(&case.chain)).unwrap();
        let side = if case.to_server { "client" } else { "server" };
        java.arg(format!(
            "{number}|{side}|{}|{}",
            trust.display(),
            chain.display()
        ));
    }
    let output = output(&mut java);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = text
        .lines()
        .enumerate()
        .map(|(number, line)| line.strip_prefix(&format!("{number} ")).unwrap())
        .map(|said| (said == "ok", said.to_owned()))
        .collect();
    assert_eq!(lines.len(), cases.len(), "{text}{errors}");
    lines
}
