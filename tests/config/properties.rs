//! The reader of Java's properties beside `java.util.Properties`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;

use bailiwick::config::{Format, Settings};

use crate::random::{Random, seed};
use crate::tools::output;

const TEXTS: usize = 20_000;

/// What the rules of the format are about, and little else. No surrogates: half of a pair is a `char` of Java, but no text.
const PIECES: [&[u8]; 24] = [
    b"a", b"b", b"=", b":", b" ", b"\t", b"\x0c", b"\n", b"\r", b"\r\n", b"\\", b"\\\\", b"#",
    b"!", b"\xe9", b"\\u0041", b"\\u20ac", b"\\u12", b"\\u00zz", b"\\t", b"\\q", b"\\\n", b"\n#",
    b"a=b\n",
];

fn hex(text: &[u8]) -> String {
    text.iter().fold(String::new(), |mut all, byte| {
        write!(all, "{byte:02x}").unwrap();
        all
    })
}

fn units(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut all, unit| {
        write!(all, "{unit:04x}").unwrap();
        all
    })
}

/// In the form of `ReadProperties.java`.
fn read(text: &[u8]) -> String {
    // Values as they are written: `${…}` is Alluxio's and not Java's, and no text has a brace.
    let Ok(settings) = Settings::read("p", text, Format::Properties) else {
        return "!".to_owned();
    };
    let sorted: BTreeMap<_, _> = settings
        .keys()
        .filter(|key| !key.is_empty())
        .map(|key| (units(key), units(&settings.get(key).unwrap().unwrap())))
        .collect();
    sorted.iter().fold(String::new(), |mut all, (key, value)| {
        write!(all, "{key}={value} ").unwrap();
        all
    })
}

#[test]
fn properties_are_read_as_java_reads_them() {
    let mut random = Random::new(seed("properties", || 1));
    let texts: Vec<Vec<u8>> = (0..TEXTS)
        .map(|_| {
            (0..random.below(20))
                .flat_map(|_| random.pick(&PIECES).to_vec())
                .collect()
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("texts");
    let lines: Vec<_> = texts.iter().map(|text| hex(text)).collect();
    std::fs::write(&file, lines.join("\n") + "\n").unwrap();
    let program = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/java/ReadProperties.java"
    );
    let output = output(Command::new("java").arg(program).arg(&file));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<_> = answers.lines().collect();
    assert_eq!(answers.len(), TEXTS);
    let mut refused = 0;
    for (text, java) in texts.iter().zip(answers) {
        // An empty key is left out: a lone backslash at the end of a file is one in Java.
        let java: String = java
            .split_inclusive(' ')
            .filter(|entry| !entry.starts_with('='))
            .collect();
        assert_eq!(read(text), java, "{:?}", String::from_utf8_lossy(text));
        refused += usize::from(java == "!");
    }
    println!("properties: {TEXTS} texts, {refused} refused");
    assert!((TEXTS / 20..TEXTS / 2).contains(&refused));
}
