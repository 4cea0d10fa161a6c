//! Why AWS told nothing of a cluster.

use iam_aws::eks::EksError as Unanswered;
use iam_aws::endpoint::EndpointError;
use iam_aws::fetch::FetchError;
use iam_aws::session::SessionError;
use iam_core::cluster::ClusterId;
use iam_core::region::Region;
use thiserror::Error;

use crate::cluster::ClusterRef;

/// Why AWS told nothing of a cluster.
#[derive(Debug, Error)]
pub enum EksError {
    /// No credentials.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// No host to ask.
    #[error("choose the host of EKS")]
    Endpoint(#[from] EndpointError),
    /// STS does not say who asks, or there is no room to wait for an answer.
    #[error("ask AWS")]
    Fetch(#[source] FetchError),
    /// EKS refuses or is not reached.
    #[error("ask EKS")]
    Unanswered(#[source] Box<Unanswered>),
    /// A region that is not the cluster's.
    #[error("{cluster} is not in {region}")]
    OtherRegion {
        /// The cluster.
        cluster: Box<ClusterRef>,
        /// The region of `--region`.
        region: Region,
    },
    /// A cluster that no kubeconfig can lead to.
    #[error("cluster {name} in {region}: {message}")]
    Cluster {
        /// The cluster.
        name: ClusterId,
        /// Where it is.
        region: Region,
        /// What is wrong with it.
        message: String,
        /// What to try.
        hint: Option<String>,
    },
    /// A cluster of the same name, elsewhere.
    #[error("the credentials see {found}, not {asked}")]
    OtherCluster {
        /// What EKS told of.
        found: Box<ClusterRef>,
        /// What was asked about.
        asked: Box<ClusterRef>,
    },
}

impl From<Unanswered> for EksError {
    fn from(error: Unanswered) -> Self {
        Self::Unanswered(Box::new(error))
    }
}

impl EksError {
    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Session(error) => error.hint(),
            Self::Fetch(error) => error.hint().map(str::to_owned),
            Self::Endpoint(error) => Some(error.hint()),
            Self::Unanswered(error) if error.is_not_found() => Some(
                "check the name, the region and the account: --region, --profile and \
                 --assume-role-arn choose them"
                    .to_owned(),
            ),
            Self::Unanswered(error) => error.hint(),
            Self::OtherRegion { .. } => Some("leave --region out: the ARN tells it".to_owned()),
            Self::Cluster { hint, .. } => hint.clone(),
            Self::OtherCluster { .. } => Some(
                "choose the account of the cluster with --profile or --assume-role-arn".to_owned(),
            ),
        }
    }
}
