//! JSON as tokens and key sets carry it (RFC 8259): bounded, and every name once.
//!
//! A name that stands twice is an error at any depth: what another reader of the same token takes may be the other one
//! (RFC 7519 §4 leaves it open). `serde_json::Value` takes the last.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use thiserror::Error;

/// How deep lists and objects may lie in each other.
const MAX_DEPTH: u32 = 16;
/// Names are compared with each other, so there must not be many.
const MAX_MEMBERS: usize = 256;

/// With its feature `arbitrary_precision`, which anybody in the build may switch on, serde_json hands out some numbers as
/// an object of this one name, with the number as a text. It is read the same with the feature and without: whoever may
/// write such an object may write a number as well.
const NUMBER: &str = "$serde_json::private::Number";

/// Where a text stops being JSON as we take it. Shows nothing of the text, which may be secret.
#[derive(Debug, Error)]
pub(super) enum JsonError {
    /// Every kind of value is taken by [`Depth`], so there is no error of serde_json that quotes one.
    #[error("{0}")]
    Text(#[from] serde_json::Error),
    #[error("not an object")]
    NotObject,
}

/// A value that borrows from its text what has no escapes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    /// The nearest one.
    Number(f64),
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
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Object<'a> {
    /// Reads a text that is one object.
    pub(super) fn parse(text: &'a [u8]) -> Result<Self, JsonError> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        let value = Depth(MAX_DEPTH).deserialize(&mut reader)?;
        reader.end()?;
        match value {
            Value::Object(object) => Ok(object),
            _ => Err(JsonError::NotObject),
        }
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

/// Reads a value with at most so many levels.
#[derive(Clone, Copy)]
struct Depth(u32);

impl Depth {
    fn below<E: Error>(self) -> Result<Self, E> {
        let below = self.0.checked_sub(1).map(Self);
        below.ok_or_else(|| E::custom("more than 16 levels"))
    }
}

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value<'de>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let below = self.below()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(below)? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut members: Vec<(Cow<'de, str>, Value<'de>)> = Vec::new();
        while let Some(name) = map.next_key_seed(self)? {
            let Value::Text(name) = name else {
                return Err(A::Error::custom("a name that is no text"));
            };
            if members.is_empty() && name == NUMBER {
                let text = map.next_value_seed(self)?;
                let number = text.as_text().and_then(|text| text.parse::<f64>().ok());
                // One that is too large is an error without the feature.
                let number = number.filter(|number| number.is_finite());
                // If there is a second name, serde_json finds that the object goes on.
                return number
                    .map(Value::Number)
                    .ok_or_else(|| A::Error::custom("a number that is none"));
            }
            if members.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom("a name that was there before"));
            }
            if members.len() == MAX_MEMBERS {
                return Err(A::Error::custom("more than 256 names in one object"));
            }
            members.push((name, map.next_value_seed(self.below()?)?));
        }
        self.below::<A::Error>()?;
        Ok(Value::Object(Object(members)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same in the form that serde_json has for it, which cannot hold a name twice.
    fn plain(value: &Value<'_>) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(bool) => (*bool).into(),
            Value::Number(number) => (*number).into(),
            Value::Text(text) => (&**text).into(),
            Value::List(list) => list.iter().map(plain).collect(),
            Value::Object(object) => object_of(object),
        }
    }

    fn object_of(object: &Object<'_>) -> serde_json::Value {
        let members = object.0.iter();
        let members: serde_json::Map<_, _> = members
            .map(|(name, value)| (name.to_string(), plain(value)))
            .collect();
        assert_eq!(members.len(), object.0.len(), "a name twice");
        members.into()
    }

    /// Values whose numbers are the same in every form.
    fn values() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            (-1_000_000..1_000_000_i32).prop_map(|number| (f64::from(number) / 8.0).into()),
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

    fn error(text: &str) -> String {
        Object::parse(text.as_bytes()).unwrap_err().to_string()
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            value in prop::collection::vec((any::<String>(), values()), 0..6),
            pretty: bool,
        ) {
            let value = serde_json::Value::Object(value.into_iter().collect());
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            prop_assert_eq!(object_of(&Object::parse(text.as_bytes()).unwrap()), value);
        }

        #[test]
        fn an_error_shows_nothing_of_the_text(
            at: prop::sample::Index,
            byte in prop::sample::select(&b"\"\\{}[],:0-9.eEtfnu \n\x00\x7f\xff"[..]),
            cut: bool,
        ) {
            let mut text = br#"{"QQ":"QQ","X":[{"QQQ":[["QQ\u0051"]]},77777,-777.77,"QQ"],"QQQQ":{"QQ":true}}"#.to_vec();
            let at = at.index(text.len());
            if cut { text.truncate(at) } else { text[at] = byte }
            if let Err(error) = Object::parse(&text) {
                let shown = format!("{error} {error:?}");
                prop_assert!(!shown.contains('Q') && !shown.contains("777"), "{shown}");
            }
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_at_any_depth_and_however_it_is_written() {
        for (text, column) in [
            (r#"{"a":1,"a":2}"#, 10),
            (r#"{"a":1,"b":2,"a":1}"#, 16),
            (r#"{"x":{"a":1,"\u0061":2}}"#, 20),
            (r#"{"x":[[{"a":{},"a":null}]]}"#, 18),
        ] {
            let expected = format!("a name that was there before at line 1 column {column}");
            assert_eq!(error(text), expected, "{text}");
        }
        Object::parse(br#"{"a":{"a":{"b":1}},"b":[{"a":1},{"a":1}],"A":1}"#).unwrap();
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["[]", r#""secret""#, "7", "null", "true"] {
            assert_eq!(error(text), "not an object", "{text}");
        }
        for text in [
            "",
            "{} x",
            r#"{"a":01}"#,
            r#"{"a":NaN}"#,
            r#"{"a":1e999}"#,
            r#"{"a":1,}"#,
            r#"{a:1}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"a":"\udc00"}"#,
            "{\"a\":\"\n\"}",
            "\u{feff}{}",
        ] {
            assert!(Object::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Object::parse(b"{\"a\":\"\xff\"}").is_err());
        assert!(Object::parse(b"{\"a\xff\":1}").is_err());
    }

    #[test]
    fn what_has_no_escapes_is_borrowed() {
        let object = Object::parse(br#"{"a":"b","c":"\u00e9\ud83d\ude00"}"#).unwrap();
        let [(a, b), (c, d)] = &object.0[..] else {
            panic!("{object:?}");
        };
        assert!(matches!((a, c), (Cow::Borrowed("a"), Cow::Borrowed("c"))));
        assert!(matches!(b, Value::Text(Cow::Borrowed("b"))));
        assert_eq!(d.as_text(), Some("é😀"));
    }

    #[test]
    fn a_number_is_the_same_with_arbitrary_precision() {
        let wrapped =
            |number: &str| format!(r#"{{"a":{{"$serde_json::private::Number":{number}}}}}"#);
        for (plain, number) in [
            ("1.5", 1.5),
            ("1e3", 1e3),
            ("-7", -7.0),
            ("1700000000", 1.7e9),
        ] {
            for text in [
                format!(r#"{{"a":{plain}}}"#),
                wrapped(&format!("{plain:?}")),
            ] {
                let object = Object::parse(text.as_bytes()).unwrap();
                assert_eq!(object.get("a"), Some(&Value::Number(number)), "{text}");
            }
        }
        for none in ["\"x\"", "\"1e999\"", "\"inf\"", "1", "[]", "\"1\",\"b\":1"] {
            assert!(Object::parse(wrapped(none).as_bytes()).is_err(), "{none}");
        }
    }

    #[test]
    fn depth_and_names_are_bounded() {
        let nested =
            |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(Object::parse(nested(15).as_bytes()).is_ok());
        assert!(error(&nested(16)).starts_with("more than 16 levels"));
        assert!(Object::parse(nested(1_000_000).as_bytes()).is_err());
        let empty = |levels| nested(levels).replace("[]", "{}");
        assert!(Object::parse(empty(15).as_bytes()).is_ok());
        assert!(error(&empty(16)).starts_with("more than 16 levels"));

        let wide = |names: usize| {
            let members: Vec<_> = (0..names).map(|n| format!("\"{n}\":{n}")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(Object::parse(wide(256).as_bytes()).is_ok());
        assert!(error(&wide(257)).starts_with("more than 256 names"));
    }
}
