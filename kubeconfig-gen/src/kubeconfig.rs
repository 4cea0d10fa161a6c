//! The three entries, and a kubeconfig that holds nothing else.
//!
//! <https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/>

use iam_core::arn::Arn;
use iam_core::principal::SessionName;
use iam_core::region::Region;

use crate::cluster::{Cluster, SignedId};
use crate::endpoint::ProxyUrl;
use crate::names::{EntryName, Namespace, Profile};
use crate::plugin::Plugin;
use crate::yaml::Value;

/// What a user chose about the entries.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Name of the context, where it is not the cluster's.
    pub alias: Option<EntryName>,
    /// Name of the user entry, where it is not the cluster's.
    pub user_alias: Option<EntryName>,
    /// The context's namespace.
    pub namespace: Option<Namespace>,
    /// A proxy on the way to the API server.
    pub proxy_url: Option<ProxyUrl>,
    /// The region whose STS checks the tokens.
    pub region: Option<Region>,
    /// The profile that signs the tokens.
    pub profile: Option<Profile>,
    /// The role whose tokens they are.
    pub role: Option<StanzaRole>,
    /// Whether the new context becomes the current one.
    pub current: CurrentContext,
}

/// A role that token-exec assumes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StanzaRole {
    /// The role.
    pub arn: Arn,
    /// The name of its session.
    pub session_name: Option<SessionName>,
    /// What its owner demands of third parties.
    pub external_id: Option<String>,
}

/// Whether the new context becomes the current one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CurrentContext {
    /// It does.
    Set,
    /// `current-context` stays empty.
    Leave,
}

/// A cluster entry, a user entry and the context that joins them.
#[derive(Clone, Debug)]
pub struct Kubeconfig {
    context_name: String,
    cluster: Value,
    context: Value,
    user: Value,
    current: CurrentContext,
}

impl Kubeconfig {
    /// The entries for one cluster. The cluster's entry is named by its ARN where that is known,
    /// else by its name; so are the others unless a choice says otherwise.
    #[must_use]
    pub fn new(cluster: &Cluster, choices: &Choices, plugin: &Plugin) -> Self {
        let cluster_name = cluster.reference.to_string();
        let or_cluster = |name: &Option<EntryName>| {
            name.as_ref()
                .map_or_else(|| cluster_name.clone(), ToString::to_string)
        };
        let context_name = or_cluster(&choices.alias);
        let user_name = or_cluster(&choices.user_alias);
        Self {
            cluster: cluster_entry(&cluster_name, cluster, choices),
            context: context_entry(&context_name, &cluster_name, &user_name, choices),
            user: user_entry(&user_name, cluster, choices, plugin),
            current: choices.current,
            context_name,
        }
    }

    /// The name of the context.
    #[must_use]
    pub fn context_name(&self) -> &str {
        &self.context_name
    }

    /// The whole file.
    #[must_use]
    pub fn document(&self) -> String {
        let current = match self.current {
            CurrentContext::Set => self.context_name.as_str(),
            CurrentContext::Leave => "",
        };
        document(std::slice::from_ref(self), current)
    }

    /// Context, user and cluster as separate documents, for people to look at.
    #[must_use]
    pub fn entries(&self) -> [String; 3] {
        [
            self.context.document(),
            self.user.document(),
            self.cluster.document(),
        ]
    }
}

/// A file with the entries of `all`, of which there is at least one.
#[must_use]
pub(crate) fn document(all: &[Kubeconfig], current: &str) -> String {
    let list =
        |part: fn(&Kubeconfig) -> &Value| Value::List(all.iter().map(part).cloned().collect());
    let file = Value::Map(vec![
        ("apiVersion", Value::text("v1")),
        ("clusters", list(|one| &one.cluster)),
        ("contexts", list(|one| &one.context)),
        ("current-context", Value::text(current)),
        ("kind", Value::text("Config")),
        ("users", list(|one| &one.user)),
    ]);
    file.document()
}

fn cluster_entry(name: &str, cluster: &Cluster, choices: &Choices) -> Value {
    let mut body = vec![
        (
            "certificate-authority-data",
            Value::text(cluster.authority.data()),
        ),
        ("server", Value::text(&cluster.endpoint)),
    ];
    body.extend(
        choices
            .proxy_url
            .as_ref()
            .map(|url| ("proxy-url", Value::text(url))),
    );
    body.extend(
        cluster
            .tls_server_name
            .as_ref()
            .map(|name| ("tls-server-name", Value::text(name))),
    );
    Value::Map(vec![
        ("cluster", Value::Map(body)),
        ("name", Value::text(name)),
    ])
}

fn context_entry(name: &str, cluster: &str, user: &str, choices: &Choices) -> Value {
    let mut body = vec![("cluster", Value::text(cluster))];
    body.extend(
        choices
            .namespace
            .as_ref()
            .map(|name| ("namespace", Value::text(name))),
    );
    body.push(("user", Value::text(user)));
    Value::Map(vec![
        ("context", Value::Map(body)),
        ("name", Value::text(name)),
    ])
}

fn user_entry(name: &str, cluster: &Cluster, choices: &Choices, plugin: &Plugin) -> Value {
    let exec = Value::Map(vec![
        ("apiVersion", Value::text("client.authentication.k8s.io/v1")),
        (
            "args",
            Value::List(
                arguments(cluster, choices)
                    .into_iter()
                    .map(Value::Text)
                    .collect(),
            ),
        ),
        ("command", Value::text(plugin.command())),
        ("installHint", Value::text(INSTALL_HINT)),
        // Nothing is asked, so that `kubectl apply -f -` keeps its stdin.
        ("interactiveMode", Value::text("Never")),
        ("provideClusterInfo", Value::Flag(false)),
    ]);
    let body = Value::Map(vec![("exec", exec)]);
    Value::Map(vec![("name", Value::text(name)), ("user", body)])
}

