//! The keys of one mapping of the file, each read once into a typed value; faults are gathered.

use std::path::Path;

use iam_core::excerpt::Excerpt;
use iam_core::yaml::scalar11::{self, Scalar11};
use iam_core::yaml::{Node, Position};

use super::faults::{ConfigFault, Place};
use super::keys::{Key, Support};
use super::nearest::nearest;

/// Where faults and warnings of the file are gathered.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    pub(super) path: &'a Path,
    pub(super) faults: Vec<ConfigFault>,
    pub(super) warnings: Vec<ConfigFault>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(path: &'a Path) -> Self {
        Self {
            path,
            faults: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub(super) fn place(&self, position: Position) -> Place {
        Place {
            file: self.path.to_owned(),
            line: position.line,
            column: position.column,
        }
    }

    pub(super) fn fault(&mut self, position: Position, message: impl Into<String>) {
        self.faults
            .push(ConfigFault::new(self.place(position), message));
    }

    pub(super) fn warning(&mut self, position: Position, message: impl Into<String>) {
        self.warnings
            .push(ConfigFault::new(self.place(position), message));
    }

    /// The text of a scalar; `None` for null and for what is none (which is a fault).
    pub(super) fn text<'n>(&mut self, name: &str, node: &'n Node) -> Option<&'n str> {
        let Some(scalar) = node.as_scalar() else {
            self.fault(node.position, format!("{name} must be a single value"));
            return None;
        };
        match scalar11::resolve(node.target(), scalar) {
            Ok(Scalar11::Null) => None,
            Ok(_) if scalar.text.is_empty() => None,
            Ok(_) => Some(&scalar.text),
            Err(error) => {
                self.fault(node.position, format!("{name}: {error}"));
                None
            }
        }
    }

    /// The items of a list; a single text is divided at its commas, as flags are.
    pub(super) fn texts<'n>(&mut self, name: &str, node: &'n Node) -> Vec<(Position, &'n str)> {
        if let Some(list) = node.as_sequence() {
            let items = list.items.iter();
            return items
                .filter_map(|item| Some((item.position, self.text(name, item)?)))
                .collect();
        }
        let text = self.text(name, node).unwrap_or_default();
        let items = text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty());
        items.map(|item| (node.position, item)).collect()
    }
}

/// The pairs of one mapping whose keys are known.
#[derive(Debug)]
pub(super) struct Fields<'n> {
    prefix: &'static str,
    is_no_mapping: bool,
    pairs: Vec<(&'static str, &'n Node)>,
}

impl<'n> Fields<'n> {
    /// Sorts the keys of `node`; `prefix` is what stands before them in messages (`server.`).
    pub(super) fn of(
        node: Option<&'n Node>,
        prefix: &'static str,
        known: &[Key],
        findings: &mut Findings<'_>,
    ) -> Self {
        let mut fields = Self {
            prefix,
            is_no_mapping: false,
            pairs: Vec::new(),
        };
        let Some(node) = node.filter(|node| !is_null(node)) else {
            return fields;
        };
        let Some(mapping) = node.as_mapping() else {
            let what = if prefix.is_empty() {
                "the file"
            } else {
                prefix.trim_end_matches('.')
            };
            findings.fault(
                node.position,
                format!("{what} must be a mapping of keys to values"),
            );
            fields.is_no_mapping = true;
            return fields;
        };
        for (key, value) in &mapping.pairs {
            fields.sort(key, value, known, findings);
        }
        fields
    }

    fn sort(&mut self, key: &Node, value: &'n Node, known: &[Key], findings: &mut Findings<'_>) {
        let text = key
            .as_scalar()
            .map(|scalar| scalar.text.as_str())
            .unwrap_or_default();
        let is_it = |(name, _): &&Key| name.eq_ignore_ascii_case(text);
        let Some((name, support)) = known.iter().find(is_it) else {
            return self.unknown(key, text, known, findings);
        };
        let full = format!("{}{name}", self.prefix);
        match support {
            Support::Read if self.node(name).is_some() => {
                findings.fault(key.position, format!("{full} is given twice"));
            }
            Support::Read => self.pairs.push((name, value)),
            Support::Client => {}
        }
    }

    fn unknown(&self, key: &Node, text: &str, known: &[Key], findings: &mut Findings<'_>) {
        let place = findings.place(key.position);
        let message = format!("unknown key {}{}", self.prefix, Excerpt(text));
        let fault = ConfigFault::new(place, message);
        let meant = nearest(text, known.iter().map(|(name, _)| *name));
        findings.faults.push(match meant {
            Some(name) => fault.hint(format!("did you mean {}{name}?", self.prefix)),
            None => fault,
        });
    }

    /// Whether there is something else than a mapping: nothing more need be said of it.
    pub(super) fn is_no_mapping(&self) -> bool {
        self.is_no_mapping
    }

    /// The value of `key`, where it stands.
    pub(super) fn node(&self, key: &str) -> Option<&'n Node> {
        self.pairs
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, node)| *node)
    }

    /// The single value of `key` as `parse` reads it; `None` where it is absent, null or empty.
    pub(super) fn value<T, E: std::fmt::Display>(
        &self,
        key: &'static str,
        findings: &mut Findings<'_>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let node = self.node(key)?;
        let name = format!("{}{key}", self.prefix);
        let text = findings.text(&name, node)?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(error) => {
                findings.fault(node.position, format!("{name}: {error}"));
                None
            }
        }
    }

    /// The items of the list `key`, each as `parse` reads it; `None` where it is absent or null.
    pub(super) fn list<T, E: std::fmt::Display>(
        &self,
        key: &'static str,
        findings: &mut Findings<'_>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<(Position, T)>> {
        let node = self.node(key).filter(|node| !is_null(node))?;
        let name = format!("{}{key}", self.prefix);
        let mut values = Vec::new();
        for (position, text) in findings.texts(&name, node) {
            match parse(text) {
                Ok(value) => values.push((position, value)),
                Err(error) => findings.fault(position, format!("{name}: {error}")),
            }
        }
        Some(values)
    }
}

/// Whether a node is null or nothing.
pub(super) fn is_null(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| {
        matches!(scalar11::resolve(node.target(), scalar), Ok(Scalar11::Null))
    })
}

/// Whether a value says no more than that a setting is not used.
pub(super) fn is_unset(node: &Node) -> bool {
    let empty_list = node.as_sequence().is_some_and(|list| list.items.is_empty());
    let scalar = node.as_scalar().map(|scalar| scalar.text.as_str());
    empty_list || is_null(node) || matches!(scalar, Some("" | "false" | "0"))
}
