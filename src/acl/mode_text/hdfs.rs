//! Modes and umasks as HDFS reads them (`PermissionParser`, in its three forms).

use super::scan::Scan;
use super::{
    EXECUTE, GROUP, ModeChange, ModeError, ModeRole, OPERATORS, OTHER, OWNER, Op, Order,
    PERMISSIONS, Reading, STICKY, Source, Step, classes, permissions,
};
use crate::acl::Mode;

/// Java's `\s`.
const BLANKS: &str = " \t\n\u{b}\u{c}\r";
const SEPARATORS: &str = ", \t\n\u{b}\u{c}\r";

/// What one of the three forms takes.
pub(super) struct Grammar {
    role: ModeRole,
    /// A plus sign may stand before octal digits.
    plus: bool,
    /// The most octal digits, and the highest mode; three digits are needed.
    most_digits: usize,
    most: u16,
    octal: &'static str,
    /// A clause must have permissions.
    needs_letters: bool,
    letters: &'static str,
    after: &'static str,
}

/// `ChmodParser`.
pub(super) const CHMOD: Grammar = Grammar {
    role: ModeRole::Change,
    plus: true,
    most_digits: 4,
    most: 0o1777,
    octal: "three octal digits, or four of which the first is 0 or 1, or clauses such as u=rwx,g+r,o-w",
    needs_letters: true,
    letters: "rwxXt",
    after: "r, w, x, X, t or a comma",
};

/// `RawParser`.
pub(super) const WHOLE: Grammar = Grammar {
    role: ModeRole::Mode,
    plus: false,
    octal: "three octal digits, or four of which the first is 0 or 1, or clauses such as u=rwx,g=rx,o=",
    needs_letters: false,
    letters: "rwxt",
    after: "r, w, x, t or a comma",
    ..CHMOD
};

/// `UmaskParser`.
pub(super) const UMASK: Grammar = Grammar {
    role: ModeRole::Umask,
    most_digits: usize::MAX,
    most: 0o777,
    octal: "three octal digits, with any zeros before them, or the bits to keep as in u=rwx,g=rx,o=",
    letters: "rwx",
    after: "r, w, x or a comma",
    ..WHOLE
};

impl Grammar {
    pub(super) fn read(&self, text: &str) -> Result<Reading, ModeError> {
        let trimmed = text.trim_matches(|c| BLANKS.contains(c));
        let digits = match trimmed.strip_prefix('+') {
            Some(digits) if self.plus => digits,
            _ => trimmed,
        };
        if digits.is_empty() || digits.starts_with(|c: char| c.is_ascii_digit()) {
            let mode = self.octal(digits).ok_or_else(|| ModeError::Text {
                role: self.role,
                text: text.to_owned(),
                expected: self.octal,
            });
            return mode.map(Reading::Octal);
        }
        self.clauses(text).map(Reading::Clauses)
    }

    fn octal(&self, digits: &str) -> Option<Mode> {
        if digits.len() < 3 || digits.len() > self.most_digits {
            return None;
        }
        let bits = u16::from_str_radix(digits, 8).ok()?;
        (bits <= self.most).then(|| Mode::from_bits(bits))
    }

    fn clauses(&self, text: &str) -> Result<ModeChange, ModeError> {
        let mut scan = Scan::new(text, self.role);
        let mut steps = Vec::new();
        scan.take_any(BLANKS);
        loop {
            let named = scan.take_any("ugoa");
            let Some(op) = scan.take_any(OPERATORS).chars().last().and_then(Op::of) else {
                return Err(scan.expected("u, g, o, a, +, - or ="));
            };
            let letters = scan.take_any(self.letters);
            if letters.is_empty() && self.needs_letters {
                return Err(scan.expected("r, w, x, X or t"));
            }
            replace(&mut steps, named, op, letters);
            let between = scan.take_any(SEPARATORS);
            if scan.rest().is_empty() {
                break;
            }
            if !between.contains(',') {
                let expected = if between.is_empty() {
                    self.after
                } else {
                    "a comma"
                };
                return Err(scan.expected(expected));
            }
            scan.next_clause();
        }
        Ok(ModeChange {
            steps,
            order: Order::AtOnce,
        })
    }
}

/// Takes a clause for the classes it names, in place of any earlier one for the same class.
fn replace(steps: &mut Vec<Step>, named: &str, op: Op, letters: &str) {
    // An `a` says nothing: alone it is the same as no class, and beside others it is passed over.
    let field = match classes(&named.replace('a', "")) {
        0 => PERMISSIONS,
        field => field,
    };
    let bits = permissions(letters);
    // Where `X` does not give execution, an `x` beside it does not either.
    let source = if letters.contains('X') {
        Source::BitsAndX(bits & !EXECUTE)
    } else {
        Source::Bits(bits)
    };
    for (class, of) in [
        (OWNER, OWNER),
        (GROUP, GROUP),
        (OTHER, OTHER),
        (STICKY, OTHER),
    ] {
        if field & of != 0 {
            steps.retain(|step| step.field != class);
            steps.push(Step {
                field: class,
                umasked: false,
                op,
                source,
            });
        }
    }
}
