//! `${name}` in values.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

/// Whose references a value may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// None: `$` is a character like others.
    Literal,
    /// `Configuration.substituteVars`.
    Hadoop,
    /// `InstancedConfiguration.lookupRecursively`.
    Alluxio,
}

/// A reference that cannot be followed.
pub(super) struct Broken {
    pub(super) reference: String,
    pub(super) reason: &'static str,
}

/// Hadoop's bound for the substitutions in one value (`Configuration.MAX_SUBST`). The depth of Alluxio's, where upstream has none.
const DEPTH: usize = 20;
/// In all for one value: a tree of references with a depth of 20 has no end.
const SUBSTITUTIONS: usize = 1000;
/// The longest value, in bytes.
const LENGTH: usize = 64 * 1024;

const TOO_DEEP: &str = "too many references one within another";
const TOO_LONG: &str = "the value gets too long";

/// Puts in what a value refers to. `raw` gives the value of another key as it was written.
pub(super) fn expand<'a>(
    text: &str,
    style: Style,
    variables: &'a BTreeMap<String, String>,
    raw: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<Zeroizing<String>, Broken> {
    match style {
        Style::Literal => Ok(Zeroizing::new(text.to_owned())),
        Style::Hadoop => hadoop(text, variables, raw),
        Style::Alluxio => {
            let bound = |name: &str| {
                variables
                    .get(name)
                    .map(String::as_str)
                    .or_else(|| raw(name))
            };
            let (mut open, mut substitutions) = (Vec::new(), 0);
            alluxio(text, &bound, &mut open, &mut substitutions)
        }
    }
}

fn hadoop<'a>(
    text: &str,
    variables: &'a BTreeMap<String, String>,
    raw: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<Zeroizing<String>, Broken> {
    let mut value = Zeroizing::new(text.to_owned());
    let mut last = String::new();
    for _ in 0..DEPTH {
        let Some((before, name, after)) = innermost(&value, |c| matches!(c, '$' | ' ')) else {
            return Ok(value);
        };
        let bound = variable(name, variables).or_else(|| raw(name).map(str::to_owned));
        let Some(bound) = bound.map(Zeroizing::new) else {
            return Ok(value);
        };
        if bound.contains(&format!("${{{name}}}")) {
            // In Hadoop as well a value that refers to itself stays as it is.
            return Ok(Zeroizing::new(text.to_owned()));
        }
        let replaced = join(before, &bound, after);
        if replaced.len() > LENGTH {
            return Err(broken(name, TOO_LONG));
        }
        name.clone_into(&mut last);
        value = replaced;
    }
    Err(broken(&last, TOO_DEEP))
}

/// What Hadoop finds outside its files: the environment, and Java's system properties.
fn variable(name: &str, variables: &BTreeMap<String, String>) -> Option<String> {
    let Some(rest) = name.strip_prefix("env.").filter(|rest| !rest.is_empty()) else {
        let home = || (name == "user.home").then(|| std::env::var("HOME").ok());
        return variables.get(name).cloned().or_else(|| home()?);
    };
    let environment = |name: &str| {
        let bound = variables.get(&format!("env.{name}")).cloned();
        bound.or_else(|| std::env::var(name).ok())
    };
    match rest.split_once('-') {
        None => environment(rest),
        Some((name, default)) => match name.strip_suffix(':') {
            Some(name) => environment(name).filter(|value| !value.is_empty()),
            None => environment(name),
        }
        .or_else(|| Some(default.to_owned())),
    }
}

fn alluxio<'a>(
    text: &str,
    bound: &dyn Fn(&str) -> Option<&'a str>,
    open: &mut Vec<String>,
    substitutions: &mut usize,
) -> Result<Zeroizing<String>, Broken> {
    let mut value = Zeroizing::new(String::new());
    let mut rest = text;
    while let Some((before, name, after)) = innermost(rest, |c| c == '{') {
        let name = name.trim();
        *substitutions += 1;
        if open.iter().any(|open| open == name) {
            return Err(broken(name, "a circle"));
        }
        if open.len() >= DEPTH || *substitutions > SUBSTITUTIONS {
            return Err(broken(name, TOO_DEEP));
        }
        let Some(inner) = bound(name) else {
            return Err(broken(name, "no such setting"));
        };
        open.push(name.to_owned());
        let inner = alluxio(inner, bound, open, substitutions)?;
        open.pop();
        value = join(&value, before, &inner);
        if value.len() > LENGTH {
            return Err(broken(name, TOO_LONG));
        }
        rest = after;
    }
    Ok(join(&value, rest, ""))
}

/// The first `${name}` whose name is not empty and holds neither `}` nor any of the excluded characters; with the text
/// before and after it.
fn innermost(text: &str, excluded: impl Fn(char) -> bool) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let (skipped, rest) = text.get(from..)?.split_once("${")?;
        let start = from + skipped.len();
        let end = rest.find(|c| c == '}' || excluded(c));
        match end.and_then(|end| rest.split_at_checked(end)) {
            Some((name, after)) if !name.is_empty() && after.starts_with('}') => {
                return Some((text.get(..start)?, name, after.get(1..)?));
            }
            _ => from = start + 1,
        }
    }
}

