//! The hosts of IAM, as the AWS SDKs choose them: one a partition.

use iam_core::partition::Partition;
use iam_core::sts_host::Fips;

use crate::endpoint::{EndpointError, EndpointSettings};
use crate::region::RegionName;
use crate::service::Service;
use crate::shared_config::SharedConfig;

/// Where IAM is asked, without a slash at the end, and the region that signatures name.
pub(super) fn address(
    settings: EndpointSettings<'_>,
    shared: &SharedConfig,
) -> Result<(String, &'static str), EndpointError> {
    let (partition, named) = match settings.region() {
        Ok(RegionName::Named { region, fips }) => (region.partition(), fips),
        Ok(RegionName::Global) | Err(EndpointError::NoRegion) => (Partition::Aws, Fips::No),
        Err(error) => return Err(error),
    };
    let is_fips = settings.fips()? || named == Fips::Yes;
    let (host, region) = host(partition, is_fips, settings.dual_stack()?);
    let base = match settings.custom_url(Service::Iam, shared)? {
        Some(custom) => custom.url.trim_end_matches('/').to_owned(),
        None => format!("https://{host}"),
    };
    Ok((base, region))
}

/// The rules of `iam/2010-05-08/endpoint-rule-set-1.json` in botocore 1.44.5.
fn host(partition: Partition, is_fips: bool, is_dual_stack: bool) -> (String, &'static str) {
    let home = match partition {
        Partition::Aws => "us-east-1",
        Partition::AwsCn => "cn-north-1",
        Partition::AwsUsGov => "us-gov-west-1",
        Partition::AwsIso => "us-iso-east-1",
        Partition::AwsIsoB => "us-isob-east-1",
        Partition::AwsIsoE => "eu-isoe-west-1",
        Partition::AwsIsoF => "us-isof-south-1",
        Partition::AwsEusc => "eusc-de-east-1",
    };
    // The one host of GovCloud is one.
    let label = match is_fips && partition != Partition::AwsUsGov {
        true => "iam-fips",
        false => "iam",
    };
    let place = match (partition, is_fips, is_dual_stack) {
        (Partition::AwsUsGov, _, _) => "us-gov",
        (Partition::Aws, _, true) | (Partition::AwsCn | Partition::AwsEusc, false, true) => {
            "global"
        }
        (Partition::AwsIso | Partition::AwsIsoB, _, false) => home,
        (Partition::Aws, _, false) | (_, true, _) | (_, _, true) => "",
        (_, false, false) => home,
    };
    let place = match place {
        "" => String::new(),
        place => format!("{place}."),
    };
    let suffix = match is_dual_stack {
        true => partition.dual_stack_dns_suffix(),
        false => partition.dns_suffix(),
    };
    (format!("{label}.{place}{suffix}"), home)
}
