//! Library and oracle asked the same. Each comparison panics where they do not agree.

use bailiwick::acl::choices::UmaskUnderDefault;
use bailiwick::acl::{self, AclError, AclSpec, Dialect, Kind, Mode, Perm, Protection};
use bailiwick::authz::{Attrs, Because, Op, Policy, Reason};
use bailiwick::identity::{GroupName, Subject, UserName};

use crate::oracle::access::{Answers, Class, Owners, Who};
use crate::oracle::edit::{Change, Lists, Refused, Verb};
use crate::oracle::{Bits, Tag, Upstream, find, names_somebody};
use crate::plain;

/// A dialect and the rules that it has to match.
pub(crate) type Rules = (Dialect, Upstream);

pub(crate) const DIALECTS: [Rules; 3] = [
    (Dialect::POSIX, Upstream::POSIX),
    (Dialect::HDFS, Upstream::HDFS),
    (Dialect::ALLUXIO, Upstream::ALLUXIO),
];

/// HDFS with `dfs.namenode.posix.acl.inheritance.enabled` off.
pub(crate) const HDFS_WITHOUT_INHERITANCE: Rules = {
    let mut dialect = Dialect::HDFS;
    dialect.umask_under_default = UmaskUnderDefault::Applied;
    (dialect, Upstream::HDFS_WITHOUT_INHERITANCE)
};

/// A subject before an inode.
pub(crate) struct Encounter<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) subject: &'a Subject,
    /// The subject's groups once more.
    pub(crate) groups: &'a [&'a str],
    pub(crate) owner: &'a UserName,
    pub(crate) group: &'a GroupName,
    pub(crate) protection: &'a Protection,
}

impl Encounter<'_> {
    /// Compares verdict, class, entry bits, mask and effective bits of all eight requests.
    pub(crate) fn compare(&self, oracle: &Answers<'_>) {
        let Self {
            policy, subject, ..
        } = self;
        let owners = Owners {
            user: self.owner.as_str(),
            group: self.group.as_str(),
        };
        let who = Who {
            user: subject.user().as_str(),
            groups: self.groups,
        };
        let inode = Attrs::new(Kind::File, self.owner, self.group, self.protection);
        let effective = policy.effective(subject, inode);
        for request in 0..8 {
            let wanted = Perm::from_bits(request);
            let expected = oracle(owners, who, Bits::digit(request));
            let context = || {
                let dialect = policy.dialect();
                let entries = self.protection.entries(dialect);
                format!(
                    "{}: {who:?} asks {owners:?} for {wanted} on {entries:?}: {expected:?}",
                    dialect.name
                )
            };
            let answer = policy
                .walk(subject)
                .check(Op::CheckAccess(wanted), Some(inode));
            assert_eq!(answer.is_ok(), expected.granted, "{}", context());
            match answer.map_err(|denied| denied.reason()) {
                Ok(permit) => {
                    let because = match wanted {
                        Perm::NONE => Because::Traversal,
                        _ => Because::Entry(class(expected.class)),
                    };
                    assert_eq!(permit.because(), because, "{}", context());
                }
                Err(Reason::Bits { verdict, .. }) => {
                    let entry_bits = plain::bits(verdict.entry_bits());
                    let mask = verdict.mask().map(plain::bits);
                    assert_eq!(
                        (verdict.class(), entry_bits, mask, verdict.effective_bits()),
                        (
                            class(expected.class),
                            expected.held,
                            expected.mask,
                            effective
                        ),
                        "{}",
                        context()
                    );
                }
                Err(reason) => panic!("{}: {reason:?}", context()),
            }
            // What is effective is what is granted when asked for alone.
            if [Perm::READ, Perm::WRITE, Perm::EXECUTE].contains(&wanted) {
                assert_eq!(
                    effective.contains(wanted),
                    expected.granted,
                    "{}",
                    context()
                );
            }
        }
    }
}

fn class(class: Class) -> acl::Class {
    match class {
        Class::Owner => acl::Class::Owner,
        Class::NamedUser => acl::Class::NamedUser,
        Class::Groups => acl::Class::Groups,
        Class::Other => acl::Class::Other,
    }
}

/// A request to change an inode's ACL.
pub(crate) struct Edit<'a> {
    pub(crate) protection: &'a Protection,
    pub(crate) kind: Kind,
    pub(crate) verb: Verb,
    pub(crate) spec: &'a AclSpec,
}

