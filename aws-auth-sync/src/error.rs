//! Why the program stops, with exit codes and remedies.

use std::io;
use std::path::PathBuf;

use iam_cli::Failure;
use iam_cli::definition::DefinitionError;
use iam_cli::file::FileError;
use thiserror::Error;

use crate::access_entries::AccessEntriesError;
use crate::apply::ApplyError;
use crate::call::CallError;
use crate::connection::ConnectError;
use crate::finding::Finding;
use crate::guard::OtherCluster;
use crate::input::InputError;
use crate::migrate::ArnMapError;
use crate::rbac::TooManyGather;

/// Why the program stops.
#[derive(Debug, Error)]
pub enum Error {
    /// A source cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
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
    /// The sources are for another cluster.
    #[error("check the cluster")]
    OtherCluster(#[from] OtherCluster),
    /// The kubeconfig is of no use.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// aws-auth was not, or not surely, written.
    #[error("apply")]
    Apply(#[from] ApplyError),
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
    /// A file is none of access entries.
    #[error(transparent)]
    AccessEntries(#[from] AccessEntriesError),
    /// The roles among the files cannot be told.
    #[error("check the roles")]
    Rbac(#[from] TooManyGather),
    /// A policy that nobody knows.
    #[error("there is no access policy {name:?}")]
    NoPolicy {
        /// Its name.
        name: String,
    },
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
    /// The runtime did not start.
    #[error("start the runtime")]
    Runtime(#[source] io::Error),
    /// A page of the manual cannot be written.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// stdout is closed or full.
    #[error("write to stdout")]
    Stdout(#[source] io::Error),
}

impl Failure for Error {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Source(finding) => return finding.hint.clone(),
            Self::NoOwner => "add `owner: NAME` to a source, or give --owner NAME",
            Self::OtherCluster(_) => {
                "choose the right --context, or correct `cluster:` or --cluster"
            }
            Self::Connect(ConnectError::Kubeconfig(_)) => {
                "give --kubeconfig FILE and --context NAME; kubectl config get-contexts lists them"
            }
            Self::Connect(ConnectError::Proxy) => {
                "correct proxy-url in the kubeconfig, or HTTPS_PROXY; NO_PROXY names exceptions"
            }
            Self::Connect(ConnectError::Plugin { .. }) => {
                "try kubectl auth whoami with the same kubeconfig"
            }
            Self::Apply(error) => return apply_hint(error).map(str::to_owned),
            Self::NoPolicy { .. } => "aws-auth-sync policies lists them",
            Self::Unreadable { .. } => {
                "aws-auth-sync lint tells everything that is wrong with the file"
            }
            Self::Fetch(CallError::Refused { code: 403, .. }) => {
                "RBAC must allow get on the configmap aws-auth in kube-system; for rights also list \
                 on namespaces, roles, rolebindings, clusterroles and clusterrolebindings"
            }
            Self::Absent => "choose the cluster with --context NAME",
            Self::ArnMap { .. } => {
                "write {\"arn:aws:iam::ACCOUNT:role/NAME\": \"arn:aws:iam::ACCOUNT:role/PATH/NAME\"}"
            }
            Self::Input(_)
            | Self::Fetch(_)
            | Self::AccessEntries(_)
            | Self::Rbac(_)
            | Self::ReadArnMap { .. }
            | Self::Sources { .. }
            | Self::Nothing
            | Self::Connect(ConnectError::Parse { .. } | ConnectError::Client { .. })
            | Self::FixStdin
            | Self::Permissions { .. }
            | Self::Write(_)
            | Self::Runtime(_)
            | Self::Definition(_)
            | Self::Stdout(_) => return None,
        };
        Some(hint.to_owned())
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Source(_) | Self::Sources { .. } | Self::Nothing | Self::NoOwner => 3,
            Self::Apply(
                ApplyError::Foreign { .. }
                | ApplyError::OtherOwner { .. }
                | ApplyError::Changed { .. }
                | ApplyError::Contended
                | ApplyError::Overwritten { .. },
            ) => 4,
            Self::OtherCluster(_) => 5,
            Self::Input(_)
            | Self::Unreadable { .. }
            | Self::Absent
            | Self::Fetch(_)
            | Self::AccessEntries(_)
            | Self::Rbac(_)
            | Self::NoPolicy { .. }
            | Self::ReadArnMap { .. }
            | Self::ArnMap { .. }
            | Self::Connect(_)
            | Self::Apply(
                ApplyError::Call(_) | ApplyError::Unverified { .. } | ApplyError::Absent,
            )
            | Self::FixStdin
            | Self::Permissions { .. }
            | Self::Write(_)
            | Self::Runtime(_)
            | Self::Definition(_)
            | Self::Stdout(_) => 1,
        }
    }
}

fn apply_hint(error: &ApplyError) -> Option<&'static str> {
    match error {
        ApplyError::Absent => Some("give --create to make it"),
        ApplyError::Foreign { .. } => Some(
            "this version writes only to an aws-auth that it made: save the live one with kubectl \
             get configmap aws-auth -n kube-system -o yaml before you do anything else",
        ),
        ApplyError::OtherOwner { .. } => {
            Some("apply the other owner's sources together with these")
        }
        ApplyError::Changed { .. } => Some(
            "bring the change into the sources; kubectl get configmap aws-auth -n kube-system -o \
             yaml shows it",
        ),
        ApplyError::Contended | ApplyError::Overwritten { .. } => {
            Some("find out which other tool writes aws-auth, then apply again")
        }
        ApplyError::Unverified { .. } => Some("apply again: what is there is compared first"),
        ApplyError::Call(CallError::Refused { code: 403, .. }) => Some(
            "a Role in kube-system must allow get and patch on the configmap aws-auth, and create \
             on configmaps",
        ),
        ApplyError::Call(CallError::Refused { code: 401, .. }) => {
            Some("the kubeconfig's credentials are not accepted: try kubectl auth whoami")
        }
        ApplyError::Call(CallError::Deadline { .. } | CallError::Transport { .. }) => {
            Some("try kubectl get --raw /readyz with the same kubeconfig")
        }
        ApplyError::Call(CallError::Refused { .. }) => None,
    }
}
