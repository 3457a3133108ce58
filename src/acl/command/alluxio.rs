//! `alluxio fs setfacl` and `getfacl` (`SetFaclCommand`, `GetFaclCommand`): options anywhere, one action, one path.

use super::{CommandError, Getfacl, Setfacl, SymbolicLinks, one_path};
use crate::acl::{AclChange, AclSpec, Dialect, MaskUpdate};

pub(super) fn setfacl<'a>(
    words: impl Iterator<Item = &'a str>,
    dialect: &Dialect,
) -> Result<Setfacl, CommandError> {
    let (mut default, mut recursive) = (false, false);
    let (mut actions, mut paths) = (Vec::new(), Vec::new());
    let mut words = words.fuse();
    while let Some(word) = words.next() {
        match word {
            "-d" => default = true,
            "-R" => recursive = true,
            "-b" | "-k" => actions.push((word, "")),
            "-m" | "-x" | "--set" => {
                let spec = words.next().ok_or_else(|| CommandError::Incomplete {
                    option: word.to_owned(),
                    expected: "an ACL spec",
                })?;
                actions.push((word, spec));
            }
            "--" => paths.extend(words.by_ref()),
            _ if word.starts_with('-') && word != "-" => {
                let option = word.to_owned();
                return Err(CommandError::UnknownOption { option });
            }
            path => paths.push(path),
        }
    }
    let scoped = |spec: AclSpec| match default {
        true => spec.into_default(),
        false => Ok(spec),
    };
    let change = match actions.as_slice() {
        [] => {
            let expected = "--set, -m, -x, -b, -k";
            return Err(CommandError::NoAction { expected });
        }
        [("--set", spec)] => AclChange::Set(scoped(AclSpec::parse(spec, dialect)?)?),
        [("-m", spec)] => AclChange::Modify(scoped(AclSpec::parse(spec, dialect)?)?),
        [("-x", spec)] => AclChange::Remove(scoped(AclSpec::parse_removal(spec, dialect)?)?),
        [("-b", _)] => AclChange::RemoveAll,
        [_] => AclChange::RemoveDefault,
        several => {
            let options: Vec<_> = several.iter().map(|(option, _)| *option).collect();
            let actions = options.join(", ");
            return Err(CommandError::SeveralActions { actions });
        }
    };
    Ok(Setfacl {
        changes: vec![change],
        mask: MaskUpdate::Usual,
        recursive,
        links: SymbolicLinks::default(),
        paths: one_path(paths.into_iter())?,
    })
}

pub(super) fn getfacl<'a>(words: impl Iterator<Item = &'a str>) -> Result<Getfacl, CommandError> {
    let mut words = words.peekable();
    if let Some(option) = words.next_if(|word| word.starts_with('-') && *word != "-") {
        let option = option.to_owned();
        return Err(CommandError::UnknownOption { option });
    }
    Ok(Getfacl {
        recursive: false,
        links: SymbolicLinks::default(),
        paths: one_path(words)?,
    })
}
