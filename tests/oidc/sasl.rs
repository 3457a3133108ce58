//! OAUTHBEARER: our client with our server, and what else a peer may send.

use bailiwick::authn::oidc::Bearer;
use bailiwick::authn::{AuthnError, Connected, Exchange, Login, Step};
use bailiwick::identity::{Password, UserName};
use serde_json::json;

use crate::forge::{bearer, claims, claims_with, signed};

/// Both ends until both are done.
fn meet(
    mut client: Exchange<Connected>,
    mut server: Exchange<Login>,
) -> Result<Login, [AuthnError; 2]> {
    let mut to_client = Vec::new();
    for _ in 0..4 {
        let Step::Continue {
            reply: to_server,
            next,
        } = client.step(&to_client).unwrap()
        else {
            panic!("the client ends before the server");
        };
        client = next;
        match server.step(&to_server) {
            Ok(Step::Done { end, reply }) => {
                assert!(matches!(client.step(&reply).unwrap(), Step::Done { .. }));
                return Ok(end);
            }
            Ok(Step::Continue { reply, next }) => (to_client, server) = (reply, next),
            Ok(later) => panic!("{later:?}"),
            Err(error) => return Err([error, client.step(b"").unwrap_err()]),
        }
    }
    panic!("no end")
}

#[test]
fn our_client_logs_in_to_our_server_for_itself_or_for_another() {
    let token = signed(&claims());
    let bob = UserName::new("bob").unwrap();
    for server in [None, Some(("node1.example.com", 19998))] {
        for act_as in [None, Some(&bob)] {
            let client = Bearer::client(Password::new(token.as_str()), act_as, server);
            let login = meet(client, bearer().sasl()).unwrap();
            assert_eq!(login.principal.name().as_str(), "alice");
            assert_eq!(login.act_as.as_ref(), act_as);
        }
    }
}

#[test]
fn the_client_s_message_is_that_of_the_rfc() {
    let alice = UserName::new("user@example.com").unwrap();
    let client = Bearer::client(
        Password::new("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="),
        Some(&alice),
        Some(("server.example.com", 143)),
    );
    let Step::Continue { reply, .. } = client.step(b"").unwrap() else {
        panic!()
    };
    // RFC 7628 §4.1.
    assert_eq!(
        String::from_utf8(reply).unwrap(),
        "n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01"
    );
    let token = || Password::new("abc");
    for (client, input) in [
        (Bearer::client(Password::new("a b"), None, None), &b""[..]),
        (Bearer::client(Password::new("a\x01"), None, None), b""),
        (Bearer::client(Password::new(""), None, None), b""),
        (Bearer::client(token(), None, Some(("h\x01x", 1))), b""),
        (Bearer::client(token(), None, None), b"hello"),
    ] {
        let error = client.step(input).unwrap_err();
        assert!(matches!(error, AuthnError::Malformed { .. }), "{error}");
    }
}

