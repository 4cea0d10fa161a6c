//! The way back of an unconfirmed change.

use iam_cli::NOTICE;
use k8s_openapi::api::core::v1::ConfigMap;

use super::{Pending, PendingError};
use crate::cluster::{Content, Effect, Written, resource_version};
use crate::connection::Cluster;
use crate::live::Live;
use crate::merge::Change;
use crate::rounds::until_written;
use crate::undo::{Undo, undo};

/// Undoes a change. Returns the entries that changed by it: none where it is undone already, or
/// aws-auth is gone.
///
/// No guard looks at it: it leads back to what was there.
///
/// # Errors
/// See [`PendingError`].
pub async fn revert(cluster: &Cluster, pending: &Pending) -> Result<Vec<Change>, PendingError> {
    let before = match pending.before {
        Some(number) => state(cluster, pending, number).await?,
        None => Live::default(),
    };
    let after = state(cluster, pending, pending.after).await?;
    let round = async || {
        let Some(object) = cluster.fetch().await? else {
            return Ok(Some(Vec::new()));
        };
        let undo = way_back(pending, &before, &after, &object)?;
        write(cluster, undo, &object).await
    };
    let changes = until_written(round).await?;
    cluster.discard(pending.after).await;
    Ok(changes)
}

async fn state(cluster: &Cluster, pending: &Pending, number: u64) -> Result<Live, PendingError> {
    let object = cluster.revision(number).await?;
    let object = object.ok_or_else(|| PendingError::Gone {
        owner: pending.owner.clone(),
        number,
    })?;
    Ok(Live::of(&object)?)
}

/// What undoes the change in `object`, and takes its mark off.
fn way_back(
    pending: &Pending,
    before: &Live,
    after: &Live,
    object: &ConfigMap,
) -> Result<Undo, PendingError> {
    let mut undo = undo(before, after, &Live::of(object)?)?;
    match pending.mark_on(object) {
        Some(mark) if *mark == pending.value() => {
            undo.content.annotations.insert(pending.annotation(), None);
        }
        // A later change waits: this one has been ended.
        Some(_) => undo.content = Content::default(),
        // Somebody has stripped the annotations.
        None => {}
    }
    Ok(undo)
}

/// The entries that changed; `None` where somebody else wrote in between.
async fn write(
    cluster: &Cluster,
    undo: Undo,
    object: &ConfigMap,
) -> Result<Option<Vec<Change>>, PendingError> {
    if undo.content.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let version = resource_version(object);
    match cluster
        .patch(&undo.content, &version, Effect::Lasting)
        .await?
    {
        Written::Conflict => Ok(None),
        Written::Done(_) => {
            for entry in &undo.kept {
                let (section, name) = (entry.identity.section(), entry.name());
                tracing::info!(
                    target: NOTICE,
                    "{section} {} stays as somebody else has changed it", name.escape_default(),
                );
            }
            Ok(Some(undo.changes))
        }
    }
}
