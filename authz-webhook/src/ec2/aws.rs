//! Asking EC2, with credentials as the AWS CLI finds them.
//!
//! One `DescribeInstances` signed by hand over the client that fetches credentials: `aws-sdk-ec2`
//! would do no more, and is the largest crate of AWS's SDK.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use iam_aws::credentials::{Credentials, CredentialsError};
use iam_aws::fetch::{self, Context, Ec2Place, FetchError, MfaPrompt};
use iam_aws::settings::{Named, Settings};
use iam_aws::shared_config::SharedConfigError;
use iam_aws::source::{Origin, RoleRequest, RoleSource, Source};
use iam_core::xml::XmlError;
use thiserror::Error;

use super::answer::{self, Instance};
use super::instance_id::InstanceId;
use crate::cli::AwsVariables;
use crate::config::AssumedRole;

/// Who asks EC2, and as whom.
pub struct Ec2Client {
    variables: AwsVariables,
    role: Option<AssumedRole>,
    clock: fn() -> SystemTime,
    known: Mutex<Option<Known>>,
}

/// What an earlier question found out.
#[derive(Clone)]
struct Known {
    place: Ec2Place,
    credentials: Credentials,
}

/// Why EC2 did not say.
#[derive(Debug, Error)]
pub enum Ec2Error {
    /// The environment.
    #[error("the environment: {0}")]
    Environment(String),
    /// The AWS files.
    #[error(transparent)]
    Files(#[from] SharedConfigError),
    /// Which credentials.
    #[error("choosing credentials for EC2")]
    Choice(#[from] CredentialsError),
    /// Credentials, or the way to EC2.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// EC2 refused.
    #[error("EC2 answered {status} {code}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// EC2's code.
        code: String,
    },
    /// What answered is not EC2.
    #[error("EC2 gave an answer without sense")]
    Senseless(#[from] XmlError),
    /// The process ends, or a thread did.
    #[error("the question was given up")]
    GivenUp,
}

impl Ec2Error {
    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Choice(_) => Some(
                "give this process AWS credentials: the instance's role, or the variables and \
                 files of the AWS CLI"
                    .to_owned(),
            ),
            Self::Fetch(error) => error.hint().map(str::to_owned),
            Self::Refused { code, .. } if code == "UnauthorizedOperation" => {
                Some("allow ec2:DescribeInstances to the role".to_owned())
            }
            Self::Environment(_)
            | Self::Files(_)
            | Self::Refused { .. }
            | Self::Senseless(_)
            | Self::GivenUp => None,
        }
    }
}

impl Ec2Client {
    /// Asks as whom the environment says; with a role as that role, assumed by whom it says.
    #[must_use]
    pub fn new(
        variables: AwsVariables,
        role: Option<AssumedRole>,
        clock: fn() -> SystemTime,
    ) -> Self {
        Self {
            variables,
            role,
            clock,
            known: Mutex::new(None),
        }
    }

    /// The instances of these ids, as far as there are any. Blocks until EC2 has answered or the
    /// client's own deadlines have passed.
    ///
    /// # Errors
    /// [`Ec2Error`].
    pub fn describe(&self, ids: &[InstanceId]) -> Result<Vec<Instance>, Ec2Error> {
        let AwsVariables(variables) = &self.variables;
        let environment = (**variables).as_ref();
        let environment = environment.map_err(|error| Ec2Error::Environment(error.to_string()))?;
        let settings = Settings::load(Named::default(), environment)?;
        let mfa = MfaPrompt::Unavailable {
            reason: "nobody is there to be asked for a code",
        };
        let resource = self.role.as_ref().and_then(|role| role.source.clone());
        let context = settings.context(mfa, self.clock).for_resource(resource);
        let known = self.known(&settings, &context)?;
        let asked = fetch::ec2(&known.place, &known.credentials, &form(ids), &context)?;
        if asked.status == 200 {
            return Ok(answer::instances(&asked.body)?);
        }
        // They may have ended before their time: the next question gets new ones.
        self.remember(None);
        Err(Ec2Error::Refused {
            status: asked.status,
            code: answer::error_code(&asked.body).unwrap_or_else(|| "without a code".to_owned()),
        })
    }

    fn known(&self, settings: &Settings<'_>, context: &Context<'_>) -> Result<Known, Ec2Error> {
        let now = context.now();
        let known = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        // Without an end they cost nothing to read, and may have been changed.
        let lasts = |known: &Known| {
            let end = known.credentials.expiry;
            end.is_some_and(|end| now + MARGIN < end)
        };
        if let Some(known) = known.filter(lasts) {
            return Ok(known);
        }
        let choice = settings.choose(now)?;
        let known = Known {
            place: fetch::ec2_place(context)?,
            credentials: fetch::fetch(&self.with_role(choice.source)?, context)?,
        };
        self.remember(Some(known.clone()));
        Ok(known)
    }

    fn with_role(&self, base: Source) -> Result<Source, Ec2Error> {
        let Some(role) = self.role.clone() else {
            return Ok(base);
        };
        let request = RoleRequest {
            role_arn: role.arn,
            session_name: SESSION.parse().ok(),
            external_id: None,
            duration: None,
            mfa_serial: None,
        };
        Ok(Source::Role(Box::new(RoleSource {
            base,
            request,
            origin: Origin::Argument("server.ec2DescribeInstancesRoleARN"),
        })))
    }

    fn remember(&self, known: Option<Known>) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }
}

/// A filter and not a list of ids: of a list EC2 refuses the whole when one does not exist.
fn form(ids: &[InstanceId]) -> String {
    let head = "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=instance-id";
    let values = ids.iter().zip(1..);
    values.fold(head.to_owned(), |form, (id, number)| {
        form + &format!("&Filter.1.Value.{number}={id}")
    })
}

const SESSION: &str = "authz-webhook";
/// Credentials that end sooner are not used any more.
const MARGIN: Duration = Duration::from_secs(5 * 60);
