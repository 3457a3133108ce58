//! The stores, made once.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::Difference;
use crate::folder::Folder;
use crate::tools::missing;

/// A store, what opens it, and what tells it from others.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) made_by: &'static str,
    pub(crate) password: String,
    /// Where it is not that of the store.
    pub(crate) key_password: Option<String>,
    /// It holds a private key in the clear.
    pub(crate) plain_key: bool,
    /// Why Java cannot read it.
    pub(crate) beyond_java: Option<Difference>,
}

impl Made {
    fn new(name: impl Into<String>, made_by: &'static str) -> Self {
        Self {
            name: name.into(),
            made_by,
            password: "storepass".to_owned(),
            key_password: None,
            plain_key: false,
            beyond_java: None,
        }
    }

    pub(crate) fn is_pkcs12(&self) -> bool {
        !self.name.ends_with("jks") && !self.name.ends_with("jceks")
    }
}

const KEYS: [&str; 6] = ["rsa2048", "rsa4096", "ec256", "ec384", "ed25519", "leaf"];

/// Keys and certificates; the leaf has two authorities above it.
const MATERIAL: &str = r#"
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa2048.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out rsa4096.pem
for name in ec256 leaf middle root; do openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $name.pem; done
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out ec384.pem
for name in ed25519 other25519; do openssl genpkey -algorithm ED25519 -out $name.pem; done
for name in rsa2048 rsa4096 ec256 ec384 ed25519 other25519 root; do
  openssl req -x509 -new -key $name.pem -subj "/O=Matrix/CN=$name" -days 30 -out $name.crt
done
echo basicConstraints=CA:TRUE > authority.ext
echo subjectAltName=DNS:localhost > leaf.ext
openssl req -new -key middle.pem -subj /O=Matrix/CN=middle |
  openssl x509 -req -CA root.crt -CAkey root.pem -CAcreateserial -days 30 -extfile authority.ext -out middle.crt
openssl req -new -key leaf.pem -subj /O=Matrix/CN=leaf |
  openssl x509 -req -CA middle.crt -CAkey middle.pem -CAcreateserial -days 30 -extfile leaf.ext -out leaf.crt
cat middle.crt root.crt > authorities.crt
for name in rsa2048 ec256 ed25519 leaf; do openssl pkcs8 -topk8 -nocrypt -in $name.pem -outform DER -out $name.der; done
for name in rsa2048 rsa4096 ec256 ec384 ed25519; do cat $name.crt $name.pem > $name.all; done
cat leaf.pem leaf.crt authorities.crt > leaf.all
"#;

/// The arguments of `openssl pkcs12 -export` beyond the common ones, by the name of the store.
const BY_OPENSSL: &[(&str, &str, &str)] = &[
    (
        "default",
        "rsa2048 rsa4096 ec256 ec384 ed25519 leaf",
        "-name Key",
    ),
    (
        "legacy",
        "rsa2048 rsa4096 ec256 ec384 ed25519 leaf",
        "-legacy -name Key",
    ),
    ("nomac", "leaf", "-nomac"),
    ("open", "rsa2048 leaf", "-nomac -keypbe NONE -certpbe NONE"),
    ("clear", "ec256", "-keypbe NONE -certpbe NONE"),
    ("clearcerts", "leaf", "-certpbe NONE"),
    ("clearcertsnomac", "ec384", "-certpbe NONE -nomac"),
    ("clearkey", "ec256", "-keypbe NONE"),
    ("macsha1", "ec256", "-macalg sha1"),
    ("macsha224", "ec256", "-macalg sha224"),
    ("macsha384", "ec256", "-macalg sha384"),
    ("macsha512", "rsa2048", "-macalg sha512"),
    ("macsha512-224", "ec256", "-macalg sha512-224"),
    ("macsha512-256", "ec256", "-macalg sha512-256"),
    ("aes128", "leaf", "-keypbe AES-128-CBC -certpbe AES-192-CBC"),
    ("des", "ec256", "-legacy -descert"),
    (
        "2des",
        "ec256",
        "-legacy -keypbe PBE-SHA1-2DES -certpbe PBE-SHA1-2DES",
    ),
    (
        "rc2",
        "ed25519",
        "-legacy -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-RC2-40",
    ),
    (
        "rc4",
        "ec384",
        "-legacy -keypbe PBE-SHA1-RC4-128 -certpbe PBE-SHA1-RC4-40",
    ),
    ("iter1", "ec256", "-iter 1 -maciter"),
    ("foreignname", "ec256", "-name Schlüssel-İΣ-信"),
    ("nokey", "rsa2048", "-nokeys"),
    ("caname", "leaf", "-name node -caname Middle -caname Root"),
    ("onlyleaf", "leaf", "-clcerts"),
];

