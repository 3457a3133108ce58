//! Reading a file that may hold secrets, up to a limit.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use super::TlsError;

pub(super) fn read(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let io = |source| TlsError::Io {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    // Room for all of it from the start: a vector that grows leaves copies of the secret behind.
    let capacity = usize::try_from(size).unwrap_or(limit).min(limit) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    let read = file
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(io)?;
    if read > limit {
        return Err(TlsError::TooLarge {
            store: path.display().to_string(),
            limit,
        });
    }
    Ok(bytes)
}
