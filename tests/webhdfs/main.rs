//! The whole way through: the example server as a process, with curl, Java and Python as its clients.

mod auth;
mod dialects;
mod tls;

#[path = "../support/openid.rs"]
mod openid;
#[path = "../support/realm.rs"]
#[expect(dead_code, reason = "no KDC is stopped here")]
mod realm;
#[path = "../support/webhdfs.rs"]
mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use support::Server;

fn output(command: &mut Command, package: &str) -> std::process::Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}: apt-get install {package}"))
}

/// The blocks of README.md marked `console`: each command with what it prints.
fn readme_commands() -> Vec<(String, String)> {
    let readme =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let mut commands: Vec<(String, String)> = Vec::new();
    for block in readme.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            match line.strip_prefix("$ ") {
                Some(command) => commands.push((command.to_owned(), String::new())),
                None => {
                    let (_, printed) = commands.last_mut().unwrap();
                    printed.push_str(line);
                    printed.push('\n');
                }
            }
        }
    }
    commands
}

#[test]
fn the_readme_works_as_printed() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut commands = readme_commands()
        .into_iter()
        .filter(|(command, _)| command != "./test");
    let (start, _) = commands.next().unwrap();
    assert_eq!(start, "cargo run --release --example webhdfs");
    let mut words = start.split(' ');
    let mut command = Command::new(words.next().unwrap());
    let (mut cargo, metadata, _) = Server::spawn({
        command.args(words).current_dir(root);
        command
    });
    assert_eq!(metadata, "https://127.0.0.1:9871");
    let mut failures = Vec::new();
    let mut ran = 0;
    for (command, expected) in commands {
        let out = output(
            Command::new("bash")
                .args(["-c", &command])
                .current_dir(root),
            "bash",
        );
        let printed = format!(
            "{}{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
        if printed.trim_end() != expected.trim_end() {
            failures.push(format!(
                "$ {command}\nexpected {expected}printed  {printed}"
            ));
        }
        ran += 1;
    }
    cargo.kill().unwrap(); // cargo became the server: `cargo run` replaces itself by the program
    cargo.wait().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(ran >= 6, "the README has commands: {ran}");
}