impl Edit<'_> {
    /// Compares what becomes of it, `lists` and `changes` being what the oracle knows of the inode and the request.
    pub(crate) fn compare(
        &self,
        (dialect, upstream): &Rules,
        lists: &Lists<'_>,
        changes: &[Change<'_>],
    ) -> Result<Protection, Refused> {
        let Self {
            protection,
            kind,
            verb,
            spec,
        } = self;
        let context = || {
            let entries = protection.entries(dialect);
            format!("{}: {verb:?} {spec} of {kind:?} {entries:?}", dialect.name)
        };
        let expected = (upstream.edit)(lists, *verb, changes, *kind == Kind::Directory);
        let after = match self.apply(protection, dialect) {
            Ok(after) => after,
            Err(error) => {
                let reason = refused(&error);
                let named = expected
                    .as_ref()
                    .is_err_and(|wrong| wrong.contains(&reason));
                assert!(named, "{}: {error}, not {expected:?}", context());
                return Err(reason);
            }
        };
        let entries = after.entries(dialect);
        let found = plain::lists(&entries);
        assert_eq!(
            Ok(&found),
            expected.map(Lists::sorted).as_ref(),
            "{}",
            context()
        );
        check_invariants(&found, *kind, dialect);
        assert_eq!(after.is_sticky(), protection.is_sticky(), "{}", context());
        // Once more changes nothing more.
        assert_eq!(
            self.apply(&after, dialect).as_ref(),
            Ok(&after),
            "twice: {}",
            context()
        );
        Ok(after)
    }

    fn apply(&self, to: &Protection, dialect: &Dialect) -> Result<Protection, AclError> {
        match self.verb {
            Verb::Modify => to.modify(self.spec, self.kind, dialect),
            Verb::Remove => to.remove(self.spec, self.kind, dialect),
            Verb::Set => to.set(self.spec, self.kind, dialect),
        }
    }
}

fn refused(error: &AclError) -> Refused {
    match error {
        AclError::MissingBase { .. } | AclError::RemoveBase { .. } => Refused::Base,
        AclError::MaskRequired => Refused::Mask,
        AclError::DefaultOnFile => Refused::File,
        AclError::TooManyEntries { .. } => Refused::Limit,
        other => panic!("an edit is not refused for {other}"),
    }
}

/// What holds of every inode, whatever led to it.
pub(crate) fn check_invariants(lists: &Lists<'_>, kind: Kind, dialect: &Dialect) {
    assert!(kind == Kind::Directory || lists.default.is_empty());
    let default = Some(&lists.default).filter(|list| !list.is_empty());
    for list in [Some(&lists.access), default].into_iter().flatten() {
        for tag in [Tag::UserObj, Tag::GroupObj, Tag::Other] {
            assert!(find(list, tag, "").is_some(), "no {tag:?} in {list:?}");
        }
        for pair in list.windows(2) {
            let [one, two] = [0, 1].map(|index| (pair[index].tag, pair[index].name));
            assert!(one < two, "twice in {list:?}");
        }
        if names_somebody(list) {
            assert!(find(list, Tag::Mask, "").is_some(), "no mask in {list:?}");
        }
        assert!(list.len() <= dialect.max_entries.unwrap_or(usize::MAX));
    }
}

pub(crate) fn on_remove_all(
    (dialect, upstream): &Rules,
    protection: &Protection,
    lists: &Lists<'_>,
) -> Protection {
    let after = protection.remove_all(dialect);
    let entries = after.entries(dialect);
    let expected = (upstream.remove_all)(lists).sorted();
    assert_eq!(
        plain::lists(&entries),
        expected,
        "{}: {lists:?}",
        dialect.name
    );
    assert_eq!(after.is_sticky(), protection.is_sticky());
    after
}

pub(crate) fn on_child(
    (dialect, upstream): &Rules,
    parent: &Protection,
    lists: &Lists<'_>,
    kind: Kind,
    (asked, umask): (Mode, Mode),
) -> Protection {
    let child = parent.child(kind, asked, umask, dialect);
    let entries = child.entries(dialect);
    let [plain_asked, plain_umask] = [asked, umask].map(plain::mode);
    let expected = (upstream.child)(
        &lists.default,
        plain_asked,
        plain_umask,
        kind == Kind::Directory,
    );
    assert_eq!(
        (plain::lists(&entries), child.is_sticky()),
        (expected.sorted(), asked.sticky() && upstream.sticky),
        "{}: {kind:?} asked as {asked:?} under umask {umask:?} and {:?}",
        dialect.name,
        lists.default
    );
    child
}

pub(crate) fn on_chmod(
    (dialect, upstream): &Rules,
    protection: &Protection,
    lists: &Lists<'_>,
    to: Mode,
) -> Protection {
    let after = protection.chmod(to, dialect);
    let entries = after.entries(dialect);
    let shown = after.mode(dialect);
    let access = (upstream.chmod)(&lists.access, plain::mode(to));
    let context = || format!("{}: {to:?} of {lists:?}", dialect.name);
    assert_eq!(
        plain::mode(shown),
        (upstream.mode)(&access),
        "{}",
        context()
    );
    assert_eq!(
        shown.sticky(),
        to.sticky() && upstream.sticky,
        "{}",
        context()
    );
    let expected = Lists {
        access,
        default: lists.default.clone(),
    };
    assert_eq!(plain::lists(&entries), expected.sorted(), "{}", context());
    after
}
