//! ACL specs as text: `user:bob:rwx,default:group::r-x`, and one entry a line.

mod item;
mod listing;
mod name;
mod perm;
mod setfacl;
mod split;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;

use super::entry::refuse_unnamed;
use super::{AclError, Dialect, EmptyItems, Entry, Place, Scope};
pub(super) use item::{Form, Item};
pub use listing::AclListing;
use name::{entry_text, tag_text};

/// The most entries read from one text, before any dialect's own limit.
const MAX_ENTRIES: usize = 1024;

/// A parsed list of entries that an edit is made from; no entry stands in it twice.
///
/// ```
/// use bailiwick::acl::{AclSpec, Dialect};
///
/// let spec = AclSpec::parse("u:bob:rX,m::5", &Dialect::POSIX)?;
/// assert_eq!(spec.text(&Dialect::POSIX), "user:bob:r-X,mask::r-x");
///
/// let error = AclSpec::parse("user:bob:r-x,user:eve:7", &Dialect::HDFS).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"invalid ACL entry "user:eve:7" at position 2: invalid permission: expected three characters such as rw-"#
/// );
/// # Ok::<(), bailiwick::acl::AclError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AclSpec {
    entries: Vec<Entry>,
    /// The entries, by place, that ask for `X`.
    conditional: Vec<usize>,
}

impl AclSpec {
    /// Reads entries with permissions, separated by commas: `[default:](user|group|mask|other):[NAME]:rwx`. How keywords,
    /// blanks, names and permissions are written is the dialect's: [`Keywords`](super::Keywords),
    /// [`Blanks`](super::Blanks), [`PermText`](super::PermText), [`EmptyItems`](super::EmptyItems),
    /// [`NameText`](super::NameText).
    ///
    /// HDFS `AclEntry.parseAclSpec`, Alluxio `AclEntry.fromCliString`, `setfacl(1)`. Read more strictly than upstream: a spec
    /// without entries, an entry that stands twice, a name that is no name here; in the POSIX dialect also a blank before a
    /// keyword (which the tool takes for a part of a name) and a keyword `default` alone.
    ///
    /// # Errors
    ///
    /// [`AclError::Entry`] or [`AclError::Name`] names the entry, its position and what was expected.
    pub fn parse(text: &str, dialect: &Dialect) -> Result<Self, AclError> {
        Self::read_list(text, dialect, Form::ENTRIES)
    }

    /// Reads entries without permissions, as for removal: `user:bob,default:group:`.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse); a permission is an error, and in Alluxio a user or group without a name.
    pub fn parse_removal(text: &str, dialect: &Dialect) -> Result<Self, AclError> {
        Self::read_list(text, dialect, Form::REMOVAL)
    }

    /// Reads one entry a line, as in a file for `setfacl -M` and in the output of getfacl. Empty lines, lines that begin with
    /// `#`, and comments behind an entry such as `#effective:r--` are passed over; where the dialect is not
    /// [`Abbreviated`](super::Keywords::Abbreviated), a tab precedes such a comment.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), with the line.
    pub fn parse_lines(text: &str, dialect: &Dialect) -> Result<Self, AclError> {
        Self::read_lines(text, dialect, Form::ENTRIES)
    }

    /// Reads one entry without permission a line, as in a file for `setfacl -X`.
    ///
    /// # Errors
    ///
    /// As [`parse_removal`](Self::parse_removal), with the line.
    pub fn parse_removal_lines(text: &str, dialect: &Dialect) -> Result<Self, AclError> {
        Self::read_lines(text, dialect, Form::REMOVAL)
    }

    /// A spec from entries.
    ///
    /// # Errors
    ///
    /// [`AclError::Duplicate`] if two have the same scope, type and name; [`AclError::Unnamed`].
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Result<Self, AclError> {
        let entries: Vec<_> = entries.into_iter().collect();
        refuse_unnamed(&entries)?;
        let mut seen = HashSet::with_capacity(entries.len());
        if let Some(twin) = entries.iter().find(|e| !seen.insert((e.scope, &e.tag))) {
            return Err(AclError::Duplicate {
                entry: twin.to_string(),
            });
        }
        Ok(Self {
            entries,
            conditional: Vec::new(),
        })
    }

