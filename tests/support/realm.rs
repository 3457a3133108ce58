//! A Kerberos realm of its own: an MIT KDC on loopback with principals, keytabs and a configuration, gone with the test.
//!
//! Kerberos reads its configuration from the environment of the process, so a test runs its body in a process of its own:
//! [`in_realm`] starts the KDC, then this test program again with that one test in it.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

pub(crate) const REALM: &str = "EXAMPLE.COM";
const INSIDE: &str = "BAILIWICK_REALM";

/// What a test finds inside of its realm.
pub(crate) struct Realm {
    folder: PathBuf,
}

impl Realm {
    /// Where files may be written; `cc` there is the default ticket cache.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file of the folder, as text.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Runs commands of `kadmin.local`, such as `addprinc -randkey hdfs/localhost`.
    pub(crate) fn admin(&self, commands: &[&str]) {
        for command in commands {
            run("kadmin.local", &["-q", command], &[]);
        }
    }

    /// Adds a service with a random key and writes its keytab into the folder.
    pub(crate) fn keytab(&self, file: &str, principals: &[&str]) -> String {
        let keytab = self.path(file);
        for principal in principals {
            self.admin(&[
                &format!("addprinc -randkey {principal}"),
                &format!("ktadd -k {keytab} {principal}"),
            ]);
        }
        keytab
    }

    /// A user whose password is its name and `pw`, with a keytab.
    pub(crate) fn user(&self, name: &str) -> String {
        let keytab = self.path(&format!("{}.keytab", name.replace('/', "_")));
        self.admin(&[
            &format!("addprinc -pw {name}pw {name}"),
            &format!("ktadd -norandkey -k {keytab} {name}"),
        ]);
        keytab
    }

    /// Sends the KDC a signal: `STOP`, and it takes connections and does not answer until `CONT`; `KILL`, and there is none.
    pub(crate) fn signal_kdc(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.folder.join("kdc.pid")).unwrap();
        run("kill", &["-s", signal, pid.trim()], &[]);
    }

    /// `kinit` with a keytab into the default ticket cache, or that of `options`.
    pub(crate) fn kinit(&self, keytab: &str, principal: &str, options: &[&str]) {
        let mut arguments = vec!["-k", "-t", keytab];
        arguments.extend(options);
        arguments.push(principal);
        run("kinit", &arguments, &[]);
    }
}

/// Runs `body` in a fresh realm, in a process of its own. `test` is the path of the calling test: `module::name`.
pub(crate) fn in_realm(test: &str, body: impl FnOnce(&Realm)) {
    if let Some(realm) = inside() {
        return body(&realm);
    }
    let output = again(&["--exact", test, "--include-ignored", "--nocapture"]);
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}{err}");
    // A misspelt name would run nothing, and that would pass.
    assert!(out.contains("1 passed"), "no test is called {test}: {out}");
    // What the test has to say, without what the runner says of it, which would be counted as another test.
    let of_runner = |line: &&str| {
        !line.is_empty() && !line.starts_with("running ") && !line.starts_with("test ")
    };
    for line in out.lines().filter(of_runner) {
        println!("{line}");
    }
}

/// The realm, where this process was started in one.
pub(crate) fn inside() -> Option<Realm> {
    let folder = std::env::var_os(INSIDE)?.into();
    Some(Realm { folder })
}

/// Starts this program again in a fresh realm, which ends with it.
pub(crate) fn again(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let port = free_port();
    write_configuration(path, port);
    let variables = [
        ("KRB5_CONFIG", path.join("krb5.conf")),
        ("KRB5_KDC_PROFILE", path.join("kdc.conf")),
        ("KRB5CCNAME", path.join("cc")),
        ("KRB5RCACHEDIR", path.to_owned()),
        // Else the replay cache of the system would be written to.
        ("KRB5RCACHENAME", format!("dfl:{}", path.display()).into()),
        (INSIDE, path.to_owned()),
    ];
    run(
        "kdb5_util",
        &["create", "-s", "-r", REALM, "-P", "master"],
        &variables,
    );
    let mut kdc = Command::new("krb5kdc");
    kdc.args(["-n", "-r", REALM, "-P"])
        .arg(path.join("kdc.pid"))
        .envs(variables.clone());
    let _kdc = Kdc::start(&mut kdc, port);
    Command::new(std::env::current_exe().unwrap())
        .args(arguments)
        .envs(variables)
        .output()
        .unwrap()
}

struct Kdc(Child);

impl Kdc {
    fn start(command: &mut Command, port: u16) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}", missing("krb5kdc", &error)));
        let kdc = Self(child);
        let until = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "the KDC does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        kdc
    }
}

impl Drop for Kdc {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn write_configuration(folder: &Path, port: u16) {
    let at = folder.display();
    let client = format!(
        "[libdefaults]
  default_realm = {REALM}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
  ticket_lifetime = 1h
  forwardable = true
  permitted_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96 aes256-sha2 aes128-sha2 camellia
[realms]
  {REALM} = {{
    kdc = 127.0.0.1:{port}
  }}
[domain_realm]
  localhost = {REALM}
  .example.com = {REALM}
"
    );
    let server = format!(
        "[kdcdefaults]
  kdc_listen = 127.0.0.1:{port}
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  {REALM} = {{
    database_name = {at}/principal
    key_stash_file = {at}/stash
    max_life = 10h
    max_renewable_life = 7d
    supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal
  }}
[logging]
  kdc = FILE:{at}/kdc.log
"
    );
    std::fs::write(folder.join("krb5.conf"), client).unwrap();
    std::fs::write(folder.join("kdc.conf"), server).unwrap();
}

fn run(program: &str, arguments: &[&str], variables: &[(&str, PathBuf)]) {
    let output = Command::new(program)
        .args(arguments)
        .envs(variables.iter().cloned())
        .output()
        .unwrap_or_else(|error| panic!("{}", missing(program, &error)));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    // kadmin.local says what went wrong and succeeds.
    let failed = !output.status.success()
        || said.contains("kadmin.local: ")
        || said.contains("add_principal: ");
    assert!(!failed, "{program} {arguments:?}: {said}");
}

fn missing(program: &str, error: &std::io::Error) -> String {
    let package = match program {
        "kinit" => "krb5-user",
        "kadmin.local" => "krb5-admin-server",
        _ => "krb5-kdc",
    };
    format!("`{program}`: {error}; is it installed? apt-get install {package}")
}
