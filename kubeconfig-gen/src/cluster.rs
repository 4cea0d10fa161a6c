//! The cluster that entries are written for.

use std::fmt;
use std::str::FromStr;

use iam_core::cluster::{ClusterArn, ClusterArnError, ClusterId, ClusterIdError};
use iam_core::region::Region;
use thiserror::Error;

use crate::certificate::CertificateAuthority;
use crate::endpoint::Endpoint;

/// All that the entries say about a cluster.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cluster {
    /// Its ARN where that is known, else its name.
    pub reference: ClusterRef,
    /// What tokens are signed for.
    pub signed: SignedId,
    /// Where the API server answers.
    pub endpoint: Endpoint,
    /// What the API server's certificate is checked against.
    pub authority: CertificateAuthority,
    /// The host that its certificate is for, where the address leads through another.
    pub tls_server_name: Option<String>,
}

/// A cluster as a person names it: by ARN or by name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ClusterRef {
    /// `arn:aws:eks:us-west-2:111122223333:cluster/dev`.
    Arn(ClusterArn),
    /// `dev`.
    Name(ClusterId),
}

/// The identifier that a token is signed for, by the flag of token-exec that takes it.
///
/// Local clusters on Outposts are known to their authenticator by their id, all others by name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SignedId {
    /// `--cluster-name`.
    Name(ClusterId),
    /// `--cluster-id`.
    Id(ClusterId),
}

/// Why a text names no cluster.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ClusterRefError {
    /// It begins like an ARN.
    #[error(transparent)]
    Arn(#[from] ClusterArnError),
    /// It is no name either.
    #[error(transparent)]
    Name(#[from] ClusterIdError),
}

impl Cluster {
    /// The same cluster at another address: its certificate stays that of its own host.
    #[must_use]
    pub fn at(self, endpoint: Endpoint) -> Self {
        let own = self.endpoint.host();
        let tls_server_name = (own != endpoint.host()).then_some(own);
        Self {
            endpoint,
            tls_server_name,
            ..self
        }
    }
}

impl ClusterRef {
    /// The cluster's name.
    #[must_use]
    pub fn name(&self) -> &ClusterId {
        match self {
            Self::Arn(arn) => arn.name(),
            Self::Name(name) => name,
        }
    }

    /// The region, where the ARN tells it.
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        match self {
            Self::Arn(arn) => Some(arn.region()),
            Self::Name(_) => None,
        }
    }

    /// Whether both can mean the same cluster: ARNs are compared with ARNs, else names count.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Arn(one), Self::Arn(two)) => one == two,
            (Self::Arn(_) | Self::Name(_), Self::Name(_)) | (Self::Name(_), Self::Arn(_)) => {
                self.name() == other.name()
            }
        }
    }
}

impl FromStr for ClusterRef {
    type Err = ClusterRefError;

    fn from_str(text: &str) -> Result<Self, ClusterRefError> {
        if text.starts_with("arn:") {
            Ok(Self::Arn(text.parse()?))
        } else {
            Ok(Self::Name(text.parse()?))
        }
    }
}

impl fmt::Display for ClusterRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(arn) => arn.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_arns_from_names() {
        let arn: ClusterRef = "arn:aws:eks:us-west-2:111122223333:cluster/dev"
            .parse()
            .unwrap();
        let name: ClusterRef = "dev".parse().unwrap();
        assert_eq!((arn.name().as_str(), name.name().as_str()), ("dev", "dev"));
        assert_eq!(arn.region().map(Region::as_str), Some("us-west-2"));
        assert_eq!(name.region(), None);
        assert!(matches!(
            "arn:x".parse::<ClusterRef>(),
            Err(ClusterRefError::Arn(_))
        ));
        assert!(matches!(
            "a b".parse::<ClusterRef>(),
            Err(ClusterRefError::Name(_))
        ));
    }

    #[test]
    fn compares_arns_with_arns_and_names_with_the_rest() {
        let parse = |text: &str| text.parse::<ClusterRef>().unwrap();
        let dev = parse("arn:aws:eks:us-west-2:111122223333:cluster/dev");
        for (other, agrees) in [
            ("arn:aws:eks:us-west-2:111122223333:cluster/dev", true),
            ("arn:aws:eks:us-east-1:111122223333:cluster/dev", false),
            ("dev", true),
            ("prod", false),
        ] {
            assert_eq!(dev.agrees_with(&parse(other)), agrees, "{other}");
            assert_eq!(parse(other).agrees_with(&dev), agrees, "{other}");
        }
    }
}
