//! The service: who may come in, and then frames until the client goes.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

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

/// Of all clients together, before their logins as well: whoever comes later waits.
const MAX_CONNECTIONS: usize = 256;
const MAX_FRAME: usize = 1 << 20;

type BoxError = Box<dyn Error + Send + Sync>;

struct Service {
    offer: Offer,
    policy: Policy,
    resolver: Resolver,
    tls: Option<Arc<ServerConfig>>,
    deadline: Duration,
    idle: Duration,
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
        idle: flags.idle,
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
    async fn connection(&self, socket: TcpStream, peer: SocketAddr) -> Result<(), BoxError> {
        let begun = Instant::now();
        let _ = socket.set_nodelay(true);
        let Some(config) = &self.tls else {
            return self.login(socket, None, peer, begun).await;
        };
        let stream = library_tls::accept(Arc::clone(config), socket, self.deadline).await?;
        let (_, connection) = stream.get_ref();
        let principal = tls::peer(connection)?;
        self.login(stream, principal, peer, begun).await
    }

    async fn login(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        principal: Option<Principal>,
        peer: SocketAddr,
        begun: Instant,
    ) -> Result<(), BoxError> {
        let offered = self.offer.to(principal.as_ref());
        let left = self.deadline.saturating_sub(begun.elapsed());
        let pending = framed::accept(stream, &offered, left).await?;
        // It has proved who it is. May it act for whom it wants to?
        let subject = match self.subject(pending.login(), peer) {
            Ok(subject) => subject,
            Err(ResolveError::Refused(refusal)) => {
                println!("{peer}: {refusal}");
                return Ok(pending.refuse(&refusal.public()).await?);
            }
            Err(ResolveError::Unavailable(error)) => {
                println!("{peer}: {error}");
                return Ok(pending.unavailable().await?);
            }
        };
        let connection = pending.complete().await?;
        println!("{peer}: {}", shown(&subject));
        self.echo(connection).await
    }

    /// Sends frames back until the client ends the connection. Whoever sends and never reads is silent as well, and may not
    /// hold up the end either.
    async fn echo<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut connection: Connection<S>,
    ) -> Result<(), BoxError> {
        let silent = |_| format!("silent for {:?}", self.idle);
        let mut another = true;
        while another {
            let one = echo_one(&mut connection);
            another = timeout(self.idle, one).await.map_err(silent)??;
        }
        let closed = timeout(self.idle, connection.close()).await;
        Ok(closed.map_err(silent)??)
    }

    fn subject(&self, login: &Login, peer: SocketAddr) -> Result<Subject, ResolveError> {
        let (principal, act_as) = (&login.principal, login.act_as.as_ref());
        let resolve = || {
            let peer = Some(peer.ip());
            self.resolver.resolve(&self.policy, principal, act_as, peer)
        };
        // Groups may come from a directory.
        tokio::task::block_in_place(resolve)
    }
}

/// Whether there was a frame to be sent back.
async fn echo_one<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
) -> Result<bool, FramedError> {
    let Some(frame) = connection.read_frame(MAX_FRAME).await? else {
        return Ok(false);
    };
    connection.write_frame(&frame).await?;
    Ok(true)
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
