//! Stores of every kind by the real tools, read by Java and by us: what Java reads we read, what it refuses we refuse.

mod making;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use bailiwick::tls::{Password, Store, StoreType, TlsError, ring_provider};
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};

pub(crate) use self::making::{Made, folder, stores_java};

/// What a reader makes of a store: that it is refused, and how; or alias, kind and certificates of its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Read {
    Refused(String),
    Entries(BTreeSet<Row>),
}

type Row = (String, String, Vec<String>);

/// Where we do something else than Java, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    /// Without a password Java passes over what is encrypted in PKCS12, and gives an empty or half a store. We ask for
    /// the password: nobody wants to trust nobody by mistake.
    SilentlyEmpty,
    /// In PKCS12 a wrong key password is forgiven if the store password opens the key. Java's tools cannot write a
    /// store that needs another, and settings that repeat some key password are common.
    KeyPasswordForgiven,
    /// Java knows only ASCII passwords in PKCS12, OpenSSL any.
    ForeignPassword,
    /// Java passes over a private key in the clear, which `openssl pkcs12 -keypbe NONE` writes.
    PlainKey,
    /// Java shows secret keys. TLS has no use for them.
    SecretKey,
    /// The certificate of a key is found wherever it stands among its certificates; Java takes the first.
    ChainRepaired,
    /// Java does not know AES-192 and two-key 3DES in PKCS12.
    MoreCiphers,
    /// Java's converter of untold lengths gives up on some files that OpenSSL reads.
    UntoldLengths,
}

