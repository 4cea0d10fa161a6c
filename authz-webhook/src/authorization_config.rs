//! The AuthorizationConfiguration for kube-apiserver's `--authorization-config`.
//!
//! RBAC comes before the webhook: the webhook never denies, so the order changes no answer, and
//! whatever RBAC allows costs no call. The condition keeps users away who are no IAM principals.
//!
//! <https://kubernetes.io/docs/reference/access-authn-authz/authorization/#using-configuration-file-for-authorization>

use std::fs;
use std::path::{Path, PathBuf};

use iam_cli::file::{self, FileError, Mode};

/// The file, and what it names.
#[derive(Debug)]
pub struct AuthorizationConfig {
    path: PathBuf,
    kubeconfig: PathBuf,
}

/// What became of the file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kept {
    /// It was not there, and is now.
    Written,
    /// It was there, and names the webhook's kubeconfig.
    AsItWas,
    /// It was there, and is somebody else's: it does not name the webhook's kubeconfig.
    Foreign,
}

impl AuthorizationConfig {
    /// The file beside `kubeconfig`, the webhook's for authorization.
    #[must_use]
    pub fn beside(kubeconfig: &Path) -> Self {
        Self {
            path: kubeconfig.with_file_name(NAME),
            kubeconfig: kubeconfig.to_owned(),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file where there is none. One that is there is the administrator's: other
    /// authorizers may have been added.
    ///
    /// # Errors
    /// The system refuses.
    pub fn ensure(&self) -> Result<Kept, FileError> {
        let Ok(found) = fs::read_to_string(&self.path) else {
            file::replace(&self.path, self.text().as_bytes(), Mode::Public)?;
            return Ok(Kept::Written);
        };
        let named = self.kubeconfig.to_string_lossy();
        Ok(if found.contains(&*named) {
            Kept::AsItWas
        } else {
            Kept::Foreign
        })
    }

    fn text(&self) -> String {
        // A string of JSON is one of YAML.
        let kubeconfig = serde_json::Value::from(self.kubeconfig.to_string_lossy());
        format!(
            "# For kube-apiserver's --authorization-config, in place of --authorization-mode.\n\
             apiVersion: apiserver.config.k8s.io/v1\n\
             kind: AuthorizationConfiguration\n\
             authorizers:\n\
             - type: Node\n\
             \x20 name: node\n\
             - type: RBAC\n\
             \x20 name: rbac\n\
             - type: Webhook\n\
             \x20 name: authz-webhook\n\
             \x20 webhook:\n\
             \x20   subjectAccessReviewVersion: v1\n\
             \x20   matchConditionSubjectAccessReviewVersion: v1\n\
             \x20   timeout: 3s\n\
             \x20   # How long a withdrawn access entry may act on.\n\
             \x20   authorizedTTL: 10s\n\
             \x20   unauthorizedTTL: 5s\n\
             \x20   # RBAC goes on deciding while the webhook cannot be asked.\n\
             \x20   failurePolicy: NoOpinion\n\
             \x20   connectionInfo:\n\
             \x20     type: KubeConfigFile\n\
             \x20     kubeConfigFile: {kubeconfig}\n\
             \x20   matchConditions:\n\
             \x20   - expression: \"has(request.extra) && '{KEY}' in request.extra\"\n"
        )
    }
}

/// Beside the kubeconfigs.
const NAME: &str = "authorization.yaml";
/// A key that the extra of every IAM principal holds, and that of nobody else.
const KEY: &str = "sigs.k8s.io/aws-iam-authenticator/principalId";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_once_and_never_over_somebody_elses() {
        let directory = tempfile::tempdir().unwrap();
        let kubeconfig = directory.path().join("authorization-kubeconfig.yaml");
        let config = AuthorizationConfig::beside(&kubeconfig);
        assert_eq!(config.ensure().unwrap(), Kept::Written);
        let written = fs::read_to_string(config.path()).unwrap();
        let named = format!("kubeConfigFile: \"{}\"\n", kubeconfig.display());
        assert!(written.contains(&named), "{written}");
        assert_eq!(config.ensure().unwrap(), Kept::AsItWas);
        let longer = format!("{written}- {{type: AlwaysDeny, name: end}}\n");
        fs::write(config.path(), &longer).unwrap();
        assert_eq!(config.ensure().unwrap(), Kept::AsItWas);
        fs::write(config.path(), "authorizers: []\n").unwrap();
        assert_eq!(config.ensure().unwrap(), Kept::Foreign);
        assert_eq!(
            fs::read_to_string(config.path()).unwrap(),
            "authorizers: []\n"
        );
    }
}
