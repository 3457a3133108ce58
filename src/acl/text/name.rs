//! Names in ACL text, plain or with escapes, and entries printed with them.

use std::borrow::Cow;

use crate::acl::{Dialect, Entry, NameText, Scope};

/// The name that is written as `text`; none if escapes make no UTF-8.
pub(super) fn unescape<'a>(text: &'a str, dialect: &Dialect) -> Option<Cow<'a, str>> {
    if dialect.name_text == NameText::Plain || !text.contains('\\') {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let escaped = after.split_at_checked(3).and_then(|(digits, behind)| {
            let octal = digits.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
            let byte = octal.then(|| u8::from_str_radix(digits, 8).ok())??;
            Some((byte, behind))
        });
        let (byte, behind) = escaped.unwrap_or((b'\\', after));
        bytes.push(byte);
        rest = behind;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// `text` with `\ooo` for backslashes and for `characters`, all of ASCII, where the dialect escapes.
pub(super) fn escape(text: &str, characters: &[char], dialect: &Dialect) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        let escapes = character == '\\' || characters.contains(&character);
        if escapes && dialect.name_text == NameText::Escaped {
            escaped.push_str(&format!("\\{:03o}", u32::from(character)));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// An entry without its permission and the colon before it: `default:user:bob`.
pub(super) fn tag_text(entry: &Entry, dialect: &Dialect) -> String {
    let scope = match entry.scope {
        Scope::Access => "",
        Scope::Default => "default:",
    };
    format!("{scope}{}", escape(&entry.tag.to_string(), &[' '], dialect))
}

/// A whole entry, with `X` in the place of `x` if it is conditional.
pub(super) fn entry_text(entry: &Entry, conditional: bool, dialect: &Dialect) -> String {
    let mut text = format!("{}:{}", tag_text(entry, dialect), entry.perm);
    if conditional && text.ends_with('-') {
        text.pop();
        text.push('X');
    }
    text
}
