//! Loads that fail, and what is said about them.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, SystemTime};
use std::{fs, thread};

use bailiwick::tls::{
    Identity, KeySource, Password, PasswordSource, Polled, Reloader, TlsError, TrustSource,
    ring_provider,
};

use super::bench::{Clock, at, in_time, polled, reloader_of, rename_over, settle, wait_until};
use crate::folder::Folder;
use crate::made::{Made, authority};

fn bundle(made: &Made) -> String {
    format!("{}{}", made.pem, made.key.serialize_pem())
}

/// A certificate for these seconds after the start of the clock.
fn valid(from: u64, to: u64) -> Made {
    let time = |seconds| {
        rcgen::date_time_ymd(1970, 1, 1)
            + at(seconds).duration_since(SystemTime::UNIX_EPOCH).unwrap()
    };
    Made::new(&["localhost"], None, |params| {
        params.not_before = time(from);
        params.not_after = time(to);
    })
}

#[test]
fn a_certificate_from_the_future_is_served_when_its_time_comes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    let old = valid(0, 5000);
    fs::write(&path, bundle(&old)).unwrap();
    let source = KeySource::store(&path);
    let load = move |files: &mut _| source.identity(files, &ring_provider());
    let reloader: Reloader<Identity> = Reloader::new(at(0), load).unwrap();
    assert_eq!(reloader.status().expires, Some(at(5000)));
    assert_eq!(reloader.status().seconds_to_expiry(at(4990)), Some(10));
    assert_eq!(reloader.status().seconds_to_expiry(at(5010)), Some(-10));
    assert_eq!(reloader.status().trust_expires, None);

    let told = Arc::new(AtomicUsize::new(0));
    let count = told.clone();
    reloader.on_change(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
    });
    let new = valid(1000, 9000);
    fs::write(&path, bundle(&new)).unwrap();
    assert_eq!(polled(&reloader, at(10)), Ok(Polled::Unsettled));
    for seconds in [20, 30, 500, 999] {
        let error = reloader.poll(at(seconds)).unwrap_err();
        assert!(matches!(*error, TlsError::Expired { .. }), "{error}");
        assert_eq!(reloader.current().not_after(), Some(at(5000)));
    }
    let failure = reloader.status().failure.unwrap();
    assert_eq!((failure.since, failure.attempts), (at(20), 4));
    assert!(
        failure.to_string().contains("key.pem` is not valid now"),
        "{failure}"
    );
    // Each attempt fails alike, and that is told once.
    assert_eq!(told.load(Ordering::Relaxed), 1);
    // Not a byte has changed.
    assert_eq!(polled(&reloader, at(1000)), Ok(Polled::Loaded));
    let status = reloader.status();
    assert_eq!((status.generation, status.loaded_at), (2, at(1000)));
    assert_eq!(status.expires, Some(at(9000)));

    // A clock that goes backwards changes nothing about that.
    fs::write(&path, bundle(&old)).unwrap();
    assert_eq!(polled(&reloader, at(700)), Ok(Polled::Unsettled));
    assert_eq!(polled(&reloader, at(600)), Ok(Polled::Loaded));
    assert_eq!(reloader.status().loaded_at, at(600));
}

#[test]
fn the_earliest_end_of_each_kind_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, texts: &[String]| fs::write(path(name), texts.concat()).unwrap();
    write("key1", &[bundle(&valid(0, 300))]);
    write("key2", &[bundle(&valid(0, 200))]);
    write("trust1", &[valid(0, 90).pem, valid(0, 70).pem]);
    write("trust2", &[valid(0, 80).pem]);
    let keys = ["key1", "key2"].map(|name| KeySource::store(path(name)));
    let trusts = ["trust1", "trust2"].map(|name| TrustSource::store(path(name)));
    let reloader = Reloader::new(at(0), move |files| {
        for key in &keys {
            key.identity(files, &ring_provider())?;
        }
        trusts
            .iter()
            .try_for_each(|trust| trust.trust(files).map(drop))
    })
    .unwrap();
    let status = reloader.status();
    assert_eq!(
        (status.expires, status.trust_expires),
        (Some(at(200)), Some(at(70)))
    );
    assert_eq!(status.seconds_to_trust_expiry(at(71)), Some(-1));
}

