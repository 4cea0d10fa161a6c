//! `apply`.

use std::path::Path;
use std::time::SystemTime;

use super::entrance::entrance;
use super::wanted::wanted;
use super::{connect, manner, other_cluster};
use crate::apply::{self, ApplyError, Order};
use crate::cli::{ApplyArgs, ChangeArgs};
use crate::confirm::{Ending, Timeout, confirm};
use crate::connection::Cluster;
use crate::error::Error;
use crate::guard::check_connected;
use crate::input::{self, InputError};
use crate::known::Warned;
use crate::pending::Pending;
use crate::plan::Wanted;
use crate::plan::report::{entries, listed};
use crate::plan::saved::{Reviewed, Saved};
use crate::warning::Entrance;

/// Writes aws-auth, and tells what was done.
pub(crate) fn apply(arguments: ApplyArgs, clock: fn() -> SystemTime) -> Result<String, Error> {
    let ApplyArgs {
        files,
        plan,
        change,
        confirm_timeout,
        write,
        cluster,
        entrance: beside,
    } = arguments;
    if confirm_timeout.is_some() && files.iter().any(|file| file.as_os_str() == "-") {
        return Err(InputError::StdinTwice.into());
    }
    let (mut wanted, named, reviewed) = match plan {
        Some(path) => saved(&path, change)?,
        None => {
            let (wanted, named) = wanted(&input::read(&files)?, change)?;
            (wanted, named, None)
        }
    };
    let runtime = crate::runtime()?;
    let cluster = runtime.block_on(connect(&cluster))?;
    let clusters = &wanted.desired.clusters;
    let other = check_connected(clusters, named.as_deref(), &cluster.identity);
    other_cluster(other, wanted.overrides)?;
    let identity = Some(&cluster.identity);
    wanted.entrance = entrance(&beside, &wanted, named.as_deref(), identity, clock)?;
    runtime.block_on(async {
        let order = Order {
            wanted: &wanted,
            manner: manner(write),
            reviewed: reviewed.as_ref(),
            confirm_within: confirm_timeout.map(Timeout::duration),
            warned: &Warned::default(),
            clock,
        };
        let done = apply::apply(&cluster, &order).await;
        let done = done.inspect_err(ApplyError::tell)?;
        match (done.pending(), confirm_timeout) {
            (Some(pending), Some(timeout)) => {
                iam_cli::stdout::print(&done.to_string())?;
                confirmed(&cluster, pending, timeout).await
            }
            (Some(_), None) | (None, _) => Ok(done.to_string()),
        }
    })
}

/// Has a change confirmed, and tells how that ended.
async fn confirmed(
    cluster: &Cluster,
    pending: &Pending,
    timeout: Timeout,
) -> Result<String, Error> {
    match confirm(cluster, pending, timeout).await? {
        Ending::Kept { version } => Ok(format!(
            "the change is confirmed, at resourceVersion {version}\n"
        )),
        Ending::Undone { reason, changes } => {
            let last = format!("aws-auth is rolled back: {}", entries(changes.len()));
            iam_cli::stdout::print(&listed(&changes, &last))?;
            Err(Error::Unconfirmed(reason))
        }
    }
}

/// A plan that was looked at, with what the command line adds to it.
fn saved(
    path: &Path,
    change: ChangeArgs,
) -> Result<(Wanted, Option<String>, Option<Reviewed>), Error> {
    let Saved {
        owner,
        desired,
        acknowledged,
        policy,
        reviewed,
        passed,
    } = Saved::read(&input::read_one(path)?)?;
    let wanted = Wanted {
        owner,
        desired,
        acknowledged,
        policy,
        overrides: change.overrides,
        reviewed: passed,
        caller: change.caller_arn,
        entrance: Entrance::default(),
    };
    Ok((wanted, change.cluster, Some(reviewed)))
}
