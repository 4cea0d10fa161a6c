//! Makes aws-auth, the ConfigMap that maps AWS IAM principals to Kubernetes users and groups, from
//! declarative files.
//!
//! Input: files in the native format or manifests of the ConfigMap. stdout: `render` prints the
//! manifest, `apply` a line for each changed entry and one for the result, `lint`, `explain`,
//! `export`, `migrate`, `policies` and `schema` their documents. stderr: what is
//! wrong with the sources as `FILE:LINE:COLUMN: …`, warnings, and one line for an error with its remedy.
//! Exit codes: 0 done or nothing to do, 1 error, 2 usage, 3 the sources are invalid, 4 the live
//! aws-auth is not ours to change or changed meanwhile, 5 a guard refused.

pub mod access_entries;
pub mod apply;
pub mod call;
pub mod cli;
pub mod cluster;
pub mod combined;
mod commands;
pub mod connection;
pub mod desired;
pub mod error;
pub mod explain;
pub mod export;
pub mod finding;
pub mod guard;
pub mod input;
pub mod lint;
pub mod migrate;
pub mod owner;
pub mod ownership;
pub mod plan;
pub mod plugin;
pub mod policies;
pub mod proxy;
pub mod rbac;
pub mod render;
pub mod rights;
mod rule_told;
mod shown;
pub mod source;
pub mod subject;

use std::io::Write as _;
use std::process::ExitCode;

use apply::{Absent, Wanted};
use clap::CommandFactory as _;
use cli::{ApplyArgs, Cli, ClusterArgs, Command, MigrateArgs, RenderArgs, SourceArgs};
use connection::Cluster;
use desired::Desired;
use error::Error;
use finding::Finding;
use ownership::Record;

/// Runs the program.
///
/// # Errors
/// See [`Error`].
pub fn run(cli: Cli) -> Result<ExitCode, Error> {
    let mut code = ExitCode::SUCCESS;
    let output = match cli.command {
        Command::Lint(arguments) => {
            let (output, found) = commands::lint(arguments)?;
            code = found;
            output
        }
        Command::Explain(arguments) => commands::explain(arguments)?,
        Command::Export(arguments) => commands::export(arguments)?,
        Command::Migrate(MigrateArgs { command }) => {
            let (output, found) = commands::migrate(command)?;
            code = found;
            output
        }
        Command::Policies(arguments) => commands::policies(arguments)?,
        Command::Schema => SCHEMA.to_owned(),
        Command::Render(RenderArgs { sources }) => render(sources)?,
        Command::Apply(arguments) => apply(arguments)?,
        Command::Definition(wanted) => wanted.print(Cli::command())?,
    };
    std::io::stdout()
        .write_all(output.as_bytes())
        .map_err(Error::Stdout)?;
    Ok(code)
}

/// The JSON Schema of the native format.
pub const SCHEMA: &str = include_str!("schema.json");

fn render(sources: SourceArgs) -> Result<String, Error> {
    let (desired, cluster) = load(sources)?;
    guard::check_named(&desired.clusters, cluster.as_deref())?;
    let record = desired
        .owner
        .as_ref()
        .map(|owner| Record::new(owner, &desired.data));
    Ok(render::manifest(&desired.data, record.as_ref()))
}

fn apply(arguments: ApplyArgs) -> Result<String, Error> {
    let ApplyArgs {
        sources,
        create,
        cluster: ClusterArgs {
            kubeconfig,
            context,
        },
    } = arguments;
    let (desired, named) = load(sources)?;
    let owner = desired.owner.as_ref().ok_or(Error::NoOwner)?;
    runtime()?.block_on(async {
        let cluster = Cluster::connect(kubeconfig.as_deref(), context.as_deref()).await?;
        guard::check_connected(&desired.clusters, named.as_deref(), &cluster.identity)?;
        let absent = if create {
            Absent::Create
        } else {
            Absent::Refuse
        };
        let wanted = Wanted {
            owner,
            data: &desired.data,
            absent,
        };
        Ok(apply::apply(&cluster, &wanted).await?)
    })
}

/// What talks to a cluster runs on this.
fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    // A second installation in one process keeps the first provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(Error::Runtime)
}

/// Reads and checks the sources; what `--cluster` says comes along.
fn load(arguments: SourceArgs) -> Result<(Desired, Option<String>), Error> {
    let SourceArgs {
        files,
        owner,
        cluster,
    } = arguments;
    let inputs = input::read(&files)?;
    let mut findings = Vec::new();
    let sources = inputs
        .iter()
        .flat_map(|input| source::parse(input, &mut findings))
        .collect();
    let desired = Desired::new(sources, owner, &mut findings);
    report(findings)?;
    if desired.data.is_empty() {
        return Err(Error::Nothing);
    }
    Ok((desired, cluster))
}

/// Says what was found; a single error is left to be the program's last word.
fn report(findings: Vec<Finding>) -> Result<(), Error> {
    let (mut errors, warnings): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(Finding::is_error);
    for warning in warnings {
        tracing::warn!("{}", warning.with_hint());
    }
    match (errors.len(), errors.pop()) {
        (_, None) => Ok(()),
        (1, Some(error)) => Err(Error::Source(error)),
        (count, Some(last)) => {
            for error in errors.iter().chain([&last]) {
                tracing::error!("{}", error.with_hint());
            }
            Err(Error::Sources { count })
        }
    }
}
