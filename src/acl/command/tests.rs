//! Command lines. What HDFS was observed to do with its own is in `tests/reference`, and setfacl itself in `tests/setfacl.rs`.

use super::*;
use crate::acl::{AclSpec, Mode, Scope};

fn setfacl(words: &str, dialect: &Dialect) -> Result<Setfacl, String> {
    let words: Vec<_> = words.split_whitespace().collect();
    Setfacl::parse(&words, dialect).map_err(|error| error.to_string())
}

fn refusal(words: &str, dialect: &Dialect) -> String {
    setfacl(words, dialect).unwrap_err()
}

fn changes(words: &str, dialect: &Dialect) -> Vec<(&'static str, String)> {
    let command = setfacl(words, dialect).unwrap();
    let change = |change: &AclChange| match change {
        AclChange::Modify(spec) => ("modify", spec.text(dialect)),
        AclChange::Remove(spec) => ("remove", spec.removal_text(dialect)),
        AclChange::Set(spec) => ("set", spec.text(dialect)),
        AclChange::RemoveAll => ("remove all", String::new()),
        AclChange::RemoveDefault => ("remove default", String::new()),
    };
    command.changes.iter().map(change).collect()
}

#[test]
fn alluxio_does_one_thing_wherever_its_options_stand() {
    let dialect = &Dialect::ALLUXIO;
    for (words, verb, spec) in [
        ("-m user:a:rwx /p", "modify", "user:a:rwx"),
        ("/p -m user:a:rwx", "modify", "user:a:rwx"),
        ("-d -m user:a:rwx /p", "modify", "default:user:a:rwx"),
        (
            "-m default:user:a:rwx,user:b:r-- -d /p",
            "modify",
            "default:user:a:rwx,default:user:b:r--",
        ),
        ("-x user:a,mask /p", "remove", "user:a,mask:"),
        ("-d -x user:a /p", "remove", "default:user:a"),
        (
            "--set user::rwx,group::r--,other::--- /p",
            "set",
            "user::rwx,group::r--,other::---",
        ),
        ("-b /p", "remove all", ""),
        ("-k -R /p", "remove default", ""),
        ("-b -- /p", "remove all", ""),
    ] {
        assert_eq!(
            changes(words, dialect),
            [(verb, spec.to_owned())],
            "{words}"
        );
        assert_eq!(
            setfacl(words, dialect).unwrap().recursive,
            words.contains("-R")
        );
    }
    for (words, says) in [
        (
            "/p",
            "no actions specified: expected one of --set, -m, -x, -b, -k",
        ),
        (
            "-R -d /p",
            "no actions specified: expected one of --set, -m, -x, -b, -k",
        ),
        (
            "-x user:a -m user:a:r-- /p",
            "only 1 action can be specified: -x, -m",
        ),
        (
            "-k -b --set user::rwx /p",
            "only 1 action can be specified: -k, -b, --set",
        ),
        ("-m user:a:rwx", "<path> is missing"),
        ("-b /p /q", "too many arguments: \"/q\" behind the path"),
        ("-z /p", "unknown option \"-z\""),
        ("-b -m", "option \"-m\" is incomplete: expected an ACL spec"),
        (
            "-d -m user:a:r--,default:user:a:r-- /p",
            "invalid ACL: multiple entries with same scope, type and name: default:user:a:r--",
        ),
        (
            "-x user: /p",
            "invalid ACL entry \"user:\" at position 1: ACL entry must have subject: expected a name",
        ),
    ] {
        assert_eq!(refusal(words, dialect), says, "{words}");
    }
}

#[test]
fn hdfs_does_one_thing_and_takes_options_first() {
    let dialect = &Dialect::HDFS;
    let set = "user::rwx,group::r--,other::---";
    assert_eq!(
        changes("-R -x user:a /p", dialect),
        [("remove", "user:a".to_owned())]
    );
    assert_eq!(
        changes(&format!("--set {set} /p"), dialect),
        [("set", set.to_owned())]
    );
    for (words, says) in [
        (
            "-R /p",
            "no actions specified: expected one of -b, -k, -m, -x, --set",
        ),
        (
            "-b -m user:a:rwx /p",
            "only 1 action can be specified: -b, -m",
        ),
        ("-b -k /p", "only 1 action can be specified: -b, -k"),
        ("-m", "option \"-m\" is incomplete: expected an ACL spec"),
        ("-m user:a:rwx", "<path> is missing"),
        (
            "-m user:a:rwx -R /p",
            "too many arguments: \"/p\" behind the path",
        ),
        ("-d -b /p", "unknown option \"-d\""),
        ("-Rb /p", "unknown option \"-Rb\""),
    ] {
        assert_eq!(refusal(words, dialect), says, "{words}");
    }
}

