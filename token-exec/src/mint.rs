//! From options and environment to what goes to stdout.

use std::time::{Duration, SystemTime};

use iam_cli::NOTICE;
use iam_core::exec_api::{ExecApiVersion, ExecInfo, exec_credential};
use iam_core::sts_host::StsHost;
use iam_core::token::Token;

use crate::environment::Environment;
use crate::error::Error;
use crate::options::{MintOptions, OutputFormat};
use crate::sign::presign;
use iam_aws::chosen_profile::ChosenProfile;
use iam_aws::credentials::{Credentials, CredentialsError};
use iam_aws::endpoint::EndpointSettings;
use iam_aws::environment::EndpointVariables;
use iam_aws::shared_config::{SharedConfig, Unreadable};
use iam_aws::source::{Choice, Origin, Source, choose};

/// The text to print: an `ExecCredential`, or the bare token, and a line break.
///
/// # Errors
/// When there are no credentials or no region, or the client asks for what is not known.
pub fn mint(
    options: &MintOptions,
    environment: &Environment,
    now: SystemTime,
) -> Result<String, Error> {
    let version = match options.output {
        OutputFormat::Json => api_version(environment)?,
        OutputFormat::Token => ExecApiVersion::default(),
    };
    let aws = &environment.aws;
    let chosen = ChosenProfile::of(options.profile.as_deref(), aws);
    let unreadable = match (chosen, aws.keys()) {
        (ChosenProfile::Variable(_) | ChosenProfile::Default, Some(_)) => Unreadable::Tolerated,
        (ChosenProfile::Flag(_), _) | (_, None) => Unreadable::Refused,
    };
    let shared = SharedConfig::load(aws, unreadable)?;
    let Choice { source, .. } = choose(aws, &shared, chosen, now)?;
    tracing::info!("signing with {}", source.describe());
    say_which_won(chosen, source.origin());
    let credentials = match source {
        Source::Keys(keys) => keys.credentials,
        other => return Err(CredentialsError::cannot_fetch(&other).into()),
    };
    let settings = EndpointSettings {
        region_flag: options.region.as_ref(),
        environment: aws,
        profile: shared.profile(chosen.name()),
        cluster: options.cluster.arn(),
    };
    let host = settings.host()?;
    tracing::info!("signing for {host}");
    warn_of_custom_endpoint(&aws.endpoints, &host);
    let expiration = expiration(&credentials, now);
    let token = Token::mint(&presign(credentials, host, options.cluster.id(), now)?);
    warn_of_size(&token);
    Ok(match options.output {
        OutputFormat::Json => exec_credential(version, &token, expiration),
        OutputFormat::Token => format!("{}\n", token.expose()),
    })
}

/// The version to answer in.
fn api_version(environment: &Environment) -> Result<ExecApiVersion, Error> {
    let version = ExecInfo::parse(environment.exec_info.as_deref())?.api_version;
    if version.is_deprecated() {
        tracing::warn!(
            "{version} is gone from kubectl 1.24: write {} in the kubeconfig's exec entry",
            ExecApiVersion::V1,
        );
    }
    Ok(version)
}

/// When the client should ask again: a minute before the token ends, or the credentials do.
fn expiration(credentials: &Credentials, now: SystemTime) -> SystemTime {
    let token = now + TOKEN_LIFE - MARGIN;
    match credentials.expiry {
        Some(expiry) => token.min(expiry - MARGIN),
        None => token,
    }
}

fn say_which_won(chosen: ChosenProfile<'_>, origin: &Origin) {
    if let (ChosenProfile::Variable(setting), Origin::Variable(KEY_ID)) = (chosen, origin) {
        tracing::info!(
            target: NOTICE,
            "the exported {KEY_ID} wins over {}; --profile {} would win over both",
            setting.variable,
            setting.value,
        );
    }
}

fn warn_of_custom_endpoint(variables: &EndpointVariables, host: &StsHost) {
    if let Some(variable) = variables.announced_sts_url() {
        tracing::warn!(
            "{variable} does not change the host that the token is signed for, {host}: servers \
             take tokens for AWS's own hosts alone",
        );
    }
}

fn warn_of_size(token: &Token) {
    let size = token.expose().len();
    if size > OLD_SERVERS_LIMIT {
        tracing::warn!(
            "the token has {size} bytes; servers that take no more than {OLD_SERVERS_LIMIT} will \
             refuse it: use a role whose session token is shorter",
        );
    }
}

/// What announces exported keys.
const KEY_ID: &str = "AWS_ACCESS_KEY_ID";

/// STS honours a presigned request for 15 minutes from its date.
const TOKEN_LIFE: Duration = Duration::from_mins(15);

/// Long enough for a request that is sent just before.
const MARGIN: Duration = Duration::from_mins(1);

/// What aws-iam-authenticator takes at most.
const OLD_SERVERS_LIMIT: usize = 4096;
