//! Reading and writing aws-auth through the API server.

use std::collections::BTreeMap;

use http::Method;
use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::json;

use crate::call::{Answer, Call, CallError, refused};
use crate::connection::Cluster;
use crate::edit::SectionEdit;
use crate::plan::Annotation;

/// What a write came to.
#[derive(Debug)]
pub enum Written {
    /// It is done; this is the resourceVersion.
    Done(String),
    /// Somebody else was faster: what was planned no longer fits.
    Conflict,
}

/// What is written: the data and the annotations that change; without a text they go.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Content {
    /// The data.
    pub data: BTreeMap<String, Option<String>>,
    /// The annotations.
    pub annotations: BTreeMap<String, Option<String>>,
}

impl Content {
    /// The sections and annotations that change.
    #[must_use]
    pub fn new(edits: &[SectionEdit], annotations: &[Annotation]) -> Self {
        let edits = edits.iter();
        let data = edits.map(|edit| (edit.section.key().to_owned(), edit.text.clone()));
        let annotations = annotations.iter();
        let annotations = annotations.map(|found| (found.key.clone(), found.value.clone()));
        Self {
            data: data.collect(),
            annotations: annotations.collect(),
        }
    }

    /// The object as it would be written.
    #[must_use]
    pub fn applied_to(&self, object: Option<&ConfigMap>) -> ConfigMap {
        let mut after = ConfigMap::default();
        let data = object.and_then(|object| object.data.clone());
        after.data = Some(applied(data.unwrap_or_default(), &self.data));
        let annotations = object.and_then(|object| object.metadata.annotations.clone());
        let annotations = applied(annotations.unwrap_or_default(), &self.annotations);
        after.metadata.annotations = Some(annotations);
        after
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.is_empty() && self.annotations.is_empty()
    }
}

fn applied(
    mut texts: BTreeMap<String, String>,
    changes: &BTreeMap<String, Option<String>>,
) -> BTreeMap<String, String> {
    for (key, change) in changes {
        match change {
            Some(text) => texts.insert(key.clone(), text.clone()),
            None => texts.remove(key),
        };
    }
    texts
}

/// Whether a write is meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// It is.
    Lasting,
    /// The API server looks whether it would go through, and writes nothing.
    Rehearsed,
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
    pub async fn create(&self, content: &Content, effect: Effect) -> Result<Written, CallError> {
        let body = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": "aws-auth",
                "namespace": "kube-system",
                "annotations": content.annotations,
            },
            "data": content.data,
        });
        let call = Call {
            what: CREATE,
            method: Method::POST,
            path: &format!("{COLLECTION}{}", effect.query()),
            body: Some(("application/json", body)),
        };
        match self.call(call).await? {
            Answer::Object(object) => Ok(Written::Done(resource_version(&object))),
            Answer::Status(status) if status.reason == "AlreadyExists" => Ok(Written::Conflict),
            Answer::Status(status) => Err(refused(CREATE, status)),
        }
    }

    /// Changes aws-auth, provided that it still is at `version`.
    ///
    /// A merge patch: what is not named in it, others' labels, annotations and data, stays as it
    /// is.
    ///
    /// # Errors
    /// When the API server refuses, except that the object has changed or is gone, which is a
    /// conflict.
    pub async fn patch(
        &self,
        content: &Content,
        version: &str,
        effect: Effect,
    ) -> Result<Written, CallError> {
        let mut body = json!({
            "metadata": {"resourceVersion": version, "annotations": content.annotations},
        });
        if let Some(members) = body.as_object_mut().filter(|_| !content.data.is_empty()) {
            members.insert("data".to_owned(), json!(content.data));
        }
        let call = Call {
            what: PATCH,
            method: Method::PATCH,
            path: &format!("{OBJECT}{QUERY}{}", effect.query()),
            body: Some(("application/merge-patch+json", body)),
        };
        match self.call(call).await? {
            Answer::Object(object) => Ok(Written::Done(resource_version(&object))),
            Answer::Status(status) if status.reason == "Conflict" || status.code == 404 => {
                Ok(Written::Conflict)
            }
            Answer::Status(status) => Err(refused(PATCH, status)),
        }
    }
}

impl Effect {
    const fn query(self) -> &'static str {
        match self {
            Self::Lasting => "",
            Self::Rehearsed => "&dryRun=All",
        }
    }
}

/// The resourceVersion of an object; the API server never leaves it out.
#[must_use]
pub fn resource_version(object: &ConfigMap) -> String {
    object.metadata.resource_version.clone().unwrap_or_default()
}

/// What the API server notes our writes by.
pub(crate) const MANAGER: &str = "aws-auth-sync";
const GET: &str = "get configmap kube-system/aws-auth";
const CREATE: &str = "create configmap kube-system/aws-auth";
const PATCH: &str = "patch configmap kube-system/aws-auth";
const OBJECT: &str = "/api/v1/namespaces/kube-system/configmaps/aws-auth";
const COLLECTION: &str = "/api/v1/namespaces/kube-system/configmaps\
    ?fieldManager=aws-auth-sync&fieldValidation=Strict";
const QUERY: &str = "?fieldManager=aws-auth-sync&fieldValidation=Strict";
