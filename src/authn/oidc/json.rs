//! JSON as tokens and key sets carry it (RFC 8259): bounded, and every name once.
//!
//! A reader of our own, because a name that stands twice must be an error at any depth: what another reader of the same
//! token takes may be the other one (RFC 7519 §4 leaves it open). The usual crate takes the last, and what it hands out for a
//! number depends on a feature that anybody in the build may switch on.

use std::borrow::Cow;

use thiserror::Error;

/// How deep lists and objects may lie in each other.
const MAX_DEPTH: u32 = 16;
/// Names are compared with each other, so there must not be many.
const MAX_MEMBERS: usize = 256;

/// Where a text stops being JSON as we take it. Shows nothing of the text, which may be secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("at byte {at}: {problem}")]
pub(super) struct JsonError {
    at: usize,
    problem: &'static str,
}

/// A value that borrows from its text what has no escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    /// As it is written.
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Object<'a>),
}

impl Value<'_> {
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Names and values in the order of the text, each name once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Object<'a> {
    /// Reads a text that is one object.
    pub(super) fn parse(text: &'a [u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(text).map_err(|error| JsonError {
            at: error.valid_up_to(),
            problem: "not UTF-8",
        })?;
        let mut reader = Reader { text, at: 0 };
        reader.skip_blanks();
        reader.expect(b'{', "an object begins with '{'")?;
        let object = reader.object(MAX_DEPTH)?;
        reader.skip_blanks();
        if reader.peek().is_some() {
            return Err(reader.error("more after the object"));
        }
        Ok(object)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value<'a>> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// The text under a name; an error if something else is there.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, NotText> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value.as_text().map(Some).ok_or(NotText),
        }
    }
}

