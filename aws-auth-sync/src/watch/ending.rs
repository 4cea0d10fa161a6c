//! What a sync came to, in a word.

use crate::apply::{ApplyError, Done};
use crate::merge::Change;
use crate::plan::Refusal;

/// What a sync came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ending {
    /// aws-auth was as the sources want it.
    Unchanged,
    /// It was made so.
    Written,
    /// It was made so, and somebody else had changed what the owner wrote.
    Repaired,
    /// It would change, which is not meant.
    Tried,
    /// A guard refuses.
    Refused,
    /// Entries of others are in the way.
    Conflict,
    /// Something else is, which does not pass by itself.
    Impossible,
    /// The API server did not do its part.
    Failed,
}

impl Ending {
    pub(super) fn of(applied: &Result<Done, ApplyError>) -> Self {
        match applied {
            Ok(Done::Nothing { .. }) => Self::Unchanged,
            Ok(Done::Tried { .. }) => Self::Tried,
            Ok(Done::Written { plan, .. }) => {
                let is_drift = |change: &Change| change.reason.is_drift();
                if plan.merge.changes.iter().any(is_drift) {
                    Self::Repaired
                } else {
                    Self::Written
                }
            }
            Err(ApplyError::Refused(Refusal::Guarded(_))) => Self::Refused,
            Err(ApplyError::Refused(Refusal::Conflicts(_))) => Self::Conflict,
            Err(error) if error.is_passing() => Self::Failed,
            Err(_) => Self::Impossible,
        }
    }

    /// Whether aws-auth is as the sources want it.
    pub(super) const fn is_good(self) -> bool {
        match self {
            Self::Unchanged | Self::Written | Self::Repaired => true,
            Self::Tried | Self::Refused | Self::Conflict | Self::Impossible | Self::Failed => false,
        }
    }
}
