//! The example server as a process of its own, and curl as its client.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// A running server in a folder of its own, stopped when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) folder: TempDir,
    pub(crate) metadata: String,
    pub(crate) worker: String,
}

/// What curl got.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) location: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Exception and message of a `RemoteException`.
    pub(crate) fn error(&self) -> (String, String) {
        let json = self.json();
        let exception = &json["RemoteException"];
        let part = |name: &str| {
            exception[name]
                .as_str()
                .unwrap_or_else(|| panic!("{self:?}"))
                .to_owned()
        };
        (part("exception"), part("message"))
    }

    pub(crate) fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{self:?}");
        self
    }
}

/// The example beside this test, built first: `cargo test --test webhdfs` alone would leave an old one there.
fn executable() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let cargo = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--all-features", "--example", "webhdfs"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(
            cargo.is_ok_and(|status| status.success()),
            "cargo build --example webhdfs"
        );
        let test = std::env::current_exe().unwrap();
        test.parent()
            .unwrap()
            .parent()
            .unwrap()
            .join("examples/webhdfs")
    })
}

impl Server {
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::start_with(args, &[])
    }

    /// With variables in its environment.
    pub(crate) fn start_with(args: &[&str], environment: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = Command::new(executable());
        command
            .args(["--http", "127.0.0.1:0", "--worker", "127.0.0.1:0"])
            .args(args)
            .envs(environment.iter().copied())
            .current_dir(&folder);
        let (child, metadata, worker) = Self::spawn(command);
        Self {
            child,
            folder,
            metadata,
            worker,
        }
    }

    /// Starts a command that prints the ready line, and waits for it.
    pub(crate) fn spawn(mut command: Command) -> (Child, String, String) {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("{command:?} ended: {:?}", child.wait()))
            .unwrap();
        // The pipe stays drained, so that the server never blocks on it.
        std::thread::spawn(move || lines.for_each(drop));
        let urls = line
            .strip_prefix("ready metadata=")
            .and_then(|rest| rest.split_once(" worker="));
        let (metadata, worker) = urls.unwrap_or_else(|| panic!("no ready line: {line}"));
        (child, metadata.to_owned(), worker.to_owned())
    }

    /// What it says when it does not start.
    pub(crate) fn refused(args: &[&str]) -> String {
        let out = Command::new(executable()).args(args).output().unwrap();
        assert!(!out.status.success(), "{args:?}");
        String::from_utf8(out.stderr).unwrap()
    }

    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.path().join("target/webhdfs-demo/ca.pem")
    }

    /// `METHOD PATH?QUERY` to the metadata server, without following redirects.
    pub(crate) fn call(&self, request: &str) -> Answer {
        let (method, rest) = request.split_once(' ').unwrap();
        self.curl(&["-X", method, &format!("{}/webhdfs/v1{rest}", self.metadata)])
    }

    /// curl with these arguments, trusting the server's demonstration certificate.
    pub(crate) fn curl(&self, args: &[&str]) -> Answer {
        curl(&self.ca(), args)
    }

    /// Writes a file through the redirect, as a user.
    pub(crate) fn put(&self, path: &str, user: &str, bytes: &str) -> Answer {
        let url = self.call(&format!("PUT {path}?op=CREATE&user.name={user}"));
        if url.status != 307 {
            return url;
        }
        self.send("PUT", &url.location, bytes)
    }

    /// Sends bytes to a worker's address.
    pub(crate) fn send(&self, method: &str, url: &str, bytes: &str) -> Answer {
        let file = self.folder.path().join("body");
        std::fs::write(&file, bytes).unwrap();
        self.curl(&["-X", method, "-T", file.to_str().unwrap(), url])
    }

    /// Reads a file through the redirect, as a user.
    pub(crate) fn get(&self, path: &str, user: &str) -> Answer {
        let url = self.call(&format!("GET {path}?op=OPEN&user.name={user}"));
        if url.status != 307 {
            return url;
        }
        self.curl(&[&url.location])
    }

    pub(crate) fn acl(&self, path: &str) -> Vec<String> {
        let json = self
            .call(&format!("GET {path}?op=GETACLSTATUS&user.name=hdfs"))
            .ok()
            .json();
        let entries = json["AclStatus"]["entries"].as_array().unwrap();
        entries
            .iter()
            .map(|entry| entry.as_str().unwrap().to_owned())
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn curl(ca: &Path, args: &[&str]) -> Answer {
    curl_with(ca, args, &[])
}

/// With variables in its environment.
pub(crate) fn curl_with(ca: &Path, args: &[&str], environment: &[(&str, &str)]) -> Answer {
    let mut command = Command::new("curl");
    command.envs(environment.iter().copied());
    command.args([
        "-sS",
        "--max-time",
        "20",
        "-w",
        "\n%{http_code} %{redirect_url}",
    ]);
    if ca.exists() {
        command.arg("--cacert").arg(ca);
    }
    let mut child = command
        .args(args)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("curl: {error}: apt-get install curl"));
    let mut out = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut out)
        .unwrap();
    let status = child.wait().unwrap();
    assert!(status.success(), "curl {args:?}: {status} {out}");
    let (body, trailer) = out.rsplit_once('\n').unwrap();
    let (status, location) = trailer.split_once(' ').unwrap();
    Answer {
        status: status.parse().unwrap(),
        body: body.to_owned(),
        location: location.to_owned(),
    }
}
