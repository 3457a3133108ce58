//! Operations from a fuzzer's bytes.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{Op, Rename};

impl<'a> Arbitrary<'a> for Rename {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.choose(&[Self::Within, Self::Across]).copied()
    }
}

impl<'a> Arbitrary<'a> for Op<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=15)? {
            0 => Self::GetStatus,
            1 => Self::List,
            2 => Self::Open,
            3 => Self::Create,
            4 => Self::Append,
            5 => Self::Mkdirs,
            6 => Self::Delete,
            7 => Self::RenameFrom(u.arbitrary()?),
            8 => Self::RenameTo,
            9 => Self::SetPermission,
            10 => Self::SetAcl,
            11 => Self::SetOwner(u.arbitrary()?),
            12 => Self::SetGroup(u.arbitrary()?),
            13 => Self::SetTimes,
            14 => Self::CheckAccess(u.arbitrary()?),
            _ => Self::ContentSummary,
        })
    }
}
