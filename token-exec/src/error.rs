//! What ends the program: one line, one hint, one exit code.

use iam_cli::Failure;
use iam_cli::definition::DefinitionError;
use iam_cli::stdout::StdoutError;
use iam_core::exec_api::ExecInfoError;
use thiserror::Error;

use crate::cache::CleanError;
use crate::given_token::InputError;
use crate::sign::SignError;
use crate::usage::UsageError;
use crate::verify::BrokenToken;
use iam_aws::credentials::CredentialsError;
use iam_aws::endpoint::EndpointError;
use iam_aws::environment::NotUtf8;
use iam_aws::fetch::{FetchError, VerifyError};
use iam_aws::shared_config::SharedConfigError;

/// What ends the program.
#[derive(Debug, Error)]
pub enum Error {
    /// The command line.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// A variable that is no text.
    #[error("reading the environment")]
    Environment(#[from] NotUtf8),
    /// `KUBERNETES_EXEC_INFO`.
    #[error("answering the Kubernetes client")]
    ExecInfo(#[from] ExecInfoError),
    /// One of the shared AWS files.
    #[error("reading the shared AWS files")]
    SharedConfig(#[from] SharedConfigError),
    /// No credentials, or none that can be used.
    #[error("looking for credentials")]
    Credentials(#[from] CredentialsError),
    /// A source that was asked.
    #[error("getting credentials")]
    Fetch(#[from] FetchError),
    /// A session's name to forward, where there is none.
    #[error("the credentials are of {arn}, which is no session and has no name to forward")]
    NoSession {
        /// Who they are of.
        arn: String,
    },
    /// No STS host.
    #[error("choosing the STS host")]
    Endpoint(#[from] EndpointError),
    /// The signer.
    #[error("signing the request")]
    Sign(#[from] SignError),
    /// The token to look at.
    #[error("reading the token")]
    Input(#[from] InputError),
    /// The token to verify.
    #[error("verifying the token")]
    BrokenToken(#[from] BrokenToken),
    /// STS says no, or nothing.
    #[error("verifying the token")]
    Verify(#[from] VerifyError),
    /// No directory for the cache.
    #[error("there is no cache: neither KUBECACHEDIR nor a home directory is set")]
    NoCacheDirectory,
    /// The cache.
    #[error("cleaning the cache")]
    Clean(#[from] CleanError),
    /// A page of the manual that cannot be written.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// stdout is full.
    #[error(transparent)]
    Stdout(#[from] StdoutError),
}

impl Failure for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Usage(error) => Some(error.hint().to_owned()),
            Self::Environment(_) => Some("set it again, or unset it".to_owned()),
            Self::ExecInfo(error) => Some(error.hint().to_owned()),
            Self::SharedConfig(error) => Some(error.hint()),
            Self::Credentials(error) => Some(error.hint()),
            Self::Endpoint(error) => Some(error.hint()),
            Self::Input(error) => Some(error.hint().to_owned()),
            Self::Sign(error) => Some(error.hint().to_owned()),
            Self::Fetch(error) => error.hint().map(str::to_owned),
            Self::NoSession { .. } => Some("name the session with --session-name".to_owned()),
            Self::BrokenToken(error) => Some(error.hint()),
            Self::Verify(error) => error.hint(),
            Self::NoCacheDirectory => Some("name it with --cache-dir".to_owned()),
            Self::Clean(_) => {
                Some("remove it by hand, or name another with --cache-dir".to_owned())
            }
            Self::Definition(_) | Self::Stdout(_) => None,
        }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Endpoint(_) => 2,
            Self::Environment(_)
            | Self::ExecInfo(_)
            | Self::SharedConfig(_)
            | Self::Credentials(_)
            | Self::Sign(_)
            | Self::Fetch(_)
            | Self::NoSession { .. }
            | Self::Input(_)
            | Self::BrokenToken(_)
            | Self::Verify(_)
            | Self::NoCacheDirectory
            | Self::Clean(_)
            | Self::Definition(_)
            | Self::Stdout(_) => 1,
        }
    }
}
