//! The same requests under each `--dialect`: other verdicts, other listings, other words.

use crate::support::Server;

/// What the dialects answer to one question, Alluxio first, then HDFS and POSIX.
struct Answers {
    alluxio: &'static str,
    hdfs: &'static str,
    posix: &'static str,
}

const fn same(answer: &'static str) -> Answers {
    Answers {
        alluxio: answer,
        hdfs: answer,
        posix: answer,
    }
}

struct Asked {
    server: Server,
    dialect: &'static str,
}

impl Asked {
    fn compare(&self, what: &str, now: &str, answers: &Answers) {
        let agreed = match self.dialect {
            "alluxio" => answers.alluxio,
            "hdfs" => answers.hdfs,
            _ => answers.posix,
        };
        assert_eq!(now, agreed, "{}: {what}", self.dialect);
    }

    fn done(&self, request: &str) {
        self.server.call(request).ok();
    }

    fn acl(&self, path: &str, answers: &Answers) {
        self.compare(path, &self.server.acl(path).join(","), answers);
    }

    /// The mode that a status shows, with a `+` for the ACL bit.
    fn mode(&self, path: &str, answers: &Answers) {
        let status = self
            .server
            .call(&format!("GET {path}?op=GETFILESTATUS&user.name=hdfs"))
            .ok()
            .json();
        let status = &status["FileStatus"];
        let plus = if status["aclBit"] == true { "+" } else { "" };
        let mode = status["permission"].as_str().unwrap();
        self.compare(path, &format!("{mode}{plus}"), answers);
    }

    /// `yes`, or upstream's words.
    fn may(&self, user: &str, action: &str, path: &str, answers: &Answers) {
        let request = format!("GET {path}?op=CHECKACCESS&fsaction={action}&user.name={user}");
        let answer = self.server.call(&request);
        let now = match answer.status {
            200 => "yes".to_owned(),
            403 => answer.error().1,
            _ => panic!("{answer:?}"),
        };
        self.compare(&request, &now, answers);
    }
}

