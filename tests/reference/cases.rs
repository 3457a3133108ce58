//! The one loader of case files, and what they all name.

use bailiwick::acl::Kind;
use bailiwick::authz::Policy;
use bailiwick::identity::{GroupName, Groups, Mechanism, Subject, UserName};
use serde_json::Value;

/// Loads a file of cases and says what became of them.
pub(crate) struct Cases {
    file: &'static str,
    pub(crate) root: Value,
    passed: usize,
    skipped: Vec<String>,
}

impl Cases {
    pub(crate) fn load(file: &'static str) -> Self {
        let path = format!("{}/tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let root = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self {
            file,
            root,
            passed: 0,
            skipped: Vec::new(),
        }
    }

    pub(crate) fn pass(&mut self) {
        self.passed += 1;
    }

    pub(crate) fn skip(&mut self, id: &str, reason: &str) {
        self.skipped.push(format!("{id}: {reason}"));
    }

    pub(crate) fn finish(self, expected: usize) {
        println!(
            "{}: {} passed, {} skipped",
            self.file,
            self.passed,
            self.skipped.len()
        );
        for reason in &self.skipped {
            println!("  skipped {reason}");
        }
        assert_eq!(
            self.passed + self.skipped.len(),
            expected,
            "{}: cases were lost",
            self.file
        );
    }
}

pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} of {value}"))
}

pub(crate) fn list<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    let items = value[key]
        .as_array()
        .unwrap_or_else(|| panic!("{key} of {value}"));
    items.iter().map(|item| item.as_str().unwrap()).collect()
}

pub(crate) fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key]
        .as_array()
        .unwrap_or_else(|| panic!("{key} of {value}"))
}

/// `dir` or `file`.
pub(crate) fn kind(text: &str) -> Kind {
    match text {
        "dir" => Kind::Directory,
        "file" => Kind::File,
        _ => panic!("{text} is no kind"),
    }
}

pub(crate) fn subject(policy: &Policy, user: &str, groups: &[&str]) -> Subject {
    let groups: Groups = groups
        .iter()
        .map(|group| GroupName::new(group).unwrap())
        .collect();
    let user = UserName::new(user).unwrap();
    policy.admit(Subject::asserted(user, groups, Mechanism::Simple))
}
