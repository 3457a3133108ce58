//! The thread that polls.

use std::collections::BTreeSet;
use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use bailiwick::tls::{Polled, Reloader, TlsError, Watch};

use super::bench::{at, in_time, reloader_of, wait_until};

const SHORT: Duration = Duration::from_millis(2);

fn file(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, "1").unwrap();
    path
}

#[test]
fn several_reloaders_share_a_thread() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [file(folder.path(), "a"), file(folder.path(), "b")];
    let one = reloader_of(&paths[..1]);
    let path = paths[1].clone();
    // Of another type.
    let other = Reloader::new(at(0), move |files| Ok(files.read(&path)?.len())).unwrap();
    let threads = Arc::new(Mutex::new(Vec::new()));
    let note = threads.clone();
    one.on_change(move |_| note.lock().unwrap().push(std::thread::current().id()));
    let note = threads.clone();
    other.on_change(move |_| note.lock().unwrap().push(std::thread::current().id()));
    let watch = one.watch(SHORT).unwrap().also(&other);
    let before = SystemTime::now();
    paths.iter().for_each(|path| fs::write(path, "22").unwrap());
    wait_until("both are loaded", || {
        one.current()[0] == "22" && *other.current() == 2
    });
    let loaded = one.status().loaded_at;
    assert!(
        loaded >= before && loaded <= SystemTime::now(),
        "the time of the system"
    );
    drop(watch);
    let threads = threads.lock().unwrap();
    assert_eq!(threads.len(), 2);
    assert_eq!(threads[0], threads[1]);
    assert_ne!(threads[0], std::thread::current().id());
    fs::write(&paths[0], "333").unwrap();
    std::thread::sleep(SHORT * 20);
    assert_eq!(one.current()[0], "22", "nobody polls any more");
}

#[test]
fn a_long_interval_is_not_waited_for_at_the_end_nor_after_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a");
    let reloader = reloader_of(std::slice::from_ref(&path));
    let watch = reloader.watch(Duration::from_secs(100_000)).unwrap();
    let start = Instant::now();
    drop(watch);
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    let watch = reloader.watch(Duration::MAX).unwrap();
    drop(watch);

    // The first look comes after the interval, the second after the quiet period.
    let interval = Duration::from_secs(3);
    let watch = reloader.watch(interval).unwrap();
    fs::write(&path, "2").unwrap();
    let start = Instant::now();
    wait_until("it is loaded", || reloader.current()[0] == "2");
    let took = start.elapsed();
    assert!(took >= interval.max(Watch::QUIET), "{took:?}");
    assert!(
        took < interval * 2,
        "it did not wait for the second interval: {took:?}"
    );
    drop(watch);
}

/// A reloader that has failed and is therefore loaded at each poll, and the threads that do so.
fn restless(path: &Path) -> (Reloader<()>, Arc<Mutex<BTreeSet<PathBuf>>>) {
    let threads = Arc::new(Mutex::new(BTreeSet::new()));
    let (path, note, first) = (path.to_owned(), threads.clone(), AtomicBool::new(true));
    let reloader = Reloader::new(at(0), move |files| {
        files.read(&path)?;
        if first.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        // `PID/task/TID`
        let thread = fs::read_link("/proc/thread-self").unwrap();
        note.lock().unwrap().insert(Path::new("/proc").join(thread));
        Err(TlsError::Password {
            place: "nothing".to_owned(),
        })
    })
    .unwrap();
    reloader.reload(at(0)).unwrap_err();
    threads.lock().unwrap().clear();
    (reloader, threads)
}

#[test]
fn a_hundred_watches_leave_no_thread() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a");
    let mut all = BTreeSet::new();
    for _ in 0..100 {
        let (reloader, threads) = restless(&path);
        let watch = reloader.watch(Duration::from_millis(1)).unwrap();
        wait_until("its thread is seen", || !threads.lock().unwrap().is_empty());
        assert!(threads.lock().unwrap().iter().all(|thread| thread.exists()));
        drop(watch);
        all.extend(threads.lock().unwrap().iter().cloned());
    }
    assert_eq!(all.len(), 100);
    // The kernel takes a thread off its list a little after it can be joined.
    wait_until("they are gone", || {
        all.iter().all(|thread| !thread.exists())
    });
}

#[test]
fn a_watch_outlives_panics() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a");
    let (bad, loads) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let (panics, count, read) = (bad.clone(), loads.clone(), path.clone());
    let reloader = Reloader::new(at(0), move |files| {
        let length = files.read(&read)?.len();
        count.fetch_add(1, Ordering::Relaxed);
        if panics.load(Ordering::Relaxed) {
            // Without a message on the screen.
            resume_unwind(Box::new("on purpose"));
        }
        Ok(length)
    })
    .unwrap();
    let told = Arc::new(AtomicUsize::new(0));
    let count = told.clone();
    reloader.on_change(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        resume_unwind(Box::new("on purpose"));
    });
    let watch = reloader.watch(SHORT).unwrap();
    bad.store(true, Ordering::Relaxed);
    fs::write(&path, "22").unwrap();
    wait_until("some loads have panicked", || {
        loads.load(Ordering::Relaxed) > 5
    });
    let failure = reloader.status().failure.unwrap();
    assert_eq!(failure.to_string(), "the load panicked: on purpose");
    assert_eq!(*reloader.current(), 1);
    bad.store(false, Ordering::Relaxed);
    wait_until("it is loaded", || *reloader.current() == 2);
    wait_until("failure and load are told", || {
        told.load(Ordering::Relaxed) == 2
    });
    drop(watch);
    assert_eq!(reloader.poll(at(0)).unwrap(), Polled::Unchanged);
}

#[test]
fn a_watch_can_be_dropped_by_what_it_calls() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a");
    let reloader = reloader_of(std::slice::from_ref(&path));
    let slot = Arc::new(Mutex::new(None::<Watch>));
    let (held, done) = (slot.clone(), Arc::new(AtomicBool::new(false)));
    let tell = done.clone();
    reloader.on_change(move |_| {
        drop(held.lock().unwrap().take());
        tell.store(true, Ordering::Relaxed);
    });
    *slot.lock().unwrap() = Some(reloader.watch(SHORT).unwrap());
    fs::write(&path, "2").unwrap();
    in_time(move || wait_until("it returns", || done.load(Ordering::Relaxed)));
}
