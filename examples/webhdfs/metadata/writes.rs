//! Operations that change the tree, but no bytes.

use bailiwick::acl::{Dialect, Kind, Mode, Perm};
use bailiwick::authz::{Op, Rename};
use bailiwick::identity::{GroupName, Subject, UserName};
use serde_json::json;

use super::{Answer, Call, Metadata, Reply, now_millis, refuse, walk};
use crate::http::{Params, RemoteException};
use crate::namespace::{Birth, Body, Found, FsPath, Id, Inode, Namespace};

fn boolean(value: bool) -> Answer {
    Ok(Reply::Json(json!({ "boolean": value })))
}

pub fn mkdirs(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let creation = Creation::of(metadata, call.params, Kind::Directory)?;
    let mut namespace = metadata.write();
    let found = namespace.find(call.path);
    call.check(&metadata.policy, &found, Op::Mkdirs)?;
    match found.target {
        Some(inode) if inode.is_directory() => {}
        Some(_) => return Err(exists(call.path)),
        None => {
            make_directories(&mut namespace, call, &creation, call.path.names().len())?;
        }
    }
    boolean(true)
}

/// The mode a new inode was asked to have.
pub struct Creation<'a> {
    dialect: &'a Dialect,
    requested: Mode,
    umask: Mode,
}

impl<'a> Creation<'a> {
    /// A mode that the client states is final, as in HDFS: its own umask is in it, and `unmaskedpermission` tells what was
    /// before. Else the default, under the server's umask.
    pub fn of(
        metadata: &'a Metadata,
        params: &Params,
        kind: Kind,
    ) -> Result<Self, RemoteException> {
        let default = Mode::default_for(kind);
        let masked = params.mode("permission")?;
        let unmasked = params.mode("unmaskedpermission")?;
        let Some(masked) = masked else {
            return Ok(Self::unstated(metadata, unmasked.unwrap_or(default)));
        };
        let requested = unmasked.unwrap_or(masked);
        let umask = Mode::from_bits(requested.bits() & !masked.bits());
        Ok(Self {
            umask,
            ..Self::unstated(metadata, requested)
        })
    }

    /// The default, under the server's umask.
    pub fn unstated(metadata: &'a Metadata, requested: Mode) -> Self {
        Self {
            dialect: metadata.policy.dialect(),
            requested,
            umask: metadata.umask,
        }
    }

    /// Owner, group and protection of a child of `directory`.
    pub fn birth(&self, subject: &Subject, directory: &Inode, kind: Kind) -> Birth {
        let group = self
            .dialect
            .group_of_child(subject.groups(), &directory.group);
        Birth {
            owner: subject.user().clone(),
            group: group.to_owned(),
            protection: directory
                .protection
                .child(kind, self.requested, self.umask, self.dialect),
            now: now_millis(),
        }
    }

    /// For directories made on the way: whoever makes them can get through them.
    fn on_the_way(&self) -> Self {
        let through = (Perm::WRITE | Perm::EXECUTE).bits() << 6;
        Self {
            requested: Mode::from_bits(self.requested.bits() | through),
            umask: Mode::from_bits(self.umask.bits() & !through),
            ..*self
        }
    }
}

/// Makes the first `depth` directories of the path, as far as they do not exist, and returns the last. The caller has
/// checked.
pub fn make_directories(
    namespace: &mut Namespace,
    call: &Call<'_>,
    creation: &Creation<'_>,
    depth: usize,
) -> Result<Id, RemoteException> {
    let on_the_way = creation.on_the_way();
    let gone = || RemoteException::file_not_found(format!("File does not exist: {}", call.path));
    let names = call.path.names();
    let mut at = namespace.find(&FsPath::root()).target.ok_or_else(gone)?.id;
    for (index, name) in names.iter().enumerate().take(depth) {
        let directory = namespace.get(at).ok_or_else(gone)?;
        at = match namespace.child(directory, name) {
            Some(child) => child.id,
            None => {
                let creation = if index + 1 == names.len() {
                    creation
                } else {
                    &on_the_way
                };
                let birth = creation.birth(call.subject, directory, Kind::Directory);
                namespace
                    .add(at, name, birth, Body::Directory(Default::default()))
                    .ok_or_else(gone)?
            }
        };
    }
    Ok(at)
}

pub fn exists(path: &FsPath) -> RemoteException {
    RemoteException::file_already_exists(format!("{path} already exists"))
}

pub fn delete(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let recursive = call.params.boolean("recursive")?.unwrap_or(false);
    let mut namespace = metadata.write();
    let (directory, id) = {
        let found = namespace.find(call.path);
        let walk = call.walk(&metadata.policy, &found)?;
        let Some(inode) = found.target else {
            return boolean(false);
        };
        let tree = walk
            .check_tree(Op::Delete, inode.attrs(), inode.is_filled())
            .map_err(|denied| refuse(&denied, call.path))?;
        let Some(directory) = found.parent() else {
            return boolean(false); // the root stays, as in HDFS
        };
        if inode.is_filled() && !recursive {
            return Err(RemoteException::not_empty(format!(
                "`{} is non empty': Directory is not empty",
                call.path
            )));
        }
        for (directory, inode, path) in namespace.below(inode, call.path) {
            tree.check(directory.attrs(), inode.attrs(), inode.is_filled())
                .map_err(|denied| refuse(&denied, &path))?;
        }
        (directory.id, inode.id)
    };
    namespace.unlink(
        directory,
        call.path.name().unwrap_or_default(),
        now_millis(),
    );
    let blocks = namespace.remove(id);
    drop(namespace);
    (metadata.discard)(blocks);
    boolean(true)
}

