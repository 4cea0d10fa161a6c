//! The sources of mappings, in the order configured, and what each holds at the moment.
//!
//! Every source keeps itself fresh and publishes into one immutable snapshot; a review is
//! decided by one snapshot from beginning to end. A text that cannot be read changes nothing:
//! what it held before goes on acting, and `/readyz` says so.

mod access_files;
mod access_table;
mod api_server;
mod config_map;
mod document;
mod dynamic_file;
mod explain;
mod file_source;
mod identity_mappings;
mod mounted;
mod mounted_file;
mod object_table;
mod place;
mod remarks;
mod snapshot;
mod sought;
mod user_ids;
mod watching;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arc_swap::{ArcSwap, Guard};
use iam_cli::NOTICE;
use thiserror::Error;
use tokio::sync::watch;

use crate::config::{BackendMode, Config, ReservedPrefixes};
use crate::metrics::Metrics;

pub use access_files::{AccessFileError, read as read_access_files};
pub use access_table::{AccessDocument, AccessTable, PlacedEntry};
pub use api_server::check_cluster;
pub use document::{Document, SourceDiagnostic};
pub use dynamic_file::json::{DynamicDocument, DynamicDocumentError};
pub use dynamic_file::{DynamicFileError, compile as compile_dynamic, read as read_dynamic_file};
pub use explain::Shadowed;
pub use mounted_file::{MountedFileError, read as read_mounted_file};
pub use object_table::ObjectTable;
pub use place::MappingPlace;
pub use snapshot::{Held, Hit, Loading, Names, NotLoaded, Snapshot};
pub use sought::Sought;
pub use user_ids::UserIdTable;

/// All configured sources.
#[derive(Debug)]
pub struct Sources {
    config: Config,
    snapshot: ArcSwap<Snapshot>,
    states: Mutex<Vec<SourceState>>,
    /// What was told last of entries that never act.
    shadowed: Mutex<Vec<Shadowed>>,
    reloads: watch::Sender<()>,
    metrics: Arc<Metrics>,
    clock: Option<fn() -> SystemTime>,
}

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
    /// Nothing yet, because of what the text says: the webhook is not ready.
    Loading(Option<String>),
    /// What it last read.
    Loaded,
    /// The last good mappings, because of what the text says: ready all the same.
    Degraded(String),
}

/// Why the sources cannot be opened.
#[derive(Debug, Error)]
pub enum SourcesError {
    /// The kubeconfig for reading the ConfigMap is faulty.
    #[error("cannot use the kubeconfig {}", .path.display())]
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<kube::config::KubeconfigError>,
    },
}

impl Sources {
    /// Makes the configured sources; they hold nothing until `start`.
    ///
    /// # Errors
    /// A source that can never load.
    pub fn open(config: &Config, metrics: Arc<Metrics>) -> Result<Self, SourcesError> {
        let modes = config.backend_modes();
        if modes.iter().any(|mode| mode.is_watched()) {
            api_server::check(config)?;
        }
        if modes.contains(&BackendMode::DynamicFile) {
            metrics.dynamic_file_among(modes.len());
        }
        Ok(Self {
            config: config.clone(),
            snapshot: ArcSwap::from_pointee(Snapshot::empty(modes)),
            states: Mutex::new(vec![SourceState::Loading(None); modes.len()]),
            shadowed: Mutex::default(),
            reloads: watch::Sender::new(()),
            metrics,
            clock: None,
        })
    }

    /// Measures by this clock how long changes take from being written to acting.
    #[must_use]
    pub fn timed_by(mut self, clock: fn() -> SystemTime) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Spawns the tasks that load the sources and keep them fresh, on the current runtime; they
    /// end with it.
    pub fn start(self: &Arc<Self>) {
        for (index, mode) in self.config.backend_modes().iter().enumerate() {
            let publisher = Publisher {
                sources: Arc::clone(self),
                index,
                mode: *mode,
            };
            match mode {
                BackendMode::MountedFile => {
                    let mounted = mounted::Mounted(self.config.clone());
                    tokio::spawn(file_source::follow(mounted, publisher));
                }
                BackendMode::AccessEntries => {
                    let files = self.config.access_entries().to_vec();
                    let files = access_files::AccessFiles(files);
                    tokio::spawn(file_source::follow(files, publisher));
                }
                BackendMode::EksConfigMap => {
                    tokio::spawn(config_map::follow(self.config.clone(), publisher));
                }
                BackendMode::Crd => {
                    tokio::spawn(identity_mappings::follow(self.config.clone(), publisher));
                }
                BackendMode::DynamicFile => {
                    // The configuration requires the file.
                    if let Some(file) = self.config.dynamic_file() {
                        tokio::spawn(file_source::follow(file, publisher));
                    }
                }
            }
        }
    }

    /// Asks every source to read again now (SIGHUP).
    pub fn reload(&self) {
        self.reloads.send_replace(());
    }

