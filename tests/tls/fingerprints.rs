//! Peers that are known by the hash of their certificate.

use bailiwick::tls::{
    ClientAuth, ClientContext, Crls, Fingerprint, Fingerprints, NameCheck, ServerContext, TlsError,
    Trust, ring_provider,
};
use rustls::{CertificateError, Error};

use crate::folder::{Folder, SELF_SIGNED_PAIR};
use crate::made::{Made, authority};
use crate::tools::{handshake, shell};
use crate::{assert_refused, client, server};

fn only(made: &Made) -> Trust {
    Trust::from_fingerprints(&[Fingerprint::of(&made.der())].into_iter().collect())
}

#[test]
fn openssl_and_keytool_print_what_we_compute_and_we_read_what_they_print() {
    let folder = Folder::with(SELF_SIGNED_PAIR, false);
    let printed = |script: &str| shell(folder.0.path(), script, false);
    let certificate = folder.identity("keystore.jks", "keypass").chain()[0].clone();
    let sha256 = Fingerprint::of(&certificate);
    let sha1 = Fingerprint::weak_sha1_of(&certificate);
    for (fingerprint, hash) in [(sha256, "sha256"), (sha1, "sha1")] {
        let line = printed(&format!(
            "openssl x509 -in selfsigned.cer -noout -fingerprint -{hash}"
        ));
        let (_, hex) = line.trim().split_once('=').unwrap();
        assert_eq!(fingerprint.to_string(), hex);
        assert_eq!(hex.parse::<Fingerprint>().unwrap(), fingerprint);
        let listing = printed("keytool -list -v -keystore keystore.jks -storepass keypass");
        assert!(listing.contains(hex), "{listing}");

        // The configuration of Flink, with the tools' output in it.
        for list in [hex.to_owned(), hex.to_lowercase(), hex.replace(':', "")] {
            let pinned: Fingerprints = format!(" {list} , {}", "00:".repeat(19) + "00")
                .parse()
                .unwrap();
            let trust = Trust::from_fingerprints(&pinned);
            let server = server(&folder.identity("keystore.jks", "keypass"));
            assert_eq!(handshake(&client(&trust), &server, "localhost").0, Ok(()));
        }
    }
}

#[test]
fn a_malformed_fingerprint_is_named() {
    let sha1 = "a9:4a:8f:e5:cc:b1:9b:a6:1c:4c:08:73:d3:91:e9:87:98:2f:bb:d3";
    assert!(sha1.parse::<Fingerprints>().unwrap().has_weak_sha1());
    let mixed = format!("{sha1},{}", Fingerprint::of(&vec![0].into()));
    assert!(mixed.parse::<Fingerprints>().unwrap().has_weak_sha1());
    // Upstream's test cuts three characters off.
    let cut = &sha1[..sha1.len() - 3];
    let odd = sha1.replace(':', "") + "0";
    for token in [
        cut,
        &odd,
        "",
        &sha1.replace("a9", "ag"),
        &sha1.replace("a9", "+9"),
        &sha1.replace("a9:", "a94"),
        &sha1.replace("a9:", ":a9"),
        &sha1.replace("a9:4a", "a94a"),
        &format!("{sha1}:"),
        &sha1.replace(':', " "),
        &sha1.replace(':', "-"),
        &sha1.replace("a9", "äa"),
        &format!("SHA1 Fingerprint={sha1}"),
        &"00:".repeat(63),
    ] {
        for list in [
            token.to_owned(),
            format!("{sha1}, {token}"),
            format!("{token} ,{sha1}"),
        ] {
            let error = list.parse::<Fingerprints>().unwrap_err();
            assert!(matches!(error, TlsError::Setting { .. }), "{error:?}");
            let text = error.to_string();
            assert!(text.contains("malformed fingerprint"), "{text}");
            assert!(
                text.starts_with(&format!("fingerprint `{token}`: ")),
                "{text}"
            );
        }
    }
}

