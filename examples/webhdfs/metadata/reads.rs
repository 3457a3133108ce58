//! Operations that change nothing.

use bailiwick::acl::Perm;
use bailiwick::authz::Op;
use serde_json::json;

use super::{Answer, Call, Metadata, Reply, json, refuse};
use crate::http::RemoteException;
use crate::namespace::Inode;

pub fn get_file_status(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let namespace = metadata.read();
    let (inode, _) =
        call.check_existing(&metadata.policy, &namespace.find(call.path), Op::GetStatus)?;
    Ok(Reply::Json(
        json!({ "FileStatus": json::file_status(inode, "", metadata.policy.dialect()) }),
    ))
}

pub fn list_status(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let namespace = metadata.read();
    let (inode, _) = call.check_existing(&metadata.policy, &namespace.find(call.path), Op::List)?;
    let listing = json::listing(&namespace, inode, metadata.policy.dialect());
    Ok(Reply::Json(
        json!({ "FileStatuses": { "FileStatus": listing } }),
    ))
}

/// Hadoop's shell lists in batches; one batch holds everything after `startAfter`.
pub fn list_status_batch(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let start_after = call.params.optional("startafter").unwrap_or_default();
    let namespace = metadata.read();
    let (inode, _) = call.check_existing(&metadata.policy, &namespace.find(call.path), Op::List)?;
    let mut listing = json::listing(&namespace, inode, metadata.policy.dialect());
    listing.retain(|status| {
        start_after.is_empty() || status["pathSuffix"].as_str() > Some(start_after)
    });
    Ok(Reply::Json(json!({ "DirectoryListing": {
        "partialListing": { "FileStatuses": { "FileStatus": listing } },
        "remainingEntries": 0,
    }})))
}

pub fn content_summary(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let namespace = metadata.read();
    let found = namespace.find(call.path);
    let (inode, _) = call.check_existing(&metadata.policy, &found, Op::ContentSummary)?;
    let tree = call
        .walk(&metadata.policy, &found)?
        .check_tree(Op::ContentSummary, inode.attrs(), inode.is_filled())
        .map_err(|denied| refuse(&denied, call.path))?;
    let (mut directories, mut files, mut length) = (0, 0, 0);
    let mut count = |inode: &Inode| {
        length += inode.length();
        *(if inode.is_directory() {
            &mut directories
        } else {
            &mut files
        }) += 1;
    };
    count(inode);
    for (directory, inode, path) in namespace.below(inode, call.path) {
        tree.check(directory.attrs(), inode.attrs(), inode.is_filled())
            .map_err(|denied| refuse(&denied, &path))?;
        count(inode);
    }
    Ok(Reply::Json(json!({ "ContentSummary": {
        "directoryCount": directories,
        "fileCount": files,
        "length": length,
        "quota": -1,
        "spaceConsumed": length,
        "spaceQuota": -1,
        "typeQuota": {},
    }})))
}

pub fn home_directory(_: &Metadata, call: &Call<'_>) -> Answer {
    Ok(Reply::Json(
        json!({ "Path": format!("/user/{}", call.subject.user()) }),
    ))
}

/// What Hadoop's shell asks before it deletes: there is no trash here.
pub fn server_defaults(_: &Metadata, _: &Call<'_>) -> Answer {
    Ok(Reply::Json(json!({ "FsServerDefaults": {
        "blockSize": json::BLOCK_SIZE,
        "bytesPerChecksum": 512,
        "checksumType": 2,
        "defaultStoragePolicyId": 0,
        "encryptDataTransfer": false,
        "fileBufferSize": 4096,
        "keyProviderUri": "",
        "replication": 1,
        "trashInterval": 0,
        "writePacketSize": 65536,
    }})))
}

pub fn check_access(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let wanted: Perm = call
        .params
        .required("fsaction")?
        .parse()
        .map_err(|error| RemoteException::invalid("fsaction", error))?;
    let namespace = metadata.read();
    call.check_existing(
        &metadata.policy,
        &namespace.find(call.path),
        Op::CheckAccess(wanted),
    )?;
    Ok(Reply::Empty)
}
