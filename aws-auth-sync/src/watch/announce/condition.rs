//! How things are with an owner's entries, as conditions of Kubernetes.
//!
//! <https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties>

use crate::apply::{ApplyError, Done};
use crate::digest::Digest;
use crate::watch::ending::Ending;
use crate::watch::sources::Sources;
use crate::watch::telling::{amiss, fault};

/// A condition, but for the time of its last change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Condition {
    pub(super) kind: &'static str,
    pub(super) holds: bool,
    pub(super) reason: &'static str,
    pub(super) message: String,
    /// The sources that it is about.
    pub(super) revision: Option<Digest>,
}

/// `Ready`, which the other two make, `SourcesValid` and `Synced`.
pub(super) fn conditions(
    sources: &Sources,
    applied: Option<&Result<Done, ApplyError>>,
) -> [Condition; 3] {
    let valid = valid(sources);
    let synced = synced(sources, applied);
    let first_amiss = [&valid, &synced].into_iter().find(|one| !one.holds);
    let ready = Condition {
        kind: "Ready",
        ..first_amiss.unwrap_or(&synced).clone()
    };
    [ready, valid, synced]
}

fn valid(sources: &Sources) -> Condition {
    let (reason, message) = match sources.fault() {
        None => ("Valid", "the sources can be used".to_owned()),
        Some(error) => ("AtFault", fault(error)),
    };
    Condition {
        kind: "SourcesValid",
        holds: sources.fault().is_none(),
        reason,
        message,
        revision: sources.revision(),
    }
}

fn synced(sources: &Sources, applied: Option<&Result<Done, ApplyError>>) -> Condition {
    let (reason, message) = match applied {
        None => ("NoSources", "no sources could ever be used".to_owned()),
        Some(applied) => (reason(Ending::of(applied)), message(applied)),
    };
    Condition {
        kind: "Synced",
        holds: applied.is_some_and(|applied| Ending::of(applied).is_good()),
        reason,
        message,
        revision: sources.good_revision(),
    }
}

fn message(applied: &Result<Done, ApplyError>) -> String {
    amiss(applied).unwrap_or_else(|| "aws-auth is as the sources want it".to_owned())
}

const fn reason(ending: Ending) -> &'static str {
    match ending {
        Ending::Unchanged | Ending::Written | Ending::Repaired => "Synced",
        Ending::Tried => "WouldChange",
        Ending::Refused => "Refused",
        Ending::Conflict => "Conflict",
        Ending::Impossible => "NotSynced",
        Ending::Failed => "Failed",
    }
}
