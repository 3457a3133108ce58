//! An array that grows without moving: what is in it stays where it is, so that readers hold plain references.

use std::num::NonZeroU32;
use std::sync::OnceLock;

const SEGMENTS: usize = u32::BITS as usize;

/// Slots numbered from 1. A number's highest bit says the segment, the other bits the place in it, so segment `k` has
/// `2^k` slots and every `u32` but 0 has its place.
pub(super) struct Slots<T> {
    segments: [OnceLock<Box<[OnceLock<T>]>>; SEGMENTS],
}

const fn place(number: NonZeroU32) -> (usize, usize) {
    let segment = number.ilog2();
    (segment as usize, (number.get() ^ (1 << segment)) as usize)
}

impl<T> Slots<T> {
    pub(super) fn new() -> Self {
        Self {
            segments: [const { OnceLock::new() }; SEGMENTS],
        }
    }

    /// What the slot holds: loads, and nothing else.
    #[inline]
    pub(super) fn get(&self, number: NonZeroU32) -> Option<&T> {
        let (segment, offset) = place(number);
        self.segments.get(segment)?.get()?.get(offset)?.get()
    }

    /// Fills an empty slot; a full one keeps what it has.
    pub(super) fn fill(&self, number: NonZeroU32, value: T) {
        let (segment, offset) = place(number);
        let slots = self.segments.get(segment).map(|slots| {
            slots.get_or_init(|| (0..1_usize << segment).map(|_| OnceLock::new()).collect())
        });
        if let Some(slot) = slots.and_then(|slots| slots.get(offset)) {
            slot.get_or_init(|| value);
        }
    }

    /// Empties a slot. Exclusive access proves that nobody looks at it.
    pub(super) fn take(&mut self, number: NonZeroU32) -> Option<T> {
        let (segment, offset) = place(number);
        let slots = self.segments.get_mut(segment)?.get_mut()?;
        slots.get_mut(offset)?.take()
    }

    /// The slots that exist, full or not.
    pub(super) fn capacity(&self) -> usize {
        let segments = self.segments.iter().filter_map(OnceLock::get);
        segments.map(|slots| slots.len()).sum()
    }

    /// All that is there, with its number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (NonZeroU32, &T)> {
        let slots = self.segments.iter().map(|segment| segment.get());
        let slots = slots.map(|slots| slots.map_or(&[][..], |slots| slots));
        let slots = (0_u32..).zip(slots).flat_map(|(segment, slots)| {
            let numbers = (0..).map(move |offset: u32| (1 << segment) | offset);
            numbers.zip(slots)
        });
        slots.filter_map(|(number, slot)| Some((NonZeroU32::new(number)?, slot.get()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_slot_of_its_own() {
        let mut next = (0, 0);
        for number in 1..5000 {
            let at = place(NonZeroU32::new(number).unwrap());
            assert_eq!(at, next, "{number}");
            next = (at.0, at.1 + 1);
            if next.1 == 1 << next.0 {
                next = (next.0 + 1, 0);
            }
        }
        assert_eq!(place(NonZeroU32::MAX), (31, (1 << 31) - 1));
    }

    #[test]
    fn values_stay_until_they_are_taken() {
        let mut slots = Slots::new();
        let numbers: Vec<_> = (1..200).filter_map(NonZeroU32::new).collect();
        for number in &numbers {
            assert_eq!(slots.get(*number), None);
            slots.fill(*number, number.get());
            slots.fill(*number, 0);
        }
        let first: *const u32 = slots.get(NonZeroU32::MIN).unwrap();
        slots.fill(NonZeroU32::new(5000).unwrap(), 5000);
        assert!(std::ptr::eq(first, slots.get(NonZeroU32::MIN).unwrap()));
        assert!(
            numbers
                .iter()
                .all(|number| slots.get(*number) == Some(&number.get()))
        );

        assert_eq!(slots.take(numbers[6]), Some(7));
        assert_eq!(slots.take(numbers[6]), None);
        assert_eq!(slots.get(numbers[6]), None);
        let left: Vec<_> = slots.iter().collect();
        assert_eq!(left.len(), 199);
        assert!(left.iter().all(|(number, value)| number.get() == **value));
        assert_eq!(slots.capacity(), 255 + 4096);
    }
}
