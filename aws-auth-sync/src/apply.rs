//! `apply`: look, plan, write on the condition that nothing has changed, look again.

mod report;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use iam_core::aws_auth::Document;
use iam_core::error_chain::ErrorChain;
use iam_core::time::Rfc3339;
use k8s_openapi::api::core::v1::ConfigMap;
use thiserror::Error;

use crate::call::CallError;
use crate::cluster::Effect;
use crate::connection::Cluster;
use crate::edit::TextError;
use crate::guard::Facts;
use crate::history::{Backups, Occasion, Outcome, WriteError, Writing};
use crate::known::{Known, Warned};
use crate::live::Live;
use crate::merge::first_amiss;
use crate::pending::{Pending, PendingError, WaitFor, revert, settle};
use crate::plan::report::Summary;
use crate::plan::saved::Reviewed;
use crate::plan::{Draft, Plan, Refusal, Wanted};
use crate::record::RecordError;
use crate::rounds::{Contended, until_written};
use crate::verify::{VerifyError, verify};

/// How aws-auth is written.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// What to do where there is no aws-auth.
    pub absent: Absent,
    /// Whether it is meant.
    pub trial: Trial,
    /// Whether what is there is saved before.
    pub backups: Backups,
}

/// What to do where there is no aws-auth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Absent {
    /// Make one.
    Create,
    /// Refuse.
    Refuse,
}

/// Whether a change is meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trial {
    /// It is.
    No,
    /// It is only told.
    Told,
    /// The API server is asked whether it would take it.
    Asked,
}

/// What was done.
#[derive(Clone, Debug)]
pub enum Done {
    /// Nothing: aws-auth is as it should be.
    Nothing {
        /// What was found.
        plan: Plan,
    },
    /// It was only tried.
    Tried {
        /// What would be done.
        plan: Plan,
        /// How far it went.
        end: &'static str,
    },
    /// It was written, and read back.
    Written {
        /// What was done.
        plan: Plan,
        /// Whether there was none before.
        is_new: bool,
        /// Its resourceVersion.
        version: String,
        /// What undoes it unless somebody confirms it.
        pending: Option<Pending>,
    },
}

impl Done {
    /// What undoes it unless somebody confirms it.
    #[must_use]
    pub const fn pending(&self) -> Option<&Pending> {
        match self {
            Self::Written { pending, .. } => pending.as_ref(),
            Self::Nothing { .. } | Self::Tried { .. } => None,
        }
    }
}

/// Why aws-auth is not, or not surely, what it should be.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// What is there was not saved, or not surely changed.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// There is none, and none was to be made.
    #[error("the cluster has no aws-auth")]
    Absent,
    /// A record cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A live text cannot be edited.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A guard, or somebody else's entry, is in the way.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What would be done is not what was looked at.
    #[error("the live aws-auth is no longer the one that the plan was made for")]
    Stale,
    /// A change that was not confirmed is still there.
    #[error("finish a change that was not confirmed")]
    Pending(#[from] PendingError),
    /// It changed each time between looking and writing.
    #[error(transparent)]
    Contended(#[from] Contended),
    /// It was written, and is not surely there.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

impl ApplyError {
    /// What a person can do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        let remedy = match self {
            Self::Call(error) => return error.remedy().map(str::to_owned),
            Self::Write(error) => return error.remedy(),
            Self::Record(error) => return Some(error.remedy()),
            Self::Refused(refusal) => return Some(refusal.hint()),
            Self::Text(error) => error.remedy(),
            Self::Absent => "give --create to make it",
            Self::Stale => "plan again: aws-auth-sync plan --out FILE shows what has changed",
            Self::Pending(error) => return error.remedy(),
            Self::Contended(error) => error.remedy(),
            Self::Verify(error) => error.remedy(),
        };
        Some(remedy.to_owned())
    }

    /// Of several refusals says each, before the last word.
    pub(crate) fn tell(&self) {
        if let Self::Refused(refusal) = self {
            refusal.tell();
        }
    }

    /// Whether the same may well succeed a little later.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Call(_) | Self::Write(_) | Self::Contended(_) | Self::Verify(_) => true,
            Self::Pending(error) => {
                matches!(error, PendingError::Call(_) | PendingError::Contended(_))
            }
            Self::Absent | Self::Record(_) | Self::Text(_) | Self::Refused(_) | Self::Stale => {
                false
            }
        }
    }

    /// The exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(refusal) => refusal.exit_code(),
            Self::Pending(error) => error.exit_code(),
            Self::Stale | Self::Contended(_) | Self::Verify(VerifyError::Overwritten { .. }) => 4,
            Self::Call(_)
            | Self::Write(_)
            | Self::Absent
            | Self::Record(_)
            | Self::Text(_)
            | Self::Verify(VerifyError::Unread { .. }) => 1,
        }
    }
}