/// Something else is where a text was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotText;

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    const fn error(&self, problem: &'static str) -> JsonError {
        let at = self.at;
        JsonError { at, problem }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        if there {
            self.at += 1;
        }
        there
    }

    fn expect(&mut self, byte: u8, problem: &'static str) -> Result<(), JsonError> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.error(problem))
        }
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: u32) -> Result<Value<'a>, JsonError> {
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                Ok(Value::Object(self.object(depth)?))
            }
            Some(b'[') => {
                self.at += 1;
                Ok(Value::List(self.list(depth)?))
            }
            Some(b'"') => {
                self.at += 1;
                Ok(Value::Text(self.string()?))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let words = [
                    ("null", Value::Null),
                    ("true", Value::Bool(true)),
                    ("false", Value::Bool(false)),
                ];
                let rest = self.text.get(self.at..).unwrap_or_default();
                let word = words.into_iter().find(|(word, _)| rest.starts_with(word));
                let (word, value) = word.ok_or_else(|| self.error("expected a value"))?;
                self.at += word.len();
                Ok(value)
            }
        }
    }

    /// What follows a `{`.
    fn object(&mut self, depth: u32) -> Result<Object<'a>, JsonError> {
        let mut members: Vec<(Cow<'a, str>, Value<'a>)> = Vec::new();
        let below = self.deeper(depth)?;
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(Object(members));
        }
        loop {
            self.skip_blanks();
            let start = self.at;
            self.expect(b'"', "a name begins with '\"'")?;
            let name = self.string()?;
            if members.iter().any(|(known, _)| *known == name) {
                self.at = start;
                return Err(self.error("a name that was there before"));
            }
            if members.len() == MAX_MEMBERS {
                return Err(self.error("more than 256 names in one object"));
            }
            self.skip_blanks();
            self.expect(b':', "expected ':'")?;
            self.skip_blanks();
            let value = self.value(below)?;
            members.push((name, value));
            self.skip_blanks();
            if self.take(b'}') {
                return Ok(Object(members));
            }
            self.expect(b',', "expected ',' or '}'")?;
        }
    }

    /// What follows a `[`.
    fn list(&mut self, depth: u32) -> Result<Vec<Value<'a>>, JsonError> {
        let mut values = Vec::new();
        let below = self.deeper(depth)?;
        self.skip_blanks();
        if self.take(b']') {
            return Ok(values);
        }
        loop {
            self.skip_blanks();
            values.push(self.value(below)?);
            self.skip_blanks();
            if self.take(b']') {
                return Ok(values);
            }
            self.expect(b',', "expected ',' or ']'")?;
        }
    }

    fn deeper(&self, depth: u32) -> Result<u32, JsonError> {
        depth
            .checked_sub(1)
            .ok_or_else(|| self.error("more than 16 levels"))
    }

    /// What follows a `"`.
    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        let mut unescaped: Option<String> = None;
        loop {
            let start = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | ..=0x1f)) {
                self.at += 1;
            }
            let piece = self.text.get(start..self.at).unwrap_or_default();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(match unescaped {
                        None => Cow::Borrowed(piece),
                        Some(text) => Cow::Owned(text + piece),
                    });
                }
                Some(b'\\') => {
                    let text = unescaped.get_or_insert_default();
                    text.push_str(piece);
                    self.at += 1;
                    let character = self.escape()?;
                    text.push(character);
                }
                Some(_) => return Err(self.error("a control character in a string")),
                None => return Err(self.error("a string without an end")),
            }
        }
    }

    /// What follows a `\`.
    fn escape(&mut self) -> Result<char, JsonError> {
        let byte = self.peek().ok_or_else(|| self.error("half an escape"))?;
        let character = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return Err(self.error("no such escape")),
        };
        self.at += 1;
        Ok(character)
    }

    /// What follows a `\u`: four digits, or a pair of surrogates (RFC 8259 §7).
    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let first = self.four_digits()?;
        let units = if (0xd800..0xdc00).contains(&first) {
            self.expect(b'\\', "half a pair of surrogates")?;
            self.expect(b'u', "half a pair of surrogates")?;
            vec![first, self.four_digits()?]
        } else {
            vec![first]
        };
        let character = char::decode_utf16(units).next().and_then(Result::ok);
        character.ok_or_else(|| self.error("half a pair of surrogates"))
    }

    fn four_digits(&mut self) -> Result<u16, JsonError> {
        let end = self.at.saturating_add(4);
        let digits = self.text.get(self.at..end);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let number = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let number = number.ok_or_else(|| self.error("expected four hexadecimal digits"))?;
        self.at = end;
        Ok(number)
    }

    fn number(&mut self) -> Result<Value<'a>, JsonError> {
        let start = self.at;
        let _ = self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        let written = self.text.get(start..self.at).unwrap_or_default();
        Ok(Value::Number(written))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.error("expected a digit"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What serde_json reads, in our form.
    fn same(ours: &Value<'_>, theirs: &serde_json::Value) -> bool {
        match (ours, theirs) {
            (Value::Null, serde_json::Value::Null) => true,
            (Value::Bool(ours), serde_json::Value::Bool(theirs)) => ours == theirs,
            (Value::Number(ours), serde_json::Value::Number(theirs)) => {
                // Theirs is not always the nearest.
                let (ours, theirs) = (ours.parse::<f64>().unwrap(), theirs.as_f64().unwrap());
                (ours - theirs).abs() <= theirs.abs().max(1e-300) * 1e-14
            }
            (Value::Text(ours), serde_json::Value::String(theirs)) => ours == theirs,
            (Value::List(ours), serde_json::Value::Array(theirs)) => {
                ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
            }
            (Value::Object(ours), serde_json::Value::Object(theirs)) => {
                ours.0.len() == theirs.len()
                    && ours
                        .0
                        .iter()
                        .all(|(name, a)| theirs.get(&**name).is_some_and(|b| same(a, b)))
            }
            _ => false,
        }
    }

    fn shown(text: &[u8]) -> String {
        String::from_utf8_lossy(text).into_owned()
    }

    fn check(text: &[u8]) {
        // A number that does not fit is for whoever reads it.
        let theirs = serde_json::from_slice::<serde_json::Value>(text);
        match Object::parse(text) {
            Ok(ours) => match theirs {
                Ok(theirs) => {
                    assert!(same(&Value::Object(ours), &theirs), "{}", shown(text));
                }
                Err(error) => {
                    let large = error.to_string().starts_with("number out of range");
                    assert!(large, "{error}: {}", shown(text));
                }
            },
            Err(error) => {
                // Where we are stricter, and nowhere else.
                let stricter = ["before", "levels", "256", "begins with '{'"];
                assert!(
                    theirs.is_err() || stricter.iter().any(|word| error.problem.contains(word)),
                    "{}: {error}",
                    shown(text)
                );
            }
        }
    }

    fn values() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            (-1e9..1e9).prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_another_reader_reads_it(
            value in prop::collection::vec((any::<String>(), values()), 0..6),
            pretty: bool,
        ) {
            let value = serde_json::Value::Object(value.into_iter().collect());
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            prop_assert!(same(&Value::Object(Object::parse(text.as_bytes()).unwrap()), &value));
        }

        #[test]
        fn what_is_damaged_is_refused_when_another_reader_refuses_it(
            value in prop::collection::vec((any::<String>(), values()), 1..4),
            at: prop::sample::Index,
            byte in prop::sample::select(&b"\"\\{}[],:0-9.eEtfnu \n\x00\x7f\xff"[..]),
            cut: bool,
        ) {
            let value = serde_json::Value::Object(value.into_iter().collect());
            let mut text = serde_json::to_vec(&value).unwrap();
            let at = at.index(text.len());
            if cut { text.truncate(at) } else { text[at] = byte }
            check(&text);
        }
    }

    #[test]
    fn texts_at_the_edges_are_read_or_refused_with_their_place() {
        for text in [
            r#"{}"#,
            r#" { "a" : [ ] , "b" : { } } "#,
            r#"{"a":"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t"}"#,
            r#"{"a":-0.5e+10,"b":0,"c":1E3}"#,
        ] {
            Object::parse(text.as_bytes()).unwrap();
            check(text.as_bytes());
        }
        for (text, error) in [
            ("", "at byte 0: an object begins with '{'"),
            ("[]", "at byte 0: an object begins with '{'"),
            ("{} x", "at byte 3: more after the object"),
            (
                r#"{"a":1,"a":2}"#,
                "at byte 7: a name that was there before",
            ),
            (
                r#"{"x":{"a":1,"\u0061":2}}"#,
                "at byte 12: a name that was there before",
            ),
            (r#"{"a":01}"#, "at byte 6: expected ',' or '}'"),
            (r#"{"a":1.}"#, "at byte 7: expected a digit"),
            (r#"{"a":+1}"#, "at byte 5: expected a value"),
            (r#"{"a":NaN}"#, "at byte 5: expected a value"),
            (r#"{"a":1,}"#, "at byte 7: a name begins with '\"'"),
            (r#"{"a":[1,]}"#, "at byte 8: expected a value"),
            (r#"{"a":"\ud800"}"#, "at byte 12: half a pair of surrogates"),
            (r#"{"a":"\udc00"}"#, "at byte 12: half a pair of surrogates"),
            (
                r#"{"a":"\u+123"}"#,
                "at byte 8: expected four hexadecimal digits",
            ),
            (r#"{"a":"\x"}"#, "at byte 7: no such escape"),
            (
                "{\"a\":\"\n\"}",
                "at byte 6: a control character in a string",
            ),
            (r#"{"a"#, "at byte 3: a string without an end"),
        ] {
            assert_eq!(
                Object::parse(text.as_bytes()).unwrap_err().to_string(),
                error,
                "{text}"
            );
        }
        assert_eq!(
            Object::parse(b"{\"a\xff\":1}").unwrap_err().to_string(),
            "at byte 3: not UTF-8"
        );
    }

    #[test]
    fn depth_and_names_are_bounded() {
        let nested =
            |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(Object::parse(nested(15).as_bytes()).is_ok());
        let error = Object::parse(nested(16).as_bytes()).unwrap_err();
        assert!(error.problem.contains("levels"), "{error}");
        assert!(Object::parse(nested(1_000_000).as_bytes()).is_err());

        let wide = |names: usize| {
            let members: Vec<_> = (0..names).map(|n| format!("\"{n}\":{n}")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(Object::parse(wide(256).as_bytes()).is_ok());
        let error = Object::parse(wide(257).as_bytes()).unwrap_err();
        assert!(error.problem.contains("256"), "{error}");
    }
}
