//! One profile's credentials, and EKS and STS asked with them.

use std::sync::Mutex;

use iam_aws::credentials::Credentials;
use iam_aws::eks::Eks;
use iam_aws::endpoint::EndpointError;
use iam_aws::fetch::{self, Caller, Context};
use iam_aws::mfa;
use iam_aws::region::RegionName;
use iam_aws::service::{CustomUrl, Service};
use iam_aws::settings::{Named, Settings};
use iam_aws::source::{Origin, RoleRequest, RoleSource, Source};
use iam_core::arn::Arn;

use super::{Aws, EksError};

/// Whose credentials, and for which region.
#[derive(Clone, Default)]
pub(crate) struct Login<'a> {
    /// `--profile`
    pub(crate) profile: Option<&'a str>,
    /// `--region`
    pub(crate) region: Option<&'a RegionName>,
    /// A role to assume with them.
    pub(crate) role: Option<Arn>,
}

/// Credentials, and the settings they were found by.
pub(crate) struct Session<'a> {
    settings: Settings<'a>,
    credentials: Credentials,
    aws: Aws<'a>,
}

impl<'a> Session<'a> {
    /// Gets the credentials that the settings decide on, and assumes the role with them.
    pub(crate) fn open(login: &Login<'a>, aws: &Aws<'a>) -> Result<Self, EksError> {
        let named = Named {
            region: login.region,
            profile: login.profile,
            cluster: None,
        };
        let mut settings = Settings::load(named, aws.environment)?;
        let mut source = settings.choose((aws.clock)())?.source;
        settings
            .complete_region(&source, aws.clock)
            .map_err(EksError::Fetch)?;
        if let Some(role) = &login.role {
            source = assumed(source, role);
        }
        let context = settings.context(mfa::prompt(None), aws.clock);
        // Sessions are opened side by side, and a terminal takes one question at a time.
        let turn = crate::mfa::asks(&source).then(|| ASKING.lock());
        let credentials = fetch::fetch(&source, &context).map_err(EksError::Credentials)?;
        drop(turn);
        Ok(Self {
            settings,
            credentials,
            aws: *aws,
        })
    }

    /// What its questions go by. Those of one context share a client.
    pub(crate) fn context(&self) -> Context<'_> {
        self.settings.context(mfa::prompt(None), self.aws.clock)
    }

    /// Whose credentials they are, says STS.
    pub(crate) fn caller(&self) -> Result<Caller, EksError> {
        fetch::caller(&self.credentials, &self.context()).map_err(EksError::Fetch)
    }

    /// The URL that the settings name in place of AWS's own, of EKS or of STS.
    pub(crate) fn custom_url(&self) -> Result<Option<CustomUrl>, EndpointError> {
        let (endpoint, shared) = (self.settings.endpoint(), &self.settings.shared);
        let eks = endpoint.custom_url(Service::Eks, shared)?;
        Ok(match eks {
            Some(url) => Some(url),
            None => endpoint.custom_url(Service::Sts, shared)?,
        })
    }

    /// EKS in the region of `context`.
    pub(crate) fn eks(&self, context: &Context<'_>) -> Result<Eks, EndpointError> {
        Eks::new(context, &self.credentials)
    }
}

fn assumed(base: Source, role: &Arn) -> Source {
    Source::Role(Box::new(RoleSource {
        base,
        request: RoleRequest {
            role_arn: role.clone(),
            // As the AWS CLI calls it: trust policies may go by it.
            session_name: "EKSDescribeClusterSession".parse().ok(),
            external_id: None,
            duration: None,
            mfa_serial: None,
        },
        origin: Origin::Argument("--assume-role-arn"),
    }))
}

/// Held by whoever may ask for a code.
static ASKING: Mutex<()> = Mutex::new(());
