//! What aws-auth was before each write: ConfigMaps beside it in kube-system, numbered and
//! immutable.
//!
//! `aws-auth-backup-N` holds the data as they were, the annotations of this tool among them the
//! records of all owners, and a note of what was about to be written.

mod kept;
mod objects;
pub mod report;
mod unwritten;
mod write;

use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::{Deserialize, Serialize};

use crate::owner::Owner;
pub use objects::SaveError;
pub use unwritten::unwritten;
pub use write::{Backups, Outcome, WriteError, Writing};

/// A state of aws-auth that was saved.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Revision {
    /// Its number: higher than those of the states before it.
    pub number: u64,
    /// When it was saved, by the API server's clock.
    pub time: Option<String>,
    /// What was noted; none where this version cannot read it.
    pub note: Option<Note>,
}

/// What is noted of a state: an annotation of its object, as JSON.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// What was about to be done.
    pub before: Occasion,
    /// Whose sources those were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The resourceVersion of the state, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// What was about to change.
    pub summary: String,
    /// How much the state takes.
    pub bytes: usize,
}

/// What a state is saved before.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Occasion {
    /// The sources of an owner are applied.
    Apply,
    /// An earlier state is restored.
    Rollback,
    /// It is what an apply made, and is undone unless somebody confirms it.
    Confirm,
}

impl Note {
    /// A note of the state that `object` shows.
    #[must_use]
    pub fn new(object: &ConfigMap, before: Occasion, writing: &Writing<'_>) -> Self {
        let annotations = objects::own_annotations(object);
        let texts = object.data.iter().flatten().chain(annotations);
        Self {
            before,
            owner: writing.owner.map(Owner::to_string),
            resource_version: object.metadata.resource_version.clone(),
            summary: writing.summary.clone(),
            bytes: texts.map(|(key, value)| key.len() + value.len()).sum(),
        }
    }
}

impl Occasion {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Rollback => "rollback",
            Self::Confirm => "confirm",
        }
    }
}

impl Revision {
    /// Reads what an object says of itself; `None` where its name is none of ours.
    fn of(metadata: &ObjectMeta) -> Option<Self> {
        let number = metadata.name.as_deref()?.strip_prefix(NAME)?;
        let time = metadata.creation_timestamp.as_ref();
        let annotations = metadata.annotations.as_ref();
        let note = annotations.and_then(|annotations| annotations.get(NOTE));
        Some(Self {
            number: number.parse().ok()?,
            time: time.map(|time| time.0.to_string()),
            note: note.and_then(|note| serde_json::from_str(note).ok()),
        })
    }
}

/// What the name of a saved state begins with; its number follows.
const NAME: &str = "aws-auth-backup-";
/// The annotation that holds the note.
const NOTE: &str = "aws-auth-sync/backup";
