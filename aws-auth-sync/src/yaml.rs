//! JSON values as YAML in the style of Kubernetes' manifests.

use iam_core::yaml::scalar11::quoted;
use serde_json::Value;

/// The document.
pub(crate) fn write(value: &Value) -> String {
    let mut text = String::new();
    block(&mut text, value, 0);
    text
}

fn block(text: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(members) => {
            for (index, (key, value)) in members.iter().enumerate() {
                if index > 0 || !text.ends_with("- ") {
                    text.push_str(&" ".repeat(indent));
                }
                text.push_str(&quoted(key));
                text.push(':');
                match value {
                    Value::Object(members) if !members.is_empty() => {
                        text.push('\n');
                        block(text, value, indent + 2);
                    }
                    Value::Array(items) if !items.is_empty() => {
                        text.push('\n');
                        block(text, value, indent);
                    }
                    _ => {
                        text.push(' ');
                        leaf(text, value);
                    }
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                text.push_str(&" ".repeat(indent));
                text.push_str("- ");
                match item {
                    Value::Object(members) if !members.is_empty() => block(text, item, indent + 2),
                    _ => leaf(text, item),
                }
            }
        }
        _ => leaf(text, value),
    }
}

fn leaf(text: &mut String, value: &Value) {
    match value {
        Value::String(string) => text.push_str(&quoted(string)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            text.push_str(&value.to_string());
        }
    }
    text.push('\n');
}
