//! Ways in which files change.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;

use bailiwick::tls::{Polled, Reloader, TlsError, Trust, TrustSource, ring_provider};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};

use super::bench::{Clock, at, in_time, polled, relink, reloader_of, rename_over, settle};
use crate::made::Made;

#[test]
fn whichever_way_a_file_is_replaced_its_new_content_is_served() {
    type Replace = fn(&Path, &[u8]);
    let ways: [(&str, Replace); 4] = [
        ("rename over it", rename_over),
        ("truncate and write", |path, content| {
            fs::write(path, content).unwrap();
        }),
        ("delete and write", |path, content| {
            fs::remove_file(path).unwrap();
            fs::write(path, content).unwrap();
        }),
        ("a link to another folder", |path, content| {
            let folder = path.with_file_name(String::from_utf8_lossy(content).as_ref());
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("file"), content).unwrap();
            relink(path, &folder.join("file"));
        }),
    ];
    for (name, replace) in ways {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "gen 0").unwrap();
        let written = fs::metadata(&path).unwrap().modified().unwrap();
        let (reloader, clock) = (reloader_of(std::slice::from_ref(&path)), Clock::default());
        for round in 1..4_u64 {
            // The same size and the same time: only the content tells.
            let content = format!("gen {round}");
            replace(&path, content.as_bytes());
            File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_modified(written)
                .unwrap();
            assert_eq!(
                polled(&reloader, clock.tick()),
                Ok(Polled::Unsettled),
                "{name}"
            );
            assert_eq!(
                reloader.current()[0],
                format!("gen {}", round - 1),
                "{name}"
            );
            assert_eq!(
                polled(&reloader, clock.tick()),
                Ok(Polled::Loaded),
                "{name}"
            );
            assert_eq!(reloader.current()[0], content, "{name}");
            assert_eq!(reloader.status().generation, round + 1, "{name}");
            assert_eq!(
                polled(&reloader, clock.tick()),
                Ok(Polled::Unchanged),
                "{name}"
            );
        }
    }
}

#[test]
fn the_same_content_is_never_loaded_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "same").unwrap();
    let (reloader, clock) = (reloader_of(std::slice::from_ref(&path)), Clock::default());
    let first = reloader.current();
    for round in 0..3 {
        rename_over(&path, b"same");
        assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unchanged));
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(at(round)).unwrap();
        assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unchanged));
        // Gone at one look only, it is not even a failure.
        fs::remove_file(&path).unwrap();
        assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unsettled));
        fs::write(&path, "same").unwrap();
        assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unsettled));
        assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unchanged));
    }
    assert!(std::sync::Arc::ptr_eq(&first, &reloader.current()));
    assert_eq!(reloader.status().generation, 1);
    assert!(reloader.status().failure.is_none());
}

/// Which of these are believed.
fn believed<const N: usize>(trust: &Trust, made: &[&Made; N]) -> [bool; N] {
    made.map(|made| {
        let provider = ring_provider();
        trust
            .believes_client(&made.identity(), at(0), &provider)
            .is_ok()
    })
}

#[test]
fn half_of_a_trust_store_is_not_taken() {
    let [a, b, c, old] = [0; 4].map(|_| Made::new(&["peer"], None, |_| {}));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trust.pem");
    fs::write(&path, &old.pem).unwrap();
    let source = TrustSource::store(&path);
    let reloader = Reloader::new(at(0), move |files| source.trust(files)).unwrap();
    let clock = Clock::default();
    // Written certificate by certificate, each of these contents is a good store.
    let mut text = String::new();
    for made in [&a, &b, &c] {
        text += &made.pem;
        fs::write(&path, &text).unwrap();
        assert!(believed(&source_trust(&path), &[&a])[0], "it could be read");
        assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unsettled));
        assert_eq!(
            believed(&reloader.current(), &[&a, &b, &c, &old]),
            [false, false, false, true]
        );
    }
    assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Loaded));
    assert_eq!(
        believed(&reloader.current(), &[&a, &b, &c, &old]),
        [true, true, true, false]
    );
    assert_eq!(reloader.status().generation, 2);
}

fn source_trust(path: &Path) -> Trust {
    TrustSource::store(path)
        .trust(&mut bailiwick::tls::Files::new(at(0)))
        .unwrap()
}

