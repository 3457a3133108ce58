//! Keys that a function gives, who says when it answers, and how.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bailiwick::authn::oidc::{Algorithm, Bearer, Fetched, Jwks, Refresh};
use bailiwick::authn::{AuthnError, Step};
use serde_json::{Value, json};

use crate::forge::{ISSUER, KEYS, bearer_of, claims, claims_with, signed};
use crate::{error, settled, until, verify, wait};

/// Never by itself, and at any time when asked.
const ON_DEMAND: Refresh = Refresh {
    shortest: Duration::from_secs(3600),
    longest: Duration::from_secs(3600),
    again: Duration::ZERO,
    stale: Duration::from_secs(24 * 3600),
    wait: Duration::from_secs(30),
};

/// Answers in turn, of which the first is there already, and how often was asked. After the last one there are failures.
fn keys(refresh: Refresh, answers: Vec<Result<Value, &'static str>>) -> (Jwks, Arc<AtomicUsize>) {
    let asked = Arc::<AtomicUsize>::default();
    let counted = asked.clone();
    let keys = Jwks::at("the address", refresh, move |url| {
        assert_eq!(url, "the address");
        let turn = counted.fetch_add(1, Ordering::SeqCst);
        match answers.get(turn) {
            Some(Ok(set)) => Ok(Fetched::new(set.to_string().into_bytes())),
            Some(Err(reason)) => Err((*reason).to_owned()),
            None => Err("no more answers".to_owned()),
        }
    });
    let keys = keys.unwrap();
    first_keys(&keys);
    (keys, asked)
}

/// Waits for the keys that are fetched at once, so that a login does not have them fetched a second time.
fn first_keys(keys: &Jwks) {
    until("the first keys are there", || keys.status().generation == 1);
}

fn only(kid: &str) -> Value {
    let keys = KEYS.set();
    let keys = keys["keys"].as_array().unwrap();
    json!({"keys": keys.iter().filter(|key| key["kid"] == kid).collect::<Vec<_>>()})
}

fn of(algorithm: Algorithm) -> String {
    KEYS.of(algorithm).sign(algorithm, &claims())
}

fn assert_unavailable(bearer: &Bearer, token: &str, reason: &str) {
    let error = verify(bearer, token)
        .map(|login| login.principal)
        .unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    assert_eq!(
        error.to_string(),
        format!("Bearer authentication is unavailable: {reason}")
    );
}

#[test]
fn an_unknown_key_is_fetched_and_one_that_is_gone_does_not_count() {
    let (keys, asked) = keys(
        ON_DEMAND,
        vec![Ok(only("rsa")), Ok(only("p256")), Ok(only("p256"))],
    );
    let bearer = bearer_of(keys.clone());
    let told = Arc::<Mutex<Vec<u64>>>::default();
    let heard = told.clone();
    verify(&bearer, &of(Algorithm::Rs256)).unwrap();
    keys.on_change(move |status| heard.lock().unwrap().push(status.generation));
    verify(&bearer, &of(Algorithm::Es256)).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    // The same keys again are no news.
    assert!(
        error(&bearer, &of(Algorithm::Rs256))
            .ends_with("failed: no key of the provider is the token's")
    );
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    assert_eq!(keys.status().generation, 2);
    assert_eq!(*keys.status().keys, ["\"p256\" P-256"]);
    until("it is told", || *told.lock().unwrap() == [2]);
}

