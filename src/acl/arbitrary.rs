//! ACLs, and all that they are made of, from a fuzzer's bytes. Invariants hold by construction.

use std::collections::HashSet;

use arbitrary::{Arbitrary, Error, Result, Unstructured};

use super::list::Draft;
use super::{
    Acl, AclChange, AclSpec, Dialect, Entry, Kind, LoneMask, MaskUpdate, Mode, Perm, Protection,
    Scope, Tag,
};

/// So many entries fit beside the three base entries and the mask in every dialect.
const MAX_NAMED: usize = 28;

impl<'a> Arbitrary<'a> for Perm {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.int_in_range(0..=7).map(Self::from_bits)
    }
}

impl<'a> Arbitrary<'a> for Mode {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.arbitrary().map(Self::from_bits)
    }
}

impl<'a> Arbitrary<'a> for Kind {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.choose(&[Self::Directory, Self::File]).copied()
    }
}

impl<'a> Arbitrary<'a> for Scope {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.choose(&[Self::Access, Self::Default]).copied()
    }
}

/// Half of them name a user or a group.
impl<'a> Arbitrary<'a> for Tag {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=7)? {
            0 => Self::Owner,
            1 => Self::OwningGroup,
            2 => Self::Mask,
            3 => Self::Other,
            4 | 5 => Self::User(u.arbitrary()?),
            _ => Self::Group(u.arbitrary()?),
        })
    }
}

impl<'a> Arbitrary<'a> for Entry {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            scope: u.arbitrary()?,
            tag: u.arbitrary()?,
            perm: u.arbitrary()?,
        })
    }
}

/// No entry twice, and no more than fit in every dialect; perhaps none. None of them asks for an `X`.
impl<'a> Arbitrary<'a> for AclSpec {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let entries = u.arbitrary_iter::<Entry>()?.take(MAX_NAMED);
        let mut entries: Vec<_> = entries.collect::<Result<_>>()?;
        let mut seen = HashSet::new();
        entries.retain(|entry| seen.insert((entry.scope, entry.tag.clone())));
        Self::new(entries).map_err(|_| Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for AclChange {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=7)? {
            0..=2 => Self::Modify(u.arbitrary()?),
            3 | 4 => Self::Remove(u.arbitrary()?),
            5 => Self::Set(u.arbitrary()?),
            6 => Self::RemoveAll,
            _ => Self::RemoveDefault,
        })
    }
}

impl<'a> Arbitrary<'a> for MaskUpdate {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let all = [Self::Usual, Self::Keep, Self::Recalculate];
        u.choose(&all).copied()
    }
}

/// Minimal or extended, complete, and short enough for every dialect. It may have a mask without named entries, which an
/// edit in Alluxio's dialect would drop ([`LoneMask`]).
impl<'a> Arbitrary<'a> for Acl {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut draft = Draft::of(&Self::from_mode(u.arbitrary()?));
        for entry in u.arbitrary_iter()?.take(MAX_NAMED) {
            let (tag, perm) = entry?;
            draft.put(&tag, perm);
        }
        if draft.has_named() && draft.mask.is_none() {
            draft.mask = Some(u.arbitrary()?);
        }
        draft
            .finish(Scope::Access, LoneMask::Kept)
            .map_err(|_| Error::IncorrectFormat)
    }
}

/// Any access ACL; a default ACL, as only a directory has it, half of the time; sticky or not.
///
/// ```
/// use arbitrary::{Arbitrary, Unstructured};
/// use bailiwick::acl::{AclSpec, Dialect, Kind, Protection};
///
/// // What a fuzz target does with the bytes that it is given: an edit that succeeds leaves nothing half done.
/// fn fuzz(bytes: &[u8]) -> arbitrary::Result<()> {
///     let mut u = Unstructured::new(bytes);
///     let directory = Protection::arbitrary(&mut u)?;
///     let spec = AclSpec::arbitrary(&mut u)?;
///     if let Ok(after) = directory.modify(&spec, Kind::Directory, &Dialect::POSIX) {
///         assert_eq!(after.modify(&spec, Kind::Directory, &Dialect::POSIX), Ok(after));
///     }
///     Ok(())
/// }
/// # for seed in 0..=255 { fuzz(&[seed; 64]).unwrap() }
/// ```
impl<'a> Arbitrary<'a> for Protection {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self::from_parts(
            u.arbitrary()?,
            u.arbitrary()?,
            u.arbitrary()?,
        ))
    }
}

/// One of the three constants.
impl<'a> Arbitrary<'a> for Dialect {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.choose(&[Self::ALLUXIO, Self::HDFS, Self::POSIX]).copied()
    }
}
