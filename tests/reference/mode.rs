//! Modes and umasks in text.

use bailiwick::acl::choices::MessageForm;
use bailiwick::acl::{Dialect, Kind, Mode, ModeChange, ModeError, Perm};
use serde_json::Value;

use crate::cases::{Cases, array, text};

const ALLUXIO: &Dialect = &Dialect::ALLUXIO;
const HDFS: &Dialect = &Dialect::HDFS;

fn octal(text: &str) -> Mode {
    Mode::from_bits(u16::from_str_radix(text, 8).unwrap())
}

fn perm(value: &Value) -> Perm {
    value.as_str().unwrap().parse().unwrap()
}

/// What chmod makes of a file with that mode.
fn changed(text: &str, before: Mode, dialect: &Dialect) -> Result<Mode, ModeError> {
    ModeChange::parse(text, dialect).map(|change| change.apply(before, Kind::File, Mode::NONE))
}

#[test]
fn alluxio_mode() {
    let mut cases = Cases::load("alluxio_mode.json");
    let root = cases.root.clone();
    for case in array(&root, "parse") {
        let (given, expected) = (text(case, "mode"), octal(text(case, "octal")));
        assert_eq!(Mode::parse(given, ALLUXIO), Ok(expected), "{case}");
        // Its chmod reads the same, and whatever the file had is gone.
        assert_eq!(
            changed(given, octal("1253"), ALLUXIO),
            Ok(expected),
            "{case}"
        );
        cases.pass();
    }
    for case in array(&root, "parse_error") {
        let Some(given) = case["mode"].as_str() else {
            cases.skip("null", "the argument cannot be null here");
            continue;
        };
        let error = Mode::parse(given, ALLUXIO).unwrap_err();
        let message = error.message_as(MessageForm::Alluxio).to_string();
        assert!(
            message.starts_with(text(case, "message_contains")),
            "{case}: {message}"
        );
        cases.pass();
    }
    for case in array(&root, "to_string") {
        assert_eq!(
            octal(text(case, "octal")).symbolic().to_string(),
            text(case, "out")
        );
        cases.pass();
    }
    for case in array(&root, "umask_parse") {
        let umask = Mode::parse_umask(text(case, "umask"), ALLUXIO);
        assert_eq!(umask, Ok(octal(text(case, "octal"))));
        cases.pass();
    }
    for case in array(&root, "umask_apply_dir") {
        let umask = Mode::parse_umask(text(case, "umask"), ALLUXIO).unwrap();
        let mode = octal(text(case, "mode"));
        assert_eq!(mode, Mode::default_for(Kind::Directory));
        assert_eq!(mode.without(umask), octal(text(case, "out")));
        cases.pass();
    }
    for case in array(&root, "umask_error") {
        let error = Mode::parse_umask(text(case, "umask"), ALLUXIO).unwrap_err();
        assert_eq!(
            error.message_as(MessageForm::Alluxio).to_string(),
            text(case, "message")
        );
        cases.pass();
    }
    for case in array(&root, "bits_not") {
        assert_eq!(!perm(&case[0]), perm(&case[1]), "{case}");
        cases.pass();
    }
    for case in array(&root, "bits_or") {
        assert_eq!(perm(&case[0]) | perm(&case[1]), perm(&case[2]), "{case}");
        cases.pass();
    }
    for case in array(&root, "bits_and") {
        assert_eq!(perm(&case[0]) & perm(&case[1]), perm(&case[2]), "{case}");
        cases.pass();
    }
    for case in array(&root, "bits_imply") {
        assert_eq!(
            perm(&case["a"]).contains(perm(&case["b"])),
            case["out"],
            "{case}"
        );
        cases.pass();
    }
    cases.finish(16 + 6 + 4 + 3 + 1 + 2 + 3 + 3 + 3 + 15);
}

