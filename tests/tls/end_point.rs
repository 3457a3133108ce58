//! What a login is bound to: the JDK binds to the same.

use std::path::Path;
use std::process::Command;

use bailiwick::tls::{TlsError, server_end_point};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::tools::{output, shell};

/// Certificates by how they are signed, and how long the hash for a binding is; none where the RFC has none.
const KINDS: [(&str, &str, Option<usize>); 14] = [
    ("rsa:2048", "-md5", Some(32)),
    ("rsa:2048", "-sha1", Some(32)),
    ("rsa:2048", "-sha224", Some(28)),
    ("rsa:2048", "-sha256", Some(32)),
    ("rsa:2048", "-sha384", Some(48)),
    ("rsa:2048", "-sha512", Some(64)),
    ("ec -pkeyopt ec_paramgen_curve:P-256", "-sha1", Some(32)),
    ("ec -pkeyopt ec_paramgen_curve:P-256", "-sha256", Some(32)),
    ("ec -pkeyopt ec_paramgen_curve:P-256", "-sha384", Some(48)),
    ("ec -pkeyopt ec_paramgen_curve:P-384", "-sha512", Some(64)),
    ("ed25519", "", None),
    ("rsa:2048 -sigopt rsa_padding_mode:pss", "-sha256", Some(32)),
    ("rsa:2048 -sigopt rsa_padding_mode:pss", "-sha384", Some(48)),
    (
        "rsa:2048 -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha256",
        "-sha384",
        None,
    ),
];

#[test]
fn the_jdk_binds_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut script = String::new();
    for (place, (key, hash, _)) in KINDS.iter().enumerate() {
        script += &format!(
            "openssl req -x509 -newkey {key} {hash} -nodes -subj /CN=localhost -keyout key -out {place}.pem 2>log || {{ cat log; exit 1; }}\n"
        );
    }
    shell(folder.path(), &script, false);
    let file = |place: usize| folder.path().join(format!("{place}.pem"));
    let mut java = Command::new("java");
    java.args([
        "-XX:TieredStopAtLevel=1",
        "--add-exports",
        "java.base/sun.security.util=ALL-UNNAMED",
    ]);
    java.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/EndPoint.java"));
    let said = output(java.args((0..KINDS.len()).map(file)));
    let said = String::from_utf8(said.stdout).unwrap() + &String::from_utf8(said.stderr).unwrap();
    let said: Vec<_> = said.lines().collect();
    assert_eq!(said.len(), KINDS.len(), "{said:?}");
    for (place, (key, hash, length)) in KINDS.iter().enumerate() {
        let certificate = CertificateDer::from_pem_file(file(place)).unwrap();
        let ours = server_end_point(&certificate);
        println!("{key} {hash}: {}", said[place]);
        match length {
            Some(length) => {
                let ours = ours.unwrap();
                assert_eq!(ours.len(), "tls-server-end-point:".len() + length);
                let hex: String = ours.iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(hex, said[place], "{key} {hash}");
            }
            None => assert!(
                matches!(ours, Err(TlsError::Unsupported { .. })),
                "{key} {hash}"
            ),
        }
    }
    let garbage = server_end_point(&CertificateDer::from_slice(b"garbage"));
    assert!(matches!(garbage, Err(TlsError::Corrupt { .. })));
}
