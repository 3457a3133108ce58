//! Hadoop's XML: a `configuration` of properties.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use quick_xml::{Error, XmlVersion};
use zeroize::Zeroizing;

use super::ConfigError;
use super::settings::Found;

/// Reads what `org.apache.hadoop.conf.Configuration` reads, without its includes. Elements that it does not know are
/// passed over, as there.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ConfigError> {
    let mut document = Document {
        reader: Reader::from_str(text),
        text,
        counted: 0,
        line: 1,
        found,
    };
    let mut read = false;
    loop {
        match document.next()? {
            Event::Start(root) if root.name().as_ref() == b"configuration" && !read => {
                document.configuration()?;
                read = true;
            }
            Event::Empty(root) if root.name().as_ref() == b"configuration" && !read => read = true,
            Event::Text(text) if text.iter().all(u8::is_ascii_whitespace) => {}
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof if read => return Ok(()),
            _ => return Err(document.wrong("expected one element `configuration`")),
        }
    }
}

struct Document<'a, 'f> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    /// How much of the text has been looked at for the number of the line.
    counted: usize,
    /// The line in which the last event began.
    line: usize,
    found: &'f mut Found,
}

#[derive(Default)]
struct Property {
    name: Option<Zeroizing<String>>,
    value: Option<Zeroizing<String>>,
    is_final: bool,
}

impl Property {
    fn set(&mut self, field: &[u8], text: Zeroizing<String>) {
        match field {
            b"name" => self.name = Some(text),
            b"value" => self.value = Some(text),
            _ => self.is_final = text.trim() == "true",
        }
    }
}

fn is_field(name: &[u8]) -> bool {
    matches!(name, b"name" | b"value" | b"final")
}

