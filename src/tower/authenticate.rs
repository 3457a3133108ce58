//! The layer, and the service that it makes.

use std::fmt;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::{HeaderValue, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{Extensions, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::admission::Admission;
use super::{ActAs, Peer, Rejection, Scheme};
use crate::authz::{Policy, ResolveError, Resolver};
use crate::identity::{Principal, Subject, UserName};

type Answer<B> = dyn Fn(&Rejection, &Parts) -> Response<B> + Send + Sync;
type Observe = dyn Fn(&Rejection, &Parts) + Send + Sync;

/// Lets only those requests through whose sender is known. `B` is the body of the responses; it follows from the service.
///
/// A request that has `Authorization` is decided by what that says and nothing else, as soon as any scheme in the list reads
/// it. Without it, the first scheme of the list that finds what it looks for decides.
///
/// The exchange of a request runs on the task that serves it. That is work of the processor, and the verifier's. GSS-API's
/// share may also write to a replay cache; nothing of it asks another machine. What an exchange has to wait for is awaited,
/// for as long as it takes: [`oidc`](crate::authn::oidc) bounds that itself, and for a verifier that may hang, put a layer
/// with a timeout before this one.
pub struct Authenticate<B> {
    admission: Admission,
    answer: Option<Arc<Answer<B>>>,
    observe: Option<Arc<Observe>>,
}

impl<B> Clone for Authenticate<B> {
    fn clone(&self) -> Self {
        Self {
            admission: self.admission.clone(),
            answer: self.answer.clone(),
            observe: self.observe.clone(),
        }
    }
}

impl<B> fmt::Debug for Authenticate<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticate")
            .field("schemes", &self.admission.schemes)
            .finish_non_exhaustive()
    }
}

impl<B> Authenticate<B> {
    /// Offers these schemes, in this order. With an empty list nobody gets in.
    #[must_use]
    pub fn new(schemes: impl IntoIterator<Item = Scheme>) -> Self {
        let of_server = |extensions: &Extensions| extensions.get().cloned().unwrap_or_default();
        Self {
            admission: Admission {
                schemes: schemes.into_iter().collect(),
                peer: Arc::new(of_server),
                act_as: None,
                resolve: None,
                retry_after: HeaderValue::from_static("1"),
            },
            answer: None,
            observe: None,
        }
    }

    /// Finds the peer in the extensions of a request. Without this, a server puts a [`Peer`] there.
    #[must_use]
    pub fn peer(mut self, find: impl Fn(&Extensions) -> Peer + Send + Sync + 'static) -> Self {
        self.admission.peer = Arc::new(find);
        self
    }

    /// Reads there for whom a request acts. What the exchange itself has said counts as well; two different users are an
    /// error. An empty name is one, too, where Hadoop ignores it: who forwards it has lost somebody's name.
    #[must_use]
    pub fn act_as(mut self, place: ActAs) -> Self {
        self.admission.act_as = Some(place);
        self
    }

    /// Makes a [`Subject`] of whoever has logged in, with groups, and with impersonation where the rules allow it. Without
    /// this, nobody acts for anybody.
    ///
    /// Groups are looked up on the task that serves the request. If that may block, call [`resolve_with`](Self::resolve_with).
    #[must_use]
    pub fn resolve(self, resolver: Resolver, policy: Arc<Policy>) -> Self {
        self.resolve_with(move |principal, act_as, peer| {
            resolver.resolve(&policy, principal, act_as, peer)
        })
    }

    /// The same by a function of the service's, for a policy that is replaced while it runs, or a look-up that blocks:
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use bailiwick::{acl::Dialect, tower::Authenticate};
    /// # use bailiwick::authz::{Impersonation, OsGroups, Policy, Resolver};
    /// # let resolver = Resolver::new(Arc::new(OsGroups), Impersonation::none());
    /// # let policy = Policy::new(Dialect::HDFS);
    /// # let _: Authenticate<String> =
    /// Authenticate::new([]).resolve_with(move |principal, act_as, peer| {
    ///     tokio::task::block_in_place(|| resolver.resolve(&policy, principal, act_as, peer))
    /// });
    /// ```
    #[must_use]
    pub fn resolve_with(
        mut self,
        resolve: impl Fn(&Principal, Option<&UserName>, Option<IpAddr>) -> Result<Subject, ResolveError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.admission.resolve = Some(Arc::new(resolve));
        self
    }

    /// How a rejection looks in this service. Status, headers and body are the function's; `WWW-Authenticate` and
    /// `Retry-After` are added. Without it the answer is [`Rejection::response`].
    ///
    /// It is asked about every rejection, also of what says that it is a call of gRPC: that is for anybody to say.
    #[must_use]
    pub fn answer(
        mut self,
        answer: impl Fn(&Rejection, &Parts) -> Response<B> + Send + Sync + 'static,
    ) -> Self {
        self.answer = Some(Arc::new(answer));
        self
    }

    /// Shows every rejection to the service before it is answered, for the log.
    #[must_use]
    pub fn observe(mut self, observe: impl Fn(&Rejection, &Parts) + Send + Sync + 'static) -> Self {
        self.observe = Some(Arc::new(observe));
        self
    }

    /// When a client that got 503 should come again, in whole seconds. One second unless set.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.admission.retry_after = wait.as_secs().into();
        self
    }
}

impl<B: Default> Authenticate<B> {
    fn reject(&self, rejection: &Rejection, parts: &Parts) -> Response<B> {
        if let Some(observe) = &self.observe {
            observe(rejection, parts);
        }
        let mut response = match &self.answer {
            Some(answer) => answer(rejection, parts),
            None => rejection.response(parts),
        };
        rejection.complete(&mut response);
        response
    }
}

impl<S, B> Layer<S> for Authenticate<B> {
    type Service = Authenticated<S, B>;

    fn layer(&self, inner: S) -> Self::Service {
        let layer = Arc::new(self.clone());
        Authenticated { inner, layer }
    }
}

/// A service behind [`Authenticate`]: what reaches `S` has its [`Principal`] in the extensions, and an `Arc` of its
/// [`Subject`] if the layer resolves it.
pub struct Authenticated<S, B> {
    inner: S,
    layer: Arc<Authenticate<B>>,
}

impl<S: Clone, B> Clone for Authenticated<S, B> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            layer: Arc::clone(&self.layer),
        }
    }
}

impl<S, B> fmt::Debug for Authenticated<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticated")
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}

impl<S, Body, B> Service<Request<Body>> for Authenticated<S, B>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    Body: Send + 'static,
    B: Default + 'static,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<B>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The one that said it was ready is called; its clone may not be yet.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let layer = Arc::clone(&self.layer);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match layer.admission.admit(&mut parts).await {
                Err(rejection) => Ok(layer.reject(&rejection, &parts)),
                Ok(token) => {
                    let mut response = inner.call(Request::from_parts(parts, body)).await?;
                    if let Some(token) = token {
                        response.headers_mut().append(WWW_AUTHENTICATE, token);
                    }
                    Ok(response)
                }
            }
        })
    }
}