#[test]
fn a_refused_token_is_told_in_json_and_the_exchange_then_fails_whatever_comes() {
    let expired = signed(&claims_with(&json!({"exp": 1})));
    let client = Bearer::client(Password::new(expired.as_str()), None, None);
    let [server, client] = meet(client, bearer().sasl()).unwrap_err();
    assert_eq!(
        server.to_string(),
        "Bearer authentication failed: the token has expired"
    );
    assert_eq!(
        client.to_string(),
        "OAUTHBEARER authentication failed: the server answers \"invalid_token\""
    );

    let message = format!("n,,\x01auth=Bearer {expired}\x01\x01");
    let good = format!("n,,\x01auth=Bearer {}\x01\x01", signed(&claims()));
    for dummy in [&b"\x01"[..], b"", good.as_bytes(), &[0xff; 99]] {
        let Step::Continue { reply, next } = bearer().sasl().step(message.as_bytes()).unwrap()
        else {
            panic!()
        };
        assert_eq!(reply, br#"{"status":"invalid_token"}"#);
        assert_eq!(next.step(dummy).unwrap_err(), server);
    }
}

#[test]
fn what_else_a_server_answers_is_an_error_for_our_client() {
    for answer in [&b"{}"[..], b"no JSON", b"{\"status\":7}", b"\xff"] {
        let client = Bearer::client(Password::new("abc"), None, None);
        let Step::Continue { next, .. } = client.step(b"").unwrap() else {
            panic!()
        };
        let Step::Continue { reply, next } = next.step(answer).unwrap() else {
            panic!()
        };
        assert_eq!(reply, b"\x01");
        assert!(
            next.step(b"")
                .unwrap_err()
                .to_string()
                .ends_with("the server answers an unreadable error")
        );
    }
}

#[test]
fn messages_are_read_as_the_grammar_says() {
    let token = signed(&claims());
    let step = |message: &str| {
        bearer()
            .sasl()
            .step(message.replace("TOKEN", &token).as_bytes())
    };
    let act_as = |message: &str| match step(message).unwrap() {
        Step::Done { end, .. } => end.act_as.map(|user| user.as_str().to_owned()),
        other => panic!("{message}: {other:?}"),
    };
    for (message, user) in [
        ("n,,\x01auth=Bearer TOKEN\x01\x01", None),
        ("y,,\x01auth=Bearer TOKEN\x01\x01", None),
        ("n,a=bob,\x01auth=bearer  TOKEN\x01\x01", Some("bob")),
        (
            "n,a=bob,\x01auth=BEARER TOKEN\x01user=x\x01traceId=1 2\t\r\n\x01\x01",
            Some("bob"),
        ),
        (
            "n,a=b\u{fc}b,\x01port=\x01host=\x01auth=Bearer TOKEN\x01\x01",
            Some("b\u{fc}b"),
        ),
    ] {
        assert_eq!(act_as(message).as_deref(), user, "{message:?}");
    }
    for (message, reason) in [
        ("", "the message does not begin with a GS2 header"),
        ("\x01", "the message does not begin with a GS2 header"),
        ("n", "the message does not begin with a GS2 header"),
        ("n,", "the message does not begin with a GS2 header"),
        ("n,,", "the message does not begin with a GS2 header"),
        (
            "F,n,,\x01auth=Bearer TOKEN\x01\x01",
            "the message does not begin with a GS2 header",
        ),
        (
            "N,,\x01auth=Bearer TOKEN\x01\x01",
            "the message does not begin with a GS2 header",
        ),
        (
            "n,b=bob,\x01auth=Bearer TOKEN\x01\x01",
            "the message does not begin with a GS2 header",
        ),
        (
            "n,,auth=Bearer TOKEN\x01\x01",
            "the message does not begin with a GS2 header",
        ),
        (
            "p=tls-unique,,\x01auth=Bearer TOKEN\x01\x01",
            "there is no channel binding",
        ),
        (
            "n,,\x01auth=Bearer TOKEN\x01",
            "the message does not end as it should",
        ),
        (
            "n,,\x01auth=Bearer TOKEN\x01\x01x",
            "the message does not end as it should",
        ),
        ("n,,\x01\x01", "the message does not end as it should"),
        ("n,,\x01\x01\x01", "a key without a value"),
        (
            "n,,\x01auth=Bearer TOKEN\x01\x01\x01",
            "a key without a value",
        ),
        ("n,,\x01auth\x01\x01", "a key without a value"),
        ("n,,\x01host=x\x01\x01", "no value for \"auth\""),
        ("n,,\x01Auth=Bearer TOKEN\x01\x01", "no value for \"auth\""),
        (
            "n,,\x01auth=Bearer TOKEN\x01auth=Bearer TOKEN\x01\x01",
            "two values for \"auth\"",
        ),
        (
            "n,,\x01a-b=x\x01auth=Bearer TOKEN\x01\x01",
            "a key that is not of letters",
        ),
        (
            "n,,\x01=x\x01auth=Bearer TOKEN\x01\x01",
            "a key that is not of letters",
        ),
        (
            "n,,\x01host=\0\x01auth=Bearer TOKEN\x01\x01",
            "a value that is not visible ASCII",
        ),
        (
            "n,,\x01auth=TOKEN\x01\x01",
            "\"auth\" is not a bearer token",
        ),
        (
            "n,,\x01auth=Basic TOKEN\x01\x01",
            "\"auth\" is not a bearer token",
        ),
        (
            "n,,\x01auth=Bearer\x01\x01",
            "\"auth\" is not a bearer token",
        ),
        ("n,,\x01auth=\x01\x01", "\"auth\" is not a bearer token"),
        (
            "n,,\x01auth=Bearer TOKEN x\x01\x01",
            "\"auth\" is not a bearer token",
        ),
        (
            "n,,\x01auth=Bearer ==\x01\x01",
            "\"auth\" is not a bearer token",
        ),
        (
            "n,a=b=2c,\x01auth=Bearer TOKEN\x01\x01",
            "'=' in the authorization identity is not an escape",
        ),
        (
            "n,a==,\x01auth=Bearer TOKEN\x01\x01",
            "'=' in the authorization identity is not an escape",
        ),
        (
            "n,a=,\x01auth=Bearer TOKEN\x01\x01",
            "the authorization identity is not a user name",
        ),
        (
            "n,a=a=2Cb,\x01auth=Bearer TOKEN\x01\x01",
            "the authorization identity holds ',' at byte 1",
        ),
        (
            "n,a=a=3D=2C,\x01auth=Bearer TOKEN\x01\x01",
            "the authorization identity holds '=' at byte 1",
        ),
        (
            "n,a=root/x,\x01auth=Bearer TOKEN\x01\x01",
            "the authorization identity holds '/' at byte 4",
        ),
    ] {
        let error = step(message).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("OAUTHBEARER authentication failed: {reason}"),
            "{message:?}"
        );
    }
}
