//! `accept` and `connect`, with peers that are slow, absent, or of another mind.

use std::sync::mpsc;
use std::time::Duration;

use bailiwick::authn::framed::{self, FramedError};
use bailiwick::authn::{
    AuthnError, Connected, Exchange, Mechanisms, Plain, SaslMechanism, Step, Verification,
    VerifyError,
};
use bailiwick::identity::{Password, UserName};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::sleep;

/// For logins that should succeed.
const PATIENCE: Duration = Duration::from_secs(20);
/// For those that should not.
const SHORT: Duration = Duration::from_millis(200);

fn alice() -> UserName {
    UserName::new("alice").unwrap()
}

fn client() -> Exchange<Connected> {
    Plain::client(&alice(), Some(&Password::new("secret")), None)
}

fn offered(plain: &Plain) -> Mechanisms {
    let plain = plain.clone();
    Mechanisms::new().with("PLAIN", move || plain.server())
}

/// Both ends of a connection that holds little at a time.
fn pair() -> (DuplexStream, DuplexStream) {
    duplex(16)
}

#[tokio::test]
async fn frames_of_any_size_go_both_ways_and_the_end_is_seen() {
    let (near, far) = pair();
    let server = async {
        let pending = framed::accept(far, &offered(&Plain::trusted()), PATIENCE).await?;
        assert_eq!(pending.login().principal.name(), &alice());
        let mut connection = pending.complete().await?;
        let mut frames = 0;
        while let Some(frame) = connection.read_frame(100_000).await? {
            connection.write_frame(&frame).await?;
            frames += 1;
        }
        Ok::<_, FramedError>(frames)
    };
    let client = async {
        let mut connection = framed::connect(near, "PLAIN", client(), PATIENCE).await?;
        assert_eq!(
            (connection.server(), connection.layer().is_none()),
            (None, true)
        );
        for frame in [vec![], vec![1], vec![2; 100_000]] {
            let echoed = async {
                connection.write_frame(&frame).await?;
                connection.read_frame(100_000).await
            };
            assert_eq!(echoed.await?, Some(frame));
        }
        connection.close().await
    };
    let (served, called) = tokio::join!(server, client);
    called.unwrap();
    assert_eq!(served.unwrap(), 3);
}

#[tokio::test]
async fn the_deadline_is_for_all_of_the_login() {
    let timed_out = |error: FramedError| {
        assert!(
            matches!(error, FramedError::TimedOut { deadline } if deadline == SHORT),
            "{error:?}"
        );
        assert_eq!(error.to_string(), "no login within 200ms");
        assert!(error.is_unavailable());
    };
    let all = async {
        let offered = offered(&Plain::trusted());
        // A client that never speaks sees the end.
        let (mut silent, far) = pair();
        timed_out(framed::accept(far, &offered, SHORT).await.unwrap_err());
        assert_eq!(silent.read(&mut [0]).await.unwrap(), 0);

        // One that sends a byte of a long message now and then.
        let (mut slow, far) = pair();
        let drip = tokio::spawn(async move {
            slow.write_all(b"\x01\0\0\0\x05PLAIN\x02\0\0\xff\0")
                .await
                .unwrap();
            while slow.write_all(b"x").await.is_ok() {
                sleep(SHORT / 20).await;
            }
        });
        timed_out(framed::accept(far, &offered, SHORT).await.unwrap_err());
        drip.await.unwrap();

        // A server that does not answer.
        let (near, _silent) = pair();
        timed_out(
            framed::connect(near, "PLAIN", client(), SHORT)
                .await
                .unwrap_err(),
        );

        // A directory that does not, asked by a future and by a thread.
        let never = |_: &UserName, _: Password| Verification::later(std::future::pending());
        let (hold, held) = mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let blocked = move |_: &UserName, _: Password| {
            let _ = held.lock().unwrap().recv_timeout(PATIENCE);
            Verification::Now(Ok(()))
        };
        for plain in [Plain::verified(never), Plain::verified(blocked)] {
            let (near, far) = pair();
            let offered = self::offered(&plain);
            let server = framed::accept(far, &offered, SHORT);
            let (server, client) =
                tokio::join!(server, framed::connect(near, "PLAIN", client(), PATIENCE));
            timed_out(server.unwrap_err());
            assert!(matches!(client.unwrap_err(), FramedError::Closed));
        }
        drop(hold);

        // A server that takes too long to decide.
        let (near, far) = pair();
        let server = async {
            let pending = framed::accept(far, &offered, SHORT).await.unwrap();
            sleep(SHORT * 2).await;
            pending.complete().await
        };
        let (server, client) =
            tokio::join!(server, framed::connect(near, "PLAIN", client(), PATIENCE));
        timed_out(server.unwrap_err());
        assert!(matches!(client.unwrap_err(), FramedError::Closed));
    };
    let kept = tokio::time::timeout(PATIENCE, all).await;
    kept.expect("a deadline is not kept");
}

/// On a runtime of one thread: if a step kept it, the other side of the channel would never speak.
#[tokio::test(flavor = "current_thread")]
async fn a_step_that_blocks_does_not_keep_the_runtime() {
    let (asks, asked) = mpsc::channel();
    let (answers, answered) = mpsc::channel();
    let answered = std::sync::Mutex::new(answered);
    let plain = Plain::verified(move |_: &UserName, _: Password| {
        asks.send(()).unwrap();
        let verdict = answered.lock().unwrap().recv_timeout(PATIENCE);
        verdict
            .map_err(|_| VerifyError::unavailable("nobody answers"))
            .into()
    });
    let (near, far) = pair();
    let directory = async {
        while asked.try_recv().is_err() {
            sleep(Duration::from_millis(1)).await;
        }
        answers.send(()).unwrap();
    };
    let offered = offered(&plain);
    let (server, client, ()) = tokio::join!(
        async {
            framed::accept(far, &offered, PATIENCE)
                .await?
                .complete()
                .await
        },
        framed::connect(near, "PLAIN", client(), PATIENCE),
        directory
    );
    server.unwrap();
    client.unwrap();
}

