//! The part of a rule after `s`: what is replaced in the text.

use std::borrow::Cow;
use std::ops::Range;

use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Input, meta};
use regex_syntax::hir::{Hir, HirKind, Look};

use super::filter::{TooLarge, engine, is_any_text, is_look, items, literal};
use super::java::{MAX_GROUPS, Piece};

#[derive(Debug, Clone)]
pub(super) struct Sed {
    search: Search,
    replacement: Box<[Piece]>,
    /// How many places of groups the replacement needs: two for each group up to the last that it names.
    slots: usize,
    global: bool,
}

/// How the next match is found.
#[derive(Debug, Clone)]
enum Search {
    /// `.*`
    All,
    /// `@.*`
    From(Box<str>),
    /// `^(.*)@EXAMPLE\.COM$`, maybe without the anchors.
    Before {
        literal: Box<str>,
        from_start: bool,
        to_end: bool,
    },
    Engine(meta::Regex),
}

/// Where groups begin and end, the whole match first.
type Slots = [Option<NonMaxUsize>; SLOTS];

const SLOTS: usize = 2 * (MAX_GROUPS + 1);

impl Sed {
    pub(super) fn new(hir: &Hir, replacement: Vec<Piece>, global: bool) -> Result<Self, TooLarge> {
        let last = replacement.iter().map(|piece| match piece {
            Piece::Text(_) => 0,
            Piece::Group(group) => *group,
        });
        let last = last.max().unwrap_or_default();
        let search = match simple(hir) {
            Some(search) => search,
            None => Search::Engine(engine(hir)?),
        };
        Ok(Self {
            search,
            replacement: replacement.into(),
            slots: 2 * (last + 1),
            global,
        })
    }

    /// The same for the first match only.
    pub(super) fn once(&self) -> Self {
        Self {
            global: false,
            ..self.clone()
        }
    }

    /// The text with the first match replaced, or all.
    pub(super) fn rewrite<'a>(&'a self, text: Cow<'a, str>) -> Cow<'a, str> {
        let mut slots: Slots = [None; SLOTS];
        let Some(found) = self.find(&text, 0, &mut slots) else {
            return text;
        };
        if !self.global
            && let Some(short) = self.short_way(&text, &found, &slots)
        {
            return short;
        }
        let mut result = String::with_capacity(text.len() + 16);
        let mut copied = 0;
        let mut next = Some(found);
        while let Some(found) = next {
            result.push_str(text.get(copied..found.start).unwrap_or_default());
            self.replace(&text, &slots, &mut result);
            copied = found.end;
            if !self.global {
                break;
            }
            // As in Java, a match may touch the one before it; after an empty one the search goes on a character further.
            let from = if found.is_empty() {
                let rest = text.get(found.end..).unwrap_or_default();
                match rest.chars().next() {
                    Some(char) => found.end + char.len_utf8(),
                    None => break,
                }
            } else {
                found.end
            };
            next = self.find(&text, from, &mut slots);
        }
        result.push_str(text.get(copied..).unwrap_or_default());
        Cow::Owned(result)
    }

    /// Without a copy where the text is replaced as a whole, or only loses its end.
    fn short_way<'a>(
        &'a self,
        text: &Cow<'a, str>,
        found: &Range<usize>,
        slots: &Slots,
    ) -> Option<Cow<'a, str>> {
        if found.end != text.len() {
            return None;
        }
        let group = || range(slots, 1).filter(|group| group.start == 0);
        match (&*self.replacement, text) {
            ([Piece::Group(1)], Cow::Borrowed(text)) => text.get(group()?).map(Cow::Borrowed),
            ([Piece::Text(constant)], _) if found.start == 0 => Some(Cow::Borrowed(constant)),
            ([], Cow::Borrowed(text)) => text.get(..found.start).map(Cow::Borrowed),
            _ => None,
        }
    }

    fn find(&self, text: &str, from: usize, slots: &mut Slots) -> Option<Range<usize>> {
        let found = match &self.search {
            Search::All => from..text.len(),
            Search::From(start) => from + text.get(from..)?.find(&**start)?..text.len(),
            Search::Before {
                from_start: true, ..
            } if from > 0 => return None,
            Search::Before {
                literal, to_end, ..
            } => {
                let rest = text.get(from..)?;
                // As much as `.*` can take.
                let before = match to_end {
                    true => rest.strip_suffix(&**literal)?.len(),
                    false => rest.rfind(&**literal)?,
                };
                let [_, _, start, end, ..] = slots;
                *start = NonMaxUsize::new(from);
                *end = NonMaxUsize::new(from + before);
                from..from + before + literal.len()
            }
            Search::Engine(engine) => {
                let input = Input::new(text).range(from..);
                engine.search_slots(&input, slots.get_mut(..self.slots)?)?;
                return range(slots, 0);
            }
        };
        let [start, end, ..] = slots;
        *start = NonMaxUsize::new(found.start);
        *end = NonMaxUsize::new(found.end);
        Some(found)
    }

    fn replace(&self, text: &str, slots: &Slots, result: &mut String) {
        for piece in &self.replacement {
            result.push_str(match piece {
                Piece::Text(text) => text,
                // A group that took no part is empty.
                Piece::Group(group) => range(slots, *group)
                    .and_then(|range| text.get(range))
                    .unwrap_or_default(),
            });
        }
    }
}

