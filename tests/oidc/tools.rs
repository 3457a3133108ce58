//! What to say when a program is not there.

use std::io::ErrorKind;

pub(crate) fn missing(program: &str, error: &std::io::Error) -> String {
    let packages = match program {
        "node" => "nodejs npm",
        other => other,
    };
    match error.kind() {
        ErrorKind::NotFound => format!("`{program}` is not installed: apt-get install {packages}"),
        _ => format!("`{program}`: {error}"),
    }
}
