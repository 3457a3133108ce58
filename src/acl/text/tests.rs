//! ACL text, dialect by dialect. Whole tables of it are in `tests/reference/text.rs` and `tests/setfacl.rs`.

use super::*;
use crate::acl::{Kind, Mode, Perm, Protection, Tag};
use crate::identity::{GroupName, UserName};

const ALL: [&Dialect; 3] = [&Dialect::ALLUXIO, &Dialect::HDFS, &Dialect::POSIX];

fn refusal(text: &str, dialect: &Dialect) -> String {
    AclSpec::parse(text, dialect).unwrap_err().to_string()
}

fn removal_refusal(text: &str, dialect: &Dialect) -> String {
    let spec = AclSpec::parse_removal(text, dialect);
    spec.unwrap_err().to_string()
}

#[test]
fn what_is_printed_is_read_again() {
    let text = "user::rwx,user:bob:r-x,group::---,group:Domain Users:rw-,mask::rwx,other::--x,default:user:eve:r--";
    for dialect in ALL {
        assert_eq!(AclSpec::parse(text, dialect).unwrap().to_string(), text);
    }
}

#[test]
fn errors_name_entry_and_position_and_what_was_expected() {
    for (text, says) in [
        (
            "user:a:rwx,usr:b:rwx",
            r#"invalid ACL entry "usr:b:rwx" at position 2: unexpected ACL entry type: expected user, group, mask or other"#,
        ),
        (
            "user:a:rwx,,:b:rwx",
            r#"invalid ACL entry ":b:rwx" at position 3: ACL entry type is empty: expected user, group, mask or other"#,
        ),
        (
            "user:a",
            r#"invalid ACL entry "user:a" at position 1: unexpected acl components: expected a permission such as rw- at the end"#,
        ),
        (
            "user:a:rwz",
            r#"invalid ACL entry "user:a:rwz" at position 1: invalid permission: expected three characters such as rw-"#,
        ),
        (
            "mask:m:rwx",
            r#"invalid ACL entry "mask:m:rwx" at position 1: subject for mask and other must be empty"#,
        ),
        (
            "user:a:rwx:x",
            r#"invalid ACL entry "user:a:rwx:x" at position 1: unexpected acl components: expected [default:]type:[name]:permission"#,
        ),
        (
            "user:a=b:rwx",
            r#"invalid ACL entry "user:a=b:rwx" at position 1: user name "a=b" holds '=' at byte 1"#,
        ),
        (
            "",
            r#"invalid ACL entry "" at position 1: expected at least one entry"#,
        ),
        (
            "user:a:rwx,user:a:r--",
            r#"invalid ACL entry "user:a:r--" at position 2: multiple entries with same scope, type and name"#,
        ),
    ] {
        assert_eq!(refusal(text, &Dialect::HDFS), says, "{text}");
    }
    for (text, says) in [
        (
            "u:a:rw,u:b:rr",
            r#"invalid ACL entry "u:b:rr" at position 2: expected a permission: some of rwxX-, each once, or an octal digit"#,
        ),
        (
            "u:a:rwz",
            r#"invalid ACL entry "u:a:rwz" at position 1: expected nothing behind the permission, some of rwxX-, each once, or an octal digit"#,
        ),
        (
            "d::r",
            r#"invalid ACL entry "d::r" at position 1: expected user, group, mask, other or a user's name"#,
        ),
        (
            r"u:\377:r",
            r#"invalid ACL entry "u:\\377:r" at position 1: expected escapes that make UTF-8"#,
        ),
    ] {
        assert_eq!(refusal(text, &Dialect::POSIX), says, "{text}");
    }
}

#[test]
fn the_case_of_keywords_is_the_dialects() {
    for (text, alluxio, hdfs, posix) in [
        ("user:a:rwx", true, true, true),
        ("USER:a:rwx", false, true, false),
        ("default:Mask::rwx", false, true, false),
        ("Default:mask::rwx", false, false, false),
        ("u:a:rwx", false, false, true),
        ("d:u:a:rwx", false, false, true),
        ("a:rwx", false, false, true),
    ] {
        let read = ALL.map(|dialect| AclSpec::parse(text, dialect).is_ok());
        assert_eq!(read, [alluxio, hdfs, posix], "{text}");
    }
}

