//! The metadata listener: who is it, may they, do it, write it down.

mod acls;
mod files;
mod json;
mod reads;
mod writes;

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bailiwick::acl::Mode;
use bailiwick::audit::{Record, Sink};
use bailiwick::authz::{Denied, Op, Permit, Policy, Resolver, Walk};
use bailiwick::capability::Issuer;
use bailiwick::identity::{GroupName, Subject, UserName};
use bailiwick::tower::{Peer, Rejection};
use hyper::Method;
use hyper::http::request::Parts;
use serde_json::Value;

pub use files::{Commit, PendingFiles, block_name};

use crate::http::{Params, RemoteException};
use crate::namespace::{Found, FsPath, Id, Namespace};

/// Everything the metadata server knows. Shared by all requests.
pub struct Metadata {
    pub policy: Policy,
    pub resolver: Resolver,
    pub issuer: Issuer,
    pub audit: Arc<dyn Sink>,
    pub umask: Mode,
    /// Where clients are sent for bytes: `https://127.0.0.1:9865`.
    pub worker: String,
    /// How long a token lives, and so how long a file may take to be written.
    pub token_life: Duration,
    pub namespace: RwLock<Namespace>,
    pub pending: PendingFiles,
    /// Tells the worker which blocks nobody needs any more.
    pub discard: Box<dyn Fn(Vec<Id>) + Send + Sync>,
}

/// What a request asks for.
pub struct Call<'a> {
    pub subject: &'a Subject,
    pub path: &'a FsPath,
    pub params: &'a Params,
}

/// What it gets.
pub enum Reply {
    Json(Value),
    /// 200 without a body.
    Empty,
    /// 307 to the worker, or its address in JSON if the client wants no redirect.
    Worker(String),
}