/// The arguments of token-exec, each in one word so that no value can become a flag.
///
/// The profile is an argument and not `AWS_PROFILE` in `env`, because exported access keys win
/// over the variable and not over the argument: the context stays the identity it was made for.
fn arguments(cluster: &Cluster, choices: &Choices) -> Vec<String> {
    let mut arguments = Vec::new();
    arguments.extend(
        choices
            .region
            .as_ref()
            .map(|region| format!("--region={region}")),
    );
    arguments.push(match &cluster.signed {
        SignedId::Name(name) => format!("--cluster-name={name}"),
        SignedId::Id(id) => format!("--cluster-id={id}"),
    });
    arguments.extend(
        choices
            .profile
            .as_ref()
            .map(|profile| format!("--profile={profile}")),
    );
    arguments.extend(choices.role.iter().flat_map(StanzaRole::arguments));
    arguments
}

impl StanzaRole {
    fn arguments(&self) -> impl Iterator<Item = String> {
        let session = self.session_name.as_ref();
        let external = self.external_id.as_ref();
        [
            Some(format!("--role-arn={}", self.arn)),
            session.map(|name| format!("--session-name={name}")),
            external.map(|id| format!("--external-id={id}")),
        ]
        .into_iter()
        .flatten()
    }
}

/// kubectl prints this when it cannot find the command.
const INSTALL_HINT: &str = "token-exec signs the tokens of this user. Install it in a directory on \
    PATH, or beside kubeconfig-gen and run kubeconfig-gen update again.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{certificate_data, describe};

    fn choices() -> Choices {
        Choices {
            alias: None,
            user_alias: None,
            namespace: None,
            proxy_url: None,
            region: Some("us-west-2".parse().unwrap()),
            profile: None,
            role: None,
            current: CurrentContext::Set,
        }
    }

    fn cluster() -> Cluster {
        crate::describe::parse(&describe(&certificate_data())).unwrap()
    }

    #[test]
    fn writes_the_whole_file() {
        let cluster = cluster();
        let arn = "arn:aws:eks:us-west-2:111122223333:cluster/dev";
        let expected = format!(
            "apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {data}
    server: https://dev.example
  name: {arn}
contexts:
- context:
    cluster: {arn}
    user: {arn}
  name: {arn}
current-context: {arn}
kind: Config
users:
- name: {arn}
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - \"--region=us-west-2\"
      - \"--cluster-name=dev\"
      command: token-exec
      installHint: \"{INSTALL_HINT}\"
      interactiveMode: Never
      provideClusterInfo: false
",
            data = cluster.authority.data(),
        );
        let file = Kubeconfig::new(&cluster, &choices(), &Plugin::OnPath);
        assert_eq!(file.document(), expected);
    }

    #[test]
    fn every_choice_has_its_place() {
        let choices = Choices {
            alias: Some("012345678901".parse().unwrap()),
            user_alias: Some("on".parse().unwrap()),
            namespace: Some("1e3".parse().unwrap()),
            proxy_url: Some("socks5://127.0.0.1:1080".parse().unwrap()),
            region: None,
            profile: Some("a b".parse().unwrap()),
            role: Some(StanzaRole {
                arn: "arn:aws:iam::111122223333:role/dev".parse().unwrap(),
                session_name: Some("me".parse().unwrap()),
                external_id: Some("x1".to_owned()),
            }),
            current: CurrentContext::Leave,
        };
        let cluster = Cluster {
            signed: SignedId::Id("id-1".parse().unwrap()),
            tls_server_name: Some("dev.example".to_owned()),
            ..cluster()
        };
        let file = Kubeconfig::new(
            &cluster,
            &choices,
            &Plugin::Beside("/opt/x y/token-exec".to_owned()),
        );
        let arn = "arn:aws:eks:us-west-2:111122223333:cluster/dev";
        let data = cluster.authority.data();
        assert_eq!(file.context_name(), "012345678901");
        assert_eq!(
            file.entries(),
            [
                format!(
                    "context:\n  cluster: {arn}\n  namespace: \"1e3\"\n  user: \"on\"\nname: \"012345678901\"\n"
                ),
                format!(
                    "name: \"on\"\nuser:\n  exec:\n    apiVersion: client.authentication.k8s.io/v1\n    args:\n    \
                     - \"--cluster-id=id-1\"\n    - \"--profile=a b\"\n    - \
                     \"--role-arn=arn:aws:iam::111122223333:role/dev\"\n    - \"--session-name=me\"\n    - \
                     \"--external-id=x1\"\n    command: \"/opt/x y/token-exec\"\n    \
                     installHint: \"{INSTALL_HINT}\"\n    interactiveMode: Never\n    provideClusterInfo: false\n"
                ),
                format!(
                    "cluster:\n  certificate-authority-data: {data}\n  server: https://dev.example\n  \
                     proxy-url: socks5://127.0.0.1:1080\n  tls-server-name: dev.example\nname: {arn}\n"
                ),
            ],
        );
        assert!(file.document().contains("\ncurrent-context: \"\"\n"));
    }
}
