//! The private DNS names of EC2 instances, for `{{EC2PrivateDNSName}}`: everything about EC2 is in
//! here.
//!
//! Names are asked for many at a time, within a rate, and remembered within a bound. A question
//! belongs to nobody and ends by itself; whoever waits for it does so until his own deadline.

mod answer;
mod aws;
mod instance_id;
mod pace;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use iam_core::error_chain::ErrorChain;
use quick_cache::sync::Cache;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

pub use self::answer::{Instance, error_code, instances};
pub use self::aws::{Ec2Client, Ec2Error};
pub use self::instance_id::InstanceId;
pub use self::pace::Pace;
use crate::metrics::Metrics;

/// What became of a question about an instance.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Found {
    /// EC2 knows it.
    Instance(Arc<Instance>),
    /// EC2 does not.
    Nothing,
}

impl Found {
    /// How long it is remembered. One that is only beginning may get its name in a moment.
    fn life(&self) -> Duration {
        match self {
            Self::Instance(instance)
                if instance.is_alive && instance.private_dns_name.is_some() =>
            {
                KNOWN_FOR
            }
            Self::Instance(_) | Self::Nothing => UNKNOWN_FOR,
        }
    }
}

/// Why nothing is known of an instance now.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoAnswer {
    /// EC2 could not be asked, or did not say; the log has told why.
    #[error("EC2 could not be asked")]
    Failed,
    /// Not before the deadline.
    #[error("EC2 did not answer in time")]
    Late,
    /// Too many questions are open.
    #[error("too many instances are asked about")]
    Overloaded,
}

type Outcome = Result<Found, NoAnswer>;

/// Knows instances. One per process; its worker ends with it.
#[derive(Debug)]
pub struct Instances {
    shared: Arc<Shared>,
    queue: mpsc::Sender<InstanceId>,
    worker: JoinHandle<()>,
}

/// Says which of these instances there are; it may block, and ends by itself.
pub type Describe = dyn Fn(&[InstanceId]) -> Result<Vec<Instance>, Ec2Error> + Send + Sync;

struct Shared {
    describe: Box<Describe>,
    metrics: Arc<Metrics>,
    known: Cache<InstanceId, (Found, Instant)>,
    asked: Mutex<HashMap<InstanceId, watch::Sender<Option<Outcome>>>>,
    calls: Arc<Semaphore>,
    quiet_until: Mutex<Option<Instant>>,
}

impl Instances {
    /// Nothing is known, and nobody asked. Needs a runtime.
    #[must_use]
    pub fn start(describe: Box<Describe>, pace: Pace, metrics: Arc<Metrics>) -> Self {
        let (queue, waiting) = mpsc::channel(MOST_ASKED);
        let shared = Arc::new(Shared {
            describe,
            metrics,
            known: Cache::new(MOST_KNOWN),
            asked: Mutex::default(),
            calls: Arc::new(Semaphore::new(MOST_CALLS)),
            quiet_until: Mutex::default(),
        });
        let worker = tokio::spawn(Arc::clone(&shared).work(waiting, pace));
        Self {
            shared,
            queue,
            worker,
        }
    }

    /// The instance of this id, known already or asked for until `deadline`.
    ///
    /// # Errors
    /// [`NoAnswer`]: it may be there all the same.
    pub async fn find(&self, id: &InstanceId, deadline: Instant) -> Outcome {
        if let Some((found, until)) = self.shared.known.get(id)
            && Instant::now() < until
        {
            return Ok(found);
        }
        let mut outcome = self.ask(id)?;
        let outcome = timeout_at(deadline, outcome.wait_for(Option::is_some))
            .await
            .map_err(|_| NoAnswer::Late)?;
        match outcome {
            Ok(outcome) => outcome.clone().unwrap_or(Err(NoAnswer::Failed)),
            Err(_) => Err(NoAnswer::Failed),
        }
    }

