//! Flink's two files: lines of `key: value`, and the simple half of YAML.

use zeroize::Zeroizing;

use super::ConfigError;
use super::settings::Found;

/// Reads `flink-conf.yaml` as `GlobalConfiguration.loadYAMLResource` does, which is not YAML.
pub(super) fn read_flat(text: &str, found: &mut Found) -> Result<(), ConfigError> {
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.split_once('#').map_or(text, |(text, _)| text);
        if text.trim().is_empty() {
            continue;
        }
        let (key, value) = match text.split_once(": ") {
            Some((key, value)) => (key.trim(), value.trim()),
            None => ("", ""),
        };
        // The line itself may be a password.
        if key.is_empty() {
            return Err(found.wrong(line, "expected `key: value`, with a blank after the colon"));
        }
        if value.is_empty() {
            return Err(no_value(found, line, key));
        }
        found.add(line, key.to_owned(), Zeroizing::new(value.to_owned()));
    }
    Ok(())
}

/// Reads `config.yaml`: block maps of plain and quoted scalars, each on one line (YAML 1.2.2, chapters 7.3 and 8.2.2).
pub(super) fn read_nested(text: &str, found: &mut Found) -> Result<(), ConfigError> {
    let mut maps = Maps { open: Vec::new() };
    // A key whose value has to be a map in the following lines, and its line.
    let mut parent: Option<(usize, String)> = None;
    let mut begun = false;
    for (line, text) in (1..).zip(text.lines()) {
        let content = text.trim_start_matches(' ');
        let indent = text.len() - content.len();
        if is_void(content) {
            continue;
        }
        if content.trim_end() == "---" && indent == 0 && !begun {
            begun = true;
            continue;
        }
        begun = true;
        let wrong = |reason: &str| found.wrong(line, reason);
        let (key, value) = pair(content).map_err(wrong)?;
        if let Some((line, key)) = parent.take_if(|_| !maps.is_deeper(indent)) {
            return Err(no_value(found, line, &key));
        }
        let prefix = parent.take().map(|(_, key)| format!("{key}."));
        let prefix = maps.enter(indent, prefix).map_err(wrong)?;
        let key = format!("{prefix}{key}");
        match scalar(value).map_err(wrong)? {
            Scalar::Void => parent = Some((line, key)),
            Scalar::Null => return Err(no_value(found, line, &key)),
            Scalar::Text(value) => {
                if let Some(first) = found.line_of(&key) {
                    let reason = format!("`{key}` stands in line {first} already");
                    return Err(found.wrong(line, reason));
                }
                found.add(line, key, value);
            }
        }
    }
    match parent {
        Some((line, key)) => Err(no_value(found, line, &key)),
        None => Ok(()),
    }
}

/// Flink fails on such a key too: it may be a switch that somebody meant to turn on.
fn no_value(found: &Found, line: usize, key: &str) -> ConfigError {
    found.wrong(line, format!("`{key}` has no value"))
}

/// The maps around the current line, outermost first: their indentation and the beginning of their keys.
struct Maps {
    open: Vec<(usize, String)>,
}

impl Maps {
    fn is_deeper(&self, indent: usize) -> bool {
        self.open.last().is_none_or(|(open, _)| *open < indent)
    }

    /// Finds the map of a line with this indentation. `parent` opens a new one.
    fn enter(&mut self, indent: usize, parent: Option<String>) -> Result<&str, &'static str> {
        while self.open.last().is_some_and(|(open, _)| *open > indent) {
            self.open.pop();
        }
        if self.is_deeper(indent) {
            let prefix = match parent {
                Some(prefix) => prefix,
                None if self.open.is_empty() => String::new(),
                None => return Err("it is indented like none of the lines before"),
            };
            self.open.push((indent, prefix));
        }
        Ok(self.open.last().map_or("", |(_, prefix)| prefix))
    }
}

fn is_void(text: &str) -> bool {
    text.is_empty() || text.starts_with('#') || text.trim().is_empty()
}

const ONLY_MAPS: &str = "of YAML only maps with plain or quoted values of one line are read";

/// A key and what follows its colon.
fn pair(text: &str) -> Result<(&str, &str), &'static str> {
    const EXPECTED: &str = "expected `key: value`";
    let parts = match text.find(": ") {
        Some(colon) => text.split_at_checked(colon),
        None => text.trim_end().strip_suffix(':').map(|key| (key, "")),
    };
    let (key, value) = match parts {
        Some(parts) => parts,
        None if starts_special(text) => return Err(ONLY_MAPS),
        None => return Err(EXPECTED),
    };
    let key = key.trim_end();
    if starts_special(key) || key.starts_with('\t') {
        return Err(ONLY_MAPS);
    }
    if key.is_empty() || key.contains(" #") {
        return Err(EXPECTED);
    }
    Ok((key, value.strip_prefix(':').unwrap_or(value).trim()))
}

