//! The part of a rule in parentheses: a pattern that has to match all of the text.

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start::Config as Start;
use regex_automata::{Anchored, Input, meta};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::java::any;

/// What a compiled pattern may take, in bytes. It is far more than the rules that people write.
const MAX_NFA: usize = 256 * 1024;
/// Patterns with larger automata are simulated, which is slower.
const MAX_DFA: usize = 64 * 1024;

/// Whether all of a text matches. There is no question of which match is preferred, so that any engine will do: comparing
/// for most of what people write, then an automaton that needs no memory of its own for a search.
#[derive(Debug, Clone)]
pub(super) enum Filter {
    /// `.*`
    Anything,
    /// Literally this.
    Exactly(Box<str>),
    /// `nn/.*@EXAMPLE.COM`
    Ends { start: Chars, end: Chars },
    /// One transition for each byte, until it is clear that nothing matches.
    Automaton {
        automaton: Box<dense::DFA<Vec<u32>>>,
        start: StateID,
        /// From the end of the text: what begins with `.*` is mostly about the realm.
        backwards: bool,
    },
    /// The rest.
    Engine(meta::Regex),
}

/// Characters one after the other. `None` is a dot of the pattern: any one.
type Chars = Box<[Option<char>]>;

/// A pattern that takes too much memory.
#[derive(Debug)]
pub(super) struct TooLarge;

impl TooLarge {
    pub(super) const LIMIT: usize = MAX_NFA;
}

impl Filter {
    pub(super) fn new(hir: &Hir) -> Result<Self, TooLarge> {
        if let Some(simple) = simple(hir) {
            return Ok(simple);
        }
        let whole = Hir::concat(vec![
            Hir::look(Look::Start),
            hir.clone(),
            Hir::look(Look::End),
        ]);
        let backwards = items(hir)
            .iter()
            .find(|item| !is_look(item, Look::Start))
            .is_some_and(is_any_text);
        let config = thompson::Config::new()
            .reverse(backwards)
            .nfa_size_limit(Some(MAX_NFA))
            .which_captures(WhichCaptures::None);
        let nfa = thompson::Compiler::new()
            .configure(config)
            .build_from_hir(&whole)
            .map_err(|_| TooLarge)?;
        match deterministic(&nfa) {
            Some((automaton, start)) => Ok(Self::Automaton {
                automaton: Box::new(automaton),
                start,
                backwards,
            }),
            None => engine(&whole).map(Self::Engine),
        }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Exactly(wanted) => *text == **wanted,
            Self::Ends { start, end } => {
                let mut rest = text.chars();
                start.iter().all(|wanted| fits(wanted, rest.next()))
                    && ends_with(rest.as_str(), end)
            }
            Self::Automaton {
                automaton,
                start,
                backwards: false,
            } => run(automaton, *start, text.bytes()),
            Self::Automaton {
                automaton,
                start,
                backwards: true,
            } => run(automaton, *start, text.bytes().rev()),
            Self::Engine(engine) => engine.is_match(Input::new(text).anchored(Anchored::Yes)),
        }
    }

    /// What ends with this text.
    pub(super) fn ending(text: &str) -> Self {
        Self::Ends {
            start: [].into(),
            end: text.chars().map(Some).collect(),
        }
    }

    /// Whether it matches whatever the other does, as far as that is plain.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Anything, _) => true,
            (_, Self::Exactly(text)) => self.matches(text),
            (
                Self::Ends { start, end },
                Self::Ends {
                    start: other_start,
                    end: other_end,
                },
            ) => {
                let mut starts = start.iter().zip(other_start);
                let mut ends = end.iter().rev().zip(other_end.iter().rev());
                let covers = |(wanted, other): (&Option<char>, &Option<char>)| {
                    wanted.is_none() || wanted == other
                };
                start.len() <= other_start.len()
                    && starts.all(covers)
                    && end.len() <= other_end.len()
                    && ends.all(covers)
            }
            _ => false,
        }
    }
}

fn ends_with(text: &str, end: &[Option<char>]) -> bool {
    if text.is_ascii() {
        // Each character has its place. The first mostly tells: it is the `@` before a realm.
        let found = text.len().checked_sub(end.len());
        let found = found.and_then(|start| text.as_bytes().get(start..));
        return found.is_some_and(|found| {
            let mut places = end.iter().zip(found);
            places.all(|(wanted, found)| fits(wanted, Some(char::from(*found))))
        });
    }
    let mut rest = text.chars();
    end.iter()
        .rev()
        .all(|wanted| fits(wanted, rest.next_back()))
}

fn fits(wanted: &Option<char>, found: Option<char>) -> bool {
    found.is_some_and(|found| wanted.is_none_or(|wanted| wanted == found))
}

/// The automaton for a search from one place, if it is small, and where it begins.
fn deterministic(nfa: &NFA) -> Option<(dense::DFA<Vec<u32>>, StateID)> {
    let config = dense::Config::new()
        .start_kind(StartKind::Anchored)
        .accelerate(false)
        .dfa_size_limit(Some(MAX_DFA))
        .determinize_size_limit(Some(4 * MAX_DFA));
    let automaton = dense::Builder::new()
        .configure(config)
        .build_from_nfa(nfa)
        .ok()?;
    let start = automaton
        .start_state(&Start::new().anchored(Anchored::Yes))
        .ok()?;
    Some((automaton, start))
}

fn run(automaton: &dense::DFA<Vec<u32>>, start: StateID, text: impl Iterator<Item = u8>) -> bool {
    let mut state = start;
    for byte in text {
        state = automaton.next_state(state, byte);
        if automaton.is_dead_state(state) {
            return false;
        }
    }
    automaton.is_match_state(automaton.next_eoi_state(state))
}

