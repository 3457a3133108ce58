//! From flags to services: the one place where the library's parts are put together.

use std::error::Error;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant, SystemTime};

use bailiwick::acl::choices::MessageForm;
use bailiwick::acl::{Dialect, Mode, Protection};
use bailiwick::audit::{Format, Lines, Sink};
use bailiwick::authz::{
    GroupMapping, HostNames, HostWatch, Impersonation, OsGroups, Policy, Resolver, StaticGroups,
};
use bailiwick::capability::{Issuer, KeyPolicy, Keyring, Verifier};
use bailiwick::identity::{GroupName, UserName};
use tempfile::TempDir;

use crate::auth;
use crate::flags::Flags;
use crate::metadata::{Metadata, PendingFiles};
use crate::namespace::{Birth, Namespace};
use crate::worker::{Blocks, Worker};

/// By how much the clocks of metadata servers and workers may differ.
const CLOCK_SKEW: Duration = Duration::from_secs(60);
const KEY_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Both servers, and what must live as long as they do.
pub struct Services<R> {
    pub metadata: Arc<Metadata>,
    pub worker: Arc<Worker>,
    /// Deleted when dropped, if it is the program's own.
    pub folder: Option<TempDir>,
    /// Resolves the host names of impersonation rules for as long as it is there.
    pub hosts: HostWatch,
    /// Rotates the capability keys for as long as it is polled.
    pub rotation: R,
}

pub fn build(
    flags: &Flags,
    worker_url: &str,
) -> Result<Services<impl Future<Output = ()> + use<>>, Box<dyn Error>> {
    let dialect = Dialect::by_name(&flags.dialect).ok_or_else(|| {
        format!(
            "--dialect {}: expected alluxio, hdfs or posix",
            flags.dialect
        )
    })?;
    let super_user =
        UserName::new(&flags.super_user).map_err(|error| format!("--superuser: {error}"))?;
    let mut policy = Policy::new(*dialect).with_super_user(super_user.clone());
    policy = auth::policy(&flags.auth, policy);
    let mut super_groups = Vec::new();
    for group in &flags.super_groups {
        let group = GroupName::new(group).map_err(|error| format!("--supergroup: {error}"))?;
        policy = policy.with_super_group(group.clone());
        super_groups.push(group);
    }
    let group = super_groups
        .into_iter()
        .next()
        .ok_or("--supergroup is missing")?;
    let umask =
        Mode::parse_umask(&flags.umask, dialect).map_err(|error| format!("--umask: {error}"))?;

    let now = SystemTime::now();
    let keys = KeyPolicy::new(
        KEY_LIFE,
        flags.token_life,
        flags.token_life.saturating_add(CLOCK_SKEW),
        CLOCK_SKEW,
    )
    .map_err(|error| format!("--token-life: {error}"))?;
    let keyring = Keyring::generate(keys, now)?;
    let verifier = Arc::new(Verifier::new());
    verifier.install(&keyring.export(), now);

    let (folder, data) = data_folder(flags)?;
    let root = Birth {
        owner: super_user,
        group,
        protection: Protection::from(Mode::from_bits(0o755)),
        now: 0,
    };
    // In two processes these two links would be messages over mutual TLS.
    let (unneeded, mut discarded) = tokio::sync::mpsc::unbounded_channel::<Vec<u64>>();
    let audit = audit(flags, dialect)?;
    let (resolver, hosts) = resolver(flags, dialect)?;
    let metadata = Arc::new(Metadata {
        policy,
        resolver,
        issuer: Issuer::new(&keyring),
        audit: Arc::clone(&audit),
        umask,
        worker: worker_url.to_owned(),
        token_life: flags.token_life,
        namespace: RwLock::new(Namespace::new(root)),
        pending: PendingFiles::default(),
        discard: Box::new(move |blocks| {
            // Only a worker that has stopped hears nothing, and then nothing is served either.
            let _ = unneeded.send(blocks);
        }),
    });
    let reported = Arc::clone(&metadata);
    let worker = Arc::new(Worker {
        blocks: Blocks::new(data),
        verifier: Arc::clone(&verifier),
        audit,
        report: Box::new(move |commit| reported.commit(commit)),
    });
    let discarding = Arc::clone(&worker);
    tokio::spawn(async move {
        while let Some(blocks) = discarded.recv().await {
            discarding.blocks.discard(blocks).await;
        }
    });
    let rotation = rotate(keyring, Arc::clone(&metadata), verifier);
    Ok(Services {
        metadata,
        worker,
        folder,
        hosts,
        rotation,
    })
}

