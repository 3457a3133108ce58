//! The part of a rule in brackets, after the colon: what is made of the principal before it is matched.

use std::borrow::Cow;

use super::name::{KerberosName, line_terminator};

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Box<str>),
    Realm,
    Service,
    Host,
}

/// A format such as `$1@$0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Format {
    pieces: Box<[Piece]>,
    /// What it makes of a principal with realm is a part of it.
    part: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Service,
    Host,
    Realm,
    Whole,
    /// From the second component on.
    Tail,
}

impl Format {
    /// Reads the format of a rule for so many components. An error is Hadoop's message, and where.
    pub(super) fn parse(text: &str, components: u32) -> Result<Self, (usize, String)> {
        if let Some(at) = line_terminator(text) {
            return Err((at, "a line terminator in a format".to_owned()));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((plain, reference)) = rest.split_once('$') {
            if !plain.is_empty() {
                pieces.push(Piece::Text(plain.into()));
            }
            let after = reference.trim_start_matches(|c: char| c.is_ascii_digit());
            let digits = reference.strip_suffix(after).unwrap_or_default();
            let at = text.len() - reference.len() - 1;
            pieces.push(Self::parameter(text, digits, components).map_err(|reason| (at, reason))?);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.into()));
        }
        let part = Self::part(&pieces, components);
        Ok(Self {
            pieces: pieces.into(),
            part,
        })
    }

    fn parameter(text: &str, digits: &str, components: u32) -> Result<Piece, String> {
        match digits.parse::<i32>() {
            Err(_) => Err(format!("bad format in username mapping in {digits}")),
            Ok(0) => Ok(Piece::Realm),
            Ok(1) => Ok(Piece::Service),
            Ok(2) if components == 2 => Ok(Piece::Host),
            Ok(index) => Err(format!(
                "index {index} from {text} is outside of the valid range 0 to {components}"
            )),
        }
    }

    fn part(pieces: &[Piece], components: u32) -> Option<Part> {
        let is = |piece: &Piece, separator: &str| matches!(piece, Piece::Text(text) if **text == *separator);
        Some(match (pieces, components) {
            ([Piece::Service], _) => Part::Service,
            ([Piece::Host], _) => Part::Host,
            ([Piece::Realm], _) => Part::Realm,
            ([Piece::Service, at, Piece::Realm], 1) if is(at, "@") => Part::Whole,
            ([Piece::Host, at, Piece::Realm], _) if is(at, "@") => Part::Tail,
            ([Piece::Service, slash, Piece::Host, at, Piece::Realm], _)
                if is(slash, "/") && is(at, "@") =>
            {
                Part::Whole
            }
            _ => return None,
        })
    }

    /// What it makes of a principal.
    pub(super) fn text<'p>(&self, name: &KerberosName<'p>) -> Cow<'p, str> {
        let whole = name.as_str();
        let part = match self.part {
            Some(Part::Service) => Some(name.service()),
            Some(Part::Host) => name.host(),
            Some(Part::Realm) => name.realm(),
            Some(Part::Whole) => name.realm().map(|_| whole),
            Some(Part::Tail) => name
                .realm()
                .and_then(|_| whole.get(name.service().len() + 1..)),
            None => None,
        };
        part.map_or_else(|| Cow::Owned(self.build(name)), Cow::Borrowed)
    }

    /// Whether both make the same of a principal.
    pub(super) fn makes_the_same(&self, other: &Self) -> bool {
        match (self.part, other.part) {
            (None, None) => self.pieces == other.pieces,
            (part, other) => part == other,
        }
    }

    /// Whether the realm comes last, after an `@`.
    pub(super) fn ends_with_realm(&self) -> bool {
        matches!(&*self.pieces, [.., Piece::Text(text), Piece::Realm] if text.ends_with('@'))
    }

    fn build(&self, name: &KerberosName<'_>) -> String {
        let mut text = String::with_capacity(name.as_str().len() + 16);
        for piece in &self.pieces {
            text.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Service => name.service(),
                Piece::Host => name.host().unwrap_or_default(),
                // What Java makes of nothing.
                Piece::Realm => name.realm().unwrap_or("null"),
            });
        }
        text
    }

    /// A principal of which it makes this text, if one is easily found; `names` are those that the text does not tell.
    pub(super) fn solve(&self, text: &str, names: [&str; 3], components: u32) -> Option<String> {
        let [mut realm, mut service, mut host] = names.map(str::to_owned);
        let mut rest = text;
        let mut pieces = self.pieces.iter().peekable();
        while let Some(piece) = pieces.next() {
            let parameter = match piece {
                Piece::Text(text) => {
                    rest = rest.strip_prefix(&**text)?;
                    continue;
                }
                Piece::Realm => &mut realm,
                Piece::Service => &mut service,
                Piece::Host => &mut host,
            };
            let end = match pieces.peek() {
                None => rest.len(),
                Some(Piece::Text(text)) => rest.find(&**text)?,
                Some(_) => return None,
            };
            let (value, after) = rest.split_at_checked(end)?;
            value.clone_into(parameter);
            rest = after;
        }
        if !rest.is_empty() {
            return None;
        }
        Some(if components == 1 {
            format!("{service}@{realm}")
        } else {
            format!("{service}/{host}@{realm}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(format: &str, principal: &str) -> String {
        let name = KerberosName::parse(principal).unwrap();
        let format = Format::parse(format, name.components()).unwrap();
        let text = format.text(&name);
        assert_eq!(text, format.build(&name), "the short way is the same");
        text.into_owned()
    }

    #[test]
    fn parameters_are_replaced() {
        assert_eq!(text("$1", "a@R"), "a");
        assert_eq!(text("$1@$0", "a@R"), "a@R");
        assert_eq!(text("$2@$0", "a/b@R"), "b@R");
        assert_eq!(text("$1/$2@$0", "a/b@R"), "a/b@R");
        assert_eq!(text("$1@$0", "a/b@R"), "a@R");
        assert_eq!(text("x$2;$1$01y", "a/b@R"), "xb;aay");
        assert_eq!(text("", "a@R"), "");
        assert_eq!(text("$0", "a/b"), "null");
        assert_eq!(text("$2@$0", "a/b"), "b@null");
        assert_eq!(text("$1/$2@$0", "a/b"), "a/b@null");
    }

    #[test]
    fn a_bad_format_is_refused_with_the_text_of_hadoop() {
        for (format, components, at, message) in [
            (
                "$2",
                1,
                0,
                "index 2 from $2 is outside of the valid range 0 to 1",
            ),
            (
                "$1;$3",
                2,
                3,
                "index 3 from $1;$3 is outside of the valid range 0 to 2",
            ),
            ("a$", 1, 1, "bad format in username mapping in "),
            ("$x", 1, 0, "bad format in username mapping in "),
            (
                "$99999999999",
                1,
                0,
                "bad format in username mapping in 99999999999",
            ),
            ("$1\n", 1, 2, "a line terminator in a format"),
        ] {
            assert_eq!(
                Format::parse(format, components),
                Err((at, message.to_owned())),
                "{format}"
            );
        }
    }

    #[test]
    fn a_principal_is_found_for_a_text() {
        let solve = |format, text| {
            let format = Format::parse(format, 2).unwrap();
            format.solve(text, ["R", "s", "h"], 2)
        };
        assert_eq!(solve("$1@$0", "a@B"), Some("a/h@B".to_owned()));
        assert_eq!(solve("$1;$2", "a;b"), Some("a/b@R".to_owned()));
        assert_eq!(solve("$1;$2", "ab"), None);
        assert_eq!(solve("x", "x"), Some("s/h@R".to_owned()));
        assert_eq!(solve("x", "xy"), None);
        assert_eq!(solve("$1$2", "ab"), None);
    }
}