#[test]
fn only_the_leaf_is_compared_and_only_in_its_time_and_for_its_purpose() {
    let root = Made::new(&[], None, authority);
    let leaf = Made::new(&["localhost"], Some(&root), |_| {});
    let called = |made: &Made, trust: &Trust| {
        handshake(&client(trust), &made.unchecked_server(&[]), "localhost").0
    };
    // No chain: the issuer is unknown.
    assert_eq!(called(&leaf, &only(&leaf)), Ok(()));
    let other = Made::new(&["localhost"], Some(&root), |_| {});
    assert_refused!(
        called(&other, &only(&leaf)),
        CertificateError::UnknownIssuer
    );
    // The hash of an authority does not make it one.
    let chain = leaf.unchecked_server(&[&root]);
    assert_refused!(
        handshake(&client(&only(&root)), &chain, "localhost").0,
        CertificateError::UnknownIssuer
    );
    // The name is checked still, unless that is switched off.
    let elsewhere = |check| {
        let config = ClientContext::new(&only(&leaf), &ring_provider()).name_check(check);
        handshake(
            &config.config().unwrap(),
            &server(&leaf.identity()),
            "elsewhere",
        )
        .0
    };
    assert_refused!(
        elsewhere(NameCheck::Standard),
        CertificateError::NotValidForNameContext { .. }
    );
    assert_eq!(elsewhere(NameCheck::DangerouslyNone), Ok(()));

    let expired = Made::new(&["localhost"], None, |params| {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    assert_refused!(
        called(&expired, &only(&expired)),
        CertificateError::ExpiredContext { .. }
    );
    let for_clients = Made::new(&["localhost"], None, |params| {
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    });
    assert_refused!(
        called(&for_clients, &only(&for_clients)),
        CertificateError::InvalidPurpose
    );
    // Nobody at all.
    let nobody = Trust::from_fingerprints(&Fingerprints::from_iter([]));
    assert_refused!(called(&leaf, &nobody), CertificateError::UnknownIssuer);
}

/// Flink's internal connections: one certificate for the cluster, on both sides.
#[test]
fn both_sides_of_a_mutual_handshake_may_know_each_other_by_fingerprint() {
    let cluster = Made::new(&[], None, |_| {});
    let stranger = Made::new(&[], None, |_| {});
    let weak = Fingerprints::from_iter([Fingerprint::weak_sha1_of(&cluster.der())]);
    for trust in [only(&cluster), Trust::from_fingerprints(&weak)] {
        for (client, ok) in [(&cluster, true), (&stranger, false)] {
            let server = ServerContext::new(&cluster.identity(), &ring_provider())
                .client_auth(ClientAuth::Required(trust.clone()));
            let client = ClientContext::new(&trust, &ring_provider())
                .name_check(NameCheck::DangerouslyNone)
                .identity(&client.identity());
            let (ours, theirs) = handshake(
                &client.config().unwrap(),
                &server.config().unwrap(),
                "worker-3",
            );
            assert_eq!(ours.is_ok(), ok, "{ours:?}");
            match theirs {
                Ok(()) => assert!(ok),
                Err(error) => assert_eq!(
                    (error, ok),
                    (
                        Error::InvalidCertificate(CertificateError::UnknownIssuer),
                        false
                    )
                ),
            }
        }
    }
}

#[test]
fn fingerprints_and_revocation_lists_together_are_an_error() {
    let root = Made::new(&[], None, authority);
    let leaf = Made::new(&["localhost"], Some(&root), |_| {});
    let crls = Crls::read(&root.crl(&[&leaf], |_| {})).unwrap();
    let trust = only(&leaf).with_crls(&crls);
    let error = ClientContext::new(&trust, &ring_provider())
        .config()
        .unwrap_err();
    assert!(matches!(error, TlsError::Crl { .. }), "{error:?}");
    assert!(error.to_string().contains("is not trusted"), "{error}");
}
