//! `plan`.

use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use iam_cli::{NOTICE, file};
use iam_core::error_chain::ErrorChain;
use k8s_openapi::api::core::v1::ConfigMap;

use super::entrance::entrance;
use super::wanted::wanted;
use super::{connect, live_file, other_cluster};
use crate::cli::PlanArgs;
use crate::connection::Cluster;
use crate::error::Error;
use crate::guard::{Facts, Nodes, check_connected, check_named};
use crate::input;
use crate::live::Live;
use crate::live_file::LiveFile;
use crate::pending::{Pending, WaitFor, settle};
use crate::plan::{Draft, Plan, Wanted, report, saved};

/// The plan, and what it comes to.
pub(crate) fn plan(
    arguments: PlanArgs,
    clock: fn() -> SystemTime,
) -> Result<(String, ExitCode), Error> {
    let PlanArgs {
        files,
        change,
        live_file: path,
        cluster,
        output,
        out,
        entrance: beside,
    } = arguments;
    let file = path.map(|path| live_file(&path, &files)).transpose()?;
    let (mut wanted, named) = wanted(&input::read(&files)?, change)?;
    let names = named.as_deref();
    let (plan, cluster) = match file {
        Some(file) => {
            wanted.entrance = entrance(&beside, &wanted, names, None, clock)?;
            (offline(&file, &wanted, names)?, named)
        }
        None => {
            let runtime = crate::runtime()?;
            let cluster = runtime.block_on(connect(&cluster))?;
            let identity = &cluster.identity;
            let other = check_connected(&wanted.desired.clusters, names, identity);
            other_cluster(other, wanted.overrides)?;
            wanted.entrance = entrance(&beside, &wanted, names, Some(identity), clock)?;
            let plan = runtime.block_on(asked(&wanted, &cluster, clock))?;
            (plan, Some(identity.server().to_owned()))
        }
    };
    for guard in &plan.passed {
        guard.tell_passed();
    }
    let text = report::render(&plan, output);
    let code = code(&plan);
    if let Some(out) = out {
        keep(&plan, &wanted, cluster, &out)?;
    }
    Ok((text, code))
}

/// A plan for the aws-auth of a file.
pub(super) fn offline(
    file: &LiveFile,
    wanted: &Wanted,
    named: Option<&str>,
) -> Result<Plan, Error> {
    let draft = Draft::new(wanted, &file.live).map_err(Error::Text)?;
    let facts = Facts {
        caller: wanted.caller.clone(),
        nodes: Nodes::Unknown("no cluster was asked".to_owned()),
    };
    let other = check_named(&wanted.desired.clusters, named);
    Ok(draft.guarded(&facts, other))
}

/// A plan for the aws-auth of a cluster.
async fn asked(
    wanted: &Wanted,
    cluster: &Cluster,
    clock: fn() -> SystemTime,
) -> Result<Plan, Error> {
    let object = cluster.fetch().await.map_err(Error::Fetch)?;
    let object = settled(cluster, object, clock).await;
    let live = object.as_ref().map(Live::of).transpose();
    let live = live.map_err(Error::Record)?;
    if live.is_none() {
        tracing::info!(target: NOTICE, "the cluster has no aws-auth: apply makes it with --create");
    }
    let live = live.unwrap_or_default();
    let draft = Draft::new(wanted, &live).map_err(Error::Text)?;
    let facts = if draft.writes() {
        let facts = cluster.observe(wanted.caller.as_ref()).await;
        facts.map_err(Error::Fetch)?
    } else {
        Facts::default()
    };
    Ok(draft.guarded(&facts, None))
}

/// What is there after the changes are undone that nobody has confirmed in time. Whoever plans may
/// not be allowed to write.
async fn settled(
    cluster: &Cluster,
    object: Option<ConfigMap>,
    clock: fn() -> SystemTime,
) -> Option<ConfigMap> {
    match settle(cluster, object.clone(), WaitFor::Nobody, clock).await {
        Ok(object) => {
            let pending = object.as_ref().map(Pending::of).and_then(Result::ok);
            for Pending {
                owner, deadline, ..
            } in pending.iter().flatten()
            {
                tracing::info!(
                    target: NOTICE,
                    "a change of {owner} is there that may go again: it waits until {deadline} to be \
                     confirmed"
                );
            }
            object
        }
        Err(error) => {
            tracing::warn!(
                "a change that was not confirmed stays: {}",
                ErrorChain(&error)
            );
            object
        }
    }
}

fn code(plan: &Plan) -> ExitCode {
    match plan.refusal() {
        Some(refusal) => ExitCode::from(refusal.exit_code()),
        None if plan.writes() => ExitCode::from(2),
        None => ExitCode::SUCCESS,
    }
}

/// Writes the plan to a file, if it can be carried out.
fn keep(plan: &Plan, wanted: &Wanted, cluster: Option<String>, out: &Path) -> Result<(), Error> {
    if plan.refusal().is_some() {
        tracing::warn!("{} is not written: the plan is refused", out.display());
        return Ok(());
    }
    let cluster = cluster.or_else(|| {
        let first = wanted.desired.clusters.first();
        first.map(|cluster| cluster.value.clone())
    });
    let text = saved::write(plan, wanted, cluster);
    file::replace(out, text.as_bytes(), file::Mode::Public).map_err(Error::SavePlan)
}
