//! One sync: from the sources to aws-auth.

use std::path::PathBuf;
use std::time::SystemTime;

use super::monitor::Monitor;
use super::sources::{Sources, judge};
use super::telling::Telling;
use crate::apply::{ApplyError, Done, Manner, Order, apply};
use crate::cli::ChangeArgs;
use crate::connection::Cluster;
use crate::error::Error;
use crate::input;
use crate::plan::Wanted;

/// What syncs go by.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// Whose aws-auth it is.
    pub cluster: &'a Cluster,
    /// The sources.
    pub files: &'a [PathBuf],
    /// What may change.
    pub change: &'a ChangeArgs,
    /// How it is written.
    pub manner: Manner,
    /// Tells the time.
    pub clock: fn() -> SystemTime,
}

impl Setup<'_> {
    /// Brings aws-auth to what is wanted.
    async fn apply(&self, wanted: &Wanted) -> Result<Done, ApplyError> {
        let order = Order {
            wanted,
            manner: self.manner,
            reviewed: None,
            confirm_within: None,
            clock: self.clock,
        };
        apply(self.cluster, &order).await
    }
}

/// What to expect of the next sync.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outlook {
    /// Nothing new before something changes.
    Settled,
    /// Success, perhaps, although nothing changes.
    Passing,
}

/// Syncs once.
///
/// # Errors
/// As `apply`.
pub async fn once(setup: &Setup<'_>) -> Result<Done, Error> {
    let wanted = judge(&input::read(setup.files)?, setup)?;
    Ok(setup.apply(&wanted).await?)
}

/// Syncs again and again.
pub(super) struct Syncing<'a> {
    setup: Setup<'a>,
    sources: Sources,
    telling: Telling,
    monitor: &'a Monitor,
}

impl<'a> Syncing<'a> {
    /// Before the first sync.
    pub(super) fn new(setup: Setup<'a>, monitor: &'a Monitor) -> Self {
        Self {
            setup,
            sources: Sources::default(),
            telling: Telling::default(),
            monitor,
        }
    }

    /// Brings aws-auth to what the sources want, as far as they could ever be read, and tells what
    /// is new.
    pub(super) async fn sync(&mut self) -> Outlook {
        self.sources.read(&self.setup);
        self.telling.sources(&self.sources);
        self.monitor.read(&self.sources);
        let Some(wanted) = self.sources.wanted() else {
            return Outlook::Settled;
        };
        let applied = self.setup.apply(wanted).await;
        self.telling.applied(&applied);
        self.monitor.applied(&applied, (self.setup.clock)());
        outlook(&applied)
    }
}

fn outlook(applied: &Result<Done, ApplyError>) -> Outlook {
    match applied {
        Err(error) if error.is_passing() => Outlook::Passing,
        Ok(_) | Err(_) => Outlook::Settled,
    }
}
