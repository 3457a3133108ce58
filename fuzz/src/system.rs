//! Which upstream a case is about.

use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};

use crate::agree::{DIALECTS, HDFS_WITHOUT_INHERITANCE, Rules};

/// A dialect, and the oracle that it has to agree with.
pub struct System(pub(crate) Rules);

impl<'a> Arbitrary<'a> for System {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let [posix, hdfs, alluxio] = DIALECTS;
        Ok(Self(match u.int_in_range(0..=3)? {
            0 => posix,
            1 => hdfs,
            2 => alluxio,
            _ => HDFS_WITHOUT_INHERITANCE,
        }))
    }
}

impl std::fmt::Debug for System {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.0.name)
    }
}
