//! The grammar of `java.util.regex.Pattern`, outside of brackets.

use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, Look};

use super::PatternError;
use super::class::{self, Escape};

/// The longest pattern that is read, in characters.
const MAX_LENGTH: usize = 1024;
/// How deep groups and brackets may lie in each other.
const MAX_DEPTH: usize = 50;
/// How many groups may capture.
pub(in super::super) const MAX_GROUPS: usize = 31;

pub(super) const LINEAR: &str = "names are matched in linear time, without going back";

/// A pattern that was understood.
pub(in super::super) struct Pattern {
    pub(in super::super) hir: Hir,
    /// The names of the groups that capture, the first at 0.
    pub(in super::super) groups: Vec<Option<String>>,
    /// Why groups may not hold what they do in Java: an error as soon as somebody asks what they hold.
    pub(in super::super) unlike_java: Option<PatternError>,
}

impl Pattern {
    pub(in super::super) fn parse(text: &str) -> Result<Self, PatternError> {
        let tokens = tokens(text);
        if tokens.len() > MAX_LENGTH {
            let reason = "the limit is 1024";
            return Err(PatternError::unsupported(
                0,
                "a pattern of so many characters",
                reason,
            ));
        }
        let mut parser = Parser {
            tokens,
            position: 0,
            end: text.len(),
            ignore_case: false,
            depth: 0,
            groups: Vec::new(),
            unlike_java: None,
        };
        let hir = parser.alternatives()?;
        if let Some(token) = parser.peek() {
            let reason = "there is no `(` for this `)`";
            return Err(PatternError::malformed(token.at, reason));
        }
        Ok(Self {
            hir,
            groups: parser.groups,
            unlike_java: parser.unlike_java,
        })
    }
}

/// Any character.
pub(in super::super) fn any() -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)])
}

/// A character of the pattern.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) char: char,
    pub(super) at: usize,
    /// Between `\Q` and `\E`: it stands for itself.
    pub(super) quoted: bool,
}

impl Token {
    pub(super) const fn is(self, char: char) -> bool {
        self.char == char && !self.quoted
    }
}

/// Quotes are resolved before anything else is looked at, even in brackets.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut quoted = false;
    let mut rest = text.char_indices();
    while let Some((at, char)) = rest.next() {
        let next = rest.as_str().chars().next();
        match (char, next) {
            ('\\', Some('Q')) if !quoted => {
                quoted = true;
                rest.next();
            }
            ('\\', Some('E')) if quoted => {
                quoted = false;
                rest.next();
            }
            ('\\', Some(escaped)) if !quoted => {
                tokens.push(Token { char, at, quoted });
                rest.next();
                tokens.push(Token {
                    char: escaped,
                    at: at + 1,
                    quoted,
                });
            }
            _ => tokens.push(Token { char, at, quoted }),
        }
    }
    tokens
}

pub(super) struct Parser {
    tokens: Vec<Token>,
    pub(super) position: usize,
    /// Where the pattern ends, in bytes.
    end: usize,
    pub(super) ignore_case: bool,
    depth: usize,
    groups: Vec<Option<String>>,
    pub(super) unlike_java: Option<PatternError>,
}

