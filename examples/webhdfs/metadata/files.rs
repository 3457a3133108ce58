//! Operations on bytes: a check here, a capability, and the client is sent to the worker.
//!
//! A new file is pending until the worker has all its bytes; only then does it appear in the tree.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bailiwick::acl::{Kind, Mode, Perm};
use bailiwick::authz::{Op, Permit};
use form_urlencoded::Serializer;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::writes::{Creation, exists, make_directories};
use super::{Answer, Call, Metadata, Reply, now_millis};
use crate::http::RemoteException;
use crate::namespace::{Birth, Body, Id};

/// Files that a client may have begun to write.
#[derive(Default)]
pub struct PendingFiles(Mutex<HashMap<Id, Pending>>);

struct Pending {
    directory: Id,
    name: String,
    birth: Birth,
    overwrite: bool,
    since: Instant,
}

/// Few enough to bound memory, and far more than a demonstration needs.
const MAX_PENDING: usize = 100_000;

impl PendingFiles {
    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Pending>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a file to come, and forgets those whose tokens have expired long ago.
    fn add(
        &self,
        block: Id,
        pending: Pending,
        token_life: Duration,
    ) -> Result<(), RemoteException> {
        let mut all = self.lock();
        if all.len() >= MAX_PENDING {
            // A write that began in the last second of its token may still be running.
            all.retain(|_, pending| pending.since.elapsed() < token_life.saturating_mul(2));
        }
        if all.len() >= MAX_PENDING {
            return Err(RemoteException::retriable(
                "too many files are being written".to_owned(),
            ));
        }
        all.insert(block, pending);
        Ok(())
    }
}

/// What the worker reports when it has all bytes of a request.
pub enum Commit {
    /// A new block is complete.
    Created { block: Id, length: u64 },
    /// A block has grown.
    Appended { block: Id, length: u64 },
}

pub fn create(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let overwrite = call.params.boolean("overwrite")?.unwrap_or(false);
    let create_parent = call.params.boolean("createparent")?.unwrap_or(true);
    let creation = Creation::of(metadata, call.params, Kind::File)?;
    let directories = Creation::unstated(metadata, Mode::default_for(Kind::Directory));
    let mut namespace = metadata.write();
    let missing = {
        let found = namespace.find(call.path);
        call.check(&metadata.policy, &found, Op::Create)?;
        match found.target {
            Some(inode) if inode.is_directory() => {
                return Err(RemoteException::file_already_exists(format!(
                    "{} already exists as a directory",
                    call.path
                )));
            }
            Some(_) if !overwrite => return Err(exists(call.path)),
            _ => found.missing,
        }
    };
    if missing > 0 && !create_parent {
        return Err(RemoteException::file_not_found(format!(
            "Parent directory doesn't exist: {}",
            call.path
        )));
    }
    let depth = call.path.names().len().saturating_sub(1);
    let directory = make_directories(&mut namespace, call, &directories, depth)?;
    let block = namespace.next_id();
    let found = namespace.find(call.path);
    let permit = call.check(&metadata.policy, &found, Op::Create)?;
    let parent = found.parent().ok_or_else(|| exists(call.path))?;
    let pending = Pending {
        directory,
        name: call.path.name().unwrap_or_default().to_owned(),
        birth: creation.birth(call.subject, parent, Kind::File),
        overwrite,
        since: Instant::now(),
    };
    metadata.pending.add(block, pending, metadata.token_life)?;
    to_worker(metadata, call, "CREATE", &permit, block, Perm::WRITE)
}

pub fn append(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let namespace = metadata.read();
    let (inode, permit) =
        call.check_existing(&metadata.policy, &namespace.find(call.path), Op::Append)?;
    let block = block_of(&inode.body, call)?;
    to_worker(metadata, call, "APPEND", &permit, block, Perm::WRITE)
}