    /// What each source holds, in the order configured.
    pub fn readiness(&self) -> Vec<SourceReadiness> {
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let names = self.config.backend_modes().iter().map(|mode| mode.name());
        names
            .zip(states.iter())
            .map(|(name, state)| SourceReadiness {
                name,
                state: state.clone(),
            })
            .collect()
    }

    /// Everything that is mapped at this moment.
    pub fn snapshot(&self) -> Guard<Arc<Snapshot>> {
        self.snapshot.load()
    }

    /// From now on the source at `index`, in the order configured, holds this.
    pub(crate) fn hold(&self, index: usize, held: &Held, loading: Loading) {
        self.snapshot
            .rcu(|now| Arc::new(now.with(index, held.clone(), loading)));
    }

    /// The prefixes that rendered usernames must not begin with.
    pub fn reserved_prefixes(&self) -> &ReservedPrefixes {
        self.config.reserved_prefixes()
    }
}

/// The one source's way into the snapshot.
#[derive(Debug)]
struct Publisher {
    sources: Arc<Sources>,
    index: usize,
    mode: BackendMode,
}

impl Publisher {
    /// These mappings act from now on, in place of the source's earlier ones.
    ///
    /// `fault` is what is wrong with parts of them.
    fn publish(&self, held: &Held, fault: Option<String>) {
        let (entries, dropped) = (held.len(), held.dropped());
        self.sources
            .metrics
            .mappings_loaded(self.mode.name(), entries, dropped);
        self.sources.hold(self.index, held, Loading::Done);
        tracing::info!(
            source = self.mode.name(),
            entries,
            dropped,
            "mappings loaded"
        );
        self.tell_shadowed();
        match fault {
            Some(why) => self.degrade(&why),
            None => match self.turn_to(SourceState::Loaded) {
                SourceState::Loading(Some(_)) | SourceState::Degraded(_) => {
                    tracing::info!(target: NOTICE, "{}: loaded", self.mode.name());
                }
                SourceState::Loading(None) | SourceState::Loaded => {}
            },
        }
    }

    /// These mappings act from now on, without a word on the state of the source.
    fn hold(&self, held: &Held) {
        self.sources.hold(self.index, held, Loading::Unchanged);
    }

    /// Entries that are written in vain, when they are others than before.
    fn tell_shadowed(&self) {
        let shadowed = self.sources.snapshot().shadowed();
        let told = &self.sources.shadowed;
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told == shadowed {
            return;
        }
        for Shadowed { winner, loser } in shadowed.iter().take(SHADOWED_TOLD) {
            tracing::warn!("{loser} never acts: {winner} wins");
        }
        let more = shadowed.len().saturating_sub(SHADOWED_TOLD);
        if more > 0 {
            tracing::warn!("{more} more entries never act; authz-webhook check tells of files");
        }
        *told = shadowed;
    }

    /// What acts from now on was written at this second since 1970, by its own account.
    fn acts_after(&self, written: u64) {
        let Some(clock) = self.sources.clock else {
            return;
        };
        let since_1970 = clock().duration_since(UNIX_EPOCH).unwrap_or_default();
        // As with aws-iam-authenticator: what was written in the future is not measured.
        if let Some(delay) = since_1970.as_secs().checked_sub(written) {
            let delay = Duration::from_secs(delay);
            self.sources.metrics.dynamic_file_delayed(delay);
        }
    }

    /// The source could not be read: what it held before goes on acting, if it held anything.
    /// That it fails again in the same way is not told again.
    fn failed(&self, why: &str) {
        if self.has_loaded() {
            return self.degrade(why);
        }
        self.count_failure();
        let state = SourceState::Loading(Some(why.to_owned()));
        if self.turn_to(state.clone()) != state {
            tracing::warn!("{}: not loaded yet: {why}", self.mode.name());
        }
    }

    fn degrade(&self, why: &str) {
        self.count_failure();
        let state = SourceState::Degraded(why.to_owned());
        if self.turn_to(state.clone()) != state {
            let name = self.mode.name();
            tracing::warn!("{name}: {why}; the last good mappings stay in force");
        }
    }

    fn count_failure(&self) {
        self.sources.metrics.mappings_kept(self.mode.name());
        if self.mode == BackendMode::DynamicFile {
            self.sources.metrics.dynamic_file_failed();
        }
    }

    fn has_loaded(&self) -> bool {
        let states = self
            .sources
            .states
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let state = states.get(self.index);
        state.is_some_and(|state| !matches!(state, SourceState::Loading(_)))
    }

    /// Gives back the state before.
    fn turn_to(&self, state: SourceState) -> SourceState {
        let mut states = self
            .sources
            .states
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match states.get_mut(self.index) {
            Some(slot) => std::mem::replace(slot, state),
            None => state,
        }
    }

    fn reloads(&self) -> watch::Receiver<()> {
        self.sources.reloads.subscribe()
    }
}

/// So many lines of a log say enough.
const SHADOWED_TOLD: usize = 20;

#[cfg(test)]
mod tests;
