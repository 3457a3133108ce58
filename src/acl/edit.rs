//! Changing an ACL: modify, remove, set, remove all, remove the default ACL. All or nothing.

use super::list::Draft;
use super::{
    Acl, AclError, AclSpec, DefaultExists, DefaultOnFile, Dialect, GroupUnmasked, Kind, MaskFreeze,
    MaskTrigger, Perm, Protection, RemoveAll, Scope, SetDefault, Tag,
};

/// Both scopes in the making, and what the request touched.
struct Edit<'a> {
    dialect: &'a Dialect,
    access: Side,
    default: Side,
}

#[derive(Default)]
struct Side {
    draft: Draft,
    /// The list was there before.
    existed: bool,
    /// The request is one that makes the mask be recalculated.
    triggered: bool,
    /// The request names the mask.
    mask_named: bool,
}

impl Side {
    fn of(acl: Option<&Acl>) -> Self {
        Self {
            draft: acl.map(Draft::of).unwrap_or_default(),
            existed: acl.is_some(),
            ..Self::default()
        }
    }

    /// Takes note of an entry of the request. `changed` is false for one to remove that was not there.
    fn note(&mut self, tag: &Tag, changed: bool, trigger: MaskTrigger) {
        self.triggered |= match trigger {
            MaskTrigger::AnyChange => changed,
            MaskTrigger::AnyEntry => true,
            MaskTrigger::GroupClass => tag.is_named() || *tag == Tag::OwningGroup,
        };
        self.mask_named |= *tag == Tag::Mask;
    }
}

impl<'a> Edit<'a> {
    fn of(protection: &Protection, dialect: &'a Dialect) -> Self {
        Self {
            dialect,
            access: Side::of(Some(&protection.access)),
            default: Side::of(protection.default.as_ref()),
        }
    }

    const fn side(&mut self, scope: Scope) -> &mut Side {
        match scope {
            Scope::Access => &mut self.access,
            Scope::Default => &mut self.default,
        }
    }

    fn put_all(&mut self, spec: &AclSpec) {
        let trigger = self.dialect.mask_trigger;
        for entry in spec.entries() {
            let side = self.side(entry.scope);
            side.draft.put(&entry.tag, entry.perm);
            side.note(&entry.tag, true, trigger);
        }
    }

    /// A default ACL that exists at all takes its missing base entries from the access ACL.
    fn complete_default(&mut self) {
        let default = &mut self.default.draft;
        let exists = match self.dialect.default_exists {
            DefaultExists::AnyButMask => !default.is_empty() && !default.is_lone_mask(),
            DefaultExists::AnyEntry => !default.is_empty(),
            DefaultExists::OnceThere => !default.is_empty() || self.default.existed,
        };
        if !exists {
            *default = Draft::default();
            return;
        }
        let access = &self.access.draft;
        default.owner = default.owner.or(access.owner);
        default.group = default.group.or(access.group);
        default.other = default.other.or(access.other);
    }

    /// Upstream: `AclTransformation.calculateMasks` (HDFS), `MutableInode.updateMask` (Alluxio).
    fn recalculate_masks(&mut self) -> Result<(), AclError> {
        let either_mask_named = self.access.mask_named || self.default.mask_named;
        for side in [&mut self.access, &mut self.default] {
            let frozen = match self.dialect.mask_freeze {
                MaskFreeze::OwnScope => side.mask_named,
                MaskFreeze::BothScopes => either_mask_named,
            };
            let draft = &mut side.draft;
            if side.mask_named && draft.mask.is_none() && draft.has_named() {
                return Err(AclError::MaskRequired);
            }
            if side.triggered && !frozen && (draft.has_named() || draft.mask.is_some()) {
                draft.mask = Some(draft.group_class());
            }
            if draft.has_named() && draft.mask.is_none() {
                // A frozen mask that never existed grants nothing, as upstream.
                draft.mask = Some(Perm::NONE);
            }
        }
        Ok(())
    }

    fn finish(mut self, kind: Kind, sticky: bool) -> Result<Protection, AclError> {
        self.complete_default();
        self.recalculate_masks()?;
        for (scope, side) in [("access", &self.access), ("default", &self.default)] {
            within_limit(scope, side.draft.len(), self.dialect)?;
        }
        let lone_mask = self.dialect.lone_mask;
        let default = if self.default.draft.is_empty() {
            None
        } else if kind == Kind::File {
            return Err(AclError::DefaultOnFile);
        } else {
            Some(self.default.draft.finish(Scope::Default, lone_mask)?)
        };
        Ok(Protection {
            access: self.access.draft.finish(Scope::Access, lone_mask)?,
            default,
            sticky,
        })
    }
}

