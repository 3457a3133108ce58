//! mTLS: where a certificate has the name of its user.

use bailiwick::tls::{NameSource, PeerName};

/// What `--auth-cert-name` says, in its order.
pub fn names(places: &[String]) -> Result<PeerName, String> {
    if places.is_empty() {
        return Ok(PeerName::in_order([NameSource::CommonName]));
    }
    let sources: Result<Vec<_>, String> = places.iter().map(|place| source(place)).collect();
    Ok(PeerName::in_order(sources?))
}

fn source(place: &str) -> Result<NameSource, String> {
    match (place, place.strip_prefix("uri:")) {
        (_, Some(prefix)) if !prefix.is_empty() => {
            let prefix = prefix.to_owned();
            Ok(NameSource::Uri { prefix })
        }
        ("dns", _) => Ok(NameSource::Dns),
        ("cn", _) => Ok(NameSource::CommonName),
        ("email", _) => Ok(NameSource::Email),
        _ => Err(format!(
            "--auth-cert-name {place}: expected uri:PREFIX, dns, cn or email"
        )),
    }
}
