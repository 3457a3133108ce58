//! Modes as text.

use bailiwick::acl::{Mode, Perm};

pub fn mode(text: &str) {
    octal(text);
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
            assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
        }
    }
}

/// Both forms say what the mode is.
fn printed(mode: Mode) {
    assert_eq!(Mode::parse_octal(&mode.to_string()), Ok(mode));
    let mut symbolic = mode.symbolic().to_string();
    assert_eq!(symbolic.ends_with(['t', 'T']), mode.sticky(), "{symbolic}");
    if mode.sticky() {
        let last = if symbolic.ends_with('t') { "x" } else { "-" };
        symbolic.replace_range(8.., last);
    }
    let class = |class: &str| class.parse::<Perm>().unwrap().bits();
    let classes = [&symbolic[..3], &symbolic[3..6], &symbolic[6..]].map(class);
    assert_eq!(
        classes.map(Perm::from_bits),
        [mode.owner(), mode.group(), mode.other()],
        "{symbolic}"
    );
}
