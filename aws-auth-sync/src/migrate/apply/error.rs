//! Why access entries cannot be made at all.

use iam_aws::eks::EksError;
use iam_aws::endpoint::EndpointError;
use iam_aws::environment::NotUtf8;
use iam_aws::fetch::FetchError;
use iam_aws::region::RegionName;
use iam_aws::session::SessionError;
use iam_core::cluster::{ClusterArn, ClusterId};
use thiserror::Error;

/// Why access entries cannot be made at all.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// A variable that is no text.
    #[error("read the environment")]
    Environment(#[from] NotUtf8),
    /// A region that is not the cluster's.
    #[error("{cluster} is not in {region}")]
    OtherRegion {
        /// The cluster.
        cluster: Box<ClusterArn>,
        /// The region of `--region`.
        region: RegionName,
    },
    /// No credentials.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// No host to ask.
    #[error("choose the host of EKS")]
    Endpoint(#[from] EndpointError),
    /// There is no room to wait for an answer.
    #[error("ask EKS")]
    Runtime(#[from] FetchError),
    /// EKS refuses or is not reached.
    #[error("ask EKS")]
    Unanswered(#[source] Box<EksError>),
    /// EKS tells of another cluster.
    #[error("the credentials see {found}, not {asked}")]
    OtherCluster {
        /// What EKS tells of.
        found: String,
        /// What was asked about.
        asked: String,
    },
    /// A cluster that is not in use.
    #[error("cluster {name} is {status}")]
    Status {
        /// Its name.
        name: ClusterId,
        /// What it is.
        status: String,
    },
    /// A cluster that knows no access entries.
    #[error("cluster {0} admits callers by aws-auth alone (CONFIG_MAP), and has no access entries")]
    NoAccessEntries(ClusterId),
    /// The mode is what it was.
    #[error("switch the authentication mode of {name}: {status}: {message}")]
    Unswitched {
        /// The cluster.
        name: ClusterId,
        /// How the change ended.
        status: String,
        /// Why.
        message: String,
    },
    /// A change of the cluster that does not end.
    #[error("a change of {0} has been under way for 20 minutes")]
    Endless(ClusterId),
}

impl ApplyError {
    pub(super) fn endless(name: &ClusterId) -> Self {
        Self::Endless(name.clone())
    }

    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Environment(_) => "set it again, or unset it",
            Self::OtherRegion { .. } => "leave --region out: the ARN tells it",
            Self::Session(error) => return error.hint(),
            Self::Endpoint(error) => return Some(error.hint()),
            Self::Runtime(error) => return error.hint().map(str::to_owned),
            Self::Unanswered(error) if error.is_not_found() => {
                "check the name, the region and the account: --cluster, --region and --profile \
                 choose them"
            }
            Self::Unanswered(error) => return error.hint(),
            Self::OtherCluster { .. } => "choose the account of the cluster with --profile",
            Self::Status { .. } => "access entries can be made when it is ACTIVE",
            Self::NoAccessEntries(_) => {
                "--set-mode switches it to API_AND_CONFIG_MAP, where aws-auth goes on to count; \
                 there is no way back to CONFIG_MAP"
            }
            Self::Unswitched { .. } => {
                "aws-auth counts as before; mend the cause, then apply again"
            }
            Self::Endless(name) => {
                return Some(format!(
                    "wait for it by aws eks wait cluster-active --name {name}, then apply again"
                ));
            }
        };
        Some(hint.to_owned())
    }

    /// The program's exit code: 5 where the cluster is another.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::OtherCluster { .. } => 5,
            Self::Environment(_)
            | Self::OtherRegion { .. }
            | Self::Session(_)
            | Self::Endpoint(_)
            | Self::Runtime(_)
            | Self::Unanswered(_)
            | Self::Status { .. }
            | Self::NoAccessEntries(_)
            | Self::Unswitched { .. }
            | Self::Endless(_) => 1,
        }
    }
}

impl From<EksError> for ApplyError {
    fn from(error: EksError) -> Self {
        Self::Unanswered(Box::new(error))
    }
}
