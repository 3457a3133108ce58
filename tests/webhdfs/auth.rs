//! `--auth` of the example, each way to log in driven by curl: success, 401, 403, 503, and what is written down.

use std::fs::File;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};
use rustix::io::Errno;
use tempfile::TempDir;

use crate::openid::Provider;
use crate::realm::{REALM, in_realm};
use crate::support::{Answer, Server, curl_with};

const LIST: &str = "/?op=LISTSTATUS";

/// Asks the metadata server. Gives the headers, too, their names in lower case.
fn ask(server: &Server, args: &[&str], path: &str) -> (Answer, Vec<String>) {
    ask_with(server, args, path, &[])
}

/// With variables in curl's environment. Asks `localhost`, because an address is no Kerberos service.
fn ask_with(
    server: &Server,
    args: &[&str],
    path: &str,
    environment: &[(&str, &str)],
) -> (Answer, Vec<String>) {
    let headers = server.folder.path().join("headers");
    let url = server.metadata.replace("127.0.0.1", "localhost");
    let url = format!("{url}/webhdfs/v1{path}");
    let mut all = vec!["-D", headers.to_str().unwrap()];
    all.extend(args);
    all.push(&url);
    let answer = curl_with(&server.ca(), &all, environment);
    let headers = std::fs::read_to_string(headers).unwrap();
    // Of the last answer, if curl has asked more than once.
    let last = headers.trim_end().rsplit("\r\n\r\n").next().unwrap();
    let lower = |line: &str| match line.split_once(": ") {
        Some((name, value)) => format!("{}: {value}", name.to_ascii_lowercase()),
        None => line.to_owned(),
    };
    (answer, last.lines().map(lower).collect())
}

fn challenges(headers: &[String]) -> Vec<&str> {
    let value = |line: &'_ String| line.starts_with("www-authenticate: ");
    let lines = headers.iter().filter(|line| value(line));
    lines
        .map(|line| &line["www-authenticate: ".len()..])
        .collect()
}

/// A refusal: its status, exception and message, its challenges, and `Retry-After` where it belongs.
fn refused(answer: &(Answer, Vec<String>), status: u16, exception: &str, message: &str) {
    let (answer, headers) = answer;
    assert_eq!(answer.status, status, "{answer:?} {headers:?}");
    let expected = (exception.to_owned(), message.to_owned());
    assert_eq!(answer.error(), expected);
    let retry = headers.contains(&"retry-after: 1".to_owned());
    assert_eq!(retry, status == 503, "{headers:?}");
}

fn audited(server: &Server, lines: &[&str]) {
    let log = std::fs::read_to_string(server.folder.path().join("audit.log")).unwrap();
    for line in lines {
        assert!(log.contains(line), "{line}\n{log}");
    }
}

#[test]
fn custom_asks_for_a_password() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("passwords");
    std::fs::write(&file, "alice:secret\nyarn:a:b\n").unwrap();
    let server = Server::start(&[
        "--auth",
        "custom",
        "--auth-password-file",
        file.to_str().unwrap(),
        "--audit",
        "audit.log",
    ]);
    let login = |user: &str, path: &str| ask(&server, &["-u", user], path);

    let nobody = ask(&server, &[], "/?op=LISTSTATUS&user.name=hdfs");
    refused(
        &nobody,
        401,
        "SecurityException",
        "authentication is required",
    );
    let basic = ["Basic realm=\"webhdfs\", charset=\"UTF-8\""];
    assert_eq!(challenges(&nobody.1), basic);
    let (answer, headers) = login("alice:secret", LIST);
    answer.ok();
    assert!(challenges(&headers).is_empty());
    for wrong in ["alice:guess", "alice:", "bob:secret", "a/b:secret"] {
        let answer = login(wrong, LIST);
        refused(&answer, 401, "SecurityException", "authentication failed");
        assert_eq!(challenges(&answer.1), basic, "{wrong}");
    }
    login("yarn:a:b", "/?op=LISTSTATUS&doas=alice").0.ok();
    let message = "User: yarn is not allowed to impersonate bob";
    let answer = login("yarn:a:b", "/?op=LISTSTATUS&doas=bob");
    refused(&answer, 403, "AuthorizationException", message);

    // Nobody gets past the audit log by what the request says to be.
    let grpc = ["-u", "alice:guess", "-H", "Content-Type: application/grpc"];
    let answer = ask(&server, &grpc, "/unseen?op=LISTSTATUS");
    refused(&answer, 401, "SecurityException", "authentication failed");

    // Passwords are those of now; a file that has gone refuses nobody.
    std::fs::write(&file, "alice:changed\n").unwrap();
    login("alice:changed", LIST).0.ok();
    std::fs::remove_file(&file).unwrap();
    let answer = login("alice:changed", LIST);
    refused(
        &answer,
        503,
        "RetriableException",
        "authentication is unavailable",
    );
    audited(
        &server,
        &[
            "allowed=true\tugi=alice (auth:CUSTOM)\tip=/127.0.0.1\tcmd=listStatus\tsrc=/\t",
            "allowed=false\tugi=unknown\tip=/127.0.0.1\tcmd=listStatus\tsrc=/\t",
            "allowed=false\tugi=unknown\tip=/127.0.0.1\tcmd=listStatus\tsrc=/unseen\t",
            "allowed=true\tugi=alice (auth:PROXY) via yarn (auth:CUSTOM)\tip=/127.0.0.1\tcmd=listStatus\t",
            "allowed=false\tugi=bob via yarn\tip=/127.0.0.1\tcmd=listStatus\t",
        ],
    );
}