#[test]
fn mode_acl_mask_default_and_doas_decide_and_are_written_down() {
    let server = Server::start(&["--audit", "audit.log"]);
    server
        .call("PUT /d?op=MKDIRS&permission=777&user.name=hdfs")
        .ok();
    server.put("/d/f", "alice", "hello").ok();
    server
        .call("PUT /d/f?op=SETPERMISSION&permission=640&user.name=alice")
        .ok();

    // Denied by mode, in HDFS's words.
    let denied = server.get("/d/f", "bob");
    assert_eq!(denied.status, 403);
    assert_eq!(
        denied.error(),
        (
            "AccessControlException".to_owned(),
            "Permission denied: user=bob, access=READ, inode=\"/d/f\":alice:supergroup:-rw-r-----"
                .to_owned()
        )
    );
    // Allowed by an entry, denied by the mask.
    server
        .call("PUT /d/f?op=MODIFYACLENTRIES&aclspec=user:bob:r--&user.name=alice")
        .ok();
    assert_eq!(server.get("/d/f", "bob").ok().body, "hello");
    server
        .call("PUT /d/f?op=MODIFYACLENTRIES&aclspec=mask::---&user.name=alice")
        .ok();
    assert_eq!(server.get("/d/f", "bob").status, 403);
    assert_eq!(server.acl("/d/f"), ["user:bob:r--", "group::r--"]);
    let status = server
        .call("GET /d/f?op=GETFILESTATUS&user.name=bob")
        .ok()
        .json();
    assert_eq!(
        (
            status["FileStatus"]["aclBit"].as_bool(),
            status["FileStatus"]["permission"].as_str()
        ),
        (Some(true), Some("600"))
    );

    // A default ACL reaches new children.
    server
        .call("PUT /d?op=MODIFYACLENTRIES&aclspec=default:user:bob:rwx&user.name=hdfs")
        .ok();
    server
        .call("PUT /d/sub?op=MKDIRS&permission=750&user.name=alice")
        .ok();
    assert_eq!(
        server.acl("/d/sub"),
        [
            "user:bob:rwx",
            "group::rwx",
            "default:user::rwx",
            "default:user:bob:rwx",
            "default:group::rwx",
            "default:mask::rwx",
            "default:other::rwx"
        ]
    );

    // Impersonation: refused for one, allowed for another.
    let refused = server.call("GET /d?op=LISTSTATUS&user.name=yarn&doas=bob");
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.error().1,
        "User: yarn is not allowed to impersonate bob"
    );
    server
        .call("GET /d?op=LISTSTATUS&user.name=yarn&doas=alice")
        .ok();

    let log = std::fs::read_to_string(server.folder.path().join("audit.log")).unwrap();
    for (line, times) in [
        (
            "allowed=false\tugi=bob (auth:SIMPLE)\tip=/127.0.0.1\tcmd=open\tsrc=/d/f\tdst=null\tperm=alice:supergroup:rw-r-----\tproto=webhdfs\n",
            1,
        ),
        (
            "allowed=true\tugi=bob (auth:SIMPLE)\tip=/127.0.0.1\tcmd=open\tsrc=/d/f\t",
            1,
        ),
        (
            "allowed=false\tugi=bob (auth:SIMPLE)\tip=/127.0.0.1\tcmd=open\tsrc=/d/f\t",
            2,
        ),
        (
            "allowed=true\tugi=alice (auth:SIMPLE)\tip=/127.0.0.1\tcmd=modifyAclEntries\tsrc=/d/f\t",
            2,
        ),
        (
            "allowed=true\tugi=alice (auth:SIMPLE)\tip=/127.0.0.1\tcmd=mkdirs\tsrc=/d/sub\t",
            1,
        ),
        (
            "allowed=false\tugi=bob via yarn\tip=/127.0.0.1\tcmd=listStatus\tsrc=/d\t",
            1,
        ),
        (
            "allowed=true\tugi=alice (auth:PROXY) via yarn (auth:SIMPLE)\tip=/127.0.0.1\tcmd=listStatus\tsrc=/d\t",
            1,
        ),
    ] {
        assert_eq!(log.matches(line).count(), times, "{line}\n{log}");
    }
    let requests = [
        "mkdirs",
        "create",
        "setPermission",
        "open",
        "modifyAclEntries",
        "getAclStatus",
        "getfileinfo",
        "listStatus",
        "readBlock",
        "writeBlock",
    ];
    assert!(
        log.lines().all(|line| requests
            .iter()
            .any(|cmd| line.contains(&format!("\tcmd={cmd}\t")))),
        "{log}"
    );
}

#[test]
fn alluxio_decides_and_speaks_its_own_way() {
    let server = Server::start(&[
        "--dialect",
        "alluxio",
        "--audit",
        "audit.log",
        "--proxyuser",
        "yarn.users=alice",
    ]);
    server
        .call("PUT /d?op=MKDIRS&permission=777&user.name=hdfs")
        .ok();
    server.put("/d/f", "alice", "hello").ok();
    server
        .call("PUT /d/f?op=SETPERMISSION&permission=600&user.name=alice")
        .ok();
    let denied = server.get("/d/f", "bob").error().1;
    assert_eq!(
        denied,
        "Permission denied: user=bob, access=r--, path=/d/f: failed at f, inode owner=alice, inode group=staff, inode mode=rw-------"
    );
    server
        .call("PUT /d/f?op=MODIFYACLENTRIES&aclspec=user:bob:r--&user.name=alice")
        .ok();
    assert_eq!(
        server.acl("/d/f"),
        [
            "user::rw-",
            "group::---",
            "other::---",
            "user:bob:r--",
            "mask::r--"
        ]
    );
    let refused = server
        .call("GET /d?op=LISTSTATUS&user.name=yarn&doas=bob")
        .error()
        .1;
    assert!(refused.starts_with("Failed to authenticate client user=\"yarn\" connecting to Alluxio master and impersonating as impersonationUser=\"bob\""), "{refused}");
    server
        .call("GET /d?op=LISTSTATUS&user.name=yarn&doas=alice")
        .ok();
    let log = std::fs::read_to_string(server.folder.path().join("audit.log")).unwrap();
    assert!(log.contains("succeeded=true\tallowed=true\tugi=alice,staff via yarn (AUTH=SIMPLE)\tip=127.0.0.1\tcmd=listStatus\tsrc=/d\t"), "{log}");
}

/// One value of a URL's query.
fn query<'a>(url: &'a str, name: &str) -> &'a str {
    url.split(['?', '&'])
        .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
        .unwrap()
}

