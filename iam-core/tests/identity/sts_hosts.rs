//! Which hosts are STS: names by the SDKs' rules, lists by partition.

use iam_core::partition::Partition;
use iam_core::region::Region;
use iam_core::sts_host::{DualStack, Fips, StsHost, StsHosts};

use Partition::{Aws, AwsCn, AwsEusc, AwsIso, AwsIsoB, AwsIsoE, AwsIsoF, AwsUsGov};

fn region(name: &str) -> Region {
    name.parse().expect("a region")
}

#[test]
fn regional_names_follow_the_rules_of_the_sdks() {
    for &(name, fips, dual_stack, host, partition) in NAMES {
        let sts = StsHost::Regional {
            region: region(name),
            fips,
            dual_stack,
        };
        assert_eq!((sts.name().as_str(), sts.partition()), (host, partition));
        assert_eq!(sts.signing_region(), name);
    }
    let global = StsHost::Global;
    assert_eq!(
        (global.name().as_str(), global.signing_region()),
        ("sts.amazonaws.com", "us-east-1")
    );
}

#[test]
fn every_host_that_can_be_named_is_in_the_list_of_its_partition_and_no_other() {
    let lists: Vec<_> = Partition::ALL
        .map(|partition| (partition, StsHosts::of(partition, &[])))
        .into();
    let variants =
        [Fips::No, Fips::Yes].map(|fips| [DualStack::No, DualStack::Yes].map(|dual| (fips, dual)));
    for partition in Partition::ALL {
        for name in partition.regions() {
            for (fips, dual_stack) in variants.into_iter().flatten() {
                let host = StsHost::Regional {
                    region: region(name),
                    fips,
                    dual_stack,
                };
                for (other, list) in &lists {
                    let found = list.get(&host.name()).map(|listed| listed.signing_region());
                    assert_eq!(
                        found,
                        (*other == partition).then_some(*name),
                        "{host} in {other}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_lists_hold_nothing_else() {
    for partition in Partition::ALL {
        let hosts = StsHosts::of(partition, &[]);
        let regions = partition.regions().len();
        let expected = match partition {
            Aws => 4 * regions + 1,
            AwsUsGov => 3 * regions,
            AwsCn | AwsIso | AwsIsoB | AwsIsoE | AwsIsoF | AwsEusc => 4 * regions,
        };
        assert_eq!(hosts.iter().len(), expected, "{partition}");
        for (id, host) in hosts.iter().enumerate() {
            assert_eq!((host.id(), host.partition()), (id, partition));
            assert_eq!(hosts.get(host.name()), Some(host));
        }
    }
}

#[test]
fn verdicts_on_the_hosts_that_the_peer_tests() {
    let everywhere = [
        Aws, AwsCn, AwsUsGov, AwsIso, AwsIsoB, AwsIsoE, AwsIsoF, AwsEusc,
    ];
    for partition in everywhere {
        let global = StsHosts::of(partition, &[])
            .get("sts.amazonaws.com")
            .is_some();
        assert_eq!(global, partition == Aws, "{partition}");
    }
    for &(partition, host, extra, listed) in VERDICTS {
        let extra: Vec<Region> = extra.map(region).into_iter().collect();
        let hosts = StsHosts::of(partition, &extra);
        assert_eq!(
            hosts.get(host).is_some(),
            listed,
            "{host} in {partition} with {extra:?}"
        );
    }
}

#[test]
fn a_region_given_twice_is_listed_once() {
    let extra = [region("us-east-1"), region("new-1"), region("new-1")];
    let hosts = StsHosts::of(Aws, &extra);
    assert_eq!(hosts.iter().len(), StsHosts::of(Aws, &[]).iter().len() + 4);
}

#[test]
fn the_list_of_every_partition_is_their_union() {
    let all = StsHosts::of_every_partition();
    let sum: usize = Partition::ALL
        .iter()
        .map(|partition| StsHosts::of(*partition, &[]).iter().len())
        .sum();
    assert_eq!(all.iter().len(), sum);
}

#[test]
fn the_list_of_one_host_holds_no_other() {
    let regional = StsHost::Regional {
        region: region("us-west-2"),
        fips: Fips::Yes,
        dual_stack: DualStack::No,
    };
    for (host, name) in [
        (StsHost::Global, "sts.amazonaws.com"),
        (regional, "sts-fips.us-west-2.amazonaws.com"),
    ] {
        let hosts = StsHosts::only(&host);
        let names: Vec<&str> = hosts.iter().map(|listed| listed.name()).collect();
        assert_eq!(names, [name]);
        assert_eq!(
            hosts.get(name).map(|listed| listed.signing_region()),
            Some(host.signing_region())
        );
    }
}

const NAMES: &[(&str, Fips, DualStack, &str, Partition)] = &[
    (
        "us-west-2",
        Fips::No,
        DualStack::No,
        "sts.us-west-2.amazonaws.com",
        Aws,
    ),
    (
        "us-west-2",
        Fips::Yes,
        DualStack::No,
        "sts-fips.us-west-2.amazonaws.com",
        Aws,
    ),
    (
        "us-west-2",
        Fips::No,
        DualStack::Yes,
        "sts.us-west-2.api.aws",
        Aws,
    ),
    (
        "us-west-2",
        Fips::Yes,
        DualStack::Yes,
        "sts-fips.us-west-2.api.aws",
        Aws,
    ),
    (
        "us-gov-west-1",
        Fips::No,
        DualStack::No,
        "sts.us-gov-west-1.amazonaws.com",
        AwsUsGov,
    ),
    (
        "us-gov-west-1",
        Fips::Yes,
        DualStack::No,
        "sts.us-gov-west-1.amazonaws.com",
        AwsUsGov,
    ),
    (
        "us-gov-west-1",
        Fips::No,
        DualStack::Yes,
        "sts.us-gov-west-1.api.aws",
        AwsUsGov,
    ),
    (
        "us-gov-west-1",
        Fips::Yes,
        DualStack::Yes,
        "sts-fips.us-gov-west-1.api.aws",
        AwsUsGov,
    ),
    (
        "cn-north-1",
        Fips::No,
        DualStack::No,
        "sts.cn-north-1.amazonaws.com.cn",
        AwsCn,
    ),
    (
        "cn-north-1",
        Fips::Yes,
        DualStack::No,
        "sts-fips.cn-north-1.amazonaws.com.cn",
        AwsCn,
    ),
    (
        "cn-north-1",
        Fips::No,
        DualStack::Yes,
        "sts.cn-north-1.api.amazonwebservices.com.cn",
        AwsCn,
    ),
    (
        "us-iso-east-1",
        Fips::No,
        DualStack::No,
        "sts.us-iso-east-1.c2s.ic.gov",
        AwsIso,
    ),
    (
        "us-iso-test-1",
        Fips::No,
        DualStack::No,
        "sts.us-iso-test-1.c2s.ic.gov",
        AwsIso,
    ),
    (
        "us-iso-east-1",
        Fips::No,
        DualStack::Yes,
        "sts.us-iso-east-1.api.aws.ic.gov",
        AwsIso,
    ),
    (
        "us-isob-east-1",
        Fips::No,
        DualStack::No,
        "sts.us-isob-east-1.sc2s.sgov.gov",
        AwsIsoB,
    ),
    (
        "us-isob-east-1",
        Fips::No,
        DualStack::Yes,
        "sts.us-isob-east-1.api.aws.scloud",
        AwsIsoB,
    ),
    (
        "eu-isoe-west-1",
        Fips::No,
        DualStack::No,
        "sts.eu-isoe-west-1.cloud.adc-e.uk",
        AwsIsoE,
    ),
    (
        "eu-isoe-west-1",
        Fips::No,
        DualStack::Yes,
        "sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
        AwsIsoE,
    ),
    (
        "us-isof-south-1",
        Fips::Yes,
        DualStack::No,
        "sts-fips.us-isof-south-1.csp.hci.ic.gov",
        AwsIsoF,
    ),
    (
        "us-isof-south-1",
        Fips::No,
        DualStack::Yes,
        "sts.us-isof-south-1.api.aws.hci.ic.gov",
        AwsIsoF,
    ),
    (
        "eusc-de-east-1",
        Fips::No,
        DualStack::No,
        "sts.eusc-de-east-1.amazonaws.eu",
        AwsEusc,
    ),
    (
        "eusc-de-east-1",
        Fips::Yes,
        DualStack::Yes,
        "sts-fips.eusc-de-east-1.api.amazonwebservices.eu",
        AwsEusc,
    ),
    (
        "bogus",
        Fips::No,
        DualStack::No,
        "sts.bogus.amazonaws.com",
        Aws,
    ),
];

/// The third column: a region that the operator adds.
const VERDICTS: &[(Partition, &str, Option<&str>, bool)] = &[
    (Aws, "sts.us-east-1.amazonaws.com", None, true),
    (Aws, "sts.ap-northeast-2.amazonaws.com", None, true),
    (Aws, "sts-fips.us-west-2.amazonaws.com", None, true),
    (AwsCn, "sts-fips.us-east-1.amazonaws.com", None, false),
    (Aws, "sts.us-west-2.api.aws", None, true),
    (
        AwsCn,
        "sts.cn-north-1.api.amazonwebservices.com.cn",
        None,
        true,
    ),
    (
        Aws,
        "sts.cn-north-1.api.amazonwebservices.com.cn",
        None,
        false,
    ),
    (AwsCn, "sts.cn-northwest-1.amazonaws.com.cn", None, true),
    (AwsCn, "sts.us-iso-east-1.c2s.ic.gov", None, false),
    (AwsCn, "sts.not-a-region1.amazonaws.com.cn", None, false),
    (
        AwsCn,
        "sts.not-a-region2.amazonaws.com.cn",
        Some("not-a-region2"),
        true,
    ),
    (
        AwsCn,
        "sts.not-a-region5.amazonaws.com.cn",
        Some("us-west-2"),
        false,
    ),
    (
        AwsCn,
        "sts.us-west-2.amazonaws.com.cn",
        Some("us-west-2"),
        false,
    ),
    (
        Aws,
        "sts.us-west-2.amazonaws.com.cn",
        Some("us-west-2"),
        false,
    ),
    (Aws, "sts.amazonaws.com.cn", None, false),
    (Aws, "website.amazonaws.com", None, false),
    (
        Aws,
        "sts.default-region.amazonaws.com",
        Some("default-region"),
        true,
    ),
    (Aws, "sts.not-a-region.amazonaws.com", None, false),
    (Aws, "sts.us-gov-west-1.amazonaws.com", None, false),
    (
        Aws,
        "sts.us-gov-west-1.amazonaws.com",
        Some("us-gov-west-1"),
        false,
    ),
    (AwsUsGov, "sts.us-gov-east-1.amazonaws.com", None, true),
    (AwsUsGov, "sts.us-east-1.amazonaws.com", None, false),
    (AwsIso, "sts.us-iso-east-1.c2s.ic.gov", None, true),
    (AwsIso, "sts.us-iso-east-1.api.aws.ic.gov", None, true),
    (AwsIsoB, "sts.cn-north-1.amazonaws.com.cn", None, false),
    (
        AwsCn,
        "sts.us-isob-east-1.amazonaws.com.cn",
        Some("us-isob-east-1"),
        false,
    ),
    (
        AwsIsoB,
        "sts.us-isob-east-1.amazonaws.com.cn",
        Some("us-isob-east-1"),
        false,
    ),
];
