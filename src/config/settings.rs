//! Keys and values, each with its place.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::reference::{self, Style};
use super::{ConfigError, Origin, properties, xml, yaml};

/// The largest file that is read. The `core-default.xml` of Hadoop has 0.2 MiB.
const MAX_BYTES: usize = 1024 * 1024;

/// How a configuration file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `alluxio-site.properties`: the text form of `java.util.Properties`, in ISO 8859-1 as there. Of a key that stands
    /// twice the later counts. `${other.key}` is replaced by that key's value; one that does not exist, or a circle,
    /// is an error, as in Alluxio (`InstancedConfiguration`).
    Properties,
    /// `core-site.xml`, `ssl-server.xml`: Hadoop's XML (`org.apache.hadoop.conf.Configuration`). `${name}` is replaced by
    /// the variable of that name, or by that key's value, `${env.NAME}`, `${env.NAME-default}` and `${env.NAME:-default}`
    /// by the environment variable, at most 20 times; one that does not exist stays as it is. A document type, entities
    /// of one's own and `xi:include` are refused.
    HadoopXml,
    /// `flink-conf.yaml`: a line is `key: value`, and `#` begins a comment wherever it stands, even within a password, as
    /// in Flink (`GlobalConfiguration`). Where Flink logs a malformed line and goes on, it is an error here.
    FlinkConf,
    /// Flink's `config.yaml` (since 1.19): nested or flat maps with plain or quoted values of one line. Anything else of
    /// YAML is refused.
    FlinkYaml,
}

/// What configuration files say: keys with their values and places.
///
/// ```
/// use bailiwick::config::{Format, Settings};
///
/// let site = b"alluxio.home=/opt/alluxio\nalluxio.network.tls.keystore.path=${alluxio.home}/key.jks\n";
/// let settings = Settings::read("alluxio-site.properties", site, Format::Properties)?;
/// let key = "alluxio.network.tls.keystore.path";
/// assert_eq!(settings.get(key)?.as_deref(), Some("/opt/alluxio/key.jks"));
/// assert_eq!(settings.origin(key).unwrap().to_string(), "alluxio-site.properties:2");
/// # Ok::<(), bailiwick::config::ConfigError>(())
/// ```
#[derive(Clone, Default)]
pub struct Settings {
    entries: BTreeMap<String, Entry>,
    variables: BTreeMap<String, String>,
}

#[derive(Clone)]
struct Entry {
    /// Wiped when dropped: it may be a password.
    value: Zeroizing<String>,
    origin: Origin,
    style: Style,
    is_final: bool,
}

impl Settings {
    /// Reads a file of at most 1 MiB.
    ///
    /// # Errors
    /// Those of [`Settings::read`] and [`ConfigError::Io`]. All name the file.
    pub fn open(path: impl AsRef<Path>, format: Format) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let io = |source| ConfigError::Io {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(io)?;
        let size = file.metadata().map_err(io)?.len();
        // Room for all of it from the start: a vector that grows leaves copies of the passwords behind.
        let capacity = usize::try_from(size).unwrap_or(MAX_BYTES).min(MAX_BYTES) + 1;
        let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
        file.take(MAX_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(io)?;
        Self::read(&path.display().to_string(), &bytes, format)
    }

    /// Reads the content of a file. `name` is what messages call it.
    ///
    /// # Errors
    /// [`ConfigError::TooLarge`] and [`ConfigError::Syntax`].
    pub fn read(name: &str, bytes: &[u8], format: Format) -> Result<Self, ConfigError> {
        if bytes.len() > MAX_BYTES {
            return Err(ConfigError::TooLarge {
                file: name.to_owned(),
                limit: MAX_BYTES,
            });
        }
        let mut found = Found {
            file: name.into(),
            style: match format {
                Format::Properties => Style::Alluxio,
                Format::HadoopXml => Style::Hadoop,
                Format::FlinkConf | Format::FlinkYaml => Style::Literal,
            },
            settings: Self::default(),
        };
        match format {
            Format::Properties => properties::read(bytes, &mut found)?,
            Format::HadoopXml => xml::read(found.text(bytes)?, &mut found)?,
            Format::FlinkConf => yaml::read_flat(found.text(bytes)?, &mut found)?,
            Format::FlinkYaml => yaml::read_nested(found.text(bytes)?, &mut found)?,
        }
        Ok(found.settings)
    }

    /// Sets a key from the program, whatever a file said. The value is taken as it is.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let entry = Entry {
            value: Zeroizing::new(value.into()),
            origin: Origin::new(&"(set by the program)".into(), 0),
            style: Style::Literal,
            is_final: false,
        };
        self.entries.insert(key.into(), entry);
        self
    }

    /// Binds a name that values may refer to, as Java's system properties do for Hadoop: `user.home`, or `env.NAME` in
    /// place of the environment's. Without it `user.home` is the environment variable `HOME`.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// These settings with those of a file that is read after theirs. The later value counts, unless the earlier one is
    /// `final` (Hadoop).
    #[must_use]
    pub fn then(mut self, later: Self) -> Self {
        for (key, entry) in later.entries {
            self.insert(key, entry);
        }
        self.variables.extend(later.variables);
        self
    }

    /// The value of a key, with what it refers to put in.
    ///
    /// # Errors
    /// [`ConfigError::Reference`].
    pub fn get(&self, key: &str) -> Result<Option<String>, ConfigError> {
        Ok(self.value(key)?.map(|(value, _)| String::clone(&value)))
    }

    /// Where a key stands.
    #[must_use]
    pub fn origin(&self, key: &str) -> Option<&Origin> {
        Some(&self.entries.get(key)?.origin)
    }

    /// All keys, in alphabetical order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The value of a key with what it refers to put in, and its place.
    pub(super) fn value(
        &self,
        key: &str,
    ) -> Result<Option<(Zeroizing<String>, &Origin)>, ConfigError> {
        let Some(entry) = self.entries.get(key) else {
            return Ok(None);
        };
        let raw = |name: &str| Some(self.entries.get(name)?.value.as_str());
        match reference::expand(&entry.value, entry.style, &self.variables, &raw) {
            Ok(value) => Ok(Some((value, &entry.origin))),
            Err(broken) => Err(ConfigError::Reference {
                origin: entry.origin.clone(),
                key: key.to_owned(),
                reference: broken.reference,
                reason: broken.reason,
            }),
        }
    }

    fn insert(&mut self, key: String, entry: Entry) {
        if !self.entries.get(&key).is_some_and(|old| old.is_final) {
            self.entries.insert(key, entry);
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.entries.iter().map(|(key, entry)| (key, &entry.origin));
        f.debug_map().entries(places).finish()
    }
}