#[test]
fn the_worker_serves_what_a_capability_grants_and_nothing_else() {
    let server = Server::start(&["--no-tls", "--token-life", "2"]);
    server
        .call("PUT /d?op=MKDIRS&permission=777&user.name=hdfs")
        .ok();
    server.put("/d/one", "alice", "first").ok();
    server.put("/d/two", "alice", "second").ok();
    let open = |path: &str| {
        server
            .call(&format!("GET {path}?op=OPEN&user.name=alice"))
            .location
    };
    let (one, two) = (open("/d/one"), open("/d/two"));
    assert_eq!(server.curl(&[&one]).ok().body, "first");

    let refused = |url: &str, method: &str, why: &str| {
        let answer = if method == "GET" {
            server.curl(&[url])
        } else {
            server.send(method, url, "x")
        };
        assert_eq!(answer.status, 403, "{answer:?}");
        assert_eq!(
            answer.error(),
            ("InvalidToken".to_owned(), why.to_owned()),
            "{url}"
        );
    };
    let token = query(&one, "capability");
    // Position 60 is within the MAC's base64, far from its last character.
    let mut tampered = token.to_owned();
    let place = token.len() - 20;
    let other = if &token[place..=place] == "A" {
        "B"
    } else {
        "A"
    };
    tampered.replace_range(place..=place, other);
    refused(
        &one.replace(token, &tampered),
        "GET",
        "capability is forged",
    );
    refused(
        &one.replace(token, query(&two, "capability")),
        "GET",
        "capability is for another resource",
    );
    refused(
        &one.replace("op=OPEN", "op=APPEND"),
        "POST",
        "capability grants r--, but -w- is needed",
    );
    refused(&one.replace(token, ""), "GET", "capability is malformed");

    // A capability to write makes one block once, and does not read.
    let create = server
        .call("PUT /d/three?op=CREATE&user.name=alice")
        .location;
    refused(
        &create.replace("op=CREATE", "op=OPEN"),
        "GET",
        "capability grants -w-, but r-- is needed",
    );
    server.send("PUT", &create, "third").ok();
    assert_eq!(
        server.send("PUT", &create, "again").error().0,
        "FileAlreadyExistsException"
    );
    assert_eq!(server.get("/d/three", "alice").ok().body, "third");

    std::thread::sleep(Duration::from_millis(3100));
    let expired = server.curl(&[&one]);
    assert_eq!(expired.status, 403);
    assert!(
        expired.error().1.starts_with("capability expired "),
        "{expired:?}"
    );
}

/// 10,000 changes of single bits of a good token, over one connection to the worker.
#[test]
fn every_changed_bit_of_a_capability_is_refused() {
    let server = Server::start(&["--no-tls"]);
    server.put("/f", "hdfs", "bytes").ok();
    let url = server.call("GET /f?op=OPEN&user.name=hdfs").location;
    let address = server.worker.strip_prefix("http://").unwrap();
    let path = url.strip_prefix(&server.worker).unwrap();
    let token = query(&url, "capability");
    let mut stream = TcpStream::connect(address).unwrap();
    let mut ask = |token: &[u8]| {
        let encoded: String = token.iter().map(|byte| format!("%{byte:02X}")).collect();
        let path = path.replace(query(path, "capability"), &encoded);
        let request = format!("GET {path} HTTP/1.1\r\nHost: worker\r\n\r\n");
        // One segment: a request in pieces would wait for delayed acknowledgements.
        stream.write_all(request.as_bytes()).unwrap();
        status(&mut stream)
    };
    assert_eq!(ask(token.as_bytes()), 200);
    let started = Instant::now();
    let mut asked = 0;
    for round in 0.. {
        if asked == 10_000 {
            break;
        }
        for bit in 0..token.len() * 8 {
            if asked == 10_000 {
                break;
            }
            // Each round changes a second bit as well, so that no question is asked twice.
            let mut changed = token.as_bytes().to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            if round > 0 {
                let second = (bit + round) % (token.len() * 8);
                changed[second / 8] ^= 1 << (second % 8);
            }
            assert_eq!(ask(&changed), 403, "bit {bit}, round {round}");
            asked += 1;
        }
    }
    assert_eq!(ask(token.as_bytes()), 200, "it did not expire meanwhile");
    println!("{asked} changed tokens refused in {:?}", started.elapsed());
}

