//! The STS host that a token is signed for, by the rules of the AWS CLI.
//!
//! Custom endpoints never decide it: the server admits AWS's own hosts alone.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html>

use iam_core::cluster::ClusterArn;
use iam_core::partition::Partition;
use iam_core::region::{Region, RegionError};
use iam_core::sts_host::{DualStack, Fips, StsHost};
use thiserror::Error;

use crate::environment::Environment;
use crate::place::Place;
use crate::region::RegionName;
use crate::shared_config::Profile;

/// Where the settings of an endpoint can stand, the first that has one winning.
#[derive(Clone, Copy)]
pub struct EndpointSettings<'a> {
    /// `--region`
    pub region_flag: Option<&'a RegionName>,
    /// The environment.
    pub environment: &'a Environment,
    /// The profile, if there is one.
    pub profile: Option<Profile<'a>>,
    /// The ARN that named the cluster, if one did.
    pub cluster: Option<&'a ClusterArn>,
}

/// Why no host can be chosen.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
pub enum EndpointError {
    /// No region anywhere.
    #[error("no region is set")]
    NoRegion,
    /// A region that none can be called.
    #[error("{place}")]
    Region {
        /// Where it stands.
        place: String,
        /// What is wrong with it.
        source: RegionError,
    },
    /// A setting with a word that it does not take.
    #[error("{place} is neither {first} nor {second}")]
    Word {
        /// Where it stands.
        place: String,
        /// One word it takes.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A variant of the global host.
    #[error("region aws-global has no FIPS or dual-stack host")]
    GlobalVariant,
    /// A region where EKS is not.
    #[error("EKS has no host in region aws-global")]
    GlobalEks,
    /// A zone in place of its region.
    #[error("{region} is a zone of {parent}, not a region")]
    Zone {
        /// What was given.
        region: Region,
        /// The region it is in.
        parent: String,
    },
    /// A URL of another kind.
    #[error("{place} is no http or https URL")]
    Url {
        /// Where it stands.
        place: String,
    },
    /// A region that is in another partition than the cluster.
    #[error("region {region} is in partition {partition}, but the cluster is in {cluster}")]
    OtherPartition {
        /// The region.
        region: String,
        /// Its partition.
        partition: Partition,
        /// The cluster's.
        cluster: Partition,
    },
}

impl EndpointSettings<'_> {
    /// The host to sign for.
    ///
    /// # Errors
    /// When no region is known, or a setting makes no sense.
    pub fn host(&self) -> Result<StsHost, EndpointError> {
        let region = self.region()?;
        let fips = self.fips()?;
        let dual_stack = self.dual_stack()?;
        let host = match (region, fips, dual_stack) {
            (RegionName::Global, false, false) => StsHost::Global,
            (RegionName::Global, _, _) => return Err(EndpointError::GlobalVariant),
            (
                RegionName::Named {
                    region,
                    fips: Fips::No,
                },
                false,
                false,
            ) if self.is_legacy()? && LEGACY_REGIONS.contains(&region.as_str()) => StsHost::Global,
            (
                RegionName::Named {
                    region,
                    fips: named,
                },
                fips,
                dual_stack,
            ) => StsHost::Regional {
                region,
                fips: if fips { Fips::Yes } else { named },
                dual_stack: if dual_stack {
                    DualStack::Yes
                } else {
                    DualStack::No
                },
            },
        };
        self.check_partition(&host)?;
        Ok(host)
    }

    /// Whether hosts with FIPS 140 validated cryptography are to be asked.
    ///
    /// # Errors
    /// When the setting makes no sense.
    pub fn fips(&self) -> Result<bool, EndpointError> {
        let exported = self.environment.endpoints.use_fips.as_deref();
        self.word(
            (exported, "AWS_USE_FIPS_ENDPOINT"),
            "use_fips_endpoint",
            ["true", "false"],
        )
    }

    /// Whether hosts that answer on IPv6 as well are to be asked.
    ///
    /// # Errors
    /// When the setting makes no sense.
    pub fn dual_stack(&self) -> Result<bool, EndpointError> {
        let exported = self.environment.endpoints.use_dualstack.as_deref();
        self.word(
            (exported, "AWS_USE_DUALSTACK_ENDPOINT"),
            "use_dualstack_endpoint",
            ["true", "false"],
        )
    }

