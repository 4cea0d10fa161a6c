//! IAM: which users and roles there are, and how they are really called.
//!
//! Two small questions, signed here and sent by the one HTTP client.
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html>

mod answer;
mod error;
mod host;

use std::time::{Duration, SystemTime};

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{Request, Response, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::timeout;

use crate::credentials::Credentials;
use crate::endpoint::EndpointError;
use crate::fetch::service_error::ServiceError;
use crate::fetch::{BoxError, Context, TimedOut};
use crate::http::{Http, Limits, Route};
use crate::patience::patiently;
use crate::signature::{self, Scope};
pub use error::IamError;

/// IAM of one partition, asked on somebody's behalf about that account's users and roles.
pub struct Iam {
    http: Http,
    base: String,
    /// What signatures name.
    region: &'static str,
    credentials: Credentials,
    clock: fn() -> SystemTime,
}

/// What has a name in an account.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Named {
    /// A role.
    Role,
    /// A user.
    User,
}

impl Iam {
    /// IAM at the URL that the settings of `context` name, else at the host of the partition that
    /// the region is in; without a region, of `aws`.
    ///
    /// # Errors
    /// When a setting makes no sense.
    pub fn new(context: &Context<'_>, credentials: &Credentials) -> Result<Self, EndpointError> {
        let (base, region) = host::address(context.settings(), context.shared())?;
        Ok(Self {
            http: context.http(),
            base,
            region,
            credentials: credentials.clone(),
            clock: context.clock(),
        })
    }

    /// Where it is asked, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.base
    }

    /// The region that its signatures name.
    #[must_use]
    pub const fn signing_region(&self) -> &'static str {
        self.region
    }

    /// The ARN, with its path and in IAM's own spelling, of the caller's account's user or role of
    /// a name; `None` where IAM knows none.
    ///
    /// # Errors
    /// When IAM refuses or is not reached, or an answer makes no sense.
    pub async fn arn_of(&self, kind: Named, name: &str) -> Result<Option<String>, IamError> {
        let failed = |cause| IamError::new(kind, name, cause);
        match patiently(async || self.once(kind, name).await).await {
            Ok(answer) => answer::arn(kind, answer.body())
                .map(Some)
                .map_err(|_| failed(senseless(answer.status()))),
            Err(ServiceError::Refused(refusal)) if refusal.code == "NoSuchEntity" => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    async fn once(&self, kind: Named, name: &str) -> Result<Response<Bytes>, ServiceError> {
        let request = self.question(kind, name).map_err(ServiceError::Unmade)?;
        let sent = self.http.send(request, LIMITS, Route::Settings);
        let answer = timeout(LIMITS.connect + LIMITS.answer, sent)
            .await
            .map_err(|_| ServiceError::TimedOut(TimedOut::after(LIMITS.answer)))??;
        if answer.status() == StatusCode::OK {
            return Ok(answer);
        }
        let refusal = answer::refusal(answer.body(), &self.credentials);
        Err(refusal.map_or_else(|| senseless(answer.status()), ServiceError::Refused))
    }

    fn question(&self, kind: Named, name: &str) -> Result<Request<SdkBody>, BoxError> {
        let (action, parameter) = kind.words();
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let form = format!("Action={action}&Version=2010-05-08&{parameter}={name}");
        let mut request = Request::post(format!("{}/", self.base))
            .header(ACCEPT, "text/xml")
            .header(CONTENT_TYPE, FORM)
            .header(USER_AGENT, concat!("iam-aws/", env!("CARGO_PKG_VERSION")))
            .body(SdkBody::from(form))?;
        let scope = Scope {
            service: "iam",
            region: self.region,
        };
        signature::add(&mut request, &self.credentials, scope, (self.clock)())?;
        Ok(request)
    }
}

impl Named {
    /// The action, and the parameter for the name.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Role => ("GetRole", "RoleName"),
            Self::User => ("GetUser", "UserName"),
        }
    }
}

fn senseless(status: StatusCode) -> ServiceError {
    let status = status.as_u16();
    ServiceError::Senseless { status }
}

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    answer: Duration::from_secs(10),
    bytes: Limits::USUAL,
};

#[cfg(test)]
mod tests;
