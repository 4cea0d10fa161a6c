//! What kube-apiserver is told of the webhook: the file for
//! `--authentication-token-webhook-config-file`, the one that an AuthorizationConfiguration
//! names, and the CA that both name.
//!
//! The CA is named by path, not copied into the file: kube-apiserver reads the kubeconfig once,
//! but the files it names again. It lies beside the kubeconfig, so that one mounted directory is
//! enough.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use iam_cli::file::{self, FileError, Mode};
use serde::Deserialize;
use thiserror::Error;

/// The file and what it says.
#[derive(Debug)]
pub struct WebhookKubeconfig {
    path: PathBuf,
    authority: PathBuf,
    endpoint: Endpoint,
    server: String,
}

/// What kube-apiserver asks by a kubeconfig.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Endpoint {
    /// Who somebody is.
    Authenticate,
    /// What somebody may do.
    Authorize,
}

/// Whether anything was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Written {
    /// Something was not there, or said something else.
    New,
    /// All of it was there.
    AsItWas,
}

/// Why the file was not written.
#[derive(Debug, Error)]
pub enum KubeconfigError {
    /// The directory.
    #[error("cannot make the directory {}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The path cannot be made absolute.
    #[error("cannot tell where {} is", path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file.
    #[error(transparent)]
    Write(#[from] FileError),
}

impl WebhookKubeconfig {
    /// The file at `path` for an endpoint of the webhook at this host and port.
    ///
    /// # Errors
    /// The path is empty, or the working directory is gone.
    pub fn new(
        path: &Path,
        endpoint: Endpoint,
        hostname: &str,
        port: u16,
    ) -> Result<Self, KubeconfigError> {
        let absolute = std::path::absolute(path).map_err(|source| KubeconfigError::Path {
            path: path.to_owned(),
            source,
        })?;
        let host = if hostname.contains(':') {
            format!("[{hostname}]")
        } else {
            hostname.into()
        };
        Ok(Self {
            authority: absolute.with_file_name(AUTHORITY),
            path: absolute,
            endpoint,
            server: format!("https://{host}:{port}{}", endpoint.path()),
        })
    }

    /// The kubeconfig's path, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes both files where they differ. A kubeconfig that names the same server and CA is
    /// left alone, whatever else it says: a client certificate, for example.
    ///
    /// # Errors
    /// The system refuses.
    pub fn write(&self, authority: &[u8]) -> Result<Written, KubeconfigError> {
        let mut written = Written::AsItWas;
        if fs::read(&self.authority).ok().as_deref() != Some(authority) {
            self.make_directory()?;
            file::replace(&self.authority, authority, Mode::Public)?;
            written = Written::New;
        }
        if !self.is_said_already() {
            file::replace(&self.path, self.text().as_bytes(), Mode::Public)?;
            written = Written::New;
        }
        Ok(written)
    }

    fn make_directory(&self) -> Result<(), KubeconfigError> {
        let Some(directory) = self.path.parent() else {
            return Ok(());
        };
        fs::create_dir_all(directory).map_err(|source| {
            let path = directory.to_owned();
            KubeconfigError::Directory { path, source }
        })
    }

    fn is_said_already(&self) -> bool {
        let Ok(text) = fs::read_to_string(&self.path) else {
            return false;
        };
        let Ok(found) = serde_saphyr::from_str::<Kubeconfig>(&text) else {
            return false;
        };
        let same = |named: &NamedCluster| {
            named.cluster.server == self.server
                && Path::new(&named.cluster.certificate_authority) == self.authority
        };
        found.current_context.is_some()
            && !found.clusters.is_empty()
            && found.clusters.iter().all(same)
    }

    fn text(&self) -> String {
        let authority = quoted(&self.authority.to_string_lossy());
        let server = quoted(&self.server);
        let purpose = self.endpoint.purpose();
        format!(
            "# For kube-apiserver's {purpose}.\n\
             apiVersion: v1\n\
             kind: Config\n\
             clusters:\n\
             - name: authz-webhook\n\
             \x20 cluster:\n\
             \x20   certificate-authority: {authority}\n\
             \x20   server: {server}\n\
             users:\n\
             - name: apiserver\n\
             \x20 user: {{}}\n\
             contexts:\n\
             - name: webhook\n\
             \x20 context:\n\
             \x20   cluster: authz-webhook\n\
             \x20   user: apiserver\n\
             current-context: webhook\n"
        )
    }
}

impl Endpoint {
    const fn path(self) -> &'static str {
        match self {
            Self::Authenticate => "/authenticate",
            Self::Authorize => "/authorize",
        }
    }

