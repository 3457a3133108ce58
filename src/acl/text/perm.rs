//! Permissions in ACL text.

use crate::acl::{Dialect, Perm, PermText};

/// A permission, and whether it asks for `X`.
pub(super) type Asked = (Perm, bool);

/// The permission that `text` begins with, and what follows it.
pub(super) fn read_perm<'a>(text: &'a str, dialect: &Dialect) -> Option<(Asked, &'a str)> {
    match dialect.perm_text {
        PermText::Exact => {
            let (perm, rest) = text.split_at_checked(3)?;
            Some(((perm.parse().ok()?, false), rest))
        }
        PermText::Loose if text.starts_with(|c: char| c.is_ascii_digit()) => {
            let (digits, rest) = split_before(text, |c| !c.is_ascii_digit())?;
            let bits = match digits.trim_start_matches('0') {
                "" => 0,
                digit => digit.parse().ok().filter(|bits| *bits <= 7)?,
            };
            Some(((Perm::from_bits(bits), false), rest))
        }
        PermText::Loose => {
            let (letters, rest) = split_before(text, |c| !"rwxX-".contains(c))?;
            Some((read_letters(letters)?, rest))
        }
    }
}

/// At least one of `r`, `w`, `x`, `X` and `-`, each letter at most once; an `x` makes an `X` idle.
fn read_letters(letters: &str) -> Option<Asked> {
    let (mut perm, mut conditional) = (Perm::NONE, false);
    for letter in letters.chars() {
        let bit = match letter {
            'r' => Perm::READ,
            'w' => Perm::WRITE,
            'x' => Perm::EXECUTE,
            'X' if conditional => return None,
            'X' => {
                conditional = true;
                continue;
            }
            _ => continue,
        };
        if perm.contains(bit) {
            return None;
        }
        perm = perm | bit;
    }
    let conditional = conditional && !perm.contains(Perm::EXECUTE);
    (!letters.is_empty()).then_some((perm, conditional))
}

fn split_before(text: &str, end: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    text.split_at_checked(text.find(end).unwrap_or(text.len()))
}
