//! Blocks as files in a folder. A block appears and grows by atomic rename only, so nobody sees half of one.

use std::fs;
use std::io::{self, SeekFrom};
use std::path::PathBuf;

use http_body_util::channel::{Channel, Sender};
use http_body_util::{BodyExt, combinators::BoxBody};
use hyper::Response;
use hyper::body::{Bytes, Incoming};
use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, Take};
use tokio::sync::Mutex;

use super::octets;
use crate::http::{Body, RemoteException};
use crate::namespace::Id;

const MAX_LENGTH: u64 = 16 << 30;
const CHUNK: usize = 64 * 1024;

pub struct Blocks {
    folder: PathBuf,
    /// Held while a block is changed or discarded, so that concurrent appends lose nothing.
    changing: Mutex<()>,
}

/// A whole body in a file of its own, gone again unless a block is made of it.
pub struct Received {
    path: TempPath,
    length: u64,
}

impl Received {
    pub const fn length(&self) -> u64 {
        self.length
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn failed(error: io::Error) -> RemoteException {
    RemoteException::io(format!("the worker's disk: {error}"))
}

impl Blocks {
    /// Blocks in a folder that exists.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            changing: Mutex::new(()),
        }
    }

    fn path(&self, block: Id) -> PathBuf {
        self.folder.join(format!("block-{block}"))
    }

    /// An empty file, readable by nobody else.
    fn temporary(&self) -> io::Result<(File, TempPath)> {
        let (file, path) = NamedTempFile::with_prefix_in("incoming-", &self.folder)?.into_parts();
        Ok((File::from_std(file), path))
    }

    /// Takes a body. One that ends early is an error and leaves nothing behind.
    pub async fn receive(&self, mut body: Incoming) -> Result<Received, RemoteException> {
        let (mut file, path) = self.temporary().map_err(failed)?;
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| {
                RemoteException::illegal_argument(format!(
                    "the body does not match Content-Length or its encoding: {error}"
                ))
            })?;
            if let Ok(data) = frame.into_data() {
                length += data.len() as u64;
                if length > MAX_LENGTH {
                    return Err(RemoteException::illegal_argument(format!(
                        "Content-Length is over {MAX_LENGTH}"
                    )));
                }
                file.write_all(&data).await.map_err(failed)?;
            }
        }
        // `sync_all` alone would forget that the last write failed, on a full disk for example.
        file.flush().await.map_err(failed)?;
        file.sync_all().await.map_err(failed)?;
        Ok(Received { path, length })
    }

    /// Makes a new block of a received body. A block is made once, however often its capability is shown.
    pub async fn create(&self, block: Id, received: Received) -> Result<(), RemoteException> {
        let _changing = self.changing.lock().await;
        received
            .path
            .persist_noclobber(self.path(block))
            .map_err(|error| match error.error.kind() {
                io::ErrorKind::AlreadyExists => RemoteException::file_already_exists(format!(
                    "block {block} was written before"
                )),
                _ => failed(error.error),
            })
    }

    /// Adds a received body to a block and reports the new length before anybody else may change it.
    pub async fn append(
        &self,
        block: Id,
        received: Received,
        report: impl FnOnce(u64) -> Result<Vec<Id>, RemoteException>,
    ) -> Result<(), RemoteException> {
        let _changing = self.changing.lock().await;
        let mut old = self.open(block).await?;
        let (mut file, path) = self.temporary().map_err(failed)?;
        let mut length = tokio::io::copy(&mut old, &mut file).await.map_err(failed)?;
        let mut new = File::open(&received.path).await.map_err(failed)?;
        length += tokio::io::copy(&mut new, &mut file).await.map_err(failed)?;
        file.sync_all().await.map_err(failed)?;
        path.persist(self.path(block))
            .map_err(|error| failed(error.error))?;
        report(length).map(drop)
    }

    async fn open(&self, block: Id) -> Result<File, RemoteException> {
        File::open(self.path(block))
            .await
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => {
                    RemoteException::file_not_found(format!("block {block} does not exist"))
                }
                _ => failed(error),
            })
    }

    /// A part of a block, streamed. A length beyond the end stops there.
    pub async fn read(
        &self,
        block: Id,
        offset: u64,
        length: Option<u64>,
    ) -> Result<Response<Body>, RemoteException> {
        let mut file = self.open(block).await?;
        let size = file.metadata().await.map_err(failed)?.len();
        let left = size.checked_sub(offset).ok_or_else(|| {
            RemoteException::io(format!("Invalid value for webhdfs parameter \"offset\": {offset} is beyond the end at {size}"))
        })?;
        file.seek(SeekFrom::Start(offset)).await.map_err(failed)?;
        let length = length.unwrap_or(left).min(left);
        let (sender, body) = Channel::new(4);
        tokio::spawn(stream(file.take(length), sender));
        Ok(octets(BoxBody::new(body), length))
    }

    pub async fn discard(&self, blocks: Vec<Id>) {
        let _changing = self.changing.lock().await;
        for block in blocks {
            if let Err(error) = fs::remove_file(self.path(block)) {
                eprintln!("block {block} cannot be removed: {error}");
            }
        }
    }
}

async fn stream(mut file: Take<File>, mut sender: Sender<Bytes, io::Error>) {
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        match (&mut file).take(CHUNK as u64).read_to_end(&mut chunk).await {
            Ok(0) => return,
            // A client that went away needs no more.
            Ok(_) if sender.send_data(chunk.into()).await.is_err() => return,
            Ok(_) => {}
            Err(error) => return sender.abort(error),
        }
    }
}
