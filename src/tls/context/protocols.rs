//! Which versions of TLS are spoken: one parser for every spelling that Alluxio, Flink and Hadoop use.

use std::fmt;
use std::str::FromStr;

use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use super::super::TlsError;

/// The versions of TLS that are spoken: 1.2, 1.3, or both.
///
/// Text is a list with commas or white space between its words, in JSSE's names and without regard to case, as in
/// `alluxio.network.tls.server.protocols`, `security.ssl.protocol` and `hadoop.ssl.enabled.protocols`. `TLS` means
/// both. Older versions (`SSLv2Hello`, `SSLv3`, `TLSv1`, `TLSv1.1`) are broken (RFC 7568, RFC 8996) and not spoken:
/// beside a newer one they are passed over, because that is what a Java server with today's defaults does with them
/// (`jdk.tls.disabledAlgorithms`); alone they are an error.
///
/// ```
/// use bailiwick::tls::Protocols;
///
/// let protocols: Protocols = "TLSv1.2,TLSv1.3".parse()?;
/// assert_eq!(protocols, Protocols::default());
/// assert_eq!("TLSv1,SSLv2Hello,TLSv1.1,TLSv1.2".parse::<Protocols>()?.to_string(), "TLSv1.2");
/// assert_eq!(
///     "TLSv1.1".parse::<Protocols>().unwrap_err().to_string(),
///     "protocols `TLSv1.1`: none of them is TLSv1.2 or TLSv1.3"
/// );
/// assert_eq!(
///     "TLSv1.2;TLSv1.3".parse::<Protocols>().unwrap_err().to_string(),
///     "protocols `TLSv1.2;TLSv1.3`: `TLSv1.2;TLSv1.3` is not the name of a protocol"
/// );
/// # Ok::<(), bailiwick::tls::TlsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocols {
    /// TLS 1.2 and 1.3.
    #[default]
    Both,
    /// Only TLS 1.2.
    Tls12,
    /// Only TLS 1.3.
    Tls13,
}

impl Protocols {
    pub(super) fn versions(self) -> &'static [&'static SupportedProtocolVersion] {
        static TLS13_ONLY: [&SupportedProtocolVersion; 1] = [&TLS13];
        static TLS12_ONLY: [&SupportedProtocolVersion; 1] = [&TLS12];
        static BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
        match self {
            Self::Both => &BOTH,
            Self::Tls12 => &TLS12_ONLY,
            Self::Tls13 => &TLS13_ONLY,
        }
    }

    fn error(text: &str, reason: String) -> TlsError {
        TlsError::Setting {
            what: "protocols",
            value: text.to_owned(),
            reason,
        }
    }
}

impl FromStr for Protocols {
    type Err = TlsError;

    fn from_str(text: &str) -> Result<Self, TlsError> {
        let (mut tls12, mut tls13) = (false, false);
        let words = text.split(|c: char| c == ',' || c.is_whitespace());
        for word in words.filter(|word| !word.is_empty()) {
            match word.to_ascii_lowercase().as_str() {
                "tls" => (tls12, tls13) = (true, true),
                "tlsv1.2" => tls12 = true,
                "tlsv1.3" => tls13 = true,
                "sslv2hello" | "sslv2" | "sslv3" | "ssl" | "tlsv1" | "tlsv1.0" | "tlsv1.1" => {}
                _ => {
                    let reason = format!("`{}` is not the name of a protocol", word.escape_debug());
                    return Err(Self::error(text, reason));
                }
            }
        }
        match (tls12, tls13) {
            (true, true) => Ok(Self::Both),
            (true, false) => Ok(Self::Tls12),
            (false, true) => Ok(Self::Tls13),
            (false, false) => Err(Self::error(
                text,
                "none of them is TLSv1.2 or TLSv1.3".to_owned(),
            )),
        }
    }
}

impl fmt::Display for Protocols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Both => "TLSv1.2,TLSv1.3",
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
        })
    }
}
