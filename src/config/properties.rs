//! The text form of `java.util.Properties`.

use std::iter::Peekable;

use zeroize::Zeroizing;

use super::ConfigError;
use super::settings::Found;

/// Reads a file as `Properties.load(InputStream)` does: one byte is one character (ISO 8859-1).
pub(super) fn read(bytes: &[u8], found: &mut Found) -> Result<(), ConfigError> {
    let mut lines = Lines {
        rest: bytes.iter().copied().peekable(),
        line: 1,
    };
    while let Some((line, text)) = lines.logical_line() {
        let (key, value) = split(&text);
        match (unescape(key), unescape(value)) {
            (Ok(key), Ok(value)) => found.add(line, String::clone(&key), value),
            (Err(reason), _) | (_, Err(reason)) => return Err(found.wrong(line, reason)),
        }
    }
    Ok(())
}

struct Lines<I: Iterator<Item = u8>> {
    rest: Peekable<I>,
    line: usize,
}

impl<I: Iterator<Item = u8>> Lines<I> {
    /// The next line that is neither blank nor a comment, joined with those that continue it, and its number. Other
    /// escapes are still in it.
    fn logical_line(&mut self) -> Option<(usize, Zeroizing<Vec<u8>>)> {
        // A vector that grows leaves copies of a password behind: few lines are longer.
        let mut text = Zeroizing::new(Vec::with_capacity(256));
        loop {
            self.skip_blanks();
            let line = self.line;
            if matches!(self.rest.peek()?, b'#' | b'!') {
                // Not continued, whatever is at its end.
                self.natural_line(&mut Vec::new());
                continue;
            }
            // As long as there is nothing, it may still become a comment.
            while self.natural_line(&mut text) && !text.is_empty() {
                self.skip_blanks();
            }
            if !text.is_empty() {
                return Some((line, text));
            }
        }
    }

    /// Appends a line without its end. Whether a backslash says that the next one continues it.
    fn natural_line(&mut self, text: &mut Vec<u8>) -> bool {
        let mut escaped = false;
        while let Some(byte) = self.rest.next() {
            if matches!(byte, b'\r' | b'\n') {
                if byte == b'\r' {
                    self.rest.next_if_eq(&b'\n');
                }
                self.line += 1;
                if escaped {
                    text.pop();
                }
                return escaped;
            }
            escaped = byte == b'\\' && !escaped;
            text.push(byte);
        }
        false
    }

    fn skip_blanks(&mut self) {
        while self.rest.next_if(|byte| is_blank(*byte)).is_some() {}
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0c')
}

/// A key ends before the first `=`, `:` or blank without a backslash. One `=` or `:`, with blanks around it, parts it from
/// the value.
fn split(text: &[u8]) -> (&[u8], &[u8]) {
    let mut escaped = false;
    let end = text.iter().position(|&byte| {
        let ends = !escaped && (matches!(byte, b'=' | b':') || is_blank(byte));
        escaped = byte == b'\\' && !escaped;
        ends
    });
    let (key, rest) = text
        .split_at_checked(end.unwrap_or(text.len()))
        .unwrap_or((text, &[]));
    match skip_blanks(rest) {
        [b'=' | b':', value @ ..] => (key, skip_blanks(value)),
        value => (key, value),
    }
}

fn skip_blanks(mut text: &[u8]) -> &[u8] {
    while let [byte, rest @ ..] = text
        && is_blank(*byte)
    {
        text = rest;
    }
    text
}

/// Characters of Java are units of UTF-16.
fn unescape(text: &[u8]) -> Result<Zeroizing<String>, &'static str> {
    let mut units = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    loop {
        let (unit, after) = match rest {
            [] => break,
            [b'\\', b'u', digits @ ..] => {
                code_unit(digits).ok_or("after `\\u` there must be four hexadecimal digits")?
            }
            [b'\\', b't', after @ ..] => (u16::from(b'\t'), after),
            [b'\\', b'n', after @ ..] => (u16::from(b'\n'), after),
            [b'\\', b'r', after @ ..] => (u16::from(b'\r'), after),
            [b'\\', b'f', after @ ..] => (0xc, after),
            // As in Java, nothing is left of a last backslash.
            [b'\\'] => break,
            [b'\\', byte, after @ ..] | [byte, after @ ..] => (u16::from(*byte), after),
        };
        units.push(unit);
        rest = after;
    }
    String::from_utf16(&units)
        .map(Zeroizing::new)
        .map_err(|_| "half of a surrogate pair (`\\ud800` to `\\udfff`) stands alone")
}

fn code_unit(text: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, after) = text.split_at_checked(4)?;
    let unit = digits.iter().try_fold(0, |unit: u16, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })?;
    Some((unit, after))
}

#[cfg(test)]
mod tests {
    use crate::config::{Format, Settings};

    fn read(text: &[u8]) -> Vec<(String, String, usize)> {
        let settings = Settings::read("p", text, Format::Properties).unwrap();
        let line = |key| settings.origin(key).unwrap().line();
        let value = |key| settings.get(key).unwrap().unwrap();
        settings
            .keys()
            .map(|key| (key.to_owned(), value(key), line(key)))
            .collect()
    }

    /// What `java.util.Properties` of OpenJDK 17 made of these; `tests/config` asks it about many more.
    #[test]
    fn lines_as_java_reads_them() {
        for (text, expected) in [
            ("a=1", &[("a", "1", 1)][..]),
            (
                "  a = 1 \n\tb:2\rc 3\r\nd\n",
                &[("a", "1 ", 1), ("b", "2", 2), ("c", "3", 3), ("d", "", 4)],
            ),
            ("# a=1 \\\n! b\nc == 3", &[("c", "= 3", 3)]),
            (
                "a=1\\\n   2\\\r\n\t3\nb=4",
                &[("a", "123", 1), ("b", "4", 4)],
            ),
            ("a=1\\\n#2", &[("a", "1#2", 1)]),
            ("a=1\\\n\nb=2", &[("a", "1", 1), ("b", "2", 3)]),
            ("\\\n\n#x\na=1", &[("a", "1", 4)]),
            ("\\\n#x\na=1", &[("a", "1", 3)]),
            ("a=1\\\\\nb=2\\", &[("a", "1\\", 1), ("b", "2", 2)]),
            (
                r"a\=\:\ b=\u00e9\u20ac\uD83D\uDE00\t\n\r\f\q\\",
                &[("a=: b", "é€😀\t\n\r\u{c}q\\", 1)],
            ),
            ("a=1\na=2", &[("a", "2", 2)]),
            ("=1", &[("", "1", 1)]),
            ("a  \x0c :  1", &[("a", "1", 1)]),
        ] {
            let expected: Vec<_> = expected
                .iter()
                .map(|&(key, value, line)| (key.to_owned(), value.to_owned(), line))
                .collect();
            assert_eq!(read(text.as_bytes()), expected, "{text:?}");
        }
        assert_eq!(read(b"a=\xe9"), [("a".to_owned(), "é".to_owned(), 1)]);
    }

    #[test]
    fn escapes_that_are_none() {
        for text in [
            r"a=\u12",
            r"a=\u12g4",
            r"\u=1",
            r"a=\ud83d",
            r"a=\ude00\ud83d",
            "a=\\u+123",
        ] {
            let text = format!("b=1\n{text}");
            let error = Settings::read("p", text.as_bytes(), Format::Properties).unwrap_err();
            assert!(error.to_string().starts_with("p:2: "), "{error}");
        }
    }
}
