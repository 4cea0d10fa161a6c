//! What stands under `server`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use iam_core::account::AccountId;
use iam_core::partition::Partition;
use iam_core::region::Region;
use iam_core::sts_host::StsHosts;
use iam_core::yaml::Position;

use super::fields::{Fields, Findings};
use super::sources::{backend_modes, reserved_prefixes};
use super::sts::{sts_regions, sts_resolve};
use super::values::{Audiences, BackendMode, DynamicFile, MatchBy, ReservedPrefixes};
use super::{Overrides, duration};

/// The values under `server`, defaults filled in.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) partition: Partition,
    pub(super) address: IpAddr,
    pub(super) port: u16,
    pub(super) admin_address: IpAddr,
    pub(super) admin_port: u16,
    pub(super) hostname: String,
    pub(super) state_dir: PathBuf,
    pub(super) generate_kubeconfig: PathBuf,
    pub(super) kubeconfig_pregenerated: bool,
    pub(super) kubeconfig: Option<PathBuf>,
    pub(super) master: Option<String>,
    pub(super) client_ca: Option<PathBuf>,
    pub(super) shutdown_grace: Duration,
    pub(super) request_deadline: Duration,
    pub(super) audiences: Audiences,
    pub(super) max_connections: usize,
    pub(super) cache_freshness: Duration,
    pub(super) sts_regions: Vec<Region>,
    pub(super) sts_resolve: BTreeMap<String, SocketAddr>,
    pub(super) sts_ca_bundle: Option<PathBuf>,
    pub(super) backend_modes: Vec<BackendMode>,
    /// A file that says at run time which sources are asked.
    pub(super) dynamic_modes: Option<PathBuf>,
    pub(super) mounted_file: Option<PathBuf>,
    pub(super) access_entries: Vec<PathBuf>,
    pub(super) dynamic_file: Option<DynamicFile>,
    pub(super) scrubbed_accounts: Vec<AccountId>,
    pub(super) reserved_prefixes: ReservedPrefixes,
}

/// Reads the values; what is wrong goes to `findings`, with the default in its place.
pub(super) fn read(
    fields: &Fields<'_>,
    overrides: &Overrides,
    findings: &mut Findings<'_>,
) -> Server {
    let over = overrides.clone();
    let f = findings;
    let in_file = fields.value("partition", f, str::parse::<Partition>);
    let partition = over.partition.or(in_file).unwrap_or(Partition::Aws);
    let sts_regions = sts_regions(fields, partition, f);
    Server {
        address: over
            .address
            .or(fields.value("address", f, address))
            .unwrap_or(LOOPBACK),
        port: over
            .port
            .or(fields.value("port", f, port))
            .unwrap_or(21_362),
        admin_address: over
            .admin_address
            .or(fields.value("adminAddress", f, address))
            .unwrap_or(LOOPBACK),
        admin_port: over
            .admin_port
            .or(fields.value("adminPort", f, port))
            .unwrap_or(21_363),
        hostname: over
            .hostname
            .or(fields.value("hostname", f, text))
            .unwrap_or_else(|| "localhost".to_owned()),
        state_dir: over
            .state_dir
            .or(fields.value("stateDir", f, path))
            .unwrap_or_else(|| "/var/aws-iam-authenticator".into()),
        generate_kubeconfig: over
            .generate_kubeconfig
            .or(fields.value("generateKubeconfig", f, path))
            .unwrap_or_else(|| "/etc/kubernetes/aws-iam-authenticator/kubeconfig.yaml".into()),
        kubeconfig_pregenerated: over
            .kubeconfig_pregenerated
            .or(fields.value("kubeconfigPregenerated", f, boolean))
            .unwrap_or(false),
        kubeconfig: over.kubeconfig.or(fields.value("kubeconfig", f, path)),
        master: over.master.or(fields.value("master", f, api_server)),
        client_ca: fields.value("clientCA", f, path),
        shutdown_grace: period(fields, "shutdownGrace", f).unwrap_or(Duration::from_secs(20)),
        request_deadline: period(fields, "requestDeadline", f).unwrap_or(Duration::from_secs(5)),
        audiences: audiences(fields, f),
        max_connections: fields
            .value("maxConnections", f, connections)
            .unwrap_or(10_000),
        cache_freshness: period(fields, "cacheFreshness", f).unwrap_or(Duration::from_secs(60)),
        sts_resolve: sts_resolve(fields, &StsHosts::of(partition, &sts_regions), f),
        sts_ca_bundle: ca_bundle(fields, over.aws_ca_bundle, f),
        backend_modes: backend_modes(fields, over.backend_modes, f),
        dynamic_modes: dynamic_modes(fields, f),
        mounted_file: fields.value("mountedFile", f, path),
        access_entries: values(fields.list("accessEntries", f, path)),
        dynamic_file: dynamic_file(fields, f),
        scrubbed_accounts: values(fields.list("scrubbedAccounts", f, str::parse::<AccountId>)),
        reserved_prefixes: reserved_prefixes(fields, f),
        partition,
        sts_regions,
    }
}

