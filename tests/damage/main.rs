//! Damaged stores: no reader panics, hangs or takes more memory than it promises, whatever the bytes.
#![cfg(feature = "ring")]

mod bombs;
mod mutate;
#[path = "../support/random.rs"]
mod random;
#[path = "../support/stores.rs"]
mod stores;

use std::path::Path;
use std::time::Instant;

use bailiwick::tls::TlsError;
use peak_alloc::PeakAlloc;

use crate::random::Random;
use crate::stores::use_store;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// The seeds of the fuzz targets, which the real tools wrote, with few iterations.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let mut seeds = Vec::new();
    for reader in ["jks", "pkcs12", "pem"] {
        for file in std::fs::read_dir(root.join(reader)).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            seeds.push((name, std::fs::read(path).unwrap()));
        }
    }
    seeds.sort();
    assert_eq!(seeds.len(), 13);
    seeds
}

/// One test: what others allocate meanwhile would be counted.
#[test]
fn no_store_does_harm() {
    bombs::cost_what_is_promised(&HEAP);

    let seeds = seeds();
    for (name, bytes) in &seeds {
        let store = use_store(bytes, &HEAP).unwrap();
        let keys = store
            .entries()
            .iter()
            .filter(|entry| entry.is_key())
            .count();
        let expected = usize::from(!["trust.p12", "certificates.pem"].contains(&name.as_str()));
        assert_eq!(keys, expected, "{name}");
    }

    let rounds = random::setting("BAILIWICK_ROUNDS").unwrap_or(26_000);
    let mut random = Random::new(random::seed("damaged stores", || 1));
    let start = Instant::now();
    let mut slowest = (0, String::new());
    let mut tally = std::collections::BTreeMap::<_, [usize; 2]>::new();
    for round in 0..rounds {
        let at = usize::try_from(round).unwrap() % seeds.len();
        let (name, original) = &seeds[at];
        // The 10000 iterations of JCEKS are the fewest that Java writes.
        if name == "secret.jceks" && round >= 26_000 && !random.once_in(8) {
            continue;
        }
        let bytes = mutate::store(original, &mut random);
        let one = Instant::now();
        let result = use_store(&bytes, &HEAP);
        let took = one.elapsed().as_millis();
        if took > slowest.0 {
            slowest = (took, name.clone());
        }
        // Nothing that is mutated asks for more than the bound, which is seconds of unoptimised work.
        assert!(took < 60_000, "{name} took {took} ms: {bytes:02x?}");
        let how = match result {
            Ok(_) => "opened".to_owned(),
            Err(TlsError::UnknownFormat { .. }) => "unknown format".to_owned(),
            Err(TlsError::Corrupt { .. }) => "corrupt".to_owned(),
            Err(TlsError::WrongStorePassword { .. }) => "wrong password".to_owned(),
            Err(TlsError::Unsupported { .. }) => "unsupported".to_owned(),
            Err(error) => panic!("{name}: {error:?}"),
        };
        let row = tally.entry(how).or_default();
        row[usize::from(bytes == *original)] += 1;
    }
    println!(
        "{rounds} stores in {:?}: {tally:?} (changed, unchanged); the slowest, {} in {} ms",
        start.elapsed(),
        slowest.1,
        slowest.0
    );
    let count = |how: &str| tally.get(how).map_or(0, |row| row[0]);
    assert!(count("corrupt") > 100 && count("opened") > 100 && count("wrong password") > 100);
}
