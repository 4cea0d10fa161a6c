//! The three entries, and a kubeconfig that holds nothing else.
//!
//! <https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/>

mod entry;

use iam_core::arn::Arn;
use iam_core::principal::SessionName;
use iam_core::region::Region;
use iam_core::yaml::Fresh;

use crate::cluster::Cluster;
use crate::endpoint::ProxyUrl;
use crate::names::{EntryName, Namespace, Profile};
use crate::plugin::Plugin;
use crate::stanza::{ExecCommand, Stanza, Untold};
pub(crate) use entry::{Entry, Kind};

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
    /// The program that signs the tokens.
    pub exec_command: ExecCommand,
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
    pub(crate) cluster: Entry,
    pub(crate) context: Entry,
    pub(crate) user: Entry,
    current: CurrentContext,
}

impl Kubeconfig {
    /// The entries for one cluster. The cluster's entry is named by its ARN where that is known,
    /// else by its name; so are the others unless a choice says otherwise.
    ///
    /// # Errors
    /// When the program that signs cannot be told what was chosen.
    pub fn new(cluster: &Cluster, choices: &Choices, plugin: &Plugin) -> Result<Self, Untold> {
        let cluster_name = cluster.reference.to_string();
        let or_cluster = |name: &Option<EntryName>| {
            name.as_ref()
                .map_or_else(|| cluster_name.clone(), ToString::to_string)
        };
        let user = user_entry(or_cluster(&choices.user_alias), cluster, choices, plugin)?;
        let context = context_entry(
            or_cluster(&choices.alias),
            &cluster_name,
            &user.name,
            choices,
        );
        Ok(Self {
            cluster: cluster_entry(cluster_name, cluster, choices),
            context,
            user,
            current: choices.current,
        })
    }

    /// The name of the context.
    #[must_use]
    pub fn context_name(&self) -> &str {
        &self.context.name
    }

    /// Lets the plugin ask for the code of an MFA device, where somebody is there to be asked.
    #[must_use]
    pub(crate) fn asking(mut self) -> Self {
        for (key, value) in &mut self.user.body {
            if *key == "interactiveMode" {
                *value = Fresh::text("IfAvailable");
            }
        }
        self
    }

    pub(crate) const fn entry(&self, kind: Kind) -> &Entry {
        match kind {
            Kind::Cluster => &self.cluster,
            Kind::Context => &self.context,
            Kind::User => &self.user,
        }
    }

    /// The program that the user's stanza runs.
    #[must_use]
    pub fn command(&self) -> &str {
        let mut fields = self.user.body.iter();
        match fields.find(|(key, _)| *key == "command") {
            Some((_, Fresh::Text(command))) => command,
            Some(_) | None => "",
        }
    }

    /// What `current-context` becomes.
    pub(crate) fn current(&self) -> Option<&str> {
        match self.current {
            CurrentContext::Set => Some(self.context_name()),
            CurrentContext::Leave => None,
        }
    }

    /// The whole file, where there is none.
    #[must_use]
    pub fn document(&self) -> String {
        self.fresh().document()
    }

    pub(crate) fn fresh(&self) -> Fresh {
        let list = |entry: &Entry| Fresh::List(vec![entry.fresh()]);
        Fresh::map([
            ("apiVersion", Fresh::text("v1")),
            ("clusters", list(&self.cluster)),
            ("contexts", list(&self.context)),
            (
                "current-context",
                Fresh::text(self.current().unwrap_or_default()),
            ),
            ("kind", Fresh::text("Config")),
            ("users", list(&self.user)),
        ])
    }

    /// Context, user and cluster as separate documents, for people to look at.
    #[must_use]
    pub fn entries(&self) -> [String; 3] {
        [&self.context, &self.user, &self.cluster].map(|entry| entry.fresh().document())
    }
}

fn cluster_entry(name: String, cluster: &Cluster, choices: &Choices) -> Entry {
    let mut body = vec![
        (
            "certificate-authority-data",
            Fresh::text(cluster.authority.data()),
        ),
        ("server", Fresh::text(&cluster.endpoint)),
    ];
    body.extend(
        choices
            .proxy_url
            .as_ref()
            .map(|url| ("proxy-url", Fresh::text(url))),
    );
    body.extend(
        cluster
            .tls_server_name
            .as_ref()
            .map(|name| ("tls-server-name", Fresh::text(name))),
    );
    Entry {
        kind: Kind::Cluster,
        name,
        body,
        profile: None,
    }
}

fn context_entry(name: String, cluster: &str, user: &str, choices: &Choices) -> Entry {
    let mut body = vec![("cluster", Fresh::text(cluster))];
    body.extend(
        choices
            .namespace
            .as_ref()
            .map(|name| ("namespace", Fresh::text(name))),
    );
    body.push(("user", Fresh::text(user)));
    Entry {
        kind: Kind::Context,
        name,
        body,
        profile: None,
    }
}

fn user_entry(
    name: String,
    cluster: &Cluster,
    choices: &Choices,
    plugin: &Plugin,
) -> Result<Entry, Untold> {
    let arguments = choices.stanza(cluster).arguments(choices.exec_command)?;
    Ok(Entry {
        kind: Kind::User,
        name,
        body: choices.exec_command.fields(arguments, plugin),
        profile: choices.profile.as_ref().map(ToString::to_string),
    })
}

impl Choices {
    fn stanza(&self, cluster: &Cluster) -> Stanza {
        let role = self.role.as_ref();
        // The other programs find it in their environment, where the AWS CLI writes it.
        let is_argument = self.exec_command == ExecCommand::TokenExec;
        let profile = self.profile.as_ref().filter(|_| is_argument);
        Stanza {
            signed: (&cluster.signed).into(),
            region: self.region.as_ref().map(ToString::to_string),
            profile: profile.map(ToString::to_string),
            role: role.map(|role| role.arn.to_string()),
            session_name: role
                .and_then(|role| role.session_name.as_ref())
                .map(ToString::to_string),
            external_id: role.and_then(|role| role.external_id.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::SignedId;
    use crate::stanza::INSTALL_HINT;
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
            exec_command: ExecCommand::TokenExec,
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
        let file = Kubeconfig::new(&cluster, &choices(), &Plugin::OnPath).unwrap();
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
            exec_command: ExecCommand::TokenExec,
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
        )
        .unwrap();
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
                     \"--external-id=x1\"\n    command: \"/opt/x y/token-exec\"\n    env:\n    - name: AWS_PROFILE\n      value: \"a b\"\n    \
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
