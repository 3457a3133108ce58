//! Why a request does not reach the service, and how that is said.

use std::borrow::Cow;
use std::fmt::Write;

use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{Response, StatusCode};
use thiserror::Error;

use crate::authn::AuthnError;
use crate::authz::ResolveError;
use crate::identity::{Principal, UserName};

/// Why a request is rejected. Its text is for the log; [`Rejection::message`] is for the client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// There are no credentials, or none of a scheme that is offered: 401.
    #[error("no credentials of a scheme that is offered")]
    NoCredentials,
    /// `Authorization` is not what its scheme says: 401.
    #[error("malformed Authorization: {0}")]
    Malformed(&'static str),
    /// The exchange failed: 503 if what decides is unavailable, else 401.
    #[error(transparent)]
    Login(AuthnError),
    /// The exchange wants another round, and nothing is kept between requests: 401.
    #[error("{scheme} takes more than one round, and HTTP has one")]
    AnotherRound {
        /// Which scheme.
        scheme: &'static str,
    },
    /// A parameter or header that names a user cannot be read: 400.
    #[error("{place}: {why}")]
    Place {
        /// `user.name`, `doas`.
        place: Box<str>,
        /// What is wrong.
        why: Box<str>,
    },
    /// The peer may not act for that user (403), or nobody can say now in which groups somebody is (503).
    #[error(transparent)]
    Resolve(ResolveError),
    /// The peer wants to act for somebody, and the layer was not told who may: 403.
    #[error("{user} cannot act as {target}: no impersonation is configured")]
    NoResolver {
        /// Who logged in.
        user: UserName,
        /// For whom they want to act.
        target: UserName,
    },
}

/// A request that does not reach the service.
#[derive(Debug, Clone)]
pub struct Rejection {
    pub(super) reason: Reason,
    pub(super) principal: Option<Principal>,
    pub(super) act_as: Option<UserName>,
    /// What stands in `WWW-Authenticate`: challenges with 401, the last token of the exchange otherwise.
    pub(super) authenticate: Vec<HeaderValue>,
    pub(super) retry_after: HeaderValue,
}

impl Rejection {
    /// Why, with what a client must not learn.
    #[must_use]
    pub const fn reason(&self) -> &Reason {
        &self.reason
    }

    /// Who had logged in before it was rejected.
    #[must_use]
    pub const fn principal(&self) -> Option<&Principal> {
        self.principal.as_ref()
    }

    /// For whom they wanted to act.
    #[must_use]
    pub const fn act_as(&self) -> Option<&UserName> {
        self.act_as.as_ref()
    }

    /// 400, 401, 403 or 503. What is broken is never said to be refused.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match &self.reason {
            Reason::Login(error) if error.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
            Reason::Resolve(ResolveError::Unavailable(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Reason::Resolve(ResolveError::Refused(_)) | Reason::NoResolver { .. } => {
                StatusCode::FORBIDDEN
            }
            Reason::Place { .. } => StatusCode::BAD_REQUEST,
            Reason::NoCredentials
            | Reason::Malformed(_)
            | Reason::Login(_)
            | Reason::AnotherRound { .. } => StatusCode::UNAUTHORIZED,
        }
    }

    /// The same as a status of gRPC: INVALID_ARGUMENT (3), UNAUTHENTICATED (16), PERMISSION_DENIED (7), UNAVAILABLE (14).
    #[must_use]
    pub const fn grpc_status(&self) -> i32 {
        match self.status() {
            StatusCode::BAD_REQUEST => 3,
            StatusCode::FORBIDDEN => 7,
            StatusCode::SERVICE_UNAVAILABLE => 14,
            _ => 16,
        }
    }

    /// What the client may read: what it sent itself, upstream's text of a refused impersonation, and nothing that helps it
    /// guess.
    #[must_use]
    pub fn message(&self) -> Cow<'static, str> {
        match &self.reason {
            Reason::NoCredentials => "authentication is required".into(),
            Reason::Login(error) => error.public().into(),
            Reason::Resolve(ResolveError::Unavailable(_)) => "groups are unavailable".into(),
            Reason::Resolve(ResolveError::Refused(refusal)) => refusal.public().into(),
            public => public.to_string().into(),
        }
    }

    /// The plain answer: the status, and no body. To a call of gRPC, status and message in the headers and nothing behind
    /// them ("Trailers-Only").
    #[must_use]
    pub fn response<B: Default>(&self, parts: &Parts) -> Response<B> {
        let mut response = Response::new(B::default());
        let Some(content_type) = grpc_type(parts) else {
            *response.status_mut() = self.status();
            return response;
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, content_type.clone());
        headers.insert("grpc-status", self.grpc_status().into());
        if let Ok(message) = HeaderValue::try_from(percent_encoded(&self.message())) {
            headers.insert("grpc-message", message);
        }
        response
    }

    /// What has to stand in every answer, whoever wrote it.
    pub(super) fn complete<B>(&self, response: &mut Response<B>) {
        let headers = response.headers_mut();
        for value in &self.authenticate {
            headers.append(WWW_AUTHENTICATE, value.clone());
        }
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, self.retry_after.clone());
        }
    }
}

/// The content type of a call of gRPC or gRPC-Web: the media type, alone or with a suffix.
fn grpc_type(parts: &Parts) -> Option<&HeaderValue> {
    let content_type = parts.headers.get(CONTENT_TYPE)?;
    let rest = content_type.as_bytes().strip_prefix(b"application/grpc")?;
    matches!(rest.first(), None | Some(b'+' | b'-' | b';')).then_some(content_type)
}

/// As gRPC encodes messages: whatever is not visible ASCII or a blank, and `%` itself.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'%' | 0..b' ' | 0x7f.. => {
                let _ = write!(encoded, "%{byte:02X}");
            }
            visible => encoded.push(visible.into()),
        }
    }
    encoded
}
