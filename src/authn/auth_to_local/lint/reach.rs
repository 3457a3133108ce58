//! Which rules leave nothing for a later one.

use std::collections::BTreeSet;

use super::super::AuthToLocal;
use super::super::filter::Filter;
use super::super::rule::{Named, Rule};

impl AuthToLocal {
    /// The rules before this one that leave nothing for it.
    pub(super) fn decided_before(&self, index: usize, rule: &Rule) -> Option<Vec<usize>> {
        let before = self.rules.get(..index)?;
        let taker = |components: u32| {
            before.iter().position(|earlier| {
                earlier.is_for(components) && earlier.takes(rule, &self.default_realm)
            })
        };
        let mut by = BTreeSet::new();
        for components in [1, 2] {
            if rule.is_for(components) {
                by.insert(taker(components)? + 1);
            }
        }
        Some(by.into_iter().collect())
    }
}

impl Rule {
    /// Whether it applies whenever the later rule would, as far as that is plain. Both are for the same number of components.
    fn takes(&self, later: &Self, default_realm: &str) -> bool {
        match (self.named(), later.named()) {
            // Two times `DEFAULT`.
            (None, None) => true,
            (None, Some(later)) => later.is_for_realm(default_realm),
            (Some(earlier), None) => earlier.takes_all(),
            (Some(earlier), Some(named)) => {
                earlier.takes_all()
                    || earlier.format == named.format
                        && match (&earlier.filter, &named.filter) {
                            (Some(all), Some(some)) => {
                                all.covers(some) || self.filter_text() == later.filter_text()
                            }
                            _ => false,
                        }
            }
        }
    }

    fn filter_text(&self) -> Option<&str> {
        self.source.filter.as_ref().map(|part| &*part.text)
    }
}

impl Named {
    /// Whether it applies to whatever has its number of components.
    pub(super) fn takes_all(&self) -> bool {
        matches!(self.filter, None | Some(Filter::Anything))
    }

    /// Whether it applies to principals of this realm only.
    fn is_for_realm(&self, realm: &str) -> bool {
        let of_realm = Filter::ending(&format!("@{realm}"));
        // Without a realm, a format has it as `null`.
        realm != "null"
            && self.format.ends_with_realm()
            && self
                .filter
                .as_ref()
                .is_some_and(|filter| of_realm.covers(filter))
    }
}
