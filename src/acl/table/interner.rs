//! Equal values stored once and counted, behind ids of four bytes.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use thiserror::Error;

use super::slots::Slots;

/// Stands for a value in an [`Interner`]: four bytes, as an `Option` too.
///
/// It counts as one use of the value, and so it cannot be copied: [`Interner::share`] makes another one, and
/// [`Interner::release`] takes it back. An id that is dropped instead keeps its value in the table for good, and does no
/// other harm. Two ids of one table are equal when their values are.
///
/// ```compile_fail,E0382
/// # use bailiwick::{acl::Table, identity::UserName};
/// # let table = Table::new();
/// # let alice = table.users().intern(&UserName::new("alice").unwrap()).unwrap();
/// table.users().release(alice);
/// table.users().get(&alice); // an id that was given back is gone
/// ```
///
/// An id means something in the table that gave it and nowhere else; nothing in its four bytes says which that was.
#[derive(PartialEq, Eq, Hash)]
#[must_use = "a dropped id keeps its value in the table for good: release it"]
pub struct Id<T> {
    number: NonZeroU32,
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    const fn new(number: NonZeroU32) -> Self {
        Self {
            number,
            of: PhantomData,
        }
    }

    /// The number under which [`Interner::iter`] lists the value, for a checkpoint. It is no id: no id can be made of it.
    #[must_use]
    pub const fn number(&self) -> NonZeroU32 {
        self.number
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({})", self.number)
    }
}

/// There is no room for another value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "the table is full: {live} {what} are in use and {unreferenced} are kept unused, of at most {limit}"
)]
#[non_exhaustive]
pub struct TableFull {
    /// `users`, `groups` or `protections`.
    pub what: &'static str,
    /// Values that some id stands for.
    pub live: usize,
    /// Values without an id, which [`Table::reclaim`](super::Table::reclaim) would make room of.
    pub unreferenced: usize,
    /// The most values there may be.
    pub limit: u32,
}

/// How much an [`Interner`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Values that some id stands for.
    pub live: usize,
    /// Values without an id, kept until they are wanted again or reclaimed.
    pub unreferenced: usize,
    /// The memory of values, slots and index, about; what clones elsewhere share is counted here.
    pub bytes: usize,
}

/// The distinct values of one kind, each once. Part of a [`Table`](super::Table).
pub struct Interner<T> {
    slots: Slots<T>,
    writer: OwnLines<Mutex<Writer<T>>>,
    limit: u32,
    what: &'static str,
    heap_bytes: fn(&T) -> usize,
}

/// Keeps what writers change off the cache lines that readers load.
#[repr(align(128))]
struct OwnLines<T>(T);

struct Writer<T> {
    index: HashMap<T, NonZeroU32>,
    /// The uses of each slot, slot 1 first. Wide enough that no loop can make one overflow.
    uses: Vec<u64>,
    /// Slots that were emptied.
    free: Vec<NonZeroU32>,
    /// How many of `uses` are not 0.
    live: usize,
    /// What the values take beside their slots.
    heap: usize,
}

impl<T> Writer<T> {
    fn uses(&mut self, number: NonZeroU32) -> Option<&mut u64> {
        self.uses.get_mut(number.get() as usize - 1)
    }

    fn add_use(&mut self, number: NonZeroU32) {
        if let Some(uses) = self.uses(number) {
            *uses += 1;
            let revived = *uses == 1;
            self.live += usize::from(revived);
        }
    }

    fn end_use(&mut self, number: NonZeroU32) {
        if let Some(uses) = self.uses(number)
            && *uses > 0
        {
            *uses -= 1;
            let last = *uses == 0;
            self.live -= usize::from(last);
        }
    }

    /// One more slot, unless `limit` are there.
    fn grow(&mut self, limit: u32) -> Option<NonZeroU32> {
        let number = u32::try_from(self.uses.len() + 1).ok()?;
        if number > limit {
            return None;
        }
        self.uses.push(0);
        NonZeroU32::new(number)
    }

