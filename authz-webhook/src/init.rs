//! `init`: certificate, key and kube-apiserver's kubeconfig, before anything is served.
//!
//! A second run changes nothing.

use std::time::SystemTime;

use iam_cli::NOTICE;
use thiserror::Error;

use crate::certificate_files::Origin;
use crate::certificate_setup::{SetupError, certificate_files, write_kubeconfig};
use crate::config::Config;

/// Why `init` did not finish.
#[derive(Debug, Error)]
pub enum InitError {
    /// The kubeconfig must name a port.
    #[error("port 0 cannot be written into a kubeconfig")]
    NoPort,
    /// Files.
    #[error(transparent)]
    Setup(#[from] SetupError),
}

impl InitError {
    /// The one thing to try.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoPort => Some("set server.port, or let serve write the kubeconfig".to_owned()),
            Self::Setup(error) => error.hint(),
        }
    }
}

/// Makes what is missing.
///
/// # Errors
/// The system refuses, or files do not belong together.
pub fn init(config: &Config, now: SystemTime) -> Result<(), InitError> {
    if config.port() == 0 {
        return Err(InitError::NoPort);
    }
    let files = certificate_files(config)?;
    let origin = files.ensure(now).map_err(SetupError::from)?;
    let certificate = files.certificate();
    match origin {
        Origin::Made => {
            tracing::info!(target: NOTICE, "made the certificate {}", certificate.display());
        }
        Origin::Kept => tracing::info!("the certificate {} is good", certificate.display()),
        Origin::Supplied => {
            tracing::info!("the certificate {} is supplied", certificate.display());
        }
    }
    if !config.kubeconfig_pregenerated() {
        write_kubeconfig(config, &files, config.port())?;
    }
    Ok(())
}
