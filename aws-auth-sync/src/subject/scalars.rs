//! Words and texts of YAML nodes.

use iam_core::yaml::{
    Mapping, Node,
    scalar11::{self, Scalar11},
};

/// The text of a key's scalar, whatever its type.
pub(super) fn word<'a>(mapping: &'a Mapping, key: &str) -> Option<&'a str> {
    let scalar = mapping.get(key)?.as_scalar()?;
    Some(scalar.text.as_str())
}

/// A text as readers of YAML 1.1 see it: none for null, an error with what it is for another type.
pub(super) fn text(node: &Node) -> Result<Option<String>, &'static str> {
    let Some(scalar) = node.as_scalar() else {
        let is_list = node.as_sequence().is_some();
        return Err(if is_list { "a list" } else { "a mapping" });
    };
    match scalar11::resolve(node.target(), scalar) {
        Ok(Scalar11::Str(text)) => Ok(Some(text.into_owned())),
        Ok(Scalar11::Timestamp(text)) => Ok(Some(text.to_owned())),
        Ok(Scalar11::Null) => Ok(None),
        Ok(other) => Err(other.kind()),
        Err(_) => Err("a value that does not fit its tag"),
    }
}
