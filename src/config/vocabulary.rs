//! Keys that do not exist.

use std::cmp::Reverse;

use super::{ConfigError, Settings};

/// A longer key is nothing that somebody misspelt.
const LONGEST: usize = 100;

/// Each key that lies in one of the name spaces has to be one of the known.
pub(super) fn check(
    settings: &Settings,
    spaces: &[&str],
    known: &[&'static str],
) -> Result<(), ConfigError> {
    let unknown = settings
        .keys()
        .filter(|key| spaces.iter().any(|space| key.starts_with(space)) && !known.contains(key))
        .filter_map(|key| Some((key, settings.origin(key)?)))
        .min_by_key(|(_, origin)| (origin.file().to_owned(), origin.line()));
    let Some((key, origin)) = unknown else {
        return Ok(());
    };
    let nearest = known
        .iter()
        .filter(|_| key.len() <= LONGEST)
        .min_by_key(|known| (distance(key, known), Reverse(known.len())));
    Err(ConfigError::UnknownKey {
        origin: origin.clone(),
        key: key.to_owned(),
        nearest: nearest.copied(),
    })
}

/// How many bytes to insert, remove or replace (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (above, b) in row.iter_mut().skip(1).zip(other.bytes()) {
            let replaced = diagonal + usize::from(a != b);
            diagonal = *above;
            left = replaced.min(*above + 1).min(left + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("kitten", "sitting", 3),
            ("keystore.pasword", "keystore.password", 1),
            ("flaw", "lawn", 2),
        ] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn the_first_in_the_file_is_named_with_its_nearest() {
        let text = b"x.a=1\nx.zz=1\nx.bb=2\ny.z=3\nxx=4\n";
        let settings = Settings::read("f", text, crate::config::Format::Properties).unwrap();
        let message = |spaces: &[&str], known: &[&'static str]| {
            check(&settings, spaces, known).map_err(|error| error.to_string())
        };
        let error = message(&["x."], &["x.a", "x.b", "x.z"]).unwrap_err();
        assert_eq!(
            error,
            "f:2: there is no setting `x.zz`, did you mean `x.z`?"
        );
        assert_eq!(
            message(&["x.", "y."], &["x.a", "x.bb", "x.zz", "y.z"]),
            Ok(())
        );
        let long = Settings::default().with(format!("x.{}", "a".repeat(LONGEST)), "");
        let error = check(&long, &["x."], &["x.a"]).unwrap_err().to_string();
        assert!(error.ends_with("a`"), "{error}");
    }
}
