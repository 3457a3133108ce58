//! Changing an ACL: modify, remove, set, remove all, remove the default ACL. All or nothing.

mod change;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::mem;
use std::ops::BitOr;

use super::list::Draft;
use super::{
    AclError, AclSpec, DefaultExists, DefaultOnFile, Dialect, Entry, Kind, MaskFreeze, MaskTrigger,
    Perm, Protection, RemoveAll, Scope, SetDefault, Tag,
};
pub use change::{AclChange, MaskUpdate};

/// Both scopes in the making, and what the request touched.
struct Edit<'a> {
    dialect: &'a Dialect,
    kind: Kind,
    mask: MaskUpdate,
    access: Side,
    default: Side,
    sticky: bool,
    /// A base entry of the access ACL was removed.
    base_removed: bool,
}

#[derive(Default)]
struct Side {
    draft: Draft,
    /// Some entry was changed.
    touched: bool,
    /// A named entry or the owning group was changed.
    group_class_touched: bool,
    /// The request gave or removed the mask.
    mask_named: bool,
}

impl Side {
    fn note(&mut self, tag: &Tag) {
        self.touched = true;
        self.group_class_touched |= tag.is_named() || *tag == Tag::OwningGroup;
        self.mask_named |= *tag == Tag::Mask;
    }
}

impl<'a> Edit<'a> {
    fn of(protection: &Protection, kind: Kind, dialect: &'a Dialect, mask: MaskUpdate) -> Self {
        let side = |draft| Side {
            draft,
            ..Side::default()
        };
        let default = protection.default.as_ref().map(Draft::of);
        Self {
            dialect,
            kind,
            mask,
            access: side(Draft::of(&protection.access)),
            default: side(default.unwrap_or_default()),
            sticky: protection.sticky,
            base_removed: false,
        }
    }

    const fn side(&mut self, scope: Scope) -> &mut Side {
        match scope {
            Scope::Access => &mut self.access,
            Scope::Default => &mut self.default,
        }
    }

    /// What is asked of every spec, whatever is done with it.
    fn check(&self, spec: &AclSpec) -> Result<(), AclError> {
        let default = spec.count(Scope::Default);
        let in_request = self.dialect.default_on_file == DefaultOnFile::RefusedInRequest;
        if default > 0 && self.kind == Kind::File && in_request {
            return Err(AclError::DefaultOnFile);
        }
        within_limit("access", spec.entries().len() - default, self.dialect)?;
        within_limit("default", default, self.dialect)
    }

    fn modify(&mut self, spec: &AclSpec) -> Result<(), AclError> {
        self.check(spec)?;
        self.put_all(spec);
        Ok(())
    }

    fn put_all(&mut self, spec: &AclSpec) {
        for (entry, conditional) in spec.items() {
            self.put(entry, conditional);
        }
    }

    fn put(&mut self, entry: &Entry, conditional: bool) {
        let Entry { scope, tag, perm } = entry;
        if *scope == Scope::Default && self.dialect.default_exists == DefaultExists::OnceMade {
            // What a cleared access ACL has not been given yet grants nothing.
            self.copy_base(Some(Perm::NONE));
        }
        let directory = self.kind == Kind::Directory;
        let side = self.side(*scope);
        let executes = conditional && (directory || somebody_executes(&side.draft));
        let perm = if executes {
            *perm | Perm::EXECUTE
        } else {
            *perm
        };
        side.draft.put(tag, perm);
        side.note(tag);
    }

    fn remove(&mut self, spec: &AclSpec) -> Result<(), AclError> {
        self.check(spec)?;
        for Entry { scope, tag, .. } in spec.entries() {
            // Another change of the same command may put it back.
            self.base_removed |= *scope == Scope::Access && tag.is_base();
            let side = self.side(*scope);
            let removed = side.draft.remove(tag);
            if removed || self.dialect.mask_trigger != MaskTrigger::ChangedEntry {
                self.side(*scope).note(tag);
            }
            let once_made = self.dialect.default_exists == DefaultExists::OnceMade;
            if removed && once_made && *scope == Scope::Default {
                self.copy_base(None);
            }
        }
        Ok(())
    }

