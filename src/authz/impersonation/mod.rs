//! Who may act for whom: the rules of Alluxio and of Hadoop, as their property files state them.

mod hosts;
mod refusal;
mod rules;

pub use hosts::{HostList, HostListError};
pub use refusal::Refusal;
pub use rules::{Impersonation, ImpersonationError, RuleError};
