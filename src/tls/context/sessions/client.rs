//! The sessions of a client, by the name of the server.

use std::collections::VecDeque;
use std::sync::Arc;

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;
use rustls::time_provider::TimeProvider;

use super::super::Resumption;
use super::Sessions;

/// Instead of rustls' `ClientSessionMemoryCache`, which leaves it to the server how long a session lives.
#[derive(Debug)]
pub(in crate::tls::context) struct ClientSessions(Sessions<ServerName<'static>, Server>);

/// What is known of one server.
#[derive(Default)]
struct Server {
    group: Option<NamedGroup>,
    tls12: Option<Tls12ClientSessionValue>,
    /// The youngest last. Each is good for one connection.
    tls13: VecDeque<Tls13ClientSessionValue>,
}

impl ClientSessions {
    const TICKETS: usize = 4;

    pub(in crate::tls::context) fn new(
        resumption: Resumption,
        clock: &Arc<dyn TimeProvider>,
    ) -> Self {
        Self(Sessions::new(resumption, clock))
    }

    /// What is known of a server that is known.
    fn known<T>(
        &self,
        name: &ServerName<'static>,
        look: impl FnOnce(&mut Server) -> Option<T>,
    ) -> Option<T> {
        self.0.with(|kept| kept.get_mut(name).and_then(look))
    }

    fn learn(&self, name: ServerName<'static>, edit: impl FnOnce(&mut Server)) {
        self.0.with(|kept| {
            if let Some(server) = kept.get_mut(&name) {
                edit(server);
            } else {
                let mut server = Server::default();
                edit(&mut server);
                kept.insert(name, server);
            }
            Some(())
        });
    }
}

impl ClientSessionStore for ClientSessions {
    fn set_kx_hint(&self, name: ServerName<'static>, group: NamedGroup) {
        self.learn(name, |server| server.group = Some(group));
    }

    fn kx_hint(&self, name: &ServerName<'_>) -> Option<NamedGroup> {
        self.known(&name.to_owned(), |server| server.group)
    }

    fn set_tls12_session(&self, name: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.learn(name, |server| server.tls12 = Some(value));
    }

    fn tls12_session(&self, name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.known(&name.to_owned(), |server| server.tls12.clone())
    }

    fn remove_tls12_session(&self, name: &ServerName<'static>) {
        self.known(name, |server| server.tls12.take());
    }

    fn insert_tls13_ticket(&self, name: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.learn(name, |server| {
            if server.tls13.len() >= Self::TICKETS {
                server.tls13.pop_front();
            }
            server.tls13.push_back(value);
        });
    }

    fn take_tls13_ticket(&self, name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.known(name, |server| server.tls13.pop_back())
    }
}
