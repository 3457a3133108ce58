//! What was found under some paths, to be compared with what is found there later.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::super::Files;
use super::super::files::{self, Unread};

/// The hash of a content, or why there is none. Not keyed, because whoever reads this process's memory finds the keys
/// themselves; not shown, because a short password could be found by trying.
type Look = Result<[u8; 32], Unread>;

/// What was found under some paths at one time.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Looks(BTreeMap<PathBuf, Look>);

impl Looks {
    /// What a load has read.
    pub(super) fn of(files: &Files) -> Self {
        let found = files.found().map(|(path, found)| {
            let look = found.map(|bytes| Sha256::digest(bytes).into());
            (path.clone(), look)
        });
        Self(found.collect())
    }

    /// The same paths now.
    pub(super) fn again(&self) -> Self {
        let now = self.0.keys().map(|path| (path.clone(), look(path)));
        Self(now.collect())
    }

    /// Was everything in `other` found here too, and the same?
    pub(super) fn contain(&self, other: &Self) -> bool {
        self.first_unlike(other).is_none()
    }

    /// The first path of `other` that is not here or was found otherwise.
    pub(super) fn first_unlike<'a>(&self, other: &'a Self) -> Option<&'a Path> {
        let mut paths = other.0.iter();
        paths
            .find(|(path, look)| self.0.get(*path) != Some(look))
            .map(|(path, _)| path.as_path())
    }

    /// Without what lies under paths that `other` does not have.
    pub(super) fn retain_paths_of(&mut self, other: &Self) {
        self.0.retain(|path, _| other.0.contains_key(path));
    }

    /// Takes over what `other` found, over what is here.
    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

fn look(path: &Path) -> Look {
    let (file, size) = files::open_regular(path)?;
    let limit = files::MAX_BYTES as u64;
    if size > limit {
        return Err(Unread::TooLarge);
    }
    let mut file = file.take(limit + 1);
    let mut hash = Sha256::new();
    // On the heap: a poll may run on a small stack.
    let mut buffer = Zeroizing::new(vec![0; 16 * 1024]);
    let mut total = 0;
    loop {
        let read = match file.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok(hash.finalize().into());
        };
        total += bytes.len();
        if total > files::MAX_BYTES {
            return Err(Unread::TooLarge);
        }
        hash.update(bytes);
    }
}