pub(super) fn text(text: &str) -> Result<String, Infallible> {
    Ok(text.to_owned())
}

fn path(text: &str) -> Result<PathBuf, Infallible> {
    Ok(text.into())
}

fn address(text: &str) -> Result<IpAddr, &'static str> {
    text.parse().map_err(|_| "not an IP address")
}

fn port(text: &str) -> Result<u16, &'static str> {
    text.parse().map_err(|_| "not a port from 0 to 65535")
}

fn boolean(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" | "yes" | "on" => Ok(true),
        "false" | "f" | "0" | "no" | "off" => Ok(false),
        _ => Err("neither true nor false"),
    }
}

fn api_server(text: &str) -> Result<String, &'static str> {
    let url: http::Uri = text.parse().map_err(|_| "not a URL")?;
    match (url.scheme_str(), url.host()) {
        (Some("http" | "https"), Some(_)) => Ok(text.to_owned()),
        _ => Err("not the URL of an API server"),
    }
}

fn connections(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(number @ 1..=1_000_000) => Ok(number),
        Ok(_) | Err(_) => Err("not a number from 1 to 1000000"),
    }
}

fn period(fields: &Fields<'_>, key: &'static str, findings: &mut Findings<'_>) -> Option<Duration> {
    let (least, most) = match key {
        // kube-apiserver gives up after 30 s.
        "requestDeadline" => (Duration::from_millis(500), Duration::from_secs(30)),
        // A token lives for 15 minutes.
        "cacheFreshness" => (Duration::ZERO, Duration::from_secs(900)),
        _ => (Duration::ZERO, Duration::from_secs(3_600)),
    };
    fields.value(key, findings, |text| {
        let period = duration::parse(text)
            .ok_or_else(|| "not a duration such as 500ms, 20s or 1m30s".to_owned())?;
        if (least..=most).contains(&period) {
            Ok(period)
        } else {
            Err(format!("not between {least:?} and {most:?}"))
        }
    })
}

/// The file's bundle, else the environment's; an empty variable is none.
fn ca_bundle(
    fields: &Fields<'_>,
    exported: Option<PathBuf>,
    findings: &mut Findings<'_>,
) -> Option<PathBuf> {
    let exported = exported.filter(|path| !path.as_os_str().is_empty());
    fields.value("stsCABundle", findings, path).or(exported)
}

fn dynamic_file(fields: &Fields<'_>, findings: &mut Findings<'_>) -> Option<DynamicFile> {
    let match_by = match fields.value("dynamicfileUserIDStrict", findings, boolean) {
        Some(true) => MatchBy::UserId,
        Some(false) | None => MatchBy::Arn,
    };
    let path = fields.value("dynamicfilepath", findings, path)?;
    Some(DynamicFile { path, match_by })
}

/// Whoever relies on that file is told that it is not followed.
fn dynamic_modes(fields: &Fields<'_>, findings: &mut Findings<'_>) -> Option<PathBuf> {
    const KEY: &str = "dynamicBackendModePath";
    let path: PathBuf = fields.value(KEY, findings, path)?;
    if let Some(node) = fields.node(KEY) {
        let why = format!(
            "server.{KEY} is not followed: the sources are those of server.backendMode, and once \
             the file exists this configuration is refused"
        );
        findings.warning(node.position, why);
    }
    Some(path)
}

fn audiences(fields: &Fields<'_>, findings: &mut Findings<'_>) -> Audiences {
    let served = values(fields.list("audiences", findings, text));
    if served.is_empty() {
        Audiences::Any
    } else {
        Audiences::Only(served)
    }
}

/// The values of a list, without their places.
pub(super) fn values<T>(list: Option<Vec<(Position, T)>>) -> Vec<T> {
    list.unwrap_or_default()
        .into_iter()
        .map(|(_, value)| value)
        .collect()
}

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
