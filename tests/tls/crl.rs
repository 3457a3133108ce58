//! Certificates that their issuer has taken back.

use std::time::{Duration, SystemTime};

use bailiwick::tls::{
    ClientAuth, ClientContext, Crls, Files, ServerContext, Store, TlsError, Trust, TrustSource,
    UnknownRevocation, ring_provider,
};
use rcgen::CertificateRevocationListParams;
use rustls::{CertRevocationListError, CertificateError, Error, ServerConfig};

use crate::folder::Folder;
use crate::made::{Made, authority};
use crate::tools::handshake;
use crate::{assert_refused, server};

fn trust(certificates: &[&Made], crls: &[Vec<u8>]) -> Trust {
    let pem: String = certificates.iter().map(|made| made.pem.as_str()).collect();
    let trust = Store::read(pem.as_bytes(), None)
        .unwrap()
        .trust(None)
        .unwrap();
    crls.iter().fold(trust, |trust, crl| {
        trust.with_crls(&Crls::read(crl).unwrap())
    })
}

fn called(trust: &Trust, server: &ServerConfig) -> Result<(), Error> {
    let client = ClientContext::new(trust, &ring_provider())
        .config()
        .unwrap();
    handshake(&client, server, "localhost").0
}

/// What is wrong with the lists of this trust, on either side.
fn unusable(trust: &Trust) -> String {
    let client = ClientContext::new(trust, &ring_provider())
        .config()
        .unwrap_err();
    let someone = Made::new(&[], None, |_| {});
    let server = ServerContext::new(&someone.identity(), &ring_provider())
        .client_auth(ClientAuth::Required(trust.clone()))
        .config()
        .unwrap_err();
    assert!(matches!(client, TlsError::Crl { .. }), "{client:?}");
    assert_eq!(client.to_string(), server.to_string());
    client.to_string()
}

fn old(params: &mut CertificateRevocationListParams) {
    params.this_update -= Duration::from_secs(48 * 60 * 60);
    params.next_update -= Duration::from_secs(24 * 60 * 60 + 60);
}

fn named(name: &'static str) -> impl Fn(&mut rcgen::CertificateParams) {
    move |params| {
        authority(params);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
    }
}

#[test]
fn every_certificate_of_the_chain_is_looked_up() {
    let root = Made::new(&[], None, authority);
    let middle = Made::new(&[], Some(&root), authority);
    let leaf = Made::new(&["localhost"], Some(&middle), |_| {});
    let server = leaf.unchecked_server(&[&middle]);
    let none = |_: &mut CertificateRevocationListParams| {};
    let (root_list, middle_list) = (root.crl(&[], none), middle.crl(&[], none));

    let called = |crls: &[Vec<u8>]| called(&trust(&[&root], crls), &server);
    assert_eq!(called(&[]), Ok(()), "without lists, nothing is looked up");
    assert_eq!(called(&[root_list.clone(), middle_list.clone()]), Ok(()));
    assert_refused!(
        called(&[root_list.clone(), middle.crl(&[&leaf], none)]),
        CertificateError::Revoked
    );
    assert_refused!(
        called(&[root.crl(&[&middle], none), middle_list.clone()]),
        CertificateError::Revoked
    );
    // A serial number means something only with its issuer.
    assert_eq!(
        called(&[root.crl(&[&leaf], none), middle_list.clone()]),
        Ok(())
    );

    // An old list is none. Nor is one of somebody else.
    assert_refused!(
        called(&[root_list.clone(), middle.crl(&[], old)]),
        CertificateError::ExpiredRevocationListContext { .. }
    );
    assert_refused!(
        called(&[root.crl(&[], old), middle_list.clone()]),
        CertificateError::ExpiredRevocationListContext { .. }
    );
    let forger = Made::new(&[], None, |params| {
        authority(params);
        params.distinguished_name = middle.params.distinguished_name.clone();
    });
    assert_eq!(
        called(&[root_list, forger.crl(&[], none)]),
        Err(CertRevocationListError::BadSignature.into())
    );
    assert!(
        unusable(&trust(&[&root], &[forger_of(&root).crl(&[], none)]))
            .contains("has not signed it")
    );
}

