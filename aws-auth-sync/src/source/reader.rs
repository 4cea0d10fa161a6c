//! Typed reading of YAML nodes that notes what is wrong instead of stopping.

use std::sync::Arc;

use iam_core::excerpt::Excerpt;
use iam_core::yaml::scalar11::{self, Scalar11};
use iam_core::yaml::{Mapping, Node, Position, YamlError};

use crate::finding::{Finding, Place};
use crate::source::Located;

/// Reads the nodes of one file.
pub(crate) struct Reader<'a> {
    file: &'a Arc<str>,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(file: &'a Arc<str>, findings: &'a mut Vec<Finding>) -> Self {
        Self { file, findings }
    }

    pub(crate) fn place(&self, position: Position) -> Place {
        Place::new(self.file, position)
    }

    pub(crate) fn error(&mut self, position: Position, message: impl Into<String>) {
        self.findings
            .push(Finding::error(self.place(position), message));
    }

    pub(crate) fn error_with_hint(
        &mut self,
        position: Position,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.findings
            .push(Finding::error(self.place(position), message).hint(hint));
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// A mapping; `what` is what it should be.
    pub(crate) fn mapping<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n Mapping> {
        let mapping = node.as_mapping();
        if mapping.is_none() {
            self.error(
                node.position,
                format!("{what} is a mapping of keys to values"),
            );
        }
        mapping
    }

    /// The items of a list; none where the key has no value.
    pub(crate) fn items<'n>(&mut self, node: &'n Node, key: &str) -> &'n [Node] {
        if is_null(node) {
            return &[];
        }
        match node.as_sequence() {
            Some(sequence) => &sequence.items,
            None => {
                self.error(node.position, format!("{key} is a list"));
                &[]
            }
        }
    }

    /// A string: one that readers of YAML 1.1 take for something else must be quoted.
    pub(crate) fn text(&mut self, node: &Node, key: &str) -> Option<String> {
        let Some(scalar) = node.as_scalar() else {
            self.error(node.position, format!("{key} is a string"));
            return None;
        };
        match scalar11::resolve(node.target(), scalar) {
            Ok(Scalar11::Str(text)) => return Some(text.into_owned()),
            Ok(Scalar11::Null) => self.error(node.position, format!("{key} has no value")),
            Ok(other) => {
                let message = format!(
                    "{key} is a string, and {} is {} in YAML 1.1",
                    shown(&scalar.text),
                    other.kind(),
                );
                self.error_with_hint(
                    node.position,
                    message,
                    format!("put it in quotes: \"{}\"", Excerpt(&scalar.text)),
                );
            }
            Err(error) => self.error(node.position, format!("{key}: {error}")),
        }
        None
    }

    /// A string that parses.
    pub(crate) fn parsed<T>(&mut self, node: &Node, key: &str) -> Option<Located<T>>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let text = self.text(node, key)?;
        match text.parse() {
            Ok(value) => Some(Located {
                value,
                place: self.place(node.position),
            }),
            Err(error) => {
                self.error(node.position, format!("{key}: {error}"));
                None
            }
        }
    }

    /// Notes the keys that are unknown, given twice, or no strings.
    pub(crate) fn check_keys(&mut self, mapping: &Mapping, known: &[&str]) {
        let mut seen = Vec::new();
        for (key, _) in &mapping.pairs {
            let name = key.as_scalar().map(|scalar| scalar.text.as_str());
            match name {
                Some(name) if seen.contains(&name) => {
                    self.error(key.position, format!("{name} is given twice"));
                }
                Some(name) if known.contains(&name) => seen.push(name),
                Some(name) => self.error_with_hint(
                    key.position,
                    format!("{} is not a key here", shown(name)),
                    format!("the keys are {}", known.join(", ")),
                ),
                None => self.error(key.position, "a key is a string"),
            }
        }
    }
}

/// Whether a node is null or nothing.
pub(crate) fn is_null(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| {
        matches!(scalar11::resolve(node.target(), scalar), Ok(Scalar11::Null))
    })
}

/// Text from a file, in quotes and fit for a message.
pub(crate) fn shown(text: &str) -> String {
    format!("\"{}\"", Excerpt(text))
}

/// The message without the place, which stands before it anyway.
pub(crate) fn without_position(error: &YamlError) -> String {
    match error {
        YamlError::Syntax { reason, .. } => format!("not YAML: {reason}"),
        YamlError::TooLong { .. } => error.to_string(),
        YamlError::SelfReference { .. } | YamlError::TooDeep { .. } | YamlError::TooMany { .. } => {
            let text = error.to_string();
            text.split_once(": ")
                .map_or(text.clone(), |(_, message)| message.to_owned())
        }
    }
}
