//! The command lines of setfacl and getfacl, for services that offer them.

mod alluxio;
mod error;
mod hdfs;
mod posix;
#[cfg(test)]
mod tests;

use std::io;

use super::{
    AclChange, AclError, DefaultOnFile, Dialect, FaclCommand, Kind, MaskUpdate, Protection,
};
pub use error::CommandError;

/// What a setfacl command asks for.
///
/// A recursive command is the service's to carry out: [`apply`](Self::apply) it to every inode below its paths. The subject
/// must be the owner of each of them, or a super user: ask [`Op::SetAcl`](crate::authz::Op::SetAcl) of every one before the
/// first is changed, as Alluxio does. (HDFS and `setfacl(1)` make one request for each inode, and go on when one is refused.)
///
/// ```
/// use bailiwick::acl::{Dialect, Kind, Mode, Protection, Setfacl};
///
/// let command = Setfacl::parse(&["-R", "-m", "user:bob:r-x", "/data"], &Dialect::HDFS)?;
/// assert!(command.recursive && command.paths == ["/data"]);
/// let directory = Protection::from(Mode::from_bits(0o750));
/// let shared = command.apply(&directory, Kind::Directory, &Dialect::HDFS)?;
/// assert!(shared.has_acl());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setfacl {
    /// What is done, one after the other and at once.
    pub changes: Vec<AclChange>,
    /// What becomes of the masks (`-n`, `--mask`).
    pub mask: MaskUpdate,
    /// Whether it goes for all that is below the paths as well (`-R`).
    pub recursive: bool,
    /// Which symbolic links are followed (`-L`, `-P`).
    pub links: SymbolicLinks,
    /// The files and directories to change; one of Alluxio and HDFS, whose shells then expand patterns in it.
    pub paths: Vec<String>,
}

/// What a getfacl command asks for. Print what it names with [`Protection::getfacl`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Getfacl {
    /// Whether it goes for all that is below the paths as well (`-R`).
    pub recursive: bool,
    /// Which symbolic links are followed (`-L`, `-P`).
    pub links: SymbolicLinks,
    /// The files and directories to show.
    pub paths: Vec<String>,
}

/// Which symbolic links a recursive command follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "setfacl(1) knows these three")]
pub enum SymbolicLinks {
    /// Those among its paths.
    #[default]
    Arguments,
    /// All that it meets (`-L`).
    All,
    /// None (`-P`).
    None,
}

impl Setfacl {
    /// Reads the words behind `setfacl`, as the dialect's [`FaclCommand`] has them. `-M`, `-X` and `--set-file` are refused;
    /// see [`parse_with`](Self::parse_with).
    ///
    /// # Errors
    ///
    /// [`CommandError`]
    pub fn parse(words: &[impl AsRef<str>], dialect: &Dialect) -> Result<Self, CommandError> {
        Self::parse_with(words, dialect, |_| Err(io::ErrorKind::Unsupported.into()))
    }

    /// As [`parse`](Self::parse), with what reads the files that the command names; `-` is the standard input. At most 1024
    /// entries are read from one, of whatever length the file is.
    ///
    /// # Errors
    ///
    /// [`CommandError`]
    pub fn parse_with(
        words: &[impl AsRef<str>],
        dialect: &Dialect,
        read: impl FnMut(&str) -> io::Result<String>,
    ) -> Result<Self, CommandError> {
        let words = words.iter().map(AsRef::as_ref);
        match dialect.facl_command {
            FaclCommand::Alluxio => alluxio::setfacl(words, dialect),
            FaclCommand::Hdfs => hdfs::setfacl(words, dialect),
            FaclCommand::Posix => posix::setfacl(words, dialect, read),
        }
    }

    /// The protection of one of the inodes, changed. Where it is recursive, files are spared its default entries, unless the
    /// dialect has [`DefaultOnFile::RefusedInRequest`].
    ///
    /// # Errors
    ///
    /// Those of [`Protection::change`].
    pub fn apply(
        &self,
        protection: &Protection,
        kind: Kind,
        dialect: &Dialect,
    ) -> Result<Protection, AclError> {
        let passes_by = dialect.default_on_file == DefaultOnFile::RefusedAsResult;
        if self.recursive && kind == Kind::File && passes_by {
            let changes: Vec<_> = self
                .changes
                .iter()
                .filter_map(AclChange::access_only)
                .collect();
            return protection.change(&changes, self.mask, kind, dialect);
        }
        protection.change(&self.changes, self.mask, kind, dialect)
    }
}

impl Getfacl {
    /// Reads the words behind `getfacl`, as the dialect's [`FaclCommand`] has them. Of the options of `getfacl(1)` those that
    /// choose files are known, `-R`, `-L`, `-P` and `-p`, and not those that change the output.
    ///
    /// # Errors
    ///
    /// [`CommandError`]
    pub fn parse(words: &[impl AsRef<str>], dialect: &Dialect) -> Result<Self, CommandError> {
        let words = words.iter().map(AsRef::as_ref);
        match dialect.facl_command {
            FaclCommand::Alluxio => alluxio::getfacl(words),
            FaclCommand::Hdfs => hdfs::getfacl(words),
            FaclCommand::Posix => posix::getfacl(words),
        }
    }
}

/// The one path that is left of a command's words.
fn one_path<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Vec<String>, CommandError> {
    let path = words.next().ok_or(CommandError::NoPath)?;
    if let Some(word) = words.next() {
        let word = word.to_owned();
        return Err(CommandError::TooMany { word });
    }
    Ok(vec![path.to_owned()])
}
