//! What a node is refused for: `\/` in double quotes; anchors of other characters than letters,
//! digits, `_` and `-`; in brackets, `?` and tags that run into a comma; keys in braces that do not
//! stand on the line of their colon.

use crate::aws_auth::json::Fault;
use crate::yaml::{Node, Style, Value};

/// Whether a node stands in brackets or braces.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Context {
    Block,
    Flow,
}

impl Context {
    fn inside(self, is_flow: bool) -> Self {
        if is_flow { Self::Flow } else { self }
    }
}

/// The first such place of a node.
pub(super) fn find(text: &str, node: &Node, context: Context) -> Option<Fault> {
    if let Some(reason) = of_node(text, node, context) {
        return Some(fault(node, reason));
    }
    match &node.value {
        Value::Sequence(list) => {
            let context = context.inside(list.is_flow);
            list.items.iter().find_map(|item| find(text, item, context))
        }
        Value::Mapping(map) => map.pairs.iter().find_map(|(key, value)| {
            if map.is_flow && is_key_on_several_lines(text, key, value) {
                let reason = "a key in braces stands on one line with its colon";
                return Some(fault(key, reason));
            }
            let context = context.inside(map.is_flow);
            find(text, key, context).or_else(|| find(text, value, context))
        }),
        Value::Scalar(_) | Value::Alias(_) => None,
    }
}

/// What the consumer's parser does not take of the node itself.
fn of_node(text: &str, node: &Node, context: Context) -> Option<&'static str> {
    let is_name = |name: &str| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
    };
    if node.anchor().is_some_and(|name| !is_name(name)) {
        return Some("an anchor is a name of letters, digits, _ and -");
    }
    if context == Context::Flow && has_tag_with_separator(text, node) {
        return Some("a tag in brackets ends with a space: what follows it belongs to it");
    }
    let Value::Scalar(scalar) = &node.value else {
        return None;
    };
    let raw = text.get(node.position.span.range()).unwrap_or_default();
    match scalar.style {
        Style::DoubleQuoted if has_slash_escape(raw) => Some("the escape \\/ is not known"),
        Style::Plain if context == Context::Flow && raw.contains('?') => {
            Some("a question mark in brackets begins a key")
        }
        Style::Plain
        | Style::SingleQuoted
        | Style::DoubleQuoted
        | Style::Literal
        | Style::Folded => None,
    }
}

/// `!foo,`: the consumer wants a blank behind a tag.
fn has_tag_with_separator(text: &str, node: &Node) -> bool {
    let behind = text.get(node.start()..).unwrap_or_default();
    node.tag().is_some()
        && behind.starts_with('!')
        && behind
            .split(char::is_whitespace)
            .next()
            .is_some_and(|word| word.contains([',', '[', ']', '{', '}']))
}

fn fault(node: &Node, reason: &'static str) -> Fault {
    Fault {
        position: node.position,
        reason,
        hint: None,
    }
}

fn is_key_on_several_lines(text: &str, key: &Node, value: &Node) -> bool {
    let span = key.position.span;
    let behind = text
        .get(span.end..value.start())
        .and_then(|between| between.split_once(':'));
    let inside = text.get(span.range()).unwrap_or_default();
    behind.is_some_and(|(before_colon, _)| before_colon.contains('\n') || inside.contains('\n'))
}

fn has_slash_escape(raw: &str) -> bool {
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.next() == Some('/') {
            return true;
        }
    }
    false
}
