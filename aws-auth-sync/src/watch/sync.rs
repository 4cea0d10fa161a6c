//! One sync: from the sources to aws-auth.

use std::time::SystemTime;

use super::announce::{Announcing, News};
use super::monitor::Monitor;
use super::sources::Sources;
use super::telling::{Telling, Word};
use crate::apply::{ApplyError, Done, Manner, Order, Trial, apply};
use crate::cli::ChangeArgs;
use crate::connection::Cluster;
use crate::error::Error;
use crate::known::Warned;
use crate::origin::Origins;
use crate::plan::Wanted;

/// What syncs go by.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// Whose aws-auth it is.
    pub cluster: &'a Cluster,
    /// Where the sources are.
    pub origins: Origins<'a>,
    /// What may change.
    pub change: &'a ChangeArgs,
    /// How it is written.
    pub manner: Manner,
    /// What this replica is called.
    pub identity: &'a str,
    /// Tells the time.
    pub clock: fn() -> SystemTime,
}

impl<'a> Setup<'a> {
    /// Who tells the cluster; nobody where nothing is meant.
    fn announcing(&self) -> Option<Announcing<'a>> {
        let is_meant = self.manner.trial == Trial::No;
        is_meant.then(|| Announcing::new(self.cluster, self.identity))
    }

    fn news<'b>(
        &'b self,
        words: &'b [Word],
        sources: &'b Sources,
        applied: Option<&'b Result<Done, ApplyError>>,
    ) -> News<'b> {
        let owner = sources.wanted().map(|wanted| &wanted.owner);
        News {
            words,
            owner: owner.or(self.change.owner.as_ref()),
            sources,
            identity_mappings: self.origins.identity_mappings,
            applied,
            now: (self.clock)(),
        }
    }

    /// Brings aws-auth to what is wanted.
    async fn apply(&self, wanted: &Wanted, warned: &Warned) -> Result<Done, ApplyError> {
        let order = Order {
            wanted,
            manner: self.manner,
            reviewed: None,
            confirm_within: None,
            warned,
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
    let mut sources = Sources::default();
    sources.read(setup).await;
    let mut telling = Telling::default();
    let mut words = Vec::from_iter(telling.sources(&sources));
    let applied = match sources.wanted() {
        Some(wanted) => Some(setup.apply(wanted, &Warned::default()).await),
        None => None,
    };
    words.extend(
        applied
            .as_ref()
            .and_then(|applied| telling.applied(applied)),
    );
    if let Some(mut announcing) = setup.announcing() {
        let news = setup.news(&words, &sources, applied.as_ref());
        announcing.announce(news).await;
    }
    match applied {
        Some(applied) => Ok(applied.inspect_err(ApplyError::tell)?),
        None => Err(sources.into_fault().unwrap_or(Error::Nothing)),
    }
}

/// Syncs again and again.
pub(super) struct Syncing<'a> {
    setup: Setup<'a>,
    sources: Sources,
    telling: Telling,
    warned: Warned,
    monitor: &'a Monitor,
    announcing: Option<Announcing<'a>>,
}

impl<'a> Syncing<'a> {
    /// Before the first sync.
    pub(super) fn new(setup: Setup<'a>, monitor: &'a Monitor) -> Self {
        Self {
            setup,
            sources: Sources::default(),
            telling: Telling::default(),
            warned: Warned::default(),
            monitor,
            announcing: setup.announcing(),
        }
    }

    /// Reads the sources; dropped before its end it has done nothing.
    pub(super) async fn read(&mut self) {
        self.sources.read(&self.setup).await;
    }

    /// Brings aws-auth to what the sources want, as far as they could ever be read, and tells what
    /// is new.
    pub(super) async fn sync(&mut self) -> Outlook {
        self.monitor.read(&self.sources);
        let mut words = Vec::from_iter(self.telling.sources(&self.sources));
        let applied = match self.sources.wanted() {
            Some(wanted) => Some(self.setup.apply(wanted, &self.warned).await),
            None => None,
        };
        if let Some(applied) = &applied {
            self.monitor.applied(applied, (self.setup.clock)());
            words.extend(self.telling.applied(applied));
        }
        for word in &words {
            word.tell();
        }
        if let Some(announcing) = &mut self.announcing {
            let news = self.setup.news(&words, &self.sources, applied.as_ref());
            announcing.announce(news).await;
        }
        match applied {
            Some(Err(error)) if error.is_passing() => Outlook::Passing,
            Some(_) | None if self.sources.may_come() => Outlook::Passing,
            Some(_) | None => Outlook::Settled,
        }
    }
}
