//! Modes and umasks in text: what chmod is told, and what configurations and interfaces hold.

mod alluxio;
mod error;
mod hdfs;
mod posix;
mod scan;
mod umask;

pub use error::{ModeError, ModeRole};

use super::{Dialect, Kind, Mode, ModeText};

/// What chmod is told to do to a mode: `755`, `u=rwx,go=rx`, `g-w`, `a+X`. Of an inode, it changes the
/// [`Protection::mode`](super::Protection::mode), and the outcome is for [`Protection::chmod`](super::Protection::chmod).
///
/// What the text may say, and what it means, is the dialect's [`ModeText`]:
///
/// - HDFS (`ChmodParser`): a later clause replaces an earlier one for the same class, so `u+r,u+w` adds `w` alone; of
///   several operators the last counts; a `t` needs the class `o` or `a`.
/// - Alluxio (`ModeParser`): clauses have `=` only and together say the whole mode; a class without a clause gets nothing.
/// - POSIX (`chmod(1)`): clauses are done one after the other, several operators may follow one class (`u+rw-x`), a class
///   may be copied (`g=u`), and where no class is named, the bits of the umask are left out.
///
/// ```
/// use bailiwick::acl::{Dialect, Kind, Mode, ModeChange};
///
/// let (file, umask) = (Mode::from_bits(0o440), Mode::from_bits(0o022));
/// for (dialect, after) in [(Dialect::POSIX, "740"), (Dialect::HDFS, "540")] {
///     let change = ModeChange::parse("u+w,u+x", &dialect)?;
///     assert_eq!(change.apply(file, Kind::File, umask).to_string(), after);
/// }
/// let whole = ModeChange::parse("u=rw,go=r", &Dialect::ALLUXIO)?;
/// assert_eq!(whole.apply(file, Kind::File, umask).to_string(), "644");
/// # Ok::<(), bailiwick::acl::ModeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeChange {
    steps: Vec<Step>,
    order: Order,
}

/// Which mode a step looks at for `X` and for the class that it copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// As the steps before left it (`chmod(1)`).
    InTurn,
    /// As it was before all of them (HDFS; the shell's `umask`).
    AtOnce,
}

/// One operation on some of the bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    /// The bits that it may change.
    field: u16,
    /// Leaves out the bits of the umask.
    umasked: bool,
    op: Op,
    source: Source,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Remove,
    Set,
}

const OPERATORS: &str = "+-=";

impl Op {
    const fn of(symbol: char) -> Option<Self> {
        match symbol {
            '+' => Some(Self::Add),
            '-' => Some(Self::Remove),
            '=' => Some(Self::Set),
            _ => None,
        }
    }
}

/// Which bits to add, remove or set, for every class alike; the step's field picks from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Bits(u16),
    /// And execution, of a directory or where some class already has it (`X`).
    BitsAndX(u16),
    /// What the class has whose lowest bit this is.
    Class(u32),
}

impl Source {
    fn bits(self, seen: u16, kind: Kind) -> u16 {
        match self {
            Self::BitsAndX(bits) if kind == Kind::Directory || seen & EXECUTE != 0 => {
                bits | EXECUTE
            }
            Self::Bits(bits) | Self::BitsAndX(bits) => bits,
            Self::Class(shift) => (seen >> shift & 7) * 0o111,
        }
    }
}

const OWNER: u16 = 0o700;
const GROUP: u16 = 0o070;
const OTHER: u16 = 0o007;
const PERMISSIONS: u16 = 0o777;
const STICKY: u16 = 0o1000;
const EXECUTE: u16 = 0o111;

/// The bits of the classes `ugoa`, together.
fn classes(letters: &str) -> u16 {
    letters.chars().fold(0, |field, class| match class {
        'u' => field | OWNER,
        'g' => field | GROUP,
        'o' => field | OTHER,
        _ => PERMISSIONS,
    })
}

/// The bits of the letters `rwxt` for every class, together; `X` has none of its own.
fn permissions(letters: &str) -> u16 {
    letters.chars().fold(0, |bits, letter| match letter {
        'r' => bits | 0o444,
        'w' => bits | 0o222,
        'x' => bits | EXECUTE,
        't' => bits | STICKY,
        _ => bits,
    })
}

/// A text with a mode or a change in it, understood.
enum Reading {
    /// Octal digits.
    Octal(Mode),
    /// Symbolic clauses.
    Clauses(ModeChange),
}

impl Reading {
    fn change(self) -> ModeChange {
        match self {
            Self::Octal(mode) => ModeChange::to(mode),
            Self::Clauses(change) => change,
        }
    }
}

impl ModeChange {
    /// Reads what chmod of the dialect reads.
    ///
    /// # Errors
    ///
    /// [`ModeError`] names the clause, where in the text it stops making sense, and what was expected there.
    pub fn parse(text: &str, dialect: &Dialect) -> Result<Self, ModeError> {
        match dialect.mode_text {
            ModeText::Alluxio => alluxio::read(text, ModeRole::Change).map(Self::to),
            ModeText::Hdfs => hdfs::CHMOD.read(text).map(Reading::change),
            ModeText::Posix => posix::CHMOD.read(text).map(Reading::change),
        }
    }

    /// The mode after the change. `kind` counts for `X`; `umask` counts in POSIX, for clauses that name no class, and is that
    /// of whoever changes the mode.
    #[must_use]
    pub fn apply(&self, current: Mode, kind: Kind, umask: Mode) -> Mode {
        let before = current.bits();
        let after = self.steps.iter().fold(before, |now, step| {
            let seen = match self.order {
                Order::InTurn => now,
                Order::AtOnce => before,
            };
            let withheld = if step.umasked {
                umask.bits() & PERMISSIONS
            } else {
                0
            };
            let bits = step.source.bits(seen, kind) & step.field & !withheld;
            match step.op {
                Op::Add => now | bits,
                Op::Remove => now & !bits,
                Op::Set => now & !step.field | bits,
            }
        });
        Mode::from_bits(after)
    }

    fn to(mode: Mode) -> Self {
        let step = Step {
            field: STICKY | PERMISSIONS,
            umasked: false,
            op: Op::Set,
            source: Source::Bits(mode.bits()),
        };
        Self {
            steps: vec![step],
            order: Order::InTurn,
        }
    }

    /// Done to a mode of a file, without a umask.
    fn done_to(&self, mode: Mode) -> Mode {
        self.apply(mode, Kind::File, Mode::NONE)
    }
}

impl Mode {
    /// Reads a whole mode as the dialect's configuration and interfaces have it: `755`, `u=rwx,g=rx,o=`.
    ///
    /// Alluxio: `ModeParser`. HDFS: `FsPermission(String)`; there three octal digits are needed, a permission may be empty
    /// (`o=`), and `X` does not exist. POSIX: what [`ModeChange`] makes of `000` under no umask, as the `-m` of `install(1)`.
    ///
    /// # Errors
    ///
    /// [`ModeError`], as [`ModeChange::parse`].
    pub fn parse(text: &str, dialect: &Dialect) -> Result<Self, ModeError> {
        let reading = match dialect.mode_text {
            ModeText::Alluxio => return alluxio::read(text, ModeRole::Mode),
            ModeText::Hdfs => hdfs::WHOLE.read(text)?,
            ModeText::Posix => posix::WHOLE.read(text)?,
        };
        Ok(reading.change().done_to(Self::NONE))
    }
}

#[cfg(test)]
mod tests;
