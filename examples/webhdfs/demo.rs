//! What a first run needs and nobody has yet: a certificate authority and a server certificate.

use std::path::PathBuf;
use std::{fs, io};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

/// Where the authority's certificate is left for clients, under the current folder.
pub const FOLDER: &str = "target/webhdfs-demo";

/// A server key with its chain, as PEM. No private key touches the disk.
pub fn server_pem() -> Result<String, rcgen::Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority
        .distinguished_name
        .push(DnType::CommonName, "bailiwick demonstration CA");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut server = CertificateParams::new(names)?;
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

/// Leaves the authority's certificate, the last of the chain, where curl can be pointed to.
pub fn publish_ca(pem: &str) -> io::Result<PathBuf> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    let start = pem.rfind(BEGIN).unwrap_or(0);
    fs::create_dir_all(FOLDER)?;
    let path = PathBuf::from(FOLDER).join("ca.pem");
    fs::write(&path, pem.get(start..).unwrap_or_default())?;
    Ok(path)
}
