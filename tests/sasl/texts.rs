//! Everything that was printed, or could have been.

use std::fmt::{Debug, Display};

/// What no text may hold: the parts of `frames::PASSWORD`. A mechanism with secrets of its own adds them.
const SECRETS: [&str; 2] = ["hunter:2", "tail"];

#[derive(Default)]
pub(crate) struct Texts {
    errors: usize,
    all: std::collections::BTreeSet<String>,
}

impl Texts {
    pub(crate) fn error(&mut self, error: &(impl Debug + Display)) {
        self.errors += 1;
        self.all.insert(error.to_string());
        self.debug(error);
    }

    pub(crate) fn debug(&mut self, value: &impl Debug) {
        self.all.insert(format!("{value:?}"));
        self.all.insert(format!("{value:#?}"));
    }

    pub(crate) fn hold_no_secret(&self) {
        println!("{} errors, {} texts", self.errors, self.all.len());
        assert!(self.errors > 1000 && self.all.len() > 50);
        assert_eq!(SECRETS.join("\0"), crate::frames::PASSWORD);
        for secret in SECRETS {
            // As text; as Rust prints bytes, in one line and in many; in hexadecimal digits.
            let bytes = secret.as_bytes();
            let listed = |join: &str| {
                let bytes: Vec<_> = bytes.iter().map(u8::to_string).collect();
                bytes.join(join)
            };
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            for form in [secret.to_owned(), listed(", "), hex] {
                for text in &self.all {
                    let one_line = text.replace(",\n", ", ").replace("  ", "");
                    assert!(!one_line.contains(&form), "{form}: {text}");
                }
            }
        }
    }
}
