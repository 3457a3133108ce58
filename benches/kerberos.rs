//! Kerberos beside the same calls to the system's library: `cargo bench --all-features --bench kerberos`.
//!
//! Both ends are in memory, in one thread; the client is the library's in either case. Ours and the bare server take turns,
//! so that both see the same machine. It starts a KDC of its own, and itself once more in that realm.

#[allow(dead_code, reason = "of the tests' realm, some is needed")]
#[path = "../tests/support/realm.rs"]
mod realm;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bailiwick::authn::kerberos::{Acceptor, ReplayCache};
use bailiwick::authn::{AuthToLocal, Exchange, Login, Qop, QopSet, RuleMechanism, Step};
use libgssapi::context::{ClientCtx, CtxFlags, SecurityContext, ServerCtx};
use libgssapi::credential::{Cred, CredUsage};
use libgssapi::name::Name;
use libgssapi::oid::{GSS_MECH_KRB5, GSS_NT_KRB5_PRINCIPAL, OidSet};
use realm::{REALM, Realm};

const SERVICE: &str = "alluxio/localhost@EXAMPLE.COM";
const ROUNDS: usize = 6_000;
const CHOICE: [u8; 4] = [4, 1, 0, 0];

fn main() {
    match realm::inside() {
        Some(realm) => measure(&realm),
        None => {
            let output = realm::again(&[]);
            print!("{}", String::from_utf8_lossy(&output.stdout));
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success());
        }
    }
}

fn measure(realm: &Realm) {
    let user = realm.user("alice");
    realm.kinit(&user, "alice", &[]);
    let keytab = realm.keytab("service.keytab", &["alluxio/localhost"]);
    // The binding offers the default keytab alone.
    let file = realm.path("krb5.conf");
    let text = std::fs::read_to_string(&file).unwrap();
    let with_keytab = format!("[libdefaults]\n  default_keytab_name = FILE:{keytab}");
    std::fs::write(&file, text.replace("[libdefaults]", &with_keytab)).unwrap();

    let names = AuthToLocal::parse("DEFAULT", RuleMechanism::Hadoop, REALM).unwrap();
    let service = [SERVICE.parse().unwrap()];
    let acceptor = Acceptor::open(&keytab, service, Arc::new(names)).unwrap();
    let acceptor = acceptor.with_qops(QopSet::ALL);
    handshakes(&acceptor);
    // Without the file that all logins wait for. The binding cannot do without.
    let unguarded = acceptor
        .clone()
        .with_replay_cache(ReplayCache::ReplaysAccepted)
        .unwrap();
    let mut ours = times(1000, || login(unguarded.sasl()));
    println!("{:40}{:>12}", "- without a replay cache", rate(&mut ours));
    messages(&acceptor);
    threads(&acceptor);
}

fn credential() -> Cred {
    let name = Name::new(SERVICE.as_bytes(), Some(GSS_NT_KRB5_PRINCIPAL)).unwrap();
    let mechanisms = OidSet::singleton(GSS_MECH_KRB5).unwrap();
    Cred::acquire(Some(&name), None, CredUsage::Accept, Some(&mechanisms)).unwrap()
}

fn handshakes(acceptor: &Acceptor) {
    let credential = credential();
    println!(
        "{:40}{:>12}{:>12}{:>8}",
        "GSSAPI logins a second, both ends", "ours", "bare", "rate"
    );
    let turns = |name: &str, identify: fn(&ServerCtx) -> String| {
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.extend(times(1, || login(acceptor.sasl())));
            bare.extend(times(1, || bare_login(&credential, identify)));
        }
        let ratio = median(&mut bare).as_secs_f64() / median(&mut ours).as_secs_f64();
        println!(
            "{name:40}{:>12}{:>12}{ratio:>8.3}",
            rate(&mut ours),
            rate(&mut bare)
        );
    };
    turns("beside the same calls", everything);
    turns("beside the fewest that give a name", name_alone);
}

fn times<T>(rounds: usize, mut work: impl FnMut() -> T) -> Vec<Duration> {
    let once = |_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    };
    (0..rounds).map(once).collect()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn rate(times: &mut [Duration]) -> String {
    format!("{:.0}", 1.0 / median(times).as_secs_f64())
}

fn client() -> ClientCtx {
    let name = Name::new(SERVICE.as_bytes(), Some(GSS_NT_KRB5_PRINCIPAL)).unwrap();
    let flags = CtxFlags::GSS_C_MUTUAL_FLAG
        | CtxFlags::GSS_C_REPLAY_FLAG
        | CtxFlags::GSS_C_SEQUENCE_FLAG
        | CtxFlags::GSS_C_INTEG_FLAG
        | CtxFlags::GSS_C_CONF_FLAG;
    ClientCtx::new(None, name, flags, Some(GSS_MECH_KRB5))
}