/// Reads one response and returns its status.
fn status(stream: &mut TcpStream) -> u16 {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head.split("content-length: ").nth(1).map_or(0, |rest| {
        rest.split("\r\n").next().unwrap().parse().unwrap()
    });
    stream.read_exact(&mut vec![0; length]).unwrap();
    head[9..12].parse().unwrap()
}

#[test]
fn bad_input_is_told_which_parameter() {
    let server = Server::start(&["--no-tls"]);
    server.call("PUT /d?op=MKDIRS&user.name=hdfs").ok();
    for (request, status, exception, names) in [
        (
            "GET /?user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"op\"",
        ),
        (
            "GET /?op=EXPLODE&user.name=hdfs",
            400,
            "UnsupportedOperationException",
            "\"op\"",
        ),
        (
            "GET /?op=MKDIRS&user.name=hdfs",
            400,
            "UnsupportedOperationException",
            "\"op\"",
        ),
        (
            "GET /?op=LISTSTATUS",
            400,
            "IllegalArgumentException",
            "\"user.name\"",
        ),
        (
            "GET /?op=LISTSTATUS&user.name=a:b",
            401,
            "SecurityException",
            "\"user.name\"",
        ),
        (
            "GET /?op=LISTSTATUS&user.name=yarn&doas=a/b",
            400,
            "IllegalArgumentException",
            "\"doas\"",
        ),
        (
            "PUT /d?op=MODIFYACLENTRIES&aclspec=user:bob&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"aclspec\"",
        ),
        (
            "PUT /d?op=SETACL&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"aclspec\"",
        ),
        (
            "PUT /d?op=SETACL&aclspec=user::rwx&user.name=hdfs",
            403,
            "AclException",
            "the user, group and other entries are required",
        ),
        (
            "PUT /d?op=SETPERMISSION&permission=9&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"permission\"",
        ),
        (
            "PUT /d?op=SETPERMISSION&permission=rwx&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"permission\"",
        ),
        (
            "PUT /a/%2E%2E/b?op=MKDIRS&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"path\"",
        ),
        (
            "PUT /a%00b?op=MKDIRS&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"path\"",
        ),
        (
            "GET /d?op=OPEN&offset=-1&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"offset\"",
        ),
        (
            "GET /d?op=OPEN&noredirect=maybe&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"noredirect\"",
        ),
        (
            "GET /d?op=OPEN&length=x&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"length\"",
        ),
        (
            "GET /d?op=OPEN&user.name=hdfs&user.name=bob",
            400,
            "IllegalArgumentException",
            "\"user.name\"",
        ),
        (
            "DELETE /d?op=DELETE&recursive=perhaps&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"recursive\"",
        ),
        (
            "PUT /d?op=SETTIMES&modificationtime=-2&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"modificationtime\"",
        ),
        (
            "PUT /d?op=SETOWNER&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "owner and group",
        ),
        (
            "GET /d?op=CHECKACCESS&fsaction=rwq&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"fsaction\"",
        ),
        (
            "PUT /d?op=RENAME&destination=x&user.name=hdfs",
            400,
            "IllegalArgumentException",
            "\"destination\"",
        ),
        (
            "GET /nothing?op=GETFILESTATUS&user.name=hdfs",
            404,
            "FileNotFoundException",
            "/nothing",
        ),
    ] {
        let (method, rest) = request.split_once(' ').unwrap();
        let answer = server.curl(&[
            "--path-as-is",
            "-X",
            method,
            &format!("{}/webhdfs/v1{rest}", server.metadata),
        ]);
        let (told, message) = answer.error();
        assert_eq!(
            (answer.status, told.as_str()),
            (status, exception),
            "{request}: {message}"
        );
        assert!(message.contains(names), "{request}: {message}");
    }
    hyper_is_corrected(&server);
    half_a_body_stays_invisible(&server);
    server.call("GET /?op=LISTSTATUS&user.name=hdfs").ok();
}

