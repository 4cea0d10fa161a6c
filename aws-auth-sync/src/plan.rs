//! What would be written, and what speaks against it: made of what is wanted and what is there,
//! without a look at anything else.

mod annotations;
mod refusal;
pub mod report;
mod risk;
pub mod saved;

use iam_core::principal::Principal;

use crate::cluster::Content;
use crate::desired::Desired;
use crate::edit::{self, Edited, SectionEdit, TextError};
use crate::guard::{self, Acknowledged, Case, Facts, Guard, Mended, Overrides};
use crate::live::Live;
use crate::merge::{self, Change, Intent, Merge, Policy, Reason};
use crate::owner::Owner;
use crate::warning::{self, Entrance, Warning};
pub use annotations::Annotation;
pub use refusal::Refusal;
pub(crate) use risk::risk;

/// What is wanted, by whom, and what it may do.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whose sources these are.
    pub owner: Owner,
    /// What they declare.
    pub desired: Desired,
    /// The new administrators that they acknowledge.
    pub acknowledged: Acknowledged,
    /// How far it goes with what is not the owner's.
    pub policy: Policy,
    /// The guards that let it pass.
    pub overrides: Overrides,
    /// Refusals that were let pass when the plan was looked at: the very same pass again.
    pub reviewed: Vec<Guard>,
    /// Who makes the change, where that was told.
    pub caller: Option<Principal>,
    /// What is known of the other way into the cluster.
    pub entrance: Entrance,
}

/// A plan that no guard has looked at yet.
#[derive(Debug)]
pub struct Draft<'a> {
    wanted: &'a Wanted,
    live: &'a Live,
    merge: Merge,
    edited: Edited,
    annotations: Vec<Annotation>,
    warnings: Vec<Warning>,
}

/// What would be written, and what speaks against it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Whose it is.
    pub owner: Owner,
    /// The changes, those that need a look first, and what stands in the way.
    pub merge: Merge,
    /// The sections that change.
    pub edits: Vec<SectionEdit>,
    /// The annotations that change.
    pub annotations: Vec<Annotation>,
    /// The guards that refuse.
    pub guards: Vec<Guard>,
    /// The guards that would, and let pass what a flag allows.
    pub passed: Vec<Guard>,
    /// What is to be known of it, and does not speak against it.
    pub warnings: Vec<Warning>,
}

impl<'a> Draft<'a> {
    /// Plans.
    ///
    /// # Errors
    /// When a live text cannot be edited.
    pub fn new(wanted: &'a Wanted, live: &'a Live) -> Result<Self, TextError> {
        let intent = Intent {
            owner: &wanted.owner,
            entries: &wanted.desired.entries,
            protect: &wanted.desired.protect,
            policy: wanted.policy,
        };
        let mut merge = merge::merge(&intent, live);
        let edited = edit::edit(live, &merge.changes)?;
        let annotations = annotations::changed(live, &edited.edits, &mut merge);
        merge.changes.sort_by_cached_key(risk);
        let is_written = !edited.edits.is_empty() || !annotations.is_empty();
        let managed = is_written.then(|| warning::managed(live)).flatten();
        let mut warnings = warning::check(&merge.changes, managed, &wanted.entrance);
        warnings.extend(warning::unread(&live.document, &edited.document));
        Ok(Self {
            wanted,
            live,
            merge,
            edited,
            annotations,
            warnings,
        })
    }

    /// Whether there is something to write.
    #[must_use]
    pub const fn writes(&self) -> bool {
        !self.edited.edits.is_empty() || !self.annotations.is_empty()
    }

    /// Has the guards look at it; `before` is what they found already.
    #[must_use]
    pub fn guarded(self, facts: &Facts, before: Option<Guard>) -> Plan {
        let case = Case {
            before: &self.live.document,
            after: &self.edited.document,
            acknowledged: &self.wanted.acknowledged,
            mended: &self.mended(),
            facts,
        };
        let mut guards = guard::check(&case);
        guards.extend(before);
        guards.sort_by_key(|guard| guard.code);
        let Wanted {
            overrides,
            reviewed,
            ..
        } = self.wanted;
        let (passed, guards) = guards
            .into_iter()
            .partition(|guard| overrides.allows(guard.code) || reviewed.contains(guard));
        Plan {
            owner: self.wanted.owner.clone(),
            merge: self.merge,
            edits: self.edited.edits,
            annotations: self.annotations,
            guards,
            passed,
            warnings: self.warnings,
        }
    }

    /// What the sources want as they wanted it before, and somebody else has changed.
    fn mended(&self) -> Mended {
        let record = self.live.record(&self.wanted.owner);
        let written = |change: &Change| record?.written(change.entry().key().digest());
        let is_mended = |change: &&Change| {
            change.reason == Reason::ChangedByOthers
                && written(change) == Some(change.entry().digest())
        };
        let mended = self.merge.changes.iter().filter(is_mended);
        mended.map(|change| &change.entry().identity).collect()
    }
}

impl Plan {
    /// Whether there is something to write.
    #[must_use]
    pub const fn writes(&self) -> bool {
        !self.edits.is_empty() || !self.annotations.is_empty()
    }

    /// What is written.
    #[must_use]
    pub fn content(&self) -> Content {
        Content::new(&self.edits, &self.annotations)
    }

    /// What speaks against it.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        if !self.guards.is_empty() {
            return Some(Refusal::Guarded(self.guards.clone()));
        }
        let conflicts = &self.merge.conflicts;
        (!conflicts.is_empty()).then(|| Refusal::Conflicts(conflicts.clone()))
    }

    /// Gives the plan back if nothing speaks against it.
    ///
    /// # Errors
    /// Else what does.
    pub fn permitted(self) -> Result<Self, Refusal> {
        self.refusal().map_or(Ok(self), Err)
    }
}
