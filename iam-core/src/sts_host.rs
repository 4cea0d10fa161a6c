//! The hosts of the AWS Security Token Service: one closed list per partition.
//!
//! The client signs for a host of the list and the server admits nothing else, so that a token
//! cannot send the server anywhere but to STS.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::partition::Partition;
use crate::region::Region;

/// Whether the host runs FIPS 140 validated cryptography.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Fips {
    /// The usual host.
    #[default]
    No,
    /// The FIPS host.
    Yes,
}

/// Whether the host answers on IPv6 as well.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum DualStack {
    /// IPv4 only.
    #[default]
    No,
    /// IPv4 and IPv6.
    Yes,
}

/// A host of STS, as the AWS SDKs choose it.
///
/// The rules are those of `sts/2011-06-15/endpoint-rule-set-1.json` in botocore 1.44.5.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum StsHost {
    /// `sts.amazonaws.com`, of partition `aws` alone, signed for `us-east-1`.
    Global,
    /// The host of a region.
    Regional {
        /// The region, which decides the partition and with it the DNS suffix.
        region: Region,
        /// Plain or FIPS.
        fips: Fips,
        /// IPv4 or dual-stack.
        dual_stack: DualStack,
    },
}

impl StsHost {
    /// The host name.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Global => GLOBAL_NAME.to_owned(),
            Self::Regional {
                region,
                fips,
                dual_stack,
            } => regional_name(self.partition(), region.as_str(), *fips, *dual_stack),
        }
    }

    /// The region that a signature for this host names.
    #[must_use]
    pub fn signing_region(&self) -> &str {
        match self {
            Self::Global => GLOBAL_SIGNING_REGION,
            Self::Regional { region, .. } => region.as_str(),
        }
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> Partition {
        match self {
            Self::Global => Partition::Aws,
            Self::Regional { region, .. } => region.partition(),
        }
    }
}

impl fmt::Display for StsHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name())
    }
}

/// An entry of [`StsHosts`]: a host that may be asked. Equality is that of the name.
#[derive(Clone, Debug)]
pub struct ListedHost {
    name: String,
    signing_region: Region,
    partition: Partition,
    id: usize,
}

impl ListedHost {
    /// The host name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The region that a signature for this host names.
    #[must_use]
    pub fn signing_region(&self) -> &str {
        self.signing_region.as_str()
    }

    /// The partition in whose list the host stands.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The position in the list, from 0: a small index for counters and pools.
    #[must_use]
    pub fn id(&self) -> usize {
        self.id
    }
}

impl PartialEq for ListedHost {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ListedHost {}

impl From<&StsHost> for ListedHost {
    /// The only entry of a list of this one host.
    fn from(host: &StsHost) -> Self {
        let signing_region = match host {
            StsHost::Global => Region::listed(GLOBAL_SIGNING_REGION),
            StsHost::Regional { region, .. } => region.clone(),
        };
        Self {
            name: host.name(),
            signing_region,
            partition: host.partition(),
            id: 0,
        }
    }
}

/// The closed allow-list of STS hosts of one partition.
#[derive(Clone, Debug)]
pub struct StsHosts(
    // Sorted by name. The longest, of partition aws, is about 150 names: eight comparisons.
    Vec<Arc<ListedHost>>,
);

impl StsHosts {
    /// The hosts of `partition`: its regions known at build and `extra_regions`, each plain and
    /// FIPS, IPv4 and dual-stack, and in partition `aws` the global host.
    ///
    /// An extra region that another partition lays claim to ([`Partition::claiming`]) has no host
    /// here and is left out.
    #[must_use]
    pub fn of(partition: Partition, extra_regions: &[Region]) -> Self {
        Self::listed(entries(partition, extra_regions))
    }

    /// This host and no other, for reading a token that was signed for it.
    #[must_use]
    pub fn only(host: &StsHost) -> Self {
        Self::listed(vec![ListedHost::from(host)])
    }

    /// The hosts of every partition, for reading a token of unknown origin.
    #[must_use]
    pub fn of_every_partition() -> Self {
        Self::listed(
            Partition::ALL
                .into_iter()
                .flat_map(|partition| entries(partition, &[]))
                .collect(),
        )
    }

    /// The host of exactly this name: case, dots and all.
    #[must_use]
    pub fn get(&self, host: &str) -> Option<&Arc<ListedHost>> {
        let position = self
            .0
            .binary_search_by(|listed| listed.name.as_str().cmp(host))
            .ok()?;
        self.0.get(position)
    }

    /// Every host, in the order of [`ListedHost::id`].
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<ListedHost>> {
        self.0.iter()
    }

    fn listed(mut entries: Vec<ListedHost>) -> Self {
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        entries.dedup();
        let numbered = (0..)
            .zip(entries)
            .map(|(id, entry)| Arc::new(ListedHost { id, ..entry }));
        Self(numbered.collect())
    }
}

fn entries(partition: Partition, extra_regions: &[Region]) -> Vec<ListedHost> {
    let known = partition.regions().iter().map(|name| Region::listed(name));
    let extra = extra_regions.iter().filter(|region| {
        Partition::claiming(region.as_str()).is_none_or(|claiming| claiming == partition)
    });
    let regions: BTreeSet<Region> = known.chain(extra.cloned()).collect();
    let mut entries: Vec<ListedHost> = regions
        .iter()
        .flat_map(|region| {
            VARIANTS.iter().map(move |&(fips, dual_stack)| ListedHost {
                name: regional_name(partition, region.as_str(), fips, dual_stack),
                signing_region: region.clone(),
                partition,
                id: 0,
            })
        })
        .collect();
    if partition == Partition::Aws {
        entries.push(ListedHost::from(&StsHost::Global));
    }
    entries
}

fn regional_name(partition: Partition, region: &str, fips: Fips, dual_stack: DualStack) -> String {
    let suffix = match dual_stack {
        DualStack::No => partition.dns_suffix(),
        DualStack::Yes => partition.dual_stack_dns_suffix(),
    };
    // GovCloud's plain IPv4 hosts are FIPS hosts already.
    let label = match (fips, dual_stack, partition) {
        (Fips::No, _, _) | (Fips::Yes, DualStack::No, Partition::AwsUsGov) => "sts",
        (Fips::Yes, _, _) => "sts-fips",
    };
    format!("{label}.{region}.{suffix}")
}

const VARIANTS: [(Fips, DualStack); 4] = [
    (Fips::No, DualStack::No),
    (Fips::Yes, DualStack::No),
    (Fips::No, DualStack::Yes),
    (Fips::Yes, DualStack::Yes),
];
const GLOBAL_NAME: &str = "sts.amazonaws.com";
const GLOBAL_SIGNING_REGION: &str = "us-east-1";
