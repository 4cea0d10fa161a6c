//! `inspect`: what a token says, for people or for scripts. Asks nobody.

use std::fmt::{self, Display, Formatter};
use std::process::ExitCode;
use std::time::SystemTime;

use iam_cli::json;
use iam_core::excerpt::Excerpt;
use iam_core::inspect::{Inspection, Lookalike};
use iam_core::presigned::{Fault, FaultKind};
use iam_core::time::Rfc3339;
use serde::Serialize;

use crate::error::Error;
use crate::given_token;
use crate::options::{InspectOptions, ReportFormat};
use crate::report::{API_VERSION, line};

/// The report on a token, and the exit code: 0 where it breaks no rule, else 1.
///
/// # Errors
/// When there is no text to look at: see [`InputError`](given_token::InputError).
pub fn inspect(options: &InspectOptions, now: SystemTime) -> Result<(String, ExitCode), Error> {
    let text = given_token::text(options.token.as_ref())?;
    let inspection = iam_core::inspect::inspect(&text, now);
    let code = if inspection.faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    let report = match options.output {
        ReportFormat::Text => Lines(&inspection).to_string(),
        ReportFormat::Json => json::line(&Document::from(&inspection)),
    };
    Ok((report, code))
}

/// A report for people: one line a field, then one a fault.
struct Lines<'a>(&'a Inspection);

impl Display for Lines<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Document {
            api_version: _,
            kind: _,
            host,
            partition,
            region,
            access_key_id,
            signed_headers,
            cluster_header_signed,
            signed_at,
            expires_at,
            x_amz_expires,
            session_token_bytes,
            token_bytes,
            url_bytes,
            looks_like: _,
            faults: _,
        } = Document::from(self.0);
        let headers = (!signed_headers.is_empty()).then(|| signed_headers.join(", "));
        let bytes = |size: Option<usize>| size.map(|size| format!("{size} bytes"));
        let bound = if cluster_header_signed { "yes" } else { "no" };
        for (name, value) in [
            ("host", host.map(str::to_owned)),
            ("partition", partition),
            ("region", region.map(str::to_owned)),
            ("access key id", access_key_id.map(str::to_owned)),
            ("signed headers", headers),
            ("bound to a cluster", Some(bound.to_owned())),
            ("signed at", signed_at),
            ("expires at", expires_at),
            ("X-Amz-Expires", x_amz_expires.map(str::to_owned)),
            ("session token", bytes(session_token_bytes)),
            ("token", bytes(Some(token_bytes))),
            ("URL", bytes(url_bytes)),
        ] {
            if let Some(value) = value {
                line(formatter, name, Excerpt(&value))?;
            }
        }
        if let Some(lookalike) = self.0.looks_like {
            line(formatter, "looks like", lookalike)?;
        }
        for fault in &self.0.faults {
            line(formatter, "fault", fault)?;
        }
        Ok(())
    }
}

/// A report for scripts. What the token does not say is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    api_version: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<&'a str>,
    signed_headers: &'a [String],
    cluster_header_signed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x_amz_expires: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token_bytes: Option<usize>,
    token_bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    url_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    looks_like: Option<&'static str>,
    faults: Vec<FaultDocument>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FaultDocument {
    kind: &'static str,
    message: String,
}

impl<'a> From<&'a Inspection> for Document<'a> {
    fn from(inspection: &'a Inspection) -> Self {
        let time = |instant: Option<SystemTime>| {
            instant.map(|instant| Rfc3339::nearest(instant).to_string())
        };
        Self {
            api_version: API_VERSION,
            kind: "Inspection",
            host: inspection.host.as_deref(),
            partition: inspection.partition.map(|partition| partition.to_string()),
            region: inspection.region.as_deref(),
            access_key_id: inspection.access_key_id.as_deref(),
            signed_headers: &inspection.signed_headers,
            cluster_header_signed: inspection.cluster_header_signed,
            signed_at: time(inspection.date),
            expires_at: time(inspection.expires_at),
            x_amz_expires: inspection.expires.as_deref(),
            session_token_bytes: inspection.session_token_bytes,
            token_bytes: inspection.token_bytes,
            url_bytes: inspection.url_bytes,
            looks_like: inspection.looks_like.map(Lookalike::name),
            faults: inspection.faults.iter().map(FaultDocument::from).collect(),
        }
    }
}

impl From<&Fault> for FaultDocument {
    fn from(fault: &Fault) -> Self {
        let kind = match fault.kind() {
            FaultKind::Malformed => "malformed",
            FaultKind::HeaderNotSigned => "headerNotSigned",
            FaultKind::Expired => "expired",
            FaultKind::NotYetValid => "notYetValid",
            FaultKind::HostNotListed => "hostNotListed",
        };
        Self {
            kind,
            message: fault.to_string(),
        }
    }
}
