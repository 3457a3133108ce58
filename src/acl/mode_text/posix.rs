//! Modes and umasks as POSIX reads them (`chmod(1)`, the shell's `umask`).

use super::scan::Scan;
use super::{
    ModeChange, ModeError, ModeRole, OTHER, Op, Order, PERMISSIONS, Reading, STICKY, Source, Step,
    classes, permissions,
};
use crate::acl::Mode;

/// What a text may hold besides the operators and classes.
pub(super) struct Grammar {
    role: ModeRole,
    order: Order,
    octal: &'static str,
    letters: &'static str,
    after: &'static str,
}

/// The operand of chmod.
pub(super) const CHMOD: Grammar = Grammar {
    role: ModeRole::Change,
    order: Order::InTurn,
    octal: "octal digits, at most 1777, or clauses such as u=rwx,g+r,o-w",
    letters: "rwxXt",
    after: "r, w, x, X, t, an operator or a comma",
};

/// A mode on its own.
pub(super) const WHOLE: Grammar = Grammar {
    role: ModeRole::Mode,
    ..CHMOD
};

/// The operand of umask.
pub(super) const UMASK: Grammar = Grammar {
    role: ModeRole::Umask,
    order: Order::AtOnce,
    octal: "octal digits, at most 777, or the bits to keep as in u=rwx,g=rx,o=",
    letters: "rwxX",
    after: "r, w, x, X, an operator or a comma",
};

impl Grammar {
    pub(super) fn read(&self, text: &str) -> Result<Reading, ModeError> {
        if text.is_empty() || text.starts_with(|c: char| c.is_ascii_digit()) {
            return self.octal(text).map(Reading::Octal);
        }
        self.clauses(text).map(Reading::Clauses)
    }

    fn octal(&self, text: &str) -> Result<Mode, ModeError> {
        match u16::from_str_radix(text, 8) {
            // The kernel drops what is no permission bit.
            Ok(bits @ ..=0o7777) if self.role == ModeRole::Umask => {
                Ok(Mode::from_bits(bits & PERMISSIONS))
            }
            Ok(bits @ ..=0o1777) => Ok(Mode::from_bits(bits)),
            Ok(..=0o7777) => Err(ModeError::SetId {
                role: self.role,
                text: text.to_owned(),
                at: text.len() - 4,
            }),
            _ => Err(ModeError::Text {
                role: self.role,
                text: text.to_owned(),
                expected: self.octal,
            }),
        }
    }

    fn clauses(&self, text: &str) -> Result<ModeChange, ModeError> {
        let mut scan = Scan::new(text, self.role);
        let mut steps = Vec::new();
        loop {
            let named = scan.take_any("ugoa");
            let Some(mut op) = scan.take_op() else {
                return Err(scan.expected("u, g, o, a, +, - or ="));
            };
            let after = loop {
                let (source, after) = self.source(&mut scan);
                steps.push(step(named, op, source));
                match scan.take_op() {
                    Some(next) => op = next,
                    None => break after,
                }
            };
            if scan.rest().is_empty() {
                break;
            }
            if scan.rest().starts_with('s') {
                return Err(scan.set_id());
            }
            if !scan.take(',') {
                return Err(scan.expected(after));
            }
            scan.next_clause();
        }
        Ok(ModeChange {
            steps,
            order: self.order,
        })
    }

    /// What follows an operator, and what may come after it.
    fn source(&self, scan: &mut Scan<'_>) -> (Source, &'static str) {
        for (class, lowest) in [('u', 6), ('g', 3), ('o', 0)] {
            if scan.take(class) {
                return (Source::Class(lowest), "an operator or a comma");
            }
        }
        let letters = scan.take_any(self.letters);
        let bits = permissions(letters);
        let source = if letters.contains('X') {
            Source::BitsAndX(bits)
        } else {
            Source::Bits(bits)
        };
        (source, self.after)
    }
}

fn step(named: &str, op: Op, source: Source) -> Step {
    let field = match classes(named) {
        0 => PERMISSIONS,
        field => field,
    };
    // The sticky bit goes with the others' bits.
    let sticky = if field & OTHER != 0 { STICKY } else { 0 };
    Step {
        field: field | sticky,
        umasked: named.is_empty(),
        op,
        source,
    }
}
