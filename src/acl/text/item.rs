//! One entry as written, and where it stands.

use super::name::unescape;
use super::{setfacl, split};
use crate::acl::{AclError, Dialect, Entry, Keywords, Place, RemovalText, Tag};
use crate::identity::{GroupName, NameError, UserName};

/// The longest entry read, in bytes. Every name fits in, were each of its bytes an escape.
const MAX_LENGTH: usize = 2048;

/// How much of an entry an error repeats, in characters.
const SHOWN: usize = 80;

/// What entries look like besides what the dialect says.
#[derive(Clone, Copy)]
pub(in crate::acl) struct Form {
    /// Without permissions.
    pub(super) removal: bool,
    /// Perhaps with a comment behind.
    pub(super) comments: bool,
}

impl Form {
    pub(in crate::acl) const ENTRIES: Self = Self {
        removal: false,
        comments: false,
    };
    pub(super) const REMOVAL: Self = Self {
        removal: true,
        comments: false,
    };

    pub(super) const fn with_comments(self) -> Self {
        Self {
            comments: true,
            ..self
        }
    }
}

/// What the keyword of an entry says.
#[derive(Clone, Copy)]
pub(super) enum Type {
    User,
    Group,
    Mask,
    Other,
}

#[derive(Clone, Copy)]
pub(in crate::acl) struct Item<'a> {
    pub(super) text: &'a str,
    place: Place,
    pub(super) form: Form,
}

impl<'a> Item<'a> {
    pub(in crate::acl) const fn new(text: &'a str, place: Place, form: Form) -> Self {
        Self { text, place, form }
    }

    /// The entry, and whether its permission asks for `X`.
    pub(in crate::acl) fn read(self, dialect: &Dialect) -> Result<(Entry, bool), AclError> {
        if self.text.len() > MAX_LENGTH {
            return Err(self.expected("expected an entry of at most 2048 bytes"));
        }
        match dialect.keywords {
            Keywords::Abbreviated => setfacl::read(self, dialect),
            Keywords::AnyCase | Keywords::LowerCase => split::read(self, dialect),
        }
    }

    pub(super) fn tag(self, of: Type, name: &str, dialect: &Dialect) -> Result<Tag, AclError> {
        let named = !name.is_empty();
        let name = unescape(name, dialect)
            .ok_or_else(|| self.expected("expected escapes that make UTF-8"))?;
        match of {
            Type::User if named => UserName::new(&name)
                .map(Tag::User)
                .map_err(|error| self.invalid_name(error)),
            Type::Group if named => GroupName::new(&name)
                .map(Tag::Group)
                .map_err(|error| self.invalid_name(error)),
            Type::Mask | Type::Other if named => {
                Err(self.expected("subject for mask and other must be empty"))
            }
            Type::User | Type::Group
                if self.form.removal && dialect.removal_text == RemovalText::Named =>
            {
                Err(self.expected("ACL entry must have subject: expected a name"))
            }
            Type::User => Ok(Tag::Owner),
            Type::Group => Ok(Tag::OwningGroup),
            Type::Mask => Ok(Tag::Mask),
            Type::Other => Ok(Tag::Other),
        }
    }

    pub(in crate::acl) fn expected(self, expected: &'static str) -> AclError {
        AclError::Entry {
            entry: self.shown(),
            place: self.place,
            expected,
        }
    }

    fn invalid_name(self, source: NameError) -> AclError {
        AclError::Name {
            entry: self.shown(),
            place: self.place,
            source,
        }
    }

    fn shown(self) -> String {
        let mut shown: String = self.text.chars().take(SHOWN).collect();
        if shown.len() < self.text.len() {
            shown.push('…');
        }
        shown
    }
}
