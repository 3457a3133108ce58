//! Does a certificate belong to the host that was called?

mod hadoop;
mod standard;

use std::fmt;

use rustls::Error;
use rustls::pki_types::ServerName;
use webpki::EndEntityCert;
use x509_parser::prelude::X509Certificate;

pub use hadoop::HadoopVerifier;

use super::super::TlsError;

/// How a client compares the name of the server it called with the certificate it got.
///
/// The name is one that [`rustls::pki_types::ServerName`] can hold: a domain name in ASCII (an internationalised one as
/// A-labels, `xn--…`), or an address. An IPv6 address with a zone (`fe80::1%eth0`) is none.
///
/// ```
/// use bailiwick::tls::{HadoopVerifier, NameCheck};
///
/// assert_eq!(NameCheck::default(), NameCheck::Standard);
/// let strict = NameCheck::from_hadoop(" strict ")?;
/// assert_eq!(strict, NameCheck::WeakLikeHadoop(HadoopVerifier::Strict));
/// assert_eq!(strict.to_string(), "STRICT");
/// # Ok::<(), bailiwick::tls::TlsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NameCheck {
    /// The host must be a dNSName or iPAddress of the certificate's subject alternative names (RFC 9525). A
    /// certificate without any dNSName is matched by its one common name, as RFC 6125 §6.4.4 allowed and JSSE's
    /// endpoint identification `HTTPS` does: `keytool -dname CN=localhost` writes nothing else. An address never
    /// matches a common name. A wildcard stands for exactly one leftmost label, and two labels have to follow it.
    /// Case does not matter, nor one dot at the end of the host.
    #[default]
    Standard,
    /// As Hadoop's `SSLHostnameVerifier`, for settings that cannot be changed yet. **Weak:** a common name counts
    /// although there are alternative names, so whoever gets an authority to certify a common name that it does not
    /// check can pose as that host; a certificate for `*.com` is good for every host there; and one for an address
    /// in iPAddress, where it belongs, is good for none.
    WeakLikeHadoop(HadoopVerifier),
    /// Any certificate with a valid chain will do, whatever its name: **whoever holds any trusted certificate can pose
    /// as any server**. This is what `alluxio.network.tls.client.no.endpoint.identification=true` and Hadoop's
    /// `ALLOW_ALL` ask for. With one certificate for the whole cluster, [`Trust`](crate::tls::Trust) of that
    /// certificate alone or [`expected_name`](crate::tls::ClientContext::expected_name) is better.
    DangerouslyNone,
}

/// Where a certificate names the host.
pub(super) enum Named {
    ByCommonName,
    /// In an alternative name; or nobody asks.
    Otherwise,
}

impl NameCheck {
    /// Reads a value of `hadoop.ssl.hostname.verifier`, without regard to case and blanks around it. A setting that is
    /// not there is `DEFAULT`; an empty one is an error, as in Hadoop. `STRICT_I6` is how some documentation spells
    /// `STRICT_IE6`; Hadoop itself refuses it.
    ///
    /// # Errors
    /// [`TlsError::Setting`] with Hadoop's words, `Invalid hostname verifier: FOO`.
    pub fn from_hadoop(value: &str) -> Result<Self, TlsError> {
        let word = value.trim().to_ascii_uppercase();
        Ok(match word.as_str() {
            "DEFAULT" => Self::WeakLikeHadoop(HadoopVerifier::Default),
            "DEFAULT_AND_LOCALHOST" => Self::WeakLikeHadoop(HadoopVerifier::DefaultAndLocalhost),
            "STRICT" => Self::WeakLikeHadoop(HadoopVerifier::Strict),
            "STRICT_IE6" | "STRICT_I6" => Self::WeakLikeHadoop(HadoopVerifier::StrictIe6),
            "ALLOW_ALL" => Self::DangerouslyNone,
            _ => {
                return Err(TlsError::Setting {
                    what: "hadoop.ssl.hostname.verifier",
                    value: value.to_owned(),
                    reason: format!("Invalid hostname verifier: {word}"),
                });
            }
        })
    }

    pub(super) fn check(
        self,
        parsed: &EndEntityCert<'_>,
        certificate: &X509Certificate<'_>,
        host: &ServerName<'_>,
    ) -> Result<Named, Error> {
        match self {
            Self::Standard => standard::check(parsed, certificate, host),
            Self::WeakLikeHadoop(verifier) => verifier.check(certificate, host),
            Self::DangerouslyNone => Ok(Named::Otherwise),
        }
    }
}

/// Hadoop's word where there is one.
impl fmt::Display for NameCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard => f.pad("standard"),
            Self::WeakLikeHadoop(verifier) => verifier.fmt(f),
            Self::DangerouslyNone => f.pad("ALLOW_ALL"),
        }
    }
}
