//! Both ends of an exchange, and somebody who changes one message of one of them.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bailiwick::authn::{AuthnError, Exchange, Login, Step};
use peak_alloc::PeakAlloc;

use crate::rows::{ROWS, Row};
use crate::tamper::How;
use crate::texts::Texts;

/// Beside the input: for names, copies of the password, an error.
const ALLOWED: usize = 16 * 1024;

#[derive(Clone, Copy, Debug, PartialEq)]
enum From {
    Client,
    Server,
}

struct Change<'a> {
    from: From,
    message: usize,
    how: &'a How,
}

/// What became of a conversation, and what was said in it.
struct Told {
    login: Option<Login>,
    /// Why there was none, if somebody said so.
    error: Option<AuthnError>,
    /// Whether the client thinks that it is in.
    connected: bool,
    client: Vec<Vec<u8>>,
    server: Vec<Vec<u8>>,
}

/// Steps, and waits where there is something to wait for. Nothing here needs a runtime.
fn step<End: 'static>(exchange: Exchange<End>, input: &[u8]) -> Result<Step<End>, AuthnError> {
    let mut step = exchange.step(input)?;
    for _ in 0..16 {
        let Step::Later(later) = step else {
            return Ok(step);
        };
        let Poll::Ready(ready) = pin!(later).poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("it waits for somebody else");
        };
        step = ready?;
    }
    panic!("it is later for ever");
}

/// One conversation. More rounds than an exchange has would be a panic.
fn converse(row: &Row, change: Option<&Change<'_>>, texts: &mut Texts) -> Told {
    let mut told = Told {
        login: None,
        error: None,
        connected: false,
        client: Vec::new(),
        server: Vec::new(),
    };
    let changed = |from, message: usize, bytes: Vec<u8>| match change {
        Some(change) if change.from == from && change.message == message => {
            change.how.apply(&bytes)
        }
        _ => bytes,
    };
    let (mut client, mut server) = (Some((row.client)()), Some((row.server)()));
    let mut to_client = Vec::new();
    for _ in 0..20 {
        let Some(exchange) = client.take() else {
            break;
        };
        texts.debug(&exchange);
        let reply = match step(exchange, &to_client) {
            Ok(stepped) => {
                texts.debug(&stepped);
                match stepped {
                    Step::Continue { reply, next } => {
                        client = Some(next);
                        reply
                    }
                    Step::Done { reply, .. } => {
                        told.connected = true;
                        reply
                    }
                    Step::Later(_) => unreachable!(),
                }
            }
            Err(error) => {
                told.error = Some(error);
                return told;
            }
        };
        // What comes after the end has nobody to hear it: the exchange is gone.
        let Some(exchange) = server.take() else {
            break;
        };
        let heard = changed(From::Client, told.client.len(), reply);
        told.client.push(heard.clone());
        match step(exchange, &heard) {
            Ok(stepped) => {
                texts.debug(&stepped);
                match stepped {
                    Step::Continue { reply, next } => {
                        server = Some(next);
                        to_client = reply;
                    }
                    Step::Done { end, reply } => {
                        told.login = Some(end);
                        to_client = reply;
                    }
                    Step::Later(_) => unreachable!(),
                }
                to_client = changed(From::Server, told.server.len(), to_client);
                told.server.push(to_client.clone());
            }
            Err(error) => {
                told.error = Some(error);
                return told;
            }
        }
    }
    assert!(client.is_none() || server.is_none() || told.login.is_some());
    told
}

/// Each message of each end, changed in every way and at every byte, and exchanged for those of others.
pub(crate) fn are_tampered_with(heap: &PeakAlloc, texts: &mut Texts) {
    let honest: Vec<Told> = ROWS.iter().map(|row| converse(row, None, texts)).collect();
    let foreign: Vec<Vec<u8>> = honest
        .iter()
        .flat_map(|told| told.client.iter().chain(&told.server))
        .filter(|message| !message.is_empty())
        .cloned()
        .collect();
    for (row, honest) in ROWS.iter().zip(&honest) {
        let login = honest.login.as_ref();
        let login = login.unwrap_or_else(|| panic!("{}: {:?}", row.name, honest.error));
        assert!((row.is_right)(&honest.client, login) && honest.connected);

        let (mut refused, mut right) = (0, 0);
        for (from, said) in [
            (From::Client, &honest.client),
            (From::Server, &honest.server),
        ] {
            for (message, bytes) in said.iter().enumerate() {
                let mut ways = How::all(bytes);
                ways.extend(foreign.iter().cloned().map(How::Other));
                for how in &ways {
                    let change = Change { from, message, how };
                    if from == From::Server && honest.client.len() == message + 1 {
                        // The last word of a server that has nothing to say is not heard.
                        continue;
                    }
                    let before = heap.current_usage();
                    heap.reset_peak_usage();
                    // Texts are kept, and so not counted.
                    let told = converse(row, Some(&change), &mut Texts::default());
                    let input: usize = told.client.iter().chain(&told.server).map(Vec::len).sum();
                    let taken = heap.peak_usage().saturating_sub(before);
                    let context = || format!("{}: {how:?} of {message} from {from:?}", row.name);
                    assert!(taken <= ALLOWED + 4 * input, "{taken}: {}", context());
                    match told.login {
                        Some(login) => {
                            assert!((row.is_right)(&told.client, &login), "{}", context());
                            assert!(!matches!(how, How::Oversized), "{}", context());
                            right += 1;
                        }
                        None => {
                            let error = told.error.unwrap_or_else(|| panic!("{}", context()));
                            assert!(!error.is_unavailable(), "{}: {error}", context());
                            texts.error(&error);
                            refused += 1;
                        }
                    }
                }
            }
        }
        println!(
            "{}: {refused} refused, {right} mean something else",
            row.name
        );
        assert!(refused > 0);
    }
}