/// Lines for `keytool`, a tab between words.
fn by_keytool() -> (String, Vec<Made>) {
    let (mut script, mut made) = (String::new(), Vec::new());
    let mut line = |words: &str| {
        script.push_str(&words.replace(' ', "\t"));
        script.push('\n');
    };
    let legacy = "-J-Dkeystore.pkcs12.legacy";
    for (name, arguments) in [
        ("jks", "-deststoretype JKS -destkeypass otherpass"),
        ("jceks", "-deststoretype JCEKS -destkeypass otherpass"),
        ("p12", "-deststoretype PKCS12"),
        ("old.p12", &format!("-deststoretype PKCS12 {legacy}")),
    ] {
        for key in KEYS {
            let store = format!("k-{key}.{name}");
            line(&format!(
                "-importkeystore -noprompt -srckeystore o-default-{key}.p12 -srcstorepass storepass -destkeystore {store} \
                 -deststorepass storepass -srcalias key -destalias My-{key} {arguments}"
            ));
            let mut store = Made::new(store, "keytool -importkeystore");
            store.key_password = arguments
                .contains("otherpass")
                .then(|| "otherpass".to_owned());
            made.push(store);
        }
        let trust = format!("t-trust.{name}");
        let store_type = arguments
            .replace("dest", "")
            .replace("-keypass otherpass", "");
        for alias in ["Root", "middle"] {
            let file = alias.to_lowercase();
            line(&format!(
                "-importcert -noprompt -alias {alias} -file {file}.crt -keystore {trust} -storepass storepass {store_type}"
            ));
        }
        made.push(Made::new(trust, "keytool -importcert"));
    }
    let p12 = "-J-Dkeystore.pkcs12.";
    for (name, how) in [
        ("genec", "-keyalg EC -storetype PKCS12".to_owned()),
        ("genrsa", "-keyalg RSA -storetype PKCS12".to_owned()),
        ("gened", "-keyalg Ed25519 -storetype PKCS12".to_owned()),
        (
            "genjks",
            "-keyalg EC -groupname secp384r1 -keypass storepass -storetype JKS".to_owned(),
        ),
        (
            "keypass",
            "-keyalg EC -keypass otherpass -storetype PKCS12".to_owned(),
        ),
        ("mac1", format!("-keyalg EC {p12}macAlgorithm=HmacPBESHA1")),
        (
            "mac224",
            format!("-keyalg EC {p12}macAlgorithm=HmacPBESHA224"),
        ),
        (
            "mac384",
            format!("-keyalg EC {p12}macAlgorithm=HmacPBESHA384"),
        ),
        (
            "mac512",
            format!("-keyalg EC {p12}macAlgorithm=HmacPBESHA512"),
        ),
        ("nomac", format!("-keyalg EC {p12}macAlgorithm=NONE")),
        (
            "clear",
            format!("-keyalg EC {p12}macAlgorithm=NONE {p12}certProtectionAlgorithm=NONE"),
        ),
        (
            "clearmac",
            format!("-keyalg EC {p12}certProtectionAlgorithm=NONE"),
        ),
        (
            "many",
            format!("-keyalg EC {p12}certPbeIterationCount=100000 {p12}keyPbeIterationCount=50000"),
        ),
        (
            "sha1prf",
            format!(
                "-keyalg EC {p12}certProtectionAlgorithm=PBEWithHmacSHA1AndAES_128 {p12}keyProtectionAlgorithm=PBEWithHmacSHA1AndAES_256"
            ),
        ),
        (
            "sha224prf",
            format!(
                "-keyalg EC {p12}certProtectionAlgorithm=PBEWithHmacSHA224AndAES_128 {p12}keyProtectionAlgorithm=PBEWithHmacSHA384AndAES_256"
            ),
        ),
        (
            "sha512prf",
            format!(
                "-keyalg EC {p12}certProtectionAlgorithm=PBEWithHmacSHA512AndAES_256 {p12}keyProtectionAlgorithm=PBEWithHmacSHA512AndAES_128"
            ),
        ),
        (
            "rc4",
            format!(
                "-keyalg EC {p12}certProtectionAlgorithm=PBEWithSHA1AndRC4_40 {p12}keyProtectionAlgorithm=PBEWithSHA1AndRC4_128"
            ),
        ),
        (
            "rc2",
            format!(
                "-keyalg EC {p12}certProtectionAlgorithm=PBEWithSHA1AndRC2_128 {p12}keyProtectionAlgorithm=PBEWithSHA1AndRC2_40"
            ),
        ),
    ] {
        let end = if name == "genjks" { "jks" } else { "p12" };
        line(&format!(
            "-genkeypair -alias Mixed-Case -dname CN={name} -keystore g-{name}.{end} -storepass storepass {how}"
        ));
        made.push(Made::new(format!("g-{name}.{end}"), "keytool -genkeypair"));
    }
    for (store_type, end) in [("JKS", "jks"), ("JCEKS", "jceks"), ("PKCS12", "p12")] {
        for alias in ["One", "Two", "three"] {
            line(&format!(
                "-genkeypair -alias {alias} -keyalg EC -dname CN={alias} -keystore s-several.{end} -storepass storepass -keypass storepass -storetype {store_type}"
            ));
        }
        made.push(Made::new(format!("s-several.{end}"), "keytool -genkeypair"));
    }
    for end in ["jceks", "p12"] {
        let store_type = if end == "p12" { "PKCS12" } else { "JCEKS" };
        let store = format!("s-secret.{end}");
        line(&format!(
            "-genseckey -alias secret -keyalg AES -keysize 256 -keystore {store} -storepass storepass -keypass storepass -storetype {store_type}"
        ));
        line(&format!(
            "-importcert -noprompt -alias after -file root.crt -keystore {store} -storepass storepass -storetype {store_type}"
        ));
        made.push(Made::new(store, "keytool -genseckey"));
    }
    (script, made)
}