#[test]
fn a_store_and_the_file_with_its_password_can_come_one_after_the_other() {
    let folder = Folder::with(
        r"
        for p in first second; do
          keytool -genkeypair -alias key -keyalg EC -dname CN=localhost -keystore $p.jks -storepass $p-word -keypass $p-word
        done",
        true,
    );
    let (store, password) = (folder.path("key.jks"), folder.path("password"));
    fs::copy(folder.path("first.jks"), &store).unwrap();
    fs::write(&password, "first-word\n").unwrap();
    let source = KeySource::store(&store).password(PasswordSource::File(password.clone()));
    let reloader =
        Reloader::new(at(0), move |files| source.identity(files, &ring_provider())).unwrap();
    let clock = Clock::default();
    let first = reloader.current();

    fs::copy(folder.path("second.jks"), &store).unwrap();
    let error = settle(&reloader, &clock).unwrap_err();
    assert!(
        matches!(*error, TlsError::WrongStorePassword { .. }),
        "{error}"
    );
    assert!(Arc::ptr_eq(&first, &reloader.current()));
    fs::write(&password, "second-word\n").unwrap();
    assert_eq!(settle(&reloader, &clock).unwrap(), Polled::Loaded);
    let expected = folder.identity("second.jks", "second-word");
    assert_eq!(reloader.current().chain(), expected.chain());
    assert_ne!(first.chain(), expected.chain());

    // The password first.
    fs::write(&password, "first-word\n").unwrap();
    settle(&reloader, &clock).unwrap_err();
    fs::copy(folder.path("first.jks"), &store).unwrap();
    assert_eq!(settle(&reloader, &clock).unwrap(), Polled::Loaded);
    assert_eq!(reloader.current().chain(), first.chain());
    let source = KeySource::store(&store).password(Password::new("second-word"));
    let load = move |files: &mut _| source.identity(files, &ring_provider());
    let error = Reloader::<Identity>::new(at(0), load).unwrap_err();
    assert!(error.to_string().contains("key.jks"), "{error}");
}

#[test]
fn keys_and_trust_change_together_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let [key_path, trust_path] = ["key.pem", "trust.pem"].map(|name| folder.path().join(name));
    let [first, second] = [0; 2].map(|_| {
        let root = Made::new(&[], None, authority);
        (Made::new(&["localhost"], Some(&root), |_| {}), root)
    });
    let write = |(made, root): &(Made, Made)| {
        rename_over(&key_path, bundle(made).as_bytes());
        rename_over(&trust_path, root.pem.as_bytes());
    };
    write(&first);
    let (key, trust) = (KeySource::store(&key_path), TrustSource::store(&trust_path));
    let reloader = Reloader::new(at(0), move |files| {
        let (me, provider) = (key.identity(files, &ring_provider())?, ring_provider());
        let them = trust.trust(files)?;
        them.believes_server(&me, files.now(), &provider)?;
        them.believes_client(&me, files.now(), &provider)?;
        Ok((me, them))
    })
    .unwrap();
    let clock = Clock::default();
    let before = reloader.current();

    // A key of which the own trust knows nothing.
    rename_over(&key_path, bundle(&second.0).as_bytes());
    let error = settle(&reloader, &clock).unwrap_err();
    assert!(
        matches!(&*error, TlsError::NotBelieved { store, .. } if store.ends_with("key.pem")),
        "{error}"
    );
    // A trust store that is none.
    write(&second);
    fs::write(&trust_path, "nothing").unwrap();
    let error = settle(&reloader, &clock).unwrap_err();
    assert!(error.to_string().contains("trust.pem"), "{error}");
    // A key that is not that of the certificate.
    write(&second);
    fs::write(
        &key_path,
        format!("{}{}", second.0.pem, first.0.key.serialize_pem()),
    )
    .unwrap();
    let error = settle(&reloader, &clock).unwrap_err();
    assert!(matches!(*error, TlsError::KeyMismatch { .. }), "{error}");
    assert!(Arc::ptr_eq(&before, &reloader.current()));
    write(&second);
    assert_eq!(settle(&reloader, &clock).unwrap(), Polled::Loaded);
    assert_eq!(reloader.current().0.chain(), second.0.identity().chain());
}

