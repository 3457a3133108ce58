//! A folder with stores that keytool and openssl made, by the commands of the documentation.

use std::path::PathBuf;

use bailiwick::tls::{Identity, Password, Store, Trust, ring_provider};

use crate::tools::shell;

/// What the Alluxio documentation prints, with paths relative to the folder.
pub(crate) const SELF_SIGNED_PAIR: &str = r#"
keytool -genkeypair -alias key -keyalg RSA -keysize 2048 \
  -dname "CN=localhost, OU=Department, O=Company, L=City, ST=State, C=US" \
  -keystore keystore.jks -keypass keypass -storepass keypass

keytool -export -alias key -keystore keystore.jks \
  -storepass keypass -rfc -file selfsigned.cer

keytool -import -alias key -noprompt -file selfsigned.cer \
  -keystore truststore.jks -storepass trustpass
"#;

/// What the Flink documentation prints.
pub(crate) const TWO_NODES: &str = r#"
keytool -genkeypair -alias ca -keystore ca.keystore -dname "CN=Sample CA" -storepass password -keypass password -keyalg RSA -ext bc=ca:true
keytool -keystore ca.keystore -storepass password -alias ca -exportcert > ca.cer
keytool -importcert -keystore ca.truststore -alias ca -storepass password -noprompt -file ca.cer

keytool -genkeypair -alias node1 -keystore node1.keystore -dname "CN=node1.company.org" -ext SAN=dns:node1.company.org,ip:192.168.1.1 -storepass password -keypass password -keyalg RSA
keytool -certreq -keystore node1.keystore -storepass password -alias node1 -file node1.csr
keytool -gencert -keystore ca.keystore -storepass password -alias ca -ext SAN=dns:node1.company.org,ip:192.168.1.1 -infile node1.csr -outfile node1.cer
keytool -importcert -keystore node1.keystore -storepass password -file ca.cer -alias ca -noprompt
keytool -importcert -keystore node1.keystore -storepass password -file node1.cer -alias node1 -noprompt

keytool -genkeypair -alias node2 -keystore node2.keystore -dname "CN=node2.company.org" -ext SAN=dns:node2.company.org,ip:192.168.1.2 -storepass password -keypass password -keyalg RSA
keytool -certreq -keystore node2.keystore -storepass password -alias node2 -file node2.csr
keytool -gencert -keystore ca.keystore -storepass password -alias ca -ext SAN=dns:node2.company.org,ip:192.168.1.2 -infile node2.csr -outfile node2.cer
keytool -importcert -keystore node2.keystore -storepass password -file ca.cer -alias ca -noprompt
keytool -importcert -keystore node2.keystore -storepass password -file node2.cer -alias node2 -noprompt
"#;

pub(crate) struct Folder(pub(crate) tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn with(script: &str, jks: bool) -> Self {
        let folder = Self::new();
        shell(folder.0.path(), script, jks);
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    pub(crate) fn store(&self, name: &str, password: &str) -> Store {
        Store::open(self.path(name), Some(&Password::new(password))).unwrap()
    }

    pub(crate) fn identity(&self, name: &str, password: &str) -> Identity {
        self.store(name, password)
            .key(None, None, &ring_provider())
            .unwrap()
    }

    pub(crate) fn trust(&self, name: &str, password: &str) -> Trust {
        self.store(name, password).trust(None).unwrap()
    }
}

pub(crate) fn elliptic(script: &str) -> String {
    script
        .replace("-keyalg RSA -keysize 2048", "-keyalg EC")
        .replace("-keyalg RSA", "-keyalg EC")
}
