//! Makes the access entries of a migration through the EKS API, and reads each again.
//!
//! An entry that is there is compared, never passed over: it is left as it is unless
//! [`Existing::Updated`] says otherwise. Whatever moment a run ends at, the next one goes on from
//! there: what it finds done is done, and an entry of its own that lacks policies, which is known
//! by a tag, gets them.

mod difference;
mod entry;
mod error;
pub mod mode;
pub mod report;

use std::collections::HashMap;

use iam_aws::eks::{AccessEntries, EksError};
use iam_core::principal::{Principal, PrincipalKey};

use super::{AccessEntry, Migration};
pub use difference::Difference;
pub use error::ApplyError;

/// What becomes of access entries that are there and differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Existing {
    /// They stay as they are.
    Kept,
    /// They become as aws-auth says.
    Updated,
}

/// Whether anything is changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Run {
    /// Nothing is: what would be done is told.
    Dry,
    /// It is.
    Real,
}

/// What became of an entry, or would become of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Applied<'a> {
    /// What is wanted.
    pub entry: &'a AccessEntry,
    /// The principal as EKS knows it: of a role that has an entry, with its path.
    pub principal_arn: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It was there, as it should be.
    Unchanged,
    /// It was made.
    Created,
    /// An earlier run had made it without these policies.
    Completed(Vec<Difference>),
    /// It was there and differed in this.
    Updated(Vec<Difference>),
    /// It is there, differs in this, and was left as it is.
    Differs(Vec<Difference>),
    /// It is not, or not surely, as it should be.
    Failed(Failure),
    /// The run could not go on before its turn came.
    NotTried,
}

/// Why an entry is not as it should be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// What was done, and what came of it.
    pub reason: String,
    /// What to try.
    pub hint: Option<String>,
    /// Whether every other entry would fail alike.
    pub is_of_all: bool,
}

/// The principals that have an access entry, as EKS names them.
#[derive(Debug, Default)]
pub struct Found(HashMap<PrincipalKey, String>);

impl Found {
    /// Asks EKS for them.
    ///
    /// # Errors
    /// When EKS refuses or is not reached.
    pub async fn ask(entries: AccessEntries<'_>) -> Result<Self, EksError> {
        let listed = entries.principals().await?.into_iter();
        // What is no user or role here is none of aws-auth either.
        let keyed = listed.filter_map(|arn| Some((arn.parse::<Principal>().ok()?.key(), arn)));
        Ok(Self(keyed.collect()))
    }

    fn arn(&self, principal: &Principal) -> Option<&str> {
        self.0.get(&principal.key()).map(String::as_str)
    }
}

/// Makes the entries, one after the other, and goes on after one that fails.
pub async fn apply<'a>(
    migration: &'a Migration,
    entries: AccessEntries<'_>,
    found: &Found,
    (existing, run): (Existing, Run),
) -> Vec<Applied<'a>> {
    let mut applied = Vec::with_capacity(migration.entries.len());
    let mut goes_on = true;
    for wanted in &migration.entries {
        let step = entry::Step {
            entries,
            wanted,
            existing,
            run,
        };
        let named = found.arn(&wanted.principal);
        let outcome = if goes_on {
            step.take(named).await
        } else {
            Outcome::NotTried
        };
        goes_on &= !matches!(&outcome, Outcome::Failed(failure) if failure.is_of_all);
        applied.push(Applied {
            entry: wanted,
            principal_arn: named.map_or_else(|| wanted.principal.to_string(), str::to_owned),
            outcome,
        });
    }
    applied
}
