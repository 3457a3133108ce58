//! TLS beside bare rustls with the same provider: `cargo bench --all-features --bench tls`.
//!
//! Both ends are in memory, in one thread. Ours and the bare ones take turns, so that both see the same machine.

mod ends;
mod measure;

use std::cell::RefCell;
use std::env::args;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bailiwick::tls::{
    self, ClientContext, Files, KeySource, Password, Protocols, ServerContext, TrustSource,
};
use ends::{Connected, Ends, Issued, Way, p256, rsa_2048};
use measure::{Nanos, median, time_each};
use rustls::crypto::CryptoProvider;

/// For one row.
const TIME: Duration = Duration::from_millis(1500);
const SAMPLE: Duration = Duration::from_micros(1500);

fn main() {
    let providers = [
        ("ring", tls::ring_provider()),
        #[cfg(feature = "aws-lc-rs")]
        ("aws-lc-rs", tls::aws_lc_rs_provider()),
    ];
    let keys = [
        ("RSA-2048", Issued::new(rsa_2048)),
        ("P-256", Issued::new(p256)),
    ];
    println!(
        "{:48}{:>11}{:>11}{:>10}",
        "median, both ends", "ours", "bare", "rate"
    );
    for (provider_name, provider) in &providers {
        for resumed in [false, true] {
            for (key, issued) in &keys {
                for protocols in [Protocols::Tls12, Protocols::Tls13] {
                    for mutual in [false, true] {
                        let way = Way {
                            protocols,
                            mutual,
                            resumed,
                        };
                        let kind = if resumed { "resumed" } else { "full" };
                        let sides = if mutual { "mutual" } else { "one-way" };
                        let name = format!("{provider_name}, {kind}, {key}, {protocols}, {sides}");
                        handshakes(&name, issued, way, provider);
                    }
                }
            }
        }
        records(
            &format!("{provider_name}, 16 KiB with AES-256-GCM"),
            &keys[1].1,
            provider,
        );
        rebuild(provider_name, provider);
    }
}

/// Whether the command line names no row, or this one by all of its words.
fn wanted(name: &str) -> bool {
    let words = args().skip(1).filter(|arg| !arg.starts_with('-'));
    words.into_iter().all(|word| name.contains(&word))
}

fn handshakes(name: &str, issued: &Issued, way: Way, provider: &Arc<CryptoProvider>) {
    if wanted(name) {
        let ours = Ends::ours(issued, way, provider);
        let bare = Ends::bare(issued, way, provider);
        beside(
            name,
            || drop(black_box(ours.meet())),
            || drop(black_box(bare.meet())),
        );
    }
}

fn records(name: &str, issued: &Issued, provider: &Arc<CryptoProvider>) {
    if wanted(name) {
        let way = Way {
            protocols: Protocols::Tls13,
            mutual: false,
            resumed: false,
        };
        let ours = RefCell::new(Ends::ours(issued, way, provider).meet());
        let bare = RefCell::new(Ends::bare(issued, way, provider).meet());
        let record = RefCell::new([7; Connected::RECORD]);
        let send = |ends: &RefCell<Connected>| ends.borrow_mut().send(&mut record.borrow_mut());
        beside(name, || send(&ours), || send(&bare));
    }
}

/// Takes turns, and prints both medians and the median of how many times the other's rate ours has.
fn beside(name: &str, ours: impl Fn(), bare: impl Fn()) {
    let time = |act: &dyn Fn(), passes: u32| {
        let start = Instant::now();
        for _ in 0..passes {
            act();
        }
        start.elapsed()
    };
    let mut passes = 1;
    while time(&bare, passes) < SAMPLE {
        passes *= 2;
    }
    let nanos = |act: &dyn Fn()| time(act, passes).as_secs_f64() * 1e9 / f64::from(passes);
    let start = Instant::now();
    let mut pairs = Vec::new();
    while start.elapsed() < TIME || pairs.len() < 7 {
        // Each goes first half of the time.
        pairs.push(if pairs.len() % 2 == 0 {
            let ours = nanos(&ours);
            (ours, nanos(&bare))
        } else {
            let bare = nanos(&bare);
            (nanos(&ours), bare)
        });
    }
    let ours = Nanos(median(pairs.iter().map(|(ours, _)| *ours)));
    let bare = Nanos(median(pairs.iter().map(|(_, bare)| *bare)));
    let rate = median(pairs.iter().map(|(ours, bare)| bare / ours));
    println!("{name:48}{ours:>11}{bare:>11}{rate:>10.3}");
}

/// What a reload costs: a key store and a trust store read and checked, and both configurations built.
fn rebuild(provider_name: &str, provider: &Arc<CryptoProvider>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for (name, key, trust) in [
        ("JKS", "key.jks", "trust.jks"),
        ("PKCS12", "key.p12", "trust.p12"),
        ("PEM", "key.pem", "trust.pem"),
    ] {
        let name = format!("{provider_name}, a reload of {name}");
        if wanted(&name) {
            if !path.join(key).exists() {
                stores(path);
            }
            let password = || Password::new("password");
            let key = KeySource::store(path.join(key)).password(password());
            let trust = TrustSource::store(path.join(trust)).password(password());
            let time = time_each(&[()], |()| {
                let mut files = Files::new(SystemTime::now());
                let identity = key.identity(&mut files, provider).unwrap();
                let trust = trust.trust(&mut files).unwrap();
                let server = ServerContext::new(&identity, provider).config().unwrap();
                (
                    server,
                    ClientContext::new(&trust, provider).config().unwrap(),
                )
            });
            println!("{name:48}{time:>11}");
        }
    }
}

/// The same RSA-2048 key and its self-signed certificate in each format.
fn stores(folder: &Path) {
    let script = r#"
        keytool() { command keytool "$@" -storepass password -J-XX:TieredStopAtLevel=1 2>/dev/null; }
        keytool -genkeypair -alias key -keyalg RSA -keysize 2048 -dname CN=localhost -storetype PKCS12 -keystore key.p12
        keytool -exportcert -rfc -alias key -keystore key.p12 > trust.pem
        for type in JKS PKCS12; do
            file=trust.jks; [ $type = JKS ] || file=trust.p12
            keytool -importcert -noprompt -alias key -file trust.pem -storetype $type -keystore $file
        done
        keytool -importkeystore -noprompt -srckeystore key.p12 -srcstorepass password -deststoretype JKS -destkeystore key.jks \
            -deststorepass password -destkeypass password
        openssl pkcs12 -in key.p12 -passin pass:password -nodes -out key.pem
    "#;
    fs::create_dir_all(folder).unwrap();
    let mut bash = Command::new("bash");
    let output = bash
        .args(["-euc", script])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
