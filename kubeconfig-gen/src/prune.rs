//! `prune`: drops the entries of clusters that no longer exist.
//!
//! A cluster is gone when EKS says so, `ResourceNotFoundException`, to somebody whom STS calls a
//! member of the account in the cluster's ARN. Silence, errors, refusals and answers to other
//! accounts leave its entries where they are.

mod ask;
mod plan;
mod write;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use iam_core::cluster::ClusterArn;

use crate::cli::{Environment, PruneArgs};
use crate::eks::Aws;
use crate::error::Error;
use crate::names::Profile;
use crate::target::{self, TargetError};
use ask::Verdict;
use plan::{Doomed, FileText, Removal};

/// What `prune` works on.
#[derive(Debug)]
pub(crate) struct PruneOptions {
    files: Vec<PathBuf>,
    /// Who asks about entries that name no profile.
    profile: Option<Profile>,
    effect: Effect,
}

/// Whether files change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Effect {
    Write,
    DryRun,
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
            dry_run,
        } = arguments;
        let home = environment.home.as_deref();
        Ok(Self {
            files: target::list(kubeconfig, environment.kubeconfig.as_deref(), home)?,
            profile,
            effect: if dry_run {
                Effect::DryRun
            } else {
                Effect::Write
            },
        })
    }
}

/// Asks about every cluster that the files name by its ARN, and drops those that are gone. What it
/// returns is for stdout; the exit code is 0 where every one of them was answered for.
///
/// # Errors
/// When a file cannot be read, edited or written. Files are written one after the other, each
/// whole.
pub(crate) fn run(options: &PruneOptions, aws: &Aws<'_>) -> Result<(String, ExitCode), Error> {
    let files = FileText::load(&options.files)?;
    let clusters = plan::clusters(&files);
    if clusters.is_empty() {
        tracing::info!(target: iam_cli::NOTICE, "no entry is named by the ARN of a cluster");
    }
    let (mut gone, mut code) = (BTreeSet::new(), ExitCode::SUCCESS);
    for (arn, verdict) in ask::ask(&clusters, options.profile.as_ref(), aws) {
        match verdict {
            Verdict::There => {}
            Verdict::Gone => {
                gone.insert(arn.to_string());
            }
            Verdict::Unknown(why) => {
                tracing::warn!("{arn} stays: {why}");
                code = ExitCode::FAILURE;
            }
        }
    }
    let doomed = Doomed::of(&gone, &files);
    let mut removals = Vec::new();
    // All are planned before the first is written.
    for file in &files {
        removals.extend(doomed.removal(file)?);
    }
    let mut text = String::new();
    for removal in &removals {
        if options.effect == Effect::Write {
            write::write(removal)?;
        }
        text += &said(removal, options.effect);
    }
    Ok((text, code))
}

fn said(removal: &Removal, effect: Effect) -> String {
    let verb = match effect {
        Effect::Write => "Removed",
        Effect::DryRun => "Would remove",
    };
    let path = removal.path.display();
    let lines = removal
        .names
        .iter()
        .map(|(kind, name)| format!("{verb} {kind} {name} from {path}\n"));
    lines.collect()
}

/// A cluster that the files name, and how its users sign in.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    arn: ClusterArn,
    /// The profile of the first user that names one.
    profile: Option<String>,
    /// The role of the same user.
    role: Option<String>,
}
