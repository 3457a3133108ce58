//! Which cipher suites are spoken: by the names that JSSE and IANA have for them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::{CipherSuite, SupportedCipherSuite};

use super::super::TlsError;
use super::Protocols;

/// The cipher suites that are spoken. By default all of the crypto provider's, in its order.
///
/// Text is a list with commas or white space between its words, without regard to case, as in
/// `security.ssl.algorithms` of Flink. A word is a name of the [IANA registry], or the same with `SSL_` in place of
/// `TLS_`, which is what JSSE calls suites older than TLS and what IBM's JSSE calls all of them. Any other word is an
/// error.
///
/// A list means what it means in JSSE:
/// - A protocol for which it has no suite is not spoken: a list of TLS 1.2's suites switches TLS 1.3 off, although
///   [`Protocols`] has it. The suites of TLS 1.3 are those without `WITH` in their names.
/// - Its order is the server's preference, and goes before the client's. A client offers in this order.
///
/// What the crypto provider does not speak is passed over and reported by [`unsupported`](Self::unsupported). That is
/// all of RSA key exchange, CBC, RC4 and 3DES, which rustls leaves out because they are broken or fragile. If nothing
/// else is left, the context cannot be made.
///
/// ```
/// use bailiwick::tls::CipherSuites;
///
/// let flink = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
/// assert_eq!(flink.parse::<CipherSuites>()?.to_string(), flink);
///
/// let hadoop = CipherSuites::excluding("SSL_RSA_WITH_RC4_128_MD5, TLS_ECDHE_RSA_WITH_RC4_128_SHA")?;
/// assert_eq!(hadoop.to_string(), "all but TLS_RSA_WITH_RC4_128_MD5,TLS_ECDHE_RSA_WITH_RC4_128_SHA");
///
/// assert_eq!(
///     "TLS_RSA_WITH_ROT13".parse::<CipherSuites>().unwrap_err().to_string(),
///     "cipher suites `TLS_RSA_WITH_ROT13`: `TLS_RSA_WITH_ROT13` is not the name of a cipher suite"
/// );
/// # Ok::<(), bailiwick::tls::TlsError>(())
/// ```
///
/// [IANA registry]: https://www.iana.org/assignments/tls-parameters/tls-parameters.xhtml#tls-parameters-4
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CipherSuites(Choice);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    /// These, in this order.
    Only(Vec<CipherSuite>),
    /// All that there are, in the provider's order, but these.
    AllBut(Vec<CipherSuite>),
}

impl CipherSuites {
    /// All suites of the crypto provider but these: `ssl.server.exclude.cipher.list` of Hadoop. An empty list excludes
    /// nothing.
    ///
    /// Hadoop hands its list to Jetty, which takes the words for regular expressions. Here they are names; a pattern is
    /// an error, so that none is silently without effect.
    ///
    /// # Errors
    /// [`TlsError::Setting`] if a word is not the name of a cipher suite.
    pub fn excluding(text: &str) -> Result<Self, TlsError> {
        names(text).map(|suites| Self(Choice::AllBut(suites)))
    }

    /// Whether the order is of the user's choice.
    pub(super) const fn has_order(&self) -> bool {
        matches!(self.0, Choice::Only(_))
    }

    /// The provider with these suites only, in the order given.
    pub(super) fn select(
        &self,
        provider: &Arc<CryptoProvider>,
        protocols: Protocols,
    ) -> Result<Arc<CryptoProvider>, TlsError> {
        let all = &provider.cipher_suites;
        let chosen: Vec<SupportedCipherSuite> = match &self.0 {
            Choice::AllBut(excluded) if excluded.is_empty() => return Ok(provider.clone()),
            Choice::AllBut(excluded) => {
                let kept = all
                    .iter()
                    .filter(|suite| !excluded.contains(&suite.suite()));
                kept.copied().collect()
            }
            Choice::Only(suites) => {
                let spoken = suites.iter().filter_map(|name| find(provider, *name));
                spoken.copied().collect()
            }
        };
        let mut of_protocols = chosen
            .iter()
            .filter(|suite| protocols.versions().contains(&suite.version()));
        if of_protocols.next().is_none() {
            let reason = if chosen.is_empty() {
                "the crypto provider speaks none of them".to_owned()
            } else {
                format!("none that the crypto provider speaks is for {protocols}")
            };
            return Err(error(&self.to_string(), reason));
        }
        Ok(Arc::new(CryptoProvider {
            cipher_suites: chosen,
            ..provider.as_ref().clone()
        }))
    }

