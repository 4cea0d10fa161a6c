//! The client of STS, and what it answers with.

use std::time::Duration;

use aws_credential_types::Credentials as SdkCredentials;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{
    BehaviorVersion, IdentityCache, Region, SharedCredentialsProvider,
    StalledStreamProtectionConfig,
};
use aws_sdk_sts::primitives::DateTime;
use aws_sdk_sts::types::Credentials as StsCredentials;
use aws_sdk_sts::{Client, Config};
use iam_core::credentials::SecretError;
use iam_core::principal::SessionName;
use iam_core::time::Rfc3339;
use thiserror::Error;

use super::Context;
use crate::credentials::Credentials;
use crate::endpoint::EndpointError;
use crate::service::Service;

/// Credentials in an answer that cannot be used.
#[derive(Debug, Error)]
pub(super) enum AnswerError {
    /// Nothing where they belong.
    #[error("the answer holds no credentials")]
    Missing,
    /// A key id that AWS does not give out.
    #[error("the answer's AccessKeyId is not an access key id")]
    KeyId,
    /// A secret that AWS does not give out.
    #[error("the answer's credentials cannot be used")]
    Secret(#[from] SecretError),
    /// Over already.
    #[error("the answer's credentials expired at {at}, and now it is {now}")]
    Expired {
        /// When.
        at: Rfc3339,
        /// Now.
        now: Rfc3339,
    },
}

/// A client at the host that the settings choose: a URL of their own, else AWS's.
pub(super) fn client(
    context: &Context<'_>,
    credentials: Option<&Credentials>,
) -> Result<Client, EndpointError> {
    let settings = context.settings();
    let host = settings.host()?;
    let url = match settings.custom_url(Service::Sts, context.shared())? {
        Some(custom) => custom.url,
        None => format!("https://{host}"),
    };
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(ANSWER)
        .build();
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(host.signing_region().to_owned()))
        .endpoint_url(url)
        .http_client(context.http())
        .identity_cache(IdentityCache::no_cache())
        .retry_config(retries())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .timeout_config(timeouts);
    config.set_credentials_provider(credentials.map(provider));
    Ok(Client::from_conf(config.build()))
}

/// Three attempts, apart by up to 0.2 and 0.4 s, at random: throttling passes in less than a second.
fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(200))
        .with_max_backoff(Duration::from_secs(1))
}

fn provider(credentials: &Credentials) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(SdkCredentials::new(
        credentials.access_key_id.as_str(),
        credentials.secret_access_key.expose(),
        credentials
            .session_token
            .as_ref()
            .map(|token| token.expose().to_owned()),
        None,
        "token-exec",
    ))
}

/// What STS gave, in our own types.
pub(super) fn credentials(
    given: Option<&StsCredentials>,
    context: &Context<'_>,
) -> Result<Credentials, AnswerError> {
    let given = given.ok_or(AnswerError::Missing)?;
    let expiry = instant(given.expiration()).ok_or(AnswerError::Missing)?;
    let now = context.now();
    if expiry <= now {
        return Err(AnswerError::Expired {
            at: Rfc3339::nearest(expiry),
            now: Rfc3339::nearest(now),
        });
    }
    Ok(Credentials {
        access_key_id: given
            .access_key_id()
            .parse()
            .map_err(|_| AnswerError::KeyId)?,
        secret_access_key: given.secret_access_key().parse()?,
        session_token: Some(given.session_token().parse()?),
        expiry: Some(expiry),
    })
}

fn instant(at: &DateTime) -> Option<std::time::SystemTime> {
    (*at).try_into().ok()
}

/// The name of a session that nobody named: `token-exec-` and the second it begins, as the AWS CLI
/// has `botocore-session-`.
pub(super) fn session_name(chosen: Option<&SessionName>, context: &Context<'_>) -> String {
    match chosen {
        Some(name) => name.to_string(),
        None => {
            let since = context.now().duration_since(std::time::UNIX_EPOCH);
            format!("token-exec-{}", since.unwrap_or_default().as_secs())
        }
    }
}

const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(10);

/// For all attempts of one call together.
pub(super) const CALL: Duration = Duration::from_secs(30);
