//! Region names.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::excerpt::Excerpt;
use crate::partition::Partition;

/// A region name that may stand in a host name: 1 to 32 lower-case letters, digits and inner
/// hyphens, such as `eu-central-1`. It need not be known.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Region(String);

impl Region {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition that the AWS SDKs take this region to be in.
    #[must_use]
    pub fn partition(&self) -> Partition {
        Partition::of_region(&self.0)
    }

    /// A name out of our own tables.
    pub(crate) fn listed(name: &'static str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let label = text
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let hyphens_inside = !text.starts_with('-') && !text.ends_with('-');
        if label && hyphens_inside && (1..=MAX_LEN).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RegionError {
                found: text.to_owned(),
            })
        }
    }
}

/// The text cannot be a region name.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error(
    "\"{}\" is not a region name (1 to 32 lower-case letters, digits and inner hyphens, such as us-west-2)",
    Excerpt(found)
)]
pub struct RegionError {
    found: String,
}

const MAX_LEN: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_cannot_be_one_label_of_a_host_name() {
        let too_long = "a".repeat(33);
        for text in [
            "",
            "-",
            "-us",
            "us-",
            "US-EAST-1",
            "us_east_1",
            "invalid.com",
            "@invalid.com/%23",
            "us east",
            "us-east-1\n",
            "\u{212a}",
            &too_long,
        ] {
            assert_eq!(
                text.parse::<Region>(),
                Err(RegionError {
                    found: text.to_owned()
                })
            );
        }
    }

    #[test]
    fn accepts_names_that_nobody_lists() {
        for text in ["us-east-1", "local", "9-west-1", "a--b", &"a".repeat(32)] {
            assert_eq!(text.parse::<Region>().unwrap().as_str(), text);
        }
    }
}
