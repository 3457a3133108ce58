//! Asks a Java program: a file with a line for each question, a line of output for each answer.

use std::fmt::Write;
use std::process::Command;

pub(crate) fn ask(program: &str, questions: &[String]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("questions");
    std::fs::write(&file, questions.join("\n") + "\n").unwrap();
    let program = format!("{}/tests/java/{program}.java", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("java").arg(program).arg(&file).output();
    let output = output.unwrap_or_else(|error| {
        panic!("`java` does not run: apt-get install openjdk-17-jdk-headless: {error}")
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<_> = answers.lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), questions.len());
    answers
}

pub(crate) fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        write!(all, "{byte:02x}").unwrap();
        all
    })
}

pub(crate) fn text(hex: &str) -> String {
    let digits: Vec<_> = hex.chars().map(|c| c.to_digit(16).unwrap()).collect();
    let bytes = digits
        .chunks(2)
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap());
    String::from_utf8(bytes.collect()).unwrap()
}