#[test]
fn a_file_that_appears_during_the_load_has_to_be_seen_twice_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("name"), "first").unwrap();
    fs::write(path("first"), "1").unwrap();
    let root = folder.path().to_owned();
    // Which file is read second stands in the first.
    let reloader = Reloader::new(at(0), move |files| {
        let name = String::from_utf8_lossy(files.read(&root.join("name"))?).into_owned();
        Ok(String::from_utf8_lossy(files.read(&root.join(name))?).into_owned())
    })
    .unwrap();
    let clock = Clock::default();
    fs::write(path("second"), "2 ha").unwrap();
    fs::write(path("name"), "second").unwrap();
    assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unsettled));
    assert_eq!(
        polled(&reloader, clock.tick()),
        Ok(Polled::Unsettled),
        "never seen before"
    );
    fs::write(path("second"), "2 whole").unwrap();
    assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unsettled));
    assert_eq!(*reloader.current(), "1");
    assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Loaded));
    assert_eq!(*reloader.current(), "2 whole");
    // The first file is not read any more.
    fs::write(path("first"), "unwatched").unwrap();
    assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unchanged));
}

/// From now on this thread may read only what its user may. Root is not asked otherwise.
fn give_up_the_right_to_read_everything() {
    let mut sets = capabilities(None).unwrap();
    sets.effective -= CapabilitySet::DAC_OVERRIDE | CapabilitySet::DAC_READ_SEARCH;
    set_capabilities(None, sets).unwrap();
}

#[test]
fn what_cannot_be_read_is_an_error_at_the_start_and_afterwards_leaves_the_last_good() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage, &str); 8] = [
        ("missing", |_| {}, "cannot read"),
        (
            "a folder",
            |path| fs::create_dir(path).unwrap(),
            "cannot read",
        ),
        (
            "a pipe that nobody writes to",
            |path| mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap(),
            "cannot read",
        ),
        (
            "a device without end",
            |path| symlink("/dev/zero", path).unwrap(),
            "cannot read",
        ),
        (
            "a link to nowhere",
            |path| symlink("nowhere", path).unwrap(),
            "cannot read",
        ),
        (
            "a link to itself",
            |path| symlink(path.file_name().unwrap(), path).unwrap(),
            "cannot read",
        ),
        (
            "too large",
            |path| File::create(path).unwrap().set_len(1 << 40).unwrap(),
            "is larger than 8388608 bytes",
        ),
        (
            "not permitted",
            |path| {
                fs::write(path, "secret").unwrap();
                fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o0))
                    .unwrap();
            },
            "cannot read",
        ),
    ];
    in_time(move || {
        give_up_the_right_to_read_everything();
        for (name, damage, message) in damages {
            let folder = tempfile::tempdir().unwrap();
            let [good, bad] = ["good", "bad"].map(|name| folder.path().join(name));
            let paths = [good.clone(), bad.clone()];
            let told = |error: &TlsError| {
                let text = error.to_string();
                assert!(
                    text.contains(message) && text.contains("/bad`"),
                    "{name}: {text}"
                );
            };
            fs::write(&good, "1").unwrap();
            damage(&bad);
            let first = Reloader::new(at(0), {
                let paths = paths.clone();
                move |files| super::bench::texts(&paths, files)
            });
            told(&first.unwrap_err());

            let remove = || match fs::symlink_metadata(&bad) {
                Ok(found) if found.is_dir() => fs::remove_dir(&bad).unwrap(),
                Ok(_) => fs::remove_file(&bad).unwrap(),
                Err(_) => {}
            };
            remove();
            fs::write(&bad, "1").unwrap();
            let (reloader, clock) = (reloader_of(&paths), Clock::default());
            let served = reloader.current();
            for content in ["1", "2"] {
                remove();
                damage(&bad);
                told(&settle(&reloader, &clock).unwrap_err());
                told(&reloader.poll(clock.tick()).unwrap_err());
                let failure = reloader.status().failure.unwrap();
                assert_eq!(failure.attempts, 2, "{name}");
                assert!(
                    std::sync::Arc::ptr_eq(&served, &reloader.current()),
                    "{name}"
                );
                remove();
                fs::write(&bad, content).unwrap();
                let after = settle(&reloader, &clock).unwrap();
                // Back as it was, it is what is served already.
                let expected = if content == "1" {
                    Polled::Unchanged
                } else {
                    Polled::Loaded
                };
                assert_eq!(after, expected, "{name}");
                assert_eq!(reloader.current()[1], content, "{name}");
                assert!(reloader.status().failure.is_none(), "{name}");
            }
        }
    });
}