    /// The entries, in the order given. An `X` of `setfacl(1)` is not among the permissions: whether it is an `x` shows when
    /// the spec is applied.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries as [`parse`](Self::parse) reads them in the dialect.
    #[must_use]
    pub fn text(&self, dialect: &Dialect) -> String {
        let entries = self.items();
        let texts = entries.map(|(entry, conditional)| entry_text(entry, conditional, dialect));
        texts.collect::<Vec<_>>().join(",")
    }

    /// The entries as [`parse_removal`](Self::parse_removal) reads them in the dialect.
    #[must_use]
    pub fn removal_text(&self, dialect: &Dialect) -> String {
        let entries = self.entries.iter();
        let texts = entries.map(|entry| tag_text(entry, dialect));
        texts.collect::<Vec<_>>().join(",")
    }

    /// The same entries in the default scope (setfacl's `-d`).
    ///
    /// # Errors
    ///
    /// [`AclError::Duplicate`] if an entry was there in both scopes.
    pub fn into_default(self) -> Result<Self, AclError> {
        let promoted = Self::new(self.entries.into_iter().map(|entry| Entry {
            scope: Scope::Default,
            ..entry
        }))?;
        Ok(Self {
            conditional: self.conditional,
            ..promoted
        })
    }

    /// The entries of the access scope alone.
    pub(super) fn access_only(&self) -> Self {
        let mut access = Self::default();
        for (entry, conditional) in self.items().filter(|(e, _)| e.scope == Scope::Access) {
            access.push(entry.clone(), conditional);
        }
        access
    }

    /// Each entry, and whether it asks for `X`.
    pub(super) fn items(&self) -> impl Iterator<Item = (&Entry, bool)> {
        let conditional = |index| self.conditional.binary_search(&index).is_ok();
        let entries = self.entries.iter().enumerate();
        entries.map(move |(index, entry)| (entry, conditional(index)))
    }

    pub(super) fn count(&self, scope: Scope) -> usize {
        self.entries.iter().filter(|e| e.scope == scope).count()
    }

    fn has_twin_of(&self, entry: &Entry) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|e| e.scope == entry.scope && e.tag == entry.tag)
    }

    fn push(&mut self, entry: Entry, conditional: bool) {
        if conditional {
            self.conditional.push(self.entries.len());
        }
        self.entries.push(entry);
    }

    fn read_list(text: &str, dialect: &Dialect, form: Form) -> Result<Self, AclError> {
        let mut spec = Self::default();
        let mut items = text.split(',').enumerate().peekable();
        while let Some((index, text)) = items.next() {
            let skipped = dialect.empty_items == EmptyItems::Anywhere || items.peek().is_none();
            if text.is_empty() && skipped {
                continue;
            }
            spec.add(Item::new(text, Place::Item(index + 1), form), dialect)?;
        }
        spec.filled(Item::new(text, Place::Item(1), form))
    }

    fn read_lines(text: &str, dialect: &Dialect, form: Form) -> Result<Self, AclError> {
        let mut spec = Self::default();
        let form = form.with_comments();
        for (index, line) in text.lines().enumerate() {
            let start = line.trim_start();
            if !start.is_empty() && !start.starts_with('#') {
                spec.add(Item::new(line, Place::Line(index + 1), form), dialect)?;
            }
        }
        spec.filled(Item::new("", Place::Line(1), form))
    }

    pub(super) fn add(&mut self, item: Item<'_>, dialect: &Dialect) -> Result<(), AclError> {
        if self.entries.len() == MAX_ENTRIES {
            return Err(item.expected("expected no more than 1024 entries"));
        }
        let (entry, conditional) = item.read(dialect)?;
        if self.has_twin_of(&entry) {
            return Err(item.expected("multiple entries with same scope, type and name"));
        }
        self.push(entry, conditional);
        Ok(())
    }

    fn filled(self, whole: Item<'_>) -> Result<Self, AclError> {
        if self.entries.is_empty() {
            return Err(whole.expected("expected at least one entry"));
        }
        Ok(self)
    }
}

/// As [`text`](AclSpec::text) in the dialects that write names as they are.
impl fmt::Display for AclSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(&Dialect::HDFS))
    }
}
