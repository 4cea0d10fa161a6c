//! From options and environment to what goes to stdout.

use std::mem;
use std::time::SystemTime;

use iam_aws::chosen_profile::ChosenProfile;
use iam_aws::environment::EndpointVariables;
use iam_aws::source::{Choice, Origin, Source};
use iam_cli::NOTICE;
use iam_core::exec_api::{ExecApiVersion, ExecInfo, ExecInfoError, exec_credential};
use iam_core::sts_host::StsHost;
use iam_core::token::Token;

use crate::costly::Costly;
use crate::environment::Environment;
use crate::error::Error;
use crate::options::{MintOptions, OutputFormat};
use crate::settings::Settings;
use crate::sign::sign;
use crate::wanted::Wanted;

/// The text to print: an `ExecCredential`, or the bare token, and a line break.
///
/// # Errors
/// When there are no credentials or no region, or the client asks for what is not known.
pub fn mint(
    options: &MintOptions,
    environment: &Environment,
    clock: fn() -> SystemTime,
) -> Result<String, Error> {
    let client = client(options.output, environment)?;
    let now = clock();
    let mut settings = Settings::load(&options.aws, environment, options.cluster.arn())?;
    let Choice { source, .. } = settings.choose(now)?;
    tracing::info!("signing with {}", source.describe());
    say_which_won(settings.chosen, source.origin());
    let host = settings.host(&source, clock)?;
    tracing::info!("signing for {host}");
    warn_of_custom_endpoint(&environment.aws.endpoints, &host);
    let wanted = Wanted::new(source, options.aws.role.as_ref());
    let signed = match &wanted.source {
        Source::Keys(keys) => sign(&keys.credentials, &host, options.cluster.id(), now)?,
        _ => {
            let costly = Costly {
                options,
                client,
                environment,
                settings: &settings,
                host: &host,
                clock,
            };
            costly.token(&wanted)?
        }
    };
    warn_of_size(&signed.token);
    // The process ends: what the files were parsed into need not be taken apart, piece by piece.
    mem::forget(settings);
    Ok(match options.output {
        OutputFormat::Json => {
            let version = client.unwrap_or_default().api_version;
            exec_credential(version, &signed.token, signed.expiration)
        }
        OutputFormat::Token => format!("{}\n", signed.token.expose()),
    })
}

/// What the Kubernetes client says about itself, if one started us. For a bare token that may be
/// nonsense: no client reads one.
fn client(
    output: OutputFormat,
    environment: &Environment,
) -> Result<Option<ExecInfo>, ExecInfoError> {
    let Some(info) = environment.exec_info.as_deref() else {
        return Ok(None);
    };
    let read = ExecInfo::parse(Some(info));
    match output {
        OutputFormat::Token => Ok(Some(read.unwrap_or_default())),
        OutputFormat::Json => {
            let client = read?;
            warn_of_version(client.api_version);
            Ok(Some(client))
        }
    }
}

fn warn_of_version(version: ExecApiVersion) {
    if version.is_deprecated() {
        tracing::warn!(
            "{version} is gone from kubectl 1.24: write {} in the kubeconfig's exec entry",
            ExecApiVersion::V1,
        );
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

/// What aws-iam-authenticator takes at most.
const OLD_SERVERS_LIMIT: usize = 4096;