/// What hyper refuses by itself is a `RemoteException` too, on any request of a connection.
fn hyper_is_corrected(server: &Server) {
    let address = server.metadata.strip_prefix("http://").unwrap();
    let long = format!(
        "GET /webhdfs/v1/?op=LISTSTATUS&user.name=hdfs&x={} HTTP/1.1\r\nHost: h\r\n\r\n",
        "a".repeat(1 << 20)
    );
    let good = "GET /webhdfs/v1/?op=LISTSTATUS&user.name=hdfs HTTP/1.1\r\nHost: h\r\n\r\n";
    let length = "PUT /webhdfs/v1/x?op=CREATE&user.name=hdfs HTTP/1.1\r\nHost: h\r\nContent-Length: many\r\n\r\n";
    for (first, bad, names) in [
        ("", long.as_str(), "\\\"query\\\""),
        (good, long.as_str(), "\\\"query\\\""),
        ("", length, "Content-Length"),
    ] {
        let mut stream = TcpStream::connect(address).unwrap();
        if !first.is_empty() {
            stream.write_all(first.as_bytes()).unwrap();
            assert_eq!(status(&mut stream), 200);
        }
        stream.write_all(bad.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 4")
                && answer.contains("RemoteException")
                && answer.contains(names),
            "{answer}"
        );
    }
}

fn half_a_body_stays_invisible(server: &Server) {
    let url = server.call("PUT /d/half?op=CREATE&user.name=hdfs").location;
    let path = url.strip_prefix(&server.worker).unwrap();
    let mut stream = TcpStream::connect(server.worker.strip_prefix("http://").unwrap()).unwrap();
    write!(
        stream,
        "PUT {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nonly some"
    )
    .unwrap();
    assert_eq!(
        server
            .call("GET /d/half?op=GETFILESTATUS&user.name=hdfs")
            .status,
        404
    );
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("Content-Length"),
        "{answer}"
    );
    assert_eq!(
        server
            .call("GET /d/half?op=GETFILESTATUS&user.name=hdfs")
            .status,
        404
    );
}