/// An authority of the same name with another key.
fn forger_of(made: &Made) -> Made {
    Made::new(&[], None, |params| {
        authority(params);
        params.distinguished_name = made.params.distinguished_name.clone();
    })
}

#[test]
fn an_issuer_without_a_list_locks_out_unless_one_says_so() {
    let root = Made::new(&[], None, authority);
    let middle = Made::new(&[], Some(&root), authority);
    let leaf = Made::new(&["localhost"], Some(&middle), |_| {});
    let server = leaf.unchecked_server(&[&middle]);
    let none = |_: &mut CertificateRevocationListParams| {};
    let weak = UnknownRevocation::WeaklyAccepted;
    for crl in [root.crl(&[], none), middle.crl(&[], none)] {
        let trust = trust(&[&root], &[crl]);
        assert_refused!(
            called(&trust, &server),
            CertificateError::UnknownRevocationStatus
        );
        assert_eq!(called(&trust.unknown_revocation(weak), &server), Ok(()));
    }
    // What is known counts all the same.
    for (crl, expired) in [
        (root.crl(&[&middle], none), false),
        (middle.crl(&[&leaf], none), false),
        (middle.crl(&[], old), true),
    ] {
        let result = called(&trust(&[&root], &[crl]).unknown_revocation(weak), &server);
        if expired {
            assert_refused!(
                result,
                CertificateError::ExpiredRevocationListContext { .. }
            );
        } else {
            assert_refused!(result, CertificateError::Revoked);
        }
    }
}

#[test]
fn of_several_lists_of_one_issuer_the_latest_counts() {
    let root = Made::new(&[], None, authority);
    let leaf = Made::new(&["localhost"], Some(&root), |_| {});
    let server = server(&leaf.identity());
    let yesterday = |params: &mut CertificateRevocationListParams| {
        params.this_update -= Duration::from_secs(24 * 60 * 60);
    };
    let (first, second) = (root.crl(&[], yesterday), root.crl(&[&leaf], |_| {}));
    for crls in [[first.clone(), second.clone()], [second, first]] {
        assert_refused!(
            called(&trust(&[&root], &crls), &server),
            CertificateError::Revoked
        );
    }
    let (first, second) = (root.crl(&[], old), root.crl(&[], |_| {}));
    for crls in [[first.clone(), second.clone()], [second, first]] {
        let trust = trust(&[&root], &crls);
        assert_eq!(called(&trust, &server), Ok(()));
        assert!(
            trust.crls().next_update().unwrap() < SystemTime::now(),
            "the older one"
        );
    }
    assert_eq!(Crls::default().next_update(), None);
}

#[test]
fn an_authority_that_changed_its_key_has_a_list_for_each() {
    let before = Made::new(&[], None, named("Sample CA"));
    let after = Made::new(&[], None, named("Sample CA"));
    let none = |_: &mut CertificateRevocationListParams| {};
    let leaves = [&before, &after].map(|root| Made::new(&["localhost"], Some(root), |_| {}));
    let servers = leaves.each_ref().map(|leaf| server(&leaf.identity()));
    for roots in [[&before, &after], [&after, &before]] {
        for crls in [
            [before.crl(&[], none), after.crl(&[], none)],
            [after.crl(&[], none), before.crl(&[], none)],
        ] {
            for server in &servers {
                assert_eq!(called(&trust(&roots, &crls), server), Ok(()));
            }
        }
        let revoked = |number: usize| leaves.get(number).into_iter().collect::<Vec<_>>();
        let crls = [before.crl(&revoked(0), none), after.crl(&[], none)];
        assert_refused!(
            called(&trust(&roots, &crls), &servers[0]),
            CertificateError::Revoked
        );
        assert_eq!(called(&trust(&roots, &crls), &servers[1]), Ok(()));
        let crls = [before.crl(&[], none), after.crl(&revoked(1), none)];
        assert_eq!(called(&trust(&roots, &crls), &servers[0]), Ok(()));
        assert_refused!(
            called(&trust(&roots, &crls), &servers[1]),
            CertificateError::Revoked
        );

        // Without a list of the new key, what it has issued is refused, however weak the setting: the name has a list.
        let weak = trust(&roots, &[before.crl(&revoked(0), none)])
            .unknown_revocation(UnknownRevocation::WeaklyAccepted);
        assert_refused!(called(&weak, &servers[0]), CertificateError::Revoked);
        assert_eq!(
            called(&weak, &servers[1]),
            Err(CertRevocationListError::BadSignature.into())
        );
        // The old key certified by the new one (RFC 4210 §4.4) is no way around the list of the old one.
        let bridge = Made::resigned(&before, &after);
        let around = leaves[0].unchecked_server(&[&bridge]);
        assert!(called(&weak, &around).is_err());
        let both = trust(
            &roots,
            &[before.crl(&revoked(0), none), after.crl(&[], none)],
        );
        assert!(called(&both, &around).is_err());
    }
}

