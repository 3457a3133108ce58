//! `setfacl(1)` and `getfacl(1)`: any actions, done in order, for any files behind them.

use std::io;

use super::{CommandError, Getfacl, Setfacl, SymbolicLinks};
use crate::acl::{AclChange, AclError, AclSpec, Dialect, MaskUpdate, Scope};

/// An option: its letter, its long form, and what its argument is.
type Known = (Option<char>, &'static str, Option<&'static str>);

/// Options by their long form, each with its argument.
type Options<'a> = Vec<(&'static str, &'a str)>;

const SPEC: Option<&str> = Some("an ACL spec");
const FILE: Option<&str> = Some("a file");

const SETFACL: [Known; 14] = [
    (Some('m'), "modify", SPEC),
    (Some('M'), "modify-file", FILE),
    (Some('x'), "remove", SPEC),
    (Some('X'), "remove-file", FILE),
    (None, "set", SPEC),
    (None, "set-file", FILE),
    (Some('b'), "remove-all", None),
    (Some('k'), "remove-default", None),
    (Some('d'), "default", None),
    (Some('n'), "no-mask", None),
    (None, "mask", None),
    (Some('R'), "recursive", None),
    (Some('L'), "logical", None),
    (Some('P'), "physical", None),
];

const GETFACL: [Known; 4] = [
    (Some('R'), "recursive", None),
    (Some('L'), "logical", None),
    (Some('P'), "physical", None),
    (Some('p'), "absolute-names", None),
];

pub(super) fn setfacl<'a>(
    words: impl Iterator<Item = &'a str>,
    dialect: &Dialect,
    mut read: impl FnMut(&str) -> io::Result<String>,
) -> Result<Setfacl, CommandError> {
    let (options, paths) = split(words, &SETFACL)?;
    let mut command = Setfacl {
        changes: Vec::new(),
        mask: MaskUpdate::Usual,
        recursive: false,
        links: SymbolicLinks::default(),
        paths,
    };
    let mut default = false;
    for (option, argument) in options {
        let scoped = |spec: AclSpec| match default {
            true if spec.count(Scope::Default) > 0 => {
                let spec = argument.to_owned();
                Err(CommandError::TwiceDefault { spec })
            }
            true => Ok(spec.into_default()?),
            false => Ok(spec),
        };
        let mut read = |parse: fn(&str, &Dialect) -> Result<AclSpec, AclError>| {
            let file = || argument.to_owned();
            let text = read(argument).map_err(|source| CommandError::Unread {
                file: file(),
                source,
            })?;
            let spec = parse(&text, dialect).map_err(|source| CommandError::File {
                file: file(),
                source,
            })?;
            scoped(spec)
        };
        let change = match option {
            "modify" => AclChange::Modify(scoped(AclSpec::parse(argument, dialect)?)?),
            "modify-file" => AclChange::Modify(read(AclSpec::parse_lines)?),
            "remove" => AclChange::Remove(scoped(AclSpec::parse_removal(argument, dialect)?)?),
            "remove-file" => AclChange::Remove(read(AclSpec::parse_removal_lines)?),
            "set" => AclChange::Set(scoped(AclSpec::parse(argument, dialect)?)?),
            "set-file" => AclChange::Set(read(AclSpec::parse_lines)?),
            "remove-all" => AclChange::RemoveAll,
            "remove-default" => AclChange::RemoveDefault,
            _ => {
                match option {
                    "default" => default = true,
                    "no-mask" => command.mask = MaskUpdate::Keep,
                    "mask" => command.mask = MaskUpdate::Recalculate,
                    "recursive" => command.recursive = true,
                    "logical" => command.links = SymbolicLinks::All,
                    _ => command.links = SymbolicLinks::None,
                }
                continue;
            }
        };
        command.changes.push(change);
    }
    if command.changes.is_empty() {
        let expected = "-m, -M, -x, -X, --set, --set-file, -b, -k";
        return Err(CommandError::NoAction { expected });
    }
    Ok(command)
}

pub(super) fn getfacl<'a>(words: impl Iterator<Item = &'a str>) -> Result<Getfacl, CommandError> {
    let (options, paths) = split(words, &GETFACL)?;
    let mut command = Getfacl {
        recursive: false,
        links: SymbolicLinks::default(),
        paths,
    };
    for (option, _) in options {
        match option {
            "recursive" => command.recursive = true,
            "logical" => command.links = SymbolicLinks::All,
            "physical" => command.links = SymbolicLinks::None,
            _ => {} // paths are always shown as they were given
        }
    }
    Ok(command)
}

/// The options and the paths behind them. Letters may stand together, and an argument be attached, as getopt has it; long
/// options are not abbreviated.
fn split<'a>(
    words: impl Iterator<Item = &'a str>,
    known: &[Known],
) -> Result<(Options<'a>, Vec<String>), CommandError> {
    let mut words = words.fuse();
    let (mut options, mut paths) = (Vec::new(), Vec::new());
    while let Some(word) = words.next() {
        if word == "--" {
            paths.extend(words.by_ref().map(str::to_owned));
            break;
        }
        let Some(letters) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
            paths.push(word.to_owned());
            continue;
        };
        let option = || word.to_owned();
        if !paths.is_empty() {
            return Err(CommandError::LateOption { option: option() });
        }
        let unknown = || CommandError::UnknownOption { option: option() };
        let mut argument = |attached: Option<&'a str>, what| match (attached, what) {
            (None, None) => Ok(""),
            (Some(argument), Some(_)) => Ok(argument),
            (Some(_), None) => Err(CommandError::Argument { option: option() }),
            (None, Some(expected)) => words.next().ok_or_else(|| CommandError::Incomplete {
                option: option(),
                expected,
            }),
        };
        if let Some(long) = letters.strip_prefix('-') {
            let (name, attached) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            let (_, name, what) = known.iter().find(|k| k.1 == name).ok_or_else(unknown)?;
            options.push((*name, argument(attached, *what)?));
            continue;
        }
        let mut letters = letters.chars();
        while let Some(letter) = letters.next() {
            let found = known.iter().find(|k| k.0 == Some(letter));
            let (_, name, what) = found.ok_or_else(unknown)?;
            let attached = Some(letters.as_str()).filter(|rest| what.is_some() && !rest.is_empty());
            options.push((*name, argument(attached, *what)?));
            if what.is_some() {
                break;
            }
        }
    }
    if paths.is_empty() {
        return Err(CommandError::NoPath);
    }
    Ok((options, paths))
}
