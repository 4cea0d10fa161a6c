//! Objects of RBAC that stand beside the entries.

use iam_core::yaml::scalar11::{self, Scalar11};
use iam_core::yaml::{Node, Value as Yaml};
use serde_json::{Map, Value};

use super::{Subject, first_line};
use crate::finding::Place;
use crate::lint::Remark;
use crate::rbac::Object;

/// Reads the object of a kind that `node` is.
pub(super) fn read(subject: &mut Subject, kind: &str, node: &Node) {
    match Object::read(kind, json(node)) {
        Ok(Object::Binding(mut binding)) => {
            binding.place = Some(Place::new(&subject.file, node.position));
            subject.rbac.push(Object::Binding(binding));
        }
        Ok(object) => subject.rbac.push(object),
        Err(error) => {
            let at = first_line(node.position);
            subject
                .remarks
                .push(Remark::new("F04", at, error.to_string()));
        }
    }
}

/// The node as JSON; a number stays its text, as no field of RBAC is one.
fn json(node: &Node) -> Value {
    let target = node.target();
    match &target.value {
        Yaml::Scalar(scalar) => match scalar11::resolve(target, scalar) {
            Ok(Scalar11::Null) => Value::Null,
            Ok(Scalar11::Bool(value)) => Value::Bool(value),
            Ok(
                Scalar11::Str(_)
                | Scalar11::Timestamp(_)
                | Scalar11::Int
                | Scalar11::Float
                | Scalar11::NonFinite,
            )
            | Err(_) => Value::String(scalar.text.to_string()),
        },
        Yaml::Sequence(sequence) => sequence.items.iter().map(json).collect(),
        Yaml::Mapping(mapping) => {
            let key = |node: &Node| node.as_scalar().map(|scalar| scalar.text.to_string());
            let pairs = mapping.pairs.iter();
            let members = pairs.filter_map(|(name, value)| Some((key(name)?, json(value))));
            Value::Object(members.collect::<Map<_, _>>())
        }
        // The target of an alias is no alias.
        Yaml::Alias(_) => Value::Null,
    }
}
