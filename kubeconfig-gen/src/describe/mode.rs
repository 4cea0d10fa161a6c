//! How a cluster lets callers in.

use iam_aws::eks::AuthenticationMode;
use serde::Deserialize;

/// How the cluster lets callers in, where its description tells.
#[must_use]
pub fn authentication_mode(text: &str) -> Option<AuthenticationMode> {
    let answer: Modes = serde_json::from_str(text).ok()?;
    answer.cluster?.access_config?.authentication_mode
}

#[derive(Deserialize)]
struct Modes {
    cluster: Option<ModeOfCluster>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModeOfCluster {
    access_config: Option<AccessConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessConfig {
    authentication_mode: Option<AuthenticationMode>,
}
