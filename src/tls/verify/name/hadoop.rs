//! The host name verifiers of Hadoop (`org.apache.hadoop.security.ssl.SSLHostnameVerifier`).

use std::fmt;
use std::net::IpAddr;

use rustls::pki_types::ServerName;
use rustls::{CertificateError, Error};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::X509Certificate;

use super::super::presented::{alternative_names, common_names};
use super::Named;

/// Which of Hadoop's verifiers, the values of `hadoop.ssl.hostname.verifier`.
///
/// | | a wildcard stands for | common names that count | `localhost` |
/// |---|---|---|---|
/// | `Default` | any number of labels | the most specific | is checked |
/// | `DefaultAndLocalhost` | any number of labels | the most specific | **always passes** |
/// | `Strict` | one label | the most specific | is checked |
/// | `StrictIe6` | one label | all | is checked |
///
/// In all of them:
///
/// - Common names count beside every dNSName. iPAddress is ignored: an address matches only where a name is written
///   that way, in the canonical spelling of [`IpAddr`].
/// - `*.` has to be the beginning; a part of a label (`www*.company.org`) is no wildcard. `*.com` is one. `*.co.uk` is
///   not, nor any other that is a short list of second-level names and a country of two letters.
/// - A dot at the end of a name in the certificate belongs to it. (One at the end of a host never gets here: rustls takes
///   it off before it asks.)
///
/// Where Hadoop does something else, and this is on purpose:
///
/// - It cuts common names out of the text of the subject, so that an organisation named `x,CN=node1,y` is one. Here they
///   are the attributes.
/// - Where the alternative names cannot be read, it goes by the common name. Here that is an error.
/// - It folds case beyond ASCII, so that a Kelvin sign is a `k`. Here it does not.
///
/// [`IpAddr`]: std::net::IpAddr
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HadoopVerifier {
    /// `DEFAULT`. **Weak:** a certificate for `*.company.org` is good for hosts of every depth below it.
    #[default]
    Default,
    /// `DEFAULT_AND_LOCALHOST`. **Weak** as `Default`, and whoever holds any trusted certificate can pose as
    /// `localhost`, `localhost.localdomain`, `127.0.0.1` and `::1`, which on a shared machine is any process that gets
    /// the port.
    DefaultAndLocalhost,
    /// `STRICT`. **Weak** in what [`NameCheck::WeakLikeHadoop`](super::NameCheck::WeakLikeHadoop) names.
    Strict,
    /// `STRICT_IE6`. **Weak** as `Strict`, and every common name counts: an authority that checks one of several
    /// certifies the others unseen.
    StrictIe6,
}

/// What the verifiers differ in.
struct Rules {
    word: &'static str,
    wildcard: Wildcard,
    common_names: CommonNames,
    localhost: Localhost,
}

#[derive(Clone, Copy)]
enum Wildcard {
    AnyDepth,
    /// The host has as many dots as the pattern.
    SameDepth,
}

#[derive(Clone, Copy)]
enum CommonNames {
    /// Java prints a subject from its end.
    MostSpecific,
    All,
}

#[derive(Clone, Copy)]
enum Localhost {
    Checked,
    Passes,
}

const DEFAULT: Rules = Rules {
    word: "DEFAULT",
    wildcard: Wildcard::AnyDepth,
    common_names: CommonNames::MostSpecific,
    localhost: Localhost::Checked,
};

const DEFAULT_AND_LOCALHOST: Rules = Rules {
    word: "DEFAULT_AND_LOCALHOST",
    localhost: Localhost::Passes,
    ..DEFAULT
};

const STRICT: Rules = Rules {
    word: "STRICT",
    wildcard: Wildcard::SameDepth,
    ..DEFAULT
};

const STRICT_IE6: Rules = Rules {
    word: "STRICT_IE6",
    common_names: CommonNames::All,
    ..STRICT
};

/// Names of the second level under which a country hands out names of the third (`BAD_COUNTRY_2LDS`).
const SECOND_LEVEL: [&str; 14] = [
    "ac", "co", "com", "ed", "edu", "go", "gouv", "gov", "info", "lg", "ne", "net", "or", "org",
];

const LOCALHOSTS: [&str; 4] = ["localhost", "localhost.localdomain", "127.0.0.1", "::1"];

impl HadoopVerifier {
    const fn rules(self) -> &'static Rules {
        match self {
            Self::Default => &DEFAULT,
            Self::DefaultAndLocalhost => &DEFAULT_AND_LOCALHOST,
            Self::Strict => &STRICT,
            Self::StrictIe6 => &STRICT_IE6,
        }
    }

    pub(super) fn check(
        self,
        certificate: &X509Certificate<'_>,
        host: &ServerName<'_>,
    ) -> Result<Named, Error> {
        let rules = self.rules();
        let called = match host {
            ServerName::DnsName(name) => name.as_ref().to_ascii_lowercase(),
            ServerName::IpAddress(address) => IpAddr::from(*address).to_string(),
            _ => return Err(CertificateError::NotValidForName.into()),
        };
        if matches!(rules.localhost, Localhost::Passes) && LOCALHOSTS.contains(&called.as_str()) {
            return Ok(Named::Otherwise);
        }
        let mut common_names = common_names(certificate);
        if let CommonNames::MostSpecific = rules.common_names {
            common_names.drain(..common_names.len().saturating_sub(1));
        }
        let alternative = alternative_names(certificate)?
            .iter()
            .filter_map(|name| match name {
                GeneralName::DNSName(name) => Some((*name).to_owned()),
                _ => None,
            });
        let alternative: Vec<String> = alternative.collect();
        let common: Vec<String> = common_names.into_iter().flatten().collect();
        let matches = |names: &[String]| names.iter().any(|name| rules.matches(name, &called));
        if matches(&alternative) {
            return Ok(Named::Otherwise);
        }
        if matches(&common) {
            return Ok(Named::ByCommonName);
        }
        let presented = [common, alternative].concat();
        Err(CertificateError::NotValidForNameContext {
            expected: host.to_owned(),
            presented,
        }
        .into())
    }
}

impl Rules {
    fn matches(&self, name: &str, host: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let Some(end) = name.strip_prefix('*').filter(|_| is_wildcard(&name)) else {
            return name == host;
        };
        let dots = |text: &str| text.matches('.').count();
        host.ends_with(end)
            && match self.wildcard {
                Wildcard::AnyDepth => true,
                Wildcard::SameDepth => dots(host) == dots(&name),
            }
    }
}

/// `*.` and something that is neither an address nor the names of a whole country.
fn is_wildcard(name: &str) -> bool {
    let Some(parent) = name.strip_prefix("*.") else {
        return false;
    };
    // What follows the last dot, if anything does, starts with a digit: so Hadoop knows an address.
    let address = parent
        .rsplit('.')
        .next()
        .is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()));
    let country = parent
        .len()
        .checked_sub(".uk".len())
        .and_then(|at| parent.split_at_checked(at))
        .is_some_and(|(second, tail)| tail.starts_with('.') && SECOND_LEVEL.contains(&second));
    !address && !country
}

/// Hadoop's word.
impl fmt::Display for HadoopVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.rules().word)
    }
}
