//! Cluster identifiers: what a token is bound to.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::account::{AccountId, AccountIdError};
use crate::arn::{Arn, ArnError};
use crate::excerpt::Excerpt;
use crate::partition::Partition;
use crate::region::{Region, RegionError};

/// A cluster identifier, the value of the signed header `x-k8s-aws-id`:
/// `[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}`.
///
/// The set leaves out spaces because Signature Version 4 trims and collapses them: two identifiers
/// that differ only in spaces would admit each other's tokens.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ClusterId(String);

impl ClusterId {
    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for ClusterId {
    type Err = ClusterIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'/' | b'-');
        let head = text
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphanumeric());
        if head && text.len() <= MAX_ID_LEN && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ClusterIdError {
                found: text.to_owned(),
            })
        }
    }
}

/// The text cannot be a cluster identifier.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error(
    "\"{}\" is not a cluster identifier (a letter or digit, then up to 255 of letters, digits and . _ : / -)",
    Excerpt(found)
)]
pub struct ClusterIdError {
    found: String,
}

/// The ARN of an EKS cluster: `arn:PARTITION:eks:REGION:ACCOUNT:cluster/NAME`.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html>
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ClusterArn {
    partition: Partition,
    region: Region,
    account: AccountId,
    name: ClusterId,
}

impl ClusterArn {
    /// The partition.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The account that owns the cluster.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The cluster's name, which is also what EKS takes as its identifier in tokens.
    #[must_use]
    pub fn name(&self) -> &ClusterId {
        &self.name
    }
}

impl fmt::Display for ClusterArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            region,
            account,
            name,
        } = self;
        write!(f, "arn:{partition}:eks:{region}:{account}:cluster/{name}")
    }
}

impl FromStr for ClusterArn {
    type Err = ClusterArnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let arn = Arn::from_str(text)?;
        if arn.service() != "eks" {
            return Err(ClusterArnError::Service {
                found: arn.service().to_owned(),
            });
        }
        let region = Region::from_str(arn.region())?;
        if Partition::claiming(region.as_str()).is_some_and(|claiming| claiming != arn.partition())
        {
            return Err(ClusterArnError::OtherPartition {
                region,
                partition: arn.partition(),
            });
        }
        let account = AccountId::from_str(arn.account())?;
        let name = arn
            .resource()
            .strip_prefix("cluster/")
            .filter(|name| is_cluster_name(name))
            .and_then(|name| ClusterId::from_str(name).ok())
            .ok_or_else(|| ClusterArnError::Resource {
                found: arn.resource().to_owned(),
            })?;
        Ok(Self {
            partition: arn.partition(),
            region,
            account,
            name,
        })
    }
}

/// The text is not the ARN of an EKS cluster.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ClusterArnError {
    /// Not an ARN at all.
    #[error(transparent)]
    Arn(#[from] ArnError),
    /// An ARN of another service.
    #[error("a cluster ARN names the service eks, not \"{}\"", Excerpt(found))]
    Service {
        /// The service named.
        found: String,
    },
    /// No region, or an impossible one.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// The region belongs to another partition than the ARN says.
    #[error("region {region} is not in partition {partition}")]
    OtherPartition {
        /// The region named.
        region: Region,
        /// The partition named.
        partition: Partition,
    },
    /// No account, or an impossible one.
    #[error(transparent)]
    Account(#[from] AccountIdError),
    /// The resource is not `cluster/NAME`.
    #[error(
        "\"{}\" is not cluster/NAME (a letter or digit, then up to 99 of letters, digits, - and _)",
        Excerpt(found)
    )]
    Resource {
        /// The resource named.
        found: String,
    },
}

/// The names that EKS gives clusters: `[0-9A-Za-z][A-Za-z0-9_-]{0,99}`.
///
/// <https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html>
fn is_cluster_name(name: &str) -> bool {
    name.bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric())
        && name.len() <= 100
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

const MAX_ID_LEN: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_identifiers_that_a_header_could_not_carry_unchanged() {
        let too_long = "a".repeat(257);
        for text in [
            "", " a", "a ", "a b", "-a", ".a", "/a", "a\n", "a;b", "a@b", "é", &too_long,
        ] {
            assert_eq!(
                text.parse::<ClusterId>(),
                Err(ClusterIdError {
                    found: text.to_owned()
                }),
                "{text}"
            );
        }
    }

    #[test]
    fn accepts_names_and_arn_shaped_identifiers() {
        for text in [
            "prod",
            "9",
            "aws:123456789012:eu-west-1:prod",
            "a/b_c.d-e",
            &"a".repeat(256),
        ] {
            assert_eq!(text.parse::<ClusterId>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn reads_the_parts_of_a_cluster_arn() {
        let text = "arn:aws-us-gov:eks:us-gov-west-1:123456789012:cluster/prod_1";
        let arn: ClusterArn = text.parse().unwrap();
        assert_eq!(arn.partition(), Partition::AwsUsGov);
        assert_eq!(arn.region().as_str(), "us-gov-west-1");
        assert_eq!(arn.account().as_str(), "123456789012");
        assert_eq!(arn.name().as_str(), "prod_1");
        assert_eq!(arn.to_string(), text);
    }

    #[test]
    fn refuses_arns_that_are_no_cluster() {
        for (text, message) in [
            ("prod", "\"prod\" does not begin with arn:"),
            (
                "arn:aws:iam::123456789012:role/prod",
                "a cluster ARN names the service eks, not \"iam\"",
            ),
            (
                "arn:aws:eks::123456789012:cluster/prod",
                "\"\" is not a region name (1 to 32 lower-case letters, digits and inner hyphens, such as us-west-2)",
            ),
            (
                "arn:aws:eks:cn-north-1:123456789012:cluster/prod",
                "region cn-north-1 is not in partition aws",
            ),
            (
                "arn:aws:eks:us-west-2::cluster/prod",
                "\"\" is not an account number (exactly 12 digits)",
            ),
            (
                "arn:aws:eks:us-west-2:123456789012:nodegroup/prod",
                "\"nodegroup/prod\" is not cluster/NAME (a letter or digit, then up to 99 of letters, digits, - and _)",
            ),
            (
                "arn:aws:eks:us-west-2:123456789012:cluster/a/b",
                "\"cluster/a/b\" is not cluster/NAME (a letter or digit, then up to 99 of letters, digits, - and _)",
            ),
        ] {
            assert_eq!(text.parse::<ClusterArn>().unwrap_err().to_string(), message);
        }
    }
}
