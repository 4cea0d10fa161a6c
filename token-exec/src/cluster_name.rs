//! How a cluster can be named.

use std::str::FromStr;

use iam_core::cluster::{ClusterArn, ClusterArnError, ClusterId, ClusterIdError};
use thiserror::Error;

/// A cluster as `--cluster-name` takes it: by its name, or by the ARN of an EKS cluster, which
/// supplies region and partition as well.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ClusterName {
    /// A name or another identifier, signed as it is.
    Id(ClusterId),
    /// An ARN, whose name is signed.
    Arn(ClusterArn),
}

/// What `--cluster-name` does not take.
#[derive(Debug, Error)]
#[error(transparent)]
pub enum ClusterNameError {
    /// No identifier.
    Id(#[from] ClusterIdError),
    /// Begins like an ARN and is not one of an EKS cluster.
    Arn(#[from] ClusterArnError),
}

impl ClusterName {
    /// What is signed.
    #[must_use]
    pub fn id(&self) -> &ClusterId {
        match self {
            Self::Id(id) => id,
            Self::Arn(arn) => arn.name(),
        }
    }

    /// The ARN, if it was given by one.
    #[must_use]
    pub fn arn(&self) -> Option<&ClusterArn> {
        match self {
            Self::Id(_) => None,
            Self::Arn(arn) => Some(arn),
        }
    }
}

impl FromStr for ClusterName {
    type Err = ClusterNameError;

    fn from_str(text: &str) -> Result<Self, ClusterNameError> {
        if text.starts_with("arn:") {
            Ok(Self::Arn(text.parse()?))
        } else {
            Ok(Self::Id(text.parse()?))
        }
    }
}