pub fn open(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let offset = call.params.length("offset")?.unwrap_or(0);
    call.params.length("length")?;
    let namespace = metadata.read();
    let (inode, permit) =
        call.check_existing(&metadata.policy, &namespace.find(call.path), Op::Open)?;
    let block = block_of(&inode.body, call)?;
    if offset > inode.length() {
        return Err(RemoteException::io(format!(
            "Offset={offset} out of the range [0, {}); OPEN, path={}",
            inode.length(),
            call.path
        )));
    }
    to_worker(metadata, call, "OPEN", &permit, block, Perm::READ)
}

fn block_of(body: &Body, call: &Call<'_>) -> Result<Id, RemoteException> {
    match body {
        Body::File { block, .. } => Ok(*block),
        Body::Directory(_) => Err(RemoteException::file_not_found(format!(
            "Path is not a file: {}",
            call.path
        ))),
    }
}

/// The worker's address with a capability for one block.
fn to_worker(
    metadata: &Metadata,
    call: &Call<'_>,
    op: &str,
    permit: &Permit<'_>,
    block: Id,
    right: Perm,
) -> Answer {
    let token = metadata
        .issuer
        .issue(
            permit,
            block_name(block).as_bytes(),
            right,
            SystemTime::now(),
        )
        .map_err(|error| RemoteException::retriable(error.to_string()))?;
    let mut query = Serializer::new(String::new());
    query
        .append_pair("op", op)
        .append_pair("block", &block.to_string())
        .append_pair("capability", &token);
    for name in ["offset", "length"] {
        if let Some(value) = call.params.optional(name) {
            query.append_pair(name, value);
        }
    }
    const PATH: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'#')
        .add(b'%')
        .add(b'<')
        .add(b'>')
        .add(b'?')
        .add(b'`')
        .add(b'{')
        .add(b'}');
    let path = utf8_percent_encode(call.path.as_str(), PATH);
    Ok(Reply::Worker(format!(
        "{}/webhdfs/v1{path}?{}",
        metadata.worker,
        query.finish()
    )))
}

/// What a capability names a block.
pub fn block_name(block: Id) -> String {
    format!("block {block}")
}

impl Metadata {
    /// Makes visible what the worker has stored whole. Returns blocks that nobody needs any more.
    pub fn commit(&self, commit: &Commit) -> Result<Vec<Id>, RemoteException> {
        match *commit {
            Commit::Created { block, length } => self.commit_created(block, length),
            Commit::Appended { block, length } => {
                let mut namespace = self.write();
                let gone = || {
                    RemoteException::file_not_found(format!(
                        "the file of block {block} was deleted"
                    ))
                };
                let file = namespace.file_of_block(block).ok_or_else(gone)?;
                file.body = Body::File { block, length };
                file.modified = now_millis();
                Ok(Vec::new())
            }
        }
    }

    fn commit_created(&self, block: Id, length: u64) -> Result<Vec<Id>, RemoteException> {
        let unknown = || {
            RemoteException::io(format!(
                "block {block} is not expected: its capability was used before"
            ))
        };
        let pending = self.pending.lock().remove(&block).ok_or_else(unknown)?;
        let mut namespace = self.write();
        let Some(directory) = namespace.get(pending.directory) else {
            return Err(RemoteException::file_not_found(format!(
                "the directory of {} was deleted",
                pending.name
            )));
        };
        let old = namespace
            .child(directory, &pending.name)
            .map(|inode| (inode.id, inode.is_directory()));
        let mut unneeded = Vec::new();
        match old {
            Some((old, false)) if pending.overwrite => {
                namespace.unlink(pending.directory, &pending.name, pending.birth.now);
                unneeded = namespace.remove(old);
            }
            Some(_) => {
                return Err(RemoteException::file_already_exists(format!(
                    "{} already exists",
                    pending.name
                )));
            }
            None => {}
        }
        let body = Body::File { block, length };
        let birth = Birth {
            now: now_millis(),
            ..pending.birth
        };
        namespace
            .add(pending.directory, &pending.name, birth, body)
            .ok_or_else(unknown)?;
        Ok(unneeded)
    }
}
