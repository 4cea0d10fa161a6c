//! From a configuration to certificates and the kubeconfig that trusts them.

use iam_cli::NOTICE;
use thiserror::Error;

use crate::authorization_config::{AuthorizationConfig, Kept};
use crate::certificate::{NameError, Names};
use crate::certificate_files::{self, CertificateError, CertificateFiles};
use crate::config::Config;
use crate::kubeconfig::{Endpoint, KubeconfigError, WebhookKubeconfig, Written};

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

/// Writes what kube-apiserver is told of the webhook, where it differs: its kubeconfig and the CA
/// beside it; where access entries are a source, those for authorization as well.
///
/// # Errors
/// The system refuses.
pub fn write_kubeconfig(
    config: &Config,
    files: &CertificateFiles,
    port: u16,
) -> Result<(), SetupError> {
    let authority = certificate_files::read(&files.trusted())?;
    let path = config.generate_kubeconfig();
    let name = config.hostname();
    let kubeconfig = WebhookKubeconfig::new(path, Endpoint::Authenticate, name, port)?;
    keep(&kubeconfig, &authority, config)?;
    if config.has_access_entries() {
        let path = path.with_file_name(FOR_AUTHORIZATION);
        let kubeconfig = WebhookKubeconfig::new(&path, Endpoint::Authorize, name, port)?;
        keep(&kubeconfig, &authority, config)?;
        keep_authorization(&AuthorizationConfig::beside(kubeconfig.path()))?;
    }
    Ok(())
}

fn keep(
    kubeconfig: &WebhookKubeconfig,
    authority: &[u8],
    config: &Config,
) -> Result<(), SetupError> {
    let path = kubeconfig.path().display();
    match kubeconfig.write(authority)? {
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

fn keep_authorization(file: &AuthorizationConfig) -> Result<(), SetupError> {
    let path = file.path().display();
    match file.ensure().map_err(KubeconfigError::from)? {
        Kept::Written => tracing::info!(
            target: NOTICE,
            "wrote {path}: give kube-apiserver --authorization-config={path} in place of \
             --authorization-mode"
        ),
        Kept::AsItWas => {}
        Kept::Foreign => tracing::warn!(
            "{path} is left as it is, and does not name the webhook's kubeconfig: move it away to \
             have it written anew"
        ),
    }
    Ok(())
}

/// Beside the kubeconfig for authentication.
const FOR_AUTHORIZATION: &str = "authorization-kubeconfig.yaml";