fn within_limit(scope: &'static str, count: usize, dialect: &Dialect) -> Result<(), AclError> {
    match dialect.max_entries {
        Some(limit) if count > limit => Err(AclError::TooManyEntries {
            scope,
            count,
            limit,
        }),
        _ => Ok(()),
    }
}

/// What is refused whatever the ACL is.
fn check_request(spec: &AclSpec, kind: Kind, dialect: &Dialect) -> Result<(), AclError> {
    let default = spec.count(Scope::Default);
    within_limit("access", spec.entries().len() - default, dialect)?;
    within_limit("default", default, dialect)?;
    match dialect.default_on_file {
        DefaultOnFile::Named if default > 0 && kind == Kind::File => Err(AclError::DefaultOnFile),
        _ => Ok(()),
    }
}

impl Protection {
    /// Adds the entries of `spec`, or changes those that exist (`setfacl -m`).
    ///
    /// # Errors
    ///
    /// [`AclError::DefaultOnFile`] and [`AclError::TooManyEntries`].
    pub fn modify(&self, spec: &AclSpec, kind: Kind, dialect: &Dialect) -> Result<Self, AclError> {
        check_request(spec, kind, dialect)?;
        let mut edit = Edit::of(self, dialect);
        edit.put_all(spec);
        edit.finish(kind, self.sticky)
    }

    /// Removes the entries of `spec`, whatever their permissions (`setfacl -x`). Removing what is not there is no error, but
    /// may recalculate the mask ([`MaskTrigger`]); a base entry of the default ACL falls back to the access ACL's.
    ///
    /// # Errors
    ///
    /// [`AclError::RemoveBase`] for a base entry of the access ACL, [`AclError::MaskRequired`] for a mask that is needed,
    /// [`AclError::DefaultOnFile`].
    pub fn remove(&self, spec: &AclSpec, kind: Kind, dialect: &Dialect) -> Result<Self, AclError> {
        check_request(spec, kind, dialect)?;
        let mut edit = Edit::of(self, dialect);
        for entry in spec.entries() {
            if entry.scope == Scope::Access && entry.tag.is_base() {
                return Err(AclError::RemoveBase {
                    entry: format!("{}:", entry.tag),
                });
            }
            let side = edit.side(entry.scope);
            let changed = side.draft.remove(&entry.tag);
            side.note(&entry.tag, changed, dialect.mask_trigger);
        }
        edit.finish(kind, self.sticky)
    }

    /// Replaces the ACL by `spec` (`setfacl --set`). What becomes of a default ACL is the dialect's
    /// [`SetDefault`]; an access ACL that `spec` does not mention stays.
    ///
    /// # Errors
    ///
    /// [`AclError::MissingBase`] unless all three base entries are given, [`AclError::DefaultOnFile`],
    /// [`AclError::TooManyEntries`].
    pub fn set(&self, spec: &AclSpec, kind: Kind, dialect: &Dialect) -> Result<Self, AclError> {
        check_request(spec, kind, dialect)?;
        let mut edit = Edit::of(self, dialect);
        let default = spec.count(Scope::Default);
        if spec.entries().len() > default {
            edit.access.draft = Draft::default();
        }
        match dialect.set_default {
            SetDefault::ReplacedIfGiven if default > 0 => edit.default.draft = Draft::default(),
            SetDefault::ReplacedIfGiven | SetDefault::Merged => {}
        }
        edit.put_all(spec);
        edit.finish(kind, self.sticky)
    }

    /// Removes all extended entries of the access ACL and, where the dialect's [`RemoveAll`] says so, the default ACL
    /// (`setfacl -b`). What the owning group then has is the dialect's [`GroupUnmasked`].
    #[must_use]
    pub fn remove_all(&self, dialect: &Dialect) -> Self {
        let mask = match dialect.group_unmasked {
            GroupUnmasked::Entry => Perm::ALL,
            GroupUnmasked::Effective => self.access.mask().unwrap_or(Perm::ALL),
        };
        Self {
            access: self.access.minimal(mask),
            default: match dialect.remove_all {
                RemoveAll::AccessAndDefault => None,
                RemoveAll::AccessOnly => self.default.clone(),
            },
            sticky: self.sticky,
        }
    }