/// What is applied, and how.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// What is wanted.
    pub wanted: &'a Wanted,
    /// How it is written.
    pub manner: Manner,
    /// The plan that has been looked at: nothing else is carried out.
    pub reviewed: Option<&'a Reviewed>,
    /// The change is undone unless somebody confirms it within this time.
    pub confirm_within: Option<Duration>,
    /// What was told already that is not to be told again.
    pub warned: &'a Warned,
    /// Tells the time.
    pub clock: fn() -> SystemTime,
}

/// Brings aws-auth to what is wanted.
///
/// # Errors
/// See [`ApplyError`]. Only [`ApplyError::Verify`] comes after something was written; a write
/// without an answer may have been done.
pub async fn apply(cluster: &Cluster, order: &Order<'_>) -> Result<Done, ApplyError> {
    let mut known = Known::default();
    let round = async || {
        let mut object = cluster.fetch().await?;
        if order.manner.trial == Trial::No {
            let wait_for = WaitFor::Owner(&order.wanted.owner);
            object = settle(cluster, object, wait_for, order.clock).await?;
        }
        let live = live(object.as_ref(), order.manner.absent)?;
        let plan = plan(cluster, order, &live, &mut known).await?;
        let reviewed = order.reviewed;
        if reviewed.is_some_and(|reviewed| !reviewed.fits(&plan)) {
            return Err(ApplyError::Stale);
        }
        carry_out(cluster, order, plan, object.as_ref()).await
    };
    until_written(round).await
}

/// Writes a plan for `object`; `None` where somebody else wrote in between.
async fn carry_out(
    cluster: &Cluster,
    order: &Order<'_>,
    plan: Plan,
    object: Option<&ConfigMap>,
) -> Result<Option<Done>, ApplyError> {
    if !plan.writes() {
        return Ok(Some(Done::Nothing { plan }));
    }
    let effect = match order.manner.trial {
        Trial::No => Effect::Lasting,
        Trial::Asked => Effect::Rehearsed,
        Trial::Told => {
            let end = "nothing was sent";
            return Ok(Some(Done::Tried { plan, end }));
        }
    };
    let content = plan.content();
    let writing = Writing {
        content: &content,
        effect,
        backups: order.manner.backups,
        occasion: Occasion::Apply,
        owner: Some(&plan.owner),
        summary: summary(&plan),
        confirm_by: order.deadline(),
    };
    match (cluster.write(object, &writing).await?, effect) {
        (Outcome::Conflict, _) => Ok(None),
        (Outcome::Done { .. }, Effect::Rehearsed) => {
            let end = "the API server would take it";
            Ok(Some(Done::Tried { plan, end }))
        }
        (Outcome::Done { version, pending }, Effect::Lasting) => {
            let entries = &order.wanted.desired.entries;
            let amiss = |found: &Document| first_amiss(&plan.merge, entries, found);
            let verified = verify(cluster, &version, amiss).await;
            if let (Err(_), Some(pending)) = (&verified, &pending) {
                take_back(cluster, pending).await;
            }
            verified?;
            Ok(Some(Done::Written {
                plan,
                is_new: object.is_none(),
                version,
                pending,
            }))
        }
    }
}

/// What history tells of a plan that was carried out: how many entries, and what it was let do.
fn summary(plan: &Plan) -> String {
    let passed = plan.passed.iter().map(|guard| guard.code.to_string());
    let passed: BTreeSet<String> = passed.collect();
    let passed = passed.iter().map(|code| format!(", {code} let pass"));
    let summary = Summary::of(plan);
    format!("{summary}{}", passed.collect::<String>())
}

impl Order<'_> {
    /// The time until which the change may be confirmed: a second later than promised, because the
    /// mark on aws-auth holds whole seconds.
    fn deadline(&self) -> Option<Rfc3339> {
        let within = self.confirm_within?;
        Some(Rfc3339::nearest((self.clock)() + within + SECOND))
    }
}

/// Undoes a change that nobody will be asked to confirm.
async fn take_back(cluster: &Cluster, pending: &Pending) {
    match revert(cluster, pending).await {
        Ok(_) => tracing::warn!("the change is rolled back"),
        Err(error) => tracing::warn!("the change is not rolled back: {}", ErrorChain(&error)),
    }
}

/// A plan that nothing speaks against.
async fn plan(
    cluster: &Cluster,
    order: &Order<'_>,
    live: &Live,
    known: &mut Known,
) -> Result<Plan, ApplyError> {
    let wanted = order.wanted;
    let draft = Draft::new(wanted, live)?;
    let facts = if draft.writes() {
        known.facts(cluster, wanted.caller.as_ref()).await?
    } else {
        Facts::default()
    };
    let plan = draft.guarded(&facts, None);
    order.warned.tell(&plan.warnings);
    known.tell(&plan.passed);
    Ok(plan.permitted()?)
}

/// What is there, or nothing where it may be made.
pub(crate) fn live(object: Option<&ConfigMap>, absent: Absent) -> Result<Live, ApplyError> {
    match (object, absent) {
        (Some(object), _) => Ok(Live::of(object)?),
        (None, Absent::Create) => Ok(Live::default()),
        (None, Absent::Refuse) => Err(ApplyError::Absent),
    }
}

const SECOND: Duration = Duration::from_secs(1);
