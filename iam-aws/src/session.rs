//! One profile's credentials, and the services asked with them.

use std::sync::Mutex;
use std::time::SystemTime;

use thiserror::Error;

use crate::credentials::{Credentials, CredentialsError};
use crate::eks::Eks;
use crate::endpoint::EndpointError;
use crate::environment::Environment;
use crate::fetch::{self, Caller, Context, FetchError};
use crate::iam::Iam;
use crate::mfa;
use crate::service::{CustomUrl, Service};
use crate::settings::{Named, Settings};
use crate::shared_config::SharedConfigError;
use crate::source::{Origin, RoleRequest, RoleSource, Source};

/// Whose credentials, and for which region.
#[derive(Clone, Default)]
pub struct Login<'a> {
    /// What the command line says.
    pub named: Named<'a>,
    /// A role to assume with them, and the argument that names it.
    pub role: Option<(RoleRequest, &'static str)>,
}

/// Credentials, and the settings they were found by.
pub struct Session<'a> {
    settings: Settings<'a>,
    credentials: Credentials,
    clock: fn() -> SystemTime,
}

/// Why there is no session.
#[derive(Debug, Error)]
pub enum SessionError {
    /// One of the shared AWS files.
    #[error("read the shared AWS files")]
    SharedConfig(#[from] SharedConfigError),
    /// No credentials, or none that can be used.
    #[error("look for credentials")]
    Choice(#[source] Box<CredentialsError>),
    /// The instance does not tell its region.
    #[error("ask AWS")]
    Region(#[source] FetchError),
    /// A source of credentials that was asked.
    #[error("get credentials")]
    Credentials(#[source] FetchError),
}

impl SessionError {
    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::SharedConfig(error) => Some(error.hint()),
            Self::Choice(error) => Some(error.hint()),
            Self::Region(error) | Self::Credentials(error) => error.hint().map(str::to_owned),
        }
    }
}

impl From<CredentialsError> for SessionError {
    fn from(error: CredentialsError) -> Self {
        Self::Choice(Box::new(error))
    }
}

impl<'a> Session<'a> {
    /// Gets the credentials that the settings decide on, and assumes the role with them.
    ///
    /// # Errors
    /// When the settings cannot be read, or lead to no credentials.
    pub fn open(
        login: &Login<'a>,
        environment: &'a Environment,
        clock: fn() -> SystemTime,
    ) -> Result<Self, SessionError> {
        let mut settings = Settings::load(login.named, environment)?;
        let mut source = settings.choose(clock())?.source;
        settings
            .complete_region(&source, clock)
            .map_err(SessionError::Region)?;
        if let Some((request, argument)) = &login.role {
            source = Source::Role(Box::new(RoleSource {
                base: source,
                request: request.clone(),
                origin: Origin::Argument(argument),
            }));
        }
        let context = settings.context(mfa::prompt(None), clock);
        // Sessions are opened side by side, and a terminal takes one question at a time.
        let turn = source.asks_a_person().then(|| ASKING.lock());
        let credentials = fetch::fetch(&source, &context).map_err(SessionError::Credentials)?;
        drop(turn);
        Ok(Self {
            settings,
            credentials,
            clock,
        })
    }

    /// What its questions go by. Those of one context share a client.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        self.settings.context(mfa::prompt(None), self.clock)
    }

    /// Whose credentials they are, says STS.
    ///
    /// # Errors
    /// When STS is not reached, refuses, or names nobody.
    pub fn caller(&self) -> Result<Caller, FetchError> {
        fetch::caller(&self.credentials, &self.context())
    }

    /// The URL that the settings name in place of AWS's own, of EKS or of STS.
    ///
    /// # Errors
    /// When a setting makes no sense.
    pub fn custom_url(&self) -> Result<Option<CustomUrl>, EndpointError> {
        let (endpoint, shared) = (self.settings.endpoint(), &self.settings.shared);
        let eks = endpoint.custom_url(Service::Eks, shared)?;
        Ok(match eks {
            Some(url) => Some(url),
            None => endpoint.custom_url(Service::Sts, shared)?,
        })
    }

    /// EKS in the region of `context`.
    ///
    /// # Errors
    /// When no region is known, or a setting makes no sense.
    pub fn eks(&self, context: &Context<'_>) -> Result<Eks, EndpointError> {
        Eks::new(context, &self.credentials)
    }

    /// IAM of the partition that `context` is in.
    ///
    /// # Errors
    /// When a setting makes no sense.
    pub fn iam(&self, context: &Context<'_>) -> Result<Iam, EndpointError> {
        Iam::new(context, &self.credentials)
    }
}

/// Held by whoever may ask for a code.
static ASKING: Mutex<()> = Mutex::new(());
