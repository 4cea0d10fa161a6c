//! `prune`: drops the entries of clusters that no longer exist.
//!
//! A cluster is gone when EKS says so, `ResourceNotFoundException`, to somebody whom STS calls a
//! member of the account in the cluster's ARN. Silence, errors, refusals, answers to other accounts
//! and answers of whoever stands in for AWS leave its entries where they are.

mod ask;
mod plan;

use std::collections::BTreeSet;
use std::process::ExitCode;

use iam_core::cluster::ClusterArn;
use iam_core::excerpt::Shown;

use crate::cli::{Environment, PruneArgs};
use crate::eks::Aws;
use crate::error::Error;
use crate::kubeconfig::Kind;
use crate::names::Profile;
use crate::records::Records;
use crate::store::{self, Texts};
use crate::target::{Files, TargetError};
use ask::{Asker, Verdict};
use plan::Removed;

/// What `prune` works on.
#[derive(Debug)]
pub(crate) struct PruneOptions {
    files: Files,
    /// Who asks about entries that name no profile.
    profile: Option<Profile>,
    trust: Trust,
    records: Option<Records>,
    /// Say what would go, and write nothing.
    dry_run: bool,
}

/// Whose word counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Trust {
    /// AWS's, at its own hosts.
    Aws,
    /// That of whoever answers at the URLs of the settings, too.
    Settings,
}

/// A cluster that the files name, and how its users sign in.
#[derive(Clone, Debug)]
struct Named {
    arn: ClusterArn,
    /// The servers of its entries.
    servers: BTreeSet<String>,
    /// The profile of the first user that names one.
    profile: Option<String>,
    /// The role of the same user.
    role: Option<String>,
}

impl PruneOptions {
    /// Joins the arguments with the environment.
    pub(crate) fn new(
        arguments: PruneArgs,
        environment: &Environment,
    ) -> Result<Self, TargetError> {
        let PruneArgs {
            kubeconfig,
            profile,
            trust_endpoint_url,
            dry_run,
        } = arguments;
        Ok(Self {
            files: environment.files(kubeconfig)?,
            profile,
            trust: if trust_endpoint_url {
                Trust::Settings
            } else {
                Trust::Aws
            },
            records: environment.records(),
            dry_run,
        })
    }
}

impl PruneOptions {
    /// A context that went is not missed.
    fn forget(&self, Removed { kind, name, path }: &Removed) {
        if let Some(records) = &self.records
            && *kind == Kind::Context.key()
        {
            records.drop_of(path, name);
        }
    }
}

/// Asks about every cluster that the files name by its ARN, and drops those that are gone. What it
/// returns is for stdout; the exit code is 0 where every one of them was answered for.
///
/// # Errors
/// When a file cannot be read, edited or written. Files are written one after the other, each
/// whole.
pub(crate) fn run(options: &PruneOptions, aws: &Aws<'_>) -> Result<(String, ExitCode), Error> {
    let clusters = plan::clusters(&Texts::read(&options.files)?)?;
    if clusters.is_empty() {
        tracing::info!(target: iam_cli::NOTICE, "no entry is named by the ARN of a cluster");
    }
    let asker = Asker {
        profile: options.profile.as_ref(),
        trust: options.trust,
        aws,
    };
    let (mut gone, mut code) = (Vec::new(), ExitCode::SUCCESS);
    for (cluster, verdict) in asker.ask(&clusters) {
        match verdict {
            Verdict::There => {}
            Verdict::Gone => gone.push(cluster),
            Verdict::Unknown(why) => {
                tracing::warn!("{} stays: {why}", cluster.arn);
                code = ExitCode::FAILURE;
            }
        }
    }
    let read = || Texts::read(&options.files);
    let plan = |texts: &Texts| plan::plan(texts, &gone);
    let (verb, removed) = if options.dry_run {
        ("Would remove", plan(&read()?)?.1)
    } else {
        let removed = store::under_locks(read, plan)?;
        for one in &removed {
            options.forget(one);
        }
        ("Removed", removed)
    };
    let said = removed.iter().map(|Removed { kind, name, path }| {
        let (name, path) = (Shown(name), path.display());
        format!("{verb} {kind} {name} from {path}\n")
    });
    Ok((said.collect(), code))
}
