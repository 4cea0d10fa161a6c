//! What the cluster hears of: events on aws-auth, and a status for each owner.

mod condition;
mod events;
mod status;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use tokio::time::timeout;

use super::ending::Ending;
use super::sources::Sources;
use super::telling::Word;
use crate::apply::{ApplyError, Done};
use crate::connection::Cluster;
use crate::origin::identity_mapping;
use crate::owner::Owner;
use condition::conditions;
use events::Events;
use status::Status;

/// Announces; what the API server does not take is warned of, once.
pub(super) struct Announcing<'a> {
    cluster: &'a Cluster,
    events: Events<'a>,
    status: Status<'a>,
    warned: BTreeSet<String>,
}

/// What there is to announce.
#[derive(Clone, Copy)]
pub(super) struct News<'a> {
    /// What is new.
    pub(super) words: &'a [Word],
    /// Whose sources they are.
    pub(super) owner: Option<&'a Owner>,
    /// How the sources are.
    pub(super) sources: &'a Sources,
    /// Whether `IAMIdentityMapping`s are among them.
    pub(super) identity_mappings: bool,
    /// What the sync came to, where there was something to go by.
    pub(super) applied: Option<&'a Result<Done, ApplyError>>,
    /// The time.
    pub(super) now: SystemTime,
}

impl News<'_> {
    fn is_good(&self) -> bool {
        let applied = self.applied;
        self.sources.fault().is_none() && applied.is_some_and(|one| Ending::of(one).is_good())
    }
}

impl<'a> Announcing<'a> {
    /// As the replica `instance`.
    pub(super) fn new(cluster: &'a Cluster, instance: &str) -> Self {
        Self {
            cluster,
            events: Events::new(cluster, instance),
            status: Status::new(cluster),
            warned: BTreeSet::new(),
        }
    }

    /// Publishes what is new, and has the owner's status, and those of the objects that act, say how
    /// things are.
    pub(super) async fn announce(&mut self, news: News<'_>) {
        if news.identity_mappings && news.is_good() {
            let told = timeout(DEADLINE, tell_canonical_arns(self.cluster)).await;
            let what = "no status of an iamidentitymapping is written";
            self.warn(what, told.unwrap_or_else(|_| late()));
        }
        let events = timeout(DEADLINE, self.events.publish(news.words)).await;
        self.warn("no event is published", events.unwrap_or_else(|_| late()));
        let Some(owner) = news.owner else {
            return;
        };
        let conditions = conditions(news.sources, news.applied);
        let status = self.status.update(owner, &conditions, news.now);
        let status = timeout(DEADLINE, status).await;
        self.warn("no status is written", status.unwrap_or_else(|_| late()));
    }

    fn warn(&mut self, what: &str, done: Result<(), String>) {
        if let Err(why) = done
            && self.warned.insert(what.to_owned())
        {
            tracing::warn!("{what}: {why}; aws-auth is kept all the same");
        }
    }
}

async fn tell_canonical_arns(cluster: &Cluster) -> Result<(), String> {
    let objects = identity_mapping::list(cluster).await;
    for object in objects.map_err(|error| error.to_string())? {
        let told = object.tell_canonical_arn(cluster).await;
        told.map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn late() -> Result<(), String> {
    Err("no answer in time".to_owned())
}

/// Whoever waits for the next sync does not wait for this.
const DEADLINE: Duration = Duration::from_secs(5);
