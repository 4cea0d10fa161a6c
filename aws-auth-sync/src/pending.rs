//! Changes that are undone unless somebody confirms them. Each has a mark on aws-auth itself,
//! written together with the change, so that the next run undoes what a run that was killed leaves.
//!
//! `aws-auth-sync/undo.OWNER` holds the deadline and the numbers of two saved states: the one
//! before the change and the one after it. Of what lies between them, what others have changed since
//! stays.

mod revert;
mod settle;

use iam_core::time::Rfc3339;
use k8s_openapi::api::core::v1::ConfigMap;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::call::CallError;
use crate::edit::TextError;
use crate::owner::Owner;
use crate::record::RecordError;
use crate::rounds::Contended;
pub use revert::revert;
pub use settle::{WaitFor, settle};

/// A change that nobody has confirmed yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pending {
    /// Whose change it is.
    pub owner: Owner,
    /// When it is undone.
    pub deadline: Rfc3339,
    /// The state before it; none where there was no aws-auth.
    pub before: Option<u64>,
    /// The state after it.
    pub after: u64,
}

/// Why an unconfirmed change is still there.
#[derive(Debug, Error)]
pub enum PendingError {
    /// The mark says nothing for certain.
    #[error("the annotation {annotation} of aws-auth is no mark that this version reads")]
    Mark {
        /// Its key.
        annotation: String,
    },
    /// A state is gone that the way back needs.
    #[error("{owner}'s change was not confirmed, and revision {number}, which undoes it, is gone")]
    Gone {
        /// Whose change it is.
        owner: Owner,
        /// The number of the state.
        number: u64,
    },
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A record cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A live text cannot be edited.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Others wrote each time in between.
    #[error(transparent)]
    Contended(#[from] Contended),
}

impl Pending {
    /// The unconfirmed changes of an aws-auth, those of several owners side by side.
    ///
    /// # Errors
    /// When a mark cannot be read.
    pub fn of(object: &ConfigMap) -> Result<Vec<Self>, PendingError> {
        let annotations = object.metadata.annotations.iter().flatten();
        let marks = annotations.filter_map(|(annotation, value)| {
            let owner = annotation.strip_prefix(PREFIX)?;
            let pending = Self::parse(owner, value);
            Some(pending.ok_or_else(|| PendingError::Mark {
                annotation: annotation.clone(),
            }))
        });
        marks.collect()
    }

    fn parse(owner: &str, value: &str) -> Option<Self> {
        let Mark {
            deadline,
            before,
            after,
        } = serde_json::from_str(value).ok()?;
        Some(Self {
            owner: owner.parse().ok()?,
            deadline: deadline.parse().ok()?,
            before,
            after,
        })
    }

    /// The annotation's key.
    #[must_use]
    pub fn annotation(&self) -> String {
        format!("{PREFIX}{}", self.owner)
    }

    /// The annotation's value.
    #[must_use]
    pub fn value(&self) -> String {
        let mark = Mark {
            deadline: self.deadline.to_string(),
            before: self.before,
            after: self.after,
        };
        // A text and two numbers have a JSON form.
        serde_json::to_string(&mark).unwrap_or_default()
    }

    /// What stands in the place of its mark.
    #[must_use]
    pub fn mark_on<'a>(&self, object: &'a ConfigMap) -> Option<&'a String> {
        let annotations = object.metadata.annotations.as_ref()?;
        annotations.get(&self.annotation())
    }

    /// The saved states that it needs.
    pub fn states(&self) -> impl Iterator<Item = u64> {
        self.before.into_iter().chain([self.after])
    }
}

impl PendingError {
    /// What a person can do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        let annotation = match self {
            Self::Mark { annotation } => annotation.clone(),
            Self::Gone { owner, .. } => format!("{PREFIX}{owner}"),
            Self::Call(error) => return error.remedy().map(str::to_owned),
            Self::Record(error) => return Some(error.remedy()),
            Self::Text(error) => return Some(error.remedy().to_owned()),
            Self::Contended(error) => return Some(error.remedy().to_owned()),
        };
        Some(format!(
            "kubectl annotate configmap aws-auth -n kube-system {annotation}- leaves the change as it \
             is"
        ))
    }

    /// Whether time will not mend it.
    #[must_use]
    pub const fn is_of_the_mark(&self) -> bool {
        match self {
            Self::Mark { .. } | Self::Gone { .. } => true,
            Self::Call(_) | Self::Record(_) | Self::Text(_) | Self::Contended(_) => false,
        }
    }

    /// The exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Mark { .. }
            | Self::Gone { .. }
            | Self::Call(_)
            | Self::Record(_)
            | Self::Text(_) => 1,
            Self::Contended(_) => 4,
        }
    }
}

#[derive(Deserialize, Serialize)]
struct Mark {
    deadline: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<u64>,
    after: u64,
}

/// With the longest name of an owner the key is as long as keys may be, less one.
const PREFIX: &str = "aws-auth-sync/undo.";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn object(annotations: &[(String, String)]) -> ConfigMap {
        let mut object = ConfigMap::default();
        object.metadata.annotations = Some(BTreeMap::from_iter(annotations.iter().cloned()));
        object
    }

    fn pending(owner: &str, before: Option<u64>) -> Pending {
        Pending {
            owner: owner.parse().unwrap(),
            deadline: "2026-11-29T10:00:00Z".parse().unwrap(),
            before,
            after: 8,
        }
    }

    #[test]
    fn a_mark_is_read_as_it_is_written() {
        let pending = [pending("a", Some(7)), pending("b", None)];
        let marks = pending
            .each_ref()
            .map(|one| (one.annotation(), one.value()));
        let mut all = marks.to_vec();
        all.push(("aws-auth-sync/owned.a".to_owned(), "{}".to_owned()));
        assert_eq!(Pending::of(&object(&all)).unwrap(), pending);
        assert_eq!(marks[0].0, "aws-auth-sync/undo.a");
        assert_eq!(
            marks[1].1,
            r#"{"deadline":"2026-11-29T10:00:00Z","after":8}"#
        );
    }

    #[test]
    fn a_mark_that_cannot_be_read_is_never_taken_for_none() {
        let value = pending("a", None).value();
        for (key, value) in [
            ("aws-auth-sync/undo.a", ""),
            ("aws-auth-sync/undo.a", "{}"),
            ("aws-auth-sync/undo.a", &value.replace("T10", "T99")),
            ("aws-auth-sync/undo.-", &value),
        ] {
            let found = Pending::of(&object(&[(key.to_owned(), value.to_owned())]));
            let told = found.unwrap_err();
            assert_eq!(
                told.to_string(),
                format!("the annotation {key} of aws-auth is no mark that this version reads")
            );
        }
    }
}