#[test]
fn a_side_believes_itself_for_a_purpose() {
    let root = Made::new(&[], None, authority);
    let usage = |usage| {
        Made::new(
            &["localhost"],
            Some(&root),
            |params: &mut rcgen::CertificateParams| {
                params.extended_key_usages = vec![usage];
            },
        )
    };
    let server = usage(rcgen::ExtendedKeyUsagePurpose::ServerAuth);
    let client = usage(rcgen::ExtendedKeyUsagePurpose::ClientAuth);
    let (trust, provider) = (root.trust(), ring_provider());
    let pinned = valid(0, 100);
    for (trust, made, now, as_server, as_client) in [
        (&trust, &server, at(0), true, false),
        (&trust, &client, at(0), false, true),
        (&pinned.trust(), &pinned, at(0), true, true),
        (&pinned.trust(), &pinned, at(101), false, false),
        (&pinned.trust(), &server, at(0), false, false),
    ] {
        let me = made.identity();
        let found = (
            trust.believes_server(&me, now, &provider).is_ok(),
            trust.believes_client(&me, now, &provider).is_ok(),
        );
        assert_eq!(found, (as_server, as_client), "{trust:?} {me:?}");
    }
}

/// A reloader of a counter that fails, or panics, when told so.
fn moody(path: &std::path::Path) -> (Reloader<u64>, Arc<AtomicBool>, Arc<AtomicBool>) {
    let (fails, panics) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let (path, count) = (path.to_owned(), AtomicU64::new(0));
    let (f, p) = (fails.clone(), panics.clone());
    let reloader = Reloader::new(at(0), move |files| {
        files.read(&path)?;
        if p.load(Ordering::Relaxed) {
            // Without a message on the screen.
            resume_unwind(Box::new("bad luck"));
        }
        if f.load(Ordering::Relaxed) {
            return Err(TlsError::Password {
                place: "the mind".to_owned(),
            });
        }
        Ok(count.fetch_add(1, Ordering::Relaxed))
    });
    (reloader.unwrap(), fails, panics)
}

#[test]
fn a_panic_is_an_error_that_passes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "1").unwrap();
    let (reloader, _, panics) = moody(&path);
    let clock = Clock::default();
    panics.store(true, Ordering::Relaxed);
    assert_eq!(
        polled(&reloader, clock.tick()),
        Ok(Polled::Unchanged),
        "nothing to load"
    );
    let error = reloader.reload(clock.tick()).unwrap_err();
    assert_eq!(error.to_string(), "the load panicked: bad luck");
    for _ in 0..3 {
        assert_eq!(polled(&reloader, clock.tick()), Err(error.to_string()));
    }
    assert_eq!(*reloader.current(), 0);
    // What was read before the panic is still watched.
    fs::write(&path, "2").unwrap();
    assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unsettled));
    panics.store(false, Ordering::Relaxed);
    assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Loaded));
    assert_eq!(*reloader.current(), 1);

    let first: Result<Reloader<()>, _> =
        Reloader::new(at(0), |_| resume_unwind(Box::new("no luck".to_owned())));
    assert_eq!(first.unwrap_err().to_string(), "the load panicked: no luck");
}

#[test]
fn a_load_by_hand_is_done_whether_files_changed_or_not_and_retried_if_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "1").unwrap();
    let (reloader, fails, _) = moody(&path);
    let clock = Clock::default();
    reloader.reload(clock.tick()).unwrap();
    assert_eq!((*reloader.current(), reloader.status().generation), (1, 2));
    // Something that is no file is wrong, and then is not.
    fails.store(true, Ordering::Relaxed);
    reloader.reload(clock.tick()).unwrap_err();
    reloader.poll(clock.tick()).unwrap_err();
    fails.store(false, Ordering::Relaxed);
    assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Loaded));
    assert_eq!((*reloader.current(), reloader.status().generation), (2, 3));
    // What it failed on counts as seen.
    fails.store(true, Ordering::Relaxed);
    fs::write(&path, "other").unwrap();
    reloader.reload(clock.tick()).unwrap_err();
    reloader.poll(clock.tick()).unwrap_err();
    fails.store(false, Ordering::Relaxed);
    assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Loaded));
    // New content at once.
    fs::write(&path, "2").unwrap();
    reloader.reload(clock.tick()).unwrap();
    assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Unchanged));
    assert_eq!((*reloader.current(), reloader.status().generation), (4, 5));
}

