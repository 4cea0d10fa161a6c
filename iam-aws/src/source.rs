//! Where credentials come from, as the settings say: data alone, nothing is asked yet.

mod announced;
mod chain;
mod choose;
mod error;
mod missing;
mod own;
pub mod role;
mod setting;
mod sso;
mod told;

use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;
use std::time::Duration;

use iam_core::arn::Arn;
use iam_core::principal::SessionName;
use iam_core::region::Region;

use crate::credentials::Credentials;
pub use choose::choose;
pub use error::SourceError;
pub use missing::MissingProfile;
pub use setting::SettingError;

/// One source of credentials, whole: what is needed to get them, and from where it was read.
///
/// It may hold secrets, so it has no `Debug`.
pub enum Source {
    /// Keys that the settings hold themselves.
    Keys(Keys),
    /// A role, assumed with the credentials of another source.
    Role(Box<RoleSource>),
    /// A role, assumed with the token of an identity provider (IRSA).
    WebIdentity(WebIdentity),
    /// What a command prints.
    Process(Process),
    /// A role of IAM Identity Center.
    SingleSignOn(SingleSignOn),
    /// A session of `aws login`.
    Login(Login),
    /// The agent of ECS or of EKS Pod Identity.
    Container(Container),
    /// The role of the EC2 instance.
    InstanceMetadata(InstanceMetadata),
}

impl Source {
    /// Whether a person is asked for the code of an MFA device when its credentials are fetched.
    #[must_use]
    pub fn asks_a_person(&self) -> bool {
        match self {
            Self::Role(role) => role.request.mfa_serial.is_some() || role.base.asks_a_person(),
            Self::Keys(_)
            | Self::WebIdentity(_)
            | Self::Process(_)
            | Self::SingleSignOn(_)
            | Self::Login(_)
            | Self::Container(_)
            | Self::InstanceMetadata(_) => false,
        }
    }
}

/// Keys that stand in the settings.
pub struct Keys {
    /// The keys.
    pub credentials: Credentials,
    /// Where they stand.
    pub origin: Origin,
}

/// Where a source was announced.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// In the environment, by this variable.
    Variable(&'static str),
    /// In a profile.
    Profile {
        /// The profile's name.
        name: String,
        /// The file, where it is one of the two.
        path: PathBuf,
    },
    /// By an argument of the command line.
    Argument(&'static str),
    /// Nowhere: it is asked because nothing else is known.
    Default,
}

impl Display for Origin {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(variable) => formatter.write_str(variable),
            Self::Profile { name, path } => {
                write!(formatter, "profile `{name}` in {}", path.display())
            }
            Self::Argument(argument) => formatter.write_str(argument),
            Self::Default => formatter.write_str("by default"),
        }
    }
}

/// A role and who assumes it.
pub struct RoleSource {
    /// Who assumes it.
    pub base: Source,
    /// The role, and how it is assumed.
    pub request: RoleRequest,
    /// Where it was announced.
    pub origin: Origin,
}

/// How a role is assumed: the parameters of `AssumeRole`.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleRequest {
    /// The role; `Arn` of service `iam` and resource `role/…`.
    pub role_arn: Arn,
    /// Its name for the session; one is made up where there is none.
    pub session_name: Option<SessionName>,
    /// What the role's owner demands of third parties.
    pub external_id: Option<String>,
    /// How long the credentials live: 15 minutes to 12 hours, by default an hour.
    pub duration: Option<Duration>,
    /// The device whose code is asked for.
    pub mfa_serial: Option<String>,
}

/// A role assumed with a token from a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WebIdentity {
    /// The role.
    pub role_arn: Arn,
    /// The file that holds the token.
    pub token_file: PathBuf,
    /// The session's name; one is made up where there is none.
    pub session_name: Option<SessionName>,
    /// Where it was announced.
    pub origin: Origin,
}

/// A command that prints credentials as JSON.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Process {
    /// The command line, for the shell. It may hold secrets: it is never shown.
    pub command: String,
    /// Where it was announced.
    pub origin: Origin,
}

/// A role of IAM Identity Center.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html>
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SingleSignOn {
    /// The name of the `sso-session` section; `None` is the legacy form.
    pub session: Option<String>,
    /// Where people sign in.
    pub start_url: String,
    /// The region of the Identity Center.
    pub region: Region,
    /// The account.
    pub account_id: String,
    /// The permission set's name.
    pub role_name: String,
    /// The profile, which `aws sso login --profile` takes.
    pub origin: Origin,
}

/// A session of `aws login`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Login {
    /// The value of `login_session`: the ARN of who signed in.
    pub session: String,
    /// Where it was announced.
    pub origin: Origin,
}

/// The agent beside a container.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Container {
    /// Its address.
    pub endpoint: ContainerEndpoint,
    /// Where it was announced.
    pub origin: Origin,
}

/// How the address of a container's agent was given; what authorises the question is read from the
/// environment when it is asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ContainerEndpoint {
    /// A path on the agent of ECS, 169.254.170.2.
    Relative(String),
    /// A URL: https, or http to a loopback address or one of the agents.
    Full(String),
}

/// The metadata service of EC2.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InstanceMetadata {
    /// Where it was announced.
    pub origin: Origin,
}

/// The source that wins, and those that lost.
pub struct Choice {
    /// The source that is used.
    pub source: Source,
    /// What else was announced, in order, and why it is not used.
    pub passed_over: Vec<PassedOver>,
}

/// A source that was announced and lost.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PassedOver {
    /// What it is, in words: `the exported AWS_ACCESS_KEY_ID`.
    pub what: String,
    /// Why it is not used: `--profile dev wins over exported keys`.
    pub why: String,
}