#[test]
fn a_list_that_cannot_be_meant_is_an_error_when_the_context_is_made() {
    let root = Made::new(&[], None, named("Root"));
    let leaf = Made::new(&["localhost"], Some(&root), |_| {});
    let stranger = Made::new(&[], None, named("Stranger"));
    let none = |_: &mut CertificateRevocationListParams| {};
    let forged = forger_of(&root).crl(&[], none);
    assert_eq!(
        unusable(&trust(&[&root], &[forged])),
        "the revocation list `(memory)` cannot be used: its issuer `CN=Root` is trusted, but has not signed it or may not"
    );
    let mut damaged = root.crl(&[&leaf], none);
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    assert!(unusable(&trust(&[&root], &[damaged])).contains("has not signed it"));
    // Nobody whose chain could lead to it.
    assert_eq!(
        unusable(&trust(&[&leaf], &[stranger.crl(&[], none)])),
        "the revocation list `(memory)` cannot be used: its issuer `CN=Stranger` is not trusted"
    );
    // RFC 5280 §6.3.3 (f): an issuer with a key usage needs cRLSign.
    let sign = |usages: Vec<rcgen::KeyUsagePurpose>| {
        let mut made = Made::new(&[], None, |params| {
            named("Usage")(params);
            params.key_usages = usages;
        });
        made.params.key_usages.clear();
        let crl = made.crl(&[], none);
        (made, crl)
    };
    use rcgen::KeyUsagePurpose::{CrlSign, KeyCertSign};
    let (without, crl) = sign(vec![KeyCertSign]);
    assert!(unusable(&trust(&[&without], &[crl])).contains("may not"));
    let (with, crl) = sign(vec![KeyCertSign, CrlSign]);
    let leaf = Made::new(&["localhost"], Some(&with), |_| {});
    assert_eq!(
        called(&trust(&[&with], &[crl]), &server(&leaf.identity())),
        Ok(())
    );
}

#[test]
fn a_certificate_that_is_trusted_itself_can_be_revoked_too() {
    let root = Made::new(&[], None, authority);
    let leaf = Made::new(&["localhost"], Some(&root), |_| {});
    let alone = Made::new(&["localhost"], None, |_| {});
    let none = |_: &mut CertificateRevocationListParams| {};
    let (leaf_server, alone_server) = (server(&leaf.identity()), server(&alone.identity()));

    let revoking = trust(&[&leaf, &root, &alone], &[root.crl(&[&leaf], none)]);
    assert_refused!(called(&revoking, &leaf_server), CertificateError::Revoked);
    // It needs no list.
    assert_eq!(called(&revoking, &alone_server), Ok(()));
    // Its own list.
    let own = trust(&[&alone], &[alone.crl(&[&alone], none)]);
    assert_refused!(called(&own, &alone_server), CertificateError::Revoked);
    let own = trust(&[&alone], &[alone.crl(&[], none)]);
    assert_eq!(called(&own, &alone_server), Ok(()));
    // An old list may hide that it is revoked.
    let old_list = trust(&[&leaf, &root], &[root.crl(&[], old)]);
    assert_refused!(
        called(&old_list, &leaf_server),
        CertificateError::ExpiredRevocationListContext { .. }
    );
    let both = trust(&[&leaf, &root], &[root.crl(&[], old), root.crl(&[], none)]);
    assert_eq!(called(&both, &leaf_server), Ok(()));
    // The key of its issuer is not known: the list is believed where it refuses.
    let stranger = Made::new(&[], None, authority);
    let unsigned = trust(&[&leaf, &stranger], &[root.crl(&[&leaf], none)]);
    assert_refused!(called(&unsigned, &leaf_server), CertificateError::Revoked);
}

