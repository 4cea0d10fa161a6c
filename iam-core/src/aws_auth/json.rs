//! YAML as the consumer's conversion to JSON leaves it (`sigs.k8s.io/yaml`).
//!
//! Merges are carried out in the order of the text, so that a later `<<` overrides what stands
//! before it; of equal keys the last wins; keys that are no text become text.

use std::{borrow::Cow, mem};

use crate::yaml::{
    Mapping, Node, Position, Style, Value,
    scalar11::{self, Scalar11},
};

/// A JSON value and the node that it was written as.
#[derive(Clone, Debug)]
pub(super) struct Json<'a> {
    /// The node at the place of use: an alias stays one.
    pub(super) node: &'a Node,
    pub(super) kind: Kind<'a>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind<'a> {
    Text(Cow<'a, str>),
    /// `null`, a number or a boolean; the word says which.
    Other(Scalar11<'a>),
    Array(Vec<Json<'a>>),
    /// In the order of the keys' bytes, as Go writes them.
    Object(Vec<Member<'a>>),
}

#[derive(Clone, Debug)]
pub(super) struct Member<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) key: &'a Node,
    pub(super) value: Json<'a>,
    /// The same key stands further up, too.
    pub(super) repeated: Option<Position>,
}

/// Why the conversion fails as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Fault {
    pub(super) position: Position,
    pub(super) reason: &'static str,
    pub(super) hint: Option<&'static str>,
}

impl Json<'_> {
    pub(super) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Other(Scalar11::Null))
    }

    /// What it is, in words.
    pub(super) fn what(&self) -> &'static str {
        match &self.kind {
            Kind::Text(_) => "text",
            Kind::Other(scalar) => scalar.kind(),
            Kind::Array(_) => "a list",
            Kind::Object(_) => "a mapping",
        }
    }
}

/// Converts a document.
pub(super) fn convert(node: &Node) -> Result<Json<'_>, Fault> {
    let json = decode(node)?;
    check_finite(&json)?;
    Ok(json)
}

fn decode(node: &Node) -> Result<Json<'_>, Fault> {
    let target = node.target();
    let kind = match &target.value {
        Value::Scalar(scalar) => match scalar11::resolve(target, scalar) {
            Ok(Scalar11::Str(text)) => Kind::Text(text),
            Ok(Scalar11::Timestamp(text)) => Kind::Text(Cow::Borrowed(text)),
            Ok(other) => Kind::Other(other),
            Err(_) => return Err(fault(node, "the value does not fit its tag")),
        },
        Value::Sequence(sequence) => Kind::Array(
            sequence
                .items
                .iter()
                .map(decode)
                .collect::<Result<_, _>>()?,
        ),
        Value::Mapping(mapping) => {
            let mut members = Vec::with_capacity(mapping.pairs.len());
            fill(&mut members, mapping)?;
            last_wins(&mut members);
            Kind::Object(members)
        }
        // The target of an alias is no alias.
        Value::Alias(_) => return Err(fault(node, "an alias of an alias")),
    };
    Ok(Json { node, kind })
}

/// Adds the members of `mapping` in the order in which they take effect.
fn fill<'a>(members: &mut Vec<Member<'a>>, mapping: &'a Mapping) -> Result<(), Fault> {
    for (key, value) in &mapping.pairs {
        if is_merge(key) {
            merge(members, value)?;
            continue;
        }
        let (name, value) = (key_text(key)?, decode(value)?);
        members.push(Member {
            name,
            key,
            value,
            repeated: None,
        });
    }
    Ok(())
}

/// Sorts by name; of equal names the last stays and knows the one before it.
fn last_wins(members: &mut Vec<Member<'_>>) {
    members.sort_by(|left, right| left.name.cmp(&right.name));
    // `dedup_by` removes the later one of two, so the later one moves into the earlier one first.
    members.dedup_by(|later, earlier| {
        let is_equal = later.name == earlier.name;
        if is_equal {
            later.repeated = Some(earlier.key.position);
            mem::swap(later, earlier);
        }
        is_equal
    });
}

/// `<<` with a mapping, or a list of mappings of which the earlier ones win.
fn merge<'a>(members: &mut Vec<Member<'a>>, value: &'a Node) -> Result<(), Fault> {
    let no_mapping = |node| fault(node, "a merge (<<) needs a mapping or a list of mappings");
    let mut add = |node: &'a Node| {
        let mapping = node.as_mapping().ok_or_else(|| no_mapping(node))?;
        fill(members, mapping)
    };
    match &value.value {
        Value::Sequence(sequence) => sequence.items.iter().rev().try_for_each(add),
        Value::Scalar(_) | Value::Mapping(_) | Value::Alias(_) => add(value),
    }
}

fn is_merge(key: &Node) -> bool {
    let Value::Scalar(scalar) = &key.value else {
        return false;
    };
    let may_merge = match key.tag() {
        None => scalar.style == Style::Plain,
        Some(tag) => matches!(tag, "!" | "tag:yaml.org,2002:merge"),
    };
    scalar.text == "<<" && may_merge
}

fn key_text(key: &Node) -> Result<Cow<'_, str>, Fault> {
    let target = key.target();
    let Some(scalar) = target.as_scalar() else {
        let hint = Some("quote a value that begins with {{");
        return Err(Fault {
            hint,
            ..fault(key, "a list or mapping cannot be a key")
        });
    };
    match scalar11::resolve(target, scalar) {
        Ok(Scalar11::Str(text)) => Ok(text),
        Ok(Scalar11::Timestamp(text)) => Ok(Cow::Borrowed(text)),
        Ok(Scalar11::Bool(value)) => Ok(Cow::Borrowed(if value { "true" } else { "false" })),
        Ok(Scalar11::Null) => Err(fault(key, "null cannot be a key")),
        Ok(Scalar11::Int) if !scalar11::fits_i64(&scalar.text) => {
            Err(fault(key, "a number this large cannot be a key"))
        }
        // No key that matters is a number, so its spelling will do.
        Ok(Scalar11::Int | Scalar11::Float | Scalar11::NonFinite) => {
            Ok(Cow::Borrowed(&scalar.text))
        }
        Err(_) => Err(fault(key, "the key does not fit its tag")),
    }
}

fn check_finite(json: &Json<'_>) -> Result<(), Fault> {
    match &json.kind {
        Kind::Other(Scalar11::NonFinite) => Err(fault(
            json.node,
            "infinity and not-a-number cannot be converted to JSON",
        )),
        Kind::Text(_) | Kind::Other(_) => Ok(()),
        Kind::Array(items) => items.iter().try_for_each(check_finite),
        Kind::Object(members) => members
            .iter()
            .try_for_each(|member| check_finite(&member.value)),
    }
}

fn fault(node: &Node, reason: &'static str) -> Fault {
    Fault {
        position: node.position,
        reason,
        hint: None,
    }
}
