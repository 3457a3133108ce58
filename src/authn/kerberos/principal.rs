//! The name of a service: `alluxio/node1.example.com@EXAMPLE.COM`, or `alluxio/cluster1@EXAMPLE.COM` for a whole cluster.

use std::fmt;
use std::str::FromStr;

use libgssapi::name::Name;
use libgssapi::oid::{GSS_MECH_KRB5, GSS_NT_HOSTBASED_SERVICE};
use thiserror::Error;

/// What Hadoop and Alluxio put where each server is to read its own host name.
const HOST: &str = "_HOST";

/// Why a text names no service.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ServicePrincipalError {
    /// It is not of the form `primary/instance@REALM`.
    #[error("service principal {text:?} has {problem}; expected primary/instance@REALM")]
    Malformed {
        /// The refused text.
        text: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Its instance is `_HOST`, and there is no host to put there.
    #[error("service principal {text:?} has the instance _HOST: say for which host")]
    HostPattern {
        /// The refused text.
        text: String,
    },
    /// `_HOST` stands for the local host, whose name is not known.
    #[error("service principal {text:?}: the local host name is not known: {reason}")]
    LocalHost {
        /// The text with `_HOST`.
        text: String,
        /// What the system says.
        reason: String,
    },
}

/// The Kerberos principal of a service.
///
/// The instance is a host, or whatever the servers of a cluster share (Alluxio's unified instance name). There is always a
/// realm: which one a name without it would get is for a file of the machine to say.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ServicePrincipal {
    primary: Box<str>,
    instance: Box<str>,
    realm: Box<str>,
}

impl ServicePrincipal {
    /// Puts a name together.
    ///
    /// # Errors
    ///
    /// [`ServicePrincipalError::Malformed`] where a part is empty or holds white space, a control character or one of
    /// `/ @ \`; [`ServicePrincipalError::HostPattern`].
    pub fn new(primary: &str, instance: &str, realm: &str) -> Result<Self, ServicePrincipalError> {
        let text = || format!("{primary}/{instance}@{realm}");
        for (part, empty) in [
            (primary, "an empty primary"),
            (instance, "an empty instance"),
            (realm, "an empty realm"),
        ] {
            let problem = if part.is_empty() {
                empty
            } else if part.contains(['/', '@']) {
                "too many parts"
            } else if part.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
                "a character that does not belong there"
            } else {
                continue;
            };
            let text = text();
            return Err(ServicePrincipalError::Malformed { text, problem });
        }
        if instance == HOST {
            return Err(ServicePrincipalError::HostPattern { text: text() });
        }
        Ok(Self {
            primary: primary.into(),
            instance: instance.into(),
            realm: realm.into(),
        })
    }

    /// Reads a name in which the instance may be `_HOST`, which stands for the lower-cased `host`. An empty host or
    /// `0.0.0.0` means the local one, whose name the Kerberos library tells; for that it may ask DNS.
    ///
    /// As Hadoop's `SecurityUtil.getServerPrincipal`, it replaces an instance that is exactly `_HOST`, and no part of one.
    ///
    /// ```
    /// use bailiwick::authn::kerberos::ServicePrincipal;
    ///
    /// let service = ServicePrincipal::for_host("alluxio/_HOST@EXAMPLE.COM", "Node1.example.com")?;
    /// assert_eq!(service.to_string(), "alluxio/node1.example.com@EXAMPLE.COM");
    /// let service = ServicePrincipal::for_host("alluxio/cluster1@EXAMPLE.COM", "node1.example.com")?;
    /// assert_eq!(service.instance(), "cluster1");
    /// # Ok::<(), bailiwick::authn::kerberos::ServicePrincipalError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ServicePrincipalError`].
    pub fn for_host(text: &str, host: &str) -> Result<Self, ServicePrincipalError> {
        let (primary, instance, realm) = parts(text)?;
        if instance != HOST {
            return Self::new(primary, instance, realm);
        }
        let host = match host {
            "" | "0.0.0.0" => local_host().map_err(|reason| ServicePrincipalError::LocalHost {
                text: text.to_owned(),
                reason,
            })?,
            host => host.to_owned(),
        };
        Self::new(primary, &host.to_lowercase(), realm)
    }

    /// `alluxio` of `alluxio/node1.example.com@EXAMPLE.COM`.
    #[must_use]
    pub fn primary(&self) -> &str {
        &self.primary
    }

    /// `node1.example.com` of `alluxio/node1.example.com@EXAMPLE.COM`.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// `EXAMPLE.COM` of `alluxio/node1.example.com@EXAMPLE.COM`.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.realm
    }
}

