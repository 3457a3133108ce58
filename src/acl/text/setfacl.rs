//! Entries of `setfacl(1)`: abbreviated keywords, a name alone for a user, blanks between the parts, comments behind.

use super::item::{Item, Type};
use super::perm::read_perm;
use crate::acl::{AclError, Blanks, Dialect, Entry, Perm, Scope};

pub(super) fn read(item: Item<'_>, dialect: &Dialect) -> Result<(Entry, bool), AclError> {
    let mut cursor = Cursor {
        rest: match item.form.comments {
            true => without_comment(item.text),
            false => item.text,
        },
        blanks: match dialect.blanks {
            Blanks::Ignored => &[' ', '\t', '\r', '\n'],
            Blanks::Literal => &[],
        },
    };
    let scope = match cursor.keyword("default", "d") {
        true => Scope::Default,
        false => Scope::Access,
    };
    let (of, name) = if cursor.keyword("user", "u") {
        (Type::User, cursor.name())
    } else if cursor.keyword("group", "g") {
        (Type::Group, cursor.name())
    } else if cursor.keyword("mask", "m") {
        (Type::Mask, cursor.no_name())
    } else if cursor.keyword("other", "o") {
        (Type::Other, cursor.no_name())
    } else {
        match cursor.name() {
            "" => return Err(item.expected("expected user, group, mask, other or a user's name")),
            name => (Type::User, name),
        }
    };
    let tag = item.tag(of, name, dialect)?;
    cursor.skip_blanks();
    let (perm, conditional) = if item.form.removal {
        (Perm::NONE, false)
    } else {
        let (asked, rest) = read_perm(cursor.rest, dialect).ok_or_else(|| {
            item.expected("expected a permission: some of rwxX-, each once, or an octal digit")
        })?;
        cursor.rest = rest;
        cursor.skip_blanks();
        asked
    };
    let ends = cursor.rest.is_empty() || item.form.comments && cursor.rest.starts_with('#');
    if !ends {
        return Err(item.expected(if item.form.removal {
            "expected no permission in a removal"
        } else {
            "expected nothing behind the permission, some of rwxX-, each once, or an octal digit"
        }));
    }
    Ok((Entry { scope, tag, perm }, conditional))
}

/// The text before a `#` that stands behind a blank. A name with such a blank is written with an escape.
fn without_comment(text: &str) -> &str {
    let mut hashes = text.match_indices('#').map(|(at, _)| text.split_at(at).0);
    hashes
        .find(|before| before.ends_with([' ', '\t']))
        .unwrap_or(text)
}

/// What is left to read of an entry.
struct Cursor<'a> {
    rest: &'a str,
    blanks: &'static [char],
}

impl<'a> Cursor<'a> {
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(self.blanks);
    }

    /// Passes over a keyword, whole or short, and the colon behind it. Behind the last word of an entry there is none.
    fn keyword(&mut self, whole: &str, short: &str) -> bool {
        let text = self.rest.trim_start_matches(self.blanks);
        for word in [whole, short] {
            let Some(behind) = text.strip_prefix(word) else {
                continue;
            };
            let behind = behind.trim_start_matches(self.blanks);
            if let Some(rest) = behind.strip_prefix(':') {
                self.rest = rest;
                return true;
            }
            if behind.is_empty() {
                self.rest = behind;
                return true;
            }
        }
        false
    }

    /// Everything up to the next colon, which is passed over, or to the end.
    fn name(&mut self) -> &'a str {
        let (name, rest) = self.rest.split_once(':').unwrap_or((self.rest, ""));
        self.rest = rest;
        name.trim_matches(self.blanks)
    }

    /// The name of a mask or of others, which should be empty and may be missing together with its colon.
    fn no_name(&mut self) -> &'a str {
        match self.rest.split_once(':') {
            Some((name, rest)) if !name.contains('#') => {
                self.rest = rest;
                name.trim_matches(self.blanks)
            }
            _ => "",
        }
    }
}
