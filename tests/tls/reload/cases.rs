//! What Hadoop's own tests of its reloading managers say: `TestReloadingX509TrustManager`, `TestReloadingX509KeyManager`,
//! `TestSSLFactory`.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use bailiwick::tls::{
    Identity, KeySource, Password, Polled, Reloader, TlsError, Trust, TrustSource, ring_provider,
};
use serde_json::Value;

use super::bench::{Clock, at, settle};
use crate::folder::Folder;

/// Stores as upstream's tests make them.
const STORES: &str = r#"
for n in 1 2; do
  keytool -genkeypair -alias key -keyalg EC -dname "CN=Cert$n, O=T" -keystore key$n.jks -storepass password -keypass password
  keytool -exportcert -alias key -keystore key$n.jks -storepass password -file $n.cer
done
keytool -importcert -noprompt -alias cert1 -file 1.cer -keystore one.jks -storepass password
cp one.jks both.jks
keytool -importcert -noprompt -alias cert2 -file 2.cer -keystore both.jks -storepass password
"#;

struct Upstream {
    folder: Folder,
    store: PathBuf,
    clock: Clock,
}

impl Upstream {
    fn put(&self, name: &str) {
        fs::copy(self.folder.path(name), &self.store).unwrap();
    }

    fn trust(&self) -> Result<Reloader<Trust>, TlsError> {
        let source = TrustSource::store(&self.store).password(Password::new("password"));
        Reloader::new(at(0), move |files| source.trust(files))
    }

    fn key(&self) -> Result<Reloader<Identity>, TlsError> {
        let source = KeySource::store(&self.store).password(Password::new("password"));
        Reloader::new(at(0), move |files| source.identity(files, &ring_provider()))
    }

    /// Which of the two certificates are believed.
    fn issuers(&self, trust: &Trust) -> [bool; 2] {
        ["key1.jks", "key2.jks"].map(|name| {
            let identity = self.folder.identity(name, "password");
            trust
                .believes_client(&identity, at(0), &ring_provider())
                .is_ok()
        })
    }

    fn is_key(&self, identity: &Identity, name: &str) -> bool {
        identity.chain() == self.folder.identity(name, "password").chain()
    }

    /// The first load of a bad file is an error that names it.
    fn refused<T>(&self, load: impl Fn(&Self) -> Result<Reloader<T>, TlsError>) {
        let error = load(self).unwrap_err();
        assert!(error.to_string().contains("store.jks"), "{error}");
    }

    /// The value remains the same, an error is reported, and the file as it should be is taken later.
    fn kept<T>(&self, reloader: &Reloader<T>, what: &str) {
        let before = reloader.current();
        let error = settle(reloader, &self.clock).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        assert!(reloader.status().failure.is_some());
        assert!(Arc::ptr_eq(&before, &reloader.current()));
    }

    fn run(&self, id: &str) -> bool {
        let corrupt = || fs::write(&self.store, [1]).unwrap();
        let missing = || fs::remove_file(&self.store).unwrap();
        let _ = fs::remove_file(&self.store);
        match id {
            "testLoadMissingTrustStore" => self.refused(Self::trust),
            "testLoadCorruptTrustStore" => {
                corrupt();
                self.refused(Self::trust);
            }
            "testReload" => {
                self.put("one.jks");
                let reloader = self.trust().unwrap();
                assert_eq!(self.issuers(&reloader.current()), [true, false]);
                self.put("both.jks");
                assert_eq!(settle(&reloader, &self.clock).unwrap(), Polled::Loaded);
                assert_eq!(self.issuers(&reloader.current()), [true, true]);
            }
            "testReloadMissingTrustStore" | "testReloadCorruptTrustStore" => {
                self.put("one.jks");
                let reloader = self.trust().unwrap();
                if id.contains("Missing") {
                    missing();
                    self.kept(&reloader, "cannot read");
                } else {
                    corrupt();
                    self.kept(&reloader, "is not a JKS");
                }
                assert_eq!(self.issuers(&reloader.current()), [true, false]);
                // Upstream ends here.
                self.put("both.jks");
                assert_eq!(settle(&reloader, &self.clock).unwrap(), Polled::Loaded);
            }
            "testNoPassword" => {
                self.put("one.jks");
                let source = TrustSource::store(&self.store);
                let reloader = Reloader::new(at(0), move |files| source.trust(files)).unwrap();
                assert_eq!(self.issuers(&reloader.current()), [true, false]);
            }
            "KeyManager.testLoadMissingKeyStore" => self.refused(Self::key),
            "KeyManager.testLoadCorruptKeyStore" => {
                corrupt();
                self.refused(Self::key);
            }
            "KeyManager.testReloadMissing/Corrupt" => {
                for (damage, what) in [
                    (&missing as &dyn Fn(), "cannot read"),
                    (&corrupt, "is not a JKS"),
                ] {
                    self.put("key1.jks");
                    let reloader = self.key().unwrap();
                    damage();
                    self.kept(&reloader, what);
                    assert!(self.is_key(&reloader.current(), "key1.jks"));
                }
            }
            // Upstream's waits for the old key. What it means to show is shown here.
            "KeyManager.testReload" => {
                self.put("key1.jks");
                let reloader = self.key().unwrap();
                self.put("key2.jks");
                assert_eq!(settle(&reloader, &self.clock).unwrap(), Polled::Loaded);
                assert!(self.is_key(&reloader.current(), "key2.jks"));
            }
            _ => return false,
        }
        true
    }
}

#[test]
fn upstream_scenarios() {
    const FILE: &str = "truststore_reload.json";
    let path = format!("{}/tests/data/{FILE}", env!("CARGO_MANIFEST_DIR"));
    let root: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let folder = Folder::with(STORES, true);
    let upstream = Upstream {
        store: folder.path("store.jks"),
        folder,
        clock: Clock::default(),
    };
    let mut passed = 0;
    for scenario in root["scenarios"].as_array().unwrap() {
        let id = scenario["id"].as_str().unwrap();
        assert!(upstream.run(id), "{id} is not known");
        passed += 1;
    }
    let mut skipped = 0;
    for (list, reason) in [
        (
            "mode_errors",
            "a ServerContext makes nothing but a ServerConfig: it does not compile",
        ),
        (
            "hostname_verifier_config",
            "a setting; nothing of it is reloaded",
        ),
        ("password_rules", "settings; nothing of them is reloaded"),
    ] {
        let count = root[list].as_array().unwrap().len();
        println!("  {list}: {count} skipped: {reason}");
        skipped += count;
    }
    println!("{FILE}: {passed} passed, {skipped} skipped");
    assert_eq!((passed, skipped), (10, 10), "cases were lost");
    let lists = root
        .as_object()
        .unwrap()
        .values()
        .filter(|value| value.is_array());
    assert_eq!(
        lists
            .map(|list| list.as_array().unwrap().len())
            .sum::<usize>(),
        20
    );
}