/// The file of passwords is a pipe that nobody has written to yet, and the server has one thread for all requests.
#[test]
fn a_login_that_waits_for_its_password_keeps_no_other_request_waiting() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("passwords");
    std::fs::write(&file, "").unwrap();
    let flags = [
        "--auth",
        "custom",
        "--auth-password-file",
        file.to_str().unwrap(),
    ];
    let server = Server::start_with(&flags, &[("TOKIO_WORKER_THREADS", "1")]);
    std::fs::remove_file(&file).unwrap();
    mknodat(CWD, &file, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    std::thread::scope(|scope| {
        let alice = scope.spawn(|| ask(&server, &["-u", "alice:secret"], LIST));
        // Opens as soon as the server reads.
        let mut passwords = writable(&file);
        let nobody = [&server.metadata, "/webhdfs/v1", LIST].concat();
        let nobody = server.curl(&[&nobody]);
        assert_eq!(nobody.status, 401, "{nobody:?}");
        assert!(!alice.is_finished());
        passwords.write_all(b"alice:secret\n").unwrap();
        drop(passwords);
        alice.join().unwrap().0.ok();
    });
}

/// The end of a pipe that is written to, once somebody has opened the other.
fn writable(pipe: &Path) -> File {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        match open(pipe, OFlags::WRONLY | OFlags::NONBLOCK, Mode::empty()) {
            Ok(pipe) => return pipe.into(),
            Err(Errno::NXIO) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => panic!("{}: {error}", pipe.display()),
        }
    }
}

#[test]
fn nosasl_lets_everybody_do_everything_as_nobody() {
    let server = Server::start(&["--auth", "nosasl", "--audit", "audit.log"]);
    // Names are not looked at: not a proxy's, and not those that would be none.
    for query in ["", "&user.name=bob", "&user.name=a:b&doas=alice"] {
        let made = format!("PUT /d?op=MKDIRS&permission=700{query}");
        server.call(&made).ok();
    }
    server.put("/d/f", "bob", "hello").ok();
    assert_eq!(server.get("/d/f", "alice").ok().body, "hello");
    let status = server.call("GET /d/f?op=GETFILESTATUS").ok().json();
    assert_eq!(status["FileStatus"]["owner"], "");
    server.call("PUT /d/f?op=SETOWNER&owner=alice").ok();
    server.call("DELETE /d?op=DELETE&recursive=true").ok();
    audited(
        &server,
        &["allowed=true\tugi=N/A (auth:NOSASL)\tip=/127.0.0.1\tcmd=create\tsrc=/d/f\t"],
    );
}

#[test]
fn mtls_takes_the_name_from_the_certificate() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let authority = crate::tls::Authority::new("authority");
    std::fs::write(at("trust.pem"), authority.pem()).unwrap();
    for (file, uri, common_name) in [
        ("alice", Some("spiffe://cluster/alice"), "bob"),
        ("yarn", None, "yarn"),
        ("stranger", Some("spiffe://elsewhere/alice"), "alice"),
    ] {
        let (certificate, key) = authority.issue_user(uri, common_name);
        std::fs::write(at(&format!("{file}.pem")), certificate).unwrap();
        std::fs::write(at(&format!("{file}.key")), key).unwrap();
    }
    let server = Server::start(&[
        "--auth",
        "mtls",
        "--auth-cert-name",
        "uri:spiffe://cluster/",
        "--auth-cert-name",
        "cn",
        "--tls-truststore",
        &at("trust.pem"),
        "--tls-client-auth",
        "optional",
        "--audit",
        "audit.log",
    ]);
    let login = |who: &str, path: &str| {
        let (cert, key) = (at(&format!("{who}.pem")), at(&format!("{who}.key")));
        ask(&server, &["--cert", &cert, "--key", &key], path)
    };
    login("alice", LIST).0.ok();
    login("yarn", "/?op=LISTSTATUS&doas=alice").0.ok();
    let message = "User: yarn is not allowed to impersonate bob";
    let answer = login("yarn", "/?op=LISTSTATUS&doas=bob");
    refused(&answer, 403, "AuthorizationException", message);
    for answer in [
        login("stranger", LIST),
        ask(&server, &[], "/?op=LISTSTATUS&user.name=hdfs"),
    ] {
        refused(
            &answer,
            401,
            "SecurityException",
            "authentication is required",
        );
        assert!(challenges(&answer.1).is_empty());
    }
    audited(
        &server,
        &[
            "allowed=true\tugi=alice (auth:CERTIFICATE)\tip=/127.0.0.1\tcmd=listStatus\t",
            "allowed=true\tugi=alice (auth:PROXY) via yarn (auth:CERTIFICATE)\tip=/127.0.0.1\tcmd=listStatus\t",
        ],
    );
}

