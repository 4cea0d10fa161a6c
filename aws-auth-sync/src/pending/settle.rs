//! What a run does first: it finishes what an earlier one left.

use std::time::{Duration, SystemTime};

use iam_cli::NOTICE;
use k8s_openapi::api::core::v1::ConfigMap;

use super::{Pending, PendingError, revert};
use crate::connection::Cluster;
use crate::owner::Owner;
use crate::plan::report::entries;

/// Whose changes a run does not go beside while they may still be confirmed.
#[derive(Clone, Copy, Debug)]
pub enum WaitFor<'a> {
    /// This owner's.
    Owner(&'a Owner),
    /// Everybody's.
    Everybody,
    /// Nobody's.
    Nobody,
}

/// Undoes the changes of `object` whose deadline is over, and waits for those of others to be
/// confirmed or undone. Returns what is there then.
///
/// # Errors
/// See [`PendingError`].
pub async fn settle(
    cluster: &Cluster,
    mut object: Option<ConfigMap>,
    wait_for: WaitFor<'_>,
    clock: fn() -> SystemTime,
) -> Result<Option<ConfigMap>, PendingError> {
    let mut waited_for = None;
    loop {
        let all = object.as_ref().map_or(Ok(Vec::new()), Pending::of)?;
        let is_over = |pending: &&Pending| pending.deadline.instant() <= clock();
        if let Some(pending) = all.iter().find(is_over) {
            finish(cluster, pending).await?;
        } else if let Some(pending) = all.into_iter().find(|pending| wait_for.covers(pending)) {
            if waited_for.as_ref() != Some(&pending) {
                tell_wait(&pending);
                waited_for = Some(pending);
            }
            tokio::time::sleep(GLANCE).await;
        } else {
            return Ok(object);
        }
        object = cluster.fetch().await?;
    }
}

async fn finish(cluster: &Cluster, pending: &Pending) -> Result<(), PendingError> {
    let Pending {
        owner, deadline, ..
    } = pending;
    let entries = entries(revert(cluster, pending).await?.len());
    tracing::warn!(
        "a change of {owner} was not confirmed by {deadline}, and is rolled back: {entries}"
    );
    Ok(())
}

fn tell_wait(pending: &Pending) {
    let Pending {
        owner, deadline, ..
    } = pending;
    tracing::info!(
        target: NOTICE,
        "a change of {owner} may be confirmed until {deadline}: waiting for that"
    );
}

impl WaitFor<'_> {
    fn covers(self, pending: &Pending) -> bool {
        match self {
            Self::Owner(owner) => pending.owner == *owner,
            Self::Everybody => true,
            Self::Nobody => false,
        }
    }
}

/// Between two looks whether a change is confirmed.
const GLANCE: Duration = Duration::from_millis(500);
