//! Modes as text.

use bailiwick::acl::{Dialect, Kind, Mode, ModeChange, ModeError, Perm};

/// The text as everything that it might be, in every dialect.
pub fn mode(text: &str) {
    octal(text);
    for dialect in &[Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX] {
        if let Some(mode) = check(text, Mode::parse(text, dialect)) {
            printed(mode, dialect);
        }
        if let Some(umask) = check(text, Mode::parse_umask(text, dialect)) {
            assert!(!umask.sticky(), "{}: {umask}", dialect.name);
        }
        if let Some(change) = check(text, ModeChange::parse(text, dialect)) {
            let everything = Mode::from_bits(0o1777);
            for (current, kind) in [(Mode::NONE, Kind::File), (everything, Kind::Directory)] {
                let _ = change.apply(current, kind, Mode::from_bits(0o022));
            }
        }
    }
    if let Some(mode) = check(text, Mode::parse_listing(text)) {
        assert_eq!(text.chars().count(), 10);
        assert_eq!(mode.sticky(), text.ends_with(['t', 'T']), "{text:?}");
    }
}

/// One to four octal digits, without the set-user-id and set-group-id bits.
fn octal(text: &str) {
    let digits =
        (1..=4).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let value = digits.then(|| {
        text.bytes()
            .fold(0, |value, digit| value * 8 + u16::from(digit - b'0'))
    });
    let read = Mode::parse_octal(text).map(Mode::bits);
    assert_eq!(
        check(text, read),
        value.filter(|value| *value <= 0o1777),
        "{text:?}"
    );
}

/// An error shows the text, and where in it.
fn check<T>(text: &str, read: Result<T, ModeError>) -> Option<T> {
    let error = match read {
        Ok(read) => return Some(read),
        Err(error) => error,
    };
    assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
    match error {
        ModeError::Clause {
            number, clause, at, ..
        } => {
            assert!(
                (1..=text.split(',').count()).contains(&number),
                "{number} of {text:?}"
            );
            assert!(text.contains(&clause), "{clause:?} of {text:?}");
            assert!(text.is_char_boundary(at), "{at} of {text:?}");
        }
        ModeError::SetId { at, .. } => assert!(text.is_char_boundary(at), "{at} of {text:?}"),
        _ => {}
    }
    None
}

/// Every form of a mode says what the mode is.
fn printed(mode: Mode, dialect: &Dialect) {
    assert_eq!(Mode::parse_octal(&mode.to_string()), Ok(mode));
    let symbolic = mode.symbolic().to_string();
    assert_eq!(
        Mode::parse_listing(&format!("-{symbolic}")),
        Ok(mode),
        "{symbolic}"
    );
    let classes = [
        ('u', mode.owner()),
        ('g', mode.group()),
        ('o', mode.other()),
    ];
    let clauses =
        classes.map(|(class, perm)| format!("{class}={}", perm.to_string().replace('-', "")));
    // Not every dialect can give a class nothing.
    let readable = classes.iter().all(|(_, perm)| *perm != Perm::NONE) && !mode.sticky();
    if readable {
        let text = clauses.join(",");
        assert_eq!(
            Mode::parse(&text, dialect),
            Ok(mode),
            "{}: {text}",
            dialect.name
        );
    }
}