    fn set(&mut self, spec: &AclSpec) -> Result<(), AclError> {
        self.check(spec)?;
        let default = spec.count(Scope::Default);
        let replaces_access = spec.entries().len() > default;
        if replaces_access {
            self.access.draft = Draft::default();
        }
        match self.dialect.set_default {
            SetDefault::ReplacedIfGiven if default > 0 => self.default.draft = Draft::default(),
            SetDefault::ReplacedIfGiven => {}
            SetDefault::Merged if replaces_access => {}
            SetDefault::Merged => require_default_base(spec)?,
        }
        self.put_all(spec);
        Ok(())
    }

    fn remove_all(&mut self) {
        self.access.touched = true;
        let draft = &mut self.access.draft;
        let old = mem::take(draft);
        draft.owner = old.owner;
        draft.group = old
            .group
            .map(|group| group & lasting_mask(old.mask, self.dialect));
        draft.other = old.other;
        if self.dialect.remove_all != RemoveAll::AccessOnly {
            self.remove_default();
        }
    }

    fn remove_default(&mut self) {
        self.default.draft = Draft::default();
    }

    /// A default ACL takes its missing base entries from the access ACL, or from `absent` where that has none either.
    fn copy_base(&mut self, absent: Option<Perm>) {
        let (access, default) = (&self.access.draft, &mut self.default.draft);
        default.owner = default.owner.or(access.owner).or(absent);
        default.group = default.group.or(access.group).or(absent);
        default.other = default.other.or(access.other).or(absent);
    }

