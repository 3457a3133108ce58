//! Rules for the local names of Kerberos principals.

use super::{ConfigError, Origin, Settings, vocabulary};
use crate::authn::{AuthToLocal, RuleMechanism};

const HADOOP: &str = "hadoop.security.auth_to_local";
const MECHANISM: &str = "hadoop.security.auth_to_local.mechanism";
const ALLUXIO: &str = "alluxio.security.kerberos.auth.to.local";
const AUTHENTICATION: &str = "hadoop.security.authentication";

/// The rules of `hadoop.security.auth_to_local` or `alluxio.security.kerberos.auth.to.local`, with the mechanism of
/// `hadoop.security.auth_to_local.mechanism`.
///
/// - Both keys may be there only if they say the same.
/// - A key with an empty value holds no rules, as in Hadoop.
/// - Without a key it is `DEFAULT`; where `hadoop.security.authentication` is set to something else than Kerberos,
///   [`AuthToLocal::WITHOUT_KERBEROS`], as in Hadoop. Hadoop takes those also where it is not set. But they do not look at the realm,
///   and whoever asks for rules has principals with one.
///
/// ```
/// use bailiwick::config::{auth_to_local, Format, Settings};
///
/// let site = br"<configuration><property>
///   <name>hadoop.security.auth_to_local</name>
///   <value>RULE:[1:$1@$0](.*@ACME\.COM)s/@.*// DEFAULT</value>
/// </property></configuration>";
/// let settings = Settings::read("core-site.xml", site, Format::HadoopXml)?;
/// let rules = auth_to_local(&settings, "EXAMPLE.COM")?;
/// assert_eq!(rules.short_name("alice@ACME.COM")?.as_str(), "alice");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ConfigError`]; what is wrong with a rule is a [`ConfigError::Value`] with the text of
/// [`RulesError`](crate::authn::RulesError).
pub fn auth_to_local(settings: &Settings, default_realm: &str) -> Result<AuthToLocal, ConfigError> {
    vocabulary::check(settings, &[HADOOP, ALLUXIO], &[HADOOP, MECHANISM, ALLUXIO])?;
    let wrong = |key: &str, origin: &Origin, reason: String| ConfigError::Value {
        origin: origin.clone(),
        key: key.to_owned(),
        reason,
    };
    let mechanism: RuleMechanism = match settings.value(MECHANISM)? {
        None => RuleMechanism::default(),
        Some((word, origin)) => {
            let mechanism = word.trim().parse();
            mechanism.map_err(|error| {
                wrong(
                    MECHANISM,
                    origin,
                    format!("{error}: expected hadoop or mit"),
                )
            })?
        }
    };
    let hadoop = settings.value(HADOOP)?;
    let alluxio = settings.value(ALLUXIO)?;
    if let (Some((one, _)), Some((other, origin))) = (&hadoop, &alluxio)
        && one != other
    {
        return Err(ConfigError::Contradiction {
            origin: (*origin).clone(),
            key: ALLUXIO.to_owned(),
            reason: format!("says something else than `{HADOOP}`"),
        });
    }
    let set = hadoop.map(|found| (HADOOP, found));
    match set.or_else(|| alluxio.map(|found| (ALLUXIO, found))) {
        Some((key, (rules, origin))) => AuthToLocal::parse(&rules, mechanism, default_realm)
            .map_err(|error| wrong(key, origin, error.to_string())),
        None => AuthToLocal::parse(default_rules(settings)?, mechanism, default_realm).map_err(
            |error| {
                let origin = Origin::new(&"the default rules".into(), 0);
                wrong(HADOOP, &origin, error.to_string())
            },
        ),
    }
}

/// What counts where no rules are set.
fn default_rules(settings: &Settings) -> Result<&'static str, ConfigError> {
    let Some((word, origin)) = settings.value(AUTHENTICATION)? else {
        return Ok("DEFAULT");
    };
    match word.trim().to_ascii_lowercase().as_str() {
        "kerberos" | "kerberos_ssl" => Ok("DEFAULT"),
        "simple" | "token" | "certificate" | "proxy" => Ok(AuthToLocal::WITHOUT_KERBEROS),
        _ => Err(ConfigError::Value {
            origin: origin.clone(),
            key: AUTHENTICATION.to_owned(),
            reason: format!("`{}`: expected simple or kerberos", word.escape_debug()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::*;

    fn read(text: &str) -> Result<AuthToLocal, String> {
        let settings = Settings::read("site", text.as_bytes(), Format::Properties).unwrap();
        auth_to_local(&settings, "R").map_err(|error| error.to_string())
    }

    fn name(text: &str, principal: &str) -> String {
        match read(text).unwrap().translate(principal) {
            Ok(name) => name.into_owned(),
            Err(error) => format!("! {error}"),
        }
    }

    #[test]
    fn the_rules_are_those_of_either_key() {
        for key in [HADOOP, ALLUXIO] {
            let text = format!("x=y\n{key}=RULE:[1:$1@$0](.*@A\\\\.B)s/@.*//");
            assert_eq!(name(&text, "a@A.B"), "a");
            assert_eq!(name(&text, "a@AxB"), "! No rules applied to a@AxB");
        }
        let both = format!("{HADOOP}=DEFAULT\n{ALLUXIO}=DEFAULT\n{MECHANISM} = MIT");
        assert_eq!(name(&both, "a@R"), "a");
        assert_eq!(name(&both, "a@S"), "a@S");
        assert_eq!(
            name(&format!("{HADOOP}="), "a@R"),
            "! No rules applied to a@R"
        );
    }

    #[test]
    fn without_a_key_it_is_default_unless_authentication_is_not_by_kerberos() {
        for text in ["", "hadoop.security.authentication=KERBEROS"] {
            assert_eq!(name(text, "a@R"), "a");
            assert_eq!(name(text, "a@S"), "! No rules applied to a@S");
        }
        assert_eq!(name("hadoop.security.authentication=simple", "a/b@S"), "a");
    }

    #[test]
    fn what_is_wrong_is_said_with_file_and_line() {
        for (text, expected) in [
            (
                "\nhadoop.security.auth_to_local=RULE:[1:$2]",
                "site:2: `hadoop.security.auth_to_local`: index 2 from $2 is outside of the valid range 0 to 1 \
                 (rule 1 at byte 8)",
            ),
            (
                "alluxio.security.kerberos.auth.to.local=FOO",
                "site:1: `alluxio.security.kerberos.auth.to.local`: Invalid rule: FOO",
            ),
            (
                "hadoop.security.auth_to_local.mechanism=heimdal",
                "site:1: `hadoop.security.auth_to_local.mechanism`: Invalid rule mechanism: heimdal: \
                 expected hadoop or mit",
            ),
            (
                "hadoop.security.auth_to_local.mecanism=mit",
                "site:1: there is no setting `hadoop.security.auth_to_local.mecanism`, did you mean \
                 `hadoop.security.auth_to_local.mechanism`?",
            ),
            (
                "hadoop.security.auth_to_local=DEFAULT\nalluxio.security.kerberos.auth.to.local=RULE:[1:$1]",
                "site:2: `alluxio.security.kerberos.auth.to.local` says something else than \
                 `hadoop.security.auth_to_local`",
            ),
            (
                "hadoop.security.authentication=kerberoz",
                "site:1: `hadoop.security.authentication`: `kerberoz`: expected simple or kerberos",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), expected);
        }
    }
}
