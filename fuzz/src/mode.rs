//! Modes and umasks as text.

use bailiwick::acl::choices::MessageForm;
use bailiwick::acl::{Dialect, Kind, Mode, ModeChange, ModeError, Perm};

pub fn mode(text: &str) {
    octal(text);
    for dialect in [Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX] {
        let readings = [
            Mode::parse(text, &dialect),
            Mode::parse_umask(text, &dialect),
            Mode::parse_listing(text),
        ];
        for reading in readings {
            match reading {
                Ok(mode) => printed(mode),
                Err(error) => check_error(text, &error),
            }
        }
        match ModeChange::parse(text, &dialect) {
            Ok(change) => applied(&change),
            Err(error) => check_error(text, &error),
        }
    }
}

/// A change gives a mode, and what it removes or sets it does not remove or set again.
fn applied(change: &ModeChange) {
    for bits in [0, 0o644, 0o1777] {
        for kind in [Kind::File, Kind::Directory] {
            let after = change.apply(Mode::from_bits(bits), kind, Mode::from_bits(0o022));
            assert!(after.bits() <= 0o1777);
            printed(after);
        }
    }
}

fn check_error(text: &str, error: &ModeError) {
    assert!(!error.to_string().is_empty());
    for form in [MessageForm::Alluxio, MessageForm::Hdfs] {
        let _ = error.message_as(form).to_string();
    }
    if let ModeError::SetId { at, .. } = error {
        assert!(*at < text.len(), "{text:?}: {error:?}");
    }
}

/// One to four octal digits, without the set-user-id and set-group-id bits.
fn octal(text: &str) {
    let digits = !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let value = digits.then(|| {
        text.chars()
            .filter_map(|digit| digit.to_digit(8))
            .fold(0, |value, digit| value % 0o10000 * 8 + digit)
    });
    match Mode::parse_octal(text) {
        Ok(mode) => {
            assert!(text.len() <= 4);
            assert_eq!(Some(u32::from(mode.bits())), value, "{text:?}");
            printed(mode);
        }
        Err(error) => {
            let possible = text.len() <= 4 && value.is_some_and(|value| value <= 0o1777);
            assert!(!possible, "{error}");
        }
    }
}

/// Every form says what the mode is.
fn printed(mode: Mode) {
    assert_eq!(Mode::parse_octal(&mode.to_string()), Ok(mode));
    let symbolic = mode.symbolic().to_string();
    assert_eq!(Mode::parse_listing(&format!("-{symbolic}")), Ok(mode));
    let class = |class: &str| {
        let class = class.replace('t', "x").replace('T', "-");
        class.parse::<Perm>().unwrap()
    };
    let classes = [&symbolic[..3], &symbolic[3..6], &symbolic[6..]].map(class);
    assert_eq!(
        classes,
        [mode.owner(), mode.group(), mode.other()],
        "{symbolic}"
    );
}
