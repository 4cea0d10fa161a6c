//! The sources of mappings, in the order configured, and what each holds at the moment.

use std::sync::Arc;

use crate::config::Config;
use crate::metrics::Metrics;

/// All configured sources.
#[derive(Debug)]
pub struct Sources {}

/// One source, as `/readyz?verbose` tells it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SourceReadiness {
    /// The source as it is named in `server.backendMode`: `EKSConfigMap`.
    pub name: &'static str,
    /// What it holds.
    pub state: SourceState,
}

/// What a source holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SourceState {
    /// Nothing yet: the webhook is not ready.
    Loading,
    /// What it last read.
    Loaded,
    /// The last good mappings, because of what the text says: ready all the same.
    Degraded(String),
}

/// Why the sources cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot open the mapping sources")]
pub struct SourcesError {}

impl Sources {
    /// Makes the configured sources; they hold nothing until `start`.
    ///
    /// # Errors
    /// A source that can never load.
    pub fn open(_config: &Config, _metrics: Arc<Metrics>) -> Result<Self, SourcesError> {
        Err(SourcesError {})
    }

    /// Spawns the tasks that load the sources and keep them fresh, on the current runtime; they
    /// end with it.
    pub fn start(self: &Arc<Self>) {}

    /// Asks every source to read again now (SIGHUP).
    pub fn reload(&self) {}

    /// What each source holds, in the order configured.
    pub fn readiness(&self) -> Vec<SourceReadiness> {
        Vec::new()
    }
}
