//! `hdfs dfs -setfacl` and `-getfacl` (`AclCommands`, `CommandFormat`): options, spec, path, in this order.

use super::{CommandError, Getfacl, Setfacl, SymbolicLinks, one_path};
use crate::acl::{AclChange, AclSpec, Dialect, MaskUpdate};

/// Takes the options from the front; `--` or the first other word ends them.
fn options<'a>(
    words: impl Iterator<Item = &'a str>,
    known: &[&'static str],
) -> Result<(Vec<&'static str>, Vec<&'a str>), CommandError> {
    let mut words = words.peekable();
    let mut given = Vec::new();
    while let Some(word) = words.next_if(|word| word.starts_with('-') && *word != "-") {
        if word == "--" {
            break;
        }
        let option = known.iter().find(|known| **known == word).ok_or_else(|| {
            let option = word.to_owned();
            CommandError::UnknownOption { option }
        })?;
        if !given.contains(option) {
            given.push(*option);
        }
    }
    Ok((given, words.collect()))
}

pub(super) fn setfacl<'a>(
    words: impl Iterator<Item = &'a str>,
    dialect: &Dialect,
) -> Result<Setfacl, CommandError> {
    let (mut given, words) = options(words, &["-R", "-b", "-k", "-m", "-x", "--set"])?;
    let recursive = given.contains(&"-R");
    given.retain(|option| *option != "-R");
    let mut words = words.into_iter();
    let mut spec = |option: &str| {
        words.next().ok_or_else(|| CommandError::Incomplete {
            option: option.to_owned(),
            expected: "an ACL spec",
        })
    };
    let change = match given.as_slice() {
        [] => {
            let expected = "-b, -k, -m, -x, --set";
            return Err(CommandError::NoAction { expected });
        }
        ["-b"] => AclChange::RemoveAll,
        ["-k"] => AclChange::RemoveDefault,
        [m @ "-m"] => AclChange::Modify(AclSpec::parse(spec(m)?, dialect)?),
        [x @ "-x"] => AclChange::Remove(AclSpec::parse_removal(spec(x)?, dialect)?),
        [set] => AclChange::Set(AclSpec::parse(spec(set)?, dialect)?),
        several => {
            let actions = several.join(", ");
            return Err(CommandError::SeveralActions { actions });
        }
    };
    Ok(Setfacl {
        changes: vec![change],
        mask: MaskUpdate::Usual,
        recursive,
        links: SymbolicLinks::default(),
        paths: one_path(words)?,
    })
}

pub(super) fn getfacl<'a>(words: impl Iterator<Item = &'a str>) -> Result<Getfacl, CommandError> {
    let (given, words) = options(words, &["-R"])?;
    Ok(Getfacl {
        recursive: !given.is_empty(),
        links: SymbolicLinks::default(),
        paths: one_path(words.into_iter())?,
    })
}