    fn unreferenced(&self) -> usize {
        self.index.len().saturating_sub(self.live)
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    pub(super) fn new(what: &'static str, limit: u32, heap_bytes: fn(&T) -> usize) -> Self {
        Self {
            slots: Slots::new(),
            writer: OwnLines(Mutex::new(Writer {
                index: HashMap::new(),
                uses: Vec::new(),
                free: Vec::new(),
                live: 0,
                heap: 0,
            })),
            limit,
            what,
            heap_bytes,
        }
    }

    fn writer(&self) -> MutexGuard<'_, Writer<T>> {
        // Nothing below panics between two changes that belong together.
        self.writer.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An id for `value`, which is stored unless an equal one is. Takes a lock, as everything here that changes a count.
    ///
    /// # Errors
    ///
    /// [`TableFull`] when `value` would be one more than the table's limit.
    pub fn intern(&self, value: &T) -> Result<Id<T>, TableFull> {
        let mut writer = self.writer();
        if let Some(number) = writer.index.get(value).copied() {
            writer.add_use(number);
            return Ok(Id::new(number));
        }
        let unused = writer.free.pop().or_else(|| writer.grow(self.limit));
        let number = unused.ok_or_else(|| TableFull {
            what: self.what,
            live: writer.live,
            unreferenced: writer.unreferenced(),
            limit: self.limit,
        })?;
        self.slots.fill(number, value.clone());
        writer.index.insert(value.clone(), number);
        writer.heap += (self.heap_bytes)(value);
        writer.add_use(number);
        Ok(Id::new(number))
    }

    /// Another id for the same value.
    pub fn share(&self, id: &Id<T>) -> Id<T> {
        self.writer().add_use(id.number);
        Id::new(id.number)
    }

    /// Takes an id back. A value without any stays, for the next that interns it, until
    /// [`Table::reclaim`](super::Table::reclaim).
    #[expect(clippy::needless_pass_by_value, reason = "the id is used up")]
    pub fn release(&self, id: Id<T>) {
        self.writer().end_use(id.number);
    }

    /// The value of an id: plain loads, no lock, nothing written. `None` only for an id of another table,
    /// which may as well get another value.
    ///
    /// The reference lives as long as the borrow of the table, whatever becomes of the id: a value moves or goes only under
    /// exclusive access.
    #[must_use]
    #[inline]
    pub fn get(&self, id: &Id<T>) -> Option<&T> {
        self.slots.get(id.number)
    }

    /// All values, unused ones too, with their numbers ([`Id::number`]). A checkpoint writes these and then numbers; on
    /// reading it back, intern each value once and [`share`](Self::share) its id.
    pub fn iter(&self) -> impl Iterator<Item = (NonZeroU32, &T)> {
        self.slots.iter()
    }

    /// How much is held.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let writer = self.writer();
        Usage {
            live: writer.live,
            unreferenced: writer.unreferenced(),
            bytes: writer.heap
                + self.slots.capacity() * size_of::<OnceLock<T>>()
                // A hash table has a control byte for each of its places, and an eighth of them stay free.
                + writer.index.capacity() * (size_of::<(T, NonZeroU32)>() + 1) * 8 / 7
                + writer.uses.capacity() * size_of::<u64>()
                + writer.free.capacity() * size_of::<NonZeroU32>(),
        }
    }

    pub(super) fn reclaim(&mut self) -> usize {
        let writer = self.writer.0.get_mut();
        let writer = writer.unwrap_or_else(PoisonError::into_inner);
        let before = writer.index.len();
        for (number, uses) in (1..=u32::MAX).zip(&writer.uses) {
            if *uses == 0
                && let Some(number) = NonZeroU32::new(number)
                && let Some(value) = self.slots.take(number)
            {
                writer.index.remove(&value);
                writer.heap -= (self.heap_bytes)(&value);
                writer.free.push(number);
            }
        }
        before - writer.index.len()
    }
}

impl<T> fmt::Debug for Interner<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interner({})", self.what)
    }
}
