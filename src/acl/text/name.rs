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
        // A backslash that begins no escape stands for itself.
        let (byte, behind) = match after.strip_prefix('\\') {
            Some(behind) => (b'\\', behind),
            None => octal(after).unwrap_or((b'\\', after)),
        };
        bytes.push(byte);
        rest = behind;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// The byte of three octal digits, and what is behind them.
fn octal(text: &str) -> Option<(u8, &str)> {
    let (digits, behind) = text.split_at_checked(3)?;
    let octal = digits.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    let byte = u8::from_str_radix(digits, 8).ok().filter(|_| octal)?;
    Some((byte, behind))
}

/// `text` with `\ooo` for `characters`, all of ASCII, and two backslashes for one, where the dialect escapes.
pub(super) fn escape(text: &str, characters: &[char], dialect: &Dialect) -> String {
    if dialect.name_text == NameText::Plain {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\\' {
            escaped.push_str("\\\\");
        } else if characters.contains(&character) {
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
