//! Classes of characters: what stands in brackets, and what an escape stands for.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind, Look};

use super::PatternError;
use super::pattern::{Parser, Token};

const DIGIT: [(char, char); 1] = [('0', '9')];
const WORD: [(char, char); 4] = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
const SPACE: [(char, char); 2] = [('\t', '\r'), (' ', ' ')];
const HORIZONTAL: [(char, char); 8] = [
    ('\t', '\t'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
];
const IDEOGRAPHIC_SPACE: [(char, char); 1] = [('\u{3000}', '\u{3000}')];
const VERTICAL: [(char, char); 3] = [('\n', '\r'), ('\u{85}', '\u{85}'), ('\u{2028}', '\u{2029}')];

/// The classes of POSIX, of ASCII only.
const POSIX: [(&str, &[(char, char)]); 13] = [
    ("ASCII", &[('\0', '\x7f')]),
    ("Alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("Alpha", &[('A', 'Z'), ('a', 'z')]),
    ("Blank", &[('\t', '\t'), (' ', ' ')]),
    ("Cntrl", &[('\0', '\x1f'), ('\x7f', '\x7f')]),
    ("Digit", &DIGIT),
    ("Graph", &[('!', '~')]),
    ("Lower", &[('a', 'z')]),
    ("Print", &[(' ', '~')]),
    ("Punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("Space", &SPACE),
    ("Upper", &[('A', 'Z')]),
    ("XDigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

/// General categories of Unicode. Not those of characters that do not exist: the versions of Unicode differ there.
const CATEGORIES: [&str; 35] = [
    "Cc", "Cf", "Co", "L", "LC", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd",
    "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z",
    "Zl", "Zp", "Zs",
];

/// What a `\` stands for.
pub(super) enum Escape {
    Char(char),
    Class(ClassUnicode),
    /// A class as well, but not in brackets.
    LineBreak(ClassUnicode),
    Look(Look),
}

fn set(ranges: &[(char, char)]) -> ClassUnicode {
    let ranges = ranges.iter();
    ClassUnicode::new(ranges.map(|(first, last)| ClassUnicodeRange::new(*first, *last)))
}

fn add(set: &mut Option<ClassUnicode>, more: ClassUnicode) {
    match set {
        Some(set) => set.union(&more),
        None => *set = Some(more),
    }
}

/// A letter is in if it is in in one case. Of ASCII only, as in Java without the flag `u`.
pub(super) fn ignore_case(set: &mut ClassUnicode) {
    for letter in ('A'..='Z').chain('a'..='z') {
        let other = if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        };
        let has_other = |range: &ClassUnicodeRange| range.start() <= other && other <= range.end();
        if set.iter().any(has_other) {
            set.push(ClassUnicodeRange::new(letter, letter));
        }
    }
}

impl Parser {
    /// What follows a `[` that stands at `at`, and the `]`.
    pub(super) fn class(&mut self, at: usize) -> Result<ClassUnicode, PatternError> {
        self.deeper(|parser| {
            let negated = parser.take('^');
            let (mut class, nested) = parser.members(at)?;
            parser.take(']');
            if negated && nested {
                let construct = "`[^` before `[` or `&&` in brackets";
                let reason = "Java 8 and later versions mean different things by it";
                return Err(PatternError::unsupported(at, construct, reason));
            }
            if negated {
                class.negate();
            }
            Ok(class)
        })
    }

    /// Up to the `]`; a `]` that stands first is a character. Besides, whether there are other brackets in it, or `&&`.
    fn members(&mut self, at: usize) -> Result<(ClassUnicode, bool), PatternError> {
        let (mut class, mut nested) = (None, false);
        loop {
            let Some(token) = self.peek() else {
                let reason = "there is no `]` for this `[`";
                return Err(PatternError::malformed(at, reason));
            };
            if token.is('[') {
                self.next();
                nested = true;
                add(&mut class, self.class(token.at)?);
            } else if token.is('&') && self.peek_second().is_some_and(|second| second.is('&')) {
                self.next();
                self.next();
                nested = true;
                let right = self.right_side(token.at)?;
                match &mut class {
                    Some(class) => class.intersect(&right),
                    None => class = Some(right),
                }
            } else {
                match class {
                    Some(class) if token.is(']') => return Ok((class, nested)),
                    _ => add(&mut class, self.member()?),
                }
            }
        }
    }

    /// What follows `&&`: brackets, or whatever else there is up to the `]`.
    fn right_side(&mut self, at: usize) -> Result<ClassUnicode, PatternError> {
        let special = |token: Token| token.is('[') || token.is(']') || token.is('&');
        if !self.peek().is_some_and(special) {
            return Ok(self.deeper(|parser| parser.members(at))?.0);
        }
        let mut right = None;
        while let Some(token) = self.peek().filter(|token| token.is('[')) {
            self.next();
            add(&mut right, self.class(token.at)?);
        }
        let is_whole = match self.peek() {
            Some(token) if token.is('&') => self.peek_second().is_some_and(|second| second.is('&')),
            next => next.is_none_or(|token| token.is(']')),
        };
        right.filter(|_| is_whole).ok_or_else(|| {
            let reason = "it stands before brackets, and then `]` or `&&`, or before other characters up to the `]`";
            PatternError::unsupported(at, "`&&` in this place", reason)
        })
    }

    /// A character, a range, or what an escape stands for.
    fn member(&mut self) -> Result<ClassUnicode, PatternError> {
        let at = self.at();
        let Some(first) = self.character(at)? else {
            return Ok(set(&[]));
        };
        let first = match first {
            Escape::Char(first) => first,
            Escape::Class(class) => return Ok(class),
            Escape::Look(_) | Escape::LineBreak(_) => {
                let reason = "expected a character or a class in brackets";
                return Err(PatternError::malformed(at, reason));
            }
        };
        let mut last = first;
        let is_range = self.peek().is_some_and(|token| token.is('-'))
            && !self
                .peek_second()
                .is_some_and(|end| end.is('[') || end.is(']'));
        if is_range {
            self.next();
            let end_at = self.at();
            match self.character(end_at)? {
                Some(Escape::Char(end)) if end >= first => last = end,
                _ => {
                    let reason = format!("expected a character from {first:?} on after `-`");
                    return Err(PatternError::malformed(end_at, reason));
                }
            }
        }
        let mut class = set(&[(first, last)]);
        if self.ignore_case {
            ignore_case(&mut class);
        }
        Ok(class)
    }

    fn character(&mut self, at: usize) -> Result<Option<Escape>, PatternError> {
        match self.next() {
            Some(token) if token.is('\\') => self.escape(at).map(Some),
            Some(Token { char, .. }) => Ok(Some(Escape::Char(char))),
            None => Ok(None),
        }
    }

    /// What follows a `\` that stands at `at`.
    pub(super) fn escape(&mut self, at: usize) -> Result<Escape, PatternError> {
        let start = self.position;
        let escape = self.escaped(at)?;
        if self.has_quoted_since(start) {
            let construct = "`\\Q` within an escape";
            let reason = "Java takes what is quoted for escapes of its own there";
            return Err(PatternError::unsupported(at, construct, reason));
        }
        Ok(escape)
    }

    fn escaped(&mut self, at: usize) -> Result<Escape, PatternError> {
        let Some(Token { char, .. }) = self.next() else {
            let reason = "there is nothing after the last `\\`";
            return Err(PatternError::malformed(at, reason));
        };
        let unsupported = |reason| {
            let construct = format!("`\\{char}`");
            Err(PatternError::unsupported(at, construct, reason))
        };
        let mut class = match char {
            'd' | 'D' => set(&DIGIT),
            'w' | 'W' => set(&WORD),
            's' | 'S' => set(&SPACE),
            'v' if self.is_beside_dash() => {
                return unsupported("beside `-` it is one character in brackets, and else a class");
            }
            'v' | 'V' => set(&VERTICAL),
            'R' => return Ok(Escape::LineBreak(set(&VERTICAL))),
            'h' | 'H' => {
                let mut class = set(&HORIZONTAL);
                class.union(&set(&IDEOGRAPHIC_SPACE));
                class
            }
            'p' | 'P' => self.property(at)?,
            't' => return Ok(Escape::Char('\t')),
            'n' => return Ok(Escape::Char('\n')),
            'r' => return Ok(Escape::Char('\r')),
            'f' => return Ok(Escape::Char('\x0c')),
            'a' => return Ok(Escape::Char('\x07')),
            'e' => return Ok(Escape::Char('\x1b')),
            '0' => return self.octal(at),
            'x' => return self.hexadecimal(at),
            'u' => return self.utf16(at),
            'c' => return self.control(at),
            'A' => return Ok(Escape::Look(Look::Start)),
            'z' | 'Z' => return Ok(Escape::Look(Look::End)),
            'b' if self.peek().is_some_and(|token| token.is('{')) => {
                return unsupported("before `{` it is about grapheme clusters");
            }
            'b' => return Ok(Escape::Look(Look::WordAscii)),
            'B' => return Ok(Escape::Look(Look::WordAsciiNegate)),
            'G' => return unsupported("a search does not know of the one before it"),
            'X' => return unsupported("it is about grapheme clusters"),
            'N' => return unsupported("write the character itself, or `\\x{…}`"),
            'k' | '1'..='9' => {
                return unsupported("what a group holds cannot be matched again in linear time");
            }
            'A'..='Z' | 'a'..='z' => {
                let reason = format!("there is no escape `\\{char}`");
                return Err(PatternError::malformed(at, reason));
            }
            other => return Ok(Escape::Char(other)),
        };
        if char.is_ascii_uppercase() {
            class.negate();
        }
        Ok(Escape::Class(class))
    }

    /// What follows `\p` or `\P`.
    fn property(&mut self, at: usize) -> Result<ClassUnicode, PatternError> {
        let name = if self.take('{') {
            let name = self.take_while(|c| c != '}');
            if !self.take('}') {
                let reason = "there is no `}` for this `\\p{`";
                return Err(PatternError::malformed(at, reason));
            }
            name
        } else {
            self.next()
                .map(|token| token.char.to_string())
                .unwrap_or_default()
        };
        let unsupported = |reason| {
            let construct = format!("class `\\p{{{name}}}`");
            Err(PatternError::unsupported(at, construct, reason))
        };
        let has_case = matches!(
            name.trim_start_matches("Is"),
            "Lower" | "Upper" | "LC" | "Ll" | "Lt" | "Lu"
        );
        if has_case && self.ignore_case {
            return unsupported("versions of Java differ about it under the flag `i`");
        }
        if let Some((_, ranges)) = POSIX.iter().find(|(posix, _)| *posix == name) {
            return Ok(set(ranges));
        }
        let category = name.strip_prefix("Is").unwrap_or(&name);
        if CATEGORIES.contains(&category)
            && let Ok(hir) = regex_syntax::parse(&format!("\\p{{{category}}}"))
            && let HirKind::Class(Class::Unicode(class)) = hir.into_kind()
        {
            return Ok(class);
        }
        unsupported("known are POSIX's, such as `Alpha`, and general categories, such as `Lu`")
    }

    /// What follows `\0`: one to three octal digits up to 377.
    fn octal(&mut self, at: usize) -> Result<Escape, PatternError> {
        let mut code = None;
        for _ in 0..3 {
            let digit = self.peek().and_then(|token| token.char.to_digit(8));
            let Some(digit) = digit else { break };
            let longer = code.unwrap_or(0) * 8 + digit;
            if longer > 0o377 {
                break;
            }
            code = Some(longer);
            self.next();
        }
        self.code(at, code, "expected one to three octal digits after `\\0`")
    }

    /// What follows `\x`: two digits, or any number of them in braces.
    fn hexadecimal(&mut self, at: usize) -> Result<Escape, PatternError> {
        let expected = "expected two hexadecimal digits after `\\x`, or `{…}`";
        if !self.take('{') {
            let code = self.digits(2);
            return self.code(at, code, expected);
        }
        let digits = self.take_while(|c| c.is_ascii_hexdigit());
        if !self.take('}') {
            return Err(PatternError::malformed(at, expected));
        }
        let code = u32::from_str_radix(&digits, 16).ok();
        self.code(at, code, expected)
    }

    /// What follows `\u`. Two may be the halves of one character.
    fn utf16(&mut self, at: usize) -> Result<Escape, PatternError> {
        let expected = "expected four hexadecimal digits after `\\u`";
        let unit = self.digits(4);
        if let Some(high @ 0xd800..0xdc00) = unit
            && self.peek().is_some_and(|token| token.is('\\'))
            && self.peek_second().is_some_and(|token| token.is('u'))
        {
            self.next();
            self.next();
            if let Some(low @ 0xdc00..0xe000) = self.digits(4) {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return self.code(at, Some(code), expected);
            }
        }
        self.code(at, unit, expected)
    }

    fn control(&mut self, at: usize) -> Result<Escape, PatternError> {
        let code = self.next().map(|token| u32::from(token.char) ^ 64);
        self.code(at, code, "expected a character after `\\c`")
    }

    /// So many hexadecimal digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        (0..count).try_fold(0, |code, _| {
            let digit = self.next()?.char.to_digit(16)?;
            Some(code * 16 + digit)
        })
    }

    fn code(
        &self,
        at: usize,
        code: Option<u32>,
        expected: &'static str,
    ) -> Result<Escape, PatternError> {
        match code {
            None => Err(PatternError::malformed(at, expected)),
            Some(code) => match char::from_u32(code) {
                Some(char) => Ok(Escape::Char(char)),
                None if code <= 0xdfff => {
                    let reason = "a name has no halves of characters";
                    Err(PatternError::unsupported(at, "surrogate", reason))
                }
                None => Err(PatternError::malformed(at, expected)),
            },
        }
    }
}