    /// Joins the question about an instance, or begins it.
    fn ask(&self, id: &InstanceId) -> Result<watch::Receiver<Option<Outcome>>, NoAnswer> {
        let mut asked = self.shared.asked();
        let room = asked.len() < MOST_ASKED;
        match asked.entry(id.clone()) {
            Entry::Occupied(question) => Ok(question.get().subscribe()),
            Entry::Vacant(_) if !room => Err(NoAnswer::Overloaded),
            Entry::Vacant(place) => {
                self.queue
                    .try_send(id.clone())
                    .map_err(|_| NoAnswer::Overloaded)?;
                let (teller, outcome) = watch::channel(None);
                place.insert(teller);
                Ok(outcome)
            }
        }
    }
}

impl Drop for Instances {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

impl Shared {
    /// Gathers ids for a moment, and asks about them together.
    async fn work(self: Arc<Self>, mut waiting: mpsc::Receiver<InstanceId>, mut pace: Pace) {
        while let Some(first) = waiting.recv().await {
            let mut batch = vec![first];
            let end = Instant::now() + GATHERING;
            while batch.len() < MOST_AT_ONCE {
                match timeout_at(end, waiting.recv()).await {
                    Ok(Some(id)) => batch.push(id),
                    Ok(None) | Err(_) => break,
                }
            }
            tokio::time::sleep_until(pace.next(Instant::now())).await;
            // Never closed.
            let Ok(permit) = Arc::clone(&self.calls).acquire_owned().await else {
                return;
            };
            let this = Arc::clone(&self);
            tokio::spawn(async move {
                this.ask(batch).await;
                drop(permit);
            });
        }
    }

    /// One call, and the news to whoever waits; in whatever way it ends.
    async fn ask(self: Arc<Self>, batch: Vec<InstanceId>) {
        self.metrics.ec2_asked();
        let (this, ids) = (Arc::clone(&self), batch.clone());
        let asked = tokio::task::spawn_blocking(move || (this.describe)(&ids)).await;
        let described = asked.unwrap_or(Err(Ec2Error::GivenUp));
        let found = match described {
            Ok(instances) => Ok(instances),
            Err(error) => {
                self.metrics.ec2_failed();
                self.tell(&error);
                Err(NoAnswer::Failed)
            }
        };
        let mut instances: HashMap<InstanceId, Arc<Instance>> = HashMap::new();
        for instance in found.iter().flatten() {
            instances.insert(instance.id.clone(), Arc::new(instance.clone()));
        }
        for id in batch {
            let outcome = found.as_ref().map_err(|failed| *failed).map(|_| {
                instances
                    .remove(&id)
                    .map_or(Found::Nothing, Found::Instance)
            });
            self.land(&id, outcome);
        }
    }

    fn land(&self, id: &InstanceId, outcome: Outcome) {
        if let Ok(found) = &outcome {
            let until = Instant::now() + found.life();
            self.known.insert(id.clone(), (found.clone(), until));
        }
        if let Some(teller) = self.asked().remove(id) {
            teller.send_replace(Some(outcome));
        }
    }

    /// A failure is told, but not one after the other.
    fn tell(&self, error: &Ec2Error) {
        let mut quiet = self
            .quiet_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if quiet.is_none_or(|until| until <= now) {
            *quiet = Some(now + QUIET);
            let hint = error.hint().map(|hint| format!("; {hint}"));
            tracing::warn!(
                "cannot learn the names of instances: {}{}",
                ErrorChain(error),
                hint.unwrap_or_default()
            );
        }
    }

    fn asked(&self) -> MutexGuard<'_, HashMap<InstanceId, watch::Sender<Option<Outcome>>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

/// About 300 bytes each.
const MOST_KNOWN: usize = 20_000;
/// Ids that are asked about, those included that wait for their turn.
const MOST_ASKED: usize = 8_000;
/// Calls under way: each blocks a thread.
const MOST_CALLS: usize = 4;
const MOST_AT_ONCE: usize = 50;
/// A node waits this much longer for its first answer, and a thousand cost twenty calls.
const GATHERING: Duration = Duration::from_millis(100);
/// A name never changes while the instance lives; that it ended is seen within this time.
const KNOWN_FOR: Duration = Duration::from_secs(10 * 60);
/// A new instance is not known everywhere at once.
const UNKNOWN_FOR: Duration = Duration::from_secs(5);
const QUIET: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests;
