//! Reading and writing aws-auth through the API server.

use http::Method;
use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::{Value, json};

use crate::call::{Answer, Call, CallError, refused};
use crate::connection::Cluster;
use crate::ownership::Record;
use crate::render::Data;

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
            what: GET,
            method: Method::GET,
            path: OBJECT,
            body: None,
        });
        match answer.await? {
            // A write on the condition of no version would be unconditional.
            Answer::Object(object) if resource_version(&object).is_empty() => {
                Err(CallError::Transport {
                    what: GET,
                    message: "the answer has no resourceVersion".to_owned(),
                })
            }
            Answer::Object(object) => Ok(Some(*object)),
            Answer::Status(status) if status.code == 404 => Ok(None),
            Answer::Status(status) => Err(refused(GET, status)),
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
                what: CREATE,
                method,
                path: COLLECTION,
                body,
            })
            .await?
        {
            Answer::Object(object) => Ok(Written::Done(resource_version(&object))),
            Answer::Status(status) if status.reason == "AlreadyExists" => Ok(Written::Conflict),
            Answer::Status(status) => Err(refused(CREATE, status)),
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
                what: PATCH,
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
            Answer::Status(status) => Err(refused(PATCH, status)),
        }
    }
}

/// The resourceVersion of an object; the API server never leaves it out.
#[must_use]
pub fn resource_version(object: &ConfigMap) -> String {
    object.metadata.resource_version.clone().unwrap_or_default()
}

const GET: &str = "get configmap kube-system/aws-auth";
const CREATE: &str = "create configmap kube-system/aws-auth";
const PATCH: &str = "patch configmap kube-system/aws-auth";
const OBJECT: &str = "/api/v1/namespaces/kube-system/configmaps/aws-auth";
const OBJECT_STRICT: &str = "/api/v1/namespaces/kube-system/configmaps/aws-auth\
    ?fieldManager=aws-auth-sync&fieldValidation=Strict";
const COLLECTION: &str = "/api/v1/namespaces/kube-system/configmaps\
    ?fieldManager=aws-auth-sync&fieldValidation=Strict";
