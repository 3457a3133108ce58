//! Errors as WebHDFS tells them: a Java exception in JSON.

use std::fmt::Display;

use hyper::{Method, Response, StatusCode};
use serde_json::json;

use super::{Body, json as json_response};

/// Long enough for any message of ours; what a client sent may be quoted in it.
const MAX_MESSAGE: usize = 2000;

#[derive(Debug)]
pub struct RemoteException {
    kind: &'static Kind,
    message: String,
}

#[derive(Debug)]
struct Kind {
    class: &'static str,
    status: StatusCode,
}

macro_rules! kinds {
    ($($name:ident: $status:ident $class:literal,)*) => {
        impl RemoteException {
            $(pub fn $name(message: String) -> Self {
                static KIND: Kind = Kind { class: $class, status: StatusCode::$status };
                Self::new(&KIND, message)
            })*
        }
    };
}

kinds! {
    illegal_argument: BAD_REQUEST "java.lang.IllegalArgumentException",
    unsupported: BAD_REQUEST "java.lang.UnsupportedOperationException",
    security: UNAUTHORIZED "java.lang.SecurityException",
    access_control: FORBIDDEN "org.apache.hadoop.security.AccessControlException",
    authorization: FORBIDDEN "org.apache.hadoop.security.authorize.AuthorizationException",
    invalid_token: FORBIDDEN "org.apache.hadoop.security.token.SecretManager$InvalidToken",
    acl: FORBIDDEN "org.apache.hadoop.hdfs.protocol.AclException",
    io: FORBIDDEN "java.io.IOException",
    file_already_exists: FORBIDDEN "org.apache.hadoop.fs.FileAlreadyExistsException",
    parent_not_directory: FORBIDDEN "org.apache.hadoop.fs.ParentNotDirectoryException",
    not_empty: FORBIDDEN "org.apache.hadoop.fs.PathIsNotEmptyDirectoryException",
    file_not_found: NOT_FOUND "java.io.FileNotFoundException",
    retriable: SERVICE_UNAVAILABLE "org.apache.hadoop.ipc.RetriableException",
    runtime: INTERNAL_SERVER_ERROR "java.lang.RuntimeException",
}

impl RemoteException {
    fn new(kind: &'static Kind, mut message: String) -> Self {
        if message.len() > MAX_MESSAGE {
            message = message.chars().take(MAX_MESSAGE).collect();
            message.push('…');
        }
        Self { kind, message }
    }

    /// A parameter that cannot be understood, and why.
    pub fn invalid(parameter: &str, why: impl Display) -> Self {
        Self::illegal_argument(format!(
            "Invalid value for webhdfs parameter \"{parameter}\": {why}"
        ))
    }

    /// An operation that does not exist, or not with that method.
    pub fn invalid_op(method: &Method, op: &str) -> Self {
        Self::unsupported(format!(
            "Invalid value for webhdfs parameter \"op\": {method} {op}"
        ))
    }

    /// A parameter that must be there.
    pub fn missing(parameter: &str) -> Self {
        Self::illegal_argument(format!("webhdfs parameter \"{parameter}\" is missing"))
    }

    /// What cannot be written down does not happen.
    pub fn unaudited(cause: &std::io::Error) -> Self {
        Self::retriable(format!("the audit log cannot be written: {cause}"))
    }

    /// Whether it says that somebody may not do something.
    pub fn is_access_control(&self) -> bool {
        self.kind.class.ends_with("AccessControlException")
    }

    pub fn json(&self) -> serde_json::Value {
        let class = self.kind.class;
        let name = class.rsplit(['.', '$']).next().unwrap_or(class);
        json!({ "RemoteException": { "exception": name, "javaClassName": class, "message": self.message } })
    }

    pub fn response(&self) -> Response<Body> {
        json_response(self.kind.status, &self.json())
    }
}