    /// Removes the default ACL (`setfacl -k`).
    #[must_use]
    pub fn remove_default(&self) -> Self {
        Self {
            default: None,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::Mode;

    fn after(spec: &str, dialect: &Dialect) -> Protection {
        let directory = Protection::from(Mode::from_bits(0o750));
        let spec = AclSpec::parse(spec, dialect).unwrap();
        directory.modify(&spec, Kind::Directory, dialect).unwrap()
    }

    #[test]
    fn an_explicit_mask_freezes_its_scope_and_in_alluxio_the_other_too() {
        let spec = "user:a:rwx,default:user:a:rwx,mask::r--";
        for (dialect, default) in [
            (&Dialect::HDFS, Perm::ALL),
            (&Dialect::POSIX, Perm::ALL),
            (&Dialect::ALLUXIO, Perm::NONE),
        ] {
            let directory = after(spec, dialect);
            assert_eq!(
                directory.access().mask(),
                Some(Perm::READ),
                "{}",
                dialect.name
            );
            let mask = directory.default_acl().and_then(Acl::mask);
            assert_eq!(mask, Some(default), "{}", dialect.name);
        }
    }

    #[test]
    fn a_lone_mask_counts_where_the_dialect_keeps_it() {
        for (dialect, mask) in [
            (&Dialect::HDFS, Some(Perm::READ)),
            (&Dialect::ALLUXIO, None),
        ] {
            assert_eq!(
                after("mask::r--", dialect).access().mask(),
                mask,
                "{}",
                dialect.name
            );
        }
    }

    #[test]
    fn set_and_remove_all_treat_the_default_acl_as_their_dialect_does() {
        let base = "user::rwx,group::r--,other::---";
        for (dialect, set_keeps, remove_all_keeps) in [
            (&Dialect::HDFS, true, false),
            (&Dialect::POSIX, true, false),
            (&Dialect::ALLUXIO, true, true),
        ] {
            let directory = after("user:a:rwx,default:user:a:rwx", dialect);
            let set = directory.set(
                &AclSpec::parse(base, dialect).unwrap(),
                Kind::Directory,
                dialect,
            );
            let set = set.unwrap();
            assert!(!set.access().is_extended());
            assert_eq!(set.default_acl().is_some(), set_keeps, "{}", dialect.name);
            let bare = directory.remove_all(dialect);
            assert!(!bare.access().is_extended() && bare.access().group().to_string() == "r-x");
            assert_eq!(
                bare.default_acl().is_some(),
                remove_all_keeps,
                "{}",
                dialect.name
            );
        }
    }

    #[test]
    fn removing_what_is_not_there_recalculates_the_mask_where_naming_it_is_enough() {
        for (dialect, mask) in [
            (&Dialect::HDFS, Perm::READ),
            (&Dialect::POSIX, Perm::ALL),
            (&Dialect::ALLUXIO, Perm::ALL),
        ] {
            let spec = AclSpec::parse_removal("user:b", dialect).unwrap();
            let directory = after("user:a:rwx,mask::r--", dialect)
                .remove(&spec, Kind::Directory, dialect)
                .unwrap();
            assert_eq!(directory.access().mask(), Some(mask), "{}", dialect.name);
        }
    }

    #[test]
    fn nobody_gains_by_setfacl_b() {
        for (dialect, group) in [
            (&Dialect::HDFS, "r-x"),
            (&Dialect::POSIX, "r--"),
            (&Dialect::ALLUXIO, "r-x"),
        ] {
            let bare = after("user:a:rwx,mask::rw-", dialect).remove_all(dialect);
            assert_eq!(bare.access().group().to_string(), group, "{}", dialect.name);
        }
    }

    #[test]
    fn a_default_acl_begins_and_ends_with_the_entries_that_its_dialect_counts() {
        let base = "default:user:,default:group:,default:other:";
        for (dialect, by_mask_alone, without_entries) in [
            (&Dialect::HDFS, false, false),
            (&Dialect::POSIX, true, false),
            (&Dialect::ALLUXIO, true, true),
        ] {
            let masked = after("default:mask::r--", dialect).default_acl().is_some();
            let spec = AclSpec::parse_removal(base, dialect).unwrap();
            let emptied =
                after("default:other::rwx", dialect).remove(&spec, Kind::Directory, dialect);
            let stays = emptied.unwrap().default_acl().is_some();
            assert_eq!(
                (masked, stays),
                (by_mask_alone, without_entries),
                "{}",
                dialect.name
            );
        }
    }

    #[test]
    fn default_entries_are_removed_from_a_file_in_vain_or_not_at_all() {
        let file = Protection::from(Mode::from_bits(0o640));
        for (dialect, result) in [
            (&Dialect::HDFS, Ok(file.clone())),
            (&Dialect::POSIX, Ok(file.clone())),
            (&Dialect::ALLUXIO, Err(AclError::DefaultOnFile)),
        ] {
            let spec = AclSpec::parse_removal("default:user:a", dialect).unwrap();
            assert_eq!(
                file.remove(&spec, Kind::File, dialect),
                result,
                "{}",
                dialect.name
            );
        }
    }

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
}
