//! The service: who may come in, and then frames until the client goes.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bailiwick::acl::Dialect;
use bailiwick::authn::Login;
use bailiwick::authn::framed::{self, Connection, FramedError};
use bailiwick::authz::{Impersonation, Policy, ResolveError, Resolver, StaticGroups};
use bailiwick::identity::{Principal, Subject, UserName};
use bailiwick::tls as library_tls;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::flags::Flags;
use crate::mechanisms::Offer;
use crate::tls;

const MAX_CONNECTIONS: usize = 256;
const MAX_FRAME: usize = 1 << 20;
/// How long a client may be silent.
const IDLE: Duration = Duration::from_secs(300);

struct Service {
    offer: Offer,
    policy: Policy,
    resolver: Resolver,
    tls: Option<Arc<ServerConfig>>,
    deadline: Duration,
}

pub async fn run(flags: &Flags) -> Result<(), Box<dyn Error>> {
    let super_user =
        UserName::new(&flags.super_user).map_err(|error| format!("--superuser: {error}"))?;
    let service = Arc::new(Service {
        offer: Offer::load(flags)?,
        policy: Policy::new(Dialect::HDFS).with_super_user(super_user),
        resolver: resolver(flags)?,
        tls: tls::server(flags)?,
        deadline: flags.deadline,
    });
    let listener = TcpListener::bind(flags.address)
        .await
        .map_err(|error| format!("--address {}: {error}", flags.address))?;
    println!("ready {}", listener.local_addr()?);
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let slot = Arc::clone(&slots).acquire_owned().await?;
        let (socket, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                eprintln!("accept: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let service = Arc::clone(&service);
        tokio::spawn(async move {
            if let Err(error) = service.connection(socket, peer).await {
                println!("{peer}: {error}");
            }
            drop(slot);
        });
    }
}

fn resolver(flags: &Flags) -> Result<Resolver, Box<dyn Error>> {
    let groups: StaticGroups = flags
        .user_groups
        .parse()
        .map_err(|error| format!("--user-groups: {error}"))?;
    let rules = flags.proxy_user.split(';').filter(|rule| !rule.is_empty());
    let rules: Vec<_> = rules
        .map(|rule| {
            let (key, value) = rule
                .split_once('=')
                .ok_or_else(|| format!("--proxyuser: {rule:?}: expected USER.users=NAMES"))?;
            Ok((format!("hadoop.proxyuser.{key}"), value))
        })
        .collect::<Result<_, String>>()?;
    let rules = rules.iter().map(|(key, value)| (key.as_str(), *value));
    let rules = Impersonation::hadoop("hadoop.proxyuser", rules);
    let rules = rules.map_err(|error| format!("--proxyuser: {error}"))?;
    Ok(Resolver::new(Arc::new(groups), rules))
}

impl Service {
    async fn connection(
        &self,
        socket: TcpStream,
        peer: SocketAddr,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let _ = socket.set_nodelay(true);
        let Some(config) = &self.tls else {
            return Ok(self.login(socket, None, peer).await?);
        };
        let stream = library_tls::accept(Arc::clone(config), socket, self.deadline).await?;
        let (_, connection) = stream.get_ref();
        let principal = tls::peer(connection)?;
        Ok(self.login(stream, principal, peer).await?)
    }

    async fn login(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        principal: Option<Principal>,
        peer: SocketAddr,
    ) -> Result<(), FramedError> {
        let offered = self.offer.to(principal.as_ref());
        let pending = framed::accept(stream, &offered, self.deadline).await?;
        // It has proved who it is. May it act for whom it wants to?
        let subject = match self.subject(pending.login(), peer) {
            Ok(subject) => subject,
            Err(ResolveError::Refused(refusal)) => {
                println!("{peer}: {refusal}");
                return pending.refuse(&refusal.public()).await;
            }
            Err(ResolveError::Unavailable(error)) => {
                println!("{peer}: {error}");
                return pending.unavailable().await;
            }
        };
        let mut connection = pending.complete().await?;
        println!("{peer}: {}", shown(&subject));
        // Whoever sends and never reads is silent as well.
        let echo =
            async |connection: &mut Connection<_>| match connection.read_frame(MAX_FRAME).await {
                Ok(Some(frame)) => connection.write_frame(&frame).await.map(|()| true),
                _ => Ok(false),
            };
        while timeout(IDLE, echo(&mut connection))
            .await
            .unwrap_or(Ok(false))?
        {}
        connection.close().await
    }

    fn subject(&self, login: &Login, peer: SocketAddr) -> Result<Subject, ResolveError> {
        self.resolver.resolve(
            &self.policy,
            &login.principal,
            login.act_as.as_ref(),
            Some(peer.ip()),
        )
    }
}

fn shown(subject: &Subject) -> String {
    let user = match subject.user().is_unnamed() {
        true => "nobody in particular",
        false => subject.user().as_str(),
    };
    let via = subject.real_user();
    let via = via.map(|real| format!(" via {real}")).unwrap_or_default();
    format!("{user}{via} is in, by {}", subject.mechanism())
}