    /// The region, where the settings name one; `aws-global` is none.
    ///
    /// # Errors
    /// When the setting makes no sense.
    pub(crate) fn plain_region(&self) -> Result<Option<Region>, EndpointError> {
        match self.region() {
            Ok(RegionName::Named { region, .. }) => Ok(Some(region)),
            Ok(RegionName::Global) | Err(EndpointError::NoRegion) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The URL of AWS's own EC2 in a region.
    ///
    /// # Errors
    /// When a setting makes no sense.
    pub(crate) fn ec2_url(&self, region: &Region) -> Result<String, EndpointError> {
        let partition = region.partition();
        let (fips, dual_stack) = (self.fips()?, self.dual_stack()?);
        let suffix = if dual_stack {
            partition.dual_stack_dns_suffix()
        } else {
            partition.dns_suffix()
        };
        // GovCloud's hosts are FIPS hosts already, but for those of dual stack.
        let is_fips = partition == Partition::AwsUsGov && !dual_stack;
        let label = if fips && !is_fips { "ec2-fips" } else { "ec2" };
        Ok(format!("https://{label}.{region}.{suffix}"))
    }

    pub(crate) fn region(&self) -> Result<RegionName, EndpointError> {
        if let Some(region) = self.region_flag {
            return Ok(region.clone());
        }
        let exported = self
            .environment
            .region
            .as_ref()
            .map(|setting| (setting.value.as_str(), Place::Variable(setting.variable)));
        match (exported.or_else(|| self.in_profile("region")), self.cluster) {
            (Some((text, place)), _) => text.parse().map_err(|source| EndpointError::Region {
                place: place.to_string(),
                source,
            }),
            (None, Some(arn)) => Ok(RegionName::Named {
                region: Region::clone(arn.region()),
                fips: Fips::No,
            }),
            (None, None) => Err(EndpointError::NoRegion),
        }
    }

    /// Whether the global host serves the regions that are older than regional hosts.
    fn is_legacy(&self) -> Result<bool, EndpointError> {
        let exported = self.environment.endpoints.sts_regional.as_deref();
        self.word(
            (exported, "AWS_STS_REGIONAL_ENDPOINTS"),
            "sts_regional_endpoints",
            ["legacy", "regional"],
        )
    }

    /// Whether the first of two words is set; unset means the second.
    pub(crate) fn word(
        &self,
        (exported, variable): (Option<&str>, &'static str),
        key: &'static str,
        [first, second]: [&'static str; 2],
    ) -> Result<bool, EndpointError> {
        let exported = exported.map(|text| (text, Place::Variable(variable)));
        let Some((text, place)) = exported.or_else(|| self.in_profile(key)) else {
            return Ok(false);
        };
        match (
            text.eq_ignore_ascii_case(first),
            text.eq_ignore_ascii_case(second),
        ) {
            (true, _) => Ok(true),
            (false, true) => Ok(false),
            (false, false) => Err(EndpointError::Word {
                place: place.to_string(),
                first,
                second,
            }),
        }
    }

    pub(crate) fn in_profile(&self, key: &'static str) -> Option<(&str, Place<'_>)> {
        let section = self
            .profile?
            .sections()
            .find(|section| section.get(key).is_some())?;
        Some((section.get(key)?, Place::in_section(section, key)))
    }

    fn check_partition(&self, host: &StsHost) -> Result<(), EndpointError> {
        let Some(arn) = self.cluster else {
            return Ok(());
        };
        if arn.partition() == host.partition() {
            return Ok(());
        }
        Err(EndpointError::OtherPartition {
            region: host.signing_region().to_owned(),
            partition: host.partition(),
            cluster: arn.partition(),
        })
    }
}

impl EndpointError {
    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoRegion => "give --region, or set AWS_REGION".to_owned(),
            Self::Zone { parent, .. } => format!("give --region {parent}"),
            Self::Region { .. } | Self::GlobalVariant | Self::GlobalEks => {
                "give a region such as us-west-2 with --region".to_owned()
            }
            Self::Word {
                place,
                first,
                second,
            } => format!("set {place} to {first} or {second}"),
            Self::Url { place } => {
                format!("set {place} to a URL such as https://HOST:PORT, or unset it")
            }
            Self::OtherPartition { .. } => "give the cluster's own region with --region".to_owned(),
        }
    }
}

/// The regions whose STS was the global host before regional hosts became the default.
const LEGACY_REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Variables;

    /// Variables, `--region`, cluster ARN.
    type Row<'a> = (
        &'a [(&'static str, &'a str)],
        Option<&'a str>,
        Option<&'a str>,
    );

    fn host((variables, region, arn): Row<'_>) -> Result<StsHost, EndpointError> {
        let environment = Environment::read(&Variables(|name| {
            let (_, value) = variables.iter().find(|(variable, _)| *variable == name)?;
            Some((*value).into())
        }))
        .unwrap();
        let region: Option<RegionName> = region.map(|text| text.parse().unwrap());
        let cluster: Option<ClusterArn> = arn.map(|text| text.parse().unwrap());
        let settings = EndpointSettings {
            region_flag: region.as_ref(),
            environment: &environment,
            profile: None,
            cluster: cluster.as_ref(),
        };
        settings.host()
    }