#[test]
fn java_and_we_read_the_same() {
    let (folder, made) = folder();
    let mut questions = String::new();
    let mut asked = Vec::new();
    for store in &made {
        // The right passwords; another store password; none; another key password.
        let key = store.key_password.as_deref();
        let right = Some(store.password.as_str());
        for (password, key_password) in [
            (right, key),
            (Some("wrongpass"), key),
            (None, key),
            (None, None),
            (right, Some("wrongpass")),
            (right, None),
        ] {
            let field = |password: Option<&str>| {
                password.map_or_else(|| "-".to_owned(), |password| format!("={password}"))
            };
            let path = folder.path(&store.name);
            let (password_field, key_field) = (field(password), field(key_password));
            writeln!(
                questions,
                "{}\t{password_field}\t{key_field}",
                path.display()
            )
            .unwrap();
            asked.push((store, password, key_password));
        }
    }
    let answers = java_answers(&stores_java(folder.0.path(), &["list"], &questions));
    assert_eq!(answers.len(), asked.len());

    let mut differences: BTreeMap<Difference, usize> = BTreeMap::new();
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let (mut same, mut failures) = (0, Vec::new());
    for ((store, password, key_password), java) in asked.iter().zip(answers) {
        let ours = ours(&folder.path(&store.name), *password, *key_password);
        if let Read::Refused(how) = &ours {
            *refused.entry(how.clone()).or_default() += 1;
        }
        let all = explained(store, *password, *key_password, &java, &ours);
        match all {
            Some(explained) => {
                same += usize::from(explained.is_empty());
                for difference in explained {
                    *differences.entry(difference).or_default() += 1;
                }
            }
            None => failures.push(format!(
                "{} {password:?} {key_password:?}\n  Java: {java:?}\n  ours: {ours:?}",
                store.name
            )),
        }
    }
    let types: BTreeSet<&str> = made.iter().map(|store| store.made_by).collect();
    println!(
        "{} stores by {types:?}, {} questions: {same} answered as Java does, the others differ as listed: {differences:?}; \
         refused by us: {refused:?}",
        made.len(),
        asked.len()
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(made.len() >= 40);
    assert_eq!(differences.len(), 8, "each listed difference is seen");
}

/// The differences that turn Java's answer into ours; nothing if none do.
fn explained(
    store: &Made,
    password: Option<&str>,
    key_password: Option<&str>,
    java: &Read,
    ours: &Read,
) -> Option<BTreeSet<Difference>> {
    let pkcs12 = store.is_pkcs12();
    let mut seen = BTreeSet::new();
    let right = password == Some(&store.password);
    let (java, ours) = match (java, ours) {
        (Read::Refused(_), ours) if store.beyond_java.is_some() => {
            let sound = match ours {
                Read::Entries(rows) => {
                    let opened = |row: &Row| ["key its", "trusted"].contains(&row.1.as_str());
                    right && !rows.is_empty() && rows.iter().all(opened)
                }
                Read::Refused(how) => how == expected_refusal(password),
            };
            return sound.then(|| store.beyond_java.into_iter().collect());
        }
        (Read::Refused(java), Read::Refused(ours)) => {
            return (java == ours).then_some(seen);
        }
        (Read::Refused(java), Read::Entries(_)) => {
            let foreign = pkcs12 && !store.password.is_ascii() && right;
            return (foreign && java == "WrongStorePassword")
                .then_some([Difference::ForeignPassword].into());
        }
        (Read::Entries(_), Read::Refused(ours)) => {
            return (pkcs12 && password.is_none() && ours == "PasswordRequired")
                .then_some([Difference::SilentlyEmpty].into());
        }
        (Read::Entries(java), Read::Entries(ours)) => (java, ours),
    };
    let mut expected = java.clone();
    for row @ (alias, kind, chain) in java {
        match kind.as_str() {
            "secret" => {
                seen.insert(Difference::SecretKey);
                expected.remove(row);
            }
            // Whether Java's key fits the first certificate, or has none.
            "key other" | "key alone" => {
                let found = (alias.clone(), "key found".to_owned(), chain.clone());
                if ours.contains(&found) {
                    seen.insert(Difference::ChainRepaired);
                    expected.remove(row);
                    expected.insert(found);
                }
            }
            "key sealed" if pkcs12 && key_password.is_some() && right => {
                // If the store password does not open it either, it stays sealed.
                for kind in ["key its", "key other", "key found"] {
                    let opened = (alias.clone(), kind.to_owned(), chain.clone());
                    if ours.contains(&opened) {
                        seen.insert(Difference::KeyPasswordForgiven);
                        expected.remove(row);
                        expected.insert(opened);
                    }
                }
            }
            _ => {}
        }
    }
    if store.plain_key {
        for row @ (_, kind, _) in ours {
            if kind == "key its" && expected.insert(row.clone()) {
                seen.insert(Difference::PlainKey);
            }
        }
    }
    (expected == *ours).then_some(seen)
}

fn expected_refusal(password: Option<&str>) -> &'static str {
    password.map_or("PasswordRequired", |_| "WrongStorePassword")
}

fn java_answers(text: &str) -> Vec<Read> {
    let mut answers: Vec<Read> = Vec::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        match (fields[0], answers.last_mut()) {
            ("store", _) => answers.push(Read::Entries(BTreeSet::new())),
            ("password", Some(answer)) => *answer = Read::Refused("WrongStorePassword".to_owned()),
            ("corrupt", Some(answer)) => *answer = Read::Refused(format!("corrupt: {}", fields[1])),
            ("entry", Some(Read::Entries(rows))) => {
                let chain = fields[3..].iter().map(|&hash| hash.to_owned()).collect();
                let alias = String::from_utf8(unhex(fields[1])).unwrap();
                rows.insert((alias, fields[2].to_owned(), chain));
            }
            _ => panic!("{line}"),
        }
    }
    answers
}

