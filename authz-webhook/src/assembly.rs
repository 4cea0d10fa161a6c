//! From a configuration to the parts that answer reviews.

use std::sync::Arc;
use std::time::SystemTime;

use iam_aws::environment::NotUtf8;
use iam_aws::http::Http;
use iam_core::sts_host::StsHosts;
use thiserror::Error;

use crate::authenticate::{Authenticator, Scrub};
use crate::authorize::Authorizer;
use crate::callers::{CallerSettings, NoRandomness, VerifiedCallers};
use crate::cli::AwsVariables;
use crate::clock_skew::ClockSkew;
use crate::config::{Config, Ec2Settings};
use crate::ec2::{Ec2Client, InstanceId, Instances, Pace};
use crate::mappings::Sources;
use crate::metrics::Metrics;
use crate::sts::{Resolve, RootsError, StsClient, StsSettings, StsSetupError, roots};

/// Why there is no authenticator.
#[derive(Debug, Error)]
pub enum AssemblyError {
    /// The CA bundle for STS.
    #[error("cannot load the roots for STS")]
    Roots(#[from] RootsError),
    /// The client for STS.
    #[error(transparent)]
    Sts(#[from] StsSetupError),
    /// What the environment says about AWS.
    #[error("the environment")]
    Environment(#[source] NotUtf8),
    /// The proxies before STS.
    #[error("cannot find the way to STS")]
    Proxies(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The cache's key.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

/// The clock, and what becomes known of it.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The clock.
    pub now: fn() -> SystemTime,
    /// How far it is from that of STS.
    pub skew: Arc<ClockSkew>,
}

impl Clock {
    /// A clock that nothing is known of yet.
    #[must_use]
    pub fn new(now: fn() -> SystemTime, metrics: &Arc<Metrics>) -> Self {
        let skew = Arc::new(ClockSkew::new(Arc::clone(metrics)));
        Self { now, skew }
    }
}

/// Who asks STS; nothing is connected yet.
///
/// # Errors
/// Unusable roots, or a proxy that is none.
pub fn sts_client(
    config: &Config,
    aws: &AwsVariables,
    clock: Clock,
    metrics: &Arc<Metrics>,
) -> Result<StsClient, AssemblyError> {
    let hosts = hosts(config);
    let settings = StsSettings {
        cluster_id: config.cluster_id(),
        additional_cluster_ids: config.additional_cluster_ids(),
        hosts: &hosts,
        roots: roots(config.sts_ca_bundle())?,
        resolve: Resolve::new(config.sts_resolve().clone()),
        proxies: proxies(aws)?,
        clock_skew: clock.skew,
        clock: clock.now,
    };
    Ok(StsClient::new(settings, Arc::clone(metrics))?)
}

/// Those that stand before STS, by the environment.
///
/// # Errors
/// A variable that names none, or no roots for one over TLS.
pub fn proxies(aws: &AwsVariables) -> Result<Http, AssemblyError> {
    let AwsVariables(variables) = aws;
    let environment = (**variables).as_ref();
    let environment = environment.map_err(|error| AssemblyError::Environment(error.clone()))?;
    let http = Http::new(environment, None);
    http.check_proxies().map_err(AssemblyError::Proxies)?;
    Ok(http)
}

/// Puts the authenticator together.
///
/// # Errors
/// A system without random numbers.
pub fn authenticator(
    config: &Config,
    sources: Arc<Sources>,
    sts: StsClient,
    instances: Instances,
    metrics: &Arc<Metrics>,
) -> Result<Authenticator, AssemblyError> {
    let settings = CallerSettings::within(config.request_deadline(), config.cache_freshness());
    let callers = VerifiedCallers::new(hosts(config), sts, settings, Arc::clone(metrics))?;
    Ok(Authenticator::new(
        callers,
        sources,
        Scrub::new(config.scrubbed_accounts()),
        instances,
    ))
}

fn hosts(config: &Config) -> StsHosts {
    StsHosts::of(config.partition(), config.sts_regions())
}

/// Who knows EC2's instances; nobody is asked yet. Needs a runtime.
#[must_use]
pub fn instances(
    config: &Config,
    aws: &AwsVariables,
    clock: fn() -> SystemTime,
    metrics: &Arc<Metrics>,
) -> Instances {
    let Ec2Settings { role, qps, burst } = config.ec2();
    let client = Ec2Client::new(aws.clone(), role.clone(), clock);
    let describe = move |ids: &[InstanceId]| client.describe(ids);
    Instances::start(
        Box::new(describe),
        Pace::new(*qps, *burst),
        Arc::clone(metrics),
    )
}

/// Puts the authorizer together, where access entries are a source.
#[must_use]
pub fn authorizer(config: &Config, sources: &Arc<Sources>) -> Option<Authorizer> {
    let scrub = Scrub::new(config.scrubbed_accounts());
    config
        .has_access_entries()
        .then(|| Authorizer::new(Arc::clone(sources), scrub))
}
