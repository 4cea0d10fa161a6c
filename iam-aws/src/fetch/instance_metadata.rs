//! The role of the EC2 instance, and its region: IMDSv2, never version 1.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html>

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use iam_core::region::{Region, RegionError};
use thiserror::Error;

use super::agent::{Agent, AgentError, Question, credentials};
use super::service_error::said;
use super::{BoxError, Context, FetchError};
use crate::credentials::Credentials;
use crate::http::{HttpError, Limits, Route};
use crate::source::{InstanceMetadata, Origin};

/// Why the metadata service gave nothing.
#[derive(Debug, Error)]
enum MetadataError {
    /// Nobody may ask it.
    #[error("AWS_EC2_METADATA_DISABLED is set")]
    Disabled,
    /// A mode that it does not have.
    #[error("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is neither IPv4 nor IPv6")]
    Mode,
    /// A session that it did not open.
    #[error("opening a session of IMDSv2")]
    Session(#[source] AgentError),
    /// A token that cannot stand in a header.
    #[error("the session token of IMDSv2 makes no sense")]
    SessionToken,
    /// No role.
    #[error("the instance has no role")]
    NoRole,
    /// A role that none can be called.
    #[error("the name of the instance's role makes no sense")]
    RoleName,
    /// A region that none can be called.
    #[error("the instance's region makes no sense")]
    Region(#[source] RegionError),
    /// Anything after that.
    #[error(transparent)]
    Agent(#[from] AgentError),
}

/// The service and an open session.
struct Session<'a> {
    base: String,
    token: HeaderValue,
    context: &'a Context<'a>,
}

/// Asks for the credentials of the instance's role.
pub(super) async fn fetch(
    source: &InstanceMetadata,
    context: &Context<'_>,
) -> Result<Credentials, FetchError> {
    let asked = role_credentials(context).await;
    asked.map_err(|error| failure(error, &source.origin))
}

/// Asks for the region of the instance.
pub(super) async fn region(context: &Context<'_>) -> Result<Region, FetchError> {
    let asked = async {
        let session = Session::open(context).await?;
        let answer = session.get("/latest/meta-data/placement/region").await?;
        text(&answer).parse().map_err(MetadataError::Region)
    };
    asked
        .await
        .map_err(|error| failure(error, &Origin::Default))
}

async fn role_credentials(context: &Context<'_>) -> Result<Credentials, MetadataError> {
    let session = Session::open(context).await?;
    let role = match session.get(ROLES).await {
        Ok(answer) => text(&answer),
        Err(AgentError::Refused { status, .. }) if status == StatusCode::NOT_FOUND => {
            return Err(MetadataError::NoRole);
        }
        Err(error) => return Err(error.into()),
    };
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    match role.as_str() {
        "" => Err(MetadataError::NoRole),
        name if name.bytes().all(sound) => {
            let answer = session.get(&format!("{ROLES}{name}")).await?;
            let token = session.token.to_str().unwrap_or_default();
            Ok(credentials(&answer, token, context.now())?)
        }
        _ => Err(MetadataError::RoleName),
    }
}

impl<'a> Session<'a> {
    async fn open(context: &'a Context<'_>) -> Result<Self, MetadataError> {
        if context.environment().workload.rules_out_instance_metadata() {
            return Err(MetadataError::Disabled);
        }
        let base = base(context)?;
        let question = Question {
            method: Method::PUT,
            url: format!("{base}/latest/api/token"),
            header: Some((TOKEN_LIFE, HeaderValue::from_static("300"))),
        };
        let answer = AGENT
            .ask(&question, context)
            .await
            .map_err(MetadataError::Session)?;
        let mut token =
            HeaderValue::from_str(&text(&answer)).map_err(|_| MetadataError::SessionToken)?;
        token.set_sensitive(true);
        Ok(Self {
            base,
            token,
            context,
        })
    }

    async fn get(&self, path: &str) -> Result<Bytes, AgentError> {
        let question = Question {
            method: Method::GET,
            url: format!("{}{path}", self.base),
            header: Some((TOKEN, self.token.clone())),
        };
        AGENT.ask(&question, self.context).await
    }
}

/// Where the service is.
fn base(context: &Context<'_>) -> Result<String, MetadataError> {
    let variables = &context.environment().workload;
    let in_profile = |key| context.profile()?.get(key).map(str::to_owned);
    let own = variables.ec2_metadata_endpoint.clone();
    if let Some(url) = own.or_else(|| in_profile("ec2_metadata_service_endpoint")) {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    let mode = variables.ec2_metadata_endpoint_mode.clone();
    match mode.or_else(|| in_profile("ec2_metadata_service_endpoint_mode")) {
        None => Ok(IPV4.to_owned()),
        Some(mode) if mode.eq_ignore_ascii_case("IPv4") => Ok(IPV4.to_owned()),
        Some(mode) if mode.eq_ignore_ascii_case("IPv6") => Ok(IPV6.to_owned()),
        Some(_) => Err(MetadataError::Mode),
    }
}

fn failure(error: MetadataError, origin: &Origin) -> FetchError {
    let hint = error.hint(origin);
    let doing = match origin {
        Origin::Default => {
            "asking the metadata service of EC2, since no other source is set".to_owned()
        }
        Origin::Variable(_) | Origin::Profile { .. } | Origin::Argument(_) => {
            format!("asking the metadata service of EC2 ({origin})")
        }
    };
    FetchError::new(doing, BoxError::from(error)).with_hint(hint)
}

impl MetadataError {
    fn hint(&self, origin: &Origin) -> String {
        let elsewhere = *origin == Origin::Default;
        match self {
            Self::Session(AgentError::Refused { .. }) => {
                "switch IMDSv2 on in the instance's metadata options".to_owned()
            }
            Self::Session(AgentError::Unreached(HttpError::AnswerTimeout { .. })) => {
                "in a container on EC2, raise the hop limit of the instance's metadata options to 2"
                    .to_owned()
            }
            Self::Mode => "set it to IPv4 or IPv6, or unset it".to_owned(),
            Self::NoRole => "attach an instance profile, or set another source".to_owned(),
            Self::Disabled | Self::Session(_) if elsewhere => {
                "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run `aws configure`, or name a \
                 profile with --profile"
                    .to_owned()
            }
            Self::Disabled => "unset AWS_EC2_METADATA_DISABLED".to_owned(),
            Self::Session(_)
            | Self::SessionToken
            | Self::RoleName
            | Self::Region(_) | Self::Agent(_) => {
                "check that this is an EC2 instance, and AWS_EC2_METADATA_SERVICE_ENDPOINT"
                    .to_owned()
            }
        }
    }
}

/// The first line of an answer.
fn text(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    said(text.lines().next().unwrap_or_default(), &[])
}

const IPV4: &str = "http://169.254.169.254";
const IPV6: &str = "http://[fd00:ec2::254]";
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
const TOKEN: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");
const TOKEN_LIFE: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");

/// A machine that is no instance often drops what is sent to this address: whoever has no
/// credentials waits for the second to pass, once.
const AGENT: Agent = Agent {
    limits: Limits {
        connect: Duration::from_secs(1),
        answer: Duration::from_secs(2),
        bytes: Limits::USUAL,
    },
    route: Route::Direct,
    attempts: 2,
};
