//! `apply`: look, plan, write on the condition that nothing has changed, look again.

mod report;
mod verify;

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use k8s_openapi::api::core::v1::ConfigMap;
use thiserror::Error;

use crate::call::CallError;
use crate::cluster::{Effect, Written, resource_version};
use crate::connection::Cluster;
use crate::edit::TextError;
use crate::guard::{Facts, Guard, managed};
use crate::live::Live;
use crate::plan::saved::Reviewed;
use crate::plan::{Draft, Plan, Refusal, Wanted};
use crate::record::RecordError;

/// What is to be done besides what is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// What to do where there is no aws-auth.
    pub absent: Absent,
    /// Whether it is meant.
    pub trial: Trial,
    /// The plan that has been looked at: nothing else is carried out.
    pub reviewed: Option<&'a Reviewed>,
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

/// Why aws-auth is not, or not surely, what it should be.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
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
    /// It changed each time between looking and writing.
    #[error("the live aws-auth changed {ATTEMPTS} times between looking and writing")]
    Contended,
    /// It was written, and could not be read back.
    #[error("aws-auth was written (resourceVersion {version}), and could not be read back")]
    Unverified {
        /// The version that was written.
        version: String,
        /// Why it could not be read.
        source: CallError,
    },
    /// It was written, and then was something else.
    #[error("aws-auth was written, and then {entry} was not what was written; {writers}")]
    Overwritten {
        /// The entry.
        entry: String,
        /// Who wrote it last.
        writers: String,
    },
}

impl ApplyError {
    /// What a person can do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        let remedy = match self {
            Self::Call(error) => return error.remedy().map(str::to_owned),
            Self::Record(error) => return Some(error.remedy()),
            Self::Refused(refusal) => return Some(refusal.hint()),
            Self::Text(error) => error.remedy(),
            Self::Absent => "give --create to make it",
            Self::Stale => "plan again: aws-auth-sync plan --out FILE shows what has changed",
            Self::Contended | Self::Overwritten { .. } => {
                "find out which other tool writes aws-auth, then apply again"
            }
            Self::Unverified { .. } => "apply again: what is there is compared first",
        };
        Some(remedy.to_owned())
    }

    /// The exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(refusal) => refusal.exit_code(),
            Self::Stale | Self::Contended | Self::Overwritten { .. } => 4,
            Self::Call(_)
            | Self::Absent
            | Self::Record(_)
            | Self::Text(_)
            | Self::Unverified { .. } => 1,
        }
    }
}

/// Brings aws-auth to what is wanted; what it returns says what was done, for people.
///
/// # Errors
/// See [`ApplyError`]. Only [`ApplyError::Unverified`] and [`ApplyError::Overwritten`] come after
/// something was written; a write without an answer may have been done.
pub async fn apply(
    cluster: &Cluster,
    wanted: &Wanted,
    options: &Options<'_>,
) -> Result<String, ApplyError> {
    let mut pauses = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(50))
        .with_max_delay(Duration::from_millis(500))
        .with_max_times(ATTEMPTS - 1)
        .build();
    let mut known = Known::default();
    loop {
        let object = cluster.fetch().await?;
        let live = live(object.as_ref(), options.absent)?;
        let plan = known.plan(cluster, wanted, &live).await?;
        if options
            .reviewed
            .is_some_and(|reviewed| !reviewed.fits(&plan))
        {
            return Err(ApplyError::Stale);
        }
        let is_new = object.is_none();
        if !plan.writes() {
            return Ok("aws-auth is as it should be: nothing is written\n".to_owned());
        }
        let effect = match options.trial {
            Trial::No => Effect::Lasting,
            Trial::Asked => Effect::Rehearsed,
            Trial::Told => return Ok(report::trial(&plan, "nothing was sent")),
        };
        match (
            write(cluster, object.as_ref(), &plan, effect).await?,
            effect,
        ) {
            (Written::Done(_), Effect::Rehearsed) => {
                return Ok(report::trial(&plan, "the API server would take it"));
            }
            (Written::Done(version), Effect::Lasting) => {
                verify::verify(cluster, wanted, &plan, &version).await?;
                return Ok(report::done(&plan, is_new, &version));
            }
            (Written::Conflict, _) => match pauses.next() {
                Some(pause) => {
                    tracing::info!("aws-auth has changed meanwhile: planning again");
                    tokio::time::sleep(pause).await;
                }
                None => return Err(ApplyError::Contended),
            },
        }
    }
}

/// The one place that writes; `object` is what the plan was made for.
async fn write(
    cluster: &Cluster,
    object: Option<&ConfigMap>,
    plan: &Plan,
    effect: Effect,
) -> Result<Written, CallError> {
    match object {
        None => cluster.create(plan, effect).await,
        Some(object) => {
            let version = resource_version(object);
            cluster.patch(plan, &version, effect).await
        }
    }
}

fn live(object: Option<&ConfigMap>, absent: Absent) -> Result<Live, ApplyError> {
    match (object, absent) {
        (Some(object), _) => Ok(Live::of(object)?),
        (None, Absent::Create) => Ok(Live::default()),
        (None, Absent::Refuse) => Err(ApplyError::Absent),
    }
}

/// What a run finds out once, and has told.
#[derive(Default)]
struct Known {
    facts: Option<Facts>,
    told: Vec<Guard>,
}

impl Known {
    /// A plan that nothing speaks against.
    async fn plan(
        &mut self,
        cluster: &Cluster,
        wanted: &Wanted,
        live: &Live,
    ) -> Result<Plan, ApplyError> {
        let draft = Draft::new(wanted, live)?;
        if draft.writes() && self.facts.is_none() {
            self.facts = Some(cluster.observe(wanted.caller.as_ref()).await?);
            if let Some(warning) = managed(live.marks.iter().map(String::as_str)) {
                tracing::warn!("{warning}");
            }
        }
        let plan = draft.guarded(&self.facts.clone().unwrap_or_default(), None);
        for guard in &plan.passed {
            if !self.told.contains(guard) {
                guard.tell_passed();
                self.told.push(guard.clone());
            }
        }
        Ok(plan.permitted()?)
    }
}

/// How often a plan is made before others are left to finish first.
const ATTEMPTS: usize = 10;