/// A character that begins something else than a plain scalar.
fn starts_special(text: &str) -> bool {
    text.starts_with([
        '-', '?', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`',
    ])
}

enum Scalar {
    /// Nothing, so that a map has to follow.
    Void,
    Null,
    Text(Zeroizing<String>),
}

fn scalar(text: &str) -> Result<Scalar, &'static str> {
    if is_void(text) {
        return Ok(Scalar::Void);
    }
    let quoted = if let Some(rest) = text.strip_prefix('"') {
        Some(double_quoted(rest)?)
    } else {
        text.strip_prefix('\'').map(single_quoted).transpose()?
    };
    if let Some((value, rest)) = quoted {
        let blank = rest.starts_with([' ', '\t']);
        let comment = rest.is_empty() || blank && is_void(rest.trim_start());
        return match comment {
            true => Ok(Scalar::Text(value)),
            false => Err("after the closing quote only a comment may follow"),
        };
    }
    let plain = text
        .find(" #")
        .and_then(|at| text.get(..at))
        .unwrap_or(text);
    let plain = plain.trim_end();
    // `-1` and `-Xmx1g` are plain, `- a` is a list.
    let negative = plain.starts_with('-') && !plain.starts_with("- ") && plain != "-";
    if starts_special(plain) && !negative {
        return Err(ONLY_MAPS);
    }
    if plain.contains(": ") || plain.ends_with(':') {
        return Err("a value with a colon and a blank must be quoted");
    }
    Ok(match plain {
        "null" | "Null" | "NULL" | "~" => Scalar::Null,
        plain => Scalar::Text(Zeroizing::new(plain.to_owned())),
    })
}

const NOT_CLOSED: &str = "the quote is not closed in its line";

fn single_quoted(text: &str) -> Result<(Zeroizing<String>, &str), &'static str> {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('\'').ok_or(NOT_CLOSED)?;
        value.push_str(part);
        match after.strip_prefix('\'') {
            Some(after) => {
                value.push('\'');
                rest = after;
            }
            None => return Ok((value, after)),
        }
    }
}

fn double_quoted(text: &str) -> Result<(Zeroizing<String>, &str), &'static str> {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text.chars();
    loop {
        let c = match rest.next().ok_or(NOT_CLOSED)? {
            '"' => return Ok((value, rest.as_str())),
            '\\' => match rest.next().ok_or(NOT_CLOSED)? {
                c @ ('"' | '\\' | '/' | ' ') => c,
                '0' => '\0',
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                'x' => code_point(&mut rest, 2)?,
                'u' => code_point(&mut rest, 4)?,
                'U' => code_point(&mut rest, 8)?,
                _ => return Err("an escape that is not read: write `\\u` and four digits"),
            },
            c => c,
        };
        value.push(c);
    }
}

fn code_point(text: &mut std::str::Chars<'_>, digits: usize) -> Result<char, &'static str> {
    let mut code = 0_u32;
    for _ in 0..digits {
        let digit = text.next().and_then(|c| c.to_digit(16));
        code = digit
            .and_then(|digit| code.checked_mul(16)?.checked_add(digit))
            .ok_or("an escape needs all its hexadecimal digits")?;
    }
    char::from_u32(code).ok_or("an escape that is no character")
}

#[cfg(test)]
mod tests {
    use crate::config::{ConfigError, Format, Settings};

    fn read(text: &str, format: Format) -> Result<Vec<(String, String, usize)>, ConfigError> {
        let settings = Settings::read("f", text.as_bytes(), format)?;
        let line = |key| settings.origin(key).unwrap().line();
        let value = |key| settings.get(key).unwrap().unwrap();
        Ok(settings
            .keys()
            .map(|key| (key.to_owned(), value(key), line(key)))
            .collect())
    }

    /// A text, and what it says: keys, values, lines.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str, usize)]);

    fn check(format: Format, cases: &[Case<'_>]) {
        for (text, expected) in cases {
            let expected: Vec<_> = expected
                .iter()
                .map(|&(key, value, line)| (key.to_owned(), value.to_owned(), line))
                .collect();
            assert_eq!(read(text, format).unwrap(), expected, "{text:?}");
        }
    }

    fn refused(format: Format, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            let error = read(text, format).unwrap_err().to_string();
            assert!(error.contains(expected), "{text:?}: {error}");
            assert!(!error.contains("geheim"), "{error}");
        }
    }

    #[test]
    fn flat_lines_as_flink_reads_them() {
        check(
            Format::FlinkConf,
            &[
                ("a: 1", &[("a", "1", 1)]),
                ("# c\n\n  \n a.b :  x y # c\n", &[("a.b", "x y", 4)]),
                ("a: b: c", &[("a", "b: c", 1)]),
                ("a: http://x:1", &[("a", "http://x:1", 1)]),
                ("a: \"q\" ${x}", &[("a", "\"q\" ${x}", 1)]),
                ("p: abc#123", &[("p", "abc", 1)]),
                ("a: 1\r\na: 2", &[("a", "2", 2)]),
            ],
        );
        refused(
            Format::FlinkConf,
            &[
                (
                    "x: 1\nsecurity.ssl.key-password:geheim",
                    "f:2: expected `key: value`, with a blank",
                ),
                ("geheim", "f:1: expected `key: value`"),
                (": geheim", "f:1: expected `key: value`"),
                ("a: # geheim", "f:1: `a` has no value"),
                ("a:", "f:1: expected"),
            ],
        );
    }

    #[test]
    fn nested_maps() {
        check(
            Format::FlinkYaml,
            &[
                ("a: 1", &[("a", "1", 1)]),
                ("a.b.c: 1", &[("a.b.c", "1", 1)]),
                (
                    "# c\n---\nsecurity:\n  ssl: # c\n    rest:\n      enabled: true\n\n    protocol: TLSv1.3\n  b: 2\nc: 3",
                    &[
                        ("c", "3", 10),
                        ("security.b", "2", 9),
                        ("security.ssl.protocol", "TLSv1.3", 8),
                        ("security.ssl.rest.enabled", "true", 6),
                    ],
                ),
                ("a:\n  b: ''", &[("a.b", "", 2)]),
                ("a: x#y # c", &[("a", "x#y", 1)]),
                (
                    "a: 'it''s # no: comment' # c",
                    &[("a", "it's # no: comment", 1)],
                ),
                (
                    r#"a: "x\"\\\/\n\x41\u20ac\U0001F600 # y""#,
                    &[("a", "x\"\\/\nA€😀 # y", 1)],
                ),
                (
                    "a: -1\nb: -Xmx1g -Dx=y:z\nc: http://x:1",
                    &[
                        ("a", "-1", 1),
                        ("b", "-Xmx1g -Dx=y:z", 2),
                        ("c", "http://x:1", 3),
                    ],
                ),
            ],
        );
        refused(
            Format::FlinkYaml,
            &[
                ("x: 1\na:\nb: geheim", "f:2: `a` has no value"),
                ("x:\n  a: # geheim\nb: 1", "f:2: `x.a` has no value"),
                ("  a:\nb: geheim", "f:1: `a` has no value"),
                ("a:", "f:1: `a` has no value"),
                ("a: ~", "f:1: `a` has no value"),
                ("a:\n  b: null", "f:2: `a.b` has no value"),
                ("a: 1\n  b: geheim", "f:2: it is indented like none"),
                ("a:\n    b: 1\n  c: geheim", "f:3: it is indented like none"),
                (
                    "a:\n  b: 1\na.b: geheim",
                    "f:3: `a.b` stands in line 2 already",
                ),
                ("a: 1\na: geheim", "f:2: `a` stands in line 1 already"),
                ("- geheim", "f:1: of YAML only maps"),
                ("a:\n- geheim", "f:2: of YAML only maps"),
                ("a: [geheim]", "f:1: of YAML only maps"),
                ("a: {b: geheim}", "f:1: of YAML only maps"),
                ("a: |\n  geheim", "f:1: of YAML only maps"),
                ("a: &x geheim", "f:1: of YAML only maps"),
                ("a: *geheim", "f:1: of YAML only maps"),
                ("a: !!str geheim", "f:1: of YAML only maps"),
                ("a: - geheim", "f:1: of YAML only maps"),
                ("'a': geheim", "f:1: of YAML only maps"),
                ("\ta: geheim", "f:1: of YAML only maps"),
                ("a: b: geheim", "f:1: a value with a colon"),
                ("a: 'geheim", "f:1: the quote is not closed"),
                ("a: \"geheim\\", "f:1: the quote is not closed"),
                ("a: 'x'geheim", "f:1: after the closing quote"),
                ("a: 'x'#geheim", "f:1: after the closing quote"),
                (r#"a: "\q""#, "f:1: an escape that is not read"),
                (r#"a: "\u12""#, "f:1: an escape needs all"),
                (r#"a: "\ud800""#, "f:1: an escape that is no character"),
                ("a: geheim\n---\nb: 1", "f:2: of YAML only maps"),
                ("geheim", "f:1: expected `key: value`"),
            ],
        );
    }
}