#[test]
fn posix_does_several_things_and_reads_letters_together() {
    let dialect = &Dialect::POSIX;
    let modify = |spec: &str| ("modify", spec.to_owned());
    for (words, done) in [
        ("-m u:a:r f g", vec![modify("user:a:r--")]),
        ("-mu:a:r f", vec![modify("user:a:r--")]),
        ("-Rnmu:a:r f", vec![modify("user:a:r--")]),
        ("--modify=u:a:r f", vec![modify("user:a:r--")]),
        (
            "--modify u:a:r --modify=u:b:w f",
            vec![modify("user:a:r--"), modify("user:b:-w-")],
        ),
        (
            "-m u:a:r -dm u:b:w f",
            vec![modify("user:a:r--"), modify("default:user:b:-w-")],
        ),
        (
            "-bk -x a f",
            vec![
                ("remove all", String::new()),
                ("remove default", String::new()),
                ("remove", "user:a".to_owned()),
            ],
        ),
        ("--remove-all -- -f", vec![("remove all", String::new())]),
        (
            "--set=u::rwx,g::-,o::- -",
            vec![("set", "user::rwx,group::---,other::---".to_owned())],
        ),
    ] {
        assert_eq!(changes(words, dialect), done, "{words}");
    }
    let command = setfacl("-LR --no-mask --mask -b f g", dialect).unwrap();
    assert_eq!(command.paths, ["f", "g"]);
    assert!(command.recursive);
    assert_eq!(
        (command.links, command.mask),
        (SymbolicLinks::All, MaskUpdate::Recalculate)
    );
    let command = setfacl("-LPnb f", dialect).unwrap();
    assert_eq!(
        (command.links, command.mask),
        (SymbolicLinks::None, MaskUpdate::Keep)
    );
    for (words, says) in [
        (
            "-n f",
            "no actions specified: expected one of -m, -M, -x, -X, --set, --set-file, -b, -k",
        ),
        ("-b", "<path> is missing"),
        ("", "<path> is missing"),
        ("-bz f", "unknown option \"-bz\""),
        ("--restore=x f", "unknown option \"--restore=x\""),
        (
            "--remove-all=x f",
            "option \"--remove-all=x\" takes no argument",
        ),
        ("-b -m", "option \"-m\" is incomplete: expected an ACL spec"),
        (
            "-b f -n",
            "option \"-n\" behind a path: expected options first",
        ),
        (
            "-d -m d:u:a:r f",
            "-d and an entry with default: in \"d:u:a:r\": expected one of the two",
        ),
        ("-M entries f", "\"entries\": unsupported"),
    ] {
        assert_eq!(refusal(words, dialect), says, "{words}");
    }
}

#[test]
fn files_of_entries_are_read_by_the_caller() {
    let dialect = &Dialect::POSIX;
    let read = |file: &str| match file {
        "more" => Ok("# so\nu:a:r\n".to_owned()),
        "less" => Ok("u:b\n".to_owned()),
        "-" => Ok("u::7\ng::0\no::0\n".to_owned()),
        "wrong" => Ok("u:a:r\nu:b\n".to_owned()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let words = ["--set-file", "-", "-M", "more", "-X", "less", "f"];
    let command = Setfacl::parse_with(&words, dialect, read).unwrap();
    let parse = |text| AclSpec::parse(text, dialect).unwrap();
    assert_eq!(
        command.changes,
        [
            AclChange::Set(parse("u::7,g::0,o::0")),
            AclChange::Modify(parse("u:a:r")),
            AclChange::Remove(AclSpec::parse_removal("u:b", dialect).unwrap()),
        ]
    );
    for (file, says) in [
        (
            "wrong",
            "\"wrong\": invalid ACL entry \"u:b\" in line 2: expected a permission: some of rwxX-, each once, or an octal digit",
        ),
        ("gone", "\"gone\": entity not found"),
    ] {
        let error = Setfacl::parse_with(&["-M", file, "f"], dialect, read).unwrap_err();
        assert_eq!(error.to_string(), says);
    }
}

#[test]
fn a_recursive_command_spares_files_the_default_entries_except_in_alluxio() {
    let file = Protection::from(Mode::from_bits(0o640));
    for (dialect, done) in [
        (&Dialect::HDFS, true),
        (&Dialect::POSIX, true),
        (&Dialect::ALLUXIO, false),
    ] {
        let words = ["-R", "-m", "user:a:r--,default:user:a:rwx", "/p"];
        let command = Setfacl::parse(&words, dialect).unwrap();
        let directory = command.apply(&file, Kind::Directory, dialect).unwrap();
        assert!(directory.default_acl().is_some() && directory.access().is_extended());
        let result = command.apply(&file, Kind::File, dialect);
        assert_eq!(result.is_ok(), done, "{}", dialect.name);
        if let Ok(file) = result {
            assert_eq!(file.access(), directory.access());
            assert!(
                !file
                    .entries(dialect)
                    .iter()
                    .any(|entry| entry.scope == Scope::Default)
            );
        }
        let once = Setfacl::parse(&words[1..], dialect).unwrap();
        assert_eq!(
            once.apply(&file, Kind::File, dialect),
            Err(AclError::DefaultOnFile)
        );
    }
}

#[test]
fn getfacl_commands_name_what_to_show() {
    let parse = |words: &str, dialect| {
        let words: Vec<_> = words.split_whitespace().collect();
        Getfacl::parse(&words, dialect)
            .map(|command| (command.recursive, command.paths.join(" ")))
            .map_err(|error| error.to_string())
    };
    let done = |recursive, paths: &str| Ok((recursive, paths.to_owned()));
    let missing = || Err("<path> is missing".to_owned());
    assert_eq!(parse("/p", &Dialect::ALLUXIO), done(false, "/p"));
    assert_eq!(parse("", &Dialect::ALLUXIO), missing());
    let unknown = Err("unknown option \"-R\"".to_owned());
    assert_eq!(parse("-R", &Dialect::ALLUXIO), unknown);
    assert_eq!(parse("-R /p", &Dialect::HDFS), done(true, "/p"));
    assert_eq!(parse("-R", &Dialect::HDFS), missing());
    assert!(parse("/p /q", &Dialect::HDFS).is_err());
    assert_eq!(parse("-pR f g", &Dialect::POSIX), done(true, "f g"));
    assert_eq!(parse("-R", &Dialect::POSIX), missing());
    assert!(parse("-t f", &Dialect::POSIX).is_err());
}
