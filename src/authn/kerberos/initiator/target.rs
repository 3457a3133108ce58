//! Which service a client wants to talk to.

use std::fmt;

use libgssapi::error::Error;
use libgssapi::name::Name;
use libgssapi::oid::{GSS_NT_HOSTBASED_SERVICE, GSS_NT_KRB5_PRINCIPAL};

use crate::authn::kerberos::ServicePrincipal;
use crate::authn::kerberos::client_failure::ClientFailure;

/// The service that a client wants to talk to, and that has to prove to be it.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Host { service: String, host: String },
    Principal(ServicePrincipal),
}

impl Target {
    /// A service by the host it runs on: `alluxio` on `node1.example.com`, `HTTP` for a web server. The Kerberos library
    /// finds the realm, and, if its configuration tells it to, asks DNS for the canonical name of the host.
    #[must_use]
    pub fn on_host(service: &str, host: &str) -> Self {
        Self(Kind::Host {
            service: service.to_owned(),
            host: host.to_owned(),
        })
    }

    pub(super) fn import(&self) -> Result<Name, ClientFailure> {
        let name: Result<Name, Error> = match &self.0 {
            Kind::Principal(principal) => Name::new(
                principal.to_string().as_bytes(),
                Some(GSS_NT_KRB5_PRINCIPAL),
            ),
            Kind::Host { service, host } => {
                // The library puts the local host where there is none, and takes the rest for what it likes.
                let odd = |part: &str| {
                    part.is_empty()
                        || part.contains(|c: char| {
                            "/@\\".contains(c) || c.is_whitespace() || c.is_control()
                        })
                };
                if odd(service) || odd(host) {
                    return Err(ClientFailure::refused(format!(
                        "{:?} is not the name of a service on a host",
                        self.to_string()
                    )));
                }
                Name::new(self.to_string().as_bytes(), Some(GSS_NT_HOSTBASED_SERVICE))
            }
        };
        Ok(name?)
    }

    /// Whether `principal`, which the server has proved to be, is who was asked for. Which name a host has is the business
    /// of the Kerberos library and the KDC, and so is the realm of a service that is named by its host.
    pub(super) fn is_met_by(&self, principal: &str) -> bool {
        match &self.0 {
            Kind::Principal(asked) => asked.to_string() == principal,
            Kind::Host { service, .. } => principal
                .parse::<ServicePrincipal>()
                .is_ok_and(|principal| principal.primary() == service),
        }
    }
}

/// A service by its whole name, such as the unified instance of a cluster, `alluxio/cluster1@EXAMPLE.COM`.
impl From<ServicePrincipal> for Target {
    fn from(principal: ServicePrincipal) -> Self {
        Self(Kind::Principal(principal))
    }
}

/// `alluxio@node1.example.com` or `alluxio/cluster1@EXAMPLE.COM`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Host { service, host } => write!(f, "{service}@{host}"),
            Kind::Principal(principal) => principal.fmt(f),
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_is_met_by_itself_alone() {
        let target = Target::from("alluxio/cluster1@R".parse::<ServicePrincipal>().unwrap());
        assert!(target.is_met_by("alluxio/cluster1@R"));
        for other in [
            "alluxio/cluster2@R",
            "alluxio/cluster1@S",
            "hdfs/cluster1@R",
            "alluxio@R",
        ] {
            assert!(!target.is_met_by(other), "{other}");
        }
    }

    #[test]
    fn a_service_on_a_host_is_met_by_that_service() {
        let target = Target::on_host("alluxio", "alias");
        assert!(target.is_met_by("alluxio/node1.example.com@R"));
        for other in ["hdfs/alias@R", "alluxio@R", "alluxio/alias", ""] {
            assert!(!target.is_met_by(other), "{other}");
        }
    }

    #[test]
    fn what_names_no_service_on_a_host_is_not_asked_for() {
        for (service, host) in [
            ("", "node1"),
            ("alluxio", ""),
            ("alluxio@x", "node1"),
            ("alluxio", "node1@R"),
            ("alluxio/x", "node1"),
            ("alluxio", "node 1"),
            ("alluxio", "node1\0"),
        ] {
            let failure = Target::on_host(service, host).import().unwrap_err();
            assert!(
                failure.to_string().contains("is not the name of a service"),
                "{failure}"
            );
        }
        assert!(Target::on_host("alluxio", "node1").import().is_ok());
    }
}
