//! A map that holds so many entries and no more: the oldest make room.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

pub(super) struct Kept<K, V> {
    most: usize,
    /// The number of the next entry.
    next: u64,
    entries: HashMap<K, (u64, V)>,
    /// The keys by the numbers of their entries, the oldest first.
    by_age: BTreeMap<u64, K>,
}

impl<K, V> Kept<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            next: 0,
            entries: HashMap::new(),
            by_age: BTreeMap::new(),
        }
    }
}

impl<K: Clone + Eq + Hash, V> Kept<K, V> {
    pub(super) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key).map(|(_, value)| value)
    }

    pub(super) fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    /// Puts a value in, as the youngest.
    pub(super) fn insert(&mut self, key: K, value: V) {
        self.remove(&key);
        self.by_age.insert(self.next, key.clone());
        self.entries.insert(key, (self.next, value));
        self.next += 1;
        if self.entries.len() > self.most
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.entries.remove(&oldest);
        }
    }

    pub(super) fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (number, value) = self.entries.remove(key)?;
        self.by_age.remove(&number);
        Some(value)
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.by_age.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room_and_nothing_is_left_behind() {
        let mut kept = Kept::new(3);
        for (key, value) in [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("d", 5)] {
            kept.insert(key.to_owned(), value);
        }
        // `b` is older than the second `a`.
        let held = ["a", "b", "c", "d"].map(|key| kept.get(key).copied());
        assert_eq!(held, [Some(3), None, Some(4), Some(5)]);
        assert_eq!(kept.remove("c"), Some(4));
        assert_eq!(kept.remove("c"), None);
        *kept.get_mut("d").unwrap() = 6;
        assert_eq!(kept.get("d"), Some(&6));
        kept.clear();
        assert_eq!(kept.get("d"), None);

        for number in 0..10_000_u32 {
            kept.insert(number.to_string(), 0);
            kept.remove(&(number - number % 3).to_string());
            assert!(kept.entries.len() <= 3);
            assert_eq!(kept.by_age.len(), kept.entries.len());
        }
    }
}