pub type Answer = Result<Reply, RemoteException>;
type Handler = fn(&Metadata, &Call<'_>) -> Answer;

/// The operations, with the names that HDFS gives them in its audit log.
fn operation(method: &Method, op: &str) -> Option<(&'static str, Handler)> {
    Some(match (method.as_str(), op.to_ascii_uppercase().as_str()) {
        ("GET", "OPEN") => ("open", files::open),
        ("GET", "GETFILESTATUS") => ("getfileinfo", reads::get_file_status),
        ("GET", "LISTSTATUS") => ("listStatus", reads::list_status),
        ("GET", "LISTSTATUS_BATCH") => ("listStatus", reads::list_status_batch),
        ("GET", "GETCONTENTSUMMARY") => ("contentSummary", reads::content_summary),
        ("GET", "GETHOMEDIRECTORY") => ("getHomeDirectory", reads::home_directory),
        ("GET", "GETACLSTATUS") => ("getAclStatus", acls::get_acl_status),
        ("GET", "CHECKACCESS") => ("checkAccess", reads::check_access),
        ("GET", "GETSERVERDEFAULTS") => ("getServerDefaults", reads::server_defaults),
        ("PUT", "CREATE") => ("create", files::create),
        ("PUT", "MKDIRS") => ("mkdirs", writes::mkdirs),
        ("PUT", "RENAME") => ("rename", writes::rename),
        ("PUT", "SETPERMISSION") => ("setPermission", writes::set_permission),
        ("PUT", "SETOWNER") => ("setOwner", writes::set_owner),
        ("PUT", "SETTIMES") => ("setTimes", writes::set_times),
        ("PUT", "SETACL") => ("setAcl", acls::set_acl),
        ("PUT", "MODIFYACLENTRIES") => ("modifyAclEntries", acls::modify_acl_entries),
        ("PUT", "REMOVEACLENTRIES") => ("removeAclEntries", acls::remove_acl_entries),
        ("PUT", "REMOVEDEFAULTACL") => ("removeDefaultAcl", acls::remove_default_acl),
        ("PUT", "REMOVEACL") => ("removeAcl", acls::remove_acl),
        ("POST", "APPEND") => ("append", files::append),
        ("DELETE", "DELETE") => ("delete", writes::delete),
        _ => return None,
    })
}

impl Metadata {
    /// Serves one request of somebody who has logged in: operation, audit.
    pub fn serve(
        &self,
        method: &Method,
        path: &FsPath,
        params: &Params,
        subject: &Subject,
        peer: IpAddr,
    ) -> Answer {
        let started = Instant::now();
        let op = params.required("op")?;
        let (command, handler) =
            operation(method, op).ok_or_else(|| RemoteException::invalid_op(method, op))?;
        let call = Call {
            subject,
            path,
            params,
        };
        let answer = handler(self, &call);
        let allowed = !matches!(&answer, Err(error) if error.is_access_control());
        let record = Record::new(command, path.as_str())
            .by(subject)
            .allowed(allowed)
            .succeeded(answer.is_ok())
            .took(started.elapsed());
        match self.shown(path) {
            Some((owner, group, mode)) => {
                self.write_down(record.inode(&owner, &group, mode), params, peer)?;
            }
            None => self.write_down(record, params, peer)?,
        }
        answer
    }

    /// Writes down what somebody wanted who was not let in. A request that makes no sense wanted nothing.
    pub fn write_down_rejected(
        &self,
        parts: &Parts,
        rejection: &Rejection,
    ) -> Result<(), RemoteException> {
        let peer = parts.extensions.get().and_then(Peer::address);
        let (Some(peer), Ok((path, params))) = (peer, crate::parse(&parts.uri)) else {
            return Ok(());
        };
        let op = params.optional("op").unwrap_or_default();
        let Some((command, _)) = operation(&parts.method, op) else {
            return Ok(());
        };
        let login = match (rejection.principal(), rejection.act_as()) {
            (Some(who), Some(act_as)) => format!("{act_as} via {}", who.name()),
            (Some(who), None) => who.name().to_string(),
            (None, _) => "unknown".to_owned(),
        };
        let record = Record::new(command, path.as_str()).by_unresolved(&login);
        self.write_down(record, &params, peer)
    }

    fn write_down(
        &self,
        record: Record<'_>,
        params: &Params,
        peer: IpAddr,
    ) -> Result<(), RemoteException> {
        let mut record = record.from(peer).over("webhdfs");
        if let Some(destination) = params.optional("destination") {
            record = record.to(destination);
        }
        self.audit
            .write(&record)
            .map_err(|error| RemoteException::unaudited(&error))
    }

    /// What the audit log tells of an inode. Copied, so that no lock is held while the log is written.
    fn shown(&self, path: &FsPath) -> Option<(UserName, GroupName, Mode)> {
        let namespace = self.read();
        let inode = namespace.find(path).target?;
        let mode = inode.protection.mode(self.policy.dialect());
        Some((inode.owner.clone(), inode.group.clone(), mode))
    }

    pub fn read(&self) -> RwLockReadGuard<'_, Namespace> {
        self.namespace
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub fn write(&self) -> RwLockWriteGuard<'_, Namespace> {
        self.namespace
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call<'_> {
    /// Walks to the parent of what was found.
    fn walk<'a>(
        &'a self,
        policy: &'a Policy,
        found: &Found<'a>,
    ) -> Result<Walk<'a>, RemoteException> {
        walk(policy, self.subject, self.path, found)
    }

    /// Asks the policy about the target.
    fn check<'a>(
        &'a self,
        policy: &'a Policy,
        found: &Found<'a>,
        op: Op<'a>,
    ) -> Result<Permit<'a>, RemoteException> {
        let target = found.target.map(|inode| inode.attrs());
        let walk = self.walk(policy, found)?;
        walk.check(op, target)
            .map_err(|denied| refuse(&denied, self.path))
    }

    /// Asks the policy about a target that must exist.
    fn check_existing<'a>(
        &'a self,
        policy: &'a Policy,
        found: &Found<'a>,
        op: Op<'a>,
    ) -> Result<(&'a crate::namespace::Inode, Permit<'a>), RemoteException> {
        // The way is walked first, so that only those who may pass learn what does not exist.
        let permit = self.check(policy, found, op)?;
        let inode = found.target.ok_or_else(|| {
            RemoteException::file_not_found(format!("File does not exist: {}", self.path))
        })?;
        Ok((inode, permit))
    }
}

fn walk<'a>(
    policy: &'a Policy,
    subject: &'a Subject,
    path: &FsPath,
    found: &Found<'a>,
) -> Result<Walk<'a>, RemoteException> {
    policy
        .walk(subject)
        .enter_all(found.way.iter().map(|inode| inode.attrs()))
        .map_err(|denied| refuse(&denied, path))
}

/// A denial in upstream's words for the client; the explanation goes to the operator. The path is the one that was asked
/// for, or that of an inode below it.
fn refuse(denied: &Denied<'_>, path: &FsPath) -> RemoteException {
    eprintln!("{}", denied.explain(path.as_str()));
    let message = denied.message(path.as_str()).to_string();
    match denied.reason() {
        bailiwick::authz::Reason::NotADirectory => RemoteException::parent_not_directory(message),
        _ => RemoteException::access_control(message),
    }
}

fn now_millis() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    since.as_millis().try_into().unwrap_or(i64::MAX)
}
