//! An absolute path, validated once.

use std::fmt;

const MAX_NAME: usize = 255;
const MAX_PATH: usize = 8000;

/// The names from the root down; none is empty, `.` or `..`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FsPath {
    text: String,
    names: Vec<String>,
}

impl FsPath {
    /// Reads a decoded path. Repeated and trailing slashes count once.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with('/') {
            return Err(format!("{text:?} is not absolute"));
        }
        if text.len() > MAX_PATH {
            return Err(format!("{} bytes are more than {MAX_PATH}", text.len()));
        }
        let names: Vec<_> = text
            .split('/')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        for name in &names {
            if name == "." || name == ".." {
                return Err(format!("component {name:?} is not allowed"));
            }
            if name.len() > MAX_NAME {
                return Err(format!(
                    "a component of {} bytes is longer than {MAX_NAME}",
                    name.len()
                ));
            }
            if name.contains(['\0', ':']) {
                return Err(format!("component {name:?} holds NUL or a colon"));
            }
        }
        Ok(Self {
            text: format!("/{}", names.join("/")),
            names,
        })
    }

    pub fn root() -> Self {
        Self {
            text: "/".to_owned(),
            names: Vec::new(),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The last name; none for the root.
    pub fn name(&self) -> Option<&str> {
        self.names.last().map(String::as_str)
    }

    /// Whether the other path is this one or lies below it.
    pub fn holds(&self, other: &Self) -> bool {
        other.names.starts_with(&self.names)
    }

    /// The path of a child.
    pub fn join(&self, name: &str) -> Self {
        let mut names = self.names.clone();
        names.push(name.to_owned());
        Self {
            text: format!("/{}", names.join("/")),
            names,
        }
    }
}

impl fmt::Display for FsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
