//! How STS is reached: `server.stsRegions` and `server.stsResolve`.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use iam_core::partition::Partition;
use iam_core::region::Region;
use iam_core::sts_host::StsHosts;
use iam_core::yaml::Node;

use super::faults::ConfigFault;
use super::fields::{Fields, Findings, is_null};
use super::nearest::nearest;
use super::server::values;

/// The regions; one of another partition is a fault.
pub(super) fn sts_regions(
    fields: &Fields<'_>,
    partition: Partition,
    findings: &mut Findings<'_>,
) -> Vec<Region> {
    let parse = |text: &str| {
        let region: Region = text.parse().map_err(|error| format!("{error}"))?;
        match Partition::claiming(region.as_str()) {
            Some(other) if other != partition => Err(format!(
                "{region} is a region of partition {other}, not of {partition}"
            )),
            Some(_) => Ok(region),
            // `sts.s3.amazonaws.com` is the bucket called sts, whose owner may write what he likes.
            None if !has_the_shape_of_a_region(&region) => Err(format!(
                "{region} has not the shape of a region, such as us-west-2"
            )),
            None => Ok(region),
        }
    };
    values(fields.list("stsRegions", findings, parse))
}

/// Letters, words of letters, a number: `us-gov-west-1`.
fn has_the_shape_of_a_region(region: &Region) -> bool {
    let labels: Vec<&str> = region.as_str().split('-').collect();
    let all = |label: &str, rule: fn(&u8) -> bool| label.bytes().all(|byte| rule(&byte));
    match labels.as_slice() {
        [first, middle @ .., number] => {
            !middle.is_empty()
                && all(first, u8::is_ascii_lowercase)
                && middle
                    .iter()
                    .all(|label| all(label, u8::is_ascii_lowercase))
                && all(number, u8::is_ascii_digit)
        }
        [] | [_] => false,
    }
}

/// The addresses; a host that is not among `hosts` is a fault.
pub(super) fn sts_resolve(
    fields: &Fields<'_>,
    hosts: &StsHosts,
    findings: &mut Findings<'_>,
) -> BTreeMap<String, SocketAddr> {
    let mut addresses = BTreeMap::new();
    let Some(node) = fields.node("stsResolve").filter(|node| !is_null(node)) else {
        return addresses;
    };
    let Some(mapping) = node.as_mapping() else {
        findings.fault(
            node.position,
            "server.stsResolve must map STS hosts to `ip:port`",
        );
        return addresses;
    };
    for (key, value) in &mapping.pairs {
        let Some(host) = findings.text("server.stsResolve", key) else {
            continue;
        };
        let listed = is_listed(host, key, hosts, findings);
        let Some(text) = findings.text("server.stsResolve", value) else {
            continue;
        };
        let Some(address) = socket_address(text) else {
            findings.fault(
                value.position,
                "server.stsResolve: not an address `ip:port`",
            );
            continue;
        };
        if listed && addresses.insert(host.to_owned(), address).is_some() {
            findings.fault(
                key.position,
                format!("server.stsResolve: {host} is given twice"),
            );
        }
    }
    addresses
}

fn is_listed(host: &str, key: &Node, hosts: &StsHosts, findings: &mut Findings<'_>) -> bool {
    if hosts.get(host).is_some() {
        return true;
    }
    let place = findings.place(key.position);
    let message = "server.stsResolve: not an STS host of this partition and of server.stsRegions";
    let fault = ConfigFault::new(place, message);
    let meant = nearest(host, hosts.iter().map(|listed| listed.name()));
    findings.faults.push(match meant {
        Some(name) => fault.hint(format!("did you mean {name}?")),
        None => fault,
    });
    false
}

/// `ip:port`, or an address alone with HTTPS's port.
fn socket_address(text: &str) -> Option<SocketAddr> {
    let alone = || {
        text.parse::<IpAddr>()
            .ok()
            .map(|address| SocketAddr::new(address, 443))
    };
    text.parse().ok().or_else(alone)
}