impl<'a> Document<'a, '_> {
    fn next(&mut self) -> Result<Event<'a>, ConfigError> {
        let position = usize::try_from(self.reader.buffer_position()).unwrap_or(self.text.len());
        let passed = self.text.as_bytes().get(self.counted..position);
        self.line += passed.map_or(0, |passed| passed.iter().filter(|b| **b == b'\n').count());
        self.counted = position;
        match self.reader.read_event() {
            Ok(Event::DocType(_)) => Err(self.wrong("a document type is not read")),
            Ok(event) => Ok(event),
            Err(error) => Err(self.malformed(&error)),
        }
    }

    fn wrong(&self, reason: impl Into<String>) -> ConfigError {
        self.found.wrong(self.line, reason)
    }

    fn malformed(&self, error: &Error) -> ConfigError {
        self.wrong(match error {
            // The others show what they found, which may be a password.
            Error::Syntax(error) => format!("not XML: {error}"),
            Error::IllFormed(_) => "not XML: an element is not closed by its name".to_owned(),
            _ => "not XML".to_owned(),
        })
    }

    fn configuration(&mut self) -> Result<(), ConfigError> {
        loop {
            match self.next()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    b"property" => self.property(&element, true)?,
                    _ => self.other(&element, true)?,
                },
                Event::Empty(element) => match element.local_name().as_ref() {
                    b"property" => self.property(&element, false)?,
                    _ => self.other(&element, false)?,
                },
                Event::End(_) => return Ok(()),
                Event::Eof => return Err(self.wrong("the file ends within `configuration`")),
                _ => {}
            }
        }
    }

    fn other(&mut self, element: &BytesStart<'_>, has_content: bool) -> Result<(), ConfigError> {
        match element.local_name().as_ref() {
            b"include" => Err(self.wrong("`include` is not followed: read the other file as well")),
            b"configuration" => Err(self.wrong("a `configuration` in another one is not read")),
            _ if has_content => self.skip(),
            _ => Ok(()),
        }
    }

    /// Passes over the rest of an element.
    fn skip(&mut self) -> Result<(), ConfigError> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next()? {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Eof => return Err(self.wrong("the file ends within an element")),
                _ => {}
            }
        }
        Ok(())
    }

    fn property(&mut self, element: &BytesStart<'_>, has_content: bool) -> Result<(), ConfigError> {
        let line = self.line;
        let mut property = Property::default();
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|_| self.wrong("not XML: a malformed attribute"))?;
            if is_field(attribute.key.as_ref()) {
                let text = attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map_err(|_| self.wrong("not XML: a malformed attribute"))?;
                let text = Zeroizing::new(text.into_owned());
                property.set(attribute.key.as_ref(), text);
            }
        }
        let mut inside = has_content;
        while inside {
            match self.next()? {
                Event::Start(field) if is_field(field.name().as_ref()) => {
                    let text = self.field()?;
                    property.set(field.name().as_ref(), text);
                }
                Event::Empty(field) if is_field(field.name().as_ref()) => {
                    property.set(field.name().as_ref(), Zeroizing::default());
                }
                Event::Start(_) => self.skip()?,
                Event::End(_) => inside = false,
                Event::Eof => return Err(self.wrong("the file ends within a `property`")),
                _ => {}
            }
        }
        let name = property.name.as_ref().map_or("", |name| name.trim());
        if name.is_empty() {
            return Err(self.found.wrong(line, "a property without a name"));
        }
        // Hadoop passes over a property without a value, and an empty value is one.
        if let Some(value) = property.value {
            let name = name.to_owned();
            self.found
                .add_maybe_final(line, name, value, property.is_final);
        }
        Ok(())
    }

    /// The text of an element.
    fn field(&mut self) -> Result<Zeroizing<String>, ConfigError> {
        let mut field = Zeroizing::new(String::with_capacity(256));
        loop {
            match self.next()? {
                Event::Text(text) => match text.xml10_content() {
                    Ok(text) => field.push_str(&text),
                    Err(error) => return Err(self.malformed(&error.into())),
                },
                Event::CData(text) => match text.xml10_content() {
                    Ok(text) => field.push_str(&text),
                    Err(error) => return Err(self.malformed(&error.into())),
                },
                Event::GeneralRef(reference) => field.push(self.character(&reference)?),
                Event::Start(_) | Event::Empty(_) => {
                    return Err(self.wrong("an element within a name, value or final"));
                }
                Event::End(_) => return Ok(field),
                Event::Eof => return Err(self.wrong("the file ends within a `property`")),
                _ => {}
            }
        }
    }

    /// What a reference such as `&amp;` or `&#x26;` stands for. There are no others, so nothing can grow.
    fn character(&self, reference: &BytesRef<'_>) -> Result<char, ConfigError> {
        match reference.as_ref() {
            b"amp" => Ok('&'),
            b"lt" => Ok('<'),
            b"gt" => Ok('>'),
            b"quot" => Ok('"'),
            b"apos" => Ok('\''),
            _ => match reference.resolve_char_ref() {
                Ok(Some(c)) => Ok(c),
                _ => Err(self.wrong("an entity that XML does not define by itself")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Format, Settings};

    fn read(text: &str) -> Result<Settings, String> {
        Settings::read("s.xml", text.as_bytes(), Format::HadoopXml).map_err(|e| e.to_string())
    }

    #[test]
    fn properties() {
        let text = "\u{feff}<?xml version=\"1.0\" encoding='utf-8'?>\n\
            <?xml-stylesheet type=\"text/xsl\" href=\"configuration.xsl\"?>\n<!-- c -->\n<configuration>\n\
            <property>\n <name> a </name><value> 1&amp;&#x32;<!-- c --><![CDATA[<3>]]> </value>\n\
            <description>no <b>matter</b></description></property>\n\
            <property name=\"b\" value=\"&lt;&quot;\" final=\"true\"/>\n\
            <property><name>b</name><value>2</value></property>\n\
            <property><name>empty</name><value/></property>\n\
            <property><name>none</name></property>\n\
            <unknown><property><name>inner</name><value>x</value></property></unknown>\n\
            text <property><name>c</name><final> true </final><value>3\r\n4</value></property>\n\
            <property><name>c</name><value>5</value></property></configuration>\n<!-- c -->";
        let settings = read(text).unwrap();
        let all: Vec<_> = settings
            .keys()
            .map(|key| {
                let line = settings.origin(key).unwrap().line();
                (key, settings.get(key).unwrap().unwrap(), line)
            })
            .collect();
        let expected = [
            ("a", " 1&2<3> ", 5),
            ("b", "<\"", 8),
            ("c", "3\n4", 13),
            ("empty", "", 10),
        ];
        assert_eq!(
            all,
            expected.map(|(key, value, line)| (key, value.to_owned(), line))
        );
    }

    #[test]
    fn a_later_file_counts_unless_the_earlier_is_final() {
        let property = |value: &str, last: &str| {
            let text = format!(
                "<configuration><property><name>a</name><value>{value}</value>{last}</property></configuration>"
            );
            read(&text).unwrap()
        };
        let both = |first: Settings, second| first.then(second).get("a").unwrap().unwrap();
        let (open, closed) = (property("1", ""), property("1", "<final>true</final>"));
        assert_eq!(both(open, property("2", "")), "2");
        assert_eq!(both(closed.clone(), property("2", "")), "1");
        assert_eq!(
            both(closed.clone(), property("2", "<final>true</final>")),
            "1"
        );
        assert_eq!(closed.with("a", "3").get("a").unwrap().unwrap(), "3");
        let unclosed = property("1", "<final>TRUE</final>");
        assert_eq!(both(unclosed, property("2", "")), "2");
    }

    #[test]
    fn what_is_refused() {
        let property =
            |inner: &str| format!("<configuration>\n<property>{inner}</property></configuration>");
        for (text, expected) in [
            (String::new(), "s.xml:1: expected one element"),
            ("<a/>".to_owned(), "s.xml:1: expected one element"),
            (
                "<configuration/>\n<configuration/>".to_owned(),
                "s.xml:2: expected one element",
            ),
            (
                "geheim<configuration/>".to_owned(),
                "s.xml:1: expected one element",
            ),
            (
                "<configuration>\n<property>".to_owned(),
                "s.xml:2: the file ends within a `property`",
            ),
            (
                "<configuration>\n<a>".to_owned(),
                "s.xml:2: the file ends within an element",
            ),
            (
                "<configuration>".to_owned(),
                "s.xml:1: the file ends within `configuration`",
            ),
            (
                property("<value>geheim</value>"),
                "s.xml:2: a property without a name",
            ),
            (
                property("<name>a</name><value>x<geheim/></value>"),
                "s.xml:2: an element within",
            ),
            (
                property("<name>a</name><value>x<geheim</value>"),
                "s.xml:2: an element within",
            ),
            (
                property("<name>a</name><value>geheim</geheim>"),
                "s.xml:2: not XML: an element is not closed",
            ),
            (
                property("<name>a</name><value>&geheim;</value>"),
                "s.xml:2: an entity that XML does not",
            ),
            (
                property("<name>a</name><value>&geheim</value>"),
                "s.xml:2: not XML",
            ),
            (
                "<!DOCTYPE c [<!ENTITY a \"geheim\">]>\n<configuration/>".to_owned(),
                "s.xml:1: a document type is not read",
            ),
            (
                "<configuration>\n\n<xi:include href=\"geheim\" xmlns:xi=\"x\"/></configuration>"
                    .to_owned(),
                "s.xml:3: `include` is not followed",
            ),
            (
                "<configuration><include href=\"a\"></include></configuration>".to_owned(),
                "s.xml:1: `include`",
            ),
            (
                "<configuration><configuration/></configuration>".to_owned(),
                "s.xml:1: a `configuration` in",
            ),
            (
                "<configuration><property name=\"a\" value=\"&geheim;\"/></configuration>"
                    .to_owned(),
                "s.xml:1: not XML: a malformed attribute",
            ),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.starts_with(expected), "{text:?}: {error}");
            assert!(!error.contains("geheim"), "{error}");
        }
        let latin = b"<configuration>\n<!-- \xe9 --></configuration>";
        let error = Settings::read("s.xml", latin, Format::HadoopXml).unwrap_err();
        assert_eq!(error.to_string(), "s.xml:2: not UTF-8 text");
    }
}
