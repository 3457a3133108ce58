//! Who may do what, as a table: for a service's own tests and reviews.

use std::fmt;

use super::{Attrs, Because, Denied, Op, Permit, Policy, Reason};
use crate::acl::Class;
use crate::identity::Subject;

/// Something that operations are asked about: a path, the directories on the way, and what is there.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "a check needs these")]
pub struct Object<'a> {
    /// The absolute path, as it is printed.
    pub path: &'a str,
    /// The directories from the root to the parent, or to the nearest one that exists.
    pub way: Vec<Attrs<'a>>,
    /// The inode, if it exists.
    pub target: Option<Attrs<'a>>,
}

/// Displays a table: a block for each object, a line for each operation, a column for each subject, and in each cell yes or no
/// with what decided. Write it to a file beside the tests, and every change of a permission becomes a change of a line.
///
/// ```
/// use bailiwick::acl::{Dialect, Kind, Mode, Protection};
/// use bailiwick::authz::{Attrs, Matrix, Object, Op, Policy};
/// use bailiwick::identity::{GroupName, Groups, Mechanism, Subject, UserName};
///
/// let policy = Policy::new(Dialect::HDFS);
/// let (alice, staff) = (UserName::new("alice")?, GroupName::new("staff")?);
/// let subject = |name| UserName::new(name).map(|name| Subject::asserted(name, Groups::default(), Mechanism::Simple));
/// let subjects = [subject("alice")?, subject("bob")?];
/// let (root, file) = (Protection::from(Mode::from_bits(0o755)), Protection::from(Mode::from_bits(0o640)));
/// let object = Object {
///     path: "/report",
///     way: vec![Attrs::new(Kind::Directory, &alice, &staff, &root)],
///     target: Some(Attrs::new(Kind::File, &alice, &staff, &file)),
/// };
/// assert_eq!(
///     Matrix::new(&policy, &subjects, &[Op::Open, Op::Delete], &[object]).to_string(),
///     "\
/// /report   alice         bob
///   open    ✔ owner       ✘ other
///   delete  ✔ owner of /  ✘ other of /
/// "
/// );
/// # Ok::<(), bailiwick::identity::NameError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Matrix {
    rows: Vec<Vec<String>>,
}

impl Matrix {
    /// Asks `policy` every question there is: each subject, each operation, each object.
    #[must_use]
    pub fn new(
        policy: &Policy,
        subjects: &[Subject],
        ops: &[Op<'_>],
        objects: &[Object<'_>],
    ) -> Self {
        let mut rows = Vec::new();
        for object in objects {
            let names = subjects.iter().map(|subject| subject.user().to_string());
            rows.push([object.path.to_owned()].into_iter().chain(names).collect());
            for op in ops {
                let cells = subjects.iter().map(|subject| {
                    match policy
                        .walk(subject)
                        .along(object.path)
                        .enter_all(object.way.iter().copied())
                        .and_then(|walk| walk.check(*op, object.target))
                    {
                        Ok(permit) => yes(&permit, object.path),
                        Err(denied) => no(&denied, object.path),
                    }
                });
                rows.push([label(*op)].into_iter().chain(cells).collect());
            }
        }
        Self { rows }
    }
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell: &String| cell.chars().count())
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let cells = row.iter().zip(&widths);
            let line: Vec<_> = cells
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            writeln!(f, "{}", line.join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// The operation, indented below its object.
fn label(op: Op<'_>) -> String {
    let verb = op.verb();
    match op {
        Op::CheckAccess(perm) => format!("  {verb} {perm}"),
        Op::SetOwner(user) => format!("  {verb} (to {user})"),
        Op::SetGroup(group) => format!("  {verb} (to {group})"),
        Op::RenameFrom(rename) => format!("  {verb} ({})", format!("{rename:?}").to_lowercase()),
        _ => format!("  {verb}"),
    }
}

/// `✔ other`, and ` of /d` where another inode than the target decided.
fn yes(permit: &Permit<'_>, path: &str) -> String {
    let (what, at) = match permit.because() {
        Because::SuperUser => ("super user", path),
        Because::Authorizer => ("authorizer", path),
        Because::Ownership => ("ownership", path),
        Because::Traversal => ("way", path),
        Because::Entry(class) => (name(class), permit.decided_by(path)),
    };
    format!("✔ {what}{}", of(at, path))
}

fn no(denied: &Denied<'_>, path: &str) -> String {
    let what = match denied.reason() {
        Reason::Bits { verdict, .. } => name(verdict.class()),
        Reason::Sticky { .. } => "sticky",
        Reason::NotOwner => "not the owner",
        Reason::NotSuperUser => "no super user",
        Reason::NotMember { .. } => "no member",
        Reason::Authorizer { .. } => "authorizer",
        Reason::NotADirectory => "no directory",
        Reason::Root => "root",
        Reason::NothingEntered => "nothing entered",
    };
    format!("✘ {what}{}", of(denied.site.path(path), path))
}

fn of(at: &str, path: &str) -> String {
    if at == path {
        String::new()
    } else {
        format!(" of {at}")
    }
}

const fn name(class: Class) -> &'static str {
    match class {
        Class::Owner => "owner",
        Class::NamedUser => "user",
        Class::Groups => "groups",
        Class::Other => "other",
    }
}
