//! What a first run needs and nobody has yet: a certificate authority and a server certificate.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use std::{fs, io};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Where the authority's certificate is left for clients, under the current folder.
pub const FOLDER: &str = "target/webhdfs-demo";

/// A server key with its chain, as PEM. No private key touches the disk.
pub fn server_pem() -> Result<String, rcgen::Error> {
    let mut authority = valid_for_a_year(Vec::new())?;
    authority
        .distinguished_name
        .push(DnType::CommonName, "bailiwick demonstration CA");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut server = valid_for_a_year(names.into())?;
    server
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = server.signed_by(&key, &authority)?;
    Ok(format!(
        "{}{}{}",
        key.serialize_pem(),
        certificate.pem(),
        authority.pem()
    ))
}

/// From yesterday, for clients whose clock is behind.
fn valid_for_a_year(names: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    let yesterday = SystemTime::now() - DAY;
    params.not_before = yesterday.into();
    params.not_after = (yesterday + 366 * DAY).into();
    Ok(params)
}

/// Leaves the authority's certificate, the last of the chain, where curl can be pointed to.
pub fn publish_ca(pem: &str) -> io::Result<PathBuf> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    let start = pem.rfind(BEGIN).unwrap_or(0);
    fs::create_dir_all(FOLDER)?;
    let path = PathBuf::from(FOLDER).join("ca.pem");
    fs::write(&path, pem.get(start..).unwrap_or_default())?;
    Ok(path)
}
