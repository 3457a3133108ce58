//! Application protocols, key exchange, and the clock.

use std::sync::Arc;

use bailiwick::tls::{ClientContext, Identity, Protocols, ServerContext, TlsError, ring_provider};
use rustls::crypto::CryptoProvider;
use rustls::{CertificateError, ClientConfig, Error, HandshakeKind, ServerConfig};

use crate::folder::{Folder, SELF_SIGNED_PAIR};
use crate::joined::{Jsse, call, join};
use crate::made::Made;
use crate::tools::serve;

pub(crate) fn providers() -> Vec<(&'static str, Arc<CryptoProvider>)> {
    vec![
        ("ring", ring_provider()),
        #[cfg(feature = "aws-lc-rs")]
        ("aws-lc-rs", bailiwick::tls::aws_lc_rs_provider()),
    ]
}

pub(crate) fn server(context: &ServerContext) -> Arc<ServerConfig> {
    Arc::new(context.config().unwrap())
}

pub(crate) fn client(context: &ClientContext) -> Arc<ClientConfig> {
    Arc::new(context.config().unwrap())
}

/// The key of the pair, for this provider.
pub(crate) fn reread(folder: &Folder, provider: &CryptoProvider) -> Identity {
    let store = folder.store("keystore.jks", "keypass");
    store.key(None, None, provider).unwrap()
}

#[test]
fn application_protocols() {
    let folder = Folder::with(SELF_SIGNED_PAIR, false);
    let mut jsse = Jsse::new(&folder, &[]);
    let provider = ring_provider();
    let identity = folder.identity("keystore.jks", "keypass");
    let trust = folder.trust("truststore.jks", "trustpass");
    let list = |text: &str| -> Vec<String> {
        let words = text.split(',').filter(|word| *word != "-");
        words.map(str::to_owned).collect()
    };
    for protocols in [Protocols::Tls12, Protocols::Tls13] {
        for (here, there, expected) in [
            ("h2,http/1.1", "http/1.1,h2", Some("h2")),
            ("h2,http/1.1", "http/1.1", Some("http/1.1")),
            ("h2", "http/1.1", None),
            ("h2", "-", Some("-")),
            ("-", "h2", Some("-")),
        ] {
            let case = format!("{protocols}: {there} calls {here}");
            let server = ServerContext::new(&identity, &provider)
                .protocols(protocols)
                .alpn(list(here));
            let server = Arc::new(server.config().unwrap());
            let client = ClientContext::new(&trust, &provider)
                .protocols(protocols)
                .alpn(list(there));
            let client = Arc::new(client.config().unwrap());
            let port = serve(server.as_ref().clone());
            let their_port = jsse.serve(&format!("{protocols} - {here}"));
            let ours = [
                join(&client, &server, "localhost"),
                call(&client, port),
                call(&client, their_port),
            ];
            let theirs = [port, their_port]
                .map(|port| jsse.ask(&format!("call {port} {port} {protocols} - {there}")));
            match expected {
                Some(word) => {
                    for joined in ours {
                        let words = joined.unwrap().words;
                        assert!(words.ends_with(&format!(" {word}")), "{case}: {words}");
                    }
                    for words in theirs {
                        assert!(words.ends_with(&format!(" {word}")), "{case}: {words}");
                    }
                }
                None => {
                    assert_eq!(ours[0], Err(Error::NoApplicationProtocol), "{case}");
                    let alert =
                        Error::AlertReceived(rustls::AlertDescription::NoApplicationProtocol);
                    assert_eq!(ours[1], Err(alert.clone()), "{case}");
                    assert_eq!(ours[2], Err(alert), "{case}");
                    for words in theirs {
                        assert!(words.contains("no_application_protocol"), "{case}: {words}");
                    }
                }
            }
        }
    }

    let client = ClientContext::new(&trust, &provider);
    for (name, reason) in [
        (vec![b'a'; 256], "a name has 1 to 255 bytes, and not 256"),
        (Vec::new(), "a name has 1 to 255 bytes, and not 0"),
    ] {
        let error = client.clone().alpn([name.clone()]).config().unwrap_err();
        assert!(error.to_string().ends_with(reason), "{error}");
        let error = ServerContext::new(&identity, &provider)
            .alpn([name])
            .config();
        assert!(matches!(error, Err(TlsError::Setting { .. })));
    }
    assert!(client.clone().alpn([vec![b'a'; 255]]).config().is_ok());
    let many = client
        .alpn(vec![vec![b'a'; 255]; 257])
        .config()
        .unwrap_err();
    assert!(many.to_string().ends_with("too many names"), "{many}");
}

/// Both providers in one process, with nothing installed for all of it.
#[cfg(feature = "aws-lc-rs")]
#[test]
fn the_hybrid_key_exchange_is_preferred_and_not_required() {
    use rustls::NamedGroup;

    let made = Made::new(&["localhost"], None, |_| {});
    for (ours, here) in providers() {
        for (theirs, there) in providers() {
            let here = server(&ServerContext::new(&made.identity(), &here));
            let there = client(&ClientContext::new(&made.trust(), &there));
            let joined = join(&there, &here, "localhost").unwrap();
            let expected = if (ours, theirs) == ("aws-lc-rs", "aws-lc-rs") {
                NamedGroup::X25519MLKEM768
            } else {
                NamedGroup::X25519
            };
            // Not with another round trip.
            assert_eq!(
                (joined.group, joined.kind),
                (Some(expected), HandshakeKind::Full)
            );
        }
    }
    assert!(CryptoProvider::get_default().is_none());

    let folder = Folder::with(SELF_SIGNED_PAIR, false);
    let mut jsse = Jsse::new(&folder, &[]);
    let provider = bailiwick::tls::aws_lc_rs_provider();
    let trust = folder.trust("truststore.jks", "trustpass");
    for protocol in ["TLSv1.2", "TLSv1.3"] {
        let port = serve(
            ServerContext::new(&reread(&folder, &provider), &provider)
                .config()
                .unwrap(),
        );
        let words = jsse.ask(&format!("call {protocol} {port} {protocol} - -"));
        assert!(words.starts_with(protocol), "{words}");
        let port = jsse.serve(&format!("{protocol} - -"));
        let joined = call(&client(&ClientContext::new(&trust, &provider)), port).unwrap();
        assert!(joined.words.starts_with(protocol), "{}", joined.words);
        assert_ne!(joined.group, Some(NamedGroup::X25519MLKEM768));
    }
}

#[test]
fn certificates_expire_by_the_clock_of_the_context() {
    use crate::resumption::Clock;
    let made = Made::new(&["localhost"], None, |params| {
        params.not_after = rcgen::date_time_ymd(2030, 1, 1);
    });
    let provider = ring_provider();
    let here = server(&ServerContext::new(&made.identity(), &provider));
    let then = |seconds| {
        let clock = Arc::new(Clock::at(seconds));
        let there = ClientContext::new(&made.trust(), &provider).time_provider(clock);
        join(&client(&there), &here, "localhost").map(|joined| joined.kind)
    };
    // 2029-12-31 and 2030-01-02.
    assert_eq!(then(1_893_369_600), Ok(HandshakeKind::Full));
    assert!(matches!(
        then(1_893_542_400),
        Err(Error::InvalidCertificate(
            CertificateError::ExpiredContext { .. }
        ))
    ));
}
