//! PEM in its forms, from openssl.

use std::sync::Arc;

use bailiwick::tls::{Password, Store, TlsError, ring_provider};
use rustls::SignatureAlgorithm;
use rustls::crypto::{CryptoProvider, KeyProvider};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::{Signer, SigningKey};

use crate::folder::Folder;
use crate::matrix;

const KEYS: [&str; 6] = ["rsa2048", "rsa4096", "ec256", "ec384", "ed25519", "leaf"];

/// Commands that turn `$key.pem` into a key of some form, `$key.key`, with the password `keypass` if it is sealed.
const FORMS: &[(&str, bool, &str)] = &[
    ("PKCS#8", false, "cp $key.pem $key.key"),
    (
        "RFC 5915 or RFC 8017",
        false,
        "openssl pkey -in $key.pem -traditional -out $key.key",
    ),
    (
        "PBES2",
        true,
        "openssl pkcs8 -topk8 -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PBES2, AES-128",
        true,
        "openssl pkcs8 -topk8 -v2 aes-128-cbc -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PBES2, AES-192",
        true,
        "openssl pkcs8 -topk8 -v2 aes-192-cbc -v2prf hmacWithSHA384 -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PBES2, 3DES, SHA-1",
        true,
        "openssl pkcs8 -topk8 -v2 des3 -v2prf hmacWithSHA1 -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PBES2, DES",
        true,
        "openssl pkcs8 -topk8 -v2 des -provider legacy -provider default -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PBES2, SHA-224",
        true,
        "openssl pkcs8 -topk8 -v2prf hmacWithSHA224 -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PBES2, SHA-512",
        true,
        "openssl pkcs8 -topk8 -v2prf hmacWithSHA512 -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PBES2, SHA-512/256",
        true,
        "openssl pkcs8 -topk8 -v2prf hmacWithSHA512-256 -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PBES2, scrypt",
        true,
        "openssl pkcs8 -topk8 -scrypt -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PBES1, MD5, DES",
        true,
        "openssl pkcs8 -topk8 -v1 PBE-MD5-DES -provider legacy -provider default -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PBES1, MD5, RC2",
        true,
        "openssl pkcs8 -topk8 -v1 PBE-MD5-RC2-64 -provider legacy -provider default -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PBES1, SHA-1, DES",
        true,
        "openssl pkcs8 -topk8 -v1 PBE-SHA1-DES -provider legacy -provider default -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PBES1, SHA-1, RC2",
        true,
        "openssl pkcs8 -topk8 -v1 PBE-SHA1-RC2-64 -provider legacy -provider default -in $key.pem -passout pass:keypass -out $key.key",
    ),
    (
        "PKCS12 3DES",
        true,
        "openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in $key.pem -passout pass:keypass -out $key.key",
    ),
];

/// For keys that are not Ed25519, which has no form of its own.
const TRADITIONAL: &[(&str, &str)] = &[
    ("AES-128", "-aes128"),
    ("AES-192", "-aes192"),
    ("AES-256", "-aes256"),
    ("3DES", "-des3"),
    ("DES", "-des -provider legacy -provider default"),
];

/// A folder with the keys and certificates of the matrix.
fn material() -> Folder {
    let (from, _) = matrix::folder();
    let folder = Folder::new();
    for key in KEYS.iter().chain(&["middle", "root", "other25519"]) {
        for end in ["pem", "crt"] {
            let name = format!("{key}.{end}");
            std::fs::copy(from.path(&name), folder.path(&name)).unwrap();
        }
    }
    folder
}

