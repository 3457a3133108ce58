//! Who is believed: decisions in memory.

use bailiwick::tls::{
    ClientAuth, ClientContext, NameCheck, Protocols, ServerContext, Store, ring_provider,
};
use rustls::{CertificateError, Error};

use crate::made::{Made, authority, common_name};
use crate::tools::handshake;
use crate::{assert_refused, server};

#[test]
fn a_trusted_certificate_is_believed_only_in_its_time_and_for_its_purpose() {
    use rcgen::ExtendedKeyUsagePurpose::{Any, ClientAuth as ForClients, ServerAuth as ForServers};
    let made =
        |shape: &dyn Fn(&mut rcgen::CertificateParams)| Made::new(&["localhost"], None, shape);
    let believed = |made: &Made| made.called(made, "localhost");

    assert_eq!(believed(&made(&|_| {})), Ok(()));
    assert_eq!(
        believed(&made(&authority)),
        Ok(()),
        "webpki alone says CaUsedAsEndEntity"
    );
    let expired = made(&|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1));
    assert_refused!(believed(&expired), CertificateError::ExpiredContext { .. });
    let future = made(&|params| params.not_before = rcgen::date_time_ymd(2999, 1, 1));
    assert_refused!(
        believed(&future),
        CertificateError::NotValidYetContext { .. }
    );
    assert_eq!(
        believed(&made(
            &|params| params.extended_key_usages = vec![ForServers]
        )),
        Ok(())
    );
    assert_eq!(
        believed(&made(&|params| params.extended_key_usages = vec![Any])),
        Ok(())
    );
    let for_clients = made(&|params| params.extended_key_usages = vec![ForClients]);
    assert_refused!(believed(&for_clients), CertificateError::InvalidPurpose);

    // The same for clients.
    let servant = made(&|_| {});
    for (client, error) in [
        (made(&|_| {}), None),
        (for_clients, None),
        (
            made(&|params| params.extended_key_usages = vec![ForServers]),
            Some(CertificateError::InvalidPurpose),
        ),
    ] {
        let server = ServerContext::new(&servant.identity(), &ring_provider())
            .client_auth(ClientAuth::Required(client.trust()))
            .config()
            .unwrap();
        let config =
            ClientContext::new(&servant.trust(), &ring_provider()).identity(&client.identity());
        let (_, theirs) = handshake(&config.config().unwrap(), &server, "localhost");
        assert_eq!(theirs, error.map_or(Ok(()), |error| Err(error.into())));
    }
}