#[test]
fn files_live_through_all_operations() {
    let server = Server::start(&["--no-tls"]);
    server.call("PUT /home/alice?op=MKDIRS&user.name=hdfs").ok();
    server
        .call("PUT /home/alice?op=SETOWNER&owner=alice&group=staff&user.name=hdfs")
        .ok();
    let denied = server.call("PUT /home/alice?op=SETOWNER&owner=bob&user.name=alice");
    assert_eq!(
        denied.error().1,
        "User alice is not a super user (non-super user cannot change owner)."
    );
    let denied = server.call("PUT /home/alice?op=SETOWNER&group=ops&user.name=alice");
    assert_eq!(denied.error().1, "User alice does not belong to ops");
    server
        .call("PUT /home/alice?op=SETOWNER&group=eng&user.name=alice")
        .ok();

    server.put("/home/alice/a/b/f", "alice", "0123456789").ok();
    let append = server
        .call("POST /home/alice/a/b/f?op=APPEND&user.name=alice")
        .location;
    server.send("POST", &append, "abc").ok();
    let part = server
        .call("GET /home/alice/a/b/f?op=OPEN&offset=8&length=3&user.name=alice")
        .location;
    assert_eq!(server.curl(&[&part]).ok().body, "89a");
    let beyond = server.call("GET /home/alice/a/b/f?op=OPEN&offset=14&user.name=alice");
    assert_eq!(
        (beyond.status, beyond.error().0.as_str()),
        (403, "IOException")
    );

    assert_eq!(
        server.put("/home/alice/a/b/f", "alice", "x").error().0,
        "FileAlreadyExistsException"
    );
    let over = server
        .call("PUT /home/alice/a/b/f?op=CREATE&overwrite=true&noredirect=true&user.name=alice")
        .ok()
        .json();
    server
        .send("PUT", over["Location"].as_str().unwrap(), "new")
        .ok();
    assert_eq!(server.get("/home/alice/a/b/f", "alice").ok().body, "new");
    let orphan = server.call("PUT /home/alice/x/y?op=CREATE&createparent=false&user.name=alice");
    assert_eq!(orphan.status, 404);

    server.call("PUT /home/alice/a/b/f?op=SETTIMES&modificationtime=1000&accesstime=2000&user.name=alice").ok();
    let status = server
        .call("GET /home/alice/a/b/f?op=GETFILESTATUS&user.name=alice")
        .ok()
        .json();
    assert_eq!(
        (
            status["FileStatus"]["modificationTime"].as_i64(),
            status["FileStatus"]["accessTime"].as_i64()
        ),
        (Some(1000), Some(2000))
    );
    let summary = server
        .call("GET /home?op=GETCONTENTSUMMARY&user.name=alice")
        .ok()
        .json();
    assert_eq!(
        (
            summary["ContentSummary"]["directoryCount"].as_i64(),
            summary["ContentSummary"]["fileCount"].as_i64(),
            summary["ContentSummary"]["length"].as_i64()
        ),
        (Some(4), Some(1), Some(3))
    );
    assert_eq!(
        server
            .call("GET /?op=GETHOMEDIRECTORY&user.name=bob")
            .ok()
            .json()["Path"],
        "/user/bob"
    );

    let boolean = |request: &str| {
        server.call(request).ok().json()["boolean"]
            .as_bool()
            .unwrap()
    };
    assert!(boolean(
        "PUT /home/alice/a/b?op=RENAME&destination=/home/alice/c&user.name=alice"
    ));
    assert!(!boolean(
        "PUT /home/alice/c?op=RENAME&destination=/home/alice/c/d&user.name=alice"
    ));
    assert_eq!(
        server
            .call("PUT /home/alice/c?op=RENAME&destination=/stolen&user.name=alice")
            .status,
        403
    );
    server
        .call("GET /home/alice/c/f?op=CHECKACCESS&fsaction=rw-&user.name=alice")
        .ok();
    assert_eq!(
        server
            .call("GET /home/alice/c/f?op=CHECKACCESS&fsaction=-w-&user.name=bob")
            .status,
        403
    );

    for (op, entries) in [
        (
            "MODIFYACLENTRIES&aclspec=user:bob:rwx,default:user:bob:r--",
            7,
        ),
        ("REMOVEACLENTRIES&aclspec=user:bob", 6),
        ("REMOVEDEFAULTACL", 1),
        (
            "SETACL&aclspec=user::rwx,user:bob:r-x,group::r--,other::---",
            2,
        ),
        ("REMOVEACL", 0),
    ] {
        server
            .call(&format!("PUT /home/alice/c?op={op}&user.name=alice"))
            .ok();
        assert_eq!(
            server.acl("/home/alice/c").len(),
            entries,
            "{op} {:?}",
            server.acl("/home/alice/c")
        );
    }

    assert_eq!(
        server
            .call("DELETE /home/alice/c?op=DELETE&user.name=alice")
            .error()
            .0,
        "PathIsNotEmptyDirectoryException"
    );
    assert_eq!(
        server
            .call("DELETE /home/alice/c?op=DELETE&recursive=true&user.name=bob")
            .status,
        403
    );
    assert!(boolean(
        "DELETE /home/alice/c?op=DELETE&recursive=true&user.name=alice"
    ));
    assert!(!boolean("DELETE /home/alice/c?op=DELETE&user.name=alice"));

    // A file may look like an HTTP answer at the start of every chunk.
    let answers = "HTTP/1.1 400 no\n".repeat(1 << 16);
    server.put("/home/answers", "hdfs", &answers).ok();
    assert!(server.get("/home/answers", "hdfs").ok().body == answers);

    // Sticky: others' files stay.
    server
        .call("PUT /tmp?op=MKDIRS&permission=1777&user.name=hdfs")
        .ok();
    server.put("/tmp/f", "alice", "x").ok();
    let denied = server
        .call("DELETE /tmp/f?op=DELETE&user.name=bob")
        .error()
        .1;
    assert!(denied.starts_with("Permission denied by sticky bit: user=bob, path=\"/tmp/f\":alice:supergroup:-rw-r--r--, parent=\"/tmp\":hdfs:supergroup:drwxrwxrwt"), "{denied}");
}

#[test]
fn pythons_hdfs_package_works() {
    let python = std::env::var("BAILIWICK_PYTHON")
        .unwrap_or_else(|_| "target/python/bin/python3".to_owned());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let server = Server::start(&[]);
    server
        .call("PUT /home?op=MKDIRS&permission=777&user.name=hdfs")
        .ok();
    let mut command = Command::new(root.join(&python));
    command
        .arg(root.join("tests/python/client.py"))
        .arg(&server.metadata)
        .arg(server.ca());
    let out = command.output().unwrap_or_else(|error| {
        panic!("{python}: {error}: ./test makes it, with the package hdfs")
    });
    assert!(
        out.status.success(),
        "{}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
    assert_eq!(
        String::from_utf8_lossy(&out.stdout).trim(),
        "listed written appended read renamed deleted denied"
    );
}