#[test]
fn keys_of_every_form_are_read_wherever_they_stand() {
    let folder = material();
    let mut script = String::new();
    let mut made = Vec::new();
    let traditional = TRADITIONAL.iter().map(|(name, arguments)| {
        let command = format!(
            "openssl pkey -in $key.pem -traditional {arguments} -passout pass:keypass -out $key.key"
        );
        (format!("traditional, {name}"), true, command)
    });
    let forms = FORMS
        .iter()
        .map(|&(form, sealed, command)| (form.to_owned(), sealed, command.to_owned()));
    for (number, (form, sealed, command)) in forms.chain(traditional).enumerate() {
        for key in KEYS {
            if key == "ed25519" && command.contains("-traditional") {
                continue;
            }
            // Every key in the two common forms, one key of each kind in the others.
            if number > 2 && ["rsa4096", "ec384", "leaf"].contains(&key) {
                continue;
            }
            let file = format!("{number}-{key}.pem");
            let command = command.replace("$key", key);
            // Before its certificate, after it, and between others.
            script.push_str(&format!(
                "{command}\ncat {key}.key {key}.crt middle.crt root.crt > first-{file}\n\
                 cat {key}.crt middle.crt {key}.key root.crt > middle-{file}\n\
                 cat root.crt other25519.crt middle.crt {key}.crt {key}.key > last-{file}\n"
            ));
            made.push((file, key, form.clone(), sealed));
        }
    }
    crate::tools::shell(folder.0.path(), &script, false);
    let provider = ring_provider();
    let (right, wrong) = (Password::new("keypass"), Password::new("other"));
    let certificate = |name: &str| {
        let store = Store::open(folder.path(&format!("{name}.crt")), None).unwrap();
        store.entries()[0].certificates()[0].clone()
    };
    let mut count = 0;
    for (file, key, form, sealed) in &made {
        let expected = match *key {
            "leaf" => vec![
                certificate("leaf"),
                certificate("middle"),
                certificate("root"),
            ],
            key => vec![certificate(key)],
        };
        for place in ["first", "middle", "last"] {
            let path = folder.path(&format!("{place}-{file}"));
            let what = format!("{place} {key} {form}");
            let open = |store: Option<&Password>, key: Option<&Password>| {
                Store::open(&path, store).unwrap().key(None, key, &provider)
            };
            for (store, key) in [
                (None, Some(&right)),
                (Some(&right), None),
                (Some(&wrong), Some(&right)),
            ] {
                let identity = open(store, key).unwrap_or_else(|error| panic!("{what}: {error}"));
                assert_eq!(identity.chain(), expected, "{what}");
            }
            let refusals = [
                open(None, None),
                open(Some(&wrong), None),
                open(Some(&right), Some(&wrong)),
            ];
            for (refusal, wanted) in
                refusals
                    .iter()
                    .zip(["PasswordRequired", "WrongKeyPassword", "WrongKeyPassword"])
            {
                match (sealed, refusal) {
                    (true, Err(error)) => {
                        let debug = format!("{error:?}");
                        assert!(
                            debug.starts_with(wanted) && debug.contains(file),
                            "{what}: {debug}"
                        );
                    }
                    (false, Ok(_)) => {}
                    _ => panic!("{what}: {refusal:?}"),
                }
            }
            count += 1;
        }
    }
    println!("{count} PEM files, each with six sets of passwords");
    assert_eq!(count, 198);
}

