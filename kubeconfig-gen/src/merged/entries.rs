//! What entries say, as far as signing in goes.

use iam_core::yaml::Node;

use crate::field::{is_null, is_true, items, node, text, text_of};
use crate::kubeconfig::Kind;
use crate::stanza::{self, ExecCommand, Stanza, Unreadable};

/// A context.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContextEntry {
    pub(crate) cluster: String,
    pub(crate) user: String,
    pub(crate) namespace: Option<String>,
}

/// A cluster.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClusterEntry {
    pub(crate) server: String,
    pub(crate) authority_data: Option<String>,
    pub(crate) authority_file: Option<String>,
    pub(crate) tls_server_name: Option<String>,
    pub(crate) proxy_url: Option<String>,
    pub(crate) is_insecure: bool,
}

/// A user. It may hold secrets, so that only what is needed of it is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct UserEntry {
    pub(crate) exec: Option<Exec>,
    /// Keys of other ways to sign in.
    pub(crate) others: Vec<&'static str>,
}

/// An exec stanza. Its environment may hold secrets.
#[derive(Clone, Default)]
pub(crate) struct Exec {
    pub(crate) api_version: String,
    pub(crate) command: String,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) interactive_mode: Option<String>,
}

impl ContextEntry {
    /// Reads an item of `contexts`.
    pub(crate) fn of(item: &Node) -> Self {
        let given = |key| given(item, Kind::Context, key);
        Self {
            cluster: given("cluster").unwrap_or_default(),
            user: given("user").unwrap_or_default(),
            namespace: given("namespace"),
        }
    }
}

impl ClusterEntry {
    /// Reads an item of `clusters`.
    pub(crate) fn of(item: &Node) -> Self {
        let given = |key| given(item, Kind::Cluster, key);
        let body = node(Some(item), Kind::Cluster.key());
        Self {
            server: given("server").unwrap_or_default(),
            authority_data: given("certificate-authority-data"),
            authority_file: given("certificate-authority"),
            tls_server_name: given("tls-server-name"),
            proxy_url: given("proxy-url"),
            is_insecure: is_true(body, "insecure-skip-tls-verify"),
        }
    }
}

impl UserEntry {
    /// Whether it calls a plugin and does nothing else, so that it can be written again.
    pub(crate) fn holds_nothing(&self) -> bool {
        self.exec.is_some() && self.others.is_empty()
    }

    /// Reads an item of `users`.
    pub(crate) fn of(item: &Node) -> Self {
        let body = node(Some(item), Kind::User.key());
        let is_there = |key: &&str| node(body, key).is_some_and(|value| !is_null(value));
        Self {
            exec: Exec::of(item),
            others: OTHER_WAYS.into_iter().filter(is_there).collect(),
        }
    }
}

impl Exec {
    /// Reads the stanza of an item of `users`.
    pub(crate) fn of(item: &Node) -> Option<Self> {
        let stanza = Some(Self::node(item)?);
        let pair = |pair| Some((text_of(Some(pair), "name")?, text_of(Some(pair), "value")?));
        Some(Self {
            api_version: text_of(stanza, "apiVersion").unwrap_or_default(),
            command: text_of(stanza, "command").unwrap_or_default(),
            arguments: items(stanza, "args").iter().filter_map(text).collect(),
            environment: items(stanza, "env").iter().filter_map(pair).collect(),
            interactive_mode: text_of(stanza, "interactiveMode"),
        })
    }

    /// Where the stanza of an item of `users` stands.
    pub(crate) fn node(item: &Node) -> Option<&Node> {
        let stanza = node(node(Some(item), Kind::User.key()), "exec");
        stanza.filter(|stanza| !is_null(stanza))
    }

    /// What it signs, if its program is one that is known.
    pub(crate) fn stanza(&self) -> Option<Result<(ExecCommand, Stanza), Unreadable>> {
        let read = stanza::read(&self.command, &self.arguments)?;
        Some(read.map(|(program, mut stanza)| {
            if program == ExecCommand::AwsIamAuthenticator && stanza.role.is_none() {
                stanza.role = self.variable("DEFAULT_ROLE").map(str::to_owned);
            }
            (program, stanza)
        }))
    }

    /// A variable that the stanza sets; empty is nothing.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let mut set = self.environment.iter().rev();
        set.find(|(variable, _)| variable == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The value of the first of these arguments, as `--name value` or `--name=value`.
    pub(crate) fn argument(&self, names: &[&str]) -> Option<&str> {
        let mut arguments = self.arguments.iter();
        while let Some(argument) = arguments.next() {
            if names.contains(&argument.as_str()) {
                return arguments.next().map(String::as_str);
            }
            let (name, value) = argument.split_once('=').unwrap_or_default();
            if names.contains(&name) {
                return Some(value);
            }
        }
        None
    }
}

impl std::fmt::Debug for Exec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exec")
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

/// A text of an entry's body; empty is nothing.
fn given(item: &Node, kind: Kind, key: &str) -> Option<String> {
    text_of(node(Some(item), kind.key()), key).filter(|text| !text.is_empty())
}

/// What else a user entry may sign in with, ahead of `exec` or beside it.
const OTHER_WAYS: [&str; 6] = [
    "token",
    "tokenFile",
    "username",
    "client-certificate",
    "client-certificate-data",
    "auth-provider",
];

#[cfg(test)]
mod tests {
    use iam_core::yaml::{Limits, parse};

    use super::*;

    #[test]
    fn finds_arguments_in_both_spellings() {
        let exec = Exec {
            arguments: ["--region", "r", "eks", "--cluster-name=n", "-i"]
                .map(str::to_owned)
                .into(),
            ..Exec::default()
        };
        let table: [(&[&str], Option<&str>); 4] = [
            (&["--region"], Some("r")),
            (&["-i", "--cluster-name"], Some("n")),
            (&["-i"], None),
            (&["--profile"], None),
        ];
        for (names, value) in table {
            assert_eq!(exec.argument(names), value, "{names:?}");
        }
    }

    fn item(text: &str) -> Node {
        parse(text, &Limits::default()).unwrap().remove(0)
    }

    #[test]
    fn reads_a_stanza_and_what_stands_beside_it() {
        let user = UserEntry::of(&item(
            "name: u\nuser:\n  token: t\n  username: null\n  exec:\n    apiVersion: v\n    command: c\n    \
             args: [a, \"b\"]\n    env: [{name: M, value: v}, {name: M, value: w}]\n",
        ));
        let exec = user.exec.as_ref().unwrap();
        assert_eq!(user.others, ["token"]);
        assert_eq!(
            (exec.api_version.as_str(), exec.command.as_str()),
            ("v", "c")
        );
        assert_eq!(exec.arguments, ["a", "b"]);
        // Of several the last reaches the program.
        assert_eq!(exec.variable("M"), Some("w"));
        assert_eq!(format!("{exec:?}"), "Exec { command: \"c\", .. }");
    }

    #[test]
    fn a_flag_is_whatever_yaml_1_1_has_for_true() {
        for (word, is_insecure) in [("true", true), ("on", true), ("Yes", true), ("no", false)] {
            let text = format!("cluster: {{insecure-skip-tls-verify: {word}}}");
            assert_eq!(
                ClusterEntry::of(&item(&text)).is_insecure,
                is_insecure,
                "{word}"
            );
        }
    }
}
