//! How a cluster lets callers in.

use std::fmt::{self, Display};

use serde::Deserialize;

/// How the cluster lets callers in, where its description tells.
#[must_use]
pub fn authentication_mode(text: &str) -> Option<AuthenticationMode> {
    let answer: Modes<'_> = serde_json::from_str(text).ok()?;
    let mode = answer.cluster?.access_config?.authentication_mode?;
    AuthenticationMode::ALL
        .into_iter()
        .find(|known| known.as_str() == mode)
}

/// How a cluster lets callers in.
///
/// <https://docs.aws.amazon.com/eks/latest/APIReference/API_AccessConfigResponse.html>
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AuthenticationMode {
    /// Access entries alone.
    Api,
    /// Access entries, and aws-auth for whoever has none.
    ApiAndConfigMap,
    /// aws-auth alone.
    ConfigMap,
}

impl AuthenticationMode {
    const ALL: [Self; 3] = [Self::Api, Self::ApiAndConfigMap, Self::ConfigMap];

    /// As EKS spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "API",
            Self::ApiAndConfigMap => "API_AND_CONFIG_MAP",
            Self::ConfigMap => "CONFIG_MAP",
        }
    }
}

impl Display for AuthenticationMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Api => "access entries alone, not by aws-auth",
            Self::ApiAndConfigMap => "access entries and by aws-auth",
            Self::ConfigMap => "aws-auth alone, not by access entries",
        };
        write!(f, "{words} ({})", self.as_str())
    }
}

#[derive(Deserialize)]
struct Modes<'a> {
    #[serde(borrow)]
    cluster: Option<ModeOfCluster<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModeOfCluster<'a> {
    #[serde(borrow)]
    access_config: Option<AccessConfig<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessConfig<'a> {
    authentication_mode: Option<&'a str>,
}
