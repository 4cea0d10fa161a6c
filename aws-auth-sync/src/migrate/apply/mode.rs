//! The authentication mode, which must know access entries.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use iam_aws::eks::{AuthenticationMode, ClusterState, Eks};
use iam_core::cluster::ClusterId;
use tokio::time::sleep;

use super::ApplyError;

/// The cluster, once no change of it is under way.
///
/// # Errors
/// When EKS refuses or is not reached, or a change goes on without end.
pub async fn settled(eks: &Eks, name: &ClusterId) -> Result<ClusterState, ApplyError> {
    let mut pauses = pauses();
    loop {
        let state = eks.cluster_state(name).await?;
        match pauses.next() {
            _ if state.status != "UPDATING" => return Ok(state),
            Some(pause) => sleep(pause).await,
            None => return Err(ApplyError::endless(name)),
        }
    }
}

/// Switches the cluster to access entries beside aws-auth, and waits until it is done.
///
/// # Errors
/// When EKS refuses, is not reached, or fails; when it goes on without end.
pub async fn switch(eks: &Eks, name: &ClusterId) -> Result<(), ApplyError> {
    let mode = AuthenticationMode::ApiAndConfigMap;
    let mut update = eks.set_authentication_mode(name, mode).await?;
    let mut pauses = pauses();
    loop {
        match (update.status.as_str(), pauses.next()) {
            ("Successful", _) => return Ok(()),
            ("InProgress", Some(pause)) => sleep(pause).await,
            ("InProgress", None) => return Err(ApplyError::endless(name)),
            _ => {
                let errors = update.errors.into_iter().map(|error| error.error_message);
                return Err(ApplyError::Unswitched {
                    name: name.clone(),
                    status: update.status,
                    message: errors.collect::<Vec<_>>().join("; "),
                });
            }
        }
        update = eks.describe_update(name, &update.id).await?;
    }
}

/// A change takes minutes; these are 20.
fn pauses() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(10))
        .with_max_times(124)
        .build()
}
