//! `whoami`: which credentials are used and why, who they are, and how to map that identity.

mod mapping;

use std::fmt::{self, Display, Formatter};
use std::time::SystemTime;

use iam_aws::fetch::{self, Caller};
use iam_aws::mfa;
use iam_aws::source::{Choice, PassedOver, Source};
use iam_cli::{NOTICE, json};
use iam_core::exec_api::ExecInfo;
use serde::Serialize;

use crate::cache::{Ask, CacheDir};
use crate::environment::Environment;
use crate::error::Error;
use crate::obtain::Obtain;
use crate::options::{ReportFormat, UseKept, WhoamiOptions};
use crate::report::{API_VERSION, line};
use crate::settings::Settings;
use crate::wanted::Wanted;
use mapping::Mapping;

/// The report. Nothing is kept but what a code was typed for.
///
/// # Errors
/// When there are no credentials, or STS does not say who they are.
pub fn whoami(
    options: &WhoamiOptions,
    environment: &Environment,
    clock: fn() -> SystemTime,
) -> Result<String, Error> {
    let mut settings = Settings::load(&options.aws, environment, None)?;
    let Choice {
        source,
        passed_over,
    } = settings.choose(clock())?;
    let host = settings.host(&source, clock)?;
    let wanted = Wanted::new(source, options.aws.role.as_ref());
    let cache = CacheDir::locate(None, &environment.cache_variables());
    let client = environment.exec_info.as_deref();
    let client = client.map(|info| ExecInfo::parse(Some(info)).unwrap_or_default());
    let context = settings.context(mfa::prompt(client), clock);
    let obtain = Obtain {
        settings: &settings,
        context: &context,
        cache: cache.as_ref(),
        ask: Ask::new(&clock),
        use_kept: UseKept::Fresh,
    };
    let known = obtain
        .credentials(&wanted)
        .and_then(|credentials| Ok((fetch::caller(&credentials, &context)?, credentials)));
    let (caller, credentials) =
        known.inspect_err(|_| say_what_is_known(&wanted.source, &passed_over))?;
    let mapping = Mapping::new(&caller.principal, &wanted.source, host.signing_region());
    let document = Document {
        source: wanted.source.describe(),
        passed_over: passed_over.iter().map(Loser::from).collect(),
        access_key_id: credentials.access_key_id.as_str(),
        ..Document::new(&caller, &mapping)
    };
    Ok(match options.output {
        ReportFormat::Text => document.to_string(),
        ReportFormat::Json => json::line(&document),
    })
}

/// Where nobody says who the credentials are, it is still known which were asked about.
fn say_what_is_known(source: &Source, passed_over: &[PassedOver]) {
    tracing::info!(target: NOTICE, "the source is {}", source.describe());
    for PassedOver { what, why } in passed_over {
        tracing::info!(target: NOTICE, "not used: {what}: {why}");
    }
}

/// Who the credentials are.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    api_version: &'static str,
    kind: &'static str,
    source: String,
    passed_over: Vec<Loser<'a>>,
    access_key_id: &'a str,
    account: String,
    arn: String,
    canonical_arn: String,
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_name: Option<&'a str>,
    aws_auth: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_entry: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<&'a str>,
}

/// A source that lost.
#[derive(Serialize)]
struct Loser<'a> {
    source: &'a str,
    reason: &'a str,
}

impl<'a> From<&'a PassedOver> for Loser<'a> {
    fn from(PassedOver { what, why }: &'a PassedOver) -> Self {
        Self {
            source: what,
            reason: why,
        }
    }
}

impl<'a> Document<'a> {
    fn new(caller: &'a Caller, mapping: &'a Mapping) -> Self {
        Self {
            api_version: API_VERSION,
            kind: "Identity",
            account: caller.principal.account().to_string(),
            arn: caller.principal.to_string(),
            canonical_arn: caller.principal.canonical_arn(),
            user_id: &caller.user_id,
            session_name: caller.principal.session_name(),
            aws_auth: &mapping.aws_auth,
            access_entry: mapping.access_entry.as_deref(),
            remark: mapping.remark,
            ..Self::default()
        }
    }
}

impl Display for Document<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        line(formatter, "source", &self.source)?;
        for Loser { source, reason } in &self.passed_over {
            line(formatter, "not used", format_args!("{source}: {reason}"))?;
        }
        line(formatter, "access key id", self.access_key_id)?;
        line(formatter, "account", &self.account)?;
        line(formatter, "ARN", &self.arn)?;
        line(formatter, "canonical ARN", &self.canonical_arn)?;
        line(formatter, "user id", self.user_id)?;
        if let Some(name) = self.session_name {
            line(formatter, "session name", name)?;
        }
        writeln!(formatter, "\nin aws-auth:\n{}", self.aws_auth)?;
        if let Some(command) = self.access_entry {
            writeln!(formatter, "\nor as an access entry:\n{command}")?;
        }
        match self.remark {
            Some(remark) => writeln!(formatter, "\n{remark}"),
            None => Ok(()),
        }
    }
}
