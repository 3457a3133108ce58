//! May this subject do this to that path: operations, policy, walks, and what stands before them: user-group mapping and
//! impersonation.
//!
//! A [`Policy`] answers with a [`Permit`] or a [`Denied`], both `Copy`, neither allocating. The service walks its own tree
//! under its own locks and shows the policy each inode on the way:
//!
//! ```
//! use bailiwick::acl::{Dialect, Kind, Mode, Protection};
//! use bailiwick::authz::{Attrs, Op, Policy};
//! use bailiwick::identity::{GroupName, Groups, Mechanism, Subject, UserName};
//!
//! let hdfs = UserName::new("hdfs")?;
//! let staff = GroupName::new("staff")?;
//! let policy = Policy::new(Dialect::HDFS).with_super_user(hdfs.clone());
//! let bob = policy.admit(Subject::asserted(UserName::new("bob")?, Groups::default(), Mechanism::Simple));
//!
//! let root = Protection::from(Mode::from_bits(0o755));
//! let secret = Protection::from(Mode::from_bits(0o640));
//! let walk = policy.walk(&bob).enter(Attrs::new(Kind::Directory, &hdfs, &staff, &root)).unwrap();
//! let denied = walk.check(Op::Open, Some(Attrs::new(Kind::File, &hdfs, &staff, &secret))).unwrap_err();
//! assert_eq!(
//!     denied.message("/secret").to_string(),
//!     r#"Permission denied: user=bob, access=READ, inode="/secret":hdfs:staff:-rw-r-----"#
//! );
//! assert!(denied.explain("/secret").to_string().contains("the entry for others grants ---"));
//! # Ok::<(), bailiwick::identity::NameError>(())
//! ```

mod access_list;
#[cfg(feature = "arbitrary")]
mod arbitrary;
mod attrs;
mod authorizer;
mod decide;
mod denied;
mod explain;
mod groups;
mod impersonation;
mod matrix;
mod message;
mod names;
mod op;
mod permit;
mod policy;
mod resolver;
mod site;
mod subtree;
#[cfg(test)]
mod tests;
mod walk;

pub use access_list::{AccessList, AccessListError};
pub use attrs::Attrs;
pub use authorizer::{Opinion, Question};
pub use denied::{Denied, Reason};
pub use explain::Explanation;
#[cfg(feature = "unix")]
pub use groups::OsGroups;
pub use groups::{GroupMapping, GroupsUnavailable, StaticGroups, StaticGroupsError};
pub use impersonation::{
    HostFailure, HostList, HostListError, HostNames, HostRound, HostWatch, Impersonation,
    ImpersonationReport, Prohibited, Refusal, Remedy, RuleError,
};
pub use matrix::{Matrix, Object};
pub use message::Message;
pub use op::{Op, Rename};
pub use permit::{Because, Permit};
pub use policy::Policy;
pub use resolver::{ResolveError, Resolver};
pub use site::Shown;
pub use subtree::Subtree;
pub use walk::Walk;
