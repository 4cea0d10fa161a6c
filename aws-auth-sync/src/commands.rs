//! The commands: from their arguments to what they print.

mod apply;
mod desk;
mod entrance;
mod explain;
mod export;
mod history;
mod lint;
mod migrate;
mod plan;
mod policies;
mod principals;
mod render;
mod report;
mod rollback;
mod wanted;
mod watch;

use std::path::{Path, PathBuf};

pub(crate) use apply::apply;
pub(crate) use explain::explain;
pub(crate) use export::export;
pub(crate) use history::history;
pub(crate) use lint::lint;
pub(crate) use migrate::migrate;
pub(crate) use plan::plan;
pub(crate) use policies::policies;
pub(crate) use render::render;
pub(crate) use report::report;
pub(crate) use rollback::rollback;
pub(crate) use wanted::wanted;
pub(crate) use watch::watch;

use iam_core::aws_auth::{Document, Section};

use crate::access_entries::AccessEntries;
use crate::apply::{Absent, Manner, Trial};
use crate::cli::{ClusterArgs, DryRun, WriteArgs};
use crate::connection::Cluster;
use crate::desired;
use crate::error::Error;
use crate::guard::{Guard, Overrides};
use crate::history::Backups;
use crate::input::{self, InputError};
use crate::lint::Live;
use crate::live_file::LiveFile;
use crate::plan::Refusal;
use crate::rbac::Rbac;
use crate::render::Data;
use crate::report::NO_BINDING;
use crate::subject::{LIVE, Subject};

/// What a list that the consumer cannot read is here.
#[derive(Clone, Copy, PartialEq)]
enum Unreadable {
    /// A list without entries, as the consumer takes it.
    Empty,
    /// An error.
    Refused,
}

/// Files whose entries can be told: what is not YAML, or no source, is an error here.
fn readable(subjects: &[Subject], unreadable: Unreadable) -> Result<(), Error> {
    for subject in subjects {
        for remark in &subject.remarks {
            let is_lost = subject.parts.is_empty() || unreadable == Unreadable::Refused;
            if is_lost && LOST.contains(&remark.code()) {
                let place = format!(
                    "{}:{}:{}",
                    subject.file, remark.position.line, remark.position.column
                );
                return Err(Error::Unreadable {
                    place,
                    message: remark.message.clone(),
                });
            }
            if remark.severity == crate::lint::Severity::Error {
                let section = remark.section.map_or("", Section::key);
                tracing::warn!(
                    "{}:{}:{}: {section} {}",
                    subject.file,
                    remark.position.line,
                    remark.position.column,
                    remark.message
                );
            }
        }
    }
    Ok(())
}

/// The access entries of the files that are named, if any are.
fn access_entries(files: &[PathBuf]) -> Result<AccessEntries, Error> {
    let entries = AccessEntries::read(&input::read(files)?)?;
    for remark in entries.remarks() {
        tracing::warn!("{remark}");
    }
    Ok(entries)
}

/// RBAC as the files have it.
fn rbac_of_files(subjects: &[Subject]) -> Result<Rbac, Error> {
    let objects = subjects.iter().flat_map(|subject| &subject.rbac).cloned();
    let rbac = Rbac::of_files(objects)?;
    if rbac.bindings.is_empty() {
        tracing::warn!("{NO_BINDING}");
    }
    Ok(rbac)
}

/// The rules that a list, or a whole file, is lost by.
const LOST: [&str; 7] = ["D01", "D02", "D03", "D04", "D06", "F01", "T03"];

async fn connect(cluster: &ClusterArgs) -> Result<Cluster, Error> {
    let ClusterArgs {
        kubeconfig,
        context,
    } = cluster;
    Ok(Cluster::connect(kubeconfig.as_deref(), context.as_deref()).await?)
}

/// What lint wants to know of a cluster.
fn look(cluster: &ClusterArgs) -> Result<Live, Error> {
    crate::runtime()?.block_on(async {
        let cluster = connect(cluster).await?;
        let rbac = cluster.fetch_rbac().await.map_err(Error::Look)?;
        cluster.fetch_live(&rbac).await.map_err(Error::Look)
    })
}

/// The aws-auth of a cluster, if it has one, and what its consumer reads; what that cannot read is
/// warned of.
async fn fetch(cluster: &Cluster) -> Result<Option<(Data, Document)>, Error> {
    let Some(found) = cluster.fetch().await.map_err(Error::Fetch)? else {
        return Ok(None);
    };
    let data = found.data.unwrap_or_default();
    let document = Document::parse(&desired::sections(&data));
    tell_diagnostics(LIVE, &document);
    Ok(Some((data, document)))
}

/// Warns of what the consumer cannot read.
fn tell_diagnostics(place: &str, document: &Document) {
    for found in &document.diagnostics {
        tracing::warn!("{place}: {found}");
    }
}

/// The aws-auth of a file; stdin is read for one thing only.
fn live_file(path: &Path, files: &[PathBuf]) -> Result<LiveFile, Error> {
    if files
        .iter()
        .any(|file| file == path && file.as_os_str() == "-")
    {
        return Err(InputError::StdinTwice.into());
    }
    Ok(LiveFile::read(input::read_one(path)?)?)
}

fn manner(arguments: WriteArgs) -> Manner {
    let WriteArgs {
        create,
        dry_run,
        keep_backups,
        no_backup,
    } = arguments;
    Manner {
        absent: if create {
            Absent::Create
        } else {
            Absent::Refuse
        },
        trial: match dry_run {
            None => Trial::No,
            Some(DryRun::Client) => Trial::Told,
            Some(DryRun::Server) => Trial::Asked,
        },
        backups: if no_backup {
            Backups::Off
        } else {
            Backups::Keep(keep_backups.into())
        },
    }
}

/// Refuses another cluster, unless the flag for it is given.
pub(crate) fn other_cluster(other: Option<Guard>, overrides: Overrides) -> Result<(), Error> {
    match other {
        None => Ok(()),
        Some(guard) if overrides.allows(guard.code) => {
            guard.tell_passed();
            Ok(())
        }
        Some(guard) => Err(Error::Refused(Refusal::Guarded(vec![guard]))),
    }
}
