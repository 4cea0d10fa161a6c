//! What a run finds out once, and tells once.

use std::cell::RefCell;

use iam_core::principal::Principal;

use crate::call::CallError;
use crate::connection::Cluster;
use crate::guard::{Facts, Guard};
use crate::warning::Warning;

/// What a run knows.
#[derive(Debug, Default)]
pub struct Known {
    facts: Option<Facts>,
    told: Vec<Guard>,
}

impl Known {
    /// What the guards want to know; looked at when it is first needed.
    ///
    /// # Errors
    /// When the API server cannot be asked.
    pub async fn facts(
        &mut self,
        cluster: &Cluster,
        caller: Option<&Principal>,
    ) -> Result<Facts, CallError> {
        if let Some(facts) = &self.facts {
            return Ok(facts.clone());
        }
        let facts = cluster.observe(caller).await?;
        Ok(self.facts.insert(facts).clone())
    }

    /// Warns of what a flag lets pass, once.
    pub fn tell(&mut self, passed: &[Guard]) {
        for guard in passed {
            if !self.told.contains(guard) {
                guard.tell_passed();
                self.told.push(guard.clone());
            }
        }
    }
}

/// The warnings that were told last: what is still as it was is not told again.
#[derive(Debug, Default)]
pub struct Warned(RefCell<Vec<Warning>>);

impl Warned {
    /// Tells those of `warnings` that are new.
    pub fn tell(&self, warnings: &[Warning]) {
        let last = self.0.replace(warnings.to_vec());
        let new = warnings.iter().filter(|warning| !last.contains(warning));
        new.for_each(Warning::tell);
    }
}
