//! What a login is bound to: the JDK binds to the same.

use std::path::Path;
use std::process::Command;

use bailiwick::tls::{TlsError, server_end_point};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::tools::{output, shell};

/// Certificates by how they are signed, and the hash for a binding; none where the RFC has none.
const KINDS: [(&str, &str, Option<&str>); 14] = [
    ("rsa:2048", "-md5", Some("sha256")),
    ("rsa:2048", "-sha1", Some("sha256")),
    ("rsa:2048", "-sha224", Some("sha224")),
    ("rsa:2048", "-sha256", Some("sha256")),
    ("rsa:2048", "-sha384", Some("sha384")),
    ("rsa:2048", "-sha512", Some("sha512")),
    (
        "ec -pkeyopt ec_paramgen_curve:P-256",
        "-sha1",
        Some("sha256"),
    ),
    (
        "ec -pkeyopt ec_paramgen_curve:P-256",
        "-sha256",
        Some("sha256"),
    ),
    (
        "ec -pkeyopt ec_paramgen_curve:P-256",
        "-sha384",
        Some("sha384"),
    ),
    (
        "ec -pkeyopt ec_paramgen_curve:P-384",
        "-sha512",
        Some("sha512"),
    ),
    (PSS, "-sha256", Some("sha256")),
    (PSS, "-sha384", Some("sha384")),
    (PSS, "-sha384 -sigopt rsa_mgf1_md:sha256", None),
    ("ed25519", "", None),
];
const PSS: &str = "rsa:2048 -sigopt rsa_padding_mode:pss";

#[test]
fn a_binding_is_the_hash_of_the_rfc_and_the_jdk_s() {
    let folder = tempfile::tempdir().unwrap();
    let mut script = String::new();
    for (place, (key, hash, function)) in KINDS.iter().enumerate() {
        let function = function.unwrap_or("sha256");
        script += &format!(
            "openssl req -x509 -newkey {key} {hash} -nodes -subj /CN=localhost -keyout key -out {place}.pem 2>log || {{ cat log; exit 1; }}\n\
             openssl x509 -in {place}.pem -outform der | openssl dgst -{function} -r | cut -d' ' -f1\n"
        );
    }
    let hashes = shell(folder.path(), &script, false);
    let hashes: Vec<_> = hashes.lines().collect();
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
    assert_eq!(
        (hashes.len(), said.len()),
        (KINDS.len(), KINDS.len()),
        "{said:?}"
    );
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let mut same = 0;
    for (place, (key, hash, function)) in KINDS.iter().enumerate() {
        let certificate = CertificateDer::from_pem_file(file(place)).unwrap();
        let ours = server_end_point(&certificate);
        if function.is_none() {
            assert!(
                matches!(ours, Err(TlsError::Unsupported { .. })),
                "{key} {hash}"
            );
            continue;
        }
        let ours = hex(&ours.unwrap());
        assert_eq!(
            ours,
            hex(b"tls-server-end-point:") + hashes[place],
            "{key} {hash}"
        );
        // The JDK does not look at the parameters of PSS, and takes SHA-256.
        assert_eq!(
            ours == said[place],
            (*key, *hash) != (PSS, "-sha384"),
            "{key} {hash}"
        );
        same += usize::from(ours == said[place]);
    }
    println!("{same} of {} bindings are the JDK's", KINDS.len());
    let garbage = server_end_point(&CertificateDer::from_slice(b"garbage"));
    assert!(matches!(garbage, Err(TlsError::Corrupt { .. })));
}
