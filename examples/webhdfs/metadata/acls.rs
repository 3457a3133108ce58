//! Reading and editing ACLs.

use bailiwick::acl::{AclError, AclSpec, Dialect, Kind, Protection};
use bailiwick::authz::Op;

use super::{Answer, Call, Metadata, Reply, json};
use crate::http::RemoteException;

pub fn get_acl_status(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let namespace = metadata.read();
    let (inode, _) =
        call.check_existing(&metadata.policy, &namespace.find(call.path), Op::GetStatus)?;
    Ok(Reply::Json(json::acl_status(
        inode,
        metadata.policy.dialect(),
    )))
}

pub fn set_acl(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let spec = spec(metadata, call, AclSpec::parse)?;
    edit(metadata, call, |old, kind, dialect| {
        old.set(&spec, kind, dialect)
    })
}

pub fn modify_acl_entries(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let spec = spec(metadata, call, AclSpec::parse)?;
    edit(metadata, call, |old, kind, dialect| {
        old.modify(&spec, kind, dialect)
    })
}

pub fn remove_acl_entries(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let spec = spec(metadata, call, AclSpec::parse_removal)?;
    edit(metadata, call, |old, kind, dialect| {
        old.remove(&spec, kind, dialect)
    })
}

pub fn remove_default_acl(metadata: &Metadata, call: &Call<'_>) -> Answer {
    edit(metadata, call, |old, _, _| Ok(old.remove_default()))
}

pub fn remove_acl(metadata: &Metadata, call: &Call<'_>) -> Answer {
    edit(
        metadata,
        call,
        |old, _, dialect| Ok(old.remove_all(dialect)),
    )
}

type Parse = fn(&str, &Dialect) -> Result<AclSpec, AclError>;

fn spec(metadata: &Metadata, call: &Call<'_>, parse: Parse) -> Result<AclSpec, RemoteException> {
    parse(call.params.required("aclspec")?, metadata.policy.dialect())
        .map_err(|error| RemoteException::invalid("aclspec", error))
}

fn edit(
    metadata: &Metadata,
    call: &Call<'_>,
    change: impl FnOnce(&Protection, Kind, &Dialect) -> Result<Protection, AclError>,
) -> Answer {
    let mut namespace = metadata.write();
    let dialect = metadata.policy.dialect();
    let (id, changed) = {
        let (inode, _) =
            call.check_existing(&metadata.policy, &namespace.find(call.path), Op::SetAcl)?;
        let refused = |error: AclError| {
            let message = error.message_as(dialect.messages);
            RemoteException::acl(format!("{message} Path: {}", call.path))
        };
        let changed = change(&inode.protection, inode.into(), dialect).map_err(refused)?;
        (inode.id, changed)
    };
    if let Some(inode) = namespace.get_mut(id) {
        inode.protection = changed;
    }
    Ok(Reply::Empty)
}
