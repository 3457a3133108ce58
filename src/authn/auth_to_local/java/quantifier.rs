//! Quantifiers.

use regex_syntax::hir::{Hir, HirKind, Repetition};

use super::PatternError;
use super::pattern::{LINEAR, Parser};

/// The largest count of a repetition.
const MAX_COUNT: u32 = 1000;

impl Parser {
    /// The item, with the quantifier that follows it.
    pub(super) fn repeated(&mut self, item: Hir, item_at: usize) -> Result<Hir, PatternError> {
        let at = self.at();
        let (min, max) = if self.take('?') {
            (0, Some(1))
        } else if self.take('*') {
            (0, None)
        } else if self.take('+') {
            (1, None)
        } else if self
            .peek()
            .is_some_and(|token| token.is('{') && self.counts())
        {
            self.position += 1;
            self.range(at)?
        } else {
            return Ok(item);
        };
        let greedy = !self.take('?');
        if greedy && self.take('+') {
            let construct = "possessive quantifier";
            return Err(PatternError::unsupported(at, construct, LINEAR));
        }
        let repeats = max.is_none_or(|max| max > 1);
        let properties = item.properties();
        // There is no least length where a class is empty, such as `[a&&b]`, whatever stands beside it.
        let may_be_empty = properties.minimum_len().is_none_or(|length| length == 0);
        // What is between two characters is there as often as one likes; what a group is, only Java knows.
        let is_look = matches!(item.kind(), HirKind::Look(_));
        if repeats && may_be_empty && !is_look {
            let construct = "repetition of a group that may match nothing";
            let reason = "how often it does, and what it holds in the end, depends on the engine";
            return Err(PatternError::unsupported(item_at, construct, reason));
        }
        let inner = match item.kind() {
            HirKind::Capture(capture) => &capture.sub,
            _ => &item,
        };
        // `{1}` is a loop that counts in Java, too.
        if (repeats || min == 1) && inner.properties().explicit_captures_len() > 0 {
            let construct = "repetition of what holds a group";
            let reason = "in Java the group may keep what it held in an attempt that failed";
            let error = PatternError::unsupported(item_at, construct, reason);
            self.unlike_java.get_or_insert(error);
        }
        if max == Some(0) && properties.explicit_captures_len() > 0 {
            let reason = "its groups would never hold anything";
            return Err(PatternError::unsupported(at, "`{0}` after groups", reason));
        }
        Ok(Hir::repetition(Repetition {
            min,
            max,
            greedy,
            sub: Box::new(item),
        }))
    }

    /// Whether a number follows the `{`.
    fn counts(&self) -> bool {
        self.peek_second()
            .is_some_and(|token| token.char.is_ascii_digit() && !token.quoted)
    }

    /// What follows `{`.
    fn range(&mut self, at: usize) -> Result<(u32, Option<u32>), PatternError> {
        let min = self.count(at)?;
        let max = if self.take(',') {
            self.peek()
                .filter(|token| token.char.is_ascii_digit())
                .map(|_| self.count(at))
                .transpose()?
        } else {
            Some(min)
        };
        if !self.take('}') {
            return Err(PatternError::malformed(at, "there is no `}` for this `{`"));
        }
        if max.is_some_and(|max| max < min) {
            let reason = "the first count is greater than the second";
            return Err(PatternError::malformed(at, reason));
        }
        Ok((min, max))
    }

    fn count(&mut self, at: usize) -> Result<u32, PatternError> {
        let digits = self.take_while(|c| c.is_ascii_digit());
        match digits.parse() {
            Ok(count) if count <= MAX_COUNT => Ok(count),
            _ => Err(PatternError::unsupported(
                at,
                "so great a count",
                "the limit is 1000",
            )),
        }
    }
}
