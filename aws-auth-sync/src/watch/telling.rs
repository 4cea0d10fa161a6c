//! What a person hears of: what is new, once.

use iam_cli::{Failure as _, NOTICE};
use iam_core::error_chain::ErrorChain;

use super::ending::Ending;
use super::sources::Sources;
use crate::apply::{ApplyError, Done};
use crate::error::Error;
use crate::merge::Change;
use crate::plan::Plan;

/// What was amiss last.
#[derive(Debug, Default)]
pub(super) struct Telling {
    sources: Option<String>,
    applied: Option<String>,
}

/// Something new.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Word {
    /// What it is about.
    pub(super) about: About,
    /// One line.
    pub(super) text: String,
}

/// What a word is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum About {
    /// The sources cannot be used.
    SourcesAtFault,
    /// They can again.
    SourcesInOrder,
    /// aws-auth is as the sources want it again.
    InOrder,
    /// What a sync came to.
    Sync(Ending),
}

impl Telling {
    /// What is newly wrong with the sources, or no longer is.
    pub(super) fn sources(&mut self, sources: &Sources) -> Option<Word> {
        let fault = sources.fault().map(fault);
        let effect = match sources.wanted() {
            Some(_) => "aws-auth is kept as they last wanted it",
            None => "nothing is written",
        };
        let word = match news(&mut self.sources, fault) {
            News::Bad(fault) => Word::new(About::SourcesAtFault, format!("{fault}; {effect}")),
            News::Good => Word::new(About::SourcesInOrder, "the sources are in order again"),
            News::None => return None,
        };
        Some(word)
    }

    /// What was done, or newly why nothing was.
    pub(super) fn applied(&mut self, applied: &Result<Done, ApplyError>) -> Option<Word> {
        let sync = About::Sync(Ending::of(applied));
        let word = match (news(&mut self.applied, amiss(applied)), applied) {
            (News::Bad(amiss), _) => Word::new(sync, amiss),
            (_, Ok(Done::Written { plan, .. })) => Word::new(sync, written(plan)),
            (News::Good, _) => Word::new(About::InOrder, "aws-auth is as it should be again"),
            (News::None, _) => return None,
        };
        Some(word)
    }
}

impl Word {
    fn new(about: About, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { about, text }
    }

    /// Whether nothing is amiss.
    pub(super) const fn is_good(&self) -> bool {
        match self.about {
            About::SourcesAtFault => false,
            About::SourcesInOrder | About::InOrder => true,
            About::Sync(ending) => ending.is_good(),
        }
    }

    /// Says it on stderr.
    pub(super) fn tell(&self) {
        if self.is_good() {
            tracing::info!(target: NOTICE, "{}", self.text);
        } else {
            tracing::warn!("{}", self.text);
        }
    }
}

/// What is wrong with the sources, and what to do about it.
pub(super) fn fault(error: &Error) -> String {
    said(&ErrorChain(error).to_string(), error.hint())
}

/// Why aws-auth is not as the sources want it.
pub(super) fn amiss(applied: &Result<Done, ApplyError>) -> Option<String> {
    match applied {
        Ok(Done::Nothing { .. } | Done::Written { .. }) => None,
        Ok(Done::Tried { plan, .. }) => Some(format!("aws-auth would change: {}", entries(plan))),
        Err(error) => {
            let reason = match error {
                ApplyError::Refused(refusal) => refusal.all(),
                error => ErrorChain(error).to_string(),
            };
            let reason = said(&reason, error.remedy());
            Some(format!("aws-auth is not synced: {reason}"))
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

fn said(error: &str, hint: Option<String>) -> String {
    match hint {
        Some(hint) => format!("{error} ({hint})"),
        None => error.to_owned(),
    }
}

fn written(plan: &Plan) -> String {
    let is_drift = |change: &Change| change.reason.is_drift();
    let what = if plan.merge.changes.iter().any(is_drift) {
        "drift is corrected"
    } else {
        "aws-auth is synced"
    };
    format!("{what}: {}", entries(plan))
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
