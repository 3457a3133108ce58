//! Each mistake has its own error.

use bailiwick::tls::{Password, Store, TlsError, ring_provider};

use crate::folder::Folder;

#[test]
fn each_mistake_has_its_own_error() {
    let folder = Folder::with(
        r#"
        for alias in Alpha beta; do
          keytool -genkeypair -alias $alias -keyalg EC -dname "CN=$alias" -keystore two.jks -keypass keypass -storepass storepass -storetype JKS
          keytool -genkeypair -alias $alias -keyalg EC -dname "CN=$alias" -keystore two.p12 -storepass storepass
        done
        keytool -exportcert -alias beta -keystore two.p12 -storepass storepass -rfc -file beta.pem
        keytool -importcert -alias only -noprompt -file beta.pem -keystore trust.jks -storepass storepass -storetype JKS
        keytool -importcert -alias only -noprompt -file beta.pem -keystore trust.p12 -storepass storepass
        keytool -genseckey -alias secret -keyalg AES -keysize 128 -keystore secret.jceks -storetype JCEKS -storepass storepass
        keytool -genkeypair -alias own -keyalg EC -dname CN=own -keystore own.jceks -storetype JCEKS -storepass storepass -keypass keypass
        openssl pkcs12 -in two.p12 -passin pass:storepass -nodes -nocerts -out keys.pem
        openssl pkcs12 -in two.p12 -passin pass:storepass -nokeys -out certificates.pem
        openssl pkcs12 -export -nokeys -in beta.pem -passout pass:storepass -out untrusted.p12
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.pem
        openssl genpkey -algorithm RSA -out rsa.pem
        openssl genpkey -algorithm ED448 -out ed448.pem
        cat beta.pem other.pem > mismatch-ec.pem
        cat beta.pem rsa.pem > mismatch-rsa.pem
        cat beta.pem ed448.pem > ed448-beta.pem
        (sed 's/^/ /' beta.pem; echo -----BEGIN CERTIFICATE-----; echo MAA=; echo -----END CERTIFICATE-----) > bad.pem
        "#,
        false,
    );
    let provider = ring_provider();
    let right = Password::new("storepass");
    let wrong = Password::new("other");
    let open = |name: &str, password| Store::open(folder.path(name), password);
    let jks = open("two.jks", Some(&right)).unwrap();
    let p12 = open("two.p12", Some(&right)).unwrap();
    let key = Password::new("keypass");
    macro_rules! refused {
        ($result:expr, $pattern:pat, $text:expr) => {
            let error = $result.expect_err("must be refused");
            assert!(matches!(error, $pattern), "{error:?}");
            let (text, dir) = (error.to_string(), folder.0.path().display().to_string());
            assert_eq!(text.replace(&format!("{dir}/"), ""), $text);
        };
    }
    let tampered = "or the file was tampered with";

    refused!(
        open("none.jks", None),
        TlsError::Io { .. },
        "cannot read `none.jks`"
    );
    for store in ["two.jks", "two.p12", "own.jceks"] {
        let text = format!("wrong store password for `{store}`, {tampered}");
        refused!(
            open(store, Some(&wrong)),
            TlsError::WrongStorePassword { .. },
            text
        );
    }
    refused!(
        open("two.p12", None),
        TlsError::PasswordRequired { .. },
        "`two.p12` needs a password"
    );
    refused!(
        open("secret.jceks", Some(&right))
            .unwrap()
            .key(None, None, &provider),
        TlsError::NoKey { .. },
        "`secret.jceks` holds no private key"
    );

    // Which key.
    for (name, store) in [("two.jks", &jks), ("two.p12", &p12)] {
        let mut aliases: Vec<_> = store
            .entries()
            .iter()
            .map(|entry| format!("`{}`", entry.alias()))
            .collect();
        let listed = aliases.join(", ");
        aliases.sort();
        assert_eq!(aliases, ["`alpha`", "`beta`"]);
        let text = format!("`{name}` holds several keys, name one of {listed}");
        refused!(
            store.key(None, Some(&key), &provider),
            TlsError::AmbiguousAlias { .. },
            text
        );
        let text = format!("`{name}` has no such entry `gamma`, only {listed}");
        refused!(
            store.key(Some("gamma"), Some(&key), &provider),
            TlsError::NoSuchAlias { .. },
            text
        );
        assert_eq!(
            store
                .key(Some("ALPHA"), Some(&key), &provider)
                .unwrap()
                .alias(),
            "alpha"
        );
    }
    let trust = open("trust.jks", None).unwrap();
    refused!(
        trust.key(None, None, &provider),
        TlsError::NoKey { .. },
        "`trust.jks` holds no private key"
    );
    let text = "`trust.jks` has no such entry `x`, only `only`";
    refused!(trust.trust(Some("x")), TlsError::NoSuchAlias { .. }, text);

    // The password of the key: JKS and JCEKS have one of its own, PKCS12 uses that of the store whatever is said.
    let own = open("own.jceks", Some(&right)).unwrap();
    refused!(
        own.key(None, None, &provider),
        TlsError::WrongKeyPassword { .. },
        "wrong key password for alias `own` of `own.jceks`"
    );
    own.key(None, Some(&key), &provider).unwrap();
    let text = "wrong key password for alias `beta` of `two.jks`";
    refused!(
        jks.key(Some("beta"), Some(&wrong), &provider),
        TlsError::WrongKeyPassword { .. },
        text
    );
    refused!(
        jks.key(Some("beta"), None, &provider),
        TlsError::WrongKeyPassword { .. },
        text
    );
    p12.key(Some("beta"), Some(&wrong), &provider).unwrap();
    let unchecked = open("two.jks", None).unwrap();
    unchecked.key(Some("beta"), Some(&key), &provider).unwrap();
    let text = "`two.jks` needs a password";
    refused!(
        unchecked.key(Some("beta"), None, &provider),
        TlsError::PasswordRequired { .. },
        text
    );

    // Keys and certificates that do not belong together.
    for name in ["mismatch-ec.pem", "mismatch-rsa.pem"] {
        let text = format!("the key `1` of `{name}` does not match its certificate");
        refused!(
            open(name, None).unwrap().key(None, None, &provider),
            TlsError::KeyMismatch { .. },
            text
        );
    }
    let unknown = open("ed448-beta.pem", None)
        .unwrap()
        .key(None, None, &provider);
    assert!(
        matches!(unknown, Err(TlsError::BadKey { .. })),
        "{unknown:?}"
    );
    let lonely = open("other.pem", None).unwrap().key(None, None, &provider);
    assert!(
        matches!(lonely, Err(TlsError::BadCertificate { .. })),
        "{lonely:?}"
    );
    let text = "`keys.pem`: a PEM file with several private keys is not supported";
    refused!(open("keys.pem", None), TlsError::Unsupported { .. }, text);

    // Nothing to trust.
    refused!(
        open("untrusted.p12", Some(&right)).unwrap().trust(None),
        TlsError::NoTrusted { .. },
        "`untrusted.p12` holds no trusted certificate"
    );
    let text = "the certificate `1` of `bad.pem` cannot be used: not an X.509 certificate";
    refused!(
        open("bad.pem", None).unwrap().trust(None),
        TlsError::BadCertificate { .. },
        text
    );
    assert_eq!(open("certificates.pem", None).unwrap().entries().len(), 2);

    // Damage.
    for name in ["two.jks", "two.p12", "beta.pem"] {
        let bytes = std::fs::read(folder.path(name)).unwrap();
        std::fs::write(folder.path("damaged"), &bytes[..bytes.len() - 30]).unwrap();
        let error = open("damaged", Some(&right)).unwrap_err();
        assert!(matches!(error, TlsError::Corrupt { .. }), "{name}: {error}");
        assert!(
            error.to_string().contains("damaged` is corrupt: "),
            "{error}"
        );
    }
    let mut bytes = std::fs::read(folder.path("trust.jks")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    assert!(matches!(
        Store::read(&bytes, Some(&right)),
        Err(TlsError::WrongStorePassword { .. })
    ));
    Store::read(&bytes, None).expect("without a password there is no integrity check");
    std::fs::write(folder.path("huge"), vec![0x30; 8 * 1024 * 1024 + 1]).unwrap();
    refused!(
        open("huge", None),
        TlsError::TooLarge { .. },
        "`huge` is larger than 8388608 bytes"
    );
    assert!(matches!(
        Store::read(&[], None),
        Err(TlsError::UnknownFormat { .. })
    ));

    // Nothing secret in what people log.
    let debug = format!(
        "{jks:?} {p12:?} {:?} {right:?}",
        p12.key(Some("beta"), None, &provider).unwrap()
    );
    assert!(!debug.contains("storepass") && debug.len() < 500, "{debug}");
}