/// Reads `primary/instance@REALM`. An instance `_HOST` is refused: see [`ServicePrincipal::for_host`].
impl FromStr for ServicePrincipal {
    type Err = ServicePrincipalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (primary, instance, realm) = parts(text)?;
        Self::new(primary, instance, realm)
    }
}

/// `primary/instance@REALM`.
impl fmt::Display for ServicePrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}@{}", self.primary, self.instance, self.realm)
    }
}

impl fmt::Debug for ServicePrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServicePrincipal({self})")
    }
}

fn parts(text: &str) -> Result<(&str, &str, &str), ServicePrincipalError> {
    let malformed = |problem| ServicePrincipalError::Malformed {
        text: text.to_owned(),
        problem,
    };
    let (name, realm) = text.split_once('@').ok_or_else(|| malformed("no realm"))?;
    let (primary, instance) = name
        .split_once('/')
        .ok_or_else(|| malformed("no instance"))?;
    Ok((primary, instance, realm))
}

/// The local host as the Kerberos library names it where a service has no host: after the file of the machine, canonical
/// by DNS or not.
fn local_host() -> Result<String, String> {
    let name = Name::new(b"host", Some(GSS_NT_HOSTBASED_SERVICE))
        .and_then(|name| name.canonicalize(Some(GSS_MECH_KRB5)))
        .and_then(|name| name.display_name())
        .map_err(|error| error.to_string())?;
    let name = String::from_utf8_lossy(&name);
    let (_, host) = name.split_once('/').unwrap_or_default();
    let host = host.split('@').next().unwrap_or_default();
    if host.is_empty() {
        return Err(format!("the library says {name:?}"));
    }
    Ok(host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_goes_where_the_instance_is_exactly_the_pattern() {
        for (text, host, expected) in [
            (
                "hdfs/_HOST@R",
                "node1.example.com",
                "hdfs/node1.example.com@R",
            ),
            (
                "hdfs/_HOST@R",
                "NODE1.Example.Com",
                "hdfs/node1.example.com@R",
            ),
            ("hdfs/_host@R", "node1", "hdfs/_host@R"),
            ("hdfs/a_HOST@R", "node1", "hdfs/a_HOST@R"),
            ("_HOST/Node2@R", "node1", "_HOST/Node2@R"),
            ("hdfs/cluster1@R", "", "hdfs/cluster1@R"),
        ] {
            let service = ServicePrincipal::for_host(text, host).unwrap();
            assert_eq!(service.to_string(), expected);
        }
    }

    #[test]
    fn no_host_and_the_wildcard_address_are_the_local_host() {
        let local = local_host().unwrap().to_lowercase();
        for host in ["", "0.0.0.0"] {
            let service = ServicePrincipal::for_host("hdfs/_HOST@R", host).unwrap();
            assert_eq!(service.instance(), local);
        }
    }

    #[test]
    fn what_is_no_service_is_refused_with_what_was_expected() {
        for (text, problem) in [
            ("hdfs/node1", "no realm"),
            ("hdfs@R", "no instance"),
            ("", "no realm"),
            ("/node1@R", "an empty primary"),
            ("hdfs/@R", "an empty instance"),
            ("hdfs/node1@", "an empty realm"),
            ("hdfs/node1/x@R", "too many parts"),
            ("hdfs/node1@R@S", "too many parts"),
            ("hdfs/node1@R/S", "too many parts"),
            ("hdfs/node 1@R", "a character that does not belong there"),
            ("hdfs/node\\1@R", "a character that does not belong there"),
            ("hdfs/node1@R\0", "a character that does not belong there"),
        ] {
            let error = text.parse::<ServicePrincipal>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "service principal {text:?} has {problem}; expected primary/instance@REALM"
                )
            );
        }
        let error = "hdfs/_HOST@R".parse::<ServicePrincipal>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "service principal \"hdfs/_HOST@R\" has the instance _HOST: say for which host"
        );
        assert!(
            ServicePrincipal::for_host("hdfs/_HOST@R", "_HOST")
                .is_ok_and(|s| s.instance() == "_host")
        );
    }
}
