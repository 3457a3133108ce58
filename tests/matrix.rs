//! Every operation by every kind of subject on every kind of inode, in the three dialects, as golden files: a change of a
//! verdict is a change of a line. `BAILIWICK_BLESS=1` writes them anew.

use std::fs;

use bailiwick::acl::{AclSpec, Dialect, Kind, Mode, Perm, Protection};
use bailiwick::authz::{Attrs, Matrix, Object, Op, Policy, Rename};
use bailiwick::identity::{GroupName, Groups, Mechanism, Subject, UserName};

fn user(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

fn group(name: &str) -> GroupName {
    GroupName::new(name).unwrap()
}

/// The tree: everything belongs to alice and staff, but what is in `/tmp`.
fn protection(kind: Kind, mode: u16, spec: &str, dialect: &Dialect) -> Protection {
    let protection = Protection::from(Mode::from_bits(mode));
    if spec.is_empty() {
        return protection;
    }
    let spec = AclSpec::parse(spec, dialect).unwrap();
    protection.modify(&spec, kind, dialect).unwrap()
}

fn matrix(dialect: Dialect) -> String {
    let policy = Policy::new(dialect)
        .with_super_user(user("hdfs"))
        .with_super_group(group("ops"));
    let subjects = [
        ("alice", &["staff"][..]),
        ("bob", &["staff", "eng"]),
        ("carol", &["r", "w"]),
        ("eve", &[]),
        ("frank", &[]),
        ("olga", &["ops"]),
    ]
    .map(|(name, groups)| {
        let groups: Groups = groups.iter().map(|name| group(name)).collect();
        policy.admit(Subject::asserted(user(name), groups, Mechanism::Simple))
    });
    let (bob, eng) = (user("bob"), group("eng"));
    let ops = [
        Op::GetStatus,
        Op::List,
        Op::Open,
        Op::Create,
        Op::Append,
        Op::Mkdirs,
        Op::Delete,
        Op::RenameFrom(Rename::Within),
        Op::RenameFrom(Rename::Across),
        Op::RenameTo,
        Op::SetPermission,
        Op::SetAcl,
        Op::SetOwner(bob.as_ref()),
        Op::SetGroup(eng.as_ref()),
        Op::SetTimes,
        Op::CheckAccess(Perm::READ | Perm::WRITE),
        Op::ContentSummary,
    ];
    let (root, alice, frank, staff) = (user("root"), user("alice"), user("frank"), group("staff"));
    let directory = |mode, spec| protection(Kind::Directory, mode, spec, &dialect);
    let file = |mode, spec| protection(Kind::File, mode, spec, &dialect);
    let top = directory(0o755, "");
    let (open, sticky, closed) = (
        directory(0o755, ""),
        directory(0o1777, ""),
        directory(0o750, ""),
    );
    let listed = directory(0o700, "user:eve:rwx,group:r:r-x,group:w:-wx,mask::rwx");
    let (plain, masked) = (
        file(0o640, ""),
        file(0o660, "user:eve:rw-,group:r:r--,group:w:-w-,mask::r--"),
    );
    let split = file(0o600, "group:r:r--,group:w:-w-");
    let (is_directory, is_file) = (Kind::Directory, Kind::File);
    let of = |kind, owner, protection| Attrs::new(kind, owner, &staff, protection);
    let above = of(is_directory, &root, &top);
    let object = |path, parent, target| Object {
        path,
        way: vec![above, parent],
        target,
    };
    let open = of(is_directory, &alice, &open);
    let sticky = of(is_directory, &root, &sticky);
    let closed = of(is_directory, &alice, &closed);
    let listed = of(is_directory, &alice, &listed);
    let objects = [
        Object {
            path: "/",
            way: Vec::new(),
            target: Some(above),
        },
        object("/open/file-640", open, Some(of(is_file, &alice, &plain))),
        object("/open/missing", open, None),
        object("/open/masked", open, Some(of(is_file, &alice, &masked))),
        object("/open/split", open, Some(of(is_file, &alice, &split))),
        object("/open/directory-with-acl", open, Some(listed)),
        object(
            "/tmp/frank-666",
            sticky,
            Some(Attrs::from_mode(
                is_file,
                &frank,
                &staff,
                Mode::from_bits(0o666),
            )),
        ),
        object(
            "/closed/file-640",
            closed,
            Some(of(is_file, &alice, &plain)),
        ),
        object(
            "/listed/file-640",
            listed,
            Some(of(is_file, &alice, &plain)),
        ),
        object("/file/x", of(is_file, &alice, &plain), None),
    ];
    Matrix::new(&policy, &subjects, &ops, &objects).to_string()
}

#[test]
fn every_verdict_is_the_one_that_was_agreed_on() {
    for dialect in [Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX] {
        let path = format!(
            "{}/tests/data/matrix/{}.txt",
            env!("CARGO_MANIFEST_DIR"),
            dialect.name
        );
        let now = matrix(dialect);
        if std::env::var_os("BAILIWICK_BLESS").is_some() {
            fs::write(&path, &now).unwrap();
        }
        let agreed = fs::read_to_string(&path).unwrap_or_default();
        for (number, (agreed, now)) in agreed.lines().zip(now.lines()).enumerate() {
            assert_eq!(agreed, now, "{}.txt line {}", dialect.name, number + 1);
        }
        assert_eq!(agreed, now, "{}", dialect.name);
    }
}
