//! Why the program stops, with exit codes and remedies.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use iam_cli::Failure;
use iam_cli::definition::DefinitionError;
use iam_cli::file::FileError;
use iam_cli::stdout::StdoutError;
use thiserror::Error;

use crate::access_entries::AccessEntriesError;
use crate::apply::ApplyError;
use crate::call::CallError;
use crate::confirm::{self, ConfirmError};
use crate::connection::ConnectError;
use crate::edit::TextError;
use crate::finding::Finding;
use crate::input::InputError;
use crate::live_file::LiveFileError;
use crate::migrate::{self, ArnMapError};
use crate::origin::OriginError;
use crate::plan::Refusal;
use crate::plan::saved::SavedError;
use crate::rbac::TooManyGather;
use crate::record::RecordError;
use crate::rollback::RollbackError;

/// Why the program stops.
#[derive(Debug, Error)]
pub enum Error {
    /// A source cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Objects of the cluster are no sources.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// One thing is wrong with the sources.
    #[error("{0}")]
    Source(Finding),
    /// Several things are; each has been reported.
    #[error("check the sources: {count} errors")]
    Sources {
        /// How many.
        count: usize,
    },
    /// The sources declare nothing.
    #[error("check the sources: they declare no role, user or account")]
    Nothing,
    /// Nobody is named as the owner.
    #[error("check the sources: none of them names an owner")]
    NoOwner,
    /// A guard refuses, or what others wrote is in the way.
    #[error(transparent)]
    Refused(Refusal),
    /// The file of the live aws-auth is of no use.
    #[error(transparent)]
    LiveFile(#[from] LiveFileError),
    /// A live text cannot be edited.
    #[error(transparent)]
    Text(TextError),
    /// A record on the live aws-auth cannot be read.
    #[error(transparent)]
    Record(RecordError),
    /// The file of a plan holds none.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// A plan was not written to its file.
    #[error("save the plan")]
    SavePlan(#[source] FileError),
    /// The kubeconfig is of no use.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// aws-auth was not, or not surely, written.
    #[error("apply")]
    Apply(#[from] ApplyError),
    /// aws-auth is not, or not surely, what it was.
    #[error("rollback")]
    Rollback(#[from] RollbackError),
    /// It is not certain what becomes of the change.
    #[error("apply")]
    Confirm(#[from] ConfirmError),
    /// The change was undone.
    #[error("apply: {0}: it is rolled back")]
    Unconfirmed(confirm::Reason),
    /// A file whose entries cannot be told.
    #[error("{place}: {message}")]
    Unreadable {
        /// File, line and column.
        place: String,
        /// What is the matter.
        message: String,
    },
    /// There is no live aws-auth.
    #[error("the cluster has no configmap kube-system/aws-auth")]
    Absent,
    /// The live aws-auth cannot be read.
    #[error("read aws-auth")]
    Fetch(#[source] CallError),
    /// What else is in the cluster cannot be read.
    #[error("look at the cluster")]
    Look(#[source] CallError),
    /// A file is none of access entries.
    #[error(transparent)]
    AccessEntries(#[from] AccessEntriesError),
    /// The roles among the files cannot be told.
    #[error("check the roles")]
    Rbac(#[from] TooManyGather),
    /// The saved states cannot be listed.
    #[error("history")]
    History(#[source] CallError),
    /// A policy that nobody knows.
    #[error("there is no access policy {name:?}")]
    NoPolicy {
        /// Its name.
        name: String,
    },
    /// Nothing names the cluster as EKS knows it.
    #[error(
        "ask EKS: neither --cluster nor the files nor the kubeconfig name the cluster by its ARN"
    )]
    NoEksCluster,
    /// The map of ARNs cannot be read.
    #[error("read {}", path.display())]
    ReadArnMap {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The map of ARNs is of no use.
    #[error("read {}", path.display())]
    ArnMap {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ArnMapError,
    },
    /// Access entries cannot be made.
    #[error("migrate apply")]
    MigrateApply(#[from] migrate::apply::ApplyError),
    /// What is read from stdin cannot be mended in place.
    #[error("mend stdin: --fix writes to files")]
    FixStdin,
    /// A mended file is not readable as it was.
    #[error("restore the permissions of {}", path.display())]
    Permissions {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file was not written.
    #[error("mend the file")]
    Write(#[from] FileError),
    /// The page was not written.
    #[error("write the page")]
    Page(#[source] FileError),
    /// The runtime did not start.
    #[error("start the runtime")]
    Runtime(#[source] io::Error),
    /// What is read from stdin cannot change.
    #[error("watch stdin: it can be read only once")]
    WatchStdin,
    /// The listener's address cannot be had.
    #[error("listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Nothing could ask the program to stop.
    #[error("take over the signals")]
    Signals(#[source] io::Error),
    /// A page of the manual cannot be written.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// stdout is full.
    #[error(transparent)]
    Stdout(#[from] StdoutError),
}

impl Failure for Error {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Source(finding) => return finding.hint.clone(),
            Self::Refused(refusal) => return Some(refusal.hint()),
            Self::Record(error) => return Some(error.remedy()),
            Self::Text(error) => return Some(error.remedy().to_owned()),
            Self::LiveFile(error) => return error.remedy(),
            Self::Origin(error) => return error.remedy(),
            Self::Apply(error) => return error.remedy(),
            Self::Rollback(error) => return error.remedy(),
            Self::Confirm(error) => return error.remedy(),
            Self::History(CallError::Refused { code: 403, .. }) => {
                "a Role in kube-system must allow list on configmaps"
            }
            Self::History(error) => return error.remedy().map(str::to_owned),
            Self::NoOwner => "add `owner: NAME` to a source, or give --owner NAME",
            Self::Nothing => {
                "--allow-mass-deletion takes away every entry that the owner has written"
            }
            Self::Connect(error) => return error.remedy().map(str::to_owned),
            Self::NoPolicy { .. } => "aws-auth-sync policies lists them",
            Self::Unreadable { .. } => {
                "aws-auth-sync lint tells everything that is wrong with the file"
            }
            Self::Fetch(CallError::Refused { code: 403, .. }) => {
                "a Role in kube-system must allow get on the configmap aws-auth"
            }
            Self::Look(CallError::Refused { code: 403, .. }) => {
                "a ClusterRole must allow list on roles, rolebindings, clusterroles, \
                 clusterrolebindings, namespaces and nodes"
            }
            Self::Fetch(error) | Self::Look(error) => return error.remedy().map(str::to_owned),
            Self::MigrateApply(error) => return error.hint(),
            Self::Absent => "choose the cluster with --context NAME",
            Self::ArnMap { .. } => {
                "write {\"arn:aws:iam::ACCOUNT:role/NAME\": \"arn:aws:iam::ACCOUNT:role/PATH/NAME\"}"
            }
            Self::NoEksCluster => "name it: --ask-eks=ARN, or its name with --region",
            Self::WatchStdin => "give --once",
            Self::Saved(_) => "plan again: aws-auth-sync plan --out FILE",
            Self::Input(_)
            | Self::AccessEntries(_)
            | Self::Rbac(_)
            | Self::ReadArnMap { .. }
            | Self::Sources { .. }
            | Self::Unconfirmed(_)
            | Self::FixStdin
            | Self::Permissions { .. }
            | Self::Write(_)
            | Self::SavePlan(_)
            | Self::Page(_)
            | Self::Runtime(_)
            | Self::Listen { .. }
            | Self::Signals(_)
            | Self::Definition(_)
            | Self::Stdout(_) => return None,
        };
        Some(hint.to_owned())
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Source(_) | Self::Sources { .. } | Self::Nothing | Self::NoOwner => 3,
            Self::Refused(refusal) => refusal.exit_code(),
            Self::Apply(error) => error.exit_code(),
            Self::Rollback(error) => error.exit_code(),
            Self::MigrateApply(error) => error.exit_code(),
            Self::Input(_)
            | Self::Origin(_)
            | Self::Unreadable { .. }
            | Self::Absent
            | Self::Fetch(_)
            | Self::Look(_)
            | Self::AccessEntries(_)
            | Self::Rbac(_)
            | Self::History(_)
            | Self::Confirm(_)
            | Self::Unconfirmed(_)
            | Self::NoPolicy { .. }
            | Self::NoEksCluster
            | Self::ReadArnMap { .. }
            | Self::ArnMap { .. }
            | Self::Connect(_)
            | Self::LiveFile(_)
            | Self::Text(_)
            | Self::Record(_)
            | Self::Saved(_)
            | Self::SavePlan(_)
            | Self::FixStdin
            | Self::Permissions { .. }
            | Self::Write(_)
            | Self::Page(_)
            | Self::Runtime(_)
            | Self::WatchStdin
            | Self::Listen { .. }
            | Self::Signals(_)
            | Self::Definition(_)
            | Self::Stdout(_) => 1,
        }
    }
}
