//! `apply`.

use std::path::Path;

use super::wanted::wanted;
use super::{manner, other_cluster};
use crate::apply;
use crate::cli::{ApplyArgs, ChangeArgs, ClusterArgs};
use crate::connection::Cluster;
use crate::error::Error;
use crate::guard::check_connected;
use crate::input;
use crate::plan::Wanted;
use crate::plan::saved::{Reviewed, Saved};

/// Writes aws-auth, and tells what was done.
pub(crate) fn apply(arguments: ApplyArgs) -> Result<String, Error> {
    let ApplyArgs {
        files,
        plan,
        change,
        write,
        cluster,
    } = arguments;
    let (wanted, named, reviewed) = match plan {
        Some(path) => saved(&path, change)?,
        None => {
            let (wanted, named) = wanted(&input::read(&files)?, change)?;
            (wanted, named, None)
        }
    };
    let ClusterArgs {
        kubeconfig,
        context,
    } = cluster;
    crate::runtime()?.block_on(async {
        let cluster = Cluster::connect(kubeconfig.as_deref(), context.as_deref()).await?;
        let clusters = &wanted.desired.clusters;
        let other = check_connected(clusters, named.as_deref(), &cluster.identity);
        other_cluster(other, wanted.overrides)?;
        let done = apply::apply(&cluster, &wanted, manner(write), reviewed.as_ref()).await?;
        Ok(done.to_string())
    })
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
    } = Saved::read(&input::read_one(path)?)?;
    let wanted = Wanted {
        owner,
        desired,
        acknowledged,
        policy,
        overrides: change.overrides,
        caller: change.caller_arn,
    };
    Ok((wanted, change.cluster, Some(reviewed)))
}
