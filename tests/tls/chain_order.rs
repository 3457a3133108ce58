//! Which certificates a key is presented with.

use std::time::{Duration, SystemTime};

use bailiwick::tls::{Files, Identity, KeySource, Password, Store, TlsError, ring_provider};

use crate::folder::Folder;
use crate::made::{Made, authority, common_name};

fn identity(parts: &[&str]) -> Identity {
    let pem = parts.concat();
    let store = Store::read(pem.as_bytes(), None).unwrap();
    store.key(None, None, &ring_provider()).unwrap()
}

fn names(identity: &Identity, of: &[(&str, &Made)]) -> Vec<String> {
    let name = |der: &rustls::pki_types::CertificateDer<'_>| {
        let found = of.iter().find(|(_, made)| {
            let store = Store::read(made.pem.as_bytes(), None).unwrap();
            store.entries()[0].certificates()[0] == *der
        });
        found.unwrap().0.to_owned()
    };
    identity.chain().iter().map(name).collect()
}

/// An authority whose key was replaced, so that there are two of its name.
fn renewed() -> (Made, Made) {
    let make = || {
        Made::new(&[], None, |params| {
            authority(params);
            common_name("authority")(params);
        })
    };
    (make(), make())
}

#[test]
fn among_issuers_of_one_name_the_signature_decides() {
    let (old, new) = renewed();
    for with_key_id in [false, true] {
        let leaf = Made::new(&["localhost"], Some(&new), |params| {
            params.use_authority_key_identifier_extension = with_key_id;
        });
        let all = [("old", &old), ("new", &new), ("leaf", &leaf)];
        let key = leaf.key.serialize_pem();
        for order in [
            [&key, &leaf.pem, &old.pem, &new.pem],
            [&old.pem, &new.pem, &leaf.pem, &key],
            [&new.pem, &old.pem, &key, &leaf.pem],
        ] {
            let identity = identity(&order.map(String::as_str));
            assert_eq!(names(&identity, &all), ["leaf", "new"], "{with_key_id}");
        }
    }
}

#[test]
fn of_two_certificates_of_one_authority_the_later_is_taken() {
    let old = Made::new(&[], None, |params| {
        authority(params);
        params.not_before = rcgen::date_time_ymd(2010, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    let new = Made::renewed(&old, |params| {
        params.not_after = rcgen::date_time_ymd(2999, 1, 1);
    });
    let leaf = Made::new(&["localhost"], Some(&new), |_| {});
    for [one, other] in [[&old, &new], [&new, &old]] {
        let identity = identity(&[&leaf.bundle(), &one.pem, &other.pem]);
        assert_eq!(
            names(&identity, &[("leaf", &leaf), ("old", &old), ("new", &new)]),
            ["leaf", "new"]
        );
        identity.check_time(SystemTime::now()).unwrap();
    }
}

#[test]
fn another_key_identifier_is_no_issuer_and_a_gap_ends_the_chain() {
    let (old, new) = renewed();
    let leaf = Made::new(&["localhost"], Some(&new), |params| {
        params.use_authority_key_identifier_extension = true;
    });
    let unrelated = Made::new(&[], None, authority);
    let all = [
        ("leaf", &leaf),
        ("old", &old),
        ("new", &new),
        ("unrelated", &unrelated),
    ];
    let key = leaf.key.serialize_pem();
    for (others, expected) in [
        (vec![&old], vec!["leaf"]),
        (vec![&unrelated], vec!["leaf"]),
        (vec![&old, &unrelated, &new], vec!["leaf", "new"]),
        (vec![&new, &new], vec!["leaf", "new"]),
        (vec![], vec!["leaf"]),
    ] {
        let mut parts = vec![key.as_str()];
        parts.extend(others.iter().map(|made| made.pem.as_str()));
        parts.push(&leaf.pem);
        assert_eq!(names(&identity(&parts), &all), expected);
    }
}

#[test]
fn two_authorities_that_certify_each_other_end_somewhere() {
    let name = |name| {
        move |params: &mut rcgen::CertificateParams| {
            authority(params);
            common_name(name)(params);
        }
    };
    let one = Made::new(&[], None, name("one"));
    let mut two = Made::new(&[], Some(&one), name("two"));
    let crossed = one
        .params
        .signed_by(&one.key, &rcgen::Issuer::from_params(&two.params, &two.key))
        .unwrap();
    let leaf = Made::new(&["localhost"], Some(&two), |_| {});
    two.pem.push_str(&crossed.pem());
    let identity = identity(&[&leaf.key.serialize_pem(), &leaf.pem, &two.pem]);
    assert_eq!(identity.chain().len(), 3, "leaf, two, one by two");
}

#[test]
fn an_expired_certificate_is_named() {
    let folder = Folder::with(
        r#"
        keytool -genkeypair -alias Old -keyalg EC -dname CN=old -startdate -10d -validity 5 -keystore old.jks -storetype JKS -storepass storepass -keypass storepass
        keytool -genkeypair -alias Old -keyalg EC -dname CN=old -startdate -10d -validity 5 -keystore old.p12 -storepass storepass
        "#,
        false,
    );
    for name in ["old.jks", "old.p12"] {
        let source = KeySource::store(folder.path(name)).password(Password::new("storepass"));
        let now = SystemTime::now();
        let error = source
            .identity(&mut Files::new(now), &ring_provider())
            .unwrap_err();
        assert!(matches!(error, TlsError::Expired { .. }), "{error:?}");
        let text = error.to_string();
        assert!(
            text.contains("it ended on ") || text.contains("it begins on "),
            "{text}"
        );
        let text = error.to_string();
        assert!(text.contains(name) && text.contains("`old`"), "{text}");
        let then = now - Duration::from_secs(7 * 86400);
        source
            .identity(&mut Files::new(then), &ring_provider())
            .unwrap();
    }
    // What follows the file's one element is not of it, as in Java.
    let mut bytes = std::fs::read(folder.path("old.p12")).unwrap();
    bytes.push(b'\n');
    Store::read(&bytes, Some(&Password::new("storepass"))).unwrap();
}

#[test]
fn what_stands_in_place_of_the_mac_is_not_passed_over() {
    let folder = Folder::with(
        "keytool -genkeypair -alias a -keyalg EC -dname CN=a -keystore a.p12 -storepass storepass",
        false,
    );
    let mut bytes = std::fs::read(folder.path("a.p12")).unwrap();
    // After the SEQUENCE that the file is, and its version: the length of the content, and behind it the MAC.
    assert_eq!(bytes[..2], [0x30, 0x82]);
    assert_eq!(bytes[7..9], [0x30, 0x82]);
    let mac = 11 + usize::from(u16::from_be_bytes([bytes[9], bytes[10]]));
    assert_eq!(bytes[mac], 0x30);
    bytes[mac] = 0x31;
    let error = Store::read(&bytes, Some(&Password::new("storepass"))).unwrap_err();
    assert!(matches!(error, TlsError::Corrupt { .. }), "{error:?}");
}
