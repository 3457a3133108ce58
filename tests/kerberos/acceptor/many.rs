//! Many exchanges at once.

use super::client::{Client, choice};
use super::{SERVICE, alice_and_service, finish, go_on};
use crate::realm::in_realm;

#[test]
fn threads_do_not_meet() {
    in_realm("acceptor::many::threads_do_not_meet", |realm| {
        let acceptor = alice_and_service(realm);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let acceptor = &acceptor;
                scope.spawn(move || {
                    for round in 0..50 {
                        let authzid = format!("user{thread}x{round}");
                        let mut client = Client::of(SERVICE);
                        let (server, _) = client.establish(acceptor.sasl());
                        let answer = client.wrap(false, &choice(4, 65_536, &authzid));
                        let (login, _) = finish(server, &answer);
                        assert_eq!(login.act_as.unwrap().as_str(), authzid);
                        let mut layer = login.layer.unwrap();
                        let wrapped = layer.wrap(authzid.as_bytes()).unwrap();
                        assert_eq!(client.unwrap(&wrapped), authzid.as_bytes());
                    }
                });
            }
        });
    });
}

#[test]
fn an_exchange_moves_between_threads() {
    in_realm(
        "acceptor::many::an_exchange_moves_between_threads",
        |realm| {
            let acceptor = alice_and_service(realm);
            let mut client = Client::of(SERVICE);
            let token = client.token(None);
            let moved =
                |step: Box<dyn FnOnce() -> _ + Send>| std::thread::spawn(step).join().unwrap();
            let (server, reply) = moved(Box::new(move || go_on(acceptor.sasl(), &token)));
            client.token(Some(&reply));
            let (server, offer) = moved(Box::new(move || go_on(server, b"")));
            client.unwrap(&offer);
            let answer = client.wrap(false, &choice(1, 0, ""));
            let (login, _) = finish(server, &answer);
            assert_eq!(login.principal.name().as_str(), "alice");
        },
    );
}
