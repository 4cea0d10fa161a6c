//! `verify`: what STS says of a token, asked as the webhook asks.

use std::fmt::{self, Display, Formatter};
use std::time::SystemTime;

use iam_aws::fetch::{self, Caller};
use iam_cli::json;
use iam_core::inspect::{Inspection, Lookalike, inspect};
use iam_core::presigned::{Fault, PresignedRequest};
use iam_core::sts_host::StsHosts;
use iam_core::token::Token;
use serde::Serialize;
use thiserror::Error;

use crate::environment::Environment;
use crate::error::Error;
use crate::given_token;
use crate::options::{AwsOptions, ReportFormat, VerifyOptions};
use crate::report::{API_VERSION, line};
use crate::settings::Settings;
use iam_aws::settings::NOBODY;

/// A token that a server refuses without asking anybody: every rule that it breaks.
#[derive(Debug, Error)]
#[error("a server refuses it unasked: {}", in_words(faults))]
pub struct BrokenToken {
    faults: Vec<Fault>,
    looks_like: Option<Lookalike>,
}

impl BrokenToken {
    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> String {
        match self.looks_like {
            Some(lookalike) => format!("it looks like {lookalike}"),
            None => "token-exec inspect shows what it says".to_owned(),
        }
    }
}

fn in_words(faults: &[Fault]) -> String {
    let words: Vec<String> = faults.iter().map(Fault::to_string).collect();
    words.join("; ")
}

/// The report on whose token it is.
///
/// # Errors
/// When the token breaks a rule, STS denies it, or STS is not reached.
pub fn verify(
    options: &VerifyOptions,
    environment: &Environment,
    clock: fn() -> SystemTime,
) -> Result<String, Error> {
    let text = given_token::text(options.token.as_ref())?;
    let request = parse(&text, clock())?;
    let aws = AwsOptions::default();
    let settings = Settings::load(&aws, environment, None)?;
    let context = settings.context(NOBODY, clock);
    let caller = fetch::verify(&request, &options.cluster, &context)?;
    let document = Document::new(&caller, &request, options.cluster.as_str());
    Ok(match options.output {
        ReportFormat::Text => document.to_string(),
        ReportFormat::Json => json::line(&document),
    })
}

fn parse(text: &str, now: SystemTime) -> Result<PresignedRequest, BrokenToken> {
    let hosts = StsHosts::of_every_partition();
    let parsed =
        Token::parse(text, &hosts).and_then(|request| request.check_window(now).map(|()| request));
    parsed.map_err(|first| {
        let Inspection {
            mut faults,
            looks_like,
            ..
        } = inspect(text, now);
        if faults.is_empty() {
            faults.push(first);
        }
        BrokenToken { faults, looks_like }
    })
}

/// Whose token it is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    api_version: &'static str,
    kind: &'static str,
    cluster_id: &'a str,
    host: &'a str,
    account: String,
    arn: String,
    canonical_arn: String,
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_name: Option<&'a str>,
    access_key_id: &'a str,
}

impl<'a> Document<'a> {
    fn new(caller: &'a Caller, request: &'a PresignedRequest, cluster: &'a str) -> Self {
        Self {
            api_version: API_VERSION,
            kind: "Verification",
            cluster_id: cluster,
            host: request.host().name(),
            account: caller.principal.account().to_string(),
            arn: caller.principal.to_string(),
            canonical_arn: caller.principal.canonical_arn(),
            user_id: &caller.user_id,
            session_name: caller.principal.session_name(),
            access_key_id: request.access_key_id().as_str(),
        }
    }
}

impl Display for Document<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            api_version: _,
            kind: _,
            cluster_id,
            host,
            account,
            arn,
            canonical_arn,
            user_id,
            session_name,
            access_key_id,
        } = self;
        line(formatter, "cluster id", cluster_id)?;
        line(formatter, "host", host)?;
        line(formatter, "account", account)?;
        line(formatter, "ARN", arn)?;
        line(formatter, "canonical ARN", canonical_arn)?;
        line(formatter, "user id", user_id)?;
        if let Some(name) = session_name {
            line(formatter, "session name", name)?;
        }
        line(formatter, "access key id", access_key_id)
    }
}
