//! The frames themselves: cut, changed, too long, out of order, of two conversations, and after the end.

use bailiwick::authn::framed::FramedError;
use peak_alloc::PeakAlloc;

use crate::frames::{Came, FRAME, PASSWORD, USER, call, frames, name, serve};
use crate::tamper::How;
use crate::texts::Texts;

const START: u8 = 1;
const OK: u8 = 2;
const BAD: u8 = 3;
const ERROR: u8 = 4;
const COMPLETE: u8 = 5;

fn plain() -> Vec<u8> {
    ["", USER, PASSWORD].join("\0").into_bytes()
}

/// A login of each mechanism, as a client sends it.
fn logins() -> [(&'static str, Vec<u8>); 3] {
    [
        ("PLAIN", plain()),
        ("ANONYMOUS", b"trace".to_vec()),
        ("EXTERNAL", b"bob".to_vec()),
    ]
}

pub(crate) fn is_damaged(heap: &PeakAlloc, texts: &mut Texts) {
    at_every_byte(heap, texts);
    out_of_order(heap, texts);
    too_long(heap, texts);
    after_the_end(heap, texts);
    at_the_client(heap, texts);
}

fn failed(result: Result<Came, FramedError>, texts: &mut Texts, context: &str) -> FramedError {
    let error = match result {
        Err(error) => error,
        Ok(came) => panic!("{context}: {came:?}"),
    };
    texts.error(&error);
    error
}

fn at_every_byte(heap: &PeakAlloc, texts: &mut Texts) {
    for (mechanism, message) in logins() {
        let honest = frames(&[(START, mechanism.as_bytes()), (OK, &message)]);
        let came = serve(&honest, heap).unwrap();
        assert!(came.login.is_some() && came.frames.is_empty() && came.end.is_ok());

        for at in 0..honest.len() {
            let error = failed(serve(&honest[..at], heap), texts, "cut");
            assert!(
                matches!(error, FramedError::Closed),
                "{mechanism} {at}: {error:?}"
            );
        }
        let (mut refused, mut other) = (0, 0);
        for how in How::all(&honest) {
            match serve(&how.apply(&honest), heap) {
                // `serve` has looked whether that login is possible at all.
                Ok(came) => {
                    other += 1;
                    texts.debug(&came);
                    // In the name of the mechanism, its status and length there is no room for another meaning.
                    if let How::Byte(at, _) | How::Insert(at, _) | How::Remove(at) = how {
                        assert!(at >= 5 + mechanism.len(), "{mechanism}: {how:?}: {came:?}");
                    }
                }
                Err(error) => {
                    refused += 1;
                    texts.error(&error);
                }
            }
        }
        println!("frames of {mechanism}: {refused} refused, {other} mean something else");
    }
}

fn out_of_order(heap: &PeakAlloc, texts: &mut Texts) {
    let message = plain();
    let message = message.as_slice();
    let name: &[u8] = b"PLAIN";
    for (case, says) in [
        (vec![(OK, message)], "sent OK, where START was expected"),
        (
            vec![(COMPLETE, message)],
            "sent COMPLETE, where START was expected",
        ),
        (
            vec![(0, name)],
            "sent the status 0, where START was expected",
        ),
        (
            vec![(6, name)],
            "sent the status 6, where START was expected",
        ),
        (
            vec![(START, name), (START, name)],
            "sent START, where OK was expected",
        ),
        (
            vec![(START, name), (START, name), (OK, message)],
            "sent START, where OK was expected",
        ),
        (
            vec![(START, name), (255, message)],
            "sent the status 255, where OK was expected",
        ),
        (
            vec![(START, message), (OK, message)],
            "sent START without a name",
        ),
        (
            vec![(START, name), (BAD, b"enough")],
            "the peer refuses: \"enough\"",
        ),
        (
            vec![(START, name), (BAD, message)],
            "the peer refuses: \"\"",
        ),
        (
            vec![(START, name), (ERROR, b"no\tmore\n")],
            "the peer failed: \"no\\tmore\\n\"",
        ),
        (
            vec![(START, b"plain"), (OK, message)],
            "the mechanism \"plain\", which is not offered",
        ),
        (
            vec![(START, b""), (OK, message)],
            "sent START without a name",
        ),
        (
            vec![(START, b"\xff"), (OK, message)],
            "sent START without a name",
        ),
        // Two conversations in one.
        (
            vec![(START, name), (OK, b"trace"), (OK, message)],
            "parts must contain 3 items",
        ),
    ] {
        let error = failed(serve(&frames(&case), heap), texts, says);
        assert!(error.to_string().contains(says), "{case:?}: {error}");
    }
}

/// A length is believed only up to what may come: nothing is allocated for the rest (`serve` measures).
fn too_long(heap: &PeakAlloc, texts: &mut Texts) {
    let start = frames(&[(START, b"PLAIN")]);
    for length in [64 * 1024 + 1, i32::MAX.unsigned_abs(), 1 << 31, u32::MAX] {
        let length_told = usize::try_from(length).unwrap();
        for (before, status, limit) in [(&b""[..], START, 20), (&start, OK, 64 * 1024)] {
            let bytes = [
                before,
                &[status],
                &length.to_be_bytes(),
                PASSWORD.as_bytes(),
            ]
            .concat();
            let error = failed(serve(&bytes, heap), texts, "too long");
            assert!(
                matches!(error, FramedError::TooLong { length, limit: at_most }
                    if length == length_told && at_most == limit),
                "{error:?}"
            );
        }
    }
    // As long as may be, and not a name.
    let error = failed(
        serve(&frames(&[(START, &[b'A'; 20]), (OK, b"")]), heap),
        texts,
        "20",
    );
    assert!(
        matches!(error, FramedError::UnknownMechanism { .. }),
        "{error:?}"
    );
    let error = failed(
        serve(&frames(&[(START, &[b'A'; 21]), (OK, b"")]), heap),
        texts,
        "21",
    );
    assert!(matches!(error, FramedError::TooLong { .. }), "{error:?}");
    // As long as may be, and not a message.
    let long = vec![b'x'; 64 * 1024];
    let error = failed(
        serve(&frames(&[(START, b"PLAIN"), (OK, &long)]), heap),
        texts,
        "long",
    );
    assert!(matches!(error, FramedError::Authn(_)), "{error:?}");
}

/// What follows the login is frames, and no more negotiation.
fn after_the_end(heap: &PeakAlloc, texts: &mut Texts) {
    let login = frames(&[(START, b"PLAIN"), (COMPLETE, &plain())]);
    let frame = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).unwrap();
        [&length.to_be_bytes(), bytes].concat()
    };
    let after = |bytes: &[u8]| serve(&[&login, bytes].concat(), heap).unwrap();

    let came = after(&[frame(b"one"), frame(b""), frame(&[7; FRAME])].concat());
    assert_eq!(came.login, Some((name(USER), None)));
    assert_eq!(came.frames, [b"one".to_vec(), Vec::new(), vec![7; FRAME]]);
    assert!(came.end.is_ok());

    // Once more from the beginning: a status is no length.
    let came = after(&login);
    texts.error(&came.end.unwrap_err());
    assert!(came.frames.is_empty());
    for at in 1..7 {
        let error = after(&frame(b"one")[..at]).end.unwrap_err();
        assert!(matches!(error, FramedError::Closed), "{at}: {error:?}");
    }
    for length in [4097, i32::MAX.unsigned_abs(), u32::MAX] {
        let error = after(&length.to_be_bytes()).end.unwrap_err();
        texts.error(&error);
        assert!(
            matches!(error, FramedError::TooLong { limit: FRAME, .. }),
            "{error:?}"
        );
    }
}