impl Parser {
    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.position).copied()
    }

    /// The one after the next.
    pub(super) fn peek_second(&self) -> Option<Token> {
        self.tokens.get(self.position + 1).copied()
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.position += 1;
        Some(token)
    }

    /// Takes the next one if it is this.
    pub(super) fn take(&mut self, char: char) -> bool {
        let found = self.peek().is_some_and(|token| token.is(char));
        self.position += usize::from(found);
        found
    }

    /// Whether one of those that were taken since then is quoted.
    pub(super) fn has_quoted_since(&self, position: usize) -> bool {
        let taken = self.tokens.get(position..self.position);
        taken.is_some_and(|taken| taken.iter().any(|token| token.quoted))
    }

    /// Whether a `-` follows, or stands before the escape of which the last character was taken.
    pub(super) fn is_beside_dash(&self) -> bool {
        let before = self.position.checked_sub(3);
        let before = before.and_then(|before| self.tokens.get(before).copied());
        [before, self.peek()]
            .into_iter()
            .flatten()
            .any(|token| token.is('-'))
    }

    /// Where the next one stands.
    pub(super) fn at(&self) -> usize {
        self.peek().map_or(self.end, |token| token.at)
    }

    /// The next ones as long as they are such characters.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(token) = self
            .peek()
            .filter(|token| !token.quoted && wanted(token.char))
        {
            taken.push(token.char);
            self.position += 1;
        }
        taken
    }

    pub(super) fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, PatternError>,
    ) -> Result<T, PatternError> {
        if self.depth == MAX_DEPTH {
            let reason = "the limit is 50";
            return Err(PatternError::unsupported(
                self.at(),
                "so deep a nesting",
                reason,
            ));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Up to a `)` or the end.
    fn alternatives(&mut self) -> Result<Hir, PatternError> {
        let mut branches = vec![self.sequence()?];
        while self.take('|') {
            branches.push(self.sequence()?);
        }
        Ok(Hir::alternation(branches))
    }

    fn sequence(&mut self) -> Result<Hir, PatternError> {
        let mut items = Vec::new();
        while let Some(token) = self.peek() {
            if token.is('|') || token.is(')') {
                break;
            }
            self.position += 1;
            if let Some(item) = self.item(token)? {
                items.push(self.repeated(item, token.at)?);
            }
        }
        Ok(Hir::concat(items))
    }

    /// What one token begins; nothing, if it sets flags.
    fn item(&mut self, token: Token) -> Result<Option<Hir>, PatternError> {
        let hir = match token.char {
            char if token.quoted => self.literal(char),
            '(' => return self.deeper(|parser| parser.group(token.at)),
            '[' => Hir::class(Class::Unicode(self.class(token.at)?)),
            '\\' => match self.escape(token.at)? {
                Escape::Char(char) => self.literal(char),
                Escape::Class(class) | Escape::LineBreak(class) => {
                    Hir::class(Class::Unicode(class))
                }
                Escape::Look(look) => Hir::look(look),
            },
            '^' => Hir::look(Look::Start),
            '$' => Hir::look(Look::End),
            '.' => Hir::class(Class::Unicode(any())),
            '*' | '+' | '?' => {
                let reason = format!("there is nothing that `{}` could repeat", token.char);
                return Err(PatternError::malformed(token.at, reason));
            }
            '{' => {
                return Err(match self.peek() {
                    Some(next) if next.char.is_ascii_digit() => {
                        let reason = "it repeats nothing; write `\\{` for the character";
                        PatternError::unsupported(token.at, "`{` in this place", reason)
                    }
                    _ => PatternError::malformed(token.at, "expected a number after `{`"),
                });
            }
            char => self.literal(char),
        };
        Ok(Some(hir))
    }

    fn literal(&self, char: char) -> Hir {
        let mut set = ClassUnicode::new([ClassUnicodeRange::new(char, char)]);
        if self.ignore_case {
            class::ignore_case(&mut set);
        }
        // A class of one character becomes a literal.
        Hir::class(Class::Unicode(set))
    }

    /// What follows a `(`.
    fn group(&mut self, at: usize) -> Result<Option<Hir>, PatternError> {
        let ignore_case = self.ignore_case;
        let mut index = None;
        if self.take('?') {
            if self.take('<') {
                index = Some(self.named(at)?);
            } else if !self.take(':') && self.flags(at)? {
                return Ok(None);
            }
        } else {
            index = Some(self.capturing(at, None)?);
        }
        let inner = self.alternatives()?;
        if !self.take(')') {
            return Err(PatternError::malformed(at, "there is no `)` for this `(`"));
        }
        self.ignore_case = ignore_case;
        Ok(Some(match index {
            Some(index) => Hir::capture(Capture {
                index,
                name: None,
                sub: Box::new(inner),
            }),
            None => inner,
        }))
    }

    /// The number of a new group.
    fn capturing(&mut self, at: usize, name: Option<String>) -> Result<u32, PatternError> {
        self.groups.push(name);
        match u32::try_from(self.groups.len()) {
            Ok(index) if self.groups.len() <= MAX_GROUPS => Ok(index),
            _ => Err(PatternError::unsupported(
                at,
                "so many groups",
                "the limit is 31; `(?:…)` does not count",
            )),
        }
    }

    /// What follows `(?<`.
    fn named(&mut self, at: usize) -> Result<u32, PatternError> {
        if let Some(token) = self.peek().filter(|token| token.is('=') || token.is('!')) {
            let construct = format!("look-behind `(?<{}`", token.char);
            return Err(PatternError::unsupported(at, construct, LINEAR));
        }
        let name = self.take_while(|c| c.is_ascii_alphanumeric());
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !self.take('>') {
            let reason = "expected a name of letters and digits between `(?<` and `>`";
            return Err(PatternError::malformed(at, reason));
        }
        if self
            .groups
            .iter()
            .any(|other| other.as_ref() == Some(&name))
        {
            let reason = format!("there are two groups with the name `{name}`");
            return Err(PatternError::malformed(at, reason));
        }
        self.capturing(at, Some(name))
    }

    /// What follows `(?`. Whether the group ends after the flags, so that they are for what follows it.
    fn flags(&mut self, at: usize) -> Result<bool, PatternError> {
        let mut on = true;
        loop {
            let flag_at = self.at();
            let flag = self.next().filter(|token| !token.quoted);
            match flag.map(|token| token.char) {
                Some(')') => return Ok(true),
                Some(':') => return Ok(false),
                Some('-') if on => on = false,
                Some('i') => self.ignore_case = on,
                // About line terminators, of which there are none.
                Some('d' | 's') => {}
                Some('m' | 'u' | 'U' | 'x' | 'c') if !on => {}
                Some(flag @ ('m' | 'u' | 'U' | 'x' | 'c')) => {
                    let construct = format!("flag `{flag}`");
                    let reason = match flag {
                        'm' => "a name has one line",
                        'x' => "a rule has no room for comments",
                        'c' => "it compares decomposed characters",
                        _ => "only ASCII letters can be matched in either case",
                    };
                    return Err(PatternError::unsupported(flag_at, construct, reason));
                }
                Some(sign @ ('=' | '!')) => {
                    let construct = format!("look-ahead `(?{sign}`");
                    return Err(PatternError::unsupported(at, construct, LINEAR));
                }
                Some('>') => {
                    return Err(PatternError::unsupported(at, "atomic group `(?>`", LINEAR));
                }
                _ => {
                    let reason = "expected a flag, `:` or `)` after `(?`";
                    return Err(PatternError::malformed(flag_at, reason));
                }
            }
        }
    }
}