#[tokio::test]
async fn what_the_client_reads_is_the_public_text_and_whether_to_try_again() {
    let unavailable = "the directory ldap1 does not answer";
    for (verdict, log, public, failed) in [
        (
            Err(VerifyError::refused("wrong password of alice")),
            "Plain authentication failed: wrong password of alice",
            "authentication failed",
            false,
        ),
        (
            Err(VerifyError::unavailable(unavailable)),
            "Plain authentication is unavailable: the directory ldap1 does not answer",
            "authentication is unavailable",
            true,
        ),
    ] {
        for later in [false, true] {
            let verdict = verdict.clone();
            let plain = Plain::verified(move |_: &UserName, password: Password| {
                assert_eq!(password.as_str(), "secret");
                let verdict = verdict.clone();
                match later {
                    false => verdict.into(),
                    true => Verification::later(async {
                        sleep(SHORT / 100).await;
                        verdict
                    }),
                }
            });
            let (near, far) = pair();
            let offered = offered(&plain);
            let (server, client) = tokio::join!(
                framed::accept(far, &offered, PATIENCE),
                framed::connect(near, "PLAIN", client(), PATIENCE)
            );
            let (server, client) = (server.unwrap_err(), client.unwrap_err());
            assert_eq!(server.to_string(), log);
            assert!(
                matches!(&client, FramedError::Peer { failed: told, text } if *told == failed && text == public),
                "{client:?}"
            );
            assert_eq!(
                (server.is_unavailable(), client.is_unavailable()),
                (failed, failed)
            );
        }
    }
}

#[tokio::test]
async fn the_server_decides_between_the_proof_and_the_success() {
    for (refuse, says) in [
        (
            true,
            "the peer refuses: \"User: alice is not allowed to impersonate bob\"",
        ),
        (false, "the peer failed: \"authentication is unavailable\""),
    ] {
        let (near, far) = pair();
        let server = async {
            let pending = framed::accept(far, &offered(&Plain::trusted()), PATIENCE).await?;
            match refuse {
                true => {
                    pending
                        .refuse("User: alice is not allowed to impersonate bob")
                        .await
                }
                false => pending.unavailable().await,
            }
        };
        let bob = UserName::new("bob").unwrap();
        let exchange = Plain::client(&alice(), None, Some(&bob));
        let (server, client) =
            tokio::join!(server, framed::connect(near, "PLAIN", exchange, PATIENCE));
        server.unwrap();
        assert_eq!(client.unwrap_err().to_string(), says);
    }
}

/// A client that wants a proof of the server, which comes with its last message, or one message later.
struct Mutual(usize);

impl SaslMechanism<Connected> for Mutual {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Connected>, AuthnError> {
        match *self {
            Self(0) if input == b"proof" => Ok(Step::Done {
                end: Connected::default(),
                reply: Vec::new(),
            }),
            Self(0) => Err(AuthnError::Refused {
                mechanism: "Mutual",
                reason: "no proof".into(),
            }),
            Self(left) => Ok(Step::Continue {
                reply: b"\0alice\0secret".to_vec(),
                next: Exchange::new(Self(left - 1)),
            }),
        }
    }
}

/// Whoever says COMPLETE too early has proved nothing.
#[tokio::test]
async fn a_client_does_not_believe_a_success_before_it_has_seen_the_proof() {
    for (rounds, complete, says) in [
        (1, &b"proof"[..], None),
        (1, b"", Some("Mutual authentication failed: no proof")),
        (
            2,
            b"proof",
            Some("SASL authentication failed: the server ends it before its time"),
        ),
    ] {
        let (near, mut far) = pair();
        let server = async {
            let mut start = [0; 10 + 5 + 13];
            far.read_exact(&mut start).await.unwrap();
            assert_eq!(&start, b"\x01\0\0\0\x05PLAIN\x02\0\0\0\x0d\0alice\0secret");
            let length = u8::try_from(complete.len()).unwrap();
            far.write_all(&[&[5, 0, 0, 0, length], complete].concat())
                .await
                .unwrap();
            let mut last = Vec::new();
            far.read_to_end(&mut last).await.unwrap();
            last
        };
        let client = async {
            let exchange = Exchange::new(Mutual(rounds));
            framed::connect(near, "PLAIN", exchange, PATIENCE)
                .await
                .map(drop)
        };
        let (last, client) = tokio::join!(server, client);
        match says {
            None => {
                client.unwrap();
                assert!(last.is_empty());
            }
            Some(says) => {
                assert_eq!(client.unwrap_err().to_string(), says);
                assert_eq!(last, b"\x03\0\0\0\x15authentication failed");
            }
        }
    }
}

#[tokio::test]
async fn a_panic_of_a_verifier_ends_its_login_and_nothing_else() {
    let plain = Plain::verified(|_: &UserName, _: Password| panic!("a bug"));
    let (near, far) = pair();
    let offered = offered(&plain);
    let (server, client) = tokio::join!(
        framed::accept(far, &offered, PATIENCE),
        framed::connect(near, "PLAIN", client(), PATIENCE)
    );
    assert!(server.unwrap_err().is_unavailable());
    assert!(client.unwrap_err().is_unavailable());
}