    /// Upstream: `AclTransformation.calculateMasks` (HDFS), `MutableInode.updateMask` (Alluxio), `do_set` (setfacl).
    fn recalculate_masks(&mut self) -> Result<(), AclError> {
        let either_mask_named = self.access.mask_named || self.default.mask_named;
        for side in [&mut self.access, &mut self.default] {
            let frozen = match (self.mask, self.dialect.mask_freeze) {
                (MaskUpdate::Keep, _) => true,
                (MaskUpdate::Recalculate, _) => false,
                (MaskUpdate::Usual, MaskFreeze::OwnScope) => side.mask_named,
                (MaskUpdate::Usual, MaskFreeze::BothScopes) => either_mask_named,
            };
            let triggered = match self.dialect.mask_trigger {
                MaskTrigger::GroupClass if self.mask == MaskUpdate::Usual => {
                    side.group_class_touched
                }
                _ => side.touched,
            };
            let draft = &mut side.draft;
            if triggered && !frozen && (draft.has_named() || draft.mask.is_some()) {
                draft.mask = Some(draft.group_class());
            } else if draft.has_named() && draft.mask.is_none() {
                if side.mask_named {
                    return Err(AclError::MaskRequired);
                }
                draft.mask = match self.mask {
                    MaskUpdate::Keep => draft.group,
                    // Frozen by the other scope before it ever was, it grants nothing, as upstream.
                    MaskUpdate::Usual | MaskUpdate::Recalculate => Some(Perm::NONE),
                };
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Protection, AclError> {
        let default = &mut self.default.draft;
        if self.dialect.default_exists == DefaultExists::BesidesMask
            && default.mask.is_some()
            && default.len() == 1
        {
            *default = Draft::default();
        }
        if !default.is_empty() {
            self.copy_base(None);
        }
        self.recalculate_masks()?;
        for (scope, side) in [("access", &self.access), ("default", &self.default)] {
            within_limit(scope, side.draft.len(), self.dialect)?;
        }
        let lone_mask = self.dialect.lone_mask;
        let access = self.access.draft.finish(Scope::Access, lone_mask);
        let access = access.map_err(|error| match error {
            AclError::MissingBase { entry } if self.base_removed => AclError::RemoveBase { entry },
            error => error,
        })?;
        let default = &self.default.draft;
        if self.kind == Kind::File && !default.is_empty() {
            return Err(AclError::DefaultOnFile);
        }
        let default = (!default.is_empty())
            .then(|| self.default.draft.finish(Scope::Default, lone_mask))
            .transpose()?;
        Ok(Protection {
            access,
            default,
            sticky: self.sticky,
        })
    }
}

/// What counts for an `X` on a file (`setfacl(1)`): whether any entry, the mask included, has an `x`.
fn somebody_executes(draft: &Draft) -> bool {
    let singles = [draft.owner, draft.other, draft.mask];
    let all = singles.into_iter().flatten();
    all.fold(draft.group_class(), BitOr::bitor)
        .contains(Perm::EXECUTE)
}

/// What the owning group keeps of its entry when its ACL is removed.
const fn lasting_mask(mask: Option<Perm>, dialect: &Dialect) -> Perm {
    match (mask, dialect.remove_all) {
        (Some(mask), RemoveAll::MaskedAccessAndDefault) => mask,
        _ => Perm::ALL,
    }
}

fn require_default_base(spec: &AclSpec) -> Result<(), AclError> {
    for tag in [Tag::Owner, Tag::OwningGroup, Tag::Other] {
        if !spec.entries().iter().any(|entry| entry.tag == tag) {
            let entry = format!("default:{tag}:");
            return Err(AclError::MissingBase { entry });
        }
    }
    Ok(())
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

impl Protection {
    /// Adds the entries of `spec`, or changes those that exist (`setfacl -m`).
    ///
    /// A default ACL that comes into being gets its missing base entries from the access ACL. The mask of a changed scope
    /// becomes the union of the owning group and all named entries, unless the request gives one. A mask without named
    /// entries stands where the dialect has [`LoneMask::Kept`](super::LoneMask::Kept), and is dropped elsewhere.
    ///
    /// # Errors
    ///
    /// [`AclError::DefaultOnFile`] and [`AclError::TooManyEntries`]. Nothing is changed then.
    pub fn modify(&self, spec: &AclSpec, kind: Kind, dialect: &Dialect) -> Result<Self, AclError> {
        let mut edit = Edit::of(self, kind, dialect, MaskUpdate::Usual);
        edit.modify(spec)?;
        edit.finish()
    }

    /// Removes the entries of `spec`, whatever their permissions (`setfacl -x`). Removing what is not there is no error; a
    /// base entry of the default ACL falls back to the access ACL's. Without any entry left, the default ACL is gone, where
    /// the dialect's [`DefaultExists`] says so.
    ///
    /// # Errors
    ///
    /// [`AclError::RemoveBase`] for a base entry of the access ACL, [`AclError::MaskRequired`] for a mask that named entries
    /// need, [`AclError::DefaultOnFile`] where a request may not even name default entries of a file.
    pub fn remove(&self, spec: &AclSpec, kind: Kind, dialect: &Dialect) -> Result<Self, AclError> {
        let mut edit = Edit::of(self, kind, dialect, MaskUpdate::Usual);
        edit.remove(spec)?;
        edit.finish()
    }

    /// Replaces the ACL by `spec` (`setfacl --set`). What becomes of a default ACL is the dialect's
    /// [`SetDefault`]; an access ACL that `spec` does not mention stays.
    ///
    /// # Errors
    ///
    /// [`AclError::MissingBase`] unless all three base entries of the access ACL are given, or in Alluxio of the default ACL
    /// where it alone is mentioned; [`AclError::DefaultOnFile`], [`AclError::TooManyEntries`].
    pub fn set(&self, spec: &AclSpec, kind: Kind, dialect: &Dialect) -> Result<Self, AclError> {
        let mut edit = Edit::of(self, kind, dialect, MaskUpdate::Usual);
        edit.set(spec)?;
        edit.finish()
    }

    /// Removes all extended entries of the access ACL (`setfacl -b`). What becomes of the default ACL, and whether the owning
    /// group gets back what the mask withheld, is the dialect's [`RemoveAll`].
    #[must_use]
    pub fn remove_all(&self, dialect: &Dialect) -> Self {
        Self {
            access: {
                let access = &self.access;
                let mask = lasting_mask(access.mask(), dialect);
                let group = access.group() & mask;
                access
                    .with_bits(access.owner(), group, access.other(), mask)
                    .minimal()
            },
            default: match dialect.remove_all {
                RemoveAll::AccessAndDefault | RemoveAll::MaskedAccessAndDefault => None,
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