#[test]
fn the_dialect_decides_about_verdicts_listings_inheritance_and_words() {
    for dialect in ["alluxio", "hdfs", "posix"] {
        let server = Server::start(&["--dialect", dialect, "--no-tls"]);
        let asked = Asked { server, dialect };
        asked.done("PUT /d?op=MKDIRS&permission=777&user.name=hdfs");
        asked.server.put("/d/f", "hdfs", "hello").ok();
        asked.done("PUT /d/f?op=SETOWNER&owner=hdfs&group=admins&user.name=hdfs");
        asked.done("PUT /d/f?op=SETPERMISSION&permission=640&user.name=hdfs");

        // alice is in staff and eng: is it their union, or must one entry suffice?
        asked.done(
            "PUT /d/f?op=MODIFYACLENTRIES&aclspec=group:staff:r--,group:eng:-w-&user.name=hdfs",
        );
        asked.acl(
            "/d/f",
            &Answers {
                alluxio: "user::rw-,group::r--,other::---,group:eng:-w-,group:staff:r--,mask::rw-",
                hdfs: "group::r--,group:eng:-w-,group:staff:r--",
                posix: "group::r--,group:eng:-w-,group:staff:r--",
            },
        );
        asked.mode(
            "/d/f",
            &Answers {
                alluxio: "640+",
                hdfs: "660+",
                posix: "660+",
            },
        );
        asked.may("alice", "r--", "/d/f", &same("yes"));
        asked.may(
            "alice",
            "rw-",
            "/d/f",
            &Answers {
                alluxio: "yes",
                hdfs: "Permission denied: user=alice, access=READ_WRITE, inode=\"/d/f\":hdfs:admins:-rw-rw----",
                posix: "Permission denied: user=alice, access=READ_WRITE, inode=\"/d/f\":hdfs:admins:-rw-rw----",
            },
        );
        asked.may(
            "bob",
            "-w-",
            "/d/f",
            &Answers {
                alluxio: "Permission denied: user=bob, access=-w-, path=/d/f: failed at f, inode owner=hdfs, inode group=admins, inode mode=rw-r-----",
                hdfs: "Permission denied: user=bob, access=WRITE, inode=\"/d/f\":hdfs:admins:-rw-rw----",
                posix: "Permission denied: user=bob, access=WRITE, inode=\"/d/f\":hdfs:admins:-rw-rw----",
            },
        );

        // chmod sets the mask, or the owning group.
        asked.done("PUT /d/f?op=SETPERMISSION&permission=600&user.name=hdfs");
        asked.acl(
            "/d/f",
            &Answers {
                alluxio: "user::rw-,group::---,other::---,group:eng:-w-,group:staff:r--,mask::rw-",
                hdfs: "group::r--,group:eng:-w-,group:staff:r--",
                posix: "group::r--,group:eng:-w-,group:staff:r--",
            },
        );
        asked.may(
            "alice",
            "r--",
            "/d/f",
            &Answers {
                alluxio: "yes",
                hdfs: "Permission denied: user=alice, access=READ, inode=\"/d/f\":hdfs:admins:-rw-------",
                posix: "Permission denied: user=alice, access=READ, inode=\"/d/f\":hdfs:admins:-rw-------",
            },
        );
        // What is left without the named entries: setfacl keeps from the owning group what the mask kept from it.
        asked.done("PUT /d/f?op=REMOVEACL&user.name=hdfs");
        asked.mode(
            "/d/f",
            &Answers {
                alluxio: "600",
                hdfs: "640",
                posix: "600",
            },
        );

        // A default ACL, and the umask of the server.
        asked.done("PUT /d?op=MODIFYACLENTRIES&aclspec=default:user:bob:rwx&user.name=hdfs");
        asked.done("PUT /d/sub?op=MKDIRS&user.name=alice");
        asked.acl(
            "/d/sub",
            &Answers {
                alluxio: "user::rwx,group::rwx,other::r-x,user:bob:rwx,mask::r-x,\
                    default:user::rwx,default:group::rwx,default:other::rwx,default:user:bob:rwx,default:mask::rwx",
                hdfs: "user:bob:rwx,group::rwx,\
                    default:user::rwx,default:user:bob:rwx,default:group::rwx,default:mask::rwx,default:other::rwx",
                posix: "user:bob:rwx,group::rwx,\
                    default:user::rwx,default:user:bob:rwx,default:group::rwx,default:mask::rwx,default:other::rwx",
            },
        );
        asked.mode(
            "/d/sub",
            &Answers {
                alluxio: "775+",
                hdfs: "777+",
                posix: "777+",
            },
        );
        asked.done("PUT /d?op=REMOVEACL&user.name=hdfs");
        asked.acl(
            "/d",
            &Answers {
                alluxio: "user::rwx,group::rwx,other::rwx,\
                    default:user::rwx,default:group::rwx,default:other::rwx,default:user:bob:rwx,default:mask::rwx",
                hdfs: "",
                posix: "",
            },
        );

        // Thirty-three entries are one too many for HDFS; a default ACL on a file is for nobody.
        let many: Vec<_> = (0..30).map(|n| format!("user:u{n}:r--")).collect();
        let request = format!(
            "PUT /d/f?op=MODIFYACLENTRIES&aclspec={}&user.name=hdfs",
            many.join(",")
        );
        let answer = asked.server.call(&request);
        let now = match answer.status {
            200 => "yes".to_owned(),
            _ => answer.error().1,
        };
        asked.compare(
            "thirty named entries",
            &now,
            &Answers {
                alluxio: "yes",
                hdfs: "Invalid ACL: ACL has 34 access entries, which exceeds maximum of 32. Path: /d/f",
                posix: "yes",
            },
        );
        let request = "PUT /d/f?op=MODIFYACLENTRIES&aclspec=default:user:bob:r--&user.name=hdfs";
        let answer = asked.server.call(request);
        assert!((400..500).contains(&answer.status), "{answer:?}");
        asked.compare(
            request,
            &answer.error().1,
            &Answers {
                alluxio: "Can not set default ACL for a file Path: /d/f",
                hdfs: "Invalid ACL: only directories may have a default ACL. Path: /d/f",
                posix: "Invalid ACL: only directories may have a default ACL. Path: /d/f",
            },
        );

        // Sticky directories.
        asked.done("PUT /tmp?op=MKDIRS&permission=1777&user.name=hdfs");
        asked.server.put("/tmp/f", "alice", "hers").ok();
        let answer = asked.server.call("DELETE /tmp/f?op=DELETE&user.name=bob");
        let now = match answer.status {
            200 => "yes".to_owned(),
            _ => answer.error().1,
        };
        asked.compare(
            "another's file in a sticky directory",
            &now,
            &Answers {
                alluxio: "yes",
                hdfs: "Permission denied by sticky bit: user=bob, path=\"/tmp/f\":alice:supergroup:-rw-r--r--, parent=\"/tmp\":hdfs:supergroup:drwxrwxrwt",
                posix: "Permission denied by sticky bit: user=bob, path=\"/tmp/f\":alice:staff:-rw-r--r--, parent=\"/tmp\":hdfs:supergroup:drwxrwxrwt",
            },
        );
    }
}
