//! A write with what belongs to it: the state that it replaces is saved before.

use k8s_openapi::api::core::v1::ConfigMap;
use thiserror::Error;

use super::{Note, Occasion, SaveError};
use crate::call::CallError;
use crate::cluster::{Content, Effect, Written, resource_version};
use crate::connection::Cluster;
use crate::owner::Owner;

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
    ) -> Result<Written, WriteError> {
        let (content, effect) = (writing.content, writing.effect);
        let Some(object) = object else {
            return Ok(self.create(content, effect).await?);
        };
        let version = resource_version(object);
        match (effect, writing.backups) {
            (Effect::Rehearsed, _) | (Effect::Lasting, Backups::Off) => {
                Ok(self.patch(content, &version, effect).await?)
            }
            (Effect::Lasting, Backups::Keep(count)) => {
                let note = Note::new(object, writing);
                let saved = self.save(object, &note).await?;
                let written = self.patch(content, &version, effect).await;
                self.tidy(saved, &written, count).await;
                Ok(written?)
            }
        }
    }

    /// Removes states that nobody needs: old ones, or the one that was not replaced.
    async fn tidy(&self, saved: u64, written: &Result<Written, CallError>, count: usize) {
        match written {
            Ok(Written::Done(_)) => self.trim(count).await,
            Ok(Written::Conflict) | Err(CallError::Refused { .. }) => {
                if let Err(error) = self.forget(saved).await {
                    tracing::warn!("backup {saved} stays, which nobody needs: {error}");
                }
            }
            // It may have been replaced.
            Err(CallError::Deadline { .. } | CallError::Transport { .. }) => {}
        }
    }
}
