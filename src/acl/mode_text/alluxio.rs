//! Modes as Alluxio reads them (`ModeParser`).

use super::scan::Scan;
use super::{ModeError, ModeRole, classes, permissions};
use crate::acl::Mode;

/// Octal digits, or else clauses such as `u=rwx` whose bits add up. Alluxio's modes have no sticky bit.
pub(super) fn read(text: &str, role: ModeRole) -> Result<Mode, ModeError> {
    if text.trim().is_empty() {
        return Err(ModeError::Text {
            role,
            text: text.to_owned(),
            expected: "octal digits, or clauses such as u=rwx,go=rx",
        });
    }
    // Upstream reads a signed short and keeps its low bits, so `-1` and `7777` are modes too.
    if let Ok(number) = i16::from_str_radix(text, 8) {
        return Ok(Mode::from_bits(number.cast_unsigned() & 0o777));
    }
    let mut scan = Scan::new(text, role);
    let mut bits = 0;
    // Java's split drops empty parts at the end, of the text and of a clause.
    let end = text.trim_end_matches(',').len();
    while scan.at() < end {
        let field = classes(scan.take_any("ugoa"));
        if !scan.take('=') {
            return Err(scan.expected("u, g, o, a or ="));
        }
        let letters = scan.take_any("rwx");
        if letters.is_empty() {
            return Err(scan.expected("r, w or x"));
        }
        bits |= permissions(letters) & field;
        scan.take_any("=");
        if scan.take(',') {
            scan.next_clause();
        } else if !scan.rest().is_empty() {
            return Err(scan.expected("r, w, x or a comma"));
        }
    }
    Ok(Mode::from_bits(bits))
}
