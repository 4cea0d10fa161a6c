//! One of several replicas writes: the one that holds a Lease, as with Kubernetes' own controllers.
//!
//! <https://kubernetes.io/docs/concepts/architecture/leases/>

mod claim;
mod object;

use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use iam_cli::NOTICE;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use crate::call::CallError;
use crate::connection::Cluster;
use claim::{Claim, Seen};

/// A replica that would hold the lease.
pub struct Candidate<'a> {
    cluster: &'a Cluster,
    name: &'a str,
    identity: String,
    clock: fn() -> SystemTime,
    seen: Option<Seen>,
    standing: watch::Sender<Standing>,
    told: Option<String>,
}

/// Who holds the lease.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Holder {
    /// This replica.
    Us,
    /// Another one, by its identity.
    Other(String),
    /// Others wrote it at the same moment: another look tells.
    Contested,
}

/// How a replica stands with the lease.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Standing {
    /// It has not seen the lease, or could not renew it.
    #[default]
    Unsure,
    /// Another replica holds it.
    StandsBy,
    /// It holds it.
    Leads,
}

impl<'a> Candidate<'a> {
    /// Before the first look; two of the same `identity` would both hold it.
    #[must_use]
    pub fn new(
        cluster: &'a Cluster,
        name: &'a str,
        identity: String,
        clock: fn() -> SystemTime,
    ) -> Self {
        Self {
            cluster,
            name,
            identity,
            clock,
            seen: None,
            standing: watch::Sender::default(),
            told: None,
        }
    }

    /// How it stands, and word whenever that changes.
    pub(super) fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// Takes the lease when nobody holds it and renews it, for as long as it is polled.
    pub(super) async fn stand(&mut self) -> Infallible {
        let mut renewed: Option<Instant> = None;
        loop {
            let begun = Instant::now();
            let until = renewed.unwrap_or(begun) + RENEW_WITHIN;
            match timeout_at(until, self.attempt()).await {
                Ok(Ok(Holder::Us)) => {
                    renewed = Some(begun);
                    let what = format!("held by this replica, {}", self.identity);
                    self.stands(Standing::Leads, &what);
                }
                Ok(Ok(Holder::Other(holder))) => {
                    renewed = None;
                    let what = format!("held by {}", holder.escape_debug());
                    self.stands(Standing::StandsBy, &what);
                }
                Ok(Ok(Holder::Contested)) => {}
                Ok(Err(error)) => self.tell(&error.to_string()),
                Err(_elapsed) => self.tell("no answer in time"),
            }
            if renewed.is_some_and(|at| at.elapsed() >= RENEW_WITHIN) {
                renewed = None;
                let what = "not renewed in time: nothing is written any more";
                self.stands(Standing::Unsure, what);
            }
            let retry = Instant::now() + RETRY;
            sleep_until(renewed.map_or(retry, |at| retry.min(at + RENEW_WITHIN))).await;
        }
    }

    /// Looks at the lease, and takes or renews it where that is due.
    ///
    /// # Errors
    /// When the API server refuses, or does not answer.
    pub async fn attempt(&mut self) -> Result<Holder, CallError> {
        let Some(lease) = self.fetch().await? else {
            return self.create().await;
        };
        let now = Instant::now();
        let seen = Seen::again(self.seen.take(), &lease, now);
        let claim = claim::claim(&lease, &self.identity, now.duration_since(seen.since));
        self.seen = Some(seen);
        match claim {
            Claim::Renew | Claim::Take => self.update(lease, claim).await,
            Claim::Wait(holder) => Ok(Holder::Other(holder)),
        }
    }

    /// Gives the lease back, so that another replica need not wait for its end.
    pub async fn release(&mut self) {
        let released = async {
            while let Some(lease) = self.fetch().await? {
                if claim::holder(&lease) != Some(&self.identity) || self.give_back(lease).await? {
                    break;
                }
            }
            Ok::<(), CallError>(())
        };
        match timeout(RETRY, released).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.tell(&format!("not given back: {error}")),
            Err(_elapsed) => self.tell("not given back: no answer in time"),
        }
    }

    fn stands(&mut self, standing: Standing, what: &str) {
        self.tell(what);
        self.standing
            .send_if_modified(|before| std::mem::replace(before, standing) != standing);
    }

    /// Tells how the lease stands, once.
    fn tell(&mut self, what: &str) {
        if self.told.as_deref() != Some(what) {
            tracing::info!(target: NOTICE, "lease kube-system/{}: {what}", self.name);
            self.told = Some(what.to_owned());
        }
    }
}

/// Others may take the lease when it was not renewed for so long.
const DURATION: Duration = Duration::from_secs(15);
/// The holder takes it for lost before.
const RENEW_WITHIN: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_secs(2);
