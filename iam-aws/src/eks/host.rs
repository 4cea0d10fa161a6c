//! The hosts of EKS, as the AWS SDKs choose them.

use iam_core::partition::Partition;
use iam_core::region::Region;
use iam_core::sts_host::{DualStack, Fips};

use crate::endpoint::{EndpointError, EndpointSettings};
use crate::region::RegionName;
use crate::service::Service;
use crate::shared_config::SharedConfig;

/// A host of EKS. There is none without a region.
///
/// The rules are those of `eks/2017-11-01/endpoint-rule-set-1.json` in botocore 1.44.5.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EksHost {
    /// The region, which decides the partition and with it the DNS suffix.
    pub region: Region,
    /// Plain or FIPS.
    pub fips: Fips,
    /// IPv4 or dual-stack.
    pub dual_stack: DualStack,
}

impl EksHost {
    /// The host name.
    #[must_use]
    pub fn name(&self) -> String {
        let (region, partition) = (&self.region, self.region.partition());
        let suffix = partition.dns_suffix();
        let dual_stack = partition.dual_stack_dns_suffix();
        match (self.fips, self.dual_stack, partition) {
            (Fips::Yes, DualStack::Yes, _) => format!("eks-fips.{region}.{dual_stack}"),
            (Fips::No, DualStack::Yes, _) => format!("eks.{region}.{dual_stack}"),
            (Fips::Yes, DualStack::No, Partition::Aws) => format!("fips.eks.{region}.{suffix}"),
            // Every host of GovCloud is one.
            (Fips::Yes, DualStack::No, Partition::AwsUsGov) | (Fips::No, DualStack::No, _) => {
                format!("eks.{region}.{suffix}")
            }
            (Fips::Yes, DualStack::No, _) => format!("eks-fips.{region}.{suffix}"),
        }
    }
}

/// Where EKS is asked, without a slash at the end, and the region that signatures name.
pub(super) fn address(
    settings: EndpointSettings<'_>,
    shared: &SharedConfig,
) -> Result<(String, Region), EndpointError> {
    let host = settings.eks_host()?;
    let base = match settings.custom_url(Service::Eks, shared)? {
        Some(custom) => custom.url.trim_end_matches('/').to_owned(),
        None => format!("https://{}", host.name()),
    };
    Ok((base, host.region))
}

impl EndpointSettings<'_> {
    /// The host of EKS.
    ///
    /// # Errors
    /// When no region is known, it is none where EKS is, or a setting makes no sense.
    pub fn eks_host(&self) -> Result<EksHost, EndpointError> {
        let (fips, dual_stack) = (self.fips()?, self.dual_stack()?);
        let RegionName::Named {
            region,
            fips: named,
        } = self.region()?
        else {
            return Err(EndpointError::GlobalEks);
        };
        if let Some(parent) = parent_of_zone(&region) {
            return Err(EndpointError::Zone { region, parent });
        }
        Ok(EksHost {
            region,
            fips: if fips { Fips::Yes } else { named },
            dual_stack: if dual_stack {
                DualStack::Yes
            } else {
                DualStack::No
            },
        })
    }
}

/// The region that a zone is in: `us-west-2` of `us-west-2a`, of the local zone `us-west-2-lax-1a`
/// and of the Wavelength zone `us-east-1-wl1-bos-wlz-1`.
fn parent_of_zone(name: &Region) -> Option<String> {
    let known = Partition::ALL.into_iter().flat_map(Partition::regions);
    known
        .filter_map(|region| Some((region, name.as_str().strip_prefix(*region)?)))
        .find(|(_, rest)| rest.starts_with(|c: char| c == '-' || c.is_ascii_lowercase()))
        .map(|(region, _)| (*region).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::{Environment, Variables};

    fn host(region: &str, variables: &[&'static str]) -> Result<String, EndpointError> {
        let environment = Environment::read(&Variables(|name| {
            variables.contains(&name).then(|| "true".into())
        }))
        .unwrap();
        let region: RegionName = region.parse().unwrap();
        let settings = EndpointSettings {
            region_flag: Some(&region),
            environment: &environment,
            profile: None,
            cluster: None,
        };
        settings.eks_host().map(|host| host.name())
    }

    #[test]
    fn chooses_the_host_that_the_aws_cli_chooses() {
        const FIPS: &str = "AWS_USE_FIPS_ENDPOINT";
        const DUAL: &str = "AWS_USE_DUALSTACK_ENDPOINT";
        type Row<'a> = (&'a str, &'a [&'static str], &'a str);
        let table: [Row<'_>; 18] = [
            ("us-west-2", &[], "eks.us-west-2.amazonaws.com"),
            ("us-west-2", &[FIPS], "fips.eks.us-west-2.amazonaws.com"),
            ("us-west-2", &[DUAL], "eks.us-west-2.api.aws"),
            ("us-west-2", &[FIPS, DUAL], "eks-fips.us-west-2.api.aws"),
            ("fips-us-east-1", &[], "fips.eks.us-east-1.amazonaws.com"),
            ("us-gov-west-1", &[], "eks.us-gov-west-1.amazonaws.com"),
            ("us-gov-west-1", &[FIPS], "eks.us-gov-west-1.amazonaws.com"),
            (
                "us-gov-east-1",
                &[FIPS, DUAL],
                "eks-fips.us-gov-east-1.api.aws",
            ),
            ("cn-north-1", &[], "eks.cn-north-1.amazonaws.com.cn"),
            (
                "cn-north-1",
                &[FIPS],
                "eks-fips.cn-north-1.amazonaws.com.cn",
            ),
            (
                "cn-north-1",
                &[DUAL],
                "eks.cn-north-1.api.amazonwebservices.com.cn",
            ),
            ("us-iso-east-1", &[], "eks.us-iso-east-1.c2s.ic.gov"),
            ("us-isob-east-1", &[], "eks.us-isob-east-1.sc2s.sgov.gov"),
            ("eu-isoe-west-1", &[], "eks.eu-isoe-west-1.cloud.adc-e.uk"),
            ("us-isof-south-1", &[], "eks.us-isof-south-1.csp.hci.ic.gov"),
            ("eusc-de-east-1", &[], "eks.eusc-de-east-1.amazonaws.eu"),
            (
                "eusc-de-east-1",
                &[DUAL],
                "eks.eusc-de-east-1.api.amazonwebservices.eu",
            ),
            ("ap-new-9", &[], "eks.ap-new-9.amazonaws.com"),
        ];
        for (region, variables, name) in table {
            let found = host(region, variables);
            assert_eq!(found, Ok(name.to_owned()), "{region} {variables:?}");
        }
    }

    #[test]
    fn a_zone_is_not_its_region() {
        let table = [
            ("us-west-2a", "us-west-2"),
            ("us-west-2-lax-1", "us-west-2"),
            ("us-west-2-lax-1a", "us-west-2"),
            ("us-east-1-wl1-bos-wlz-1", "us-east-1"),
            ("ap-southeast-2-per-1a", "ap-southeast-2"),
        ];
        for (zone, parent) in table {
            let expected = EndpointError::Zone {
                region: zone.parse().unwrap(),
                parent: parent.to_owned(),
            };
            assert_eq!(host(zone, &[]), Err(expected), "{zone}");
        }
        assert!(host("us-east-10", &[]).is_ok());
        assert_eq!(host("aws-global", &[]), Err(EndpointError::GlobalEks));
    }
}