fn join(before: &str, middle: &str, after: &str) -> Zeroizing<String> {
    let length = before.len() + middle.len() + after.len();
    let mut joined = Zeroizing::new(String::with_capacity(length));
    for part in [before, middle, after] {
        joined.push_str(part);
    }
    joined
}

fn broken(reference: &str, reason: &'static str) -> Broken {
    Broken {
        reference: reference.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str, style: Style, bound: &[(&str, &str)]) -> Result<String, String> {
        let keys: BTreeMap<&str, &str> = bound.iter().copied().collect();
        let variables = [
            ("user.home", "/home/mapred"),
            ("env.SET", "x"),
            ("env.EMPTY", ""),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        match expand(text, style, &variables, &|name| keys.get(name).copied()) {
            Ok(value) => Ok(String::clone(&value)),
            Err(broken) => Err(format!("{}: {}", broken.reference, broken.reason)),
        }
    }

    /// A value `${k1}` with k1 = `${k2}` and so on, `depth` of them before the last.
    fn chain(depth: usize) -> Vec<(String, String)> {
        let mut chain: Vec<_> = (1..depth)
            .map(|i| (format!("k{i}"), format!("${{k{}}}", i + 1)))
            .collect();
        chain.push((format!("k{depth}"), "end".to_owned()));
        chain
    }

    #[test]
    fn as_hadoop_does() {
        let keys = [
            ("dir", "${user.home}/stores"),
            ("loop", "a${loop}"),
            ("a", "${b}"),
            ("b", "${a}"),
            ("which", "dir"),
            ("user.home", "never asked"),
        ];
        for (text, expected) in [
            ("plain", "plain"),
            ("${user.home}/key.jks", "/home/mapred/key.jks"),
            (
                "${dir}/a ${dir}/b",
                "/home/mapred/stores/a /home/mapred/stores/b",
            ),
            ("${${which}}/a", "/home/mapred/stores/a"),
            ("${env.SET}${env.SET-y}${env.SET:-y}", "xxx"),
            ("[${env.EMPTY}][${env.EMPTY-y}][${env.EMPTY:-y}]", "[][][y]"),
            (
                "${env.BAILIWICK_UNSET-a-b}${env.BAILIWICK_UNSET:-c}",
                "a-bc",
            ),
            ("${env.BAILIWICK_UNSET}", "${env.BAILIWICK_UNSET}"),
            ("${unknown}${dir}", "${unknown}${dir}"),
            ("x${loop}", "x${loop}"),
            (
                "$dir ${} ${not a name} ${dir",
                "$dir ${} ${not a name} ${dir",
            ),
            ("pa$${dir}", "pa$/home/mapred/stores"),
        ] {
            assert_eq!(
                expanded(text, Style::Hadoop, &keys).as_deref(),
                Ok(expected),
                "{text}"
            );
        }
        let circle = expanded("${a}", Style::Hadoop, &keys);
        assert_eq!(circle, Err(format!("b: {TOO_DEEP}")));
        for (depth, ok) in [(19, true), (20, false)] {
            let chain = chain(depth);
            let chain: Vec<_> = chain
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str()))
                .collect();
            assert_eq!(
                expanded("${k1}", Style::Hadoop, &chain).is_ok(),
                ok,
                "{depth}"
            );
        }
    }

    #[test]
    fn as_alluxio_does() {
        let keys = [
            ("home", "/opt"),
            ("conf", "${ home }/conf"),
            ("a", "${b}"),
            ("b", "-${a}"),
        ];
        for (text, expected) in [
            ("plain$ $x {y}", Ok("plain$ $x {y}")),
            ("${conf}/a:${conf}/b", Ok("/opt/conf/a:/opt/conf/b")),
            ("${unknown}", Err("unknown: no such setting")),
            ("${a}", Err("a: a circle")),
            ("${open", Ok("${open")),
        ] {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(expanded(text, Style::Alluxio, &keys), expected, "{text}");
        }
        for (depth, ok) in [(20, true), (21, false)] {
            let chain = chain(depth);
            let chain: Vec<_> = chain
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str()))
                .collect();
            assert_eq!(
                expanded("${k1}", Style::Alluxio, &chain).is_ok(),
                ok,
                "{depth}"
            );
        }
    }

    #[test]
    fn nothing_grows_without_bound() {
        let wide: Vec<_> = (0..15)
            .map(|i| (format!("k{i}"), format!("${{k{0}}}${{k{0}}}", i + 1)))
            .collect();
        let mut wide: Vec<_> = wide.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        wide.push(("k15", ""));
        let tree = expanded("${k0}", Style::Alluxio, &wide).unwrap_err();
        assert!(tree.ends_with(TOO_DEEP), "{tree}");
        let long = "x".repeat(LENGTH / 2 + 1);
        for style in [Style::Hadoop, Style::Alluxio] {
            let twice = expanded("${k}${k}", style, &[("k", &long)]);
            assert_eq!(twice, Err(format!("k: {TOO_LONG}")), "{style:?}");
        }
        let dollar = expanded("${k}${k}", Style::Literal, &[("k", &long)]);
        assert_eq!(dollar.as_deref(), Ok("${k}${k}"));
    }
}