#[test]
fn a_token_that_would_be_refused_anyway_has_nobody_asked() {
    let (keys, asked) = keys(ON_DEMAND, vec![Ok(only("rsa"))]);
    let bearer = bearer_of(keys);
    verify(&bearer, &of(Algorithm::Rs256)).unwrap();
    for changes in [
        json!({"iss": "x"}),
        json!({"aud": "x"}),
        json!({"exp": 1}),
        json!({"sub": ""}),
    ] {
        assert!(verify(&bearer, &signed(&claims_with(&changes))).is_err());
    }
    assert!(
        verify(
            &bearer.algorithms([Algorithm::Rs256]),
            &of(Algorithm::Es256)
        )
        .is_err()
    );
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn the_last_keys_count_while_the_provider_is_down() {
    let (keys, asked) = keys(
        ON_DEMAND,
        vec![
            Ok(only("rsa")),
            Err("down"),
            Err("still down"),
            Ok(KEYS.set()),
        ],
    );
    let told = Arc::<Mutex<Vec<bool>>>::default();
    let heard = told.clone();
    let [rs256, es256] = [Algorithm::Rs256, Algorithm::Es256].map(of);
    let bearer = bearer_of(keys.clone());
    verify(&bearer, &rs256).unwrap();
    keys.on_change(move |status| heard.lock().unwrap().push(status.failure.is_some()));

    assert_unavailable(&bearer, &es256, "the provider's keys: down");
    verify(&bearer, &rs256).unwrap();
    let failure = keys.status().failure.unwrap();
    assert_eq!(
        (failure.to_string().as_str(), failure.attempts),
        ("down", 1)
    );
    assert_unavailable(&bearer, &es256, "the provider's keys: still down");
    let again = keys.status().failure.unwrap();
    assert_eq!((again.since, again.attempts), (failure.since, 2));
    // A token that is wrong by itself is refused as before, and nobody is asked.
    assert!(!verify(&bearer, "a.b.c").unwrap_err().is_unavailable());

    verify(&bearer, &es256).unwrap();
    assert_eq!(keys.status().failure, None);
    until("both are told", || *told.lock().unwrap() == [true, false]);
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

#[test]
fn a_failure_is_no_invalid_token_over_sasl_either() {
    let down = Jwks::at("u", ON_DEMAND, |_| Err("down".to_owned())).unwrap();
    let message = format!("n,,\x01auth=Bearer {}\x01\x01", of(Algorithm::Rs256));
    let step = bearer_of(down).sasl().step(message.as_bytes());
    let error = step.and_then(settled).unwrap_err();
    assert!(error.is_unavailable(), "{error}");
}

#[test]
fn keys_that_are_too_old_let_nobody_in_and_refuse_nobody() {
    let up = Arc::new(AtomicBool::new(true));
    let answering = up.clone();
    let refresh = Refresh {
        stale: Duration::from_millis(400),
        again: Duration::from_millis(10),
        ..ON_DEMAND
    };
    let keys = Jwks::at("u", refresh, move |_| {
        let set = KEYS.set().to_string().into_bytes();
        answering
            .load(Ordering::SeqCst)
            .then(|| Fetched::new(set))
            .ok_or_else(|| "down".to_owned())
    });
    let keys = keys.unwrap();
    let bearer = bearer_of(keys.clone());
    verify(&bearer, &of(Algorithm::Rs256)).unwrap();
    up.store(false, Ordering::SeqCst);
    until("the keys are too old", || {
        verify(&bearer, &of(Algorithm::Rs256)).is_err()
    });
    assert!(keys.status().fetched_at.unwrap().elapsed().unwrap() >= refresh.stale);
    for _ in 0..20 {
        assert_unavailable(&bearer, &of(Algorithm::Rs256), "the provider's keys: down");
    }
    up.store(true, Ordering::SeqCst);
    until("the provider is back", || {
        verify(&bearer, &of(Algorithm::Rs256)).is_ok()
    });
}

#[test]
fn answers_that_are_no_key_set_are_failures_and_an_empty_one_is_none() {
    let body: Arc<Mutex<Vec<u8>>> = Arc::new(Mutex::new(KEYS.set().to_string().into_bytes()));
    let given = body.clone();
    let keys = Jwks::at("u", ON_DEMAND, move |_| {
        let body = given.lock().unwrap().clone();
        assert!(body != b"panic", "asked to");
        Ok(Fetched::new(body))
    });
    let keys = keys.unwrap();
    let bearer = bearer_of(keys.clone());
    let stranger = KEYS.p256.sign_texts(
        Algorithm::Es256,
        r#"{"alg":"ES256","kid":"?"}"#,
        &claims().to_string(),
    );
    let many = json!({"keys": vec![json!({}); 101]}).to_string();
    verify(&bearer, &of(Algorithm::Rs256)).unwrap();
    for (text, reason) in [
        (
            "",
            "u: the key set is not JSON as it should be: EOF while parsing a value at line 1 column 0",
        ),
        (
            "<html>",
            "u: the key set is not JSON as it should be: expected value at line 1 column 1",
        ),
        ("{}", "u: the key set has no list of objects under \"keys\""),
        (
            r#"{"keys":{}}"#,
            "u: the key set has no list of objects under \"keys\"",
        ),
        (
            r#"{"keys":[1]}"#,
            "u: the key set has no list of objects under \"keys\"",
        ),
        (
            r#"{"keys":[],"keys":[]}"#,
            "u: the key set is not JSON as it should be: a name that was there before at line 1 column 17",
        ),
        (&many, "u: the key set has 101 keys, more than 100"),
        (
            &" ".repeat(256 * 1024 + 1),
            "u: a key set of 262145 bytes is longer than 262144",
        ),
        ("panic", "the function that fetches has panicked"),
    ] {
        *body.lock().unwrap() = text.as_bytes().to_vec();
        assert_unavailable(
            &bearer,
            &stranger,
            &format!("the provider's keys: {reason}"),
        );
        verify(&bearer, &of(Algorithm::Rs256)).unwrap();
    }
    *body.lock().unwrap() = br#"{"keys":[]}"#.to_vec();
    assert!(error(&bearer, &stranger).ends_with("no key of the provider is the token's"));
    assert!(
        error(&bearer, &of(Algorithm::Rs256)).ends_with("no key of the provider is the token's")
    );
}

#[test]
fn a_document_of_another_issuer_is_a_failure() {
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let document = Arc::new(Mutex::new(
        json!({"issuer": ISSUER, "jwks_uri": "https://k/"}).to_string(),
    ));
    let (seen, given) = (asked.clone(), document.clone());
    let keys = Jwks::discovered(ISSUER, ON_DEMAND, move |url| {
        seen.lock().unwrap().push(url.to_owned());
        let answer = if url == "https://k/" {
            KEYS.set().to_string()
        } else {
            given.lock().unwrap().clone()
        };
        Ok(Fetched::new(answer.into_bytes()))
    });
    let keys = keys.unwrap();
    first_keys(&keys);
    let bearer = bearer_of(keys);
    verify(&bearer, &of(Algorithm::Rs256)).unwrap();
    let url = format!("{ISSUER}/.well-known/openid-configuration");
    assert_eq!(*asked.lock().unwrap(), [url.as_str(), "https://k/"]);
    let stranger = KEYS.p256.sign_texts(
        Algorithm::Es256,
        r#"{"alg":"ES256","kid":"?"}"#,
        &claims().to_string(),
    );
    for (text, reason) in [
        (
            json!({"issuer": format!("{ISSUER}/"), "jwks_uri": "https://k/"}).to_string(),
            format!("the document is of the issuer \"{ISSUER}/\""),
        ),
        (
            json!({"jwks_uri": "https://k/"}).to_string(),
            "the document is of the issuer nobody".to_owned(),
        ),
        (
            json!({"issuer": ISSUER}).to_string(),
            "the document has no \"jwks_uri\"".to_owned(),
        ),
        (
            json!({"issuer": ISSUER, "jwks_uri": "http://k/"}).to_string(),
            "its \"jwks_uri\" \"http://k/\" is not https://".to_owned(),
        ),
        (
            json!({"issuer": ISSUER, "jwks_uri": "https://k/\nX"}).to_string(),
            "its \"jwks_uri\" \"https://k/\\nX\" is no address".to_owned(),
        ),
        ("[]".to_owned(), "no JSON: not an object".to_owned()),
        (" ".repeat(300_000), "a document of 300000 bytes".to_owned()),
    ] {
        *document.lock().unwrap() = text;
        assert_unavailable(
            &bearer,
            &stranger,
            &format!("the provider's keys: {url}: {reason}"),
        );
    }
}

/// A provider that answers when it is told to.
fn held(wait: Duration) -> (Jwks, Arc<AtomicUsize>, Sender<()>) {
    let (go, gate) = channel();
    let gate = Mutex::new(gate);
    let asked = Arc::<AtomicUsize>::default();
    let counted = asked.clone();
    let keys = Jwks::at(
        "u",
        Refresh {
            wait,
            again: Duration::from_secs(3600),
            ..ON_DEMAND
        },
        move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            gate.lock()
                .unwrap()
                .recv()
                .map_err(|_| "the test is over".to_owned())?;
            Ok(Fetched::new(KEYS.set().to_string().into_bytes()))
        },
    );
    (keys.unwrap(), asked, go)
}

#[test]
fn all_who_wait_are_served_by_one_attempt_and_strangers_cause_no_other() {
    let (keys, asked, go) = held(Duration::from_secs(60));
    let bearer = bearer_of(keys);
    let token = of(Algorithm::Es256);
    let waiting: Vec<_> = (0..1000)
        .map(|_| match bearer.http().step(token.as_bytes()).unwrap() {
            Step::Later(later) => later,
            step => panic!("{step:?}"),
        })
        .collect();
    go.send(()).unwrap();
    for later in waiting {
        assert!(matches!(wait(later).unwrap(), Step::Done { .. }));
    }
    // From now on nobody waits.
    let step = bearer.http().step(token.as_bytes()).unwrap();
    assert!(matches!(step, Step::Done { .. }), "{step:?}");
    for n in 0..1000 {
        let header = json!({"alg": "ES256", "kid": format!("stranger {n}")}).to_string();
        let token = KEYS
            .p256
            .sign_texts(Algorithm::Es256, &header, &claims().to_string());
        // At once: there is nothing to wait for.
        let error = bearer.http().step(token.as_bytes()).unwrap_err();
        assert!(matches!(error, AuthnError::Refused { .. }), "{error}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn nobody_waits_for_longer_than_was_set_for_a_provider_that_hangs() {
    let (keys, asked, go) = held(Duration::from_millis(50));
    let bearer = bearer_of(keys.clone());
    for _ in 0..3 {
        assert_unavailable(
            &bearer,
            &of(Algorithm::Es256),
            "the provider's keys do not come in time",
        );
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    go.send(()).unwrap();
    until("the keys come after all", || keys.status().generation == 1);
    verify(&bearer, &of(Algorithm::Es256)).unwrap();
}

#[test]
fn a_login_that_is_dropped_leaves_nothing_behind_and_the_others_go_on() {
    let (keys, _, go) = held(Duration::from_secs(60));
    let bearer = bearer_of(keys);
    let token = of(Algorithm::Es256);
    drop(bearer.http().step(token.as_bytes()).unwrap());
    let step = bearer.http().step(token.as_bytes()).unwrap();
    go.send(()).unwrap();
    assert!(matches!(settled(step).unwrap(), Step::Done { .. }));
}

#[test]
fn more_logins_than_a_bound_are_not_kept_waiting() {
    let (keys, _, go) = held(Duration::from_secs(60));
    let bearer = bearer_of(keys);
    let token = of(Algorithm::Es256);
    let mut waiting: Vec<_> = (0..4097)
        .map(|_| bearer.http().step(token.as_bytes()).unwrap())
        .collect();
    let error = settled(waiting.pop().unwrap()).unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    go.send(()).unwrap();
    for step in waiting {
        assert!(matches!(settled(step).unwrap(), Step::Done { .. }));
    }
}

#[test]
fn the_threads_end_with_the_last_clone() {
    let (go, gate) = channel::<()>();
    let gate = Mutex::new(Some(gate));
    // Dropped with the function, and that with the threads.
    let keys = Jwks::at("u", ON_DEMAND, move |_| {
        let _ = gate.lock().unwrap().as_ref();
        Err("down".to_owned())
    });
    let keys = keys.unwrap();
    let clone = keys.clone();
    until("the first attempt has ended", || {
        keys.status().failure.is_some()
    });
    drop(keys);
    assert!(go.send(()).is_ok());
    drop(clone);
    until("the threads end", || go.send(()).is_err());
}

#[test]
fn keys_are_fetched_again_when_the_provider_says_so_and_within_bounds() {
    let refresh = |shortest, longest| Refresh {
        shortest: Duration::from_millis(shortest),
        longest: Duration::from_millis(longest),
        ..ON_DEMAND
    };
    let asked_in = |refresh: Refresh, max_age: Option<Duration>, enough: usize| {
        let asked = Arc::<AtomicUsize>::default();
        let counted = asked.clone();
        let keys = Jwks::at("u", refresh, move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut fetched = Fetched::new(br#"{"keys":[]}"#.to_vec());
            fetched.max_age = max_age;
            Ok(fetched)
        });
        let keys = keys.unwrap();
        until("the first answer", || keys.status().generation == 1);
        if enough > 1 {
            until("more answers", || asked.load(Ordering::SeqCst) >= enough);
        } else {
            std::thread::sleep(Duration::from_millis(100));
            assert_eq!(asked.load(Ordering::SeqCst), 1);
        }
    };
    let hour = 3_600_000;
    // No life, a long one and a short one: within the bounds.
    asked_in(refresh(1, 20), None, 4);
    asked_in(refresh(1, 20), Some(Duration::from_secs(9999)), 4);
    asked_in(refresh(20, hour), Some(Duration::ZERO), 4);
    asked_in(refresh(hour, hour), Some(Duration::ZERO), 1);
    // Bounds the wrong way round, and none at all.
    asked_in(refresh(hour, 20), Some(Duration::ZERO), 4);
    asked_in(refresh(0, 0), None, 4);
    // Not later than half of the time for which they count.
    asked_in(
        Refresh {
            stale: Duration::from_millis(40),
            ..refresh(hour, hour)
        },
        None,
        4,
    );
    let for_ever = Refresh {
        shortest: Duration::MAX,
        longest: Duration::MAX,
        again: Duration::MAX,
        stale: Duration::MAX,
        wait: Duration::MAX,
    };
    asked_in(for_ever, None, 1);
}

#[test]
fn a_cache_control_is_read_for_how_long_the_answer_is_good() {
    let max_age = |text: &str| {
        Fetched::default()
            .cached_as(text)
            .max_age
            .map(|age| age.as_secs())
    };
    assert_eq!(max_age("public, max-age=3600, must-revalidate"), Some(3600));
    assert_eq!(max_age("Max-Age=\"7\""), Some(7));
    assert_eq!(max_age("max-age=9, max-age=5"), Some(5));
    assert_eq!(max_age("max-age=9, no-store"), Some(0));
    assert_eq!(max_age("no-cache"), Some(0));
    for text in [
        "",
        "public",
        "max-age=",
        "max-age=-1",
        "max-age=1.5",
        "s-maxage=9",
        "max-age = 9",
    ] {
        assert_eq!(max_age(text), None, "{text}");
    }
}
