//! `alluxio fs setfacl` and `getfacl` (`SetFaclCommand`, `GetFaclCommand`): options anywhere, one action, one path.

use super::{CommandError, Getfacl, Setfacl, SymbolicLinks, one_path};
use crate::acl::{AclChange, AclSpec, Dialect, MaskUpdate};

pub(super) fn setfacl<'a>(
    words: impl Iterator<Item = &'a str>,
    dialect: &Dialect,
) -> Result<Setfacl, CommandError> {
    let (mut default, mut recursive) = (false, false);
    // Upstream's order, in which its error names them.
    let mut actions = [
        ("set", None),
        ("m", None),
        ("x", None),
        ("b", None),
        ("k", None),
    ];
    let mut paths = Vec::new();
    let mut words = words.fuse();
    while let Some(word) = words.next() {
        let option = match word {
            "-d" => {
                default = true;
                continue;
            }
            "-R" => {
                recursive = true;
                continue;
            }
            "--set" => "set",
            "-m" => "m",
            "-x" => "x",
            "-b" => "b",
            "-k" => "k",
            "--" => {
                paths.extend(words.by_ref());
                continue;
            }
            _ if word.starts_with('-') && word != "-" => {
                let option = word.to_owned();
                return Err(CommandError::UnknownOption { option });
            }
            path => {
                paths.push(path);
                continue;
            }
        };
        let spec = match option {
            "b" | "k" => "",
            _ => words.next().ok_or_else(|| CommandError::Incomplete {
                option: word.to_owned(),
                expected: "an ACL spec",
            })?,
        };
        if let Some((_, given)) = actions.iter_mut().find(|(name, _)| *name == option) {
            *given = Some(spec);
        }
    }
    let scoped = |spec: AclSpec| {
        if default {
            spec.into_default()
        } else {
            Ok(spec)
        }
    };
    let given: Vec<_> = actions
        .into_iter()
        .filter_map(|(name, spec)| Some((name, spec?)))
        .collect();
    let change = match given.as_slice() {
        [] => {
            let expected = "--set, -m, -x, -b, -k";
            return Err(CommandError::NoAction { expected });
        }
        [("set", spec)] => AclChange::Set(scoped(AclSpec::parse(spec, dialect)?)?),
        [("m", spec)] => AclChange::Modify(scoped(AclSpec::parse(spec, dialect)?)?),
        [("x", spec)] => AclChange::Remove(scoped(AclSpec::parse_removal(spec, dialect)?)?),
        [("b", _)] => AclChange::RemoveAll,
        [_] => AclChange::RemoveDefault,
        several => {
            let names: Vec<_> = several.iter().map(|(name, _)| *name).collect();
            let actions = names.join(", ");
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
