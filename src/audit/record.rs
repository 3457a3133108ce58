//! One decision, and the two forms it is written in.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use super::escape::Escaped;
use crate::acl::Mode;
use crate::identity::{GroupName, Subject, UserName};

/// Whose line format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `AsyncUserAccessAuditLogWriter`, with the real user added (`ugi=alice,staff via yarn`) and paths escaped.
    Alluxio,
    /// `FSNamesystem.DefaultAuditLogger`.
    Hdfs,
}

/// Who did what to which path, and whether it was allowed and succeeded.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    command: &'a str,
    source: &'a str,
    destination: Option<&'a str>,
    subject: Option<&'a Subject>,
    login: Option<&'a str>,
    peer: Option<IpAddr>,
    inode: Option<(&'a UserName, &'a GroupName, Mode)>,
    allowed: bool,
    succeeded: bool,
    took: Duration,
    protocol: &'a str,
}

impl<'a> Record<'a> {
    /// A record of `command` on `source`, not allowed until told otherwise.
    #[must_use]
    pub const fn new(command: &'a str, source: &'a str) -> Self {
        Self {
            command,
            source,
            destination: None,
            subject: None,
            login: None,
            peer: None,
            inode: None,
            allowed: false,
            succeeded: false,
            took: Duration::ZERO,
            protocol: "rpc",
        }
    }

    /// Who acted.
    #[must_use]
    pub const fn by(mut self, subject: &'a Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// What is known of somebody who did not become a subject, such as `alice via yarn` for a refused impersonation.
    #[must_use]
    pub const fn by_unresolved(mut self, login: &'a str) -> Self {
        self.login = Some(login);
        self
    }

    /// From where.
    #[must_use]
    pub const fn from(mut self, peer: IpAddr) -> Self {
        self.peer = Some(peer);
        self
    }

    /// The second path of a rename.
    #[must_use]
    pub const fn to(mut self, destination: &'a str) -> Self {
        self.destination = Some(destination);
        self
    }

    /// Owner, group and mode of the inode.
    #[must_use]
    pub const fn inode(mut self, owner: &'a UserName, group: &'a GroupName, mode: Mode) -> Self {
        self.inode = Some((owner, group, mode));
        self
    }

    /// Whether the permission check passed.
    #[must_use]
    pub const fn allowed(mut self, allowed: bool) -> Self {
        self.allowed = allowed;
        self
    }

    /// Whether the operation did what it should; only what was allowed can.
    #[must_use]
    pub const fn succeeded(mut self, succeeded: bool) -> Self {
        self.succeeded = succeeded;
        self
    }

    /// How long it took.
    #[must_use]
    pub const fn took(mut self, took: Duration) -> Self {
        self.took = took;
        self
    }

    /// Over which protocol it came: `rpc` unless set, `webhdfs`.
    #[must_use]
    pub const fn over(mut self, protocol: &'a str) -> Self {
        self.protocol = protocol;
        self
    }

    /// The record as a line, without the line end.
    #[must_use]
    pub const fn line(&self, format: Format) -> Line<'_> {
        Line {
            record: self,
            format,
        }
    }
}

/// Displays a [`Record`] in a [`Format`]. One record is one line, whatever the paths hold.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    record: &'a Record<'a>,
    format: Format,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.format {
            Format::Hdfs => self.hdfs(f),
            Format::Alluxio => self.alluxio(f),
        }
    }
}

impl Line<'_> {
    fn hdfs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = self.record;
        write!(f, "allowed={}\tugi=", record.allowed)?;
        match record.subject {
            Some(subject) => {
                let (user, mechanism) = (subject.user(), subject.mechanism());
                match subject.real_user() {
                    Some(real) => write!(f, "{user} (auth:PROXY) via {real} (auth:{mechanism})")?,
                    None => write!(f, "{} (auth:{mechanism})", User(user))?,
                }
            }
            None => write!(f, "{}", OrNull(record.login))?,
        }
        f.write_str("\tip=")?;
        match record.peer {
            Some(peer) => write!(f, "/{peer}")?,
            None => f.write_str("null")?,
        }
        self.operation(f)?;
        write!(f, "\tproto={}", record.protocol)
    }

    fn alluxio(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = self.record;
        write!(
            f,
            "succeeded={}\tallowed={}\tugi=",
            record.succeeded, record.allowed
        )?;
        match record.subject {
            Some(subject) => {
                let primary = subject.groups().primary().map_or(NOBODY, |g| g.as_str());
                write!(f, "{},{primary}", User(subject.user()))?;
                if let Some(real) = subject.real_user() {
                    write!(f, " via {real}")?;
                }
                write!(f, " (AUTH={})", subject.mechanism())?;
            }
            None => match record.login {
                Some(login) => write!(f, "{}", Escaped(login))?,
                None => f.write_str(NOBODY)?,
            },
        }
        f.write_str("\tip=")?;
        match record.peer {
            Some(peer) => write!(f, "{peer}")?,
            None => f.write_str("null")?,
        }
        self.operation(f)?;
        write!(
            f,
            "\texecutionTimeUs={}\tproto={}",
            record.took.as_micros(),
            record.protocol
        )
    }

    fn operation(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = self.record;
        write!(
            f,
            "\tcmd={}\tsrc={}\tdst={}",
            Escaped(record.command),
            Escaped(record.source),
            OrNull(record.destination)
        )?;
        match record.inode {
            Some((owner, group, mode)) => write!(f, "\tperm={owner}:{group}:{}", mode.symbolic()),
            None => f.write_str("\tperm=null"),
        }
    }
}

/// Where there is no name. Nobody is called so: names hold no slash.
const NOBODY: &str = "N/A";

struct User<'a>(&'a UserName);

impl fmt::Display for User<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.is_unnamed() {
            true => f.write_str(NOBODY),
            false => write!(f, "{}", self.0),
        }
    }
}

struct OrNull<'a>(Option<&'a str>);

impl fmt::Display for OrNull<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(text) => write!(f, "{}", Escaped(text)),
            None => f.write_str("null"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{Groups, Mechanism};

    #[test]
    fn who_has_no_name_is_written_down_all_the_same() {
        let nobody = Subject::asserted(UserName::unnamed(), Groups::default(), Mechanism::NoSasl);
        let record = Record::new("open", "/a").by(&nobody).allowed(true);
        assert_eq!(
            record.line(Format::Hdfs).to_string(),
            "allowed=true\tugi=N/A (auth:NOSASL)\tip=null\tcmd=open\tsrc=/a\tdst=null\tperm=null\tproto=rpc"
        );
        assert_eq!(
            record.line(Format::Alluxio).to_string(),
            "succeeded=false\tallowed=true\tugi=N/A,N/A (AUTH=NOSASL)\tip=null\tcmd=open\tsrc=/a\tdst=null\t\
             perm=null\texecutionTimeUs=0\tproto=rpc"
        );
    }
}
