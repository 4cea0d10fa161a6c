//! What is known of the other way into the cluster.

use std::time::SystemTime;

use iam_aws::eks::AuthenticationMode;
use iam_aws::settings::Named;
use iam_core::error_chain::ErrorChain;

use super::desk::{Desk, region, target};
use crate::cli::{Cli, EntranceArgs};
use crate::connection::ClusterIdentity;
use crate::error::Error;
use crate::migrate::Target;
use crate::migrate::apply::ApplyError;
use crate::plan::Wanted;
use crate::warning::Entrance;

/// Reads files of access entries, and asks EKS where that is wanted: about the cluster that the
/// flag names, else the first ARN of what --cluster, the sources and the kubeconfig name. What EKS
/// does not answer is only not known.
pub(super) fn entrance(
    arguments: &EntranceArgs,
    wanted: &Wanted,
    named: Option<&str>,
    connected: Option<&ClusterIdentity>,
    clock: fn() -> SystemTime,
) -> Result<Entrance, Error> {
    let files = super::access_entries(&arguments.access_entries)?;
    let entrance = Entrance::of_files(&files);
    let Some(flag) = &arguments.ask_eks else {
        return Ok(entrance);
    };
    let of_sources = wanted.desired.clusters.iter();
    let of_sources = of_sources.map(|cluster| cluster.value.as_str());
    let of_kubeconfig = connected.and_then(|identity| match identity {
        ClusterIdentity::Named { name, .. } => Some(name.as_str()),
        ClusterIdentity::Own { .. } => None,
    });
    let mut names = named.into_iter().chain(of_sources).chain(of_kubeconfig);
    let named = || names.find_map(|name| name.parse().ok()).map(Target::Arn);
    let cluster = flag.clone().or_else(named).ok_or(Error::NoEksCluster)?;
    asked(&entrance, &cluster, arguments, clock).or_else(|error| {
        let error = ErrorChain(&error);
        tracing::warn!("nothing is known of what makes aws-auth idle (C08, C09): {error}");
        Ok(entrance)
    })
}

fn asked(
    entrance: &Entrance,
    cluster: &Target,
    arguments: &EntranceArgs,
    clock: fn() -> SystemTime,
) -> Result<Entrance, ApplyError> {
    let environment = Cli::aws_environment()?;
    let region = region(cluster, arguments.region.clone())?;
    let named = Named {
        region: region.as_ref(),
        profile: arguments.profile.as_deref(),
        cluster: None,
    };
    let desk = Desk::open(cluster, named, &environment, clock)?;
    desk.ask(async |eks| {
        let state = eks.cluster_state(desk.name).await?;
        let cluster = target(cluster, &state)?;
        let principals = match state.mode {
            AuthenticationMode::ConfigMap => Vec::new(),
            AuthenticationMode::ApiAndConfigMap | AuthenticationMode::Api => {
                eks.access_entries(desk.name).principals().await?
            }
        };
        Ok(entrance
            .clone()
            .and_eks(cluster.name(), state.mode, &principals))
    })
}
