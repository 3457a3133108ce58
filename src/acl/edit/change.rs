//! A change of an ACL as a value, as requests and command lines carry it.

use super::Edit;
use crate::acl::{AclError, AclSpec, Dialect, Kind, Protection, Scope};

/// One of setfacl's verbs, with its entries.
///
/// ```
/// use bailiwick::acl::{AclChange, AclSpec, Dialect, Kind, MaskUpdate, Mode, Protection};
///
/// let dialect = &Dialect::POSIX;
/// let file = Protection::from(Mode::from_bits(0o640));
/// let share = AclChange::Modify(AclSpec::parse("bob:rw", dialect)?);
/// let shared = share.apply(&file, Kind::File, dialect)?;
/// assert_eq!(shared.access().mask().unwrap().to_string(), "rw-");
///
/// let narrow = file.change([&share], MaskUpdate::Keep, Kind::File, dialect)?; // setfacl -n
/// assert_eq!(narrow.access().mask().unwrap().to_string(), "r--");
/// # Ok::<(), bailiwick::acl::AclError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AclChange {
    /// [`Protection::modify`], `-m`
    Modify(AclSpec),
    /// [`Protection::remove`], `-x`
    Remove(AclSpec),
    /// [`Protection::set`], `--set`
    Set(AclSpec),
    /// [`Protection::remove_all`], `-b`
    RemoveAll,
    /// [`Protection::remove_default`], `-k`
    RemoveDefault,
}

/// What becomes of the masks of changed scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MaskUpdate {
    /// As the dialect has it: recalculated, unless the request says otherwise.
    #[default]
    Usual,
    /// They stay; where one is needed that was not there, it is the owning group's permission (`setfacl -n`).
    Keep,
    /// They are recalculated, whatever the request says of them (`setfacl --mask`).
    Recalculate,
}

impl AclChange {
    /// The protection changed, or an error and nothing changed.
    ///
    /// # Errors
    ///
    /// Those of the method of [`Protection`] that does it.
    pub fn apply(
        &self,
        protection: &Protection,
        kind: Kind,
        dialect: &Dialect,
    ) -> Result<Protection, AclError> {
        protection.change([self], MaskUpdate::Usual, kind, dialect)
    }

    /// What of it applies to a file that a recursive request comes by.
    pub(in crate::acl) fn access_only(&self) -> Option<Self> {
        let rest = |spec: &AclSpec| (spec.count(Scope::Access) > 0).then(|| spec.access_only());
        match self {
            Self::Modify(spec) => rest(spec).map(Self::Modify),
            Self::Remove(spec) => rest(spec).map(Self::Remove),
            Self::Set(spec) => rest(spec).map(Self::Set),
            Self::RemoveAll | Self::RemoveDefault => Some(self.clone()),
        }
    }
}

impl Protection {
    /// Makes several changes at once, as one command of `setfacl(1)` does: one after the other, and then, once, default
    /// entries are completed, masks recalculated and the result validated.
    ///
    /// # Errors
    ///
    /// Those of [`modify`](Self::modify), [`remove`](Self::remove) and [`set`](Self::set). Nothing is changed then.
    pub fn change<'a>(
        &self,
        changes: impl IntoIterator<Item = &'a AclChange>,
        mask: MaskUpdate,
        kind: Kind,
        dialect: &Dialect,
    ) -> Result<Self, AclError> {
        let mut edit = Edit::of(self, kind, dialect, mask);
        for change in changes {
            match change {
                AclChange::Modify(spec) => edit.modify(spec)?,
                AclChange::Remove(spec) => edit.remove(spec)?,
                AclChange::Set(spec) => edit.set(spec)?,
                AclChange::RemoveAll => edit.remove_all(),
                AclChange::RemoveDefault => edit.remove_default(),
            }
        }
        edit.finish()
    }
}
