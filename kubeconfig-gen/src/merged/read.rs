//! One kubeconfig file, as far as signing in goes.

use std::path::Path;

use iam_core::yaml::{self, Limits, Mapping, Node, Position};

use super::MergedError;
use crate::schema;

/// What one file holds, its entries in their order.
pub(crate) struct File {
    /// Not empty.
    pub(crate) current_context: Option<String>,
    pub(crate) contexts: Vec<(String, ContextEntry)>,
    pub(crate) clusters: Vec<(String, ClusterEntry)>,
    pub(crate) users: Vec<(String, UserEntry)>,
}

/// A context.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContextEntry {
    pub(crate) cluster: String,
    pub(crate) user: String,
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

/// What is wrong with a file.
struct Fault {
    position: Option<Position>,
    message: String,
}

impl From<schema::Fault> for Fault {
    fn from(schema::Fault { position, message }: schema::Fault) -> Self {
        Self {
            position: Some(position),
            message,
        }
    }
}

impl Fault {
    fn of(self, path: &Path) -> MergedError {
        let position = self.position.unwrap_or(Position::START);
        MergedError::Content {
            path: path.to_owned(),
            line: position.line,
            column: position.column,
            message: self.message,
        }
    }
}

impl File {
    /// Reads the bytes of a file.
    pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<Self, MergedError> {
        Self::parse(bytes).map_err(|fault| fault.of(path))
    }

    fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(bytes).map_err(|_| Fault {
            position: None,
            message: "this is not UTF-8".to_owned(),
        })?;
        let read = yaml::parse_first(text, &LIMITS).map_err(|error| Fault {
            position: error.position(),
            message: error.to_string(),
        })?;
        let empty = Mapping {
            pairs: Vec::new(),
            is_flow: false,
        };
        let root = match read.node.as_ref() {
            None => &empty,
            Some(node) if is_null(node) => &empty,
            Some(node) => {
                schema::check(node, text)?;
                mapping(node, "a kubeconfig")?
            }
        };
        Ok(Self {
            current_context: text_of(root, "current-context").filter(|name| !name.is_empty()),
            contexts: entries(root, "contexts", "context", ContextEntry::of)?,
            clusters: entries(root, "clusters", "cluster", ClusterEntry::of)?,
            users: entries(root, "users", "user", UserEntry::of)?,
        })
    }
}

impl ContextEntry {
    fn of(body: &Mapping) -> Self {
        Self {
            cluster: text_of(body, "cluster").unwrap_or_default(),
            user: text_of(body, "user").unwrap_or_default(),
        }
    }
}

impl ClusterEntry {
    fn of(body: &Mapping) -> Self {
        let given = |key| text_of(body, key).filter(|text| !text.is_empty());
        Self {
            server: given("server").unwrap_or_default(),
            authority_data: given("certificate-authority-data"),
            authority_file: given("certificate-authority"),
            tls_server_name: given("tls-server-name"),
            proxy_url: given("proxy-url"),
            is_insecure: given("insecure-skip-tls-verify").as_deref() == Some("true"),
        }
    }
}

impl UserEntry {
    /// Whether it calls a plugin and does nothing else, so that it can be written again.
    pub(crate) fn holds_nothing(&self) -> bool {
        self.exec.is_some() && self.others.is_empty()
    }

    fn of(body: &Mapping) -> Self {
        let others = OTHER_WAYS.into_iter().filter(|key| {
            let value = body.get(key);
            value.is_some_and(|node| !is_null(node))
        });
        let exec = body.get("exec").and_then(Node::as_mapping);
        Self {
            exec: exec.map(Exec::of),
            others: others.collect(),
        }
    }
}

impl Exec {
    fn of(body: &Mapping) -> Self {
        let items = |key| {
            let list = body.get(key).and_then(Node::as_sequence);
            list.map(|list| list.items.as_slice()).unwrap_or_default()
        };
        let pairs = items("env").iter().filter_map(Node::as_mapping);
        Self {
            api_version: text_of(body, "apiVersion").unwrap_or_default(),
            command: text_of(body, "command").unwrap_or_default(),
            arguments: items("args").iter().filter_map(text).collect(),
            environment: pairs
                .filter_map(|pair| Some((text_of(pair, "name")?, text_of(pair, "value")?)))
                .collect(),
            interactive_mode: text_of(body, "interactiveMode"),
        }
    }

    /// A variable that the stanza sets.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let mut set = self.environment.iter().rev();
        set.find(|(variable, _)| variable == name)
            .map(|(_, value)| value.as_str())
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

fn entries<T: Default>(
    root: &Mapping,
    list: &str,
    key: &str,
    read: fn(&Mapping) -> T,
) -> Result<Vec<(String, T)>, Fault> {
    let Some(node) = root.get(list).filter(|node| !is_null(node)) else {
        return Ok(Vec::new());
    };
    let items = node
        .as_sequence()
        .ok_or_else(|| fault(node, format!("{list} is not a list")))?;
    let mut entries = Vec::new();
    for item in &items.items {
        let entry = mapping(item, &format!("an entry of {list}"))?;
        let body = entry.get(key).and_then(Node::as_mapping);
        let name = text_of(entry, "name").unwrap_or_default();
        entries.push((name, body.map(read).unwrap_or_default()));
    }
    Ok(entries)
}

fn mapping<'a>(node: &'a Node, what: &str) -> Result<&'a Mapping, Fault> {
    let verb = if what.starts_with("an entry") {
        "is not"
    } else {
        "is"
    };
    node.as_mapping()
        .ok_or_else(|| fault(node, format!("{what} {verb} a mapping")))
}

fn fault(node: &Node, message: String) -> Fault {
    Fault {
        position: Some(node.position),
        message,
    }
}

fn text_of(mapping: &Mapping, key: &str) -> Option<String> {
    text(mapping.get(key)?)
}

fn text(node: &Node) -> Option<String> {
    node.as_scalar()
        .filter(|_| !is_null(node))
        .map(|scalar| scalar.text.clone())
}

fn is_null(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| {
        scalar.style == yaml::Style::Plain
            && matches!(scalar.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    })
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

/// A thousand clusters take a mebibyte.
pub(crate) const LIMITS: Limits = Limits {
    bytes: 64 << 20,
    depth: 64,
    nodes: 4_000_000,
    aliases: 100_000,
    events: 16_000_000,
};

#[cfg(test)]
mod tests {
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

    #[test]
    fn reads_a_stanza_and_what_stands_beside_it() {
        let text = "users:\n- name: u\n  user:\n    token: t\n    exec:\n      apiVersion: v\n      \
                    command: c\n      args: [a, \"b\"]\n      env: [{name: M, value: v}]\n";
        let Ok(file) = File::parse(text.as_bytes()) else {
            unreachable!("it is a kubeconfig");
        };
        let (name, user) = file.users.first().unwrap();
        let exec = user.exec.as_ref().unwrap();
        assert_eq!(
            (name.as_str(), user.others.as_slice()),
            ("u", &["token"][..])
        );
        assert_eq!(
            (exec.api_version.as_str(), exec.command.as_str()),
            ("v", "c")
        );
        assert_eq!(exec.arguments, ["a", "b"]);
        assert_eq!(exec.variable("M"), Some("v"));
        assert_eq!(format!("{exec:?}"), "Exec { command: \"c\", .. }");
    }
}
