//! Saved states as objects of the API server.

use http::Method;
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::kept::superfluous;
use super::{NAME, NOTE, Note, Revision, unwritten};
use crate::call::{Answer, Call, CallError, METADATA, refused};
use crate::connection::Cluster;

/// Why a state was not saved.
#[derive(Debug, Error)]
pub enum SaveError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Other runs took each number first.
    #[error("{ATTEMPTS} numbers in a row, the last of them {last}, were taken by others")]
    Crowded {
        /// The last number that was tried.
        last: u64,
    },
}

impl SaveError {
    /// What a person can do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        let remedy = match self {
            Self::Call(CallError::Refused { code: 403, .. }) => {
                "a Role in kube-system must allow create, get, list and delete on configmaps"
            }
            Self::Call(error) => error.remedy().unwrap_or("try again"),
            Self::Crowded { .. } => "apply again when fewer runs meet",
        };
        format!("{remedy}; --no-backup writes without a way back")
    }
}

impl Cluster {
    /// The saved states, the oldest first.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn revisions(&self) -> Result<Vec<Revision>, CallError> {
        let call = Call {
            what: LIST,
            method: Method::GET,
            path: LISTED,
            body: None,
        };
        let list: List = match self.call_for(METADATA, call).await? {
            Answer::Object(list) => *list,
            Answer::Status(status) => return Err(refused(LIST, status)),
        };
        let found = list.items.iter().flatten();
        let mut revisions: Vec<Revision> = found
            .filter_map(|object| Revision::of(&object.metadata))
            .collect();
        revisions.sort_by_key(|revision| revision.number);
        Ok(revisions)
    }

    /// A saved state, if it is there.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn revision(&self, number: u64) -> Result<Option<ConfigMap>, CallError> {
        let call = Call {
            what: GET,
            method: Method::GET,
            path: &format!("{COLLECTION}/{NAME}{number}"),
            body: None,
        };
        match self.call(call).await? {
            Answer::Object(object) => Ok(Some(*object)),
            Answer::Status(status) if status.code == 404 => Ok(None),
            Answer::Status(status) => Err(refused(GET, status)),
        }
    }

    /// Saves the state that `object` is in, under the first number that no other run takes.
    ///
    /// # Errors
    /// When it was not saved.
    pub async fn save(&self, object: &ConfigMap, note: &Note) -> Result<u64, SaveError> {
        let revisions = self.revisions().await?;
        let mut number = revisions.last().map_or(0, |revision| revision.number);
        for _ in 0..ATTEMPTS {
            number = number.saturating_add(1);
            let call = Call {
                what: CREATE,
                method: Method::POST,
                path: CREATED,
                body: Some(("application/json", body(number, object, note))),
            };
            match self.call::<Object>(call).await? {
                Answer::Object(_) => return Ok(number),
                Answer::Status(status) if status.reason == "AlreadyExists" => {}
                Answer::Status(status) => return Err(refused(CREATE, status).into()),
            }
        }
        Err(SaveError::Crowded { last: number })
    }

    /// After `object` was replaced, and its state saved under `number`: keeps the last `count`
    /// states and those that are `needed`, and none that was saved before a write which was never
    /// made. What cannot be removed is warned of.
    pub async fn trim(&self, count: usize, needed: &[u64], (object, number): (&ConfigMap, u64)) {
        let trimmed = async {
            let revisions = self.revisions().await?;
            let earlier = revisions.iter().filter(|revision| revision.number < number);
            let earlier: Vec<Revision> = earlier.cloned().collect();
            let mut gone = superfluous(&revisions, count, needed);
            // Whoever is about to write with a later number saw what is there now.
            let unwritten = unwritten(&earlier, Some(object)).into_iter();
            let others = unwritten.filter(|number| !needed.contains(number));
            let others: Vec<u64> = others.filter(|number| !gone.contains(number)).collect();
            gone.extend(others);
            for number in gone {
                self.forget(number).await?;
            }
            Ok::<(), CallError>(())
        };
        if let Err(error) = trimmed.await {
            tracing::warn!("old backups stay: {error}");
        }
    }

    /// Removes a state that nobody needs; where that fails it is warned of.
    pub async fn discard(&self, number: u64) {
        if let Err(error) = self.forget(number).await {
            tracing::warn!("backup {number} stays, which nobody needs: {error}");
        }
    }

    /// Removes a saved state, if it is there.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn forget(&self, number: u64) -> Result<(), CallError> {
        let call = Call {
            what: DELETE,
            method: Method::DELETE,
            path: &format!("{COLLECTION}/{NAME}{number}"),
            body: None,
        };
        match self.call::<Value>(call).await? {
            Answer::Object(_) => Ok(()),
            Answer::Status(status) if status.code == 404 => Ok(()),
            Answer::Status(status) => Err(refused(DELETE, status)),
        }
    }
}

fn body(number: u64, object: &ConfigMap, note: &Note) -> Value {
    let ours = own_annotations(object).map(|(key, value)| (key.clone(), json!(value)));
    let mut annotations: Map<String, Value> = ours.collect();
    annotations.insert(NOTE.to_owned(), json!(note).to_string().into());
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": format!("{NAME}{number}"),
            "namespace": "kube-system",
            "labels": {LABEL: "true"},
            "annotations": annotations,
        },
        "immutable": true,
        "data": object.data,
    })
}

/// The annotations that are this tool's, the records of all owners among them.
pub(super) fn own_annotations(object: &ConfigMap) -> impl Iterator<Item = (&String, &String)> {
    let annotations = object.metadata.annotations.iter().flatten();
    annotations.filter(|(key, _)| key.starts_with(OURS))
}

#[derive(Deserialize)]
struct List {
    /// The API server says null where there are none.
    items: Option<Vec<Object>>,
}

#[derive(Deserialize)]
struct Object {
    metadata: ObjectMeta,
}

/// How many runs may save at the same moment.
const ATTEMPTS: usize = 50;
/// What the keys of this tool's annotations begin with.
const OURS: &str = "aws-auth-sync/";
const LABEL: &str = "aws-auth-sync/backup";
const LIST: &str = "list the backups (configmaps in kube-system)";
const GET: &str = "get a backup (a configmap in kube-system)";
const CREATE: &str = "create a backup (a configmap in kube-system)";
const DELETE: &str = "delete a backup (a configmap in kube-system)";
const COLLECTION: &str = "/api/v1/namespaces/kube-system/configmaps";
const LISTED: &str = "/api/v1/namespaces/kube-system/configmaps\
    ?labelSelector=aws-auth-sync%2Fbackup%3Dtrue";
const CREATED: &str = "/api/v1/namespaces/kube-system/configmaps\
    ?fieldManager=aws-auth-sync&fieldValidation=Strict";
