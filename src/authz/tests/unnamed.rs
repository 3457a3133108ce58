//! Whoever has no name: the peers of a service without authentication.

use super::*;
use crate::acl::{AclError, Entry, Scope, Tag};
use crate::identity::UserRef;

/// Whoever asks it has asked about somebody who is not there.
struct NeverAsked;

impl GroupMapping for NeverAsked {
    fn groups(&self, user: &UserName) -> Result<Groups, GroupsUnavailable> {
        panic!("asked about {user:?}");
    }
}

fn everybody_may_act_for_everybody() -> Resolver {
    let any = [
        ("hadoop.proxyuser.yarn.users", "*"),
        ("hadoop.proxyuser.yarn.hosts", "*"),
    ];
    let rules = Impersonation::hadoop("hadoop.proxyuser", any).unwrap();
    Resolver::new(Arc::new(NeverAsked), rules)
}

#[test]
fn the_unnamed_becomes_a_subject_without_groups_and_acts_for_nobody() {
    let resolver = everybody_may_act_for_everybody();
    let policy = Policy::new(Dialect::ALLUXIO);
    let unnamed = Principal::unnamed();
    for act_as in [None, Some(&UserName::unnamed())] {
        let subject = resolver.resolve(&policy, &unnamed, act_as, None).unwrap();
        assert!(subject.user().is_unnamed());
        assert_eq!(subject.groups(), &Groups::default());
        assert_eq!(subject.mechanism(), Mechanism::NoSasl);
        assert_eq!(subject.real_user(), None);
    }
    let yarn = Principal::asserted(user("yarn"), Mechanism::Simple);
    for (principal, target, says) in [
        (
            &unnamed,
            user("alice"),
            "a user without a name is not allowed to impersonate alice",
        ),
        (
            &yarn,
            UserName::unnamed(),
            "User: yarn is not allowed to impersonate a user without a name",
        ),
    ] {
        let error = resolver
            .resolve(&policy, principal, Some(&target), None)
            .unwrap_err();
        assert_eq!(error.to_string(), says);
        let ResolveError::Refused(refusal) = error else {
            panic!("{error:?}");
        };
        assert_eq!(refusal.property(), None);
    }
}

#[test]
fn the_unnamed_is_no_owner_and_no_super_user_and_in_no_acl() {
    let nobody = UserRef::UNNAMED;
    let (nobodys, staff) = (nobody.to_owned(), group("staff"));
    for dialect in [Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX] {
        let policy = Policy::new(dialect).with_super_user(nobodys.clone());
        let subject = policy.admit(Subject::asserted(
            nobodys.clone(),
            Groups::default(),
            Mechanism::NoSasl,
        ));
        assert!(!subject.is_super_user());

        // What another without a name left: the owner's bits are not for this one.
        let mode = |kind, bits| Attrs::from_mode(kind, nobody, &staff, Mode::from_bits(bits));
        let file = mode(Kind::File, 0o700);
        assert_eq!(policy.effective(&subject, file), Perm::NONE);
        let walk = policy
            .walk(&subject)
            .enter(mode(Kind::Directory, 0o1777))
            .unwrap();
        for op in [
            Op::Open,
            Op::SetAcl,
            Op::SetGroup((&staff).into()),
            Op::SetOwner(nobody),
        ] {
            let denied = walk.check(op, Some(file)).unwrap_err();
            assert_eq!(denied.remedy(), None, "{op:?}");
            assert!(!denied.message("/f").to_string().is_empty());
            assert!(!denied.explain("/f").to_string().is_empty());
        }
        if dialect.sticky {
            let delete = walk.check(Op::Delete, Some(file)).unwrap_err();
            assert!(matches!(delete.reason(), Reason::Sticky { .. }));
        }
        // What is for others is for it, too.
        let open = mode(Kind::File, 0o604);
        assert_eq!(policy.effective(&subject, open), Perm::READ);
        assert!(walk.check(Op::Open, Some(open)).is_ok());
    }
    let entry = |tag| Entry {
        scope: Scope::Access,
        tag,
        perm: Perm::ALL,
    };
    let base = [Tag::Owner, Tag::OwningGroup, Tag::Mask, Tag::Other];
    let entries = || {
        let tags = base.iter().cloned();
        tags.chain([Tag::User(UserName::unnamed())]).map(entry)
    };
    for refused in [
        crate::acl::Acl::from_entries(entries()).unwrap_err(),
        Protection::from_entries(entries(), false).unwrap_err(),
        AclSpec::new(entries()).unwrap_err(),
    ] {
        assert!(
            matches!(&refused, AclError::Unnamed { entry } if entry == "user::rwx"),
            "{refused}"
        );
    }
}
