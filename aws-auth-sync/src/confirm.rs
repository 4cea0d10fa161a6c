//! `apply --confirm-timeout`: a change stays if somebody says yes in time, and is undone else.

mod answer;
mod timeout;

use std::fmt;

use iam_cli::NOTICE;
use k8s_openapi::api::core::v1::ConfigMap;
use thiserror::Error;

use crate::cluster::{Content, Effect, Written, resource_version};
use crate::connection::Cluster;
use crate::merge::Change;
use crate::pending::{Pending, PendingError, revert};
use crate::rounds::until_written;
use answer::{Answer, Answers};
pub use timeout::Timeout;

/// How the wait for a yes ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ending {
    /// Somebody said yes.
    Kept {
        /// The resourceVersion.
        version: String,
    },
    /// Nobody said yes, and the change is undone.
    Undone {
        /// Why.
        reason: Reason,
        /// The entries that changed by it.
        changes: Vec<Change>,
    },
}

/// Why a change does not stay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The time is over.
    Late(Timeout),
    /// Somebody said no.
    Refused,
    /// The system asked the program to end.
    Interrupted,
}

/// Why it is not certain that a change stays, or goes.
#[derive(Debug, Error)]
pub enum ConfirmError {
    /// Nobody said yes, and it could not be undone.
    #[error("{reason}, and could not be rolled back")]
    Stuck {
        /// Why it does not stay.
        reason: Reason,
        /// What kept it from being undone.
        source: PendingError,
    },
    /// Somebody said yes, and the change was over.
    #[error("the change is no longer there to be confirmed: another run has ended it")]
    Over,
    /// Somebody said yes, and the mark could not be taken off.
    #[error("confirm the change")]
    Keep(#[from] PendingError),
}

impl ConfirmError {
    /// What a person can do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        let remedy = match self {
            Self::Stuck { source, .. } if source.is_of_the_mark() => return source.remedy(),
            Self::Stuck { .. } => {
                "the next plan, apply or rollback that may write to aws-auth rolls it back"
            }
            Self::Over => "aws-auth-sync history and plan tell what is there",
            Self::Keep(_) => "it is rolled back when its time is over: apply again",
        };
        Some(remedy.to_owned())
    }
}

/// Waits for a line `yes` or `no` on stdin.
///
/// # Errors
/// See [`ConfirmError`].
pub async fn confirm(
    cluster: &Cluster,
    pending: &Pending,
    timeout: Timeout,
) -> Result<Ending, ConfirmError> {
    let answers = Answers::listen();
    tracing::info!(target: NOTICE, "the change stays if you write yes within {timeout}, and goes at once if you write no");
    let answer = tokio::time::timeout(timeout.duration(), answers.next()).await;
    let reason = match answer {
        Ok(Answer::Yes) => return keep(cluster, pending).await,
        Ok(Answer::No) => Reason::Refused,
        Ok(Answer::Interrupted) => Reason::Interrupted,
        Err(_elapsed) => Reason::Late(timeout),
    };
    match revert(cluster, pending).await {
        Ok(changes) => Ok(Ending::Undone { reason, changes }),
        Err(source) => Err(ConfirmError::Stuck { reason, source }),
    }
}

/// Takes the mark off, if it is still there.
async fn keep(cluster: &Cluster, pending: &Pending) -> Result<Ending, ConfirmError> {
    let content = Content {
        annotations: [(pending.annotation(), None)].into(),
        ..Content::default()
    };
    let round = async || {
        let is_marked = |object: &ConfigMap| pending.mark_on(object) == Some(&pending.value());
        let Some(object) = cluster.fetch().await?.filter(is_marked) else {
            return Ok(Some(None));
        };
        let version = resource_version(&object);
        let written = cluster.patch(&content, &version, Effect::Lasting).await?;
        Ok::<_, PendingError>(match written {
            Written::Done(version) => Some(Some(version)),
            Written::Conflict => None,
        })
    };
    let version = until_written(round).await?.ok_or(ConfirmError::Over)?;
    cluster.discard(pending.after).await;
    Ok(Ending::Kept { version })
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late(timeout) => write!(f, "nobody has confirmed the change within {timeout}"),
            Self::Refused => f.write_str("the answer was no"),
            Self::Interrupted => f.write_str("the run was stopped before the change was confirmed"),
        }
    }
}