    /// The suites asked for by name that the provider does not speak, for a warning. They are passed over.
    #[must_use]
    pub fn unsupported(&self, provider: &CryptoProvider) -> Vec<String> {
        match &self.0 {
            Choice::AllBut(_) => Vec::new(),
            Choice::Only(suites) => {
                let missing = suites
                    .iter()
                    .filter(|suite| find(provider, **suite).is_none());
                full_names(missing.copied())
            }
        }
    }
}

impl Default for CipherSuites {
    fn default() -> Self {
        Self(Choice::AllBut(Vec::new()))
    }
}

impl FromStr for CipherSuites {
    type Err = TlsError;

    fn from_str(text: &str) -> Result<Self, TlsError> {
        let suites = names(text)?;
        if suites.is_empty() {
            return Err(error(text, "no cipher suite is named".to_owned()));
        }
        Ok(Self(Choice::Only(suites)))
    }
}

impl fmt::Display for CipherSuites {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, suites) = match &self.0 {
            Choice::AllBut(excluded) if excluded.is_empty() => return f.pad("all"),
            Choice::AllBut(excluded) => ("all but ", excluded),
            Choice::Only(suites) => ("", suites),
        };
        let names = full_names(suites.iter().copied()).join(",");
        f.pad(&format!("{before}{names}"))
    }
}

fn find(provider: &CryptoProvider, name: CipherSuite) -> Option<&SupportedCipherSuite> {
    let mut suites = provider.cipher_suites.iter();
    suites.find(|suite| suite.suite() == name)
}

/// Each name once, where it stands first.
fn names(text: &str) -> Result<Vec<CipherSuite>, TlsError> {
    let mut suites = Vec::new();
    let words = text.split(|c: char| c == ',' || c.is_whitespace());
    for word in words.filter(|word| !word.is_empty()) {
        let suite = registered().find(|(_, name)| same(name, word));
        let Some((suite, _)) = suite else {
            let word = word.escape_debug();
            return Err(error(
                text,
                format!("`{word}` is not the name of a cipher suite"),
            ));
        };
        // A signal and no suite (RFC 5746 §3.3), which JSSE lists among them. What it says, rustls always says.
        let signal = suite == CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV;
        if !signal && !suites.contains(&suite) {
            suites.push(suite);
        }
    }
    Ok(suites)
}

/// The registry, as rustls has it, with names from behind the `TLS_`. Its numbers lie in four blocks.
fn registered() -> impl Iterator<Item = (CipherSuite, &'static str)> {
    let blocks = [0x00_u8, 0x13, 0xc0, 0xcc].into_iter();
    let numbers =
        blocks.flat_map(|high| (0..=u8::MAX).map(move |low| u16::from_be_bytes([high, low])));
    numbers
        .map(CipherSuite::from)
        .filter_map(|suite| Some((suite, name(suite)?)))
}

/// The name in the registry from behind the `TLS_`. rustls has another beginning for the suites of TLS 1.3.
fn name(suite: CipherSuite) -> Option<&'static str> {
    let name = suite.as_str()?;
    name.strip_prefix("TLS13_")
        .or_else(|| name.strip_prefix("TLS_"))
}

fn same(name: &str, word: &str) -> bool {
    let parts = word.split_at_checked("TLS_".len());
    parts.is_some_and(|(prefix, rest)| {
        (prefix.eq_ignore_ascii_case("TLS_") || prefix.eq_ignore_ascii_case("SSL_"))
            && rest.eq_ignore_ascii_case(name)
    })
}

fn full_names(suites: impl Iterator<Item = CipherSuite>) -> Vec<String> {
    suites
        .filter_map(name)
        .map(|name| format!("TLS_{name}"))
        .collect()
}

fn error(text: &str, reason: String) -> TlsError {
    TlsError::Setting {
        what: "cipher suites",
        value: text.to_owned(),
        reason,
    }
}