fn by_the_api() -> Vec<Made> {
    let mut made = Vec::new();
    let names = [
        "keypass", "empty", "null", "nullold", "foreign", "secret", "disorder", "gap", "mismatch",
    ];
    for end in ["jks", "jceks", "pkcs12"] {
        for name in names {
            match (name, end) {
                ("secret", "jks")
                | ("disorder" | "gap", "pkcs12")
                | ("null" | "nullold", "jks" | "jceks") => continue,
                _ => {}
            }
            let mut store = Made::new(format!("api-{name}.{end}"), "java.security.KeyStore");
            match name {
                "keypass" => store.key_password = Some("otherpass".to_owned()),
                "empty" | "null" | "nullold" => store.password = String::new(),
                "foreign" if end != "pkcs12" => {
                    store.password = "schlüssel€🔑".to_owned();
                    store.key_password = (end == "jceks").then(|| "storepass".to_owned());
                }
                _ => {}
            }
            made.push(store);
        }
    }
    made
}

/// The folder with all of it, and the list.
pub(crate) fn folder() -> (&'static Folder, Vec<Made>) {
    static FOLDER: OnceLock<(Folder, Vec<Made>)> = OnceLock::new();
    let (folder, made) = FOLDER.get_or_init(make);
    (folder, made.clone())
}