#[test]
fn hdfs_mode_umask() {
    let mut cases = Cases::load("hdfs_mode_umask.json");
    let root = cases.root.clone();
    let symbolic = array(&root, "umask_symbolic");
    for case in symbolic {
        let umask = Mode::parse_umask(text(case, "umask"), HDFS);
        assert_eq!(umask, Ok(octal(text(case, "octal"))), "{case}");
        cases.pass();
    }
    for case in array(&root, "umask_bad") {
        let given = text(case, "umask");
        let error = Mode::parse_umask(given, HDFS).unwrap_err();
        let message = error.message_as(MessageForm::Hdfs).to_string();
        for part in ["Unable to parse", given, "octal or symbolic"] {
            assert!(message.contains(part), "{case}: {message}");
        }
        cases.pass();
    }
    // umask_octal_all
    for bits in 0..0o1000 {
        let mode = Mode::from_bits(bits);
        assert_eq!(Mode::parse_umask(&format!("{mode:03o}"), HDFS), Ok(mode));
        cases.pass();
    }
    for case in array(&root, "mode_string") {
        let expected = Ok(octal(text(case, "octal")));
        assert_eq!(
            changed(text(case, "mode"), Mode::NONE, HDFS),
            expected,
            "{case}"
        );
        assert_eq!(Mode::parse(text(case, "mode"), HDFS), expected, "{case}");
        cases.pass();
    }
    // mode_from_symbolic_set
    for case in symbolic {
        let given = text(case, "umask");
        if !given.starts_with('u') {
            continue;
        }
        let kept = Mode::from_bits(0o777).without(octal(text(case, "octal")));
        let sticky = Mode::from_bits(0o1000 | kept.bits());
        assert_eq!(Mode::parse(given, HDFS), Ok(kept), "{case}");
        assert_eq!(
            Mode::parse(&format!("{given}t"), HDFS),
            Ok(sticky),
            "{case}"
        );
        cases.pass();
    }
    for case in array(&root, "mode_from_int") {
        let int = u16::from_str_radix(text(case, "int_octal"), 8).unwrap();
        let mode = Mode::from_bits(int);
        assert_eq!(mode, octal(text(case, "mode")));
        assert_eq!(mode.sticky(), case["sticky"], "{case}");
        cases.pass();
    }
    // value_of and to_string
    for bits in 0..0o2000 {
        let mode = Mode::from_bits(bits);
        let line = format!("-{}", mode.symbolic());
        assert_eq!(Mode::parse_listing(&line), Ok(mode), "{line}");
        assert_eq!(
            line.ends_with('t'),
            mode.sticky() && bits & 1 == 1,
            "{line}"
        );
        assert_eq!(
            line.ends_with('T'),
            mode.sticky() && bits & 1 == 0,
            "{line}"
        );
        cases.pass();
    }
    for case in array(&root, "action_and") {
        assert_eq!(
            perm(&case["a"]) & perm(&case["b"]),
            perm(&case["out"]),
            "{case}"
        );
        cases.pass();
    }
    cases.finish(513 + 5 + 512 + 14 + 512 + 4 + 1024 + 6);
}

#[test]
fn hdfs_mode_observed() {
    let mut cases = Cases::load("hdfs_mode_observed.json");
    let root = cases.root.clone();
    let agree = |case: &Value, ours: Result<Mode, ModeError>, theirs: &Value| {
        let ours = ours.map_or_else(|_| "error".to_owned(), |mode| format!("{mode:03o}"));
        assert_eq!(ours, *theirs, "{case}");
    };
    for case in array(&root, "chmod") {
        let before = octal(case[1].as_str().unwrap());
        let kind = if case[2] == "dir" {
            Kind::Directory
        } else {
            Kind::File
        };
        // Whatever the umask, HDFS does not ask for it.
        let change = ModeChange::parse(case[0].as_str().unwrap(), HDFS);
        agree(
            case,
            change.map(|change| change.apply(before, kind, octal("777"))),
            &case[3],
        );
        cases.pass();
    }
    for (key, parse) in [
        (
            "mode",
            (|text| Mode::parse(text, HDFS)) as fn(&str) -> Result<Mode, ModeError>,
        ),
        ("umask", |text| Mode::parse_umask(text, HDFS)),
        ("listing", Mode::parse_listing),
    ] {
        for case in array(&root, key) {
            agree(case, parse(case[0].as_str().unwrap()), &case[1]);
            cases.pass();
        }
    }
    cases.finish(428 + 55 + 58 + 26);
}
