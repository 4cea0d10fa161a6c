//! The environment variables that token-exec knows, read once at its edge.

use std::ffi::OsString;
use std::path::PathBuf;

use iam_core::arn::Arn;
use iam_core::cluster::ClusterId;

use crate::cache::CacheVariables;
use crate::surroundings::Surroundings;
use crate::usage::UsageError;
use iam_aws::environment::{NotUtf8, Variables};
use iam_aws::source::role;

/// What the environment says. An empty variable counts as unset.
///
/// It holds secrets, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct Environment {
    /// What it says about AWS.
    pub aws: iam_aws::environment::Environment,
    /// `KUBERNETES_EXEC_INFO`
    pub exec_info: Option<String>,
    /// `RUST_LOG`
    pub rust_log: Option<String>,
    /// What decides where the cache is.
    pub cache: CacheDirectories,
    /// What else sources of credentials may go by; [`Self::read`] knows nothing of it.
    pub surroundings: Surroundings,
    /// What aws-iam-authenticator reads.
    pub authenticator: AuthenticatorVariables,
}

/// The variables that decide where the cache is, beside `HOME`.
#[derive(Clone, Debug, Default)]
pub struct CacheDirectories {
    /// `KUBECACHEDIR`
    pub kube_cache_dir: Option<PathBuf>,
    /// `XDG_CACHE_HOME`
    pub xdg_cache_home: Option<PathBuf>,
    /// `LOCALAPPDATA`
    pub local_app_data: Option<PathBuf>,
}

/// The variables that stand for arguments of `aws-iam-authenticator token`.
#[derive(Clone, Debug, Default)]
pub struct AuthenticatorVariables {
    /// `KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID`
    pub cluster_id: Option<String>,
    /// `DEFAULT_ROLE`
    pub role: Option<String>,
}

impl Environment {
    /// Reads every variable of interest with `get`.
    ///
    /// # Errors
    /// When a value is not UTF-8; paths may hold any bytes.
    pub fn read(get: impl Fn(&'static str) -> Option<OsString>) -> Result<Self, NotUtf8> {
        let variables = Variables(get);
        Ok(Self {
            aws: iam_aws::environment::Environment::read(&variables)?,
            exec_info: variables.text("KUBERNETES_EXEC_INFO")?,
            rust_log: variables.text("RUST_LOG")?,
            cache: CacheDirectories {
                kube_cache_dir: variables.path("KUBECACHEDIR"),
                xdg_cache_home: variables.path("XDG_CACHE_HOME"),
                local_app_data: variables.path("LOCALAPPDATA"),
            },
            surroundings: Surroundings::default(),
            authenticator: AuthenticatorVariables {
                cluster_id: variables.text(CLUSTER_ID)?,
                role: variables.text(ROLE)?,
            },
        })
    }
}

impl Environment {
    /// What decides where the cache is.
    #[must_use]
    pub fn cache_variables(&self) -> CacheVariables<'_> {
        let CacheDirectories {
            kube_cache_dir,
            xdg_cache_home,
            local_app_data,
        } = &self.cache;
        CacheVariables {
            kube_cache_dir: kube_cache_dir.as_deref(),
            xdg_cache_home: xdg_cache_home.as_deref(),
            home: self.aws.home.as_deref(),
            local_app_data: local_app_data.as_deref(),
        }
    }
}

impl AuthenticatorVariables {
    /// The cluster's identifier, if it is exported.
    ///
    /// # Errors
    /// When it is none.
    pub fn cluster_id(&self) -> Result<Option<ClusterId>, UsageError> {
        let id = self.cluster_id.as_deref().map(str::parse).transpose();
        id.map_err(|error| UsageError::variable(CLUSTER_ID, &error))
    }

    /// The role, if one is exported.
    ///
    /// # Errors
    /// When it is none.
    pub fn role(&self) -> Result<Option<Arn>, UsageError> {
        let role = self.role.as_deref().map(role::role_arn).transpose();
        role.map_err(|error| UsageError::variable(ROLE, &error))
    }
}

const CLUSTER_ID: &str = "KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID";
const ROLE: &str = "DEFAULT_ROLE";
