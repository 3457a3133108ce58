//! The example as a process.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::running::Running;

pub(crate) const PASSWORD: &str = "correct horse";

/// The example beside this test, built first: `cargo test --test framed` alone would leave an old one there.
pub(crate) fn command(args: &[&str]) -> Command {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let executable = BUILT.get_or_init(|| {
        let cargo = Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--all-features",
                "--example",
                "sasl_server",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(
            cargo.is_ok_and(|status| status.success()),
            "cargo build --example sasl_server"
        );
        let test = std::env::current_exe().unwrap();
        let target = test.parent().unwrap().parent().unwrap();
        target.join("examples/sasl_server")
    });
    let mut command = Command::new(executable);
    command.args(args);
    command
}

/// A running server, which ends with the test.
pub(crate) struct Service {
    running: Running,
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
}

impl Service {
    /// With alice's password in the file `passwords`, and alice's alone.
    pub(crate) fn start(args: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let passwords = format!("alice:{PASSWORD}\nyarn:container\n");
        std::fs::write(folder.path().join("passwords"), passwords).unwrap();
        Self::start_in(folder, args)
    }

    pub(crate) fn start_in(folder: TempDir, args: &[&str]) -> Self {
        let mut command = command(args);
        let command = command
            .args(["--address", "127.0.0.1:0"])
            .current_dir(folder.path());
        let running = Running::start(command);
        let address = running.line("ready ");
        let (_, port) = address.rsplit_once(':').unwrap();
        let port = port.parse().unwrap();
        Self {
            running,
            folder,
            port,
        }
    }

    /// What it says of the next connection.
    pub(crate) fn says(&self) -> String {
        let line = self.running.line("127.0.0.1:");
        let (_port, says) = line.split_once(": ").unwrap();
        says.to_owned()
    }

    /// The example as a client that says one line: what it prints, and what it says of itself.
    pub(crate) fn call(&self, args: &[&str]) -> (String, String) {
        let address = format!("127.0.0.1:{}", self.port);
        std::fs::write(self.folder.path().join("lines"), "hello\nand more\n").unwrap();
        let lines = std::fs::File::open(self.folder.path().join("lines")).unwrap();
        let Output { stdout, stderr, .. } = command(args)
            .args(["--client", "--address", &address])
            .current_dir(self.folder.path())
            .stdin(Stdio::from(lines))
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(stdout), text(stderr))
    }
}
