//! What the errors say, and what every dialect reads back.

use super::*;
use crate::acl::MessageForm;

const DIALECTS: [&Dialect; 3] = [&Dialect::ALLUXIO, &Dialect::HDFS, &Dialect::POSIX];

/// Each error of `parse`, as it is displayed.
fn assert_says<T: std::fmt::Debug>(
    parse: impl Fn(&str) -> Result<T, ModeError>,
    cases: &[(&str, &str)],
) {
    for (text, says) in cases {
        let error = parse(text).unwrap_err().to_string();
        assert_eq!(error, format!("invalid {says}"), "{text:?}");
    }
}

#[test]
fn an_error_of_chmod_names_the_clause_and_where_it_stands() {
    assert_says(
        |text| ModeChange::parse(text, &Dialect::HDFS),
        &[
            (
                "u+r,f=x",
                "mode \"u+r,f=x\": in clause 2 (\"f=x\"), at byte 4: expected u, g, o, a, +, - or =",
            ),
            (
                "u+r, g=",
                "mode \"u+r, g=\": in clause 2 (\"g=\"), at byte 7: expected r, w, x, X or t",
            ),
            (
                "u+rs",
                "mode \"u+rs\": in clause 1 (\"u+rs\"), at byte 3: expected r, w, x, X, t or a comma",
            ),
            (
                "u+r g+w",
                "mode \"u+r g+w\": in clause 1 (\"u+r g+w\"), at byte 4: expected a comma",
            ),
            (
                "4755",
                "mode \"4755\": expected three octal digits, or four of which the first is 0 or 1, or clauses such as u=rwx,g+r,o-w",
            ),
            (
                "\u{e9}+r",
                "mode \"\u{e9}+r\": in clause 1 (\"\u{e9}+r\"), at byte 0: expected u, g, o, a, +, - or =",
            ),
        ],
    );
    assert_says(
        |text| ModeChange::parse(text, &Dialect::POSIX),
        &[
            (
                "u+rw-x,g",
                "mode \"u+rw-x,g\": in clause 2 (\"g\"), at byte 8: expected u, g, o, a, +, - or =",
            ),
            (
                "u=r,",
                "mode \"u=r,\": in clause 2 (\"\"), at byte 4: expected u, g, o, a, +, - or =",
            ),
            (
                "g=u+rq",
                "mode \"g=u+rq\": in clause 1 (\"g=u+rq\"), at byte 5: expected r, w, x, X, t, an operator or a comma",
            ),
            (
                "g=ur",
                "mode \"g=ur\": in clause 1 (\"g=ur\"), at byte 3: expected an operator or a comma",
            ),
            (
                "u=rwxs",
                "mode \"u=rwxs\": at byte 5: set-user-id and set-group-id do not exist here",
            ),
            (
                "02755",
                "mode \"02755\": at byte 1: set-user-id and set-group-id do not exist here",
            ),
            (
                "10000",
                "mode \"10000\": expected octal digits, at most 1777, or clauses such as u=rwx,g+r,o-w",
            ),
            (
                "",
                "mode \"\": expected octal digits, at most 1777, or clauses such as u=rwx,g+r,o-w",
            ),
        ],
    );
    assert_says(
        |text| ModeChange::parse(text, &Dialect::ALLUXIO),
        &[
            (
                "u=rwx,go+r",
                "mode \"u=rwx,go+r\": in clause 2 (\"go+r\"), at byte 8: expected u, g, o, a or =",
            ),
            (
                "u=",
                "mode \"u=\": in clause 1 (\"u=\"), at byte 2: expected r, w or x",
            ),
            (
                "u=rX,g=r",
                "mode \"u=rX,g=r\": in clause 1 (\"u=rX\"), at byte 3: expected r, w, x or a comma",
            ),
            (
                " ",
                "mode \" \": expected octal digits, or clauses such as u=rwx,go=rx",
            ),
        ],
    );
}