#[test]
fn news_are_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "1").unwrap();
    let (reloader, clock) = (reloader_of(std::slice::from_ref(&path)), Clock::default());
    let told = Arc::new(Mutex::new(Vec::new()));
    let (news, same) = (told.clone(), reloader.clone());
    reloader.on_change(move |status| {
        // Everything may be asked meanwhile, even to look again.
        let _ = same.poll(at(0));
        assert_eq!(same.status().generation, status.generation);
        assert_eq!(
            *same.current(),
            ["1", "2"].map(str::to_owned)[status.generation as usize - 1..][..1]
        );
        let failure = status.failure.as_ref().map(ToString::to_string);
        news.lock().unwrap().push((status.generation, failure));
    });
    let told = || std::mem::take(&mut *told.lock().unwrap());
    let polls = |times| (0..times).for_each(|_| drop(reloader.poll(clock.tick())));
    polls(3);
    assert_eq!(told(), []);
    fs::remove_file(&path).unwrap();
    polls(5);
    let missing = format!(
        "cannot read `{}`: No such file or directory (os error 2)",
        path.display()
    );
    assert_eq!(told(), [(1, Some(missing.clone()))]);
    fs::write(&path, "").unwrap();
    polls(5);
    let unknown = format!(
        "`{}` is not a JKS, JCEKS, PKCS12 or PEM store",
        path.display()
    );
    assert_eq!(told(), [(1, Some(unknown))]);
    fs::write(&path, "1").unwrap();
    polls(5);
    assert_eq!(told(), [(1, None)]);
    fs::write(&path, "2").unwrap();
    polls(5);
    assert_eq!(told(), [(2, None)]);
    fs::remove_file(&path).unwrap();
    polls(5);
    assert_eq!(told(), [(2, Some(missing))]);
}

#[test]
fn files_that_never_stand_still_are_a_failure_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "first").unwrap();
    let (reloader, clock) = (reloader_of(std::slice::from_ref(&path)), Clock::default());
    let write = |text: String| fs::write(&path, text).unwrap();
    for round in 1..10 {
        write(round.to_string());
        assert_eq!(
            polled(&reloader, clock.tick()),
            Ok(Polled::Unsettled),
            "{round}"
        );
    }
    for round in 10..13 {
        write(round.to_string());
        let error = reloader.poll(clock.tick()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`{}` changes all the time", path.display())
        );
    }
    assert_eq!(reloader.current()[0], "first");
    assert_eq!(reloader.status().failure.unwrap().attempts, 3);
    assert_eq!(polled(&reloader, clock.tick()), Ok(Polled::Loaded));
    assert_eq!(reloader.current()[0], "12");
    write("next".to_owned());
    assert_eq!(
        settle(&reloader, &clock).unwrap(),
        Polled::Loaded,
        "it counts from the start again"
    );

    // The closure itself writes: nothing that it could return would be of one moment.
    let count = AtomicUsize::new(0);
    let file = path.clone();
    let restless = Reloader::new(at(0), move |files| {
        files.read(&file)?;
        fs::write(&file, count.fetch_add(1, Ordering::Relaxed).to_string()).unwrap();
        Ok(())
    });
    assert!(matches!(restless, Err(TlsError::Changing { path: changing }) if changing == path));
}

#[test]
fn loads_come_one_after_the_other_and_nobody_else_waits_for_them() {
    let (go, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let (running, most, loads) = (
        AtomicUsize::new(0),
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicUsize::new(0)),
    );
    let (seen, begun) = (most.clone(), loads.clone());
    let reloader = Reloader::new(at(0), move |_| {
        seen.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let load = begun.fetch_add(1, Ordering::SeqCst);
        if load > 0 {
            gate.lock().unwrap().recv().unwrap();
        }
        running.fetch_sub(1, Ordering::SeqCst);
        Ok(load)
    })
    .unwrap();
    in_time(move || {
        let threads = [0; 4].map(|_| {
            let reloader = reloader.clone();
            thread::spawn(move || {
                let result = reloader.reload(at(0));
                reloader.poll(at(0)).unwrap();
                result.unwrap();
            })
        });
        wait_until("a load begins", || loads.load(Ordering::SeqCst) == 2);
        thread::sleep(Duration::from_millis(20));
        // In the middle of a load.
        assert_eq!((*reloader.current(), reloader.status().generation), (0, 1));
        (0..4).for_each(|_| go.send(()).unwrap());
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        assert_eq!((*reloader.current(), reloader.status().generation), (4, 5));
        assert_eq!(most.load(Ordering::SeqCst), 1);
    });
}
