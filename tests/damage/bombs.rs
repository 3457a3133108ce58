//! Small files that ask for much: of memory, of time, of depth.

use std::time::Instant;

use bailiwick::tls::{Password, Store, TlsError};
use peak_alloc::PeakAlloc;

use crate::stores::use_store;

const OID_DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const OID_ENCRYPTED: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 6];

pub(crate) fn cost_what_is_promised(heap: &PeakAlloc) {
    let password = Password::new("password");
    for (name, bytes) in [
        ("many small entries of JKS", many_entries()),
        ("many small certificates in one chain of JKS", long_chain()),
        ("many keys with one chain", many_keys_one_chain()),
        ("many certificates of one name", same_names()),
        ("lengths not told, deep", deep()),
        (
            "many sections",
            b"-----BEGIN CERTIFICATE-----\nMAEA\n-----END CERTIFICATE-----\n".repeat(10_000),
        ),
        (
            "sections that do not end",
            b"-----BEGIN CERTIFICATE-----\n".repeat(50_000),
        ),
        (
            "one long line",
            [b"-----BEGIN ".as_slice(), &b"A".repeat(1 << 20)].concat(),
        ),
        ("a serialised object in another", serialised()),
    ] {
        let start = Instant::now();
        let result = use_store(&bytes, heap).map(|store| store.entries().len());
        println!(
            "{name}: {} bytes, {result:?}, {:?}",
            bytes.len(),
            start.elapsed()
        );
        assert!(start.elapsed().as_secs() < 20, "{name}");
    }
    for (name, bytes) in [
        ("iterations", encrypted(&pbkdf2(2_000_001))),
        ("iterations for two blocks", encrypted(&pbkdf2(1_100_000))),
        (
            "an iteration count of nine bytes",
            encrypted(&pbkdf2(u64::MAX)),
        ),
        ("memory of scrypt", encrypted(&scrypt(1 << 20, 8, 1))),
        ("rounds of scrypt", encrypted(&scrypt(16384, 8, 17))),
        (
            "a product that overflows",
            encrypted(&scrypt(1 << 62, 1 << 31, 1)),
        ),
    ] {
        let start = Instant::now();
        let error = Store::read(&bytes, Some(&password)).unwrap_err();
        assert!(
            matches!(error, TlsError::Unsupported { .. }),
            "{name}: {error:?}"
        );
        println!("{name}: {error}, {:?}", start.elapsed());
        drop(use_store(&bytes, heap));
    }
}

fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let len = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x84], &len[..], &content].concat()
}

fn jks(count: u32, entries: &[u8]) -> Vec<u8> {
    let head = [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 1];
    [&head, &count.to_be_bytes()[..], entries, &[0; 20]].concat()
}

fn many_entries() -> Vec<u8> {
    let entry = [&[0, 0, 0, 2, 0, 0][..], &[0; 8], &[0, 0, 0, 3, 0x30, 1, 0]].concat();
    jks(100_000, &entry.repeat(100_000))
}

fn long_chain() -> Vec<u8> {
    let entry = [
        &[0, 0, 0, 1, 0, 0][..],
        &[0; 8],
        &[0, 0, 0, 0],
        &200_000u32.to_be_bytes(),
    ]
    .concat();
    jks(
        1,
        &[entry, [0, 0, 0, 3, 0x30, 1, 0].repeat(200_000)].concat(),
    )
}

fn serialised() -> Vec<u8> {
    let head = [
        &[
            0xce, 0xce, 0xce, 0xce, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 1, b'a',
        ][..],
        &[0; 8],
    ]
    .concat();
    let object = [
        0x73, 0x72, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, b'L', 0, 0,
    ];
    [
        &head,
        &[0xac, 0xed, 0, 5][..],
        &object.repeat(50_000),
        &[0; 20],
    ]
    .concat()
}

/// A PFX without a MAC with these safes.
fn pfx(safes: &[&[u8]]) -> Vec<u8> {
    let safes = wrap(4, &[&wrap(0x30, safes)]);
    let content = wrap(0x30, &[OID_DATA, &wrap(0xa0, &[&safes])]);
    wrap(0x30, &[&[2, 1, 3], &content])
}

