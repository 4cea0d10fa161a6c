//! Calls to the API server: one deadline for each, and errors in the server's own words.

use std::time::Duration;

use http::{Method, Request};
use kube::core::Status;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use crate::connection::Cluster;
use crate::plugin;

/// Why a call did not succeed.
#[derive(Debug, Error)]
pub enum CallError {
    /// The API server said no.
    #[error("{what}: {message} (HTTP {code})")]
    Refused {
        /// What was tried.
        what: &'static str,
        /// The HTTP status code.
        code: u16,
        /// The API server's words.
        message: String,
    },
    /// No answer in time.
    #[error("{what}: no answer within {} s", DEADLINE.as_secs())]
    Deadline {
        /// What was tried.
        what: &'static str,
    },
    /// No answer that makes sense.
    #[error("{what}: {message}")]
    Transport {
        /// What was tried.
        what: &'static str,
        /// What happened, innermost cause last.
        message: String,
    },
}

impl CallError {
    /// What a person can do about it.
    #[must_use]
    pub const fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Refused { code: 403, .. } => Some(
                "a Role in kube-system must allow get and patch on the configmap aws-auth, and \
                 create, get, list and delete on configmaps, which are its backups",
            ),
            Self::Refused { code: 401, .. } => {
                Some("the credentials are not accepted: try kubectl auth whoami with the same")
            }
            Self::Deadline { .. } | Self::Transport { .. } => {
                Some("try kubectl get --raw /readyz with the same kubeconfig")
            }
            Self::Refused { .. } => None,
        }
    }
}

/// A call.
pub(crate) struct Call<'a> {
    /// What it does, for errors: a verb and its object.
    pub(crate) what: &'static str,
    pub(crate) method: Method,
    /// The path with its query.
    pub(crate) path: &'a str,
    /// Content type and content.
    pub(crate) body: Option<(&'static str, Value)>,
}

/// What the API server says.
pub(crate) enum Answer<T> {
    /// Yes.
    Object(Box<T>),
    /// No.
    Status(Box<Status>),
}

impl Cluster {
    /// Calls the API server.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
    ) -> Result<Answer<T>, CallError> {
        self.call_for(WHOLE, call).await
    }

    /// Calls the API server for an answer of some form.
    pub(crate) async fn call_for<T: DeserializeOwned>(
        &self,
        form: &'static str,
        call: Call<'_>,
    ) -> Result<Answer<T>, CallError> {
        let Call {
            what,
            method,
            path,
            body,
        } = call;
        let request = Request::builder().method(method).uri(path);
        let mut request = request.header(http::header::ACCEPT, form);
        let bytes = match body {
            Some((content_type, body)) => {
                request = request.header(http::header::CONTENT_TYPE, content_type);
                body.to_string().into_bytes()
            }
            None => Vec::new(),
        };
        let transport = |message: String| CallError::Transport { what, message };
        let request = request
            .body(bytes)
            .map_err(|error| transport(error.to_string()))?;
        // The text is parsed here and not by the client, which would log it where it is senseless.
        match tokio::time::timeout(DEADLINE, self.client.request_text(request)).await {
            Err(_elapsed) => Err(CallError::Deadline { what }),
            // The parser's message would quote the answer, which may be anybody's.
            Ok(Ok(text)) => serde_json::from_str(&text)
                .map(Answer::Object)
                .map_err(|error| {
                    let (line, column) = (error.line(), error.column());
                    transport(format!(
                        "the answer is no such object (line {line}, column {column})"
                    ))
                }),
            Ok(Err(kube::Error::Api(status))) => Ok(Answer::Status(status)),
            Ok(Err(error)) => {
                let plugin = plugin::fault(&error);
                let message = plugin.map(|fault| format!("the kubeconfig's exec plugin: {fault}"));
                Err(transport(message.unwrap_or_else(|| innermost(&error))))
            }
        }
    }
}

/// A no as an error.
pub(crate) fn refused(what: &'static str, status: Box<Status>) -> CallError {
    let Status {
        code,
        message,
        reason,
        ..
    } = *status;
    let words = if message.is_empty() { reason } else { message };
    CallError::Refused {
        what,
        code,
        message: words.chars().take(MAX_WORDS).collect(),
    }
}

/// The client's errors repeat their causes; the last one says what happened.
pub(crate) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// Objects as they are.
const WHOLE: &str = "application/json";
/// Of the objects of a list only what stands in their metadata.
pub(crate) const METADATA: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
/// For one call, connecting and an exec plugin's answer included.
const DEADLINE: Duration = Duration::from_secs(30);
/// What a proxy says in place of the API server may be a whole page.
const MAX_WORDS: usize = 500;
