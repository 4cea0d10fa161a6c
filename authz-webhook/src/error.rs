//! Every way in which a command can fail.

use iam_cli::Failure;
use iam_cli::definition::DefinitionError;
use iam_cli::stdout::StdoutError;
use thiserror::Error;

use crate::check::CheckError;
use crate::config::ConfigErrors;
use crate::init::InitError;
use crate::options::OptionsError;
use crate::serve::ServeError;

/// What ends the program with a code other than 0.
#[derive(Debug, Error)]
pub enum Error {
    /// The environment.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The configuration; where several things are wrong, each was reported.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// `check`
    #[error(transparent)]
    Check(#[from] CheckError),
    /// `serve`
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// `init`
    #[error(transparent)]
    Init(#[from] InitError),
    /// A page of the manual cannot be written.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// stdout is full.
    #[error(transparent)]
    Stdout(#[from] StdoutError),
}

impl Failure for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Options(_) => Some("unset it, or give --cluster-id".to_owned()),
            Self::Config(_) | Self::Check(_) | Self::Definition(_) | Self::Stdout(_) => None,
            Self::Serve(error) => error.hint(),
            Self::Init(error) => error.hint(),
        }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Options(_) => 2,
            Self::Config(_)
            | Self::Check(_)
            | Self::Serve(_)
            | Self::Init(_)
            | Self::Definition(_)
            | Self::Stdout(_) => 1,
        }
    }
}