#[test]
fn an_error_of_a_whole_mode_or_a_umask_says_what_is_different_there() {
    assert_says(
        |text| Mode::parse(text, &Dialect::HDFS),
        &[
            (
                "+755",
                "mode \"+755\": in clause 1 (\"+755\"), at byte 1: expected r, w, x, t or a comma",
            ),
            (
                "22",
                "mode \"22\": expected three octal digits, or four of which the first is 0 or 1, or clauses such as u=rwx,g=rx,o=",
            ),
        ],
    );
    assert_says(
        |text| Mode::parse_umask(text, &Dialect::HDFS),
        &[
            (
                "22",
                "umask \"22\": expected three octal digits, with any zeros before them, or the bits to keep as in u=rwx,g=rx,o=",
            ),
            (
                "u=rwx,o=t",
                "umask \"u=rwx,o=t\": in clause 2 (\"o=t\"), at byte 8: expected r, w, x or a comma",
            ),
        ],
    );
    assert_says(
        |text| Mode::parse_umask(text, &Dialect::POSIX),
        &[
            (
                "099",
                "umask \"099\": expected octal digits, at most 777, or the bits to keep as in u=rwx,g=rx,o=",
            ),
            (
                "u=rwx,o=t",
                "umask \"u=rwx,o=t\": in clause 2 (\"o=t\"), at byte 8: expected r, w, x, X, an operator or a comma",
            ),
        ],
    );
    assert_says(
        |text| Mode::parse_umask(text, &Dialect::ALLUXIO),
        &[(
            "00022",
            "umask \"00022\": expected one to four octal digits",
        )],
    );
}

#[test]
fn upstreams_messages_are_available_exactly() {
    let change =
        |text: &str, dialect: &Dialect| ModeChange::parse(text, dialect).map(|_| Mode::NONE);
    let (alluxio, hdfs) = (&Dialect::ALLUXIO, &Dialect::HDFS);
    for (result, form, says) in [
        (change("", alluxio), MessageForm::Alluxio, "Invalid mode "),
        (
            change("u=r,,g=r", alluxio),
            MessageForm::Alluxio,
            "Invalid mode u=r,,g=r - contains invalid segment ",
        ),
        (
            change("u=r=w", alluxio),
            MessageForm::Alluxio,
            "Invalid mode u=r=w - contains invalid segment u=r=w",
        ),
        (
            change("u=r,f=r", alluxio),
            MessageForm::Alluxio,
            "Invalid mode u=r,f=r - contains invalid segment f=r which has invalid targets f",
        ),
        (
            change("u=Xst", alluxio),
            MessageForm::Alluxio,
            "Invalid mode u=Xst - contains invalid segment u=Xst which has invalid permissions Xst",
        ),
        (
            Mode::parse_umask("00022", alluxio),
            MessageForm::Alluxio,
            "Invalid value 00022 for configuration key alluxio.security.authorization.permission.umask",
        ),
        (
            change("u+q", hdfs),
            MessageForm::Hdfs,
            "chmod : mode 'u+q' does not match the expected pattern.",
        ),
        (Mode::parse("u+q", hdfs), MessageForm::Hdfs, "u+q"),
        (
            Mode::parse_umask("foo", hdfs),
            MessageForm::Hdfs,
            "Unable to parse configuration fs.permissions.umask-mode with value foo as octal or symbolic umask.",
        ),
        (
            Mode::parse_listing("rw-r--r--"),
            MessageForm::Hdfs,
            "length != 10(unixSymbolicPermission=rw-r--r--)",
        ),
    ] {
        assert_eq!(result.unwrap_err().message_as(form).to_string(), says);
    }
}