fn clear(bags: &[u8]) -> Vec<u8> {
    let data = wrap(4, &[&wrap(0x30, &[bags])]);
    wrap(0x30, &[OID_DATA, &wrap(0xa0, &[&data])])
}

fn bag(kind: u8, value: &[u8], attributes: &[u8]) -> Vec<u8> {
    let oid = [
        6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, kind,
    ];
    wrap(0x30, &[&oid, &wrap(0xa0, &[value]), attributes])
}

fn key_id(id: u8) -> Vec<u8> {
    let oid = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 21];
    wrap(0x31, &[&wrap(0x30, &[&oid, &wrap(0x31, &[&[4, 1, id]])])])
}

fn certificate_bag(der: &[u8], attributes: &[u8]) -> Vec<u8> {
    let oid = [6, 10, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 22, 1];
    let value = wrap(0x30, &[&oid, &wrap(0xa0, &[&wrap(4, &[der])])]);
    bag(3, &value, attributes)
}

/// Each would have a copy of the long chain.
fn many_keys_one_chain() -> Vec<u8> {
    let mut bags = Vec::new();
    let mut issuer: Option<(rcgen::CertificateParams, rcgen::KeyPair)> = None;
    for level in (0..16).rev() {
        let key = rcgen::KeyPair::generate().unwrap();
        let names: Vec<String> = (0..40)
            .map(|name| format!("{name}.level-{level}.example"))
            .collect();
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, format!("{level}"));
        let certificate = match &issuer {
            None => params.self_signed(&key).unwrap(),
            Some((issuer, issuer_key)) => params
                .signed_by(&key, &rcgen::Issuer::from_params(issuer, issuer_key))
                .unwrap(),
        };
        let attributes = if level == 0 { key_id(1) } else { Vec::new() };
        bags.extend(certificate_bag(certificate.der(), &attributes));
        issuer = Some((params, key));
    }
    bags.extend(bag(2, &wrap(0x30, &[&[5, 0]]), &key_id(1)).repeat(10_000));
    pfx(&[&clear(&bags)])
}

/// Each may be the issuer of each.
fn same_names() -> Vec<u8> {
    let mut bags = Vec::new();
    let key = rcgen::KeyPair::generate().unwrap();
    for serial in 0..1_000u64 {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.serial_number = Some(serial.into());
        bags.extend(certificate_bag(
            params.self_signed(&key).unwrap().der(),
            &key_id(1),
        ));
    }
    bags.extend(bag(1, &wrap(0x30, &[&[5, 0]]), &key_id(1)).repeat(1_000));
    pfx(&[&clear(&bags)])
}

fn deep() -> Vec<u8> {
    [&[0x30, 0x80, 2, 1, 3][..], &[0x30, 0x80].repeat(500_000)].concat()
}

fn number(number: u64) -> Vec<u8> {
    [&[2, 9, 0][..], &number.to_be_bytes()].concat()
}

fn derivation(oid: &[u8], parameters: &[&[u8]]) -> Vec<u8> {
    let pbes2 = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13];
    let aes = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42];
    let salt = [4, 8, 1, 2, 3, 4, 5, 6, 7, 8];
    let parameters = wrap(0x30, &[&salt[..], &parameters.concat()]);
    let derivation = wrap(0x30, &[oid, &parameters]);
    let cipher = wrap(0x30, &[&aes, &wrap(4, &[&[0; 16]])]);
    wrap(0x30, &[&pbes2, &wrap(0x30, &[&derivation, &cipher])])
}

fn pbkdf2(iterations: u64) -> Vec<u8> {
    let oid = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12];
    derivation(&oid, &[&number(iterations)])
}

fn scrypt(cost: u64, size: u64, times: u64) -> Vec<u8> {
    let oid = [6, 9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 11];
    derivation(&oid, &[&number(cost), &number(size), &number(times)])
}

fn encrypted_safe(algorithm: &[u8]) -> Vec<u8> {
    let info = wrap(0x30, &[OID_DATA, algorithm, &wrap(0x80, &[&[0; 64]])]);
    let data = wrap(0x30, &[&[2, 1, 0], &info]);
    wrap(0x30, &[OID_ENCRYPTED, &wrap(0xa0, &[&data])])
}

fn encrypted(algorithm: &[u8]) -> Vec<u8> {
    pfx(&[&encrypted_safe(algorithm)])
}
