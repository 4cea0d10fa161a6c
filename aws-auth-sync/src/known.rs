//! What a run finds out once, and tells once.

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
    warned: Vec<Warning>,
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

    /// Warns of what is to be known, once.
    pub fn warn<'a>(&mut self, warnings: impl IntoIterator<Item = &'a Warning>) {
        for warning in warnings {
            if !self.warned.contains(warning) {
                warning.tell();
                self.warned.push(warning.clone());
            }
        }
    }
}
