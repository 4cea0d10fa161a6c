//! Reading and writing aws-auth through the API server.

use std::time::Duration;

use http::{Method, Request};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::core::Status;
use serde_json::{Value, json};
use thiserror::Error;

use crate::connection::Cluster;
use crate::ownership::Record;
use crate::plugin;
use crate::render::Data;

/// Why a call did not succeed.
#[derive(Debug, Error)]
pub enum CallError {
    /// The API server said no.
    #[error("{verb} configmap kube-system/aws-auth: {message} (HTTP {code})")]
    Refused {
        /// What was tried.
        verb: &'static str,
        /// The HTTP status code.
        code: u16,
        /// The API server's words.
        message: String,
    },
    /// No answer in time.
    #[error("{verb} configmap kube-system/aws-auth: no answer within {} s", DEADLINE.as_secs())]
    Deadline {
        /// What was tried.
        verb: &'static str,
    },
    /// No answer that makes sense.
    #[error("{verb} configmap kube-system/aws-auth: {message}")]
    Transport {
        /// What was tried.
        verb: &'static str,
        /// What happened, innermost cause last.
        message: String,
    },
}

/// What a write came to.
#[derive(Debug)]
pub enum Written {
    /// It is done; this is the resourceVersion.
    Done(String),
    /// Somebody else was faster: what was planned no longer fits.
    Conflict,
}

impl Cluster {
    /// Reads aws-auth; `None` only where the API server says that there is none.
    ///
    /// # Errors
    /// For every other answer, and when none comes.
    pub async fn fetch(&self) -> Result<Option<ConfigMap>, CallError> {
        let answer = self.call(Call {
            verb: "get",
            method: Method::GET,
            path: OBJECT,
            body: None,
        });
        match answer.await? {
            // A write on the condition of no version would be unconditional.
            Answer::Object(object) if resource_version(&object).is_empty() => {
                Err(CallError::Transport {
                    verb: "get",
                    message: "the answer has no resourceVersion".to_owned(),
                })
            }
            Answer::Object(object) => Ok(Some(*object)),
            Answer::Status(status) if status.code == 404 => Ok(None),
            Answer::Status(status) => Err(refused("get", status)),
        }
    }

    /// Makes aws-auth.
    ///
    /// # Errors
    /// When the API server refuses, except that one exists already, which is a conflict.
    pub async fn create(&self, data: &Data, record: &Record) -> Result<Written, CallError> {
        let body = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": "aws-auth",
                "namespace": "kube-system",
                "annotations": {record.key(): record.value()},
            },
            "data": data,
        });
        let (method, body) = (Method::POST, Some(("application/json", body)));
        match self
            .call(Call {
                verb: "create",
                method,
                path: COLLECTION,
                body,
            })
            .await?
        {
            Answer::Object(object) => Ok(Written::Done(resource_version(&object))),
            Answer::Status(status) if status.reason == "AlreadyExists" => Ok(Written::Conflict),
            Answer::Status(status) => Err(refused("create", status)),
        }
    }

    /// Gives aws-auth other data, provided that it still is at `version`.
    ///
    /// A merge patch: what is not named in it, others' labels and annotations, stays as it is.
    ///
    /// # Errors
    /// When the API server refuses, except that the object has changed or is gone, which is a
    /// conflict.
    pub async fn patch(
        &self,
        live: &Data,
        data: &Data,
        record: &Record,
        version: &str,
    ) -> Result<Written, CallError> {
        let gone = live.keys().filter(|key| !data.contains_key(*key));
        let mut sections: serde_json::Map<String, Value> =
            gone.map(|key| (key.clone(), Value::Null)).collect();
        sections.extend(
            data.iter()
                .map(|(key, value)| (key.clone(), value.as_str().into())),
        );
        let body = json!({
            "metadata": {
                "resourceVersion": version,
                "annotations": {record.key(): record.value()},
            },
            "data": sections,
        });
        let (method, body) = (Method::PATCH, Some(("application/merge-patch+json", body)));
        match self
            .call(Call {
                verb: "patch",
                method,
                path: OBJECT_STRICT,
                body,
            })
            .await?
        {
            Answer::Object(object) => Ok(Written::Done(resource_version(&object))),
            Answer::Status(status) if status.reason == "Conflict" || status.code == 404 => {
                Ok(Written::Conflict)
            }
            Answer::Status(status) => Err(refused("patch", status)),
        }
    }

    async fn call(&self, call: Call) -> Result<Answer, CallError> {
        let Call {
            verb,
            method,
            path,
            body,
        } = call;
        let mut request = Request::builder().method(method).uri(path);
        let bytes = match body {
            Some((content_type, body)) => {
                request = request.header(http::header::CONTENT_TYPE, content_type);
                body.to_string().into_bytes()
            }
            None => Vec::new(),
        };
        let transport = |message: String| CallError::Transport { verb, message };
        let request = request
            .body(bytes)
            .map_err(|error| transport(error.to_string()))?;
        // The text is parsed here and not by the client, which would log it where it is senseless.
        match tokio::time::timeout(DEADLINE, self.client.request_text(request)).await {
            Err(_elapsed) => Err(CallError::Deadline { verb }),
            // The parser's message would quote the answer, which may be anybody's.
            Ok(Ok(text)) => serde_json::from_str(&text)
                .map(Answer::Object)
                .map_err(|error| {
                    let (line, column) = (error.line(), error.column());
                    transport(format!(
                        "the answer is no ConfigMap (line {line}, column {column})"
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

struct Call {
    verb: &'static str,
    method: Method,
    path: &'static str,
    body: Option<(&'static str, Value)>,
}

enum Answer {
    Object(Box<ConfigMap>),
    Status(Box<Status>),
}

/// The resourceVersion of an object; the API server never leaves it out.
#[must_use]
pub fn resource_version(object: &ConfigMap) -> String {
    object.metadata.resource_version.clone().unwrap_or_default()
}

fn refused(verb: &'static str, status: Box<Status>) -> CallError {
    let Status {
        code,
        message,
        reason,
        ..
    } = *status;
    let words = if message.is_empty() { reason } else { message };
    CallError::Refused {
        verb,
        code,
        message: words.chars().take(MAX_WORDS).collect(),
    }
}

/// The client's errors repeat their causes; the last one says what happened.
fn innermost(error: &kube::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

const OBJECT: &str = "/api/v1/namespaces/kube-system/configmaps/aws-auth";
const OBJECT_STRICT: &str = "/api/v1/namespaces/kube-system/configmaps/aws-auth\
    ?fieldManager=aws-auth-sync&fieldValidation=Strict";
const COLLECTION: &str = "/api/v1/namespaces/kube-system/configmaps\
    ?fieldManager=aws-auth-sync&fieldValidation=Strict";
/// For one call, connecting and an exec plugin's answer included.
const DEADLINE: Duration = Duration::from_secs(30);
/// What a proxy says in place of the API server may be a whole page.
const MAX_WORDS: usize = 500;