#[test]
fn kerberos_logs_in_with_a_ticket() {
    in_realm("auth::kerberos_logs_in_with_a_ticket", |realm| {
        let keytab = realm.keytab("http.keytab", &["HTTP/localhost"]);
        for user in ["alice", "hdfs", "yarn"] {
            let keytab = realm.user(user);
            realm.kinit(&keytab, user, &["-c", &realm.path(user)]);
        }
        let server = Server::start(&[
            "--auth",
            "kerberos",
            "--auth-keytab",
            &keytab,
            "--auth-realm",
            REALM,
            "--auth-principal",
            &format!("HTTP/localhost@{REALM}"),
            "--audit",
            "audit.log",
        ]);
        let login = |cache: &str, args: &[&str], path: &str| {
            let cache = realm.path(cache);
            let mut all = vec!["--negotiate", "-u", ":"];
            all.extend(args);
            ask_with(&server, &all, path, &[("KRB5CCNAME", &cache)])
        };

        // The server proves itself by the token in its answer.
        let (answer, headers) = login("alice", &[], LIST);
        answer.ok();
        let [token] = challenges(&headers)[..] else {
            panic!("{headers:?}");
        };
        assert!(
            token.starts_with("Negotiate oY") || token.starts_with("Negotiate YI"),
            "{token}"
        );

        // No ticket, no token, a wrong token, a name that is only stated.
        let stated = "/?op=LISTSTATUS&user.name=hdfs";
        for answer in [login("none", &[], LIST), ask(&server, &[], stated)] {
            refused(
                &answer,
                401,
                "SecurityException",
                "authentication is required",
            );
            assert_eq!(challenges(&answer.1), ["Negotiate"]);
        }
        for (header, message) in [
            ("Authorization: Negotiate YIIFAAAA", "authentication failed"),
            (
                "Authorization: Negotiate !",
                "malformed Authorization: what follows the scheme is not one token68",
            ),
        ] {
            let answer = ask(&server, &["-H", header], LIST);
            refused(&answer, 401, "SecurityException", message);
            assert_eq!(challenges(&answer.1), ["Negotiate"]);
        }

        // A proxy with a ticket of its own, as Hadoop's do it; the proof of the server is in a refusal, too.
        login("yarn", &[], "/?op=LISTSTATUS&doas=alice").0.ok();
        let message = "User: yarn is not allowed to impersonate bob";
        let answer = login("yarn", &[], "/?op=LISTSTATUS&doAs=bob");
        refused(&answer, 403, "AuthorizationException", message);
        assert!(challenges(&answer.1)[0].starts_with("Negotiate "));

        // A file through the redirect, with curl following by itself: a worker asks for a capability and no ticket.
        let made = login("hdfs", &["-X", "PUT"], "/d?op=MKDIRS&permission=777");
        made.0.ok();
        let file = realm.folder().join("file");
        std::fs::write(&file, "hello").unwrap();
        let put = ["-L", "-X", "PUT", "-T", file.to_str().unwrap()];
        assert_eq!(login("alice", &put, "/d/f?op=CREATE").0.status, 201);
        let read = login("alice", &["-L"], "/d/f?op=OPEN");
        assert_eq!(read.0.ok().body, "hello");

        // A keytab that has gone is a failure and no refusal.
        std::fs::remove_file(&keytab).unwrap();
        let answer = login("alice", &[], LIST);
        refused(
            &answer,
            503,
            "RetriableException",
            "authentication is unavailable",
        );
        audited(
            &server,
            &[
                "allowed=true\tugi=alice (auth:KERBEROS)\tip=/127.0.0.1\tcmd=listStatus\tsrc=/\t",
                "allowed=true\tugi=alice (auth:PROXY) via yarn (auth:KERBEROS)\tip=/127.0.0.1\tcmd=listStatus\t",
                "allowed=false\tugi=bob via yarn\tip=/127.0.0.1\tcmd=listStatus\t",
                "allowed=true\tugi=hdfs (auth:KERBEROS)\tip=/127.0.0.1\tcmd=mkdirs\tsrc=/d\t",
                "allowed=false\tugi=unknown\tip=/127.0.0.1\tcmd=listStatus\tsrc=/\t",
            ],
        );
    });
}

