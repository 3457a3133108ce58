//! A layer for HTTP services of [tower](https://docs.rs/tower) (axum, tonic, hyper): who sends this request, and as whom may
//! they act?
//!
//! [`Authenticate`] stands before a service. A request that gets through has a [`Principal`](crate::identity::Principal) in
//! its extensions and, if the layer was given a [`Resolver`](crate::authz::Resolver), an `Arc` of its
//! [`Subject`](crate::identity::Subject). Every other request is answered:
//!
//! | status | gRPC | when |
//! |---|---|---|
//! | 400 | 3 | the name of a user in the query or a header cannot be read |
//! | 401 | 16 | no credentials, or refused ones; with one `WWW-Authenticate` for each scheme |
//! | 403 | 7 | known, but not allowed to act for somebody |
//! | 503 | 14 | a KDC, a key server, a directory or the group service does not answer; with `Retry-After` |
//!
//! What decides is an [`Exchange`](crate::authn::Exchange) of [`authn`](crate::authn), made for each request:
//!
//! ```
//! use std::sync::Arc;
//! use bailiwick::acl::Dialect;
//! use bailiwick::authn::{AuthnError, Exchange, Login, SaslMechanism, Step};
//! use bailiwick::authz::{Impersonation, Policy, Resolver, StaticGroups};
//! use bailiwick::identity::{Mechanism, Principal, Subject, UserName};
//! use bailiwick::tower::{ActAs, Authenticate, Scheme};
//! use http::{Request, Response, StatusCode};
//! use tower::{Layer, ServiceExt, service_fn};
//!
//! /// Stands for a verifier of tokens.
//! struct Sesame;
//!
//! impl SaslMechanism<Login> for Sesame {
//!     fn step(self: Box<Self>, token: &[u8]) -> Result<Step<Login>, AuthnError> {
//!         if token != b"open-sesame" {
//!             let reason = "unknown token".into();
//!             return Err(AuthnError::Refused { mechanism: "Sesame", reason });
//!         }
//!         let principal = Principal::asserted(UserName::new("yarn")?, Mechanism::Oidc);
//!         Ok(Step::Done { end: Login::new(principal), reply: Vec::new() })
//!     }
//! }
//!
//! # futures(async {
//! let groups: StaticGroups = "alice=staff".parse()?;
//! let rules = Impersonation::hadoop("hadoop.proxyuser", [
//!     ("hadoop.proxyuser.yarn.users", "alice"),
//!     ("hadoop.proxyuser.yarn.hosts", "*"),
//! ])?;
//! let service = Authenticate::new([Scheme::bearer("files", |_| Exchange::new(Sesame))])
//!     .act_as(ActAs::Query("doas".into()))
//!     .resolve(Resolver::new(Arc::new(groups), rules), Arc::new(Policy::new(Dialect::HDFS)))
//!     .layer(service_fn(async |request: Request<()>| {
//!         let subject: &Arc<Subject> = request.extensions().get().unwrap();
//!         Ok::<_, std::convert::Infallible>(Response::new(subject.user().to_string()))
//!     }));
//!
//! let request = |token: &str, uri| Request::get(uri).header("authorization", token).body(()).unwrap();
//! let answer = service.clone().oneshot(request("Bearer open-sesame", "/?doas=alice")).await?;
//! assert_eq!(answer.body(), "alice");
//! let answer = service.clone().oneshot(request("Bearer open-sesame", "/?doas=bob")).await?;
//! assert_eq!(answer.status(), StatusCode::FORBIDDEN);
//! let answer = service.oneshot(request("Bearer guessed", "/")).await?;
//! assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
//! assert_eq!(answer.headers()["www-authenticate"], r#"Bearer realm="files", error="invalid_token""#);
//! # Ok(())
//! # });
//! # fn futures(body: impl Future<Output = Result<(), Box<dyn std::error::Error>>>) {
//! #     tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(body).unwrap();
//! # }
//! ```
//!
//! The layer keeps nothing between requests, so Negotiate costs a ticket's check each time: fast, and the replay cache of
//! Kerberos sees every one. There are no cookies.

mod admission;
mod authenticate;
mod header;
mod peer;
mod query;
mod rejection;
mod scheme;

pub use admission::ActAs;
pub use authenticate::{Authenticate, Authenticated};
pub use peer::Peer;
pub use rejection::{Reason, Rejection};
pub use scheme::Scheme;
