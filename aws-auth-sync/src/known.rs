//! What a run finds out once, and tells once.

use iam_core::principal::Principal;

use crate::call::CallError;
use crate::connection::Cluster;
use crate::guard::{Facts, Guard, managed};
use crate::live::Live;

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
        live: &Live,
    ) -> Result<Facts, CallError> {
        if let Some(facts) = &self.facts {
            return Ok(facts.clone());
        }
        if let Some(warning) = managed(live.marks.iter().map(String::as_str)) {
            tracing::warn!("{warning}");
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
