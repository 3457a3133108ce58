//! Files that are swapped while they are read.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use bailiwick::tls::{Identity, KeySource, Polled, Reloader, TlsError, ring_provider};

use super::bench::{Clock, at, polled, relink, reloader_of};
use crate::made::Made;
use crate::random::{self, Random};

/// A folder as the kubelet makes it: `NAME -> ..data/NAME`, `..data -> ..NUMBER`, and a new number for each change.
struct Volume {
    folder: tempfile::TempDir,
    number: AtomicUsize,
}

impl Volume {
    fn new(files: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let volume = Self {
            folder,
            number: AtomicUsize::new(0),
        };
        volume.put(files);
        for (name, _) in files {
            std::os::unix::fs::symlink(Path::new("..data").join(name), volume.path(name)).unwrap();
        }
        volume
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// All files at once.
    fn put(&self, files: &[(&str, String)]) {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let dated = PathBuf::from(format!("..{number}"));
        fs::create_dir(self.folder.path().join(&dated)).unwrap();
        for (name, text) in files {
            fs::write(self.folder.path().join(&dated).join(name), text).unwrap();
        }
        relink(&self.path("..data"), &dated);
        if let Some(old) = number.checked_sub(1) {
            fs::remove_dir_all(self.path(&format!("..{old}"))).unwrap();
        }
    }
}

fn pair(made: &Made) -> [(&'static str, String); 2] {
    [
        ("tls.crt", made.pem.clone()),
        ("tls.key", made.key.serialize_pem()),
    ]
}

#[test]
fn a_swap_between_certificate_and_key_is_no_mismatch() {
    let nodes = [0; 2].map(|_| Made::new(&["localhost"], None, |_| {}));
    let volume = Arc::new(Volume::new(&pair(&nodes[0])));
    let source = KeySource::pem(volume.path("tls.crt"), volume.path("tls.key"));
    let pending = Arc::new(std::sync::Mutex::new(None::<[(&str, String); 2]>));
    let (swap, at_work) = (pending.clone(), volume.clone());
    let certificate = volume.path("tls.crt");
    let reloader: Reloader<Identity> = Reloader::new(at(0), move |files| {
        files.read(&certificate)?;
        if let Some(new) = swap.lock().unwrap().take() {
            at_work.put(&new);
        }
        source.identity(files, &ring_provider())
    })
    .unwrap();
    let clock = Clock::default();
    for round in 1..=100 {
        // The load begins with the one and goes on with the other.
        let (old, new) = (&nodes[(round + 1) % 2], &nodes[round % 2]);
        *pending.lock().unwrap() = Some(pair(new));
        if round % 2 == 0 {
            reloader.reload(clock.tick()).unwrap();
        } else {
            // A load has to be wanted for a poll to begin it: an unknown certificate in between.
            volume.put(&pair(&Made::new(&["localhost"], None, |_| {})));
            assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unsettled));
            assert_eq!(
                polled(&reloader, clock.tick()),
                Ok(Polled::Unsettled),
                "{round}"
            );
            assert_eq!(
                reloader.current().chain(),
                old.identity().chain(),
                "{round}"
            );
            assert_eq!(
                polled(&reloader, clock.tick()),
                Ok(Polled::Loaded),
                "{round}"
            );
        }
        assert!(pending.lock().unwrap().is_none());
        assert_eq!(
            reloader.current().chain(),
            new.identity().chain(),
            "{round}"
        );
        assert!(reloader.status().failure.is_none());
        assert_eq!(
            polled(&reloader, clock.tick()),
            Ok(Polled::Unchanged),
            "{round}"
        );
    }
}

#[test]
fn files_that_are_swapped_all_the_time_are_always_of_one_moment() {
    const NAMES: [&str; 4] = ["a", "b", "c", "d"];
    let all = |number: usize| NAMES.map(|name| (name, number.to_string()));
    let volume = Volume::new(&all(0));
    let paths = NAMES.map(|name| volume.path(name));
    let mixed = Arc::new(AtomicUsize::new(0));
    let reloader = Reloader::new(at(0), {
        let (paths, mixed) = (paths.to_vec(), mixed.clone());
        move |files| {
            let mut texts = Vec::new();
            for path in &paths {
                texts.push(String::from_utf8_lossy(files.read(path)?).into_owned());
                // As slow as a real load, so that swaps fall into it.
                thread::yield_now();
            }
            if texts.iter().any(|text| *text != texts[0]) {
                mixed.fetch_add(1, Ordering::Relaxed);
            }
            Ok(texts)
        }
    })
    .unwrap();
    let seed = random::seed("swaps", || 5);
    let (over, clock) = (AtomicBool::new(false), Clock::default());
    let mut counts = [0_usize; 4];
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut random = Random::new(seed);
            for number in 1..=2000 {
                volume.put(&all(number));
                for _ in 0..random.below(60) {
                    thread::yield_now();
                }
            }
            over.store(true, Ordering::Release);
        });
        let mut random = Random::new(seed ^ 1);
        while !over.load(Ordering::Acquire) {
            let result = if random.once_in(8) {
                reloader.reload(clock.tick()).map(|()| Polled::Loaded)
            } else {
                reloader.poll(clock.tick())
            };
            counts[match &result {
                Ok(Polled::Loaded) => 0,
                Ok(_) => 1,
                Err(error) => match **error {
                    TlsError::Changing { .. } => 2,
                    // A path can lead into the old folder when that is removed.
                    TlsError::Io { .. } => 3,
                    _ => panic!("{error}"),
                },
            }] += 1;
            let texts = reloader.current();
            assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
        }
    });
    let mixed = mixed.load(Ordering::Relaxed);
    println!("{mixed} loads mixed two moments");
    println!("loaded, not yet, given up, missing: {counts:?}");
    assert!(mixed > 10 && counts[0] > 50 && counts[1] > 50, "{counts:?}");
    for _ in 0..2 {
        let _ = reloader.poll(clock.tick());
    }
    assert_eq!(reloader.current()[0], "2000");
    assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unchanged));
}

#[test]
fn a_volume_of_kubernetes_is_followed() {
    let names = ["tls.crt", "tls.key", "ca.crt"];
    let all = |text: &str| names.map(|name| (name, text.to_owned()));
    let volume = Volume::new(&all("1"));
    let (reloader, clock) = (
        reloader_of(&names.map(|name| volume.path(name))),
        Clock::default(),
    );
    for round in 2..5 {
        volume.put(&all(&round.to_string()));
        assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unsettled));
        assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Loaded));
        assert_eq!(*reloader.current(), [0; 3].map(|_| round.to_string()));
        // The same once more in a new folder.
        volume.put(&all(&round.to_string()));
        assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unchanged));
    }
}
