//! By what a cluster admits callers: aws-auth, access entries, or both.
//! <https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html>

use std::fmt;

use iam_core::cluster::ClusterId;
use serde::Deserialize;
use serde_json::json;

use super::request::{Call, encoded};
use super::{Eks, EksError, answer, of_cluster};

/// By what a cluster admits callers. It moves down this list, and never back.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthenticationMode {
    /// aws-auth alone.
    ConfigMap,
    /// Access entries, and aws-auth for those who have none.
    ApiAndConfigMap,
    /// Access entries alone.
    Api,
}

/// A cluster, as far as access goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClusterState {
    /// Its ARN.
    pub arn: String,
    /// `ACTIVE`, `UPDATING`, …
    pub status: String,
    /// By what it admits callers.
    pub mode: AuthenticationMode,
}

/// A change of a cluster, which goes on after it was asked for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Update {
    /// What it is asked about by.
    pub id: String,
    /// `InProgress`, `Successful`, `Failed`, `Cancelled`.
    pub status: String,
    /// Why it failed.
    #[serde(default)]
    pub errors: Vec<UpdateError>,
}

/// Why a change failed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct UpdateError {
    /// In EKS's words.
    #[serde(default)]
    pub error_message: String,
}

impl AuthenticationMode {
    /// By what callers are admitted, in words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::ConfigMap => "aws-auth alone, not by access entries",
            Self::ApiAndConfigMap => "access entries and by aws-auth",
            Self::Api => "access entries alone, not by aws-auth",
        }
    }
}

impl Eks {
    /// What `DescribeCluster` answers about access.
    ///
    /// # Errors
    /// When EKS refuses or is not reached, or the answer makes no sense.
    pub async fn cluster_state(&self, name: &ClusterId) -> Result<ClusterState, EksError> {
        let failed = |cause| EksError::new(self.describing(name), cause);
        let answer = self.ask(&Call::get(of_cluster(name))).await;
        let answer = answer.map_err(failed)?;
        let Described { cluster } = answer::parse(&answer).map_err(failed)?;
        Ok(ClusterState {
            arn: cluster.arn,
            status: cluster.status,
            mode: cluster.access_config.authentication_mode,
        })
    }

    /// Begins to switch a cluster to another mode.
    ///
    /// # Errors
    /// When EKS refuses or is not reached, or the answer makes no sense.
    pub async fn set_authentication_mode(
        &self,
        name: &ClusterId,
        mode: AuthenticationMode,
    ) -> Result<Update, EksError> {
        let body = json!({"accessConfig": {"authenticationMode": mode.to_string()}});
        let call = Call::post(format!("{}/update-config", of_cluster(name)), &body);
        let doing = format!("switching the authentication mode of {name} to {mode}");
        self.update(&call, (doing, "eks:UpdateClusterConfig")).await
    }

    /// How far a change has come.
    ///
    /// # Errors
    /// When EKS refuses or is not reached, or the answer makes no sense.
    pub async fn describe_update(&self, name: &ClusterId, id: &str) -> Result<Update, EksError> {
        let call = Call::get(format!("{}/updates/{}", of_cluster(name), encoded(id)));
        let doing = format!("asking how the change of {name} goes on");
        self.update(&call, (doing, "eks:DescribeUpdate")).await
    }

    async fn update(&self, call: &Call, doing: (String, &'static str)) -> Result<Update, EksError> {
        let answer = self.ask(call).await;
        let updated = answer.and_then(|answer| answer::parse::<Updated>(&answer));
        updated
            .map(|updated| updated.update)
            .map_err(|cause| EksError::new(doing, cause))
    }
}

impl fmt::Display for AuthenticationMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConfigMap => "CONFIG_MAP",
            Self::ApiAndConfigMap => "API_AND_CONFIG_MAP",
            Self::Api => "API",
        })
    }
}

#[derive(Deserialize)]
struct Described {
    cluster: Cluster,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cluster {
    arn: String,
    status: String,
    access_config: AccessConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessConfig {
    authentication_mode: AuthenticationMode,
}

#[derive(Deserialize)]
struct Updated {
    update: Update,
}
