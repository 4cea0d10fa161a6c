//! `check`: why kubectl would fail, step by step, each step resting on those before it.

mod cause;
mod credential;
mod entry;
mod kuberc;
mod leftovers;
mod plugin;
mod report;
mod server;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::cli::{CheckArgs, Environment, ReportFormat};
use crate::eks::Aws;
use crate::merged::Exec;
use crate::records::Records;
use crate::target::{Files, TargetError};
pub(crate) use report::Report;
use report::Step;

/// What `check` works on.
#[derive(Debug)]
pub(crate) struct CheckOptions {
    files: Files,
    context: Option<String>,
    aws_auth: Option<PathBuf>,
    kuberc: Option<PathBuf>,
    records: Option<Records>,
    path: Option<OsString>,
    output: ReportFormat,
}

impl CheckOptions {
    /// Joins the arguments with the environment.
    pub(crate) fn new(
        arguments: CheckArgs,
        environment: &Environment,
    ) -> Result<Self, TargetError> {
        let CheckArgs {
            context,
            kubeconfig,
            aws_auth,
            output,
        } = arguments;
        Ok(Self {
            files: environment.files(kubeconfig)?,
            context,
            aws_auth,
            kuberc: environment.kuberc_path(),
            records: environment.records(),
            path: environment.path.clone(),
            output,
        })
    }
}

/// What was found, and whether something is wrong.
pub(crate) fn check(options: &CheckOptions, aws: &Aws<'_>) -> Report {
    let mut report = Report::new(options.output);
    // A step that cannot be passed ends the walk; the report says why.
    let _ = walk(&mut report, options, aws);
    report
}

fn walk(report: &mut Report, options: &CheckOptions, aws: &Aws<'_>) -> Option<()> {
    let merged = report.pass(entry::files(options))?;
    for step in leftovers::find(&merged, options) {
        report.note(step);
    }
    let chosen = report.pass(entry::context(&merged, options))?;
    let exec = report.pass(entry::stanza(&chosen))?;
    let program = report.pass(plugin::locate(exec, chosen.user?, options.path.as_deref()))?;
    // What the user does not let kubectl run is not run here either.
    report.allow(kuberc::allowed(exec, &program, options))?;
    let bearer = report.pass(credential::obtain(exec, &program, aws))?;
    let cluster = chosen.cluster?;
    let caller = report.steps(credential::caller(exec, &bearer, cluster, aws));
    let answer = report.steps(server::ask(cluster, &bearer, aws))?;
    let asked = cause::Asked {
        exec,
        cluster,
        options,
        aws,
    };
    report.note(asked.verdict(&answer, caller.as_ref()));
    Some(())
}

/// What a step gives to the next, and what it has to say.
type Passed<T> = Result<(T, Step), Step>;

/// The cluster's name as the stanza gives it to the plugin.
fn cluster_of(exec: &Exec) -> Option<&str> {
    exec.argument(&["--cluster-name", "--cluster-id", "-i"])
}

fn listed(names: &[&str]) -> String {
    match names.len() {
        0 => "there is none".to_owned(),
        1..=8 => format!("there are {}", names.join(", ")),
        more => format!("there are {more}"),
    }
}
