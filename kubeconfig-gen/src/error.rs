//! Why the program stops, with remedies.

use std::io;
use std::path::PathBuf;

use iam_aws::environment::NotUtf8;
use iam_cli::Failure;
use iam_cli::definition::DefinitionError;
use iam_cli::file::FileError;
use iam_cli::stdout::StdoutError;
use thiserror::Error;

use crate::certificate::CertificateError;
use crate::cluster::ClusterRef;
use crate::convert::ConvertError;
use crate::describe::DescribeError;
use crate::eks::EksError;
use crate::lock::LockError;
use crate::options::OptionsError;
use crate::shown::Word;
use crate::stanza::Untold;
use crate::store::ContentError;
use crate::target::TargetError;

/// Why no kubeconfig was written.
#[derive(Debug, Error)]
pub enum Error {
    /// The arguments and the environment do not go together.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// A variable that is no text.
    #[error("read the environment")]
    Environment(#[from] NotUtf8),
    /// AWS does not tell about a cluster.
    #[error(transparent)]
    Eks(#[from] EksError),
    /// A kubeconfig that cannot be edited.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A user that cannot be converted.
    #[error("convert")]
    Convert(#[from] ConvertError),
    /// A kubeconfig that somebody else edits.
    #[error("lock kubeconfig")]
    Lock(#[from] LockError),
    /// The program that is to sign cannot be told what to.
    #[error("write the user entry")]
    Untold(#[from] Untold),
    /// An input that cannot be read.
    #[error("read {file}")]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// An input that is too large to be what it should be.
    #[error("read {file}: it is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        file: String,
        /// The limit.
        limit: u64,
    },
    /// A description that makes no sense.
    #[error("{file}:{source}")]
    Description {
        /// The file.
        file: String,
        /// What is wrong, after its line and column.
        source: DescribeError,
    },
    /// A description of another cluster.
    #[error("{file} describes cluster {}, not {}", clusters.found, clusters.expected)]
    OtherCluster {
        /// The file.
        file: String,
        /// The two.
        clusters: Box<Mismatch>,
    },
    /// Certificates that are none.
    #[error("{file}:{}:1: {source}", source.line())]
    Certificates {
        /// The file.
        file: String,
        /// What is wrong.
        source: CertificateError,
    },
    /// A directory that cannot be made.
    #[error("make directory {}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that cannot be written.
    #[error("write kubeconfig")]
    Write(#[source] FileError),
    /// A page of the manual that cannot be written.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// stdout is full.
    #[error(transparent)]
    Stdout(#[from] StdoutError),
}

/// Two clusters that should be one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mismatch {
    /// What a file describes.
    pub found: ClusterRef,
    /// What the user named.
    pub expected: ClusterRef,
}

impl Failure for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Content(error) => Some(error.hint.to_owned()),
            Self::Lock(LockError::Held { path, .. }) => Some(format!(
                "if no kubectl or kubeconfig-gen is running, remove it: rm {}",
                Word(&path.to_string_lossy())
            )),
            Self::Convert(ConvertError::NoCurrent | ConvertError::NoContext(_)) => {
                Some("kubeconfig-gen list; name a context with --context, or take --all".to_owned())
            }
            Self::Convert(ConvertError::Stanza { .. }) => {
                Some("mend the stanza by kubeconfig-gen update".to_owned())
            }
            Self::Convert(ConvertError::NoUser { .. } | ConvertError::OtherProgram(_)) => None,
            Self::Untold(_) => Some("take --exec-command token-exec".to_owned()),
            Self::Write(FileError::Owner { path, .. }) => {
                Some(format!("write as the owner of {}", path.display()))
            }
            Self::Environment(_) => Some("set it again, or unset it".to_owned()),
            Self::Eks(error) => error.hint(),
            Self::Description { source, .. } => source.hint.clone(),
            Self::OtherCluster { .. } => {
                Some("describe the other cluster, or leave --name out".to_owned())
            }
            Self::Certificates { .. } => {
                Some("--ca-file takes the PEM certificates of the cluster's CA alone".to_owned())
            }
            Self::Options(OptionsError::Target(TargetError::EmptyList | TargetError::NoHome)) => {
                Some("name the file with --kubeconfig FILE".to_owned())
            }
            Self::Options(OptionsError::Profile { variable, .. }) => {
                Some(format!("unset {variable}, or give --profile"))
            }
            Self::Options(OptionsError::Region { variable, .. }) => {
                Some(format!("unset {variable}, or give --region"))
            }
            Self::Options(OptionsError::SeveralProfiles) => {
                Some("give one --profile, or --all".to_owned())
            }
            Self::Options(OptionsError::NoSource | OptionsError::NoKuberc)
            | Self::Read { .. }
            | Self::TooLarge { .. }
            | Self::Lock(LockError::Make { .. })
            | Self::Directory { .. }
            | Self::Write(_)
            | Self::Definition(_)
            | Self::Stdout(_) => None,
        }
    }
}