#[test]
fn chains() {
    let root = Made::new(&[], None, authority);
    let leaf = Made::new(&["localhost"], Some(&root), |_| {});
    assert_eq!(leaf.called(&root, "localhost"), Ok(()));
    assert_eq!(
        leaf.called(&leaf, "localhost"),
        Ok(()),
        "a leaf may be trusted without its issuer"
    );
    let stranger = Made::new(&[], None, authority);
    assert_refused!(
        leaf.called(&stranger, "localhost"),
        CertificateError::UnknownIssuer
    );
    let expired = Made::new(&["localhost"], Some(&root), |params| {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    assert_refused!(
        expired.called(&root, "localhost"),
        CertificateError::ExpiredContext { .. }
    );

    // Whoever holds the key of a trusted server certificate must not be able to make others.
    let server_certificate = Made::new(&["localhost"], None, |_| {});
    let forged = Made::new(&["bank.example.com"], Some(&server_certificate), |_| {});
    assert_refused!(
        forged.called(&server_certificate, "bank.example.com"),
        CertificateError::UnknownIssuer
    );
    let no_authority = Made::new(&[], None, |params| params.is_ca = rcgen::IsCa::ExplicitNoCa);
    let forged = Made::new(&["localhost"], Some(&no_authority), |_| {});
    assert_refused!(
        forged.called(&no_authority, "localhost"),
        CertificateError::UnknownIssuer
    );
    let not_for_signing = Made::new(&[], None, |params| {
        authority(params);
        params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    });
    let forged = Made::new(&["localhost"], Some(&not_for_signing), |_| {});
    assert_refused!(
        forged.called(&not_for_signing, "localhost"),
        CertificateError::UnknownIssuer
    );
}

#[test]
fn names() {
    let check = |names: &[&str], cn, host| {
        let made = Made::new(names, None, common_name(cn));
        made.called(&made, host)
    };
    for (names, cn, host, ok) in [
        (&[][..], "localhost", "localhost", true),
        (&[], "localhost", "LOCALHOST", true),
        (&[], "localhost", "other", false),
        (&[], "*.company.org", "node1.company.org", true),
        (&[], "127.0.0.1", "127.0.0.1", false),
        (&["127.0.0.1"], "localhost", "127.0.0.1", true),
        // A name in the right place silences the common name, an address does not, as in JSSE.
        (&["127.0.0.1"], "localhost", "localhost", true),
        (&["other"], "localhost", "localhost", false),
        (&["other"], "localhost", "127.0.0.1", false),
        (&["*.company.org"], "x", "node1.company.org", true),
        (&["*.company.org"], "x", "a.node1.company.org", false),
    ] {
        let result = check(names, cn, host);
        assert_eq!(
            result.is_ok(),
            ok,
            "{names:?} CN={cn} as {host}: {result:?}"
        );
        if !ok {
            assert_refused!(result, CertificateError::NotValidForNameContext { .. });
        }
    }

    // Alternative names of other kinds say nothing about hosts.
    let mail = Made::new(&[], None, |params| {
        common_name("localhost")(params);
        params.subject_alt_names.push(rcgen::SanType::Rfc822Name(
            "admin@other".try_into().unwrap(),
        ));
    });
    assert_eq!(mail.called(&mail, "localhost"), Ok(()));

    // Of two common names neither counts.
    let two = Made::new(&[], None, |params| {
        common_name("localhost")(params);
        let organization = rcgen::DnType::CustomDnType(vec![2, 5, 4, 3]);
        params.distinguished_name.push(organization, "other");
    });
    for host in ["localhost", "other"] {
        assert_refused!(
            two.called(&two, host),
            CertificateError::NotValidForNameContext { .. }
        );
    }

    // Without a name check the chain still counts.
    let made = Made::new(&[], None, common_name("localhost"));
    let other = Made::new(&[], None, common_name("localhost"));
    for (trust, ok) in [(made.trust(), true), (other.trust(), false)] {
        let config =
            ClientContext::new(&trust, &ring_provider()).name_check(NameCheck::DangerouslyNone);
        let (ours, _) = handshake(
            &config.config().unwrap(),
            &server(&made.identity()),
            "elsewhere.example.com",
        );
        assert_eq!(ours.is_ok(), ok, "{ours:?}");
    }
}

/// Without alternative names, webpki alone has nothing to hold against the constraints.
#[test]
fn an_authority_for_one_domain_certifies_no_other_in_a_common_name() {
    use rcgen::GeneralSubtree::DnsName;
    let constrained = |issuer, permitted: &[&str], excluded: &[&str]| {
        let trees = |names: &[&str]| names.iter().map(|&name| DnsName(name.to_owned())).collect();
        Made::new(&[], issuer, |params| {
            authority(params);
            params.name_constraints = Some(rcgen::NameConstraints {
                permitted_subtrees: trees(permitted),
                excluded_subtrees: trees(excluded),
            });
        })
    };
    let root = Made::new(&[], None, authority);
    for (permitted, excluded) in [(&["company.org"][..], &[][..]), (&[], &["bank.org"])] {
        for issuer in [Some(&root), None] {
            let domain = constrained(issuer, permitted, excluded);
            let trusted = if issuer.is_some() { &root } else { &domain };
            let hadoop = NameCheck::from_hadoop("DEFAULT").unwrap();
            for (name, alternative, check, good) in [
                ("www.bank.org", &[][..], NameCheck::Standard, false),
                ("*.bank.org", &[], NameCheck::Standard, false),
                ("www.bank.org", &[], hadoop, false),
                ("www.bank.org", &["node1.company.org"], hadoop, false),
                ("www.bank.org", &[], NameCheck::DangerouslyNone, true),
                ("node1.company.org", &[], NameCheck::Standard, true),
                ("*.company.org", &[], hadoop, true),
                ("My server", &["node1.company.org"], hadoop, true),
                (
                    "My server",
                    &["node1.company.org"],
                    NameCheck::Standard,
                    true,
                ),
            ] {
                let leaf = Made::new(alternative, Some(&domain), common_name(name));
                let client = ClientContext::new(&trusted.trust(), &ring_provider());
                let client = client.name_check(check).config().unwrap();
                let host = if good {
                    "node1.company.org"
                } else {
                    "www.bank.org"
                };
                let (result, _) = handshake(&client, &leaf.unchecked_server(&[&domain]), host);
                if good {
                    assert_eq!(result, Ok(()), "{name} {check}");
                } else {
                    assert_refused!(result, CertificateError::Other(_));
                }
            }
        }
    }
}

#[test]
fn client_certificates() {
    let servant = Made::new(&["localhost"], None, |_| {});
    let root = Made::new(&[], None, authority);
    let issued = Made::new(&["client"], Some(&root), |_| {});
    let pinned = Made::new(&["client"], None, |_| {});
    let stranger = Made::new(&["client"], None, |_| {});
    let both = Store::read(format!("{}{}", root.pem, pinned.pem).as_bytes(), None)
        .unwrap()
        .trust(None)
        .unwrap();
    let required = Err(Error::NoCertificatesPresented);
    let unknown = Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
    for version in [Protocols::Tls12, Protocols::Tls13] {
        for (auth, presented, expected) in [
            (ClientAuth::None, None, Ok(())),
            (ClientAuth::None, Some(&stranger), Ok(())),
            (ClientAuth::Optional(both.clone()), None, Ok(())),
            (ClientAuth::Optional(both.clone()), Some(&issued), Ok(())),
            (
                ClientAuth::Optional(both.clone()),
                Some(&stranger),
                unknown.clone(),
            ),
            (ClientAuth::Required(both.clone()), None, required.clone()),
            (ClientAuth::Required(both.clone()), Some(&issued), Ok(())),
            (ClientAuth::Required(both.clone()), Some(&pinned), Ok(())),
            (
                ClientAuth::Required(both.clone()),
                Some(&stranger),
                unknown.clone(),
            ),
            (ClientAuth::Required(pinned.trust()), Some(&pinned), Ok(())),
            (
                ClientAuth::Required(pinned.trust()),
                Some(&issued),
                unknown.clone(),
            ),
        ] {
            let label = format!("{auth:?}, presented: {}", presented.is_some());
            let provider = ring_provider();
            let server = ServerContext::new(&servant.identity(), &provider)
                .client_auth(auth)
                .protocols(version);
            let mut client = ClientContext::new(&servant.trust(), &provider);
            if let Some(made) = presented {
                client = client.identity(&made.identity());
            }
            let (ours, theirs) = handshake(
                &client.config().unwrap(),
                &server.config().unwrap(),
                "localhost",
            );
            assert_eq!(theirs, expected, "{label}");
            assert_eq!(ours.is_ok(), expected.is_ok(), "{label}: {ours:?}");
        }
    }
}

#[test]
fn many_authorities_do_not_break_the_handshake() {
    let servant = Made::new(&["localhost"], None, |_| {});
    let mut pem = String::new();
    let mut last = None;
    // Names of more than 64 KiB in all, which no handshake message could hold.
    for _ in 0..400 {
        let root = Made::new(&[], None, |params| {
            authority(params);
            params
                .distinguished_name
                .push(rcgen::DnType::OrganizationName, "o".repeat(200));
        });
        pem += &root.pem;
        last = Some(root);
    }
    let trust = Store::read(pem.as_bytes(), None)
        .unwrap()
        .trust(None)
        .unwrap();
    let issued = Made::new(&["client"], last.as_ref(), |_| {});
    for version in [Protocols::Tls12, Protocols::Tls13] {
        let server = ServerContext::new(&servant.identity(), &ring_provider())
            .client_auth(ClientAuth::Required(trust.clone()))
            .protocols(version);
        let client =
            ClientContext::new(&servant.trust(), &ring_provider()).identity(&issued.identity());
        let both = handshake(
            &client.config().unwrap(),
            &server.config().unwrap(),
            "localhost",
        );
        assert_eq!(both, (Ok(()), Ok(())));
    }
}