#[test]
fn the_list_of_an_issuer_that_is_not_trusted_counts_for_its_trusted_certificate() {
    let root = Made::new(&[], None, named("Root"));
    let leaf = Made::new(&["localhost"], Some(&root), |_| {});
    let none = |_: &mut CertificateRevocationListParams| {};
    let server = server(&leaf.identity());
    let with = |crl| called(&trust(&[&leaf], &[crl]), &server);
    assert_eq!(with(root.crl(&[], none)), Ok(()));
    assert_refused!(with(root.crl(&[&leaf], none)), CertificateError::Revoked);
}

#[test]
fn a_server_looks_its_clients_up() {
    let servant = Made::new(&["localhost"], None, |_| {});
    let root = Made::new(&[], None, authority);
    let client = Made::new(&[], Some(&root), |_| {});
    let pinned = Made::new(&[], Some(&root), |_| {});
    let met = |made: &Made, crl: Vec<u8>| {
        let trust = trust(&[&root, &pinned], &[crl]);
        let server = ServerContext::new(&servant.identity(), &ring_provider())
            .client_auth(ClientAuth::Optional(trust));
        let config = ClientContext::new(&servant.trust(), &ring_provider());
        let config = config.identity(&made.identity()).config().unwrap();
        handshake(&config, &server.config().unwrap(), "localhost").1
    };
    for made in [&client, &pinned] {
        assert_eq!(met(made, root.crl(&[], |_| {})), Ok(()));
        assert_refused!(
            met(made, root.crl(&[made], |_| {})),
            CertificateError::Revoked
        );
        assert_refused!(
            met(made, root.crl(&[], old)),
            CertificateError::ExpiredRevocationListContext { .. }
        );
    }
}

