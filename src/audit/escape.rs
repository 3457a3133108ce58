//! Escaping, so that no path can forge a field or a line.

use std::fmt::{self, Write};

/// Displays text as Java's `StringEscapeUtils.escapeJava` writes it: controls, quotes, backslashes and everything beyond
/// ASCII escaped.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\u{8}' => f.write_str("\\b")?,
                '\u{c}' => f.write_str("\\f")?,
                ' '..='~' => f.write_char(c)?,
                _ => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        write!(f, "\\u{unit:04X}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_java_escapes() {
        let text = "a\"b\\c\n\r\t\u{8}\u{c}\u{1}\u{7f}é😀z";
        assert_eq!(
            Escaped(text).to_string(),
            "a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\\u007F\\u00E9\\uD83D\\uDE00z"
        );
    }
}
