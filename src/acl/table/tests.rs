use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::*;
use crate::acl::{AclSpec, Dialect, Kind, Mode};

/// A protection with a named user of its own.
fn protection(n: usize) -> Protection {
    let spec = AclSpec::parse(&format!("user:u{n}:rw-"), &Dialect::POSIX).unwrap();
    Protection::from(Mode::from_bits(0o640))
        .modify(&spec, Kind::File, &Dialect::POSIX)
        .unwrap()
}

fn counts<T: Clone + Eq + std::hash::Hash>(interner: &Interner<T>) -> (usize, usize) {
    let usage = interner.usage();
    (usage.live, usage.unreferenced)
}

#[test]
fn equal_values_are_stored_once() {
    let table = Table::new();
    let ids = [0, 1, 0].map(|n| table.protections().intern(&protection(n)).unwrap());
    assert_eq!(ids[0], ids[2]);
    assert_ne!(ids[0], ids[1]);
    let places = [0, 1, 2].map(|n| table.protections().get(&ids[n]).unwrap());
    assert!(std::ptr::eq(places[0], places[2]));
    assert_eq!(places[1], &protection(1));
    assert_eq!(counts(table.protections()), (2, 0));

    let (user, group) = (UserName::new("a").unwrap(), GroupName::new("a").unwrap());
    let (user, group) = (
        table.users().intern(&user).unwrap(),
        table.groups().intern(&group).unwrap(),
    );
    assert_eq!(table.users().get(&user).unwrap().as_str(), "a");
    assert_eq!(table.groups().get(&group).unwrap().as_str(), "a");
}

#[test]
fn ids_take_four_bytes_and_cross_threads() {
    fn crosses_threads<T: Send + Sync>() {}
    crosses_threads::<Table>();
    crosses_threads::<UserId>();
    assert_eq!(
        [size_of::<UserId>(), size_of::<Option<ProtectionId>>()],
        [4, 4]
    );
}

#[test]
fn a_value_is_in_use_until_its_last_id_is_released_and_can_be_revived() {
    let mut table = Table::new();
    let first = table.protections().intern(&protection(0)).unwrap();
    let number = first.number();
    let second = table.protections().share(&first);
    let third = table.protections().intern(&protection(0)).unwrap();
    table.protections().release(first);
    table.protections().release(third);
    assert_eq!(counts(table.protections()), (1, 0));
    assert_eq!(table.reclaim(), 0);
    assert_eq!(table.protections().get(&second), Some(&protection(0)));

    table.protections().release(second);
    assert_eq!(counts(table.protections()), (0, 1));
    let revived = table.protections().intern(&protection(0)).unwrap();
    assert_eq!(revived.number(), number);
    assert_eq!(counts(table.protections()), (1, 0));
    assert_eq!(table.reclaim(), 0);
    assert_eq!(table.protections().get(&revived), Some(&protection(0)));
}

#[test]
fn reclaimed_slots_are_used_again_and_no_other_is_touched() {
    let mut table = Table::new();
    let mut ids: Vec<_> = (0..100)
        .map(|n| Some(table.protections().intern(&protection(n)).unwrap()))
        .collect();
    for id in ids.iter_mut().step_by(2) {
        table.protections().release(id.take().unwrap());
    }
    let before = table.protections().usage().bytes;
    assert_eq!(table.reclaim(), 50);
    assert_eq!(counts(table.protections()), (50, 0));
    let freed = before - table.protections().usage().bytes;
    let list_of_free_slots = 64 * size_of::<Option<UserId>>();
    assert!(
        freed + list_of_free_slots >= 50 * protection(0).heap_bytes(),
        "{freed}"
    );
    for n in 200..250 {
        let id = table.protections().intern(&protection(n)).unwrap();
        assert!(id.number().get() <= 100, "{id:?}");
        assert_eq!(table.protections().get(&id), Some(&protection(n)));
        ids.push(Some(id));
    }
    for n in (1..100).step_by(2) {
        let id = ids[n].as_ref().unwrap();
        assert_eq!(table.protections().get(id), Some(&protection(n)));
    }
    let next = table.protections().intern(&protection(0)).unwrap();
    assert_eq!(next.number().get(), 101);
}

