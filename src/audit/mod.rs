//! What is written down about every decision: one record, one line, in Alluxio's or HDFS's form.
//!
//! ```
//! use bailiwick::audit::{Format, Record};
//! use bailiwick::identity::{Groups, Mechanism, Subject, UserName};
//!
//! let subject = Subject::asserted(UserName::new("alice")?, Groups::default(), Mechanism::Simple)
//!     .via(UserName::new("yarn")?);
//! let record = Record::new("open", "/a\tb").by(&subject).allowed(false);
//! assert_eq!(
//!     record.line(Format::Hdfs).to_string(),
//!     "allowed=false\tugi=alice (auth:PROXY) via yarn (auth:SIMPLE)\tip=null\tcmd=open\tsrc=/a\\tb\tdst=null\t\
//!      perm=null\tproto=rpc"
//! );
//! # Ok::<(), bailiwick::identity::NameError>(())
//! ```

mod escape;
mod record;
mod sink;

pub use record::{Format, Line, Record};
pub use sink::{Lines, Sink};