fn ours(path: &Path, password: Option<&str>, key_password: Option<&str>) -> Read {
    let (password, key_password) = (password.map(Password::new), key_password.map(Password::new));
    let store = match Store::open(path, password.as_ref()) {
        Ok(store) => store,
        Err(error) => {
            assert!(
                error.to_string().contains(&path.display().to_string()),
                "{error}"
            );
            return Read::Refused(variant(&error));
        }
    };
    let rows = store.entries().iter().map(|entry| {
        let alias = entry.alias();
        let kind = if entry.is_key() {
            match store.key(Some(alias), key_password.as_ref(), &ring_provider()) {
                Ok(identity) => {
                    if identity.chain().first() == entry.certificates().first() {
                        "key its"
                    } else {
                        "key found"
                    }
                }
                Err(error) => {
                    let text = error.to_string();
                    assert!(text.contains(&path.display().to_string()), "{text}");
                    let name_told = text.contains(&format!("`{}`", alias.escape_debug()));
                    assert!(name_told || matches!(error, TlsError::PasswordRequired { .. }));
                    match error {
                        TlsError::KeyMismatch { .. } => "key other",
                        TlsError::WrongKeyPassword { .. } => "key sealed",
                        TlsError::PasswordRequired { .. } => "key none",
                        error => panic!("{}: {error:?}", path.display()),
                    }
                }
            }
        } else {
            "trusted"
        };
        let chain = entry.certificates().iter().map(hash).collect();
        (alias.to_lowercase(), kind.to_owned(), chain)
    });
    Read::Entries(rows.collect())
}

fn hash(certificate: &CertificateDer<'_>) -> String {
    let digest = Sha256::digest(certificate);
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// The name of an error's variant.
fn variant(error: &TlsError) -> String {
    let text = format!("{error:?}");
    text.split([' ', '{']).next().unwrap_or_default().to_owned()
}

#[test]
fn aliases_are_lowered_as_java_does() {
    // Every character by itself and after a letter, where a final sigma is another; not those that end a line.
    let characters = ('\u{20}'..=char::MAX)
        .filter(|c| !c.is_control() && !"\u{85}\u{2028}\u{2029}".contains(*c));
    let lines: String = characters.map(|c| format!("A{c}\n{c}A\n")).collect();
    let folder = crate::folder::Folder::new();
    let java = stores_java(folder.0.path(), &["lower"], &lines);
    let mut newer = BTreeSet::new();
    let mut count = 0;
    for (line, java) in lines.lines().zip(java.lines()) {
        count += 1;
        if line.to_lowercase() != java {
            newer.insert(line.replace('A', ""));
        }
    }
    println!("{count} aliases; lowered otherwise than Java 17 does, by a newer Unicode: {newer:?}");
    assert!(count > 2_000_000);
    // What Unicode 14 to 17 added; Java 17 has Unicode 13.
    let added = [
        '\u{1c89}'..='\u{1c89}',
        '\u{2c2f}'..='\u{2c2f}',
        '\u{a7c0}'..='\u{a7dc}',
        '\u{10570}'..='\u{10595}',
        '\u{10d50}'..='\u{10d65}',
        '\u{16ea0}'..='\u{16eb8}',
    ];
    for alias in &newer {
        let character = alias.chars().next().unwrap();
        assert!(
            added.iter().any(|added| added.contains(&character)),
            "{alias:?}"
        );
    }
}

#[test]
fn chains_are_put_in_order() {
    let (folder, _) = folder();
    let certificate = |name: &str| {
        let path = folder.path(&format!("{name}.crt"));
        Store::open(path, None).unwrap().entries()[0].certificates()[0].clone()
    };
    let chain = ["leaf", "middle", "root"].map(certificate);
    let password = Password::new("storepass");
    let identity = |name: &str| {
        let store = Store::open(folder.path(name), Some(&password)).unwrap();
        store.key(Some("KEY"), None, &ring_provider()).unwrap()
    };
    for name in ["api-disorder.jks", "api-disorder.jceks"] {
        assert_eq!(identity(name).chain(), chain, "{name}");
    }
    for name in ["api-gap.jks", "api-gap.jceks"] {
        assert_eq!(identity(name).chain(), &chain[..1], "{name}");
    }
    let store = Store::open(folder.path("api-disorder.jceks"), None).unwrap();
    assert_eq!(store.store_type(), StoreType::Jceks);
    assert_eq!(
        store.entries()[0].certificates()[0],
        chain[2],
        "as the file has it"
    );
}
