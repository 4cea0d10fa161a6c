//! What can be given as a region.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use iam_core::region::{Region, RegionError};
use iam_core::sts_host::Fips;

/// A region as users write it: one that exists, or one of the pseudo regions of the AWS CLI.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RegionName {
    /// `aws-global`: the STS host without a region.
    Global,
    /// A region; `fips-us-west-2` and `us-west-2-fips` are the older spelling of its FIPS host.
    Named {
        /// The region.
        region: Region,
        /// Whether it was written as a FIPS region.
        fips: Fips,
    },
}

impl FromStr for RegionName {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        if text == GLOBAL {
            return Ok(Self::Global);
        }
        let fips = text
            .strip_prefix(FIPS_PREFIX)
            .or_else(|| text.strip_suffix(FIPS_SUFFIX));
        match fips {
            Some(region) => Ok(Self::Named {
                region: region.parse()?,
                fips: Fips::Yes,
            }),
            None => Ok(Self::Named {
                region: text.parse()?,
                fips: Fips::No,
            }),
        }
    }
}

impl Display for RegionName {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Global => formatter.write_str(GLOBAL),
            Self::Named {
                region,
                fips: Fips::No,
            } => write!(formatter, "{region}"),
            Self::Named {
                region,
                fips: Fips::Yes,
            } => write!(formatter, "{FIPS_PREFIX}{region}"),
        }
    }
}

const GLOBAL: &str = "aws-global";
const FIPS_PREFIX: &str = "fips-";
const FIPS_SUFFIX: &str = "-fips";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_regions_and_the_pseudo_regions_of_the_cli() {
        let named = |text: &str, fips| {
            Some(RegionName::Named {
                region: text.parse().unwrap(),
                fips,
            })
        };
        let table = [
            ("us-west-2", named("us-west-2", Fips::No)),
            ("aws-global", Some(RegionName::Global)),
            ("fips-us-west-2", named("us-west-2", Fips::Yes)),
            ("us-gov-west-1-fips", named("us-gov-west-1", Fips::Yes)),
            // A pseudo region of the CLI that it treats as any other name.
            ("aws-cn-global", named("aws-cn-global", Fips::No)),
            ("", None),
            ("fips-", None),
            ("US-WEST-2", None),
            ("us west 2", None),
            ("us-west-2.evil.example", None),
            ("a/b", None),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse::<RegionName>().ok(), expected, "{text}");
        }
    }

    #[test]
    fn displays_what_it_reads() {
        for text in ["aws-global", "us-west-2", "fips-us-west-2"] {
            assert_eq!(text.parse::<RegionName>().unwrap().to_string(), text);
        }
    }
}
