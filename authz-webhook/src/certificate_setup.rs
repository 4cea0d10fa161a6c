//! From a configuration to certificates and the kubeconfig that trusts them.

use iam_cli::NOTICE;
use thiserror::Error;

use crate::certificate::{NameError, Names};
use crate::certificate_files::{self, CertificateError, CertificateFiles};
use crate::config::Config;
use crate::kubeconfig::{KubeconfigError, WebhookKubeconfig, Written};

/// Why certificates or kubeconfig cannot be set up.
#[derive(Debug, Error)]
pub enum SetupError {
    /// `server.hostname`.
    #[error("server.hostname")]
    Hostname(#[source] NameError),
    /// The state directory.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The kubeconfig.
    #[error("cannot write kube-apiserver's kubeconfig")]
    Kubeconfig(#[from] KubeconfigError),
}

impl SetupError {
    /// The one thing to try.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Hostname(_) => {
                Some("set server.hostname to the name kube-apiserver calls".to_owned())
            }
            Self::Certificate(error) => error.hint(),
            Self::Kubeconfig(_) => {
                Some("set server.generateKubeconfig to a path that this user may write".to_owned())
            }
        }
    }
}

/// The certificate files of a configuration.
///
/// # Errors
/// A host name that is none.
pub fn certificate_files(config: &Config) -> Result<CertificateFiles, SetupError> {
    let names = Names::of(config.hostname(), config.address()).map_err(SetupError::Hostname)?;
    Ok(CertificateFiles::new(config.state_dir().to_owned(), names))
}

/// Writes kube-apiserver's kubeconfig and the CA beside it, where they differ.
///
/// # Errors
/// The system refuses.
pub fn write_kubeconfig(
    config: &Config,
    files: &CertificateFiles,
    port: u16,
) -> Result<(), SetupError> {
    let kubeconfig = WebhookKubeconfig::new(config.generate_kubeconfig(), config.hostname(), port)?;
    let authority = certificate_files::read(&files.trusted())?;
    let path = kubeconfig.path().display();
    match kubeconfig.write(&authority)? {
        Written::AsItWas => return Ok(()),
        Written::New => {
            tracing::info!(target: NOTICE, "wrote kube-apiserver's kubeconfig {path}");
        }
    }
    if let Some(client_ca) = config.client_ca() {
        tracing::info!(
            target: NOTICE,
            "add client-certificate and client-key, signed by {}, to the user in {path}",
            client_ca.display()
        );
    }
    Ok(())
}
