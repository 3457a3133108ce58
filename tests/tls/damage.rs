//! Damaged stores.

use std::time::Instant;

use bailiwick::tls::{Password, Store, ring_provider};

use crate::folder::Folder;
use crate::random::{self, Random};

#[test]
fn mutated_stores_never_panic() {
    let folder = Folder::with(
        r#"
        keytool -genkeypair -alias key -keyalg EC -dname "CN=localhost" -keystore a.jks -storepass password -storetype JKS
        keytool -exportcert -alias key -keystore a.jks -storepass password -rfc -file a.cer
        keytool -importcert -alias trusted -noprompt -file a.cer -keystore a.jks -storepass password -storetype JKS
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem
        openssl req -x509 -key key.pem -subj /CN=localhost -days 30 -out certificate.pem
        cat key.pem certificate.pem > a.pem
        openssl pkcs12 -export -in a.pem -iter 1 -passout pass:password -out a.p12
        openssl pkcs12 -export -in a.pem -iter 1 -nomac -keypbe NONE -certpbe NONE -passout pass:password -out open.p12
        openssl pkcs12 -export -in a.pem -iter 1 -nomac -passout pass:password -out nomac.p12
        "#,
        false,
    );
    let mut random = Random::new(random::seed("damaged stores", || 1));
    let provider = ring_provider();
    let password = Password::new("password");
    let start = Instant::now();
    for (name, rounds) in [
        ("a.jks", 8_000),
        ("a.p12", 1_500),
        ("nomac.p12", 2_500),
        ("open.p12", 5_000),
        ("a.pem", 4_000),
    ] {
        let original = std::fs::read(folder.path(name)).unwrap();
        // Without a password a JKS store is not checked first, so that damage gets further. The other needs none.
        let secret = (!["a.jks", "open.p12"].contains(&name)).then_some(&password);
        let use_it = |bytes: &[u8]| {
            let store = Store::read(bytes, secret)?;
            let key = store.key(None, Some(&password), &provider).map(drop);
            store.trust(None).map(drop).and(key)
        };
        use_it(&original).unwrap();
        let mut refused = 0;
        for _ in 0..rounds {
            let mut bytes = original.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(bytes.len());
                match random.below(4) {
                    0 => bytes[at] ^= 1 << random.below(8),
                    1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
                    2 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, random.below(256) as u8),
                }
            }
            if random.below(8) == 0 {
                bytes.truncate(random.below(bytes.len()));
            }
            let one = Instant::now();
            refused += usize::from(use_it(&bytes).is_err());
            assert!(
                one.elapsed().as_secs() < 5,
                "{name} took {:?}: {bytes:02x?}",
                one.elapsed()
            );
        }
        println!(
            "{name}: {refused} of {rounds} refused, {:?} so far",
            start.elapsed()
        );
        assert!(refused > rounds / 2);
    }
}
