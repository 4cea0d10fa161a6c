//! Amazon Resource Names.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::excerpt::{Excerpt, first_unprintable};
use crate::partition::{Partition, PartitionError};

/// An Amazon Resource Name: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
///
/// Region and account may be empty; the resource may hold colons. Every character is printable
/// ASCII, so two ARNs that look alike are alike.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Arn {
    partition: Partition,
    service: String,
    region: String,
    account: String,
    resource: String,
}

impl Arn {
    /// The partition.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The service, such as `iam`; never empty.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The region, empty where the service has none.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The account, empty where the resource has none.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// All that follows the fifth colon; never empty.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        Parts {
            partition: self.partition,
            service: &self.service,
            region: &self.region,
            account: &self.account,
            resource: &self.resource,
        }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            service,
            region,
            account,
            resource,
        } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = Parts::parse(text)?;
        Ok(Self {
            partition: parts.partition,
            service: parts.service.to_owned(),
            region: parts.region.to_owned(),
            account: parts.account.to_owned(),
            resource: parts.resource.to_owned(),
        })
    }
}

/// The parts of an ARN in the text of somebody else: principals are read from them by the thousand.
pub(crate) struct Parts<'a> {
    pub(crate) partition: Partition,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) resource: &'a str,
}

impl<'a> Parts<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, ArnError> {
        if text.len() > MAX_LEN {
            return Err(ArnError::TooLong { len: text.len() });
        }
        let rest = text.strip_prefix("arn:").ok_or_else(|| ArnError::Prefix {
            found: text.to_owned(),
        })?;
        if let Some(position) = first_unprintable(text.as_bytes()) {
            return Err(ArnError::Character { position });
        }
        let mut parts = rest.splitn(5, ':');
        let mut next = || parts.next().ok_or(ArnError::TooFewParts);
        let (partition, service, region, account) = (next()?, next()?, next()?, next()?);
        let resource = next()?;
        let partition = partition.parse()?;
        for (part, text) in [("service", service), ("resource", resource)] {
            if text.is_empty() {
                return Err(ArnError::Empty { part });
            }
        }
        Ok(Self {
            partition,
            service,
            region,
            account,
            resource,
        })
    }
}

/// The text is not an ARN.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ArnError {
    /// Longer than any ARN.
    #[error("an ARN has at most 2048 bytes, not {len}")]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// The first part is not `arn`.
    #[error("\"{}\" does not begin with arn:", Excerpt(found))]
    Prefix {
        /// The text.
        found: String,
    },
    /// Something that is not printable ASCII.
    #[error("the character at byte {position} of the ARN is a space or not printable ASCII")]
    Character {
        /// Where, in bytes from 0.
        position: usize,
    },
    /// Fewer than six parts.
    #[error("an ARN has six parts, arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE")]
    TooFewParts,
    /// The partition is not known.
    #[error(transparent)]
    Partition(#[from] PartitionError),
    /// A part that every ARN has is empty.
    #[error("the ARN's {part} is empty")]
    Empty {
        /// `service` or `resource`.
        part: &'static str,
    },
}

/// AWS's own limit for ARNs in policies and API fields.
const MAX_LEN: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_six_parts_and_leaves_colons_to_the_resource() {
        let text = "arn:aws:sts::123456789012:assumed-role/aws:ec2-instance/i-0123456789abcdef0";
        let arn: Arn = text.parse().unwrap();
        assert_eq!(
            (
                arn.partition(),
                arn.service(),
                arn.region(),
                arn.account(),
                arn.resource()
            ),
            (
                Partition::Aws,
                "sts",
                "",
                "123456789012",
                "assumed-role/aws:ec2-instance/i-0123456789abcdef0"
            )
        );
        assert_eq!(arn.to_string(), text);
    }

    #[test]
    fn refuses_each_way_of_not_being_an_arn() {
        for (text, fault) in [
            (
                "",
                ArnError::Prefix {
                    found: String::new(),
                },
            ),
            (
                "NOT AN ARN",
                ArnError::Prefix {
                    found: "NOT AN ARN".to_owned(),
                },
            ),
            (
                "ARN:aws:iam::1:x",
                ArnError::Prefix {
                    found: "ARN:aws:iam::1:x".to_owned(),
                },
            ),
            (
                "nar:aws:iam::1:x",
                ArnError::Prefix {
                    found: "nar:aws:iam::1:x".to_owned(),
                },
            ),
            ("arn:aws:iam::1", ArnError::TooFewParts),
            ("arn:*", ArnError::TooFewParts),
            (
                "arn:aws:iam::1:role/a b",
                ArnError::Character { position: 21 },
            ),
            (
                "arn:aws:iam::1:role/a\n",
                ArnError::Character { position: 21 },
            ),
            (
                "arn:aws:iam::1:role/\u{212a}",
                ArnError::Character { position: 20 },
            ),
            ("arn:aws:::1:role/a", ArnError::Empty { part: "service" }),
            ("arn:aws:iam::1:", ArnError::Empty { part: "resource" }),
        ] {
            assert_eq!(text.parse::<Arn>(), Err(fault), "{text}");
        }
        let long = format!("arn:aws:iam::1:{}", "x".repeat(2048));
        assert_eq!(long.parse::<Arn>(), Err(ArnError::TooLong { len: 2063 }));
        assert!(matches!(
            "arn:mars:iam::1:x".parse::<Arn>(),
            Err(ArnError::Partition(_))
        ));
    }
}
