//! The keys of one mapping of a document.

use super::Diagnostic;
use crate::aws_auth::nearest::nearest;
use crate::excerpt::Excerpt;
use crate::yaml::scalar11::{self, Scalar11};
use crate::yaml::{Mapping, Node, Position};

/// The pairs of a mapping whose keys are known; nulls are left out, as if they were not there.
#[derive(Debug)]
pub(super) struct Fields<'n>(Vec<(&'static str, &'n Node)>);

/// Why something is left out.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) position: Position,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl<'n> Fields<'n> {
    /// Takes the `read` keys of `mapping`; those that are neither read nor `passed` over are
    /// warned about in `found`.
    pub(super) fn of(
        mapping: &'n Mapping,
        read: &[&'static str],
        passed: &[&'static str],
        found: &mut Vec<Diagnostic>,
    ) -> Result<Self, Fault> {
        let mut fields = Self(Vec::new());
        for (key, value) in &mapping.pairs {
            let name = key.as_scalar().map_or("", |scalar| scalar.text.as_str());
            let Some(known) = read.iter().find(|known| **known == name) else {
                if !passed.contains(&name) {
                    found.push(unknown(key.position, name, read));
                }
                continue;
            };
            if fields.get(known).is_some() {
                return Err(Fault::at(key.position, format!("{known} is given twice")));
            }
            if !is_null(value) {
                fields.0.push((known, value));
            }
        }
        Ok(fields)
    }

    /// The value of `key`.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        let mut pairs = self.0.iter();
        pairs.find(|(name, _)| *name == key).map(|(_, node)| *node)
    }

    /// The text of `key`.
    pub(super) fn text(&self, key: &str) -> Result<Option<&'n str>, Fault> {
        self.get(key).map(|node| text(key, node)).transpose()
    }

    /// The items of the list `key`; none where it is absent.
    pub(super) fn items(&self, key: &str) -> Result<&'n [Node], Fault> {
        match self.get(key) {
            Some(node) => items(key, node),
            None => Ok(&[]),
        }
    }
}

impl Fault {
    pub(super) fn at(position: Position, message: impl Into<String>) -> Self {
        Self {
            position,
            message: message.into(),
            hint: None,
        }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

/// The text of a scalar; `name` is what it is called in the fault.
pub(super) fn text<'n>(name: &str, node: &'n Node) -> Result<&'n str, Fault> {
    let Some(scalar) = node.as_scalar() else {
        return Err(Fault::at(node.position, format!("{name} is not text")));
    };
    match scalar11::resolve(node.target(), scalar) {
        Ok(Scalar11::Str(_)) => Ok(&scalar.text),
        Ok(other) => {
            let message = format!("{name} is {}, not text", other.kind());
            Err(Fault::at(node.position, message).hint("quote the value"))
        }
        Err(error) => Err(Fault::at(node.position, format!("{name}: {error}"))),
    }
}

/// The items of a list.
pub(super) fn items<'n>(name: &str, node: &'n Node) -> Result<&'n [Node], Fault> {
    match node.as_sequence() {
        Some(sequence) => Ok(&sequence.items),
        None => Err(Fault::at(node.position, format!("{name} is not a list"))),
    }
}

pub(super) fn is_null(node: &Node) -> bool {
    node.as_scalar()
        .is_some_and(|scalar| scalar11::resolve(node.target(), scalar) == Ok(Scalar11::Null))
}

fn unknown(position: Position, name: &str, read: &[&'static str]) -> Diagnostic {
    let message = format!("unknown key {}: it is not read", Excerpt(name));
    let remark = Diagnostic::warning(position, message);
    match nearest(name, read) {
        Some(meant) => remark.hint(format!("did you mean {meant}?")),
        None => remark,
    }
}