/// HDFS's plain rename: into the destination if that is a directory; `false`, not an error, where it cannot be done.
pub fn rename(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let destination = FsPath::parse(call.params.required("destination")?)
        .map_err(|why| RemoteException::invalid("destination", why))?;
    if call.params.optional("renameoptions").is_some() {
        return Err(RemoteException::unsupported(
            "Parameter \"renameoptions\" is not supported".to_owned(),
        ));
    }
    let mut namespace = metadata.write();
    let planned = plan_rename(metadata, call, destination, &namespace)?;
    let Some(planned) = planned else {
        return boolean(false);
    };
    let now = now_millis();
    namespace.unlink(planned.from, call.path.name().unwrap_or_default(), now);
    boolean(
        namespace
            .link(planned.to, &planned.name, planned.inode, now)
            .is_some(),
    )
}

struct Move {
    inode: Id,
    from: Id,
    to: Id,
    name: String,
}

fn plan_rename(
    metadata: &Metadata,
    call: &Call<'_>,
    mut destination: FsPath,
    namespace: &Namespace,
) -> Result<Option<Move>, RemoteException> {
    let policy = &metadata.policy;
    let found = namespace.find(call.path);
    let mut goal = namespace.find(&destination);
    if let (Some(into), Some(name)) = (goal.target, call.path.name())
        && into.is_directory()
    {
        destination = destination.join(name);
        goal = namespace.find(&destination);
    }
    let same = found.parent().map(|inode| inode.id) == goal.parent().map(|inode| inode.id);
    let rename = if same { Rename::Within } else { Rename::Across };
    call.check(policy, &found, Op::RenameFrom(rename))?;
    let target = goal.target.map(|inode| inode.attrs());
    walk(policy, call.subject, &destination, &goal)?
        .check(Op::RenameTo, target)
        .map_err(|denied| refuse(&denied, &destination))?;
    let (Some(inode), Some(from), Some(to), Some(name)) = (
        found.target,
        found.parent(),
        goal.parent(),
        destination.name(),
    ) else {
        return Ok(None);
    };
    let into_itself = call.path.holds(&destination);
    let impossible = goal.target.is_some() || goal.missing > 0 || into_itself;
    Ok((!impossible).then(|| Move {
        inode: inode.id,
        from: from.id,
        to: to.id,
        name: name.to_owned(),
    }))
}

pub fn set_permission(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let mode = call
        .params
        .mode("permission")?
        .unwrap_or(Mode::from_bits(0o755));
    let mut namespace = metadata.write();
    let id = call
        .check_existing(
            &metadata.policy,
            &namespace.find(call.path),
            Op::SetPermission,
        )?
        .0
        .id;
    if let Some(inode) = namespace.get_mut(id) {
        inode.protection = inode.protection.chmod(mode, metadata.policy.dialect());
    }
    Ok(Reply::Empty)
}

pub fn set_owner(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let invalid = |name: &str, error| RemoteException::invalid(name, error);
    let given = |name| call.params.optional(name).filter(|value| !value.is_empty());
    let owner = given("owner")
        .map(UserName::new)
        .transpose()
        .map_err(|error| invalid("owner", error))?;
    let group = given("group")
        .map(GroupName::new)
        .transpose()
        .map_err(|error| invalid("group", error))?;
    if owner.is_none() && group.is_none() {
        return Err(RemoteException::illegal_argument(
            "Both owner and group are empty.".to_owned(),
        ));
    }
    let mut namespace = metadata.write();
    let id = {
        let found: Found<'_> = namespace.find(call.path);
        if let Some(owner) = &owner {
            call.check_existing(&metadata.policy, &found, Op::SetOwner(owner.as_ref()))?;
        }
        if let Some(group) = &group {
            call.check_existing(&metadata.policy, &found, Op::SetGroup(group.as_ref()))?;
        }
        found.target.map(|inode| inode.id)
    };
    if let Some(inode) = id.and_then(|id| namespace.get_mut(id)) {
        inode.owner = owner.unwrap_or_else(|| inode.owner.clone());
        inode.group = group.unwrap_or_else(|| inode.group.clone());
    }
    Ok(Reply::Empty)
}

pub fn set_times(metadata: &Metadata, call: &Call<'_>) -> Answer {
    let modified = call.params.time("modificationtime")?;
    let accessed = call.params.time("accesstime")?;
    let mut namespace = metadata.write();
    let id = call
        .check_existing(&metadata.policy, &namespace.find(call.path), Op::SetTimes)?
        .0
        .id;
    if let Some(inode) = namespace.get_mut(id) {
        inode.modified = modified.unwrap_or(inode.modified);
        inode.accessed = accessed.unwrap_or(inode.accessed);
    }
    Ok(Reply::Empty)
}