#[test]
fn a_full_table_says_so_and_reclaiming_makes_room() {
    let mut table = Table::with_limit(3);
    let ids = [0, 1, 2].map(|n| table.protections().intern(&protection(n)).unwrap());
    let [first, second, third] = ids;
    table.protections().release(second);
    let full = table.protections().intern(&protection(3)).unwrap_err();
    assert_eq!(
        full.to_string(),
        "the table is full: 2 protections are in use and 1 are kept unused, of at most 3"
    );
    // What is there is found as before, and every kind has its own room.
    assert_eq!(table.protections().intern(&protection(0)).unwrap(), first);
    assert!(table.users().intern(&UserName::new("a").unwrap()).is_ok());

    assert_eq!(table.reclaim(), 1);
    let fourth = table.protections().intern(&protection(3)).unwrap();
    assert!(table.protections().intern(&protection(4)).is_err());
    for (id, n) in [(first, 0), (third, 2), (fourth, 3)] {
        assert_eq!(table.protections().get(&id), Some(&protection(n)));
    }
}

#[test]
fn a_checkpoint_lists_every_value_under_its_number() {
    let table = Table::new();
    let ids: Vec<_> = (0..20)
        .map(|n| table.protections().intern(&protection(n)).unwrap())
        .collect();
    let listed: Vec<_> = table.protections().iter().collect();
    assert_eq!(listed.len(), 20);
    for (id, (number, value)) in ids.iter().zip(listed) {
        assert_eq!(
            (id.number(), table.protections().get(id)),
            (number, Some(value))
        );
    }
}

#[test]
fn a_foreign_id_gets_nothing_where_no_value_is_and_breaks_no_count() {
    let (table, other) = (Table::new(), Table::new());
    let foreign = other.protections().intern(&protection(0)).unwrap();
    assert_eq!(table.protections().get(&foreign), None);
    table
        .protections()
        .release(table.protections().share(&foreign));
    table.protections().release(foreign);
    assert_eq!(counts(table.protections()), (0, 0));
}

#[test]
fn readers_see_the_right_value_while_writers_intern_and_release() {
    const KEPT: usize = 40;
    let mut table = Table::new();
    let expected: Vec<_> = (0..KEPT).map(protection).collect();
    let ids: Vec<_> = expected
        .iter()
        .map(|value| table.protections().intern(value).unwrap())
        .collect();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let (protections, ids, expected, done) = (table.protections(), &ids, &expected, &done);
        let readers = [0, 1].map(|_| {
            scope.spawn(move || {
                let mut looked_up = 0_usize;
                while !done.load(Ordering::Relaxed) || looked_up == 0 {
                    for (id, value) in ids.iter().zip(expected) {
                        assert_eq!(protections.get(id), Some(value));
                        looked_up += 1;
                    }
                }
                looked_up
            })
        });
        let writers = [0, 1].map(|writer| {
            scope.spawn(move || {
                for round in 0..2000 {
                    // Values that are in use, that the other writer has at the same time, and that are new.
                    for n in [
                        round % KEPT,
                        1000 + round % 7,
                        10_000 * (writer + 1) + round % 500,
                    ] {
                        let value = protection(n);
                        let id = protections.intern(&value).unwrap();
                        let shared = protections.share(&id);
                        protections.release(id);
                        assert_eq!(protections.get(&shared), Some(&value));
                        protections.release(shared);
                    }
                }
            })
        });
        for writer in writers {
            writer.join().unwrap();
        }
        done.store(true, Ordering::Relaxed);
        for reader in readers {
            assert!(reader.join().unwrap() >= KEPT);
        }
    });
    assert_eq!(counts(table.protections()), (KEPT, 7 + 2 * 500));
    assert_eq!(table.reclaim(), 7 + 2 * 500);
    for (id, value) in ids.into_iter().zip(&expected) {
        assert_eq!(table.protections().get(&id), Some(value));
        table.protections().release(id);
    }
    assert_eq!(table.reclaim(), KEPT);
}
