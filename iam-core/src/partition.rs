//! AWS partitions: separate worlds of accounts, regions and host names.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::excerpt::Excerpt;

/// One of the AWS partitions.
///
/// Identifiers, DNS suffixes, region patterns and region lists are those of `partitions.json` in
/// botocore 1.44.5 (November 2026), the file that every AWS SDK generates its endpoints from.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Partition {
    /// The commercial regions.
    Aws,
    /// China.
    AwsCn,
    /// AWS GovCloud (US).
    AwsUsGov,
    /// AWS Top Secret (US).
    AwsIso,
    /// AWS Secret (US).
    AwsIsoB,
    /// AWS isolated, Europe.
    AwsIsoE,
    /// AWS isolated, F.
    AwsIsoF,
    /// AWS European Sovereign Cloud.
    AwsEusc,
}

impl Partition {
    /// Every partition.
    pub const ALL: [Self; 8] = [
        Self::Aws,
        Self::AwsCn,
        Self::AwsUsGov,
        Self::AwsIso,
        Self::AwsIsoB,
        Self::AwsIsoE,
        Self::AwsIsoF,
        Self::AwsEusc,
    ];

    /// The identifier that stands in ARNs.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsIso => "aws-iso",
            Self::AwsIsoB => "aws-iso-b",
            Self::AwsIsoE => "aws-iso-e",
            Self::AwsIsoF => "aws-iso-f",
            Self::AwsEusc => "aws-eusc",
        }
    }

    /// What IPv4 host names end with. `aws` and `aws-us-gov` share theirs.
    #[must_use]
    pub const fn dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
            Self::AwsIso => "c2s.ic.gov",
            Self::AwsIsoB => "sc2s.sgov.gov",
            Self::AwsIsoE => "cloud.adc-e.uk",
            Self::AwsIsoF => "csp.hci.ic.gov",
            Self::AwsEusc => "amazonaws.eu",
        }
    }

    /// What dual-stack host names end with.
    #[must_use]
    pub const fn dual_stack_dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "api.aws",
            Self::AwsCn => "api.amazonwebservices.com.cn",
            Self::AwsIso => "api.aws.ic.gov",
            Self::AwsIsoB => "api.aws.scloud",
            Self::AwsIsoE => "api.cloud-aws.adc-e.uk",
            Self::AwsIsoF => "api.aws.hci.ic.gov",
            Self::AwsEusc => "api.amazonwebservices.eu",
        }
    }

    /// The regions known when this was built, sorted, without pseudo regions such as `aws-global`.
    #[must_use]
    pub const fn regions(self) -> &'static [&'static str] {
        match self {
            Self::Aws => COMMERCIAL_REGIONS,
            Self::AwsCn => &["cn-north-1", "cn-northwest-1"],
            Self::AwsUsGov => &["us-gov-east-1", "us-gov-west-1"],
            Self::AwsIso => &["us-iso-east-1", "us-iso-west-1"],
            Self::AwsIsoB => &["us-isob-east-1", "us-isob-west-1"],
            Self::AwsIsoE => &["eu-isoe-west-1"],
            Self::AwsIsoF => &["us-isof-east-1", "us-isof-south-1"],
            Self::AwsEusc => &["eusc-de-east-1"],
        }
    }

    /// The partition that lists `region` or whose pattern it fits; `None` for a name that no
    /// partition lays claim to.
    #[must_use]
    pub fn claiming(region: &str) -> Option<Self> {
        let lists = |partition: &Self| partition.regions().binary_search(&region).is_ok();
        let fits = |partition: &Self| partition.pattern_fits(region);
        Self::ALL
            .into_iter()
            .find(lists)
            .or_else(|| Self::ALL.into_iter().find(fits))
    }

    /// The partition of a region as the AWS SDKs find it: listed, then by pattern, then
    /// [`Partition::Aws`].
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        Self::claiming(region).unwrap_or(Self::Aws)
    }

    /// The region patterns have one shape: a prefix out of a set, a word, a number.
    fn pattern_fits(self, region: &str) -> bool {
        self.region_prefixes().iter().any(|prefix| {
            region
                .strip_prefix(prefix)
                .and_then(|rest| rest.strip_prefix('-'))
                .and_then(|rest| rest.split_once('-'))
                .is_some_and(|(word, number)| is_word(word) && is_number(number))
        })
    }

    const fn region_prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Aws => &["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"],
            Self::AwsCn => &["cn"],
            Self::AwsUsGov => &["us-gov"],
            Self::AwsIso => &["us-iso"],
            Self::AwsIsoB => &["us-isob"],
            Self::AwsIsoE => &["eu-isoe"],
            Self::AwsIsoF => &["us-isof"],
            Self::AwsEusc => &["eusc-de"],
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for Partition {
    type Err = PartitionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|partition| partition.id() == text)
            .ok_or_else(|| PartitionError {
                found: text.to_owned(),
            })
    }
}

/// The text names no AWS partition.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error(
    "unknown partition \"{}\" (known: aws, aws-cn, aws-us-gov, aws-iso, aws-iso-b, aws-iso-e, aws-iso-f, aws-eusc)",
    Excerpt(found)
)]
pub struct PartitionError {
    found: String,
}

/// `\w+` of the region patterns.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `\d+` of the region patterns.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

const COMMERCIAL_REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "me-west-1",
    "mx-central-1",
    "sa-east-1",
    "sa-west-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_lists_are_sorted_and_each_region_is_claimed_by_its_own_partition() {
        for partition in Partition::ALL {
            assert!(partition.regions().is_sorted(), "{partition}");
            for region in partition.regions() {
                assert_eq!(Partition::claiming(region), Some(partition), "{region}");
            }
        }
    }

    #[test]
    fn regions_not_listed_are_claimed_by_pattern() {
        for (region, claimed) in [
            ("us-east-9", Some(Partition::Aws)),
            ("cn-south-12", Some(Partition::AwsCn)),
            ("us-gov-central-1", Some(Partition::AwsUsGov)),
            ("us-iso-test-1", Some(Partition::AwsIso)),
            ("us-isob-north-1", Some(Partition::AwsIsoB)),
            ("eu-isoe-test-1", Some(Partition::AwsIsoE)),
            ("us-isof-west-1", Some(Partition::AwsIsoF)),
            ("eusc-de-west-2", Some(Partition::AwsEusc)),
            ("aws-global", None),
            ("us-east", None),
            ("us-east-", None),
            ("us--1", None),
            ("us-gov-west-x", None),
            ("xx-east-1", None),
            ("eusc-fr-east-1", None),
            ("", None),
        ] {
            assert_eq!(Partition::claiming(region), claimed, "{region}");
            assert_eq!(
                Partition::of_region(region),
                claimed.unwrap_or(Partition::Aws)
            );
        }
    }

    #[test]
    fn identifiers_are_case_sensitive() {
        for text in ["", "AWS", "aws ", "aws-us-govt", "aws-iso-c", "aw\u{17f}"] {
            assert_eq!(
                text.parse::<Partition>(),
                Err(PartitionError {
                    found: text.to_owned()
                }),
                "{text}"
            );
        }
    }
}
