//! How many questions to STS may be open: in the process, per host, per access key.
//!
//! An access key that is asked about too often at once is refused at once; the room of the
//! process and of a host is waited for, a little.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::refusal::Bound;

/// Open questions in the process.
pub(super) const IN_PROCESS: usize = 512;
/// Open questions per host: one host that hangs leaves room for the others, and a question that is
/// open takes about 50 KiB. STS answers in some 20 ms and throttles an account long before 6,000
/// questions a second.
const PER_HOST: usize = 128;
/// Open questions per slot of access keys: half of the room of a host.
const PER_KEY: u16 = 64;
/// Access keys share this many slots, by a hash that nobody outside can foresee. A table of
/// fixed size: what a stranger sends makes nothing grow.
const KEY_SLOTS: usize = 4_096;
/// How long room is waited for. Beyond it the answer is 503 and the user is better served by
/// trying again.
const PATIENCE: Duration = Duration::from_secs(1);

/// The bounds and what is used of them.
#[derive(Debug)]
pub(super) struct Gate {
    process: Arc<Semaphore>,
    hosts: Vec<Arc<Semaphore>>,
    keys: Arc<[AtomicU16]>,
    hasher: RandomState,
}

/// Room for one question, given back on drop.
#[derive(Debug)]
pub(super) struct Permit {
    _key: KeyPermit,
    _host: OwnedSemaphorePermit,
    _process: OwnedSemaphorePermit,
}

impl Gate {
    /// A gate for `hosts` hosts.
    pub(super) fn new(hosts: usize) -> Self {
        Self {
            process: Arc::new(Semaphore::new(IN_PROCESS)),
            hosts: (0..hosts)
                .map(|_| Arc::new(Semaphore::new(PER_HOST)))
                .collect(),
            keys: (0..KEY_SLOTS).map(|_| AtomicU16::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Takes room for a question to the host of this index about this access key. Half of the time
    /// until `deadline` at least is left for the question: it is no failure of the host that there
    /// was no room.
    ///
    /// # Errors
    /// The bound that was met.
    pub(super) async fn enter(
        &self,
        host: usize,
        access_key: &str,
        deadline: Instant,
    ) -> Result<Permit, Bound> {
        let now = Instant::now();
        let until = now + PATIENCE.min(deadline.saturating_duration_since(now) / 2);
        let key = self.key(access_key).ok_or(Bound::AccessKey)?;
        let host = self.hosts.get(host).ok_or(Bound::Host)?;
        let host = acquire(host, until).await.ok_or(Bound::Host)?;
        let process = acquire(&self.process, until).await.ok_or(Bound::Process)?;
        Ok(Permit {
            _key: key,
            _host: host,
            _process: process,
        })
    }

    /// The questions that are open.
    #[cfg(test)]
    pub(super) fn open(&self) -> usize {
        IN_PROCESS - self.process.available_permits()
    }

    fn key(&self, access_key: &str) -> Option<KeyPermit> {
        let hash = self.hasher.hash_one(access_key);
        let slots = u64::try_from(self.keys.len()).ok()?;
        let slot = usize::try_from(hash.checked_rem(slots)?).ok()?;
        let more = |used: u16| (used < PER_KEY).then(|| used + 1);
        self.keys
            .get(slot)?
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .ok()?;
        Some(KeyPermit {
            keys: Arc::clone(&self.keys),
            slot,
        })
    }
}

async fn acquire(room: &Arc<Semaphore>, until: Instant) -> Option<OwnedSemaphorePermit> {
    timeout_at(until, Arc::clone(room).acquire_owned())
        .await
        .ok()?
        .ok()
}

#[derive(Debug)]
struct KeyPermit {
    keys: Arc<[AtomicU16]>,
    slot: usize,
}

impl Drop for KeyPermit {
    fn drop(&mut self) {
        if let Some(used) = self.keys.get(self.slot) {
            used.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    #[tokio::test]
    async fn one_access_key_cannot_take_all_the_room() {
        let gate = Gate::new(1);
        let mut held = Vec::new();
        for _ in 0..PER_KEY {
            held.push(gate.enter(0, "AKIAONE", soon()).await.expect("room"));
        }
        assert_eq!(
            gate.enter(0, "AKIAONE", soon()).await.err(),
            Some(Bound::AccessKey)
        );
        held.pop();
        assert!(gate.enter(0, "AKIAONE", soon()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn one_host_leaves_room_for_the_others() {
        let gate = Gate::new(2);
        let mut held = Vec::new();
        while held.len() < PER_HOST {
            held.push(
                gate.enter(0, &format!("AKIA{}", held.len()), soon())
                    .await
                    .expect("room"),
            );
        }
        assert_eq!(
            gate.enter(0, "AKIAOTHER", soon()).await.err(),
            Some(Bound::Host)
        );
        held.push(
            gate.enter(1, "AKIAOTHER", soon())
                .await
                .expect("room for the other host"),
        );
        assert_eq!(gate.open(), PER_HOST + 1);
        drop(held);
        assert_eq!(gate.open(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn room_is_waited_for_a_second_or_half_of_the_time() {
        let gate = Gate::new(1);
        let mut held = Vec::new();
        while held.len() < PER_HOST {
            let key = format!("AKIA{}", held.len());
            held.push(gate.enter(0, &key, soon()).await.expect("room"));
        }
        for (left, waited) in [(5_000, 1_000), (500, 250), (0, 0)] {
            let now = Instant::now();
            let deadline = now + Duration::from_millis(left);
            let refused = gate.enter(0, "AKIAOTHER", deadline).await.err();
            assert_eq!(refused, Some(Bound::Host));
            assert_eq!(now.elapsed().as_millis() / 10, waited / 10, "{left} ms");
        }
    }
}
