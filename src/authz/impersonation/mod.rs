//! Who may act for whom: the rules of Alluxio and of Hadoop, as their property files state them.

mod host_names;
mod hosts;
mod network;
mod prohibited;
mod read;
mod refusal;
mod report;
mod rules;

pub use host_names::{HostFailure, HostNames, HostRound, HostWatch};
pub use hosts::{HostList, HostListError};
pub use prohibited::Prohibited;
pub use read::RuleError;
pub(super) use refusal::Ban;
pub use refusal::Refusal;
pub use report::{ImpersonationReport, Remedy};
pub use rules::Impersonation;
pub(super) use rules::{System, TargetGroups};
