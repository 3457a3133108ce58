//! Requests as a whole: refused, bounded, several at once.

use super::*;

#[test]
fn refused_edits_say_why() {
    let dialect = &Dialect::HDFS;
    let file = Protection::from(Mode::from_bits(0o640));
    let read = |text: &str| AclSpec::parse(text, dialect).unwrap();
    let removal = |text: &str| AclSpec::parse_removal(text, dialect).unwrap();
    let named = file
        .modify(&read("user:a:r--"), Kind::File, dialect)
        .unwrap();
    let many: Vec<_> = (0..33).map(|n| format!("user:u{n}:r--")).collect();
    for (result, says) in [
        (
            file.modify(&read("default:user::rwx"), Kind::File, dialect),
            "invalid ACL: only directories may have a default ACL",
        ),
        (
            file.set(&read("user::rwx,group::r--"), Kind::File, dialect),
            "invalid ACL: the entry other:: is missing",
        ),
        (
            named.remove(&removal("mask"), Kind::File, dialect),
            "invalid ACL: mask is required and cannot be deleted",
        ),
        (
            named.remove(&removal("group"), Kind::File, dialect),
            "deleting base entry is not allowed: group::",
        ),
        (
            file.modify(&read(&many.join(",")), Kind::File, dialect),
            "invalid ACL: ACL has 33 access entries, which exceeds maximum of 32.",
        ),
    ] {
        assert_eq!(result.unwrap_err().to_string(), says.trim_end_matches('.'));
    }
}

#[test]
fn what_stands_twice_is_refused() {
    for dialect in [&Dialect::HDFS, &Dialect::POSIX, &Dialect::ALLUXIO] {
        let spec = AclSpec::parse("user:a:r--,group:a:r--,default:user:a:r--", dialect).unwrap();
        let entries = spec.entries().iter().chain(spec.entries().first()).cloned();
        let twice = AclSpec::new(entries.clone());
        let entry = "user:a:r--".to_owned();
        assert_eq!(twice, Err(AclError::Duplicate { entry }));
        assert!(AclSpec::parse("user:a:r--,user:a:rwx", dialect).is_err());
        assert_eq!(
            AclSpec::parse("user:a:r--,default:user:a:rwx", dialect)
                .unwrap()
                .into_default(),
            Err(AclError::Duplicate {
                entry: "default:user:a:rwx".to_owned()
            })
        );
    }
}

#[test]
fn the_limit_is_for_each_scope_and_counts_the_mask() {
    let names = |count: usize, scope: &str| -> Vec<_> {
        (0..count)
            .map(|n| format!("{scope}user:u{n}:r--"))
            .collect()
    };
    let directory = Protection::from(Mode::from_bits(0o750));
    for (count, fits) in [(28, true), (29, false)] {
        for scope in ["", "default:"] {
            let spec = names(count, scope).join(",");
            for (dialect, fits) in [
                (&Dialect::HDFS, fits),
                (&Dialect::POSIX, true),
                (&Dialect::ALLUXIO, true),
            ] {
                // Three base entries and a mask come to them.
                let result = modify(&spec, dialect).apply(&directory, Kind::Directory, dialect);
                assert_eq!(result.is_ok(), fits, "{} {scope} {count}", dialect.name);
            }
        }
    }
    let both = [names(28, ""), names(28, "default:")].concat().join(",");
    let both = modify(&both, &Dialect::HDFS);
    assert!(
        both.apply(&directory, Kind::Directory, &Dialect::HDFS)
            .is_ok()
    );
}

#[test]
fn several_changes_are_one() {
    let dialect = &Dialect::POSIX;
    let kind = Kind::File;
    let file = Protection::from(Mode::from_bits(0o640));
    let shown = |changes: &[AclChange], mask| match file.change(changes, mask, kind, dialect) {
        Ok(file) => {
            let entries: Vec<_> = file.entries(dialect).iter().map(Entry::to_string).collect();
            entries.join(",")
        }
        Err(error) => error.to_string(),
    };
    let usual = MaskUpdate::Usual;
    let (add, take) = (modify("u:a:rwx", dialect), remove("u:a", dialect));
    assert_eq!(
        shown(&[add.clone(), take.clone()], usual),
        "user::rw-,group::r--,other::---"
    );
    assert_eq!(
        shown(&[take, add.clone()], usual),
        "user::rw-,user:a:rwx,group::r--,mask::rwx,other::---"
    );
    assert_eq!(
        shown(&[add.clone(), AclChange::RemoveAll], usual),
        "user::rw-,group::r--,other::---"
    );
    // Only the end must be whole.
    let base = [remove("g", dialect), modify("g::x", dialect)];
    assert_eq!(shown(&base, usual), "user::rw-,group::--x,other::---");
    // A refused change undoes those before it, of which the protection shows nothing.
    assert_eq!(
        shown(&[add.clone(), remove("m", dialect)], usual),
        "invalid ACL: mask is required and cannot be deleted"
    );
    assert_eq!(
        shown(
            &[add.clone(), remove("m", dialect)],
            MaskUpdate::Recalculate
        ),
        "user::rw-,user:a:rwx,group::r--,mask::rwx,other::---"
    );
    assert_eq!(
        shown(&[add], MaskUpdate::Keep),
        "user::rw-,user:a:rwx,group::r--,mask::r--,other::---"
    );
    assert_eq!(file, Protection::from(Mode::from_bits(0o640)));
}
