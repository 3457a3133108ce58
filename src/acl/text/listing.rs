//! A whole ACL as text, as getfacl prints it.

use std::fmt;

use super::name::{entry_text, escape};
use crate::acl::{Acl, Dialect, GetfaclForm, Perm, Protection, Scope, Tag};
use crate::identity::{GroupRef, UserRef};

/// Prints the ACL of a file as getfacl of the dialect does; from [`Protection::getfacl`].
///
/// The alternate form (`{:#}`) aligns the `#effective:` comments of the POSIX dialect, as `getfacl(1)` does on a terminal.
#[derive(Debug, Clone, Copy)]
pub struct AclListing<'a> {
    protection: &'a Protection,
    path: &'a str,
    owner: UserRef<'a>,
    group: GroupRef<'a>,
    dialect: &'a Dialect,
}

impl Protection {
    /// The ACL in the form of the dialect's getfacl ([`GetfaclForm`]), the last line ended.
    ///
    /// Named entries are in alphabetical order, where `getfacl(1)` has the order of numeric ids. `path` is printed as given,
    /// in the POSIX dialect with its line ends escaped; in the others, as upstream, a path with line ends can feign entries.
    ///
    /// ```
    /// use bailiwick::acl::{AclSpec, Dialect, Kind, Mode, Protection};
    /// use bailiwick::identity::{GroupName, UserName};
    ///
    /// let spec = AclSpec::parse("user:bob:rw-,mask::r--", &Dialect::HDFS)?;
    /// let file = Protection::from(Mode::from_bits(0o640)).modify(&spec, Kind::File, &Dialect::HDFS)?;
    /// let (alice, staff) = (UserName::new("alice")?, GroupName::new("staff")?);
    /// assert_eq!(
    ///     file.getfacl("/report", &alice, &staff, &Dialect::HDFS).to_string(),
    ///     "# file: /report\n# owner: alice\n# group: staff\n\
    ///      user::rw-\nuser:bob:rw-\t#effective:r--\ngroup::r--\nmask::r--\nother::---\n\n"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn getfacl<'a>(
        &'a self,
        path: &'a str,
        owner: impl Into<UserRef<'a>>,
        group: impl Into<GroupRef<'a>>,
        dialect: &'a Dialect,
    ) -> AclListing<'a> {
        AclListing {
            protection: self,
            path,
            owner: owner.into(),
            group: group.into(),
            dialect,
        }
    }
}

/// `getfacl(1)` escapes these in a path, and in the header those.
const LINE_ENDS: [char; 2] = ['\n', '\r'];
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

impl fmt::Display for AclListing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dialect = self.dialect;
        let line = |text: &str, characters| escape(text, characters, dialect);
        writeln!(f, "# file: {}", line(self.path, &LINE_ENDS))?;
        writeln!(f, "# owner: {}", line(self.owner.as_str(), &BLANKS))?;
        writeln!(f, "# group: {}", line(self.group.as_str(), &BLANKS))?;
        if self.protection.is_sticky() {
            let executable = self.protection.access().other().contains(Perm::EXECUTE);
            match dialect.getfacl {
                GetfaclForm::Plain => {}
                GetfaclForm::Hdfs if !executable => writeln!(f, "# flags: --T")?,
                GetfaclForm::Hdfs | GetfaclForm::Posix => writeln!(f, "# flags: --t")?,
            }
        }
        self.entries(f, self.protection.access(), Scope::Access)?;
        if let Some(default) = self.protection.default_acl() {
            self.entries(f, default, Scope::Default)?;
        }
        match dialect.getfacl {
            GetfaclForm::Plain => Ok(()),
            GetfaclForm::Hdfs | GetfaclForm::Posix => writeln!(f),
        }
    }
}

impl AclListing<'_> {
    fn entries(&self, f: &mut fmt::Formatter<'_>, acl: &Acl, scope: Scope) -> fmt::Result {
        for entry in acl.entries(scope, self.dialect) {
            let text = entry_text(&entry, false, self.dialect);
            f.write_str(&text)?;
            let masked = entry.tag.is_named() || entry.tag == Tag::OwningGroup;
            let effective = entry.perm & acl.mask().unwrap_or(Perm::ALL);
            if masked && effective != entry.perm && self.dialect.getfacl != GetfaclForm::Plain {
                let aligned = f.alternate() && self.dialect.getfacl == GetfaclForm::Posix;
                let tabs = if aligned {
                    4 - (text.len() / 8).min(3)
                } else {
                    1
                };
                write!(f, "{}#effective:{effective}", "\t".repeat(tabs))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
