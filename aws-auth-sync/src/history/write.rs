//! A write with what belongs to it: the state that it replaces is saved before.

use iam_core::time::Rfc3339;
use k8s_openapi::api::core::v1::ConfigMap;
use thiserror::Error;

use super::{Note, Occasion, SaveError};
use crate::call::CallError;
use crate::cluster::{Content, Effect, Written, resource_version};
use crate::connection::Cluster;
use crate::owner::Owner;
use crate::pending::Pending;

/// Whether the states that are replaced are saved.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Backups {
    /// The last ones, this many.
    Keep(usize),
    /// None are.
    Off,
}

/// Why aws-auth was not, or not surely, written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// What is there was not saved, so that nothing was written.
    #[error("save aws-auth before it is changed")]
    Save(#[from] SaveError),
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl WriteError {
    /// What a person can do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        match self {
            Self::Save(error) => Some(error.remedy()),
            Self::Call(error) => error.remedy().map(str::to_owned),
        }
    }
}

/// A change of aws-auth and what is noted of it.
#[derive(Clone, Debug)]
pub struct Writing<'a> {
    /// What changes.
    pub content: &'a Content,
    /// Whether it is meant.
    pub effect: Effect,
    /// Whether what is there is saved before.
    pub backups: Backups,
    /// What is done.
    pub occasion: Occasion,
    /// Whose sources it is for.
    pub owner: Option<&'a Owner>,
    /// What changes, in a few words.
    pub summary: String,
    /// When it is undone unless its owner confirms it.
    pub confirm_by: Option<Rfc3339>,
}

/// What a write came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It is done.
    Done {
        /// The resourceVersion.
        version: String,
        /// What undoes it unless somebody confirms it.
        pending: Option<Pending>,
    },
    /// Somebody else was faster: what was planned no longer fits.
    Conflict,
}

impl Cluster {
    /// Changes aws-auth, provided that it is as `object` shows it; makes it where there is none.
    ///
    /// # Errors
    /// When it could not be saved, and when the API server refuses.
    pub async fn write(
        &self,
        object: Option<&ConfigMap>,
        writing: &Writing<'_>,
    ) -> Result<Outcome, WriteError> {
        let mut content = writing.content.clone();
        let saved = self.save_around(object, writing).await?;
        let pending = saved.pending(writing);
        if let Some(pending) = &pending {
            let (mark, value) = (pending.annotation(), pending.value());
            content.annotations.insert(mark, Some(value));
        }
        let written = match object {
            None => self.create(&content, writing.effect).await,
            Some(object) => {
                let version = resource_version(object);
                self.patch(&content, &version, writing.effect).await
            }
        };
        self.tidy(object, writing, &saved, &written).await;
        Ok(match written? {
            Written::Done(version) => Outcome::Done { version, pending },
            Written::Conflict => Outcome::Conflict,
        })
    }

    /// Saves what is there, and where the change is to be confirmed what will be.
    async fn save_around(
        &self,
        object: Option<&ConfigMap>,
        writing: &Writing<'_>,
    ) -> Result<Saved, WriteError> {
        let mut saved = Saved::default();
        if writing.effect == Effect::Rehearsed {
            return Ok(saved);
        }
        if let (Some(object), Backups::Keep(_)) = (object, writing.backups) {
            let note = Note::new(object, writing.occasion, writing);
            saved.before = Some(self.save(object, &note).await?);
        }
        if writing.confirm_by.is_some() {
            let after = writing.content.applied_to(object);
            let note = Note::new(&after, Occasion::Confirm, writing);
            saved.after = Some(self.save(&after, &note).await?);
        }
        Ok(saved)
    }

    /// Removes states that nobody needs: old ones, or those of a change that was not made.
    async fn tidy(
        &self,
        object: Option<&ConfigMap>,
        writing: &Writing<'_>,
        saved: &Saved,
        written: &Result<Written, CallError>,
    ) {
        match (written, writing.backups) {
            (Ok(Written::Done(_)), Backups::Keep(count)) => {
                if let (Some(object), Some(number)) = (object, saved.before) {
                    let others = Pending::of(object).ok();
                    let others = others.iter().flatten().flat_map(Pending::states);
                    let needed: Vec<u64> = saved.numbers().chain(others).collect();
                    self.trim(count, &needed, (object, number)).await;
                }
            }
            (Ok(Written::Conflict) | Err(CallError::Refused { .. }), _) => {
                for number in saved.numbers() {
                    self.discard(number).await;
                }
            }
            // Without an answer it may have been made.
            (Ok(_) | Err(CallError::Deadline { .. } | CallError::Transport { .. }), _) => {}
        }
    }
}

/// The states around a change.
#[derive(Debug, Default)]
struct Saved {
    before: Option<u64>,
    after: Option<u64>,
}

impl Saved {
    fn numbers(&self) -> impl Iterator<Item = u64> {
        self.before.into_iter().chain(self.after)
    }

    fn pending(&self, writing: &Writing<'_>) -> Option<Pending> {
        Some(Pending {
            owner: writing.owner?.clone(),
            deadline: writing.confirm_by?,
            before: self.before,
            after: self.after?,
        })
    }
}
