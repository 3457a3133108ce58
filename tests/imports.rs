//! Who may import whom among the modules: the table of DESIGN.md, held against the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module with those it may name.
const MAY_IMPORT: [(&str, &[&str]); 9] = [
    ("identity", &[]),
    ("acl", &["identity"]),
    ("authz", &["acl", "identity"]),
    ("authn", &["identity"]),
    ("capability", &["authz", "acl", "identity"]),
    ("tls", &["identity"]),
    ("tower", &["authn", "authz", "identity"]),
    ("audit", &["acl", "authz", "identity"]),
    (
        "config",
        &[
            "acl",
            "audit",
            "authn",
            "authz",
            "capability",
            "identity",
            "tls",
        ],
    ),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn modules_import_only_what_the_design_allows() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders = fs::read_dir(&src)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().is_dir())
        .count();
    assert_eq!(
        folders,
        MAY_IMPORT.len(),
        "a module is missing from the table"
    );
    let mut seen = 0;
    for (module, allowed) in MAY_IMPORT {
        let mut files = Vec::new();
        sources(&src.join(module), &mut files);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            // Documentation may point anywhere; only code imports.
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                for named in line.split("crate::").skip(1) {
                    let name: String = named
                        .chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect();
                    assert!(
                        name == module || allowed.contains(&name.as_str()),
                        "{}: {line}",
                        file.display()
                    );
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 20, "the test reads imports: {seen}");
}
