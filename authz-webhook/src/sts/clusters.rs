//! The clusters that a token may be signed for: the webhook's own, and those that
//! `server.additionalClusterIDs` names.
//!
//! STS alone can tell for which cluster a request was signed: it is asked with one id after the
//! other, and with the next only where it said that the signature does not match the one before.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::header::{ACCEPT, InvalidHeaderValue, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use iam_core::cluster::ClusterId;
use tokio::time::Instant;

/// The ids, in the order in which they are tried.
#[derive(Debug)]
pub(super) struct Clusters {
    own: Cluster,
    additional: Vec<Cluster>,
}

/// A cluster, and what goes out with a request that may be signed for it.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) id: Arc<ClusterId>,
    pub(super) headers: HeaderMap,
}

impl Clusters {
    /// The cluster's own id first.
    ///
    /// # Errors
    /// An id that no header can hold.
    pub(super) fn new(
        own: &ClusterId,
        additional: &[ClusterId],
    ) -> Result<Self, InvalidHeaderValue> {
        Ok(Self {
            own: Cluster::new(own)?,
            additional: additional
                .iter()
                .map(Cluster::new)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Whether tokens may be signed for one cluster alone.
    pub(super) fn are_one(&self) -> bool {
        self.additional.is_empty()
    }

    /// Every cluster once; the one that a token is known to be signed for comes first.
    pub(super) fn from<'a>(
        &'a self,
        known: Option<&'a ClusterId>,
    ) -> impl Iterator<Item = &'a Cluster> {
        let all = || std::iter::once(&self.own).chain(&self.additional);
        let is_known = move |cluster: &&Cluster| known == Some(&*cluster.id);
        let others = all().filter(move |cluster| !is_known(cluster));
        all().filter(is_known).chain(others)
    }
}

impl Cluster {
    fn new(id: &ClusterId) -> Result<Self, InvalidHeaderValue> {
        // `Host` is added by the connection, from the URL.
        let mut headers = HeaderMap::new();
        headers.insert("x-k8s-aws-id", HeaderValue::from_str(id.as_str())?);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static("authz-webhook"));
        Ok(Self {
            id: Arc::new(id.clone()),
            headers,
        })
    }
}

/// How many tokens of an access key may be tried with further ids and fit none. Beyond it garbage
/// costs one call, as it does without further ids.
#[derive(Debug)]
pub(super) struct Brake {
    start: Instant,
    /// Until when each slot has used its room, in milliseconds from `start`. A table of fixed
    /// size, indexed by a hash that nobody outside can foresee.
    slots: Box<[AtomicU64]>,
    hasher: RandomState,
}

/// Room for one token, given back on drop unless it is spent.
#[derive(Debug)]
pub(super) struct Charge<'a> {
    slot: &'a AtomicU64,
    spent: bool,
}

impl Brake {
    /// All the room is there.
    pub(super) fn new(start: Instant) -> Self {
        Self {
            start,
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Takes room for a token of this access key, where there is some.
    pub(super) fn charge(&self, access_key: &str, now: Instant) -> Option<Charge<'_>> {
        let hash = self.hasher.hash_one(access_key);
        let slots = u64::try_from(self.slots.len()).ok()?;
        let slot = self
            .slots
            .get(usize::try_from(hash.checked_rem(slots)?).ok()?)?;
        let now = in_milliseconds(now.saturating_duration_since(self.start));
        let more = |used_until: u64| {
            let next = used_until.max(now) + in_milliseconds(RECOVERY);
            (next <= now + BURST * in_milliseconds(RECOVERY)).then_some(next)
        };
        slot.fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .ok()?;
        Some(Charge { slot, spent: false })
    }
}

impl Charge<'_> {
    /// The token fits no cluster.
    pub(super) fn spend(mut self) {
        self.spent = true;
    }
}

impl Drop for Charge<'_> {
    fn drop(&mut self) {
        if !self.spent {
            let less = |used_until: u64| Some(used_until.saturating_sub(in_milliseconds(RECOVERY)));
            // The closure always gives a value.
            let _ = self
                .slot
                .fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
        }
    }
}

fn in_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 2)
}

const SLOTS: usize = 4_096;
/// As many as may be asked about at once.
const BURST: u64 = 128;
/// The time in which room for one token comes back.
const RECOVERY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(clusters: &Clusters, known: Option<&str>) -> Vec<String> {
        let known: Option<ClusterId> = known.map(|id| id.parse().unwrap());
        let order = clusters.from(known.as_ref());
        order.map(|cluster| cluster.id.to_string()).collect()
    }

    #[test]
    fn every_cluster_is_tried_once_and_the_known_one_first() {
        let [own, old, older] = ["own", "old", "older"].map(|id| id.parse().unwrap());
        let clusters = Clusters::new(&own, &[old, older]).unwrap();
        let table = [
            (None, ["own", "old", "older"]),
            (Some("own"), ["own", "old", "older"]),
            (Some("older"), ["older", "own", "old"]),
            (Some("nobody's"), ["own", "old", "older"]),
        ];
        for (known, expected) in table {
            let known = known.filter(|id| !id.contains('\''));
            assert_eq!(ids(&clusters, known), expected, "{known:?}");
        }
        assert!(!clusters.are_one());
        assert!(Clusters::new(&own, &[]).unwrap().are_one());
    }

    #[test]
    fn garbage_of_one_key_uses_up_its_room_and_not_that_of_others() {
        let start = Instant::now();
        let brake = Brake::new(start);
        for _ in 0..BURST {
            brake.charge("AKIAONE", start).unwrap().spend();
        }
        assert!(brake.charge("AKIAONE", start).is_none());
        let others = (0..16).map(|number| format!("AKIAOTHER{number}"));
        let served = others.filter(|key| brake.charge(key, start).is_some());
        assert!(
            served.count() >= 15,
            "two keys may share a slot, all cannot"
        );
        let later = start + RECOVERY;
        brake.charge("AKIAONE", later).unwrap().spend();
        assert!(brake.charge("AKIAONE", later).is_none());
    }

    #[test]
    fn a_token_that_fits_costs_no_room() {
        let start = Instant::now();
        let brake = Brake::new(start);
        for _ in 0..3 * BURST {
            assert!(brake.charge("AKIAONE", start).is_some());
        }
    }
}
