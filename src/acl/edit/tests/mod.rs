//! Edits, dialect by dialect.

mod defaults;
mod masks;
mod requests;

use super::*;
use crate::acl::{Acl, Mode, RemovalText};

fn after(spec: &str, dialect: &Dialect) -> Protection {
    let directory = Protection::from(Mode::from_bits(0o750));
    let spec = AclSpec::parse(spec, dialect).unwrap();
    directory.modify(&spec, Kind::Directory, dialect).unwrap()
}

/// The entries of what became of it, or why nothing did.
fn changed(start: &Protection, change: &AclChange, kind: Kind, dialect: &Dialect) -> String {
    match change.apply(start, kind, dialect) {
        Ok(inode) => {
            let entries: Vec<_> = inode
                .entries(dialect)
                .iter()
                .map(Entry::to_string)
                .collect();
            entries.join(",")
        }
        Err(error) => error.to_string(),
    }
}

fn modify(spec: &str, dialect: &Dialect) -> AclChange {
    AclChange::Modify(AclSpec::parse(spec, dialect).unwrap())
}

fn remove(spec: &str, dialect: &Dialect) -> AclChange {
    // As upstream's Java interfaces, which carry what Alluxio's text cannot say.
    let named_alike = Dialect {
        removal_text: RemovalText::AnyEntry,
        ..*dialect
    };
    AclChange::Remove(AclSpec::parse_removal(spec, &named_alike).unwrap())
}