#[test]
fn every_mode_printed_is_read_back_in_every_dialect() {
    for mode in (0..0o2000).map(Mode::from_bits) {
        let permissions = Mode::from_bits(mode.bits() & 0o777);
        for dialect in DIALECTS {
            // Alluxio's modes have no sticky bit.
            let expected = if dialect.sticky { mode } else { permissions };
            for text in [format!("{mode:03o}"), format!("{mode:04o}")] {
                assert_eq!(
                    Mode::parse(&text, dialect),
                    Ok(expected),
                    "{} {text}",
                    dialect.name
                );
                let change = ModeChange::parse(&text, dialect).unwrap();
                let other = Mode::from_bits(!mode.bits());
                assert_eq!(change.apply(other, Kind::File, other), expected);
            }
            let umask = Mode::parse_umask(&format!("{permissions:03o}"), dialect);
            assert_eq!(umask, Ok(permissions), "{}", dialect.name);
        }
        assert_eq!(Mode::parse_octal(&mode.to_string()), Ok(mode));
        assert_eq!(
            Mode::parse_listing(&format!("d{}", mode.symbolic())),
            Ok(mode)
        );
    }
}

#[test]
fn alluxio_reads_what_javas_parsers_read() {
    let mode = |text| Mode::parse(text, &Dialect::ALLUXIO).ok().map(Mode::bits);
    for (text, bits) in [
        ("7777", Some(0o777)),
        ("-1", Some(0o777)),
        ("+755", Some(0o755)),
        ("77777", Some(0o777)),
        ("100000", None),
        ("=rwx", Some(0)),
        ("u=rwx,", Some(0o700)),
        (",", Some(0)),
        (",u=r", None),
        ("u=r==", Some(0o400)),
        ("u=r,u=w,o=r", Some(0o604)),
        (" 755", None),
        ("u=rw ", None),
    ] {
        assert_eq!(mode(text), bits, "{text:?}");
    }
    let umask = |text| {
        Mode::parse_umask(text, &Dialect::ALLUXIO)
            .ok()
            .map(Mode::bits)
    };
    for (text, bits) in [
        ("022", Some(0o022)),
        ("22", Some(0o022)),
        ("099", Some(0o121)),
        ("888", Some(0o110)),
        ("-22", Some(0o522)),
        ("+22", Some(0o322)),
        ("9999", Some(0o221)),
        ("-", None),
        ("", None),
        ("0x1", None),
        ("u=rx", None),
    ] {
        assert_eq!(umask(text), bits, "{text:?}");
    }
}

#[test]
fn a_change_looks_at_the_mode_as_its_dialect_does() {
    let after = |text: &str, before: u16, dialect| {
        let change = ModeChange::parse(text, dialect).unwrap();
        change
            .apply(Mode::from_bits(before), Kind::File, Mode::from_bits(0o1027))
            .bits()
    };
    for (text, before, hdfs, posix) in [
        // X: of the mode as it was, or as the clauses before left it.
        ("u=rw,g+X", 0o700, 0o610, 0o600),
        ("u+x,g+X", 0o600, 0o700, 0o710),
        // x beside an X that does not apply.
        ("u=xX", 0o000, 0o000, 0o100),
        // The later clause in place of the earlier, or after it.
        ("u+r,u+w", 0o000, 0o200, 0o600),
        // No class: every class, or less the umask.
        ("+rwx", 0o000, 0o777, 0o750),
        ("=r", 0o1777, 0o444, 0o440),
        // A umask withholds no sticky bit.
        ("+t", 0o640, 0o1640, 0o1640),
        // `a` beside another class.
        ("ua+r", 0o000, 0o400, 0o444),
    ] {
        assert_eq!(after(text, before, &Dialect::HDFS), hdfs, "hdfs {text}");
        assert_eq!(after(text, before, &Dialect::POSIX), posix, "posix {text}");
    }
}

#[test]
fn a_long_text_is_read_in_reasonable_time() {
    let clauses = 100_000;
    let text = "u=r,".repeat(clauses) + &",".repeat(clauses);
    let mode = Mode::parse(&text, &Dialect::ALLUXIO).unwrap();
    assert_eq!(mode, Mode::from_bits(0o400));
}
