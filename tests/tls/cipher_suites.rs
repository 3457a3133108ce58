//! Cipher suites by name, and what two ends make of them, beside JSSE.

use std::sync::Arc;

use bailiwick::tls::{
    CipherSuites, ClientContext, Identity, Protocols, ServerContext, TlsError, Trust, ring_provider,
};
use rustls::Error;

use crate::context::{client, providers, reread, server};
use crate::folder::{Folder, SELF_SIGNED_PAIR};
use crate::joined::{Joined, Jsse, call, join};
use crate::made::Made;
use crate::tools::serve;

/// The default of `security.ssl.algorithms`.
const FLINK: &str = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";

/// What `ssl-server.xml.example` of Hadoop excludes.
const HADOOP: &str = "TLS_ECDHE_RSA_WITH_RC4_128_SHA,SSL_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA,
    SSL_RSA_WITH_DES_CBC_SHA,SSL_DHE_RSA_WITH_DES_CBC_SHA,
    SSL_RSA_EXPORT_WITH_RC4_40_MD5,SSL_RSA_EXPORT_WITH_DES40_CBC_SHA,
    SSL_RSA_WITH_RC4_128_MD5";

fn suites(text: &str) -> CipherSuites {
    text.parse().unwrap()
}

fn parse_error(text: &str) -> String {
    text.parse::<CipherSuites>().unwrap_err().to_string()
}

#[test]
fn every_suite_of_jsse_and_of_the_providers_is_known() {
    let folder = Folder::with(SELF_SIGNED_PAIR, false);
    // Nothing disabled: the names of what is broken stand in old files.
    std::fs::write(folder.path("all"), "jdk.tls.disabledAlgorithms=\n").unwrap();
    let all = format!("-Djava.security.properties={}", folder.text("all"));
    let names = Jsse::new(&folder, &[all]).ask("suites");
    let count = names.split(',').count();
    println!("JSSE names {count} cipher suites");
    assert!(count >= 90, "{names}");
    assert!(names.contains("SSL_RSA_WITH_RC4_128_MD5"), "{names}");
    let known = suites(&names);
    // The signal for renegotiation is no suite.
    assert_eq!(known.to_string().split(',').count(), count - 1);

    for (provider, spoken) in providers() {
        let names = spoken.cipher_suites.iter().map(|suite| {
            let name = format!("{:?}", suite.suite()).replace("TLS13_", "TLS_");
            assert_eq!(suites(&name).to_string(), name, "{provider}");
            name
        });
        let names: Vec<String> = names.collect();
        let all = suites(&names.join(" "));
        assert_eq!(all.unsupported(&spoken), [""; 0]);
        assert_eq!(names.len(), 9, "{provider}");
    }
}

