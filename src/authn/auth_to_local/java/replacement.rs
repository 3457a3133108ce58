//! What `java.util.regex.Matcher.replaceAll` makes of its argument.

/// A part of a replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Piece {
    Text(String),
    /// What this group holds, 0 being all of the match.
    Group(usize),
}

/// Reads a replacement for a pattern with these groups. The error is Java's message, and where.
pub(in super::super) fn replacement(
    text: &str,
    groups: &[Option<String>],
) -> Result<Vec<Piece>, (usize, String)> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, char)) = rest.next() {
        match char {
            '\\' => match rest.next() {
                Some((_, escaped)) => plain.push(escaped),
                None => return Err((at, "character to be escaped is missing".to_owned())),
            },
            '$' => {
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                let group = match rest.next() {
                    Some((_, '{')) => named(&mut rest, groups),
                    Some((_, first)) => numbered(first, &mut rest, groups),
                    None => Err("Illegal group reference: group index is missing".to_owned()),
                };
                pieces.push(Piece::Group(group.map_err(|reason| (at, reason))?));
            }
            char => plain.push(char),
        }
    }
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Ok(pieces)
}

type Rest<'a> = std::iter::Peekable<std::str::CharIndices<'a>>;

/// What follows `${`.
fn named(rest: &mut Rest<'_>, groups: &[Option<String>]) -> Result<usize, String> {
    let mut name = String::new();
    while let Some((_, char)) = rest.next_if(|(_, c)| c.is_ascii_alphanumeric()) {
        name.push(char);
    }
    if name.is_empty() {
        return Err("named capturing group has 0 length name".to_owned());
    }
    if rest.next_if(|(_, c)| *c == '}').is_none() {
        return Err("named capturing group is missing trailing '}'".to_owned());
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!(
            "capturing group name {{{name}}} starts with digit character"
        ));
    }
    let position = groups
        .iter()
        .position(|group| group.as_ref() == Some(&name));
    match position {
        Some(position) => Ok(position + 1),
        None => Err(format!("No group with name {{{name}}}")),
    }
}

/// What follows `$`: as many digits as there may be for a group.
fn numbered(first: char, rest: &mut Rest<'_>, groups: &[Option<String>]) -> Result<usize, String> {
    let digit = |char: char| {
        char.to_digit(10)
            .and_then(|digit| usize::try_from(digit).ok())
    };
    let mut group = digit(first).ok_or("Illegal group reference")?;
    if group > groups.len() {
        return Err(format!("No group {group}"));
    }
    while let Some((_, char)) = rest.peek()
        && let Some(next) = digit(*char)
        && group * 10 + next <= groups.len()
    {
        group = group * 10 + next;
        rest.next();
    }
    Ok(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_are_read_as_java_reads_them() {
        let groups = [None, Some("realm".to_owned())];
        let read = |text| replacement(text, &groups);
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(read(""), Ok(vec![]));
        assert_eq!(read("a\\$\\\\b"), Ok(vec![text("a$\\b")]));
        assert_eq!(
            read("x$1y$0"),
            Ok(vec![text("x"), Piece::Group(1), text("y"), Piece::Group(0)])
        );
        assert_eq!(read("${realm}"), Ok(vec![Piece::Group(2)]));
        assert_eq!(read("$21"), Ok(vec![Piece::Group(2), text("1")]));
        assert_eq!(read("$01"), Ok(vec![Piece::Group(1)]));
        let many = vec![None; 12];
        assert_eq!(replacement("$12", &many), Ok(vec![Piece::Group(12)]));
        for (wrong, at, message) in [
            ("a\\", 1, "character to be escaped is missing"),
            ("a$", 1, "Illegal group reference: group index is missing"),
            ("$x", 0, "Illegal group reference"),
            ("$3", 0, "No group 3"),
            ("${}", 0, "named capturing group has 0 length name"),
            (
                "${realm",
                0,
                "named capturing group is missing trailing '}'",
            ),
            (
                "${1a}",
                0,
                "capturing group name {1a} starts with digit character",
            ),
            ("${x}", 0, "No group with name {x}"),
        ] {
            assert_eq!(read(wrong), Err((at, message.to_owned())), "{wrong}");
        }
    }
}