#[test]
fn other_sections_say_what_to_do() {
    let folder = material();
    let script = "
        openssl x509 -in root.crt -trustout -addtrust serverAuth -out trusted.pem
        openssl pkey -in ec256.pem -pubout -out public.pem
        openssl ecparam -name prime256v1 -out parameters.pem
        cat parameters.pem ec256.pem ec256.crt > with-parameters.pem
        openssl x509 -in root.crt -outform DER -out root.der
        sed 's/CERTIFICATE/X509 CERTIFICATE/' root.crt > old-label.pem
        openssl pkey -in rsa2048.pem -traditional -camellia128 -passout pass:keypass -out camellia.pem
        openssl pkcs8 -topk8 -v2 camellia-128-cbc -in rsa2048.pem -passout pass:keypass -out camellia8.pem
        cat camellia8.pem rsa2048.crt > camellia8.all
        (head -3 ec256.crt; cat ec256.pem) > cut.pem";
    crate::tools::shell(folder.0.path(), script, false);
    let password = Password::new("keypass");
    let open = |name: &str| Store::open(folder.path(name), Some(&password));
    for (name, text) in [
        (
            "trusted.pem",
            "PEM section `TRUSTED CERTIFICATE` (`openssl x509` makes a plain one of it) is not supported",
        ),
        ("public.pem", "PEM section `PUBLIC KEY` is not supported"),
        (
            "camellia.pem",
            "PEM encryption `CAMELLIA-128-CBC` is not supported",
        ),
        ("cut.pem", "is corrupt: PEM section `CERTIFICATE`"),
        ("root.der", "is not a JKS, JCEKS, PKCS12 or PEM store"),
    ] {
        let error = open(name).unwrap_err().to_string();
        assert!(error.contains(text) && error.contains(name), "{error}");
    }
    let provider = ring_provider();
    let error = open("camellia8.all")
        .unwrap()
        .key(None, None, &provider)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the encryption 1.2.392.200011.61.1.1.1.2 of the key `1` is not supported"),
        "{error}"
    );
    open("with-parameters.pem")
        .unwrap()
        .key(None, None, &provider)
        .unwrap();
    assert_eq!(open("old-label.pem").unwrap().entries().len(), 1);
    // `openssl x509` does what the error says.
    crate::tools::shell(
        folder.0.path(),
        "openssl x509 -in trusted.pem -out plain.pem",
        false,
    );
    open("plain.pem").unwrap().trust(None).unwrap();
}

/// A key that does not tell its public key.
#[derive(Debug)]
struct Silent(Arc<dyn SigningKey>);

impl SigningKey for Silent {
    fn choose_scheme(&self, offered: &[rustls::SignatureScheme]) -> Option<Box<dyn Signer>> {
        self.0.choose_scheme(offered)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }
}

#[derive(Debug)]
struct SilentKeys(&'static dyn KeyProvider);

impl KeyProvider for SilentKeys {
    fn load_private_key(
        &self,
        key: PrivateKeyDer<'static>,
    ) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        Ok(Arc::new(Silent(self.0.load_private_key(key)?)))
    }
}

#[test]
fn a_provider_that_cannot_tell_is_not_needed_for_it() {
    static SILENT: std::sync::OnceLock<SilentKeys> = std::sync::OnceLock::new();
    let ring = ring_provider();
    let key_provider = SILENT.get_or_init(|| SilentKeys(ring.key_provider));
    let silent = Arc::new(CryptoProvider {
        key_provider,
        ..(*ring).clone()
    });
    let folder = material();
    let text = |name: &str| std::fs::read_to_string(folder.path(name)).unwrap();
    let mut providers = vec![("ring", ring), ("silent", silent)];
    #[cfg(feature = "aws-lc-rs")]
    providers.push((
        "aws-lc-rs",
        Arc::new(rustls::crypto::aws_lc_rs::default_provider()),
    ));
    let mut count = 0;
    for (name, provider) in providers {
        for key in KEYS {
            for certificate in KEYS.iter().chain(&["other25519"]) {
                let pem = text(&format!("{key}.pem")) + &text(&format!("{certificate}.crt"));
                let result = Store::read(pem.as_bytes(), None)
                    .unwrap()
                    .key(None, None, &provider);
                match (key == *certificate, &result) {
                    (true, Ok(_)) | (false, Err(TlsError::KeyMismatch { .. })) => count += 1,
                    _ => panic!("{name}: {key} with {certificate}: {result:?}"),
                }
            }
        }
        // A key without its public half, completed from another's certificate.
        let sealed = Password::new("otherpass");
        let (java, _) = matrix::folder();
        for (store, ok) in [
            ("k-leaf.jks", true),
            ("k-ec384.jceks", true),
            ("api-mismatch.jks", false),
        ] {
            let password = if ok { Some(&sealed) } else { None };
            let store = Store::open(java.path(store), Some(&Password::new("storepass"))).unwrap();
            let alias = if ok { None } else { Some("ec") };
            let result = store.key(alias, password, &provider);
            match (ok, &result) {
                (true, Ok(_)) | (false, Err(TlsError::KeyMismatch { .. })) => count += 1,
                _ => panic!("{name}: {result:?}"),
            }
        }
    }
    println!("{count} keys with certificates");
}