/// A certification authority in a folder, as `openssl ca` keeps it, and two servers of which one is revoked.
const AUTHORITY: &str = r#"
cat > ca.cnf <<'END'
[ca]
default_ca = ca_default
[ca_default]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 30
[v3_ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
END
touch index.txt
echo 01 > crlnumber
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj "/O=Company/CN=Sample CA" -days 30 \
  -config ca.cnf -extensions v3_ca -section req 2> log || { cat log >&2; false; }
for name in good bad; do
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.csr -subj "/CN=$name" 2> log
  printf 'subjectAltName=DNS:localhost' > san
  openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile san -out $name.cer 2> log
  cat $name.cer $name.key > $name.pem
done
sed /crlnumber/d ca.cnf > numberless.cnf
gencrl() { openssl ca -config $1.cnf -keyfile ca.key -cert ca.pem -gencrl -out $2 2> log || { cat log >&2; false; }; }
gencrl ca empty.crl
gencrl numberless version1.crl
openssl ca -config ca.cnf -keyfile ca.key -cert ca.pem -revoke bad.cer -crl_reason keyCompromise 2> log
gencrl ca revoked.crl
gencrl numberless numberless.crl
openssl crl -in revoked.crl -outform DER -out revoked.der
openssl crl -in revoked.crl -text -out text.crl
cat empty.crl revoked.crl > both.crl
cat ca.pem revoked.crl > mixed.crl
head -c 300 revoked.crl > cut.crl
head -c 300 revoked.der > cut.der
cat revoked.der revoked.der > twice.der
echo nonsense > nonsense.crl
: > nothing.crl
"#;

const NUMBERLESS: &str =
    "it has no number; `openssl ca` writes one where its configuration has a `crlnumber`";

#[test]
fn lists_of_openssl_are_read_from_files() {
    let folder = Folder::with(AUTHORITY, false);
    let source = TrustSource::store(folder.path("ca.pem"));
    let load = |source: &TrustSource| source.trust(&mut Files::new(SystemTime::now()));
    let [good, bad] = ["good.pem", "bad.pem"].map(|name| {
        let store = Store::open(folder.path(name), None).unwrap();
        server(&store.key(None, None, &ring_provider()).unwrap())
    });
    let empty = load(&source.clone().crl(folder.path("empty.crl"))).unwrap();
    assert_eq!(called(&empty, &good), Ok(()));
    assert_eq!(called(&empty, &bad), Ok(()));
    let next_update = empty.crls().next_update().unwrap();
    let month = Duration::from_secs(30 * 24 * 60 * 60);
    assert!(next_update <= SystemTime::now() + month, "{next_update:?}");
    assert!(
        next_update > SystemTime::now() + month / 2,
        "{next_update:?}"
    );

    for files in [
        &["revoked.crl"][..],
        &["revoked.der"],
        &["text.crl"],
        &["both.crl"],
        &["empty.crl", "revoked.der"],
    ] {
        let source = files
            .iter()
            .fold(source.clone(), |source, file| source.crl(folder.path(file)));
        let trust = load(&source).unwrap();
        assert_eq!(called(&trust, &good), Ok(()), "{files:?}");
        assert_refused!(called(&trust, &bad), CertificateError::Revoked);
    }
    // One that says nothing about these.
    let other = Made::new(&[], None, authority);
    std::fs::write(folder.path("other.crl"), other.crl(&[], |_| {})).unwrap();
    let unknown = source.clone().crl(folder.path("other.crl"));
    assert_refused!(
        called(&load(&unknown).unwrap(), &good),
        CertificateError::UnknownRevocationStatus
    );
    let weak = unknown.unknown_revocation(UnknownRevocation::WeaklyAccepted);
    assert_eq!(called(&load(&weak).unwrap(), &good), Ok(()));
    // What was read is what a reload watches.
    let mut files = Files::new(SystemTime::now());
    source
        .clone()
        .crl(folder.path("revoked.crl"))
        .trust(&mut files)
        .unwrap();
    let read = format!("{files:?}");
    assert!(
        read.contains("ca.pem") && read.contains("revoked.crl"),
        "{read}"
    );

    for (file, reason) in [
        ("cut.crl", ""),
        ("cut.der", "not a revocation list"),
        ("twice.der", "not a revocation list"),
        ("nonsense.crl", "neither DER nor a PEM section `X509 CRL`"),
        ("nothing.crl", "neither DER nor a PEM section `X509 CRL`"),
        (
            "ca.pem",
            "it holds a PEM section of another kind, Certificate",
        ),
        (
            "mixed.crl",
            "it holds a PEM section of another kind, Certificate",
        ),
        ("version1.crl", NUMBERLESS),
        ("numberless.crl", NUMBERLESS),
    ] {
        let error = load(&source.clone().crl(folder.path(file))).unwrap_err();
        assert!(matches!(error, TlsError::Crl { .. }), "{error:?}");
        let start = format!(
            "the revocation list `{}` cannot be used: {reason}",
            folder.text(file)
        );
        assert!(error.to_string().starts_with(&start), "{error}");
        let opened = Crls::open(folder.path(file)).unwrap_err();
        assert_eq!(opened.to_string(), error.to_string());
    }
    let error = load(&source.clone().crl(folder.path("missing.crl"))).unwrap_err();
    assert!(matches!(error, TlsError::Io { .. }), "{error:?}");
}