    const FIPS: (&str, &str) = ("AWS_USE_FIPS_ENDPOINT", "true");
    const DUAL_STACK: (&str, &str) = ("AWS_USE_DUALSTACK_ENDPOINT", "True");
    const LEGACY: (&str, &str) = ("AWS_STS_REGIONAL_ENDPOINTS", "legacy");
    const EU: (&str, &str) = ("AWS_REGION", "eu-west-1");
    const ARN: Option<&str> = Some("arn:aws:eks:ap-south-1:111122223333:cluster/c");

    const HOSTS: [(Row<'_>, &str); 20] = [
        (
            (&[], Some("us-west-2"), None),
            "sts.us-west-2.amazonaws.com",
        ),
        (
            (&[EU], Some("us-west-2"), None),
            "sts.us-west-2.amazonaws.com",
        ),
        ((&[EU], None, None), "sts.eu-west-1.amazonaws.com"),
        ((&[EU], None, ARN), "sts.eu-west-1.amazonaws.com"),
        ((&[], None, ARN), "sts.ap-south-1.amazonaws.com"),
        ((&[], Some("aws-global"), None), "sts.amazonaws.com"),
        ((&[LEGACY, EU], None, None), "sts.amazonaws.com"),
        (
            (&[LEGACY], Some("il-central-1"), None),
            "sts.il-central-1.amazonaws.com",
        ),
        (
            (&[LEGACY], Some("cn-north-1"), None),
            "sts.cn-north-1.amazonaws.com.cn",
        ),
        (
            (&[LEGACY, EU, FIPS], None, None),
            "sts-fips.eu-west-1.amazonaws.com",
        ),
        (
            (&[LEGACY, EU, DUAL_STACK], None, None),
            "sts.eu-west-1.api.aws",
        ),
        (
            (&[FIPS, DUAL_STACK], Some("us-east-2"), None),
            "sts-fips.us-east-2.api.aws",
        ),
        (
            (&[FIPS], Some("us-gov-west-1"), None),
            "sts.us-gov-west-1.amazonaws.com",
        ),
        (
            (&[], Some("fips-us-west-2"), None),
            "sts-fips.us-west-2.amazonaws.com",
        ),
        (
            (&[LEGACY], Some("us-west-2-fips"), None),
            "sts-fips.us-west-2.amazonaws.com",
        ),
        (
            (&[], Some("us-iso-east-1"), None),
            "sts.us-iso-east-1.c2s.ic.gov",
        ),
        (
            (&[], Some("us-isob-west-1"), None),
            "sts.us-isob-west-1.sc2s.sgov.gov",
        ),
        (
            (&[], Some("eu-isoe-west-1"), None),
            "sts.eu-isoe-west-1.cloud.adc-e.uk",
        ),
        (
            (&[], Some("us-isof-south-1"), None),
            "sts.us-isof-south-1.csp.hci.ic.gov",
        ),
        (
            (&[], Some("eusc-de-east-1"), None),
            "sts.eusc-de-east-1.amazonaws.eu",
        ),
    ];

    #[test]
    fn chooses_the_host_that_the_aws_cli_chooses() {
        for (row, name) in HOSTS {
            assert_eq!(
                host(row).map(|host| host.name()),
                Ok(name.to_owned()),
                "{row:?}"
            );
        }
    }

    #[test]
    fn says_which_setting_is_at_fault() {
        let word = |place: &str, first, second| EndpointError::Word {
            place: place.to_owned(),
            first,
            second,
        };
        let other_partition = EndpointError::OtherPartition {
            region: "cn-north-1".to_owned(),
            partition: Partition::AwsCn,
            cluster: Partition::Aws,
        };
        let region = EndpointError::Region {
            place: "AWS_DEFAULT_REGION".to_owned(),
            source: "EU".parse::<Region>().unwrap_err(),
        };
        let table: [(Row<'_>, EndpointError); 7] = [
            ((&[], None, None), EndpointError::NoRegion),
            ((&[("AWS_DEFAULT_REGION", "EU")], None, None), region),
            (
                (&[FIPS], Some("aws-global"), None),
                EndpointError::GlobalVariant,
            ),
            ((&[], Some("cn-north-1"), ARN), other_partition),
            (
                (&[EU, ("AWS_USE_FIPS_ENDPOINT", "yes")], None, None),
                word("AWS_USE_FIPS_ENDPOINT", "true", "false"),
            ),
            (
                (&[EU, ("AWS_USE_DUALSTACK_ENDPOINT", "1")], None, None),
                word("AWS_USE_DUALSTACK_ENDPOINT", "true", "false"),
            ),
            (
                (&[EU, ("AWS_STS_REGIONAL_ENDPOINTS", "global")], None, None),
                word("AWS_STS_REGIONAL_ENDPOINTS", "legacy", "regional"),
            ),
        ];
        for (row, error) in table {
            assert_eq!(host(row), Err(error), "{row:?}");
        }
    }
}