fn make() -> (Folder, Vec<Made>) {
    let mut script = MATERIAL.to_owned();
    let mut made = Vec::new();
    for (name, keys, arguments) in BY_OPENSSL {
        for key in keys.split(' ') {
            let store = format!("o-{name}-{key}.p12");
            script.push_str(&format!(
                "openssl pkcs12 -export -in {key}.all -passout pass:storepass {arguments} -out {store}\n"
            ));
            let mut store = Made::new(store, "openssl");
            store.plain_key = ["open", "clear", "clearkey"].contains(name);
            store.beyond_java = ["aes128", "2des"]
                .contains(name)
                .then_some(Difference::MoreCiphers);
            made.push(store);
        }
    }
    for (name, password, arguments) in [
        ("empty", "", ""),
        ("emptyold", "", "-legacy"),
        ("emptynomac", "", "-nomac"),
        ("foreign", "schlüssel€🔑", ""),
        ("foreignold", "schlüssel€", "-legacy"),
    ] {
        let store = format!("o-{name}.p12");
        script.push_str(&format!(
            "openssl pkcs12 -export -in leaf.all -passout 'pass:{password}' {arguments} -out {store}\n"
        ));
        let mut store = Made::new(store, "openssl");
        store.password = password.to_owned();
        made.push(store);
    }
    // Asked for on a terminal, or without one from the standard input: the password of the MAC, that of what is inside.
    script.push_str(
        "printf 'storepass\\nstorepass\\notherpass\\notherpass\\n' |
           setsid openssl pkcs12 -export -twopass -in leaf.all -certpbe NONE -out o-twopass.p12\n",
    );
    let mut store = Made::new("o-twopass.p12", "openssl");
    store.key_password = Some("otherpass".to_owned());
    made.push(store);

    let folder = Folder::with(&script, false);
    let (lines, by_keytool) = by_keytool();
    made.extend(by_keytool);
    let path = folder.0.path();
    std::thread::scope(|scope| {
        scope.spawn(|| stores_java(path, &["keytool"], &lines));
        stores_java(path, &["write", "."], "");
    });
    made.extend(by_the_api());
    for name in [
        "o-default-leaf.p12",
        "o-legacy-rsa2048.p12",
        "k-leaf.p12",
        "t-trust.p12",
        "o-open-leaf.p12",
    ] {
        let der = std::fs::read(folder.path(name)).unwrap();
        let store = format!("ber-{name}");
        std::fs::write(folder.path(&store), ber(&der)).unwrap();
        let mut store = Made::new(store, "BER");
        store.plain_key = name.contains("open");
        store.beyond_java =
            (["k-leaf.p12", "t-trust.p12"].contains(&name)).then_some(Difference::UntoldLengths);
        made.push(store);
    }
    (folder, made)
}

/// The same file with lengths that are not told and strings in pieces, as NSS and Bouncy Castle write it.
fn ber(der: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = der;
    while let [tag, first, tail @ ..] = rest {
        let digits = if *first < 0x80 {
            0
        } else {
            usize::from(first & 0x7f)
        };
        let len = match digits {
            0 => usize::from(*first),
            _ => tail[..digits]
                .iter()
                .fold(0, |len, digit| len << 8 | usize::from(*digit)),
        };
        let (content, after) = tail[digits..].split_at(len);
        let pieces = || {
            content.chunks(1000).flat_map(|piece| {
                let len = u16::try_from(piece.len()).unwrap().to_be_bytes();
                [&[4, 0x82], &len[..], piece].concat()
            })
        };
        match tag {
            0x30 | 0xa0 => out.extend([&[*tag, 0x80], &ber(content)[..], &[0, 0]].concat()),
            // The content of a safe, itself BER, and the ciphertext of one.
            0x04 if len > 300 => out.extend([0x24, 0x80].into_iter().chain(pieces()).chain([0, 0])),
            0x80 => out.extend([0xa0, 0x80].into_iter().chain(pieces()).chain([0, 0])),
            _ => out.extend(&rest[..rest.len() - after.len()]),
        }
        rest = after;
    }
    out
}

/// What the program in `tests/java` prints.
pub(crate) fn stores_java(folder: &Path, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("java")
        .args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"])
        // The fewest that Java lets one ask for: the default, 200000, takes a second for each key.
        .arg("-Djdk.jceks.iterationCount=10000")
        .args([
            "--add-exports",
            "java.base/sun.security.tools.keytool=ALL-UNNAMED",
        ])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/Stores.java"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}", missing("java", &error)));
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // It answers while it is asked.
        scope.spawn(move || stdin.write_all(input.as_bytes()).unwrap());
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{arguments:?}: {errors}{said}");
        said.into_owned()
    })
}
