//! `rollback`.

use std::time::SystemTime;

use super::{manner, other_cluster};
use crate::cli::{ClusterArgs, RollbackArgs};
use crate::connection::Cluster;
use crate::error::Error;
use crate::guard::check_connected;
use crate::rollback::{self, Wanted};

/// Restores a state of aws-auth, and tells what was done.
pub(crate) fn rollback(
    arguments: RollbackArgs,
    clock: fn() -> SystemTime,
) -> Result<String, Error> {
    let RollbackArgs {
        to,
        cluster: named,
        caller_arn,
        overrides,
        write,
        connection: ClusterArgs {
            kubeconfig,
            context,
        },
    } = arguments;
    let wanted = Wanted {
        to,
        overrides,
        caller: caller_arn,
        clock,
    };
    crate::runtime()?.block_on(async {
        let cluster = Cluster::connect(kubeconfig.as_deref(), context.as_deref()).await?;
        let other = check_connected(&[], named.as_deref(), &cluster.identity);
        other_cluster(other, overrides)?;
        Ok(rollback::rollback(&cluster, &wanted, manner(write)).await?)
    })
}
