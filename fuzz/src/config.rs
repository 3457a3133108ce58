//! Configuration files: what is read, printed and read again is the same.

use std::fmt::Write;

use bailiwick::config::hadoop::SslConfiguration;
use bailiwick::config::{ConfigError, Format, Settings, alluxio, flink};

/// The bytes as a file in every format.
pub fn config(bytes: &[u8]) {
    for format in [
        Format::Properties,
        Format::HadoopXml,
        Format::FlinkConf,
        Format::FlinkYaml,
    ] {
        let settings = match Settings::read("file", bytes, format) {
            Ok(settings) => settings,
            Err(ConfigError::Syntax { origin, .. }) => {
                in_text(origin.line(), bytes);
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        let mut pairs = Vec::new();
        for key in settings.keys() {
            in_text(
                settings.origin(key).expect("it stands somewhere").line(),
                bytes,
            );
            match settings.get(key) {
                Ok(value) => pairs.push((key, value.expect("the key is there"))),
                Err(error) => assert!(matches!(error, ConfigError::Reference { .. }), "{error}"),
            }
        }
        for (key, value) in &pairs {
            printed(key, value);
        }
        transports(&settings);
    }
}

/// A line of the text. A carriage return may end one as well.
fn in_text(line: usize, bytes: &[u8]) {
    let ends = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r'));
    assert!((1..=ends.count() + 1).contains(&line), "{line}");
}

/// Nothing of it panics, and whatever is wrong can be said.
fn transports(settings: &Settings) {
    let hadoop = SslConfiguration::new(settings.clone())
        .with_server(settings.clone())
        .with_client(settings.clone());
    let no_passwords = |_: &str| Ok(None);
    for transports in [
        alluxio::transports(settings),
        flink::transports(settings),
        hadoop.transports(),
        hadoop.transports_with(&no_passwords),
    ] {
        match transports {
            Ok(transports) => assert!(transports.iter().count() > 0),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// The key and the value in every format that can hold them.
fn printed(key: &str, value: &str) {
    // It would be followed again.
    if !value.contains("${") {
        let text = format!("{}={}", units(key), units(value));
        same(key, value, &text, Format::Properties);
        if !key.trim().is_empty() && key.trim() == key && !format!("{key}{value}").contains('\0') {
            let (name, value_text) = (references(key), references(value));
            let text = format!(
                "<configuration><property><name>{name}</name><value>{value_text}</value></property></configuration>"
            );
            same(key, value, &text, Format::HadoopXml);
        }
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.';
    if !key.is_empty() && key.chars().all(plain) {
        same(
            key,
            value,
            &format!("{key}: \"{}\"", escapes(value)),
            Format::FlinkYaml,
        );
        let one_line = !value.contains(['#', '\n']) && !value.is_empty() && value.trim() == value;
        if one_line {
            same(key, value, &format!("{key}: {value}"), Format::FlinkConf);
        }
    }
}

fn same(key: &str, value: &str, text: &str, format: Format) {
    let read = Settings::read("printed", text.as_bytes(), format);
    let read = read.unwrap_or_else(|error| panic!("{text:?}: {error}"));
    let found = read
        .get(key)
        .unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(found.as_deref(), Some(value), "{format:?}: {text:?}");
    assert_eq!(read.keys().count(), 1, "{text:?}");
}

fn units(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut all, unit| {
        write!(all, "\\u{unit:04x}").expect("a string takes everything");
        all
    })
}

fn references(text: &str) -> String {
    text.chars().fold(String::new(), |mut all, c| {
        write!(all, "&#x{:x};", u32::from(c)).expect("a string takes everything");
        all
    })
}

fn escapes(text: &str) -> String {
    text.chars().fold(String::new(), |mut all, c| {
        write!(all, "\\U{:08x}", u32::from(c)).expect("a string takes everything");
        all
    })
}