fn go_on(exchange: Exchange<Login>, input: &[u8]) -> (Exchange<Login>, Vec<u8>) {
    match exchange.step(input).unwrap() {
        Step::Continue { reply, next } => (next, reply),
        other => panic!("{other:?}"),
    }
}

fn login(server: Exchange<Login>) -> (ClientCtx, Login) {
    let mut client = client();
    let token = client.step(None, None).unwrap().unwrap();
    let (server, reply) = go_on(server, &token);
    assert!(client.step(Some(&reply), None).unwrap().is_none());
    let (server, offer) = go_on(server, b"");
    client.unwrap(&offer).unwrap();
    let choice = client.wrap(false, &CHOICE).unwrap();
    match server.step(&choice).unwrap() {
        Step::Done { end, .. } => (client, end),
        other => panic!("{other:?}"),
    }
}

/// What has to be known before anybody is believed: for which service the ticket is, and what the context can do.
fn everything(server: &ServerCtx) -> String {
    let info = server.info().unwrap();
    assert_eq!(info.mechanism, GSS_MECH_KRB5);
    assert_eq!(info.target_name.to_string(), SERVICE);
    black_box(info.flags);
    info.source_name.to_string()
}

/// What is easily done in place of it.
fn name_alone(server: &ServerCtx) -> String {
    server.source_name().unwrap().to_string()
}

/// What a service does that makes the calls itself.
fn bare_login(
    credential: &Cred,
    identify: impl Fn(&ServerCtx) -> String,
) -> (ClientCtx, ServerCtx, String) {
    let mut client = client();
    let mut server = ServerCtx::new(Some(credential.clone()));
    let token = client.step(None, None).unwrap().unwrap();
    let reply = server.step(&token, None).unwrap().unwrap();
    assert!(client.step(Some(&reply), None).unwrap().is_none());
    let name = identify(&server);
    let offer = server.wrap(false, &[7, 1, 0, 0]).unwrap();
    client.unwrap(&offer).unwrap();
    let choice = client.wrap(false, &CHOICE).unwrap();
    assert_eq!(&*server.unwrap(&choice).unwrap(), CHOICE);
    (client, server, name)
}

fn messages(acceptor: &Acceptor) {
    println!();
    for (mask, qop) in [(2, Qop::Integrity), (4, Qop::Confidentiality)] {
        let mut client = client();
        let token = client.step(None, None).unwrap().unwrap();
        let (server, reply) = go_on(acceptor.sasl(), &token);
        client.step(Some(&reply), None).unwrap();
        let (server, offer) = go_on(server, b"");
        client.unwrap(&offer).unwrap();
        let choice = client.wrap(false, &[mask, 1, 0, 0]).unwrap();
        let Step::Done { end: login, .. } = server.step(&choice).unwrap() else {
            panic!()
        };
        let mut layer = login.layer.unwrap();
        let (mut bare_client, mut bare_server, _) = bare_login(&credential(), name_alone);
        let sealed = qop == Qop::Confidentiality;
        for size in [100, 4096, 65_000] {
            let message = vec![7; size];
            let (mut ours, mut bare) = (Vec::new(), Vec::new());
            for _ in 0..1000 {
                let wrapped = client.wrap(sealed, &message).unwrap();
                let start = Instant::now();
                black_box(layer.unwrap(&wrapped).unwrap());
                let back = layer.wrap(&message).unwrap();
                ours.push(start.elapsed());
                client.unwrap(&back).unwrap();
                let wrapped = bare_client.wrap(sealed, &message).unwrap();
                let start = Instant::now();
                black_box(bare_server.unwrap(&wrapped).unwrap());
                let back = bare_server.wrap(sealed, &message).unwrap();
                bare.push(start.elapsed());
                bare_client.unwrap(&back).unwrap();
            }
            let (ours, bare) = (
                median(&mut ours).as_secs_f64(),
                median(&mut bare).as_secs_f64(),
            );
            let megabytes = |seconds: f64| format!("{:.0}", 2.0 * size as f64 / seconds / 1e6);
            let name = format!("{qop:?}, unwrap and wrap of {size} B, MB/s");
            println!(
                "{name:52}{:>8}{:>8}{:>8.2}",
                megabytes(ours),
                megabytes(bare),
                bare / ours
            );
        }
    }
}

/// How far two threads get that share an acceptor.
fn threads(acceptor: &Acceptor) {
    println!();
    for count in [1, 2] {
        let start = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..count {
                scope.spawn(|| (0..2000).for_each(|_| drop(black_box(login(acceptor.sasl())))));
            }
        });
        let each_second = f64::from(count) * 2000.0 / start.elapsed().as_secs_f64();
        println!(
            "{:40}{each_second:>12.0}",
            format!("GSSAPI logins, {count} threads")
        );
    }
}
