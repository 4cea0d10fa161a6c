//! What a person hears of: what is new, once.

use iam_cli::{Failure as _, NOTICE};
use iam_core::error_chain::ErrorChain;

use super::sources::Sources;
use crate::apply::{ApplyError, Done};
use crate::error::Error;
use crate::plan::Plan;

/// What was told last.
#[derive(Debug, Default)]
pub(super) struct Telling {
    sources: Option<String>,
    applied: Option<String>,
}

impl Telling {
    /// Tells what is wrong with the sources, or no longer is.
    pub(super) fn sources(&mut self, sources: &Sources) {
        let fault = sources.fault().map(fault);
        let effect = match sources.wanted() {
            Some(_) => "aws-auth is kept as they last wanted it",
            None => "nothing is written",
        };
        match news(&mut self.sources, fault) {
            News::Bad(fault) => tracing::warn!("{fault}; {effect}"),
            News::Good => tracing::info!(target: NOTICE, "the sources are in order again"),
            News::None => {}
        }
    }

    /// Tells what was done, or why nothing was.
    pub(super) fn applied(&mut self, applied: &Result<Done, ApplyError>) {
        match (news(&mut self.applied, amiss(applied)), applied) {
            (News::Bad(amiss), _) => tracing::warn!("{amiss}"),
            (_, Ok(Done::Written { plan, .. })) => tell_written(plan),
            (News::Good, _) => tracing::info!(target: NOTICE, "aws-auth is as it should be again"),
            (News::None, _) => {}
        }
    }
}

/// What is wrong with the sources, and what to do about it.
pub(super) fn fault(error: &Error) -> String {
    said(&ErrorChain(error), error.hint())
}

/// Why aws-auth is not as the sources want it.
pub(super) fn amiss(applied: &Result<Done, ApplyError>) -> Option<String> {
    match applied {
        Ok(Done::Nothing { .. } | Done::Written { .. }) => None,
        Ok(Done::Tried { plan, .. }) => Some(format!("aws-auth would change: {}", entries(plan))),
        Err(error) => {
            let error = said(&ErrorChain(error), error.remedy());
            Some(format!("aws-auth is not synced: {error}"))
        }
    }
}

/// What is new about what is amiss.
enum News {
    /// Something else is.
    Bad(String),
    /// Nothing is any more.
    Good,
    /// It is as it was.
    None,
}

fn news(last: &mut Option<String>, now: Option<String>) -> News {
    let before = std::mem::replace(last, now.clone());
    match now {
        Some(now) if before.as_ref() == Some(&now) => News::None,
        Some(now) => News::Bad(now),
        None if before.is_some() => News::Good,
        None => News::None,
    }
}

fn said(error: &ErrorChain<'_>, hint: Option<String>) -> String {
    match hint {
        Some(hint) => format!("{error} ({hint})"),
        None => error.to_string(),
    }
}

fn tell_written(plan: &Plan) {
    let entries = entries(plan);
    let what = if plan
        .merge
        .changes
        .iter()
        .any(|change| change.reason.is_drift())
    {
        "drift is corrected"
    } else {
        "aws-auth is synced"
    };
    tracing::info!(target: NOTICE, "{what}: {entries}");
}

/// The first few entries that changed, and how many more did.
fn entries(plan: &Plan) -> String {
    let changes = &plan.merge.changes;
    let names = changes.iter().take(MAX_NAMED).map(|change| {
        let entry = change.entry();
        format!("{} {}", entry.identity.section(), entry.name())
    });
    let mut names: Vec<String> = names.collect();
    match changes.len().saturating_sub(MAX_NAMED) {
        0 if names.is_empty() => names.push(format!("the record of {} alone", plan.owner)),
        0 => {}
        more => names.push(format!("{more} more")),
    }
    names.join(", ")
}

const MAX_NAMED: usize = 3;
