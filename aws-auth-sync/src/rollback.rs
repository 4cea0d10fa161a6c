//! `rollback`: back to a state that was saved, as guarded and as conditional as any other change.

use std::collections::BTreeMap;
use std::time::SystemTime;

use iam_core::principal::Principal;
use k8s_openapi::api::core::v1::ConfigMap;
use thiserror::Error;

use crate::apply::{ApplyError, Manner, Trial, live};
use crate::cluster::Effect;
use crate::connection::Cluster;
use crate::guard::{self, Acknowledged, Case, Facts, Guard, Mended, Overrides};
use crate::history::{Occasion, Outcome, Revision, Writing, unwritten};
use crate::known::{Known, Warned};
use crate::live::Live;
use crate::pending::{WaitFor, settle};
use crate::plan::Refusal;
use crate::plan::report::{Summary, entries, listed};
use crate::rounds::until_written;
use crate::undo::{Undo, undo};
use crate::verify::verify;
use crate::warning;

/// A state to go back to, and what that may do.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its number; none is the one before the last apply.
    pub to: Option<u64>,
    /// The guards that let it pass.
    pub overrides: Overrides,
    /// Who makes the change, where that was told.
    pub caller: Option<Principal>,
    /// Tells the time.
    pub clock: fn() -> SystemTime,
}

/// Why aws-auth is not, or not surely, what it was.
#[derive(Debug, Error)]
pub enum RollbackError {
    /// No state was saved before an apply.
    #[error("no state of aws-auth was saved before an apply")]
    Nothing,
    /// There is no such state.
    #[error("there is no revision {number}")]
    Gone {
        /// Its number.
        number: u64,
    },
    /// The state could not be read, or not restored.
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

impl RollbackError {
    /// What a person can do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        let remedy = match self {
            Self::Nothing => "aws-auth-sync history lists what was saved; --to names a state",
            Self::Gone { .. } => "aws-auth-sync history lists what was saved",
            Self::Apply(error) => return error.remedy(),
        };
        Some(remedy.to_owned())
    }

    /// The exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Nothing | Self::Gone { .. } => 1,
            Self::Apply(error) => error.exit_code(),
        }
    }
}

/// A state to go back to.
struct State {
    number: u64,
    live: Live,
}

/// Brings aws-auth back to a state; what it returns says what was done, for people.
///
/// # Errors
/// See [`RollbackError`].
pub async fn rollback(
    cluster: &Cluster,
    wanted: &Wanted,
    manner: Manner,
) -> Result<String, RollbackError> {
    let state = state(cluster, wanted.to).await?;
    let (mut known, warned) = (Known::default(), Warned::default());
    let round = async || {
        let mut object = cluster.fetch().await?;
        if manner.trial == Trial::No {
            object = settle(cluster, object, WaitFor::Everybody, wanted.clock).await?;
        }
        let now = live(object.as_ref(), manner.absent)?;
        let mut undo = undo(&state.live, &now, &now)?;
        if object.is_none() {
            undo.content.data = whole(&state.live);
        }
        if !undo.content.is_empty() {
            warned.tell(warning::managed(&now).as_slice());
            let facts = known.facts(cluster, wanted.caller.as_ref()).await?;
            known.tell(&permitted(&now, &undo, &facts, wanted.overrides)?);
        }
        carry_out(cluster, &undo, state.number, object.as_ref(), manner).await
    };
    Ok(until_written(round).await?)
}

async fn state(cluster: &Cluster, to: Option<u64>) -> Result<State, RollbackError> {
    let number = match to {
        Some(number) => number,
        None => last_before_apply(cluster).await?,
    };
    let object = cluster.revision(number).await.map_err(ApplyError::from)?;
    let object = object.ok_or(RollbackError::Gone { number })?;
    let live = Live::of(&object).map_err(ApplyError::from)?;
    Ok(State { number, live })
}

async fn last_before_apply(cluster: &Cluster) -> Result<u64, RollbackError> {
    let revisions = cluster.revisions().await.map_err(ApplyError::from)?;
    let object = cluster.fetch().await.map_err(ApplyError::from)?;
    let unwritten = unwritten(&revisions, object.as_ref());
    let is_before_apply = |revision: &&Revision| {
        let note = revision.note.as_ref();
        let is_written = !unwritten.contains(&revision.number);
        is_written && note.is_some_and(|note| note.before == Occasion::Apply)
    };
    let last = revisions.iter().rev().find(is_before_apply);
    last.map(|revision| revision.number)
        .ok_or(RollbackError::Nothing)
}

/// Writes what leads back to a state; `None` where somebody else wrote in between.
async fn carry_out(
    cluster: &Cluster,
    undo: &Undo,
    number: u64,
    object: Option<&ConfigMap>,
    manner: Manner,
) -> Result<Option<String>, ApplyError> {
    if undo.content.is_empty() {
        return Ok(Some(format!(
            "aws-auth is as it was at revision {number}: nothing is written\n"
        )));
    }
    let told = |verb: &str, end: &str| {
        let entries = entries(undo.changes.len());
        let last = format!("aws-auth {verb} rolled back to revision {number}: {entries}{end}");
        listed(&undo.changes, &last)
    };
    let trial = |end: &str| Ok(Some(told("would be", &format!("; {end}"))));
    let effect = match manner.trial {
        Trial::No => Effect::Lasting,
        Trial::Asked => Effect::Rehearsed,
        Trial::Told => return trial("nothing was sent"),
    };
    let writing = Writing {
        content: &undo.content,
        effect,
        backups: manner.backups,
        occasion: Occasion::Rollback,
        owner: None,
        summary: Summary::of_changes(&undo.changes).to_string(),
        confirm_by: None,
    };
    match (cluster.write(object, &writing).await?, effect) {
        (Outcome::Done { .. }, Effect::Rehearsed) => trial("the API server would take it"),
        (Outcome::Done { version, .. }, Effect::Lasting) => {
            verify(cluster, &version, |found| undo.first_amiss(found)).await?;
            Ok(Some(told(
                "is",
                &format!(", read back at resourceVersion {version}"),
            )))
        }
        (Outcome::Conflict, _) => Ok(None),
    }
}

/// Everything that a state holds, keys that nobody reads included.
fn whole(live: &Live) -> BTreeMap<String, Option<String>> {
    let data = live.data.iter();
    data.map(|(key, text)| (key.clone(), Some(text.clone())))
        .collect()
}

/// What a flag lets pass, if that is all that speaks against it.
fn permitted(
    now: &Live,
    undo: &Undo,
    facts: &Facts,
    overrides: Overrides,
) -> Result<Vec<Guard>, Refusal> {
    let guards = guard::check(&Case {
        before: &now.document,
        after: &undo.document,
        acknowledged: &Acknowledged::default(),
        mended: &Mended::default(),
        facts,
    });
    let (passed, refused): (Vec<Guard>, Vec<Guard>) = guards
        .into_iter()
        .partition(|guard| overrides.allows(guard.code));
    if refused.is_empty() {
        Ok(passed)
    } else {
        let refusal = Refusal::Guarded(refused);
        refusal.tell();
        Err(refusal)
    }
}