fn oidc(issuer: &str) -> Server {
    let flags = ["--auth", "oidc", "--auth-issuer", issuer];
    let more = [
        "--auth-audience",
        "files",
        "--auth-claim",
        "preferred_username",
    ];
    Server::start(&[&flags[..], &more, &["--audit", "audit.log"]].concat())
}

#[test]
fn oidc_takes_tokens_of_its_provider() {
    let provider = Provider::start();
    let server = oidc(&provider.issuer);
    let login = |token: &str, path: &str| {
        let header = format!("Authorization: Bearer {token}");
        ask(&server, &["-H", &header], path)
    };
    let alice = provider.token("alice", "files", 600);
    // The keys are fetched in the background; until then it is unavailable.
    let until = Instant::now() + Duration::from_secs(30);
    while login(&alice, LIST).0.status == 503 {
        assert!(Instant::now() < until, "the keys were not fetched");
        std::thread::sleep(Duration::from_millis(50));
    }
    login(&alice, LIST).0.ok();
    let yarn = provider.token("yarn", "files", 600);
    login(&yarn, "/?op=LISTSTATUS&doas=alice").0.ok();
    let message = "User: yarn is not allowed to impersonate bob";
    let answer = login(&yarn, "/?op=LISTSTATUS&doas=bob");
    refused(&answer, 403, "AuthorizationException", message);

    let answer = ask(&server, &[], "/?op=LISTSTATUS&user.name=hdfs");
    refused(
        &answer,
        401,
        "SecurityException",
        "authentication is required",
    );
    assert_eq!(challenges(&answer.1), ["Bearer realm=\"webhdfs\""]);
    for wrong in [
        &provider.token("alice", "others", 600),
        &provider.token("alice", "files", -300),
        &provider.token("a/b", "files", 600),
        &Provider {
            issuer: provider.issuer.clone(),
            ..Provider::start()
        }
        .token("alice", "files", 600),
        "guess",
    ] {
        let answer = login(wrong, LIST);
        refused(&answer, 401, "SecurityException", "authentication failed");
        let invalid = ["Bearer realm=\"webhdfs\", error=\"invalid_token\""];
        assert_eq!(challenges(&answer.1), invalid);
    }
    audited(
        &server,
        &[
            "allowed=true\tugi=alice (auth:OIDC)\tip=/127.0.0.1\tcmd=listStatus\tsrc=/\t",
            "allowed=true\tugi=alice (auth:PROXY) via yarn (auth:OIDC)\tip=/127.0.0.1\tcmd=listStatus\t",
            "allowed=false\tugi=unknown\tip=/127.0.0.1\tcmd=listStatus\tsrc=/\t",
        ],
    );

    // A provider that does not answer is a failure and no refusal.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let server = oidc(&issuer);
    let token = Provider { issuer, ..provider }.token("alice", "files", 600);
    let header = format!("Authorization: Bearer {token}");
    let answer = ask(&server, &["-H", &header], LIST);
    refused(
        &answer,
        503,
        "RetriableException",
        "authentication is unavailable",
    );
}

#[test]
fn flags_of_another_way_to_log_in_are_refused() {
    for (args, expected) in [
        (&["--auth", "guess"][..], "--auth guess: expected simple"),
        (&["--auth", "custom"], "needs --auth-password-file"),
        (
            &["--auth", "custom", "--auth-password-file", "/nonexistent"],
            "--auth-password-file /nonexistent: No such file",
        ),
        (
            &["--auth-password-file", "x"],
            "--auth-password-file is for --auth custom",
        ),
        (
            &["--auth", "oidc", "--auth-keytab", "x"],
            "--auth-keytab is for --auth kerberos",
        ),
        (&["--auth", "kerberos"], "needs --auth-keytab"),
        (
            &[
                "--auth",
                "kerberos",
                "--auth-keytab",
                "/nonexistent",
                "--auth-realm",
                "X",
            ],
            "/nonexistent",
        ),
        (&["--auth", "oidc"], "needs --auth-issuer"),
        (
            &["--auth", "oidc", "--auth-issuer", "x"],
            "needs --auth-audience",
        ),
        (&["--auth", "mtls"], "--auth mtls needs --tls-truststore"),
        (
            &["--auth", "mtls", "--auth-cert-name", "ou"],
            "--auth-cert-name ou: expected",
        ),
    ] {
        let anywhere = ["--http", "127.0.0.1:0", "--worker", "127.0.0.1:0"];
        let error = Server::refused(&[args, &anywhere].concat());
        assert!(error.contains(expected), "{args:?}: {error}");
    }
}