/// The settings of one file, while it is read.
pub(super) struct Found {
    file: Arc<str>,
    style: Style,
    settings: Settings,
}

impl Found {
    /// The content as text, without a byte order mark.
    fn text<'a>(&self, bytes: &'a [u8]) -> Result<&'a str, ConfigError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        str::from_utf8(bytes).map_err(|error| {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
            self.wrong(line, "not UTF-8 text")
        })
    }

    pub(super) fn add(&mut self, line: usize, key: String, value: Zeroizing<String>) {
        self.add_maybe_final(line, key, value, false);
    }

    pub(super) fn add_maybe_final(
        &mut self,
        line: usize,
        key: String,
        value: Zeroizing<String>,
        is_final: bool,
    ) {
        let entry = Entry {
            value,
            origin: self.origin(line),
            style: self.style,
            is_final,
        };
        self.settings.insert(key, entry);
    }

    /// The line in which a key stands already.
    pub(super) fn line_of(&self, key: &str) -> Option<usize> {
        Some(self.settings.origin(key)?.line())
    }

    pub(super) fn wrong(&self, line: usize, reason: impl Into<String>) -> ConfigError {
        ConfigError::Syntax {
            origin: self.origin(line),
            reason: reason.into(),
        }
    }

    fn origin(&self, line: usize) -> Origin {
        Origin::new(&self.file, line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_cannot_be_read() {
        let error = Settings::open("/nonexistent/core-site.xml", Format::HadoopXml).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot read `/nonexistent/core-site.xml`"
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.properties");
        let comment = |length: usize| format!("#{}", "x".repeat(length - 1));
        std::fs::write(&path, comment(MAX_BYTES)).unwrap();
        assert_eq!(
            Settings::open(&path, Format::Properties)
                .unwrap()
                .keys()
                .count(),
            0
        );
        std::fs::write(&path, comment(MAX_BYTES + 1)).unwrap();
        let error = Settings::open(&path, Format::Properties).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("a.properties` is larger than 1048576 bytes"),
            "{error}"
        );
        std::fs::write(&path, "a=b").unwrap();
        let settings = Settings::open(&path, Format::Properties).unwrap();
        assert_eq!(settings.get("a").unwrap().as_deref(), Some("b"));
        let text = |format| {
            Settings::read("f", b"\xef\xbb\xbf\na: 1\n\xff", format)
                .unwrap_err()
                .to_string()
        };
        for format in [Format::FlinkConf, Format::FlinkYaml, Format::HadoopXml] {
            assert_eq!(text(format), "f:3: not UTF-8 text");
        }
    }

    #[test]
    fn later_settings_and_variables_count() {
        let read = |text: &str| Settings::read("f", text.as_bytes(), Format::Properties).unwrap();
        let first = read("a=1\nb=${x}").with_variable("x", "first");
        let both = first.clone().then(read("a=2"));
        assert_eq!(both.get("a").unwrap().as_deref(), Some("2"));
        assert_eq!(both.get("b").unwrap().as_deref(), Some("first"));
        let both = first
            .then(Settings::default().with_variable("x", "second"))
            .with("a", "${x}");
        assert_eq!(
            both.get("a").unwrap().as_deref(),
            Some("${x}"),
            "a value of the program is literal"
        );
        assert_eq!(both.get("b").unwrap().as_deref(), Some("second"));
        assert_eq!(both.get("c").unwrap(), None);
        assert_eq!(
            both.origin("a").unwrap().to_string(),
            "(set by the program)"
        );
    }

    #[test]
    fn values_are_not_shown() {
        let settings = Settings::read("f", b"password=geheim", Format::Properties).unwrap();
        let shown = format!("{settings:?}");
        assert!(
            shown.contains("password") && !shown.contains("geheim"),
            "{shown}"
        );
    }
}
