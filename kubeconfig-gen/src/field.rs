//! Fields of a file's nodes as kubectl reads them: YAML 1.1 says what is text.

use iam_core::yaml::Node;
use iam_core::yaml::scalar11::{self, Scalar11};

/// The text of a node; `None` where it is no text.
pub(crate) fn text(node: &Node) -> Option<String> {
    match resolved(node)? {
        Scalar11::Str(text) => Some(text.into_owned()),
        Scalar11::Timestamp(text) => Some(text.to_owned()),
        Scalar11::Null
        | Scalar11::Bool(_)
        | Scalar11::Int
        | Scalar11::Float
        | Scalar11::NonFinite => None,
    }
}

/// Whether there is nothing.
pub(crate) fn is_null(node: &Node) -> bool {
    resolved(node) == Some(Scalar11::Null)
}

/// The value of a key, where the node is a mapping that has it.
pub(crate) fn node<'n>(of: Option<&'n Node>, key: &str) -> Option<&'n Node> {
    of?.as_mapping()?.get(key)
}

/// The text of a key.
pub(crate) fn text_of(of: Option<&Node>, key: &str) -> Option<String> {
    node(of, key).and_then(text)
}

/// Whether a key says `true`, in any of the words that YAML 1.1 has for it.
pub(crate) fn is_true(of: Option<&Node>, key: &str) -> bool {
    node(of, key).and_then(resolved) == Some(Scalar11::Bool(true))
}

/// The items of a key's list; none where there is no list.
pub(crate) fn items<'n>(of: Option<&'n Node>, key: &str) -> &'n [Node] {
    let list = node(of, key).and_then(Node::as_sequence);
    list.map(|list| list.items.as_slice()).unwrap_or_default()
}

fn resolved(node: &Node) -> Option<Scalar11<'_>> {
    let scalar = node.as_scalar()?;
    scalar11::resolve(node.target(), scalar).ok()
}