fn at_the_client(heap: &PeakAlloc, texts: &mut Texts) {
    let honest = frames(&[(COMPLETE, b"")]);
    let came = call(&honest, heap).unwrap();
    assert!(came.login.is_none() && came.end.is_ok());
    for at in 0..honest.len() {
        let error = failed(call(&honest[..at], heap), texts, "cut");
        assert!(matches!(error, FramedError::Closed), "{at}: {error:?}");
    }
    for how in How::all(&honest) {
        let says = how.apply(&honest);
        match call(&says, heap) {
            // What comes after it is a frame.
            Ok(came) => assert!(says.starts_with(&honest), "{how:?}: {came:?}"),
            Err(error) => texts.error(&error),
        }
    }
    for (case, says) in [
        (
            vec![(COMPLETE, &b"more"[..])],
            "a frame of 4 bytes is longer than 0",
        ),
        (vec![(OK, b"")], "sent OK, where COMPLETE was expected"),
        (
            vec![(START, b"PLAIN")],
            "sent START, where COMPLETE was expected",
        ),
        (
            vec![(BAD, b"authentication failed")],
            "the peer refuses: \"authentication failed\"",
        ),
        (vec![(ERROR, b"\xff")], "the peer failed: \"\""),
        (
            vec![(BAD, &[b'x'; 5000])],
            "a frame of 5000 bytes is longer than 4096",
        ),
    ] {
        let error = failed(call(&frames(&case), heap), texts, says);
        assert!(error.to_string().contains(says), "{case:?}: {error}");
    }
}