#[test]
fn names_and_lists() {
    for text in [
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "  tls_ecdhe_rsa_with_aes_128_gcm_sha256 ,, ",
        "SSL_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,ssl_Ecdhe_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_EMPTY_RENEGOTIATION_INFO_SCSV\n\tTLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    ] {
        assert_eq!(
            suites(text).to_string(),
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "{text:?}"
        );
    }
    // One of each block of the registry.
    let registered = "TLS_RSA_WITH_NULL_MD5,TLS_CHACHA20_POLY1305_SHA256,TLS_ECDH_ECDSA_WITH_NULL_SHA,\
                      TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256,TLS_DH_anon_EXPORT_WITH_RC4_40_MD5";
    assert_eq!(suites(registered).to_string(), registered);
    assert_eq!(
        suites(&registered.replace("TLS_", "SSL_")).to_string(),
        registered
    );

    for (text, word) in [
        (
            "TLS_AES_128_GCM_SHA256,ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES128-GCM-SHA256",
        ),
        ("TLS13_AES_128_GCM_SHA256", "TLS13_AES_128_GCM_SHA256"),
        (
            "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384",
            "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384",
        ),
        ("TLS_AES_128_GCM_SHA25", "TLS_AES_128_GCM_SHA25"),
        ("TLS_", "TLS_"),
        ("DEFAULT", "DEFAULT"),
        (".*_RC4_.*", ".*_RC4_.*"),
        ("schlüssel", "schlüssel"),
        ("T\u{fc}S_AES_128_GCM_SHA256", "T\u{fc}S_AES_128_GCM_SHA256"),
        ("\0", "\\0"),
    ] {
        let expected =
            format!("cipher suites `{text}`: `{word}` is not the name of a cipher suite");
        assert_eq!(parse_error(text), expected);
        let error = CipherSuites::excluding(text).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    for text in ["", " , ", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"] {
        let expected = format!("cipher suites `{text}`: no cipher suite is named");
        assert_eq!(parse_error(text), expected);
        assert_eq!(
            CipherSuites::excluding(text).unwrap(),
            CipherSuites::default()
        );
    }
}

#[test]
fn what_the_provider_does_not_speak_is_passed_over_and_reported() {
    let made = Made::new(&["localhost"], None, |_| {});
    for (_, provider) in providers() {
        let old = "TLS_RSA_WITH_AES_128_CBC_SHA";
        let mixed =
            format!("{old},TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,SSL_RSA_WITH_RC4_128_MD5");
        let here = ServerContext::new(&made.identity(), &provider).cipher_suites(suites(&mixed));
        let there = ClientContext::new(&made.trust(), &provider).cipher_suites(suites(&mixed));
        let unsupported = [old, "TLS_RSA_WITH_RC4_128_MD5"];
        assert_eq!(suites(&mixed).unsupported(&provider), unsupported);
        let joined = join(&client(&there), &server(&here), "localhost").unwrap();
        assert_eq!(
            joined.words,
            "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 -"
        );

        for (list, protocols, reason) in [
            (
                old,
                Protocols::Both,
                "the crypto provider speaks none of them",
            ),
            (
                "TLS_AES_128_GCM_SHA256",
                Protocols::Tls12,
                "none that the crypto provider speaks is for TLSv1.2",
            ),
            (
                &mixed.replace("SSL_", "TLS_"),
                Protocols::Tls13,
                "none that the crypto provider speaks is for TLSv1.3",
            ),
        ] {
            let expected = format!("cipher suites `{list}`: {reason}");
            let here = here
                .clone()
                .cipher_suites(suites(list))
                .protocols(protocols);
            assert_eq!(here.config().unwrap_err().to_string(), expected);
            let there = there
                .clone()
                .cipher_suites(suites(list))
                .protocols(protocols);
            assert_eq!(there.config().unwrap_err().to_string(), expected);
        }
    }
}

#[test]
fn hadoop_excludes_suites() {
    let folder = Folder::with(SELF_SIGNED_PAIR, false);
    let (identity, trust) = (
        folder.identity("keystore.jks", "keypass"),
        folder.trust("truststore.jks", "trustpass"),
    );
    let provider = ring_provider();
    let here = ServerContext::new(&identity, &provider);
    let client = client(&ClientContext::new(&trust, &provider));
    let words = |excluded: &str| {
        let excluded = CipherSuites::excluding(excluded).unwrap();
        assert_eq!(excluded.unsupported(&provider), [""; 0]);
        let here = here.clone().cipher_suites(excluded);
        here.config()
            .map(|server| join(&client, &Arc::new(server), "localhost").unwrap().words)
    };
    let all = |version: &str| -> String {
        let names = provider.cipher_suites.iter();
        let names = names.map(|suite| format!("{:?}", suite.suite()).replace("TLS13_", "TLS_"));
        let is_old = |name: &String| name.contains("_WITH_");
        let names = names.filter(|name| version.is_empty() || (version == "1.2") == is_old(name));
        names.collect::<Vec<_>>().join(",")
    };
    assert_eq!(words("").unwrap(), "TLSv1.3 TLS_AES_256_GCM_SHA384 -");
    assert_eq!(words(HADOOP).unwrap(), "TLSv1.3 TLS_AES_256_GCM_SHA384 -");
    assert_eq!(
        words("TLS_AES_256_GCM_SHA384").unwrap(),
        "TLSv1.3 TLS_AES_128_GCM_SHA256 -"
    );
    assert_eq!(
        words(&all("1.3")).unwrap(),
        "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 -"
    );
    let error = words(&all("")).unwrap_err();
    assert!(
        matches!(&error, TlsError::Setting { value, reason, .. }
            if value.starts_with("all but TLS_AES_256") && reason == "the crypto provider speaks none of them"),
        "{error}"
    );
}

#[test]
fn each_suite_alone_with_both_providers() {
    let folder = Folder::with(SELF_SIGNED_PAIR, false);
    let made = Made::new(&["localhost"], None, |_| {});
    let mut count = 0;
    for (ours, provider) in providers() {
        let keys: [(&str, Identity, Trust); 2] = [
            (
                "RSA",
                reread(&folder, &provider),
                folder.trust("truststore.jks", "trustpass"),
            ),
            ("ECDSA", made.identity(), made.trust()),
        ];
        for (theirs, other) in providers() {
            for suite in &provider.cipher_suites {
                let name = format!("{:?}", suite.suite()).replace("TLS13_", "TLS_");
                for (key, identity, trust) in &keys {
                    for protocols in [Protocols::Both, Protocols::Tls12, Protocols::Tls13] {
                        count += 1;
                        let case = format!("{ours} {theirs} {name} {key} {protocols}");
                        let is_12 = name.contains("_WITH_");
                        let there = ClientContext::new(trust, &other).protocols(protocols);
                        let here = ServerContext::new(identity, &provider)
                            .protocols(protocols)
                            .cipher_suites(suites(&name));
                        let result = here.config().map(|server| {
                            join(&client(&there), &Arc::new(server), "localhost")
                                .unwrap()
                                .words
                        });
                        let fits = match protocols {
                            Protocols::Tls12 => is_12,
                            Protocols::Tls13 => !is_12,
                            _ => true,
                        };
                        if !fits {
                            let error = result.unwrap_err().to_string();
                            let end =
                                format!("none that the crypto provider speaks is for {protocols}");
                            assert!(error.ends_with(&end), "{case}: {error}");
                        } else if is_12 && !name.contains(&format!("_{key}_")) {
                            let error = result.unwrap_err().to_string();
                            let alias = identity.alias();
                            let end = format!("none is for the {key} key `{alias}`");
                            assert!(error.ends_with(&end), "{case}: {error}");
                        } else {
                            let version = if is_12 { "TLSv1.2" } else { "TLSv1.3" };
                            assert_eq!(result.unwrap(), format!("{version} {name} -"), "{case}");
                        }
                    }
                }
            }
        }
    }
    println!("{count} pairs of one suite");
    assert_eq!(count, providers().len() * providers().len() * 9 * 2 * 3);
}

/// Protocols and cipher suites as JSSE's tests would state them. All are for an RSA key.
const PROFILES: [(&str, &str); 9] = [
    ("TLSv1.2,TLSv1.3", FLINK),
    (
        "TLSv1.2,TLSv1.3",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    ),
    ("TLSv1.2,TLSv1.3", "TLS_AES_128_GCM_SHA256"),
    (
        "TLSv1.2,TLSv1.3",
        "TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    ),
    (
        "TLSv1.2,TLSv1.3",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_CHACHA20_POLY1305_SHA256,TLS_AES_128_GCM_SHA256",
    ),
    (
        "TLSv1.2",
        "TLS_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    ),
    (
        "TLSv1.3",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_AES_256_GCM_SHA384,TLS_AES_128_GCM_SHA256",
    ),
    // Nothing is left of these.
    ("TLSv1.3", FLINK),
    ("TLSv1.2", "TLS_AES_128_GCM_SHA256"),
];

#[test]
fn protocols_and_suites_mean_what_they_mean_in_jsse() {
    let folder = Folder::with(SELF_SIGNED_PAIR, false);
    let mut jsse = Jsse::new(&folder, &[]);
    let provider = ring_provider();
    let identity = folder.identity("keystore.jks", "keypass");
    let trust = folder.trust("truststore.jks", "trustpass");
    let words = |result: Result<Joined, Error>| match result {
        Ok(joined) => joined.words,
        Err(_) => "failed".to_owned(),
    };

    let mut servers = Vec::new();
    for (protocols, list) in PROFILES {
        let context = ServerContext::new(&identity, &provider)
            .protocols(protocols.parse().unwrap())
            .cipher_suites(suites(list));
        let ours = context.config().ok().map(|config| {
            let config = Arc::new(config);
            (config.clone(), serve(config.as_ref().clone()))
        });
        let theirs = jsse.serve(&format!("{protocols} {list} -"));
        servers.push((ours, theirs));
    }
    let (mut count, mut joined, mut failed) = (0, 0, 0);
    for (protocols, list) in PROFILES {
        let context = ClientContext::new(&trust, &provider)
            .protocols(protocols.parse().unwrap())
            .cipher_suites(suites(list));
        let ours = context.config().ok().map(Arc::new);
        for (number, (server, port)) in servers.iter().enumerate() {
            let case = format!("{protocols} {list} calls {:?}", PROFILES[number]);
            // A context for each call: no resumption.
            let mut theirs = |port: u16| {
                count += 1;
                let answer = jsse.ask(&format!("call {count} {port} {protocols} {list} -"));
                answer.split(':').next().unwrap().to_owned()
            };
            let expected = theirs(*port);
            if let Some((_, port)) = server {
                assert_eq!(theirs(*port), expected, "JSSE calls us: {case}");
            }
            if let Some(ours) = &ours {
                // Of this configuration, and without its sessions.
                let fresh = || Arc::new(context.config().unwrap());
                assert_eq!(
                    words(call(&fresh(), *port)),
                    expected,
                    "we call JSSE: {case}"
                );
                if let Some((config, _)) = server {
                    let among_us = words(join(ours, config, "localhost"));
                    assert_eq!(among_us, expected, "among us: {case}");
                }
            }
            // Where a context cannot be made here, nothing works there.
            if ours.is_none() || server.is_none() {
                assert_eq!(expected, "failed", "{case}");
            }
            if expected == "failed" {
                failed += 1;
            } else {
                joined += 1;
            }
        }
    }
    println!("{joined} pairs of JSSE agree and {failed} do not; so do ours and mixed ones");
    assert!(joined > 20 && failed > 20, "{joined} {failed}");
}