/// What is found by comparing.
fn simple(hir: &Hir) -> Option<Search> {
    let items = items(hir);
    match items {
        [all] if is_any_text(all) => return Some(Search::All),
        [start, rest] if is_any_text(rest) => return literal(start).map(Search::From),
        _ => {}
    }
    let (from_start, items) = match items {
        [first, rest @ ..] if is_look(first, Look::Start) => (true, rest),
        _ => (false, items),
    };
    let (to_end, items) = match items {
        [rest @ .., last] if is_look(last, Look::End) => (true, rest),
        _ => (false, items),
    };
    let [group, end] = items else { return None };
    match group.kind() {
        HirKind::Capture(capture) if is_any_text(&capture.sub) => Some(Search::Before {
            literal: literal(end)?,
            from_start,
            to_end,
        }),
        _ => None,
    }
}

fn range(slots: &Slots, group: usize) -> Option<Range<usize>> {
    let place = |index: usize| slots.get(index).copied().flatten().map(NonMaxUsize::get);
    Some(place(2 * group)?..place(2 * group + 1)?)
}

#[cfg(test)]
mod tests {
    use super::super::java::{Pattern, replacement};
    use super::*;

    fn sed(from: &str, to: &str, global: bool) -> Sed {
        let pattern = Pattern::parse(from).unwrap();
        let replacement = replacement(to, &pattern.groups).unwrap();
        Sed::new(&pattern.hir, replacement, global).unwrap()
    }

    #[test]
    fn the_first_match_is_replaced_or_all_of_them() {
        for (from, to, global, text, expected) in [
            ("@.*", "", false, "a@B", "a"),
            ("@.*", "", true, "a@B", "a"),
            ("@.*", "x", false, "a@B", "ax"),
            (".*", "x", false, "a@B", "x"),
            // The empty end is a second match.
            (".*", "x", true, "a@B", "xx"),
            (".*", "x", true, "", "x"),
            (".*", "$0$0", false, "ab", "abab"),
            ("a", "b", false, "aaa", "baa"),
            ("a", "b", true, "aaa", "bbb"),
            ("", "-", true, "aé", "-a-é-"),
            ("b*", "-", true, "abc", "-a--c-"),
            ("x", "y", true, "abc", "abc"),
            ("^(.*)@(.*)$", "$2-$1", false, "a@B", "B-a"),
            ("(.*);a", "<$1>", false, "x;a;ab", "<x;a>b"),
            ("^(.*);", "<$1>", true, "x;a;ab", "<x;a>ab"),
            ("(.*);$", "$1", false, "x;a;", "x;a"),
            ("^(.*)@B$", "$1", false, "a@B.C", "a@B.C"),
            ("(.*)a", "$1", true, "aab", "ab"),
            ("(x)?a", "<$1>", true, "axa", "<><x>"),
            ("^a", "", true, "aaa", "aa"),
            ("a$", "", true, "aaa", "aa"),
            ("\\ba", "b", true, "a a-aa", "b b-ba"),
        ] {
            let sed = sed(from, to, global);
            assert_eq!(sed.rewrite(text.into()), expected, "{from} {to} {text}");
            let owned = Cow::Owned(text.to_owned());
            assert_eq!(sed.rewrite(owned), expected, "{from} {to} {text}");
        }
    }

    #[test]
    fn usual_rules_copy_nothing() {
        for (from, to, text) in [
            ("@.*", "", "a@B"),
            (".*", "hdfs", "a@B"),
            ("@B$", "", "a@B"),
            ("^(.*)@B$", "$1", "a@B"),
        ] {
            let sed = sed(from, to, false);
            let result = sed.rewrite(Cow::Borrowed(text));
            assert!(matches!(result, Cow::Borrowed(_)), "{from}");
        }
    }
}
