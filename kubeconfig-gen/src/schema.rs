//! Whether kubectl reads a kubeconfig: the types of the fields that it knows.
//!
//! Where text is wanted kubectl takes neither a number nor a boolean, and refuses the whole file.
//! <https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/>

mod fields;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use iam_core::excerpt::Excerpt;
use iam_core::yaml::scalar11::{self, Scalar11};
use iam_core::yaml::{Node, Position, Style, Value};

use crate::field::{self, text};
use crate::kubeconfig::Kind;
use fields::FILE;

/// What kubectl does not read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    /// Where.
    pub(crate) position: Position,
    /// What, and why.
    pub(crate) message: String,
}

/// Checks a whole file.
///
/// # Errors
/// The first fault.
pub(crate) fn check(root: &Node, file: &str) -> Result<(), Fault> {
    FILE.check(root, "the kubeconfig")?;
    readable(root, file)?;
    for (key, wanted) in [("kind", "Config"), ("apiVersion", "v1")] {
        let found = field::node(Some(root), key)
            .filter(|node| text(node).is_some_and(|text| !text.is_empty() && text != wanted));
        if let Some(node) = found {
            return fault(node, format!("{key} of a kubeconfig is {wanted}"));
        }
    }
    Kind::ALL
        .into_iter()
        .try_for_each(|kind| check_names(kind.list(), root))
}

/// kubectl refuses a list with two entries of one name.
fn check_names(list: &str, root: &Node) -> Result<(), Fault> {
    let mut seen = std::collections::HashMap::new();
    for item in field::items(Some(root), list) {
        let (name, node) = match field::node(Some(item), "name") {
            Some(name) => (text(name).unwrap_or_default(), name),
            None => (String::new(), item),
        };
        let line = node.position.line;
        if let Some(first) = seen.insert(name.clone(), line) {
            let name = Excerpt(&name);
            return fault(
                node,
                format!("{list} has two entries named {name}, the first in line {first}"),
            );
        }
    }
    Ok(())
}

/// What a field may hold.
enum Shape {
    Text,
    Flag,
    Base64,
    List(&'static Shape),
    Map(&'static [(&'static str, Shape)]),
    /// Keys of any name.
    TextMap,
}

impl Shape {
    fn check(&self, node: &Node, name: &str) -> Result<(), Fault> {
        let value = match node.as_scalar() {
            Some(scalar) => scalar11::resolve(node.target(), scalar).ok(),
            None => None,
        };
        // null is whatever kubectl wants it to be.
        if value == Some(Scalar11::Null) {
            return Ok(());
        }
        let wants = |wanted| {
            let kind = kind(node);
            fault(
                node,
                format!("{name} is {kind}, where kubectl wants {wanted}"),
            )
        };
        match self {
            Self::Text => match value {
                Some(Scalar11::Str(_) | Scalar11::Timestamp(_)) => Ok(()),
                _ => wants("text"),
            },
            Self::Flag => match value {
                Some(Scalar11::Bool(_)) => Ok(()),
                _ => wants("true or false"),
            },
            Self::Base64 => Self::Text
                .check(node, name)
                .and_then(|()| base64(node, name)),
            Self::List(shape) => match node.as_sequence() {
                Some(list) => {
                    let name = format!("an entry of {name}");
                    list.items
                        .iter()
                        .try_for_each(|item| shape.check(item, &name))
                }
                None => wants("a list"),
            },
            Self::Map(fields) => match node.as_mapping() {
                Some(mapping) => fields.iter().try_for_each(|(key, shape)| {
                    let value = mapping.get(key);
                    value.map_or(Ok(()), |value| shape.check(value, key))
                }),
                None => wants("a mapping"),
            },
            Self::TextMap => match node.as_mapping() {
                Some(mapping) => {
                    let mut values = mapping.pairs.iter().map(|(_, value)| value);
                    values.try_for_each(|value| Self::Text.check(value, name))
                }
                None => wants("a mapping"),
            },
        }
    }
}

fn base64(node: &Node, name: &str) -> Result<(), Fault> {
    let joined: String = text(node).unwrap_or_default().split(['\r', '\n']).collect();
    match STANDARD.decode(joined) {
        Ok(_) => Ok(()),
        Err(_) => fault(node, format!("{name} is not base64")),
    }
}

