//! A kubeconfig as kubectl reads it, and nothing besides.

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Kubeconfig {
    #[serde(rename = "apiVersion")]
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) clusters: Vec<Named<ClusterEntry>>,
    pub(crate) contexts: Vec<Named<ContextEntry>>,
    pub(crate) users: Vec<Named<UserEntry>>,
    pub(crate) current_context: String,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
pub(crate) struct Named<T> {
    pub(crate) name: String,
    #[serde(alias = "cluster", alias = "context", alias = "user")]
    pub(crate) entry: T,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ClusterEntry {
    pub(crate) server: String,
    pub(crate) certificate_authority_data: String,
    pub(crate) proxy_url: Option<String>,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContextEntry {
    pub(crate) cluster: String,
    pub(crate) user: String,
    pub(crate) namespace: Option<String>,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserEntry {
    pub(crate) exec: Exec,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Exec {
    pub(crate) api_version: String,
    pub(crate) command: String,
    pub(crate) args: Vec<String>,
    pub(crate) install_hint: String,
    pub(crate) interactive_mode: String,
    pub(crate) provide_cluster_info: bool,
    pub(crate) env: Option<Vec<Variable>>,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) value: String,
}