    const fn purpose(self) -> &'static str {
        match self {
            Self::Authenticate => "--authentication-token-webhook-config-file",
            Self::Authorize => "AuthorizationConfiguration",
        }
    }
}

/// A string of JSON is one of YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[derive(Deserialize)]
struct Kubeconfig {
    #[serde(default)]
    clusters: Vec<NamedCluster>,
    #[serde(rename = "current-context")]
    current_context: Option<String>,
}

#[derive(Deserialize)]
struct NamedCluster {
    cluster: Cluster,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Cluster {
    #[serde(default)]
    certificate_authority: String,
    #[serde(default)]
    server: String,
}

/// Beside the kubeconfig.
const AUTHORITY: &str = "ca.pem";

#[cfg(test)]
mod tests {
    use super::*;

    fn kubeconfig(directory: &Path) -> WebhookKubeconfig {
        let path = directory.join("kubeconfig.yaml");
        WebhookKubeconfig::new(&path, Endpoint::Authenticate, "localhost", 21362).unwrap()
    }

    #[test]
    fn names_the_server_and_its_authority() {
        let directory = tempfile::tempdir().unwrap();
        let file = kubeconfig(directory.path());
        assert_eq!(file.write(b"PEM").unwrap(), Written::New);
        let expected = format!(
            r#"# For kube-apiserver's --authentication-token-webhook-config-file.
apiVersion: v1
kind: Config
clusters:
- name: authz-webhook
  cluster:
    certificate-authority: "{}/ca.pem"
    server: "https://localhost:21362/authenticate"
users:
- name: apiserver
  user: {{}}
contexts:
- name: webhook
  context:
    cluster: authz-webhook
    user: apiserver
current-context: webhook
"#,
            directory.path().display()
        );
        assert_eq!(fs::read_to_string(file.path()).unwrap(), expected);
        assert_eq!(fs::read(directory.path().join("ca.pem")).unwrap(), b"PEM");
    }

    #[test]
    fn writes_nothing_a_second_time_and_keeps_what_was_added() {
        let directory = tempfile::tempdir().unwrap();
        let file = kubeconfig(directory.path());
        file.write(b"PEM").unwrap();
        let added = fs::read_to_string(file.path()).unwrap().replace(
            "user: {}",
            "user: {client-certificate: /a.pem, client-key: /b.pem}",
        );
        fs::write(file.path(), &added).unwrap();
        assert_eq!(file.write(b"PEM").unwrap(), Written::AsItWas);
        assert_eq!(fs::read_to_string(file.path()).unwrap(), added);
    }

    #[test]
    fn writes_again_what_became_wrong() {
        let directory = tempfile::tempdir().unwrap();
        let file = kubeconfig(directory.path());
        for before in [
            "",
            "not: a kubeconfig",
            "{",
            "clusters: []\ncurrent-context: x\n",
        ] {
            fs::write(file.path(), before).unwrap();
            assert_eq!(file.write(b"PEM").unwrap(), Written::New, "{before:?}");
            assert_eq!(fs::read_to_string(file.path()).unwrap(), file.text());
        }
        assert_eq!(file.write(b"OTHER").unwrap(), Written::New);
        let moved =
            WebhookKubeconfig::new(file.path(), Endpoint::Authenticate, "localhost", 1).unwrap();
        assert_eq!(moved.write(b"OTHER").unwrap(), Written::New);
    }

    #[test]
    fn brackets_an_ipv6_host() {
        let path = Path::new("/k/kubeconfig.yaml");
        let file = WebhookKubeconfig::new(path, Endpoint::Authorize, "::1", 443).unwrap();
        assert_eq!(file.server, "https://[::1]:443/authorize");
    }
}