/// Whether every scalar is one that YAML 1.1 reads and JSON can hold.
fn readable(node: &Node, file: &str) -> Result<(), Fault> {
    match &node.value {
        Value::Scalar(scalar) => match scalar11::resolve(node, scalar) {
            Ok(Scalar11::NonFinite) => fault(node, "kubectl has no such number".to_owned()),
            Ok(_) if scalar.style == Style::DoubleQuoted => readable_escapes(node, file),
            Ok(_) => Ok(()),
            Err(error) => fault(node, error.to_string()),
        },
        Value::Sequence(sequence) => {
            let mut items = sequence.items.iter();
            items.try_for_each(|item| readable(item, file))
        }
        Value::Mapping(mapping) => mapping.pairs.iter().try_for_each(|(key, value)| {
            if key.as_scalar().is_none() {
                return fault(key, "a key is not text".to_owned());
            }
            readable(key, file)?;
            readable(value, file)
        }),
        // It is looked at where it is written.
        Value::Alias(_) => Ok(()),
    }
}

/// YAML 1.1 has no `\/`, which JSON and YAML 1.2 have.
fn readable_escapes(node: &Node, file: &str) -> Result<(), Fault> {
    let written = file.get(node.position.span.range()).unwrap_or_default();
    let mut characters = written.chars();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.next() == Some('/') {
            let message = "kubectl does not read the escape \\/ in this text: write / alone";
            return fault(node, message.to_owned());
        }
    }
    Ok(())
}

fn kind(node: &Node) -> &'static str {
    match &node.target().value {
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
        Value::Scalar(scalar) => {
            scalar11::resolve(node.target(), scalar).map_or("unreadable", |value| value.kind())
        }
        Value::Alias(_) => "an alias",
    }
}

fn fault<T>(node: &Node, message: String) -> Result<T, Fault> {
    let position = node.position;
    Err(Fault { position, message })
}

#[cfg(test)]
mod tests {
    use iam_core::yaml::{Limits, parse};

    use super::*;

    fn verdict(text: &str) -> Option<(usize, usize, String)> {
        let root = parse(text, &Limits::default()).unwrap().remove(0);
        let fault = check(&root, text).err()?;
        Some((fault.position.line, fault.position.column, fault.message))
    }

    #[test]
    fn reads_what_kubectl_reads() {
        for text in [
            "{}",
            "clusters: null\nusers:\ncontexts: []\npreferences: null\n",
            "clusters: [null, {name: a, cluster: {server: 2020-01-01}}]",
            "kind: Config\napiVersion: v1\nunknown: {a: 5, b: [yes]}\n",
            "users: [{name: a, user: {exec: {args: ['on'], env: null}}}]",
            "clusters: [{name: a}]\ncontexts: [{name: a}]\nusers: [{name: a}]",
        ] {
            assert_eq!(verdict(text), None, "{text}");
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table")]
    #[test]
    fn says_what_kubectl_does_not_read_and_where() {
        let table = [
            (
                "5",
                1,
                1,
                "the kubeconfig is an integer, where kubectl wants a mapping",
            ),
            (
                "clusters: x",
                1,
                11,
                "clusters is text, where kubectl wants a list",
            ),
            (
                "clusters: [x]",
                1,
                12,
                "an entry of clusters is text, where kubectl wants a mapping",
            ),
            (
                "current-context: on",
                1,
                18,
                "current-context is a boolean, where kubectl wants text",
            ),
            (
                "users:\n- user: {exec: {args: [012]}}",
                2,
                24,
                "an entry of args is an integer, where kubectl wants text",
            ),
            (
                "users:\n- user: {exec: {env: [{value: no}]}}",
                2,
                31,
                "value is a boolean, where kubectl wants text",
            ),
            (
                "clusters: [{cluster: {insecure-skip-tls-verify: 'no'}}]",
                1,
                49,
                "insecure-skip-tls-verify is text, where kubectl wants true or false",
            ),
            (
                "clusters: [{cluster: {certificate-authority-data: '*'}}]",
                1,
                51,
                "certificate-authority-data is not base64",
            ),
            ("kind: Pod", 1, 7, "kind of a kubeconfig is Config"),
            (
                "users: [{name: a}, {name: a}]",
                1,
                27,
                "users has two entries named a, the first in line 1",
            ),
            ("x: .inf", 1, 4, "kubectl has no such number"),
            ("x: !!int y", 1, 10, "the value does not fit its tag"),
        ];
        for (text, line, column, message) in table {
            assert_eq!(
                verdict(text),
                Some((line, column, message.to_owned())),
                "{text}"
            );
        }
    }
}