/// The engine for searches. It keeps memory for each search that goes on at the same time, in a pool.
pub(super) fn engine(hir: &Hir) -> Result<meta::Regex, TooLarge> {
    let config = meta::Config::new()
        .nfa_size_limit(Some(MAX_NFA))
        .onepass_size_limit(Some(MAX_DFA))
        .dfa_size_limit(Some(MAX_DFA));
    meta::Builder::new()
        .configure(config)
        .build_from_hir(hir)
        .map_err(|_| TooLarge)
}

/// Literals, or literals and dots around one `.*`; and anchors where they change nothing.
fn simple(hir: &Hir) -> Option<Filter> {
    let mut items = items(hir);
    while let [rest @ .., last] = items
        && is_look(last, Look::End)
    {
        items = rest;
    }
    while let [first, rest @ ..] = items
        && is_look(first, Look::Start)
    {
        items = rest;
    }
    let mut sides = items.split(is_any_text);
    Some(match (sides.next(), sides.next(), sides.next()) {
        (Some([text]), None, None) => Filter::Exactly(literal(text)?),
        (Some([]), Some([]), None) => Filter::Anything,
        (Some(start), Some(end), None) => Filter::Ends {
            start: chars(start)?,
            end: chars(end)?,
        },
        _ => return None,
    })
}

fn chars(items: &[Hir]) -> Option<Chars> {
    let mut chars = Vec::new();
    for item in items {
        match literal(item) {
            Some(text) => chars.extend(text.chars().map(Some)),
            None if is_any(item) => chars.push(None),
            None => return None,
        }
    }
    Some(chars.into())
}

/// What has to match one after the other.
pub(super) fn items(hir: &Hir) -> &[Hir] {
    match hir.kind() {
        HirKind::Concat(items) => items,
        _ => std::slice::from_ref(hir),
    }
}

pub(super) fn literal(hir: &Hir) -> Option<Box<str>> {
    match hir.kind() {
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(Into::into),
        _ => None,
    }
}

pub(super) fn is_look(hir: &Hir, look: Look) -> bool {
    matches!(hir.kind(), HirKind::Look(found) if *found == look)
}

/// `.*`, as much of it as there is.
pub(super) fn is_any_text(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Repetition(repetition)
        if repetition.greedy && repetition.min == 0 && repetition.max.is_none()
            && is_any(&repetition.sub))
}

/// `.`
pub(super) fn is_any(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Class(Class::Unicode(class)) if *class == any())
}

#[cfg(test)]
mod tests {
    use super::super::java::Pattern;
    use super::*;

    fn filter(pattern: &str) -> Filter {
        Filter::new(&Pattern::parse(pattern).unwrap().hir).unwrap()
    }

    #[test]
    fn what_people_write_is_compared_without_an_automaton() {
        assert!(matches!(filter("^.*$"), Filter::Anything));
        assert!(matches!(filter("a@EXAMPLE\\.COM"), Filter::Exactly(_)));
        for pattern in [
            ".*@EXAMPLE\\.COM",
            ".*@EXAMPLE.COM",
            "^nn/.*",
            "^.*;admin$",
            "n./.*@\\QA.B\\E",
        ] {
            assert!(matches!(filter(pattern), Filter::Ends { .. }), "{pattern}");
        }
        for pattern in ["[ndj]n/.*@A", ".*@[AB]", "a?b", "a|b", "a$b", ".*a.*", ".+"] {
            assert!(
                matches!(filter(pattern), Filter::Automaton { .. }),
                "{pattern}"
            );
        }
        assert!(matches!(filter("a?.*a.{14}"), Filter::Engine(_)));
    }

    #[test]
    fn all_ways_to_match_agree() {
        let texts = [
            "", "a", "ab", "aXb", "ba", "aab", "abb", "b", "aéb", "éb", "aé", "é",
        ];
        for pattern in [
            "", "a", "ab", "a.*", ".*b", "a.*b", ".*", "^a$", "^$", "a.b", "$a", "a^", "a|.*b",
            "a?b+", "ab.*b", ".*a.b", ".*.b", "a..*b", ".*.", "..*.", "a.*.b", ".*aé",
        ] {
            let hir = Pattern::parse(pattern).unwrap().hir;
            let filter = Filter::new(&hir).unwrap();
            let whole = vec![Hir::look(Look::Start), hir, Hir::look(Look::End)];
            let engine = engine(&Hir::concat(whole)).unwrap();
            for text in texts {
                assert_eq!(
                    filter.matches(text),
                    engine.is_match(text),
                    "{pattern} {text}"
                );
            }
        }
    }

    #[test]
    fn a_filter_covers_another_whose_every_text_it_matches() {
        for (all, some, covers) in [
            (".*", "a|b", true),
            (".*@A", "nn@A", true),
            ("[nd]n@A", "dn@A", true),
            ("[nd]n@A", "jn@A", false),
            (".*@A", "n.*@A", true),
            ("n.*@A", ".*@A", false),
            (".*@A.B", ".*@A\\.B", true),
            (".*@A\\.B", ".*@A.B", false),
            (".*A", ".*@A", true),
            (".*@A", ".*A", false),
            // Not of the same length.
            ("ab.*", "a.*b", false),
            (".*@A", ".*@[A]|b", false),
        ] {
            assert_eq!(filter(all).covers(&filter(some)), covers, "{all} {some}");
        }
    }

    #[test]
    fn a_pattern_that_takes_too_much_is_refused() {
        let hir = Pattern::parse("(?:\\p{L}{100}){100}").unwrap().hir;
        assert!(Filter::new(&hir).is_err());
    }
}