#[test]
fn blanks_beside_a_part_are_nothing_or_an_error() {
    for text in [
        " user:a:rwx",
        "user :a:rwx",
        "user: a:rwx",
        "user:a :rwx",
        "user:a: rwx",
        "user:a:rwx ",
        "default: user:a:rwx",
        "user:b:r--, user:a:rwx",
    ] {
        for (dialect, reads) in [
            (&Dialect::ALLUXIO, true),
            (&Dialect::HDFS, false),
            (&Dialect::POSIX, true),
        ] {
            let spec = AclSpec::parse(text, dialect);
            assert_eq!(spec.is_ok(), reads, "{}: {text}: {spec:?}", dialect.name);
        }
    }
    // The name is the wrong part there, and is named.
    assert!(
        refusal("user: a:rwx", &Dialect::HDFS)
            .ends_with(r#"user name " a" begins or ends with white space"#)
    );
}

#[test]
fn empty_items_and_parts_are_dropped_where_the_dialect_drops_them() {
    for (text, alluxio, hdfs, posix) in [
        ("user:a:rwx,", true, true, true),
        (",user:a:rwx", false, true, false),
        ("user:a:rwx,,user:b:r--", false, true, false),
        ("user:a:rwx:", true, true, false),
        ("user:a:rwx:::", true, true, false),
        ("default", false, false, false),
        ("default:", false, false, false),
        ("::", false, false, false),
    ] {
        let read = ALL.map(|dialect| AclSpec::parse(text, dialect).is_ok());
        assert_eq!(read, [alluxio, hdfs, posix], "{text}");
    }
}

#[test]
fn removals_have_no_permission_and_in_alluxio_a_name() {
    let spec = AclSpec::parse_removal("user:a:,default:group:,mask", &Dialect::HDFS).unwrap();
    let tags = |spec: &AclSpec| -> Vec<_> {
        let entries = spec.entries().iter();
        entries.map(|e| (e.scope, e.tag.to_string())).collect()
    };
    assert_eq!(
        tags(&spec),
        [
            (Scope::Access, "user:a".into()),
            (Scope::Default, "group:".into()),
            (Scope::Access, "mask:".into())
        ]
    );
    for (text, alluxio, hdfs, posix) in [
        ("user:a", true, true, true),
        ("default:user:a:", true, true, true),
        ("mask", true, true, true),
        ("mask::", true, true, true),
        ("default:mask", true, true, true),
        ("default:other", true, true, true),
        ("default:user:", false, true, true),
        ("default:group", false, true, true),
        ("user:a:rwx", false, false, false),
        ("default:user:a:rwx", false, false, false),
    ] {
        let read = ALL.map(|dialect| AclSpec::parse_removal(text, dialect).is_ok());
        assert_eq!(read, [alluxio, hdfs, posix], "{text}");
    }
    let alluxio = &Dialect::ALLUXIO;
    assert!(removal_refusal("user", alluxio).contains("ACL entry must have subject"));
    assert!(removal_refusal("user:a:r--", alluxio).contains("ACL permissions cannot be specified"));
}

#[test]
fn an_x_upper_case_waits_for_the_file_it_is_applied_to() {
    let dialect = &Dialect::POSIX;
    let spec = AclSpec::parse("u:bob:rX,g:eng:xX", dialect).unwrap();
    assert_eq!(spec.text(dialect), "user:bob:r-X,group:eng:--x");
    assert_eq!(spec.entries()[0].perm, Perm::READ);
    assert_eq!(AclSpec::parse(&spec.text(dialect), dialect).unwrap(), spec);
    let bob = |mode, kind, text| {
        let inode = Protection::from(Mode::from_bits(mode));
        let spec = AclSpec::parse(text, dialect).unwrap();
        let changed = inode.modify(&spec, kind, dialect).unwrap();
        let mut entries = changed.entries(dialect).into_iter();
        let bob = Tag::User(UserName::new("bob").unwrap());
        entries
            .find(|entry| entry.tag == bob)
            .unwrap()
            .perm
            .to_string()
    };
    assert_eq!(bob(0o640, Kind::File, "u:bob:rX"), "r--");
    assert_eq!(bob(0o750, Kind::File, "u:bob:rX"), "r-x");
    assert_eq!(bob(0o640, Kind::Directory, "u:bob:rX"), "r-x");
    // What stands before it in the same spec counts, what stands behind does not.
    assert_eq!(bob(0o640, Kind::File, "g:eng:x,u:bob:rX"), "r-x");
    assert_eq!(bob(0o640, Kind::File, "u:bob:rX,g:eng:x"), "r--");
    assert_eq!(bob(0o640, Kind::File, "m::x,u:bob:rX"), "r-x");
    // In the other dialects it is no permission.
    assert!(AclSpec::parse("user:bob:r-X", &Dialect::HDFS).is_err());
}

#[test]
fn lines_have_comments_and_are_counted() {
    let text = "# file: f\n# owner: o\n\nuser::rw-\nuser:bob:rwx\t#effective:r--\ngroup::r--\nmask::r--\r\nother::---\n\n";
    for dialect in ALL {
        let spec = AclSpec::parse_lines(text, dialect).unwrap();
        assert_eq!(
            spec.to_string(),
            "user::rw-,user:bob:rwx,group::r--,mask::r--,other::---"
        );
    }
    let posix = &Dialect::POSIX;
    let spec = AclSpec::parse_lines("  u:bob:7#all\n o:r#a:b\nm : : w\t#c:d", posix).unwrap();
    assert_eq!(spec.to_string(), "user:bob:rwx,other::r--,mask::-w-");
    let removal = AclSpec::parse_removal_lines("# x\n\nu:bob: # he\nm # it\nu:a#b", posix).unwrap();
    assert_eq!(removal.removal_text(posix), "user:bob,mask:,user:a#b");
    for dialect in ALL {
        let says = AclSpec::parse_lines("# one\n\nuser:bob:rwz\n", dialect).unwrap_err();
        let says = says.to_string();
        assert!(
            says.starts_with(r#"invalid ACL entry "user:bob:rwz" in line 3: "#),
            "{says}"
        );
        assert!(AclSpec::parse_lines("user:a:rwx,user:b:rwx\n", dialect).is_err());
        assert!(AclSpec::parse_lines("# nothing\n", dialect).is_err());
        assert!(AclSpec::parse_lines("user:bob:rwx\n", dialect).is_ok());
        assert!(AclSpec::parse("user:bob:rwx\t#so", dialect).is_err());
    }
}

#[test]
fn names_are_escaped_in_the_posix_dialect_alone() {
    let posix = &Dialect::POSIX;
    for (name, text) in [
        ("dom user", r"dom\040user"),
        (r"DOM\bob", r"DOM\\bob"),
        (r"a\101", r"a\\101"),
        (r"a\\b", r"a\\\\b"),
        ("ünï", "ünï"),
    ] {
        let entry = Entry {
            scope: Scope::Default,
            tag: Tag::User(UserName::new(name).unwrap()),
            perm: Perm::READ,
        };
        let spec = AclSpec::new([entry]).unwrap();
        assert_eq!(spec.text(posix), format!("default:user:{text}:r--"));
        assert_eq!(
            spec.text(&Dialect::HDFS),
            format!("default:user:{name}:r--")
        );
        for dialect in ALL {
            assert_eq!(AclSpec::parse(&spec.text(dialect), dialect).unwrap(), spec);
            let removal = AclSpec::parse_removal(&spec.removal_text(dialect), dialect).unwrap();
            assert_eq!(removal.entries()[0].tag, spec.entries()[0].tag);
        }
    }
    // As setfacl reads them: what begins no escape stands for itself.
    for (text, name) in [
        (r"a\b", r"a\b"),
        (r"\141b", "ab"),
        (r"a\\\b", r"a\\b"),
        (r"a\8", r"a\8"),
    ] {
        let spec = AclSpec::parse(&format!("u:{text}:r"), posix).unwrap();
        assert_eq!(
            spec.entries()[0].tag,
            Tag::User(UserName::new(name).unwrap())
        );
    }
    // An escape makes no name that could not be one.
    assert!(refusal(r"u:a\054b:r", posix).contains("holds ','"));
    assert!(refusal(r"u:a\012b:r", posix).contains(r"holds '\n'"));
}

#[test]
fn input_is_bounded_and_errors_are_short() {
    for dialect in ALL {
        let many: Vec<_> = (0..1025).map(|n| format!("user:u{n}:r--")).collect();
        assert!(AclSpec::parse(&many[1..].join(","), dialect).is_ok());
        assert!(refusal(&many.join(","), dialect).contains("no more than 1024 entries"));
        let long = format!("user:{}:rwx", "x".repeat(100_000));
        let says = refusal(&long, dialect);
        assert!(says.contains("x…\" at position 1: expected an entry of at most 2048 bytes"));
        assert!(says.len() < 200, "{says}");
    }
}

#[test]
fn a_listing_shows_what_its_form_shows() {
    let (owner, group) = (
        UserName::new("o n").unwrap(),
        GroupName::new(r"g\h").unwrap(),
    );
    let spec = "user:Z z:rwx,group::rw-,mask::r-x,other::rw-,default:user::r--";
    for (dialect, listing) in [
        (
            &Dialect::ALLUXIO,
            "# file: /a\n# owner: o n\n# group: g\\h\nuser::rwx\ngroup::rw-\nother::rw-\nuser:Z z:rwx\nmask::r-x\n\
             default:user::r--\ndefault:group::rw-\ndefault:other::rw-\n",
        ),
        (
            &Dialect::HDFS,
            "# file: /a\n# owner: o n\n# group: g\\h\n# flags: --T\nuser::rwx\nuser:Z z:rwx\t#effective:r-x\n\
             group::rw-\t#effective:r--\nmask::r-x\nother::rw-\n\
             default:user::r--\ndefault:group::rw-\ndefault:other::rw-\n\n",
        ),
        (
            &Dialect::POSIX,
            "# file: /a\n# owner: o\\040n\n# group: g\\\\h\n# flags: --t\nuser::rwx\nuser:Z\\040z:rwx\t#effective:r-x\n\
             group::rw-\t#effective:r--\nmask::r-x\nother::rw-\n\
             default:user::r--\ndefault:group::rw-\ndefault:other::rw-\n\n",
        ),
    ] {
        let spec = AclSpec::parse(spec, dialect).unwrap();
        let directory = Protection::from(Mode::from_bits(0o1775));
        // The base of the default ACL is the access ACL's in every dialect, once that has been set.
        let directory = directory.modify(&spec, Kind::Directory, dialect).unwrap();
        let shown = directory.getfacl("/a", &owner, &group, dialect);
        assert_eq!(shown.to_string(), listing, "{}", dialect.name);
    }
}

#[test]
fn the_alternate_listing_is_aligned_as_on_a_terminal() {
    let dialect = &Dialect::POSIX;
    let spec = "u:1001:rwx,u:a_longer_name:rwx,u:a_name_that_is_longer_still:rwx,g::rwx,m::r,d:u:1001:rwx,d:m::r";
    let spec = AclSpec::parse(spec, dialect).unwrap();
    let directory = Protection::from(Mode::from_bits(0o755));
    let directory = directory.modify(&spec, Kind::Directory, dialect).unwrap();
    let (owner, group) = (UserName::new("0").unwrap(), GroupName::new("0").unwrap());
    let shown = format!("{:#}", directory.getfacl("/a\nb", &owner, &group, dialect));
    // As getfacl 2.3.1 was seen to print it.
    for line in [
        "# file: /a\\012b",
        "user:1001:rwx\t\t\t#effective:r--",
        "user:a_longer_name:rwx\t\t#effective:r--",
        "user:a_name_that_is_longer_still:rwx\t#effective:r--",
        "group::rwx\t\t\t#effective:r--",
        "default:user:1001:rwx\t\t#effective:r--",
    ] {
        assert!(shown.lines().any(|l| l == line), "{line}\n{shown}");
    }
}