/// Rotates when due: workers first, so that no token reaches one that does not know its key.
async fn rotate(mut keyring: Keyring, metadata: Arc<Metadata>, verifier: Arc<Verifier>) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = SystemTime::now();
        if !keyring.rotation_is_due(now) {
            continue;
        }
        match keyring.rotate(now) {
            Ok(()) => {
                verifier.install(&keyring.export(), now);
                metadata.issuer.install(&keyring);
            }
            Err(error) => eprintln!("capability keys were not rotated: {error}"),
        }
    }
}

fn group_mapping(flags: &Flags) -> Result<Arc<dyn GroupMapping>, String> {
    if flags.user_groups == "os" {
        return Ok(Arc::new(OsGroups));
    }
    let groups: StaticGroups = flags
        .user_groups
        .parse()
        .map_err(|error| format!("--user-groups: {error}"))?;
    Ok(Arc::new(groups))
}

/// `yarn.users=alice;yarn.hosts=127.0.0.1` under the property prefix of the dialect's upstream.
fn impersonation(flags: &Flags, dialect: &Dialect) -> Result<Impersonation, String> {
    let alluxio = dialect.messages == MessageForm::Alluxio;
    let prefix = if alluxio {
        "alluxio.master.security.impersonation"
    } else {
        "hadoop.proxyuser"
    };
    let mut properties = Vec::new();
    for rule in flags
        .proxy_user
        .split(';')
        .filter(|rule| !rule.trim().is_empty())
    {
        let (key, value) = rule
            .split_once('=')
            .ok_or_else(|| format!("--proxyuser: {rule:?}: expected USER.users=NAMES"))?;
        properties.push((format!("{prefix}.{}", key.trim()), value));
    }
    let mut properties: Vec<_> = properties
        .iter()
        .map(|(key, value)| (key.as_str(), *value))
        .collect();
    let rules = if alluxio {
        // The default rule has hosts, which Alluxio's rules do not know.
        properties.retain(|(key, _)| !key.ends_with(".hosts"));
        Impersonation::alluxio(properties)
    } else {
        Impersonation::hadoop(prefix, properties)
    };
    let rules = rules.map_err(|error| format!("--proxyuser: {error}"))?;
    Ok(rules)
}

/// Who may act for whom. What host names in the rules stand for is asked now, and then every minute.
fn resolver(flags: &Flags, dialect: &Dialect) -> Result<(Resolver, HostWatch), Box<dyn Error>> {
    let rules = impersonation(flags, dialect)?;
    let names = HostNames::system();
    names.on_change(|round| {
        for failure in &round.failed {
            eprintln!("--proxyuser: {failure}");
        }
    });
    names.refresh(rules.host_lists(), Instant::now());
    let resolver = Resolver::new(group_mapping(flags)?, rules);
    let watch = resolver.watch_hosts(&names, Duration::from_secs(60))?;
    Ok((resolver, watch))
}

fn audit(flags: &Flags, dialect: &Dialect) -> Result<Arc<dyn Sink>, String> {
    let out: Box<dyn Write + Send> = match &flags.audit {
        None => Box::new(io::stderr()),
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path);
            Box::new(file.map_err(|error| format!("--audit {}: {error}", path.display()))?)
        }
    };
    let format = match dialect.messages {
        MessageForm::Alluxio => Format::Alluxio,
        _ => Format::Hdfs,
    };
    Ok(Arc::new(Lines::new(format, out)))
}

fn data_folder(flags: &Flags) -> Result<(Option<TempDir>, PathBuf), String> {
    match &flags.data {
        Some(data) => {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(data)
                .map_err(|error| format!("--data {}: {error}", data.display()))?;
            Ok((None, data.clone()))
        }
        None => {
            let folder = tempfile::Builder::new()
                .prefix("webhdfs-")
                .tempdir()
                .map_err(|error| error.to_string())?;
            let data = folder.path().to_owned();
            Ok((Some(folder), data))
        }
    }
}
