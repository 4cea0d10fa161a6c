//! The JSON object that a request brings.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::support::sigv4::Request;
use crate::support::standin::Refusal;

/// The JSON object of a request.
pub(super) struct Body(Map<String, Value>);

impl Body {
    pub(super) fn of(request: &Request) -> Result<Self, Refusal> {
        match serde_json::from_slice(&request.body) {
            Ok(Value::Object(members)) => Ok(Self(members)),
            Ok(_) | Err(_) => Err(unreadable()),
        }
    }

    pub(super) fn value(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or_default()
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.value(name) {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            _ => Err(unreadable()),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        serde_json::from_value(self.value(name)).map_err(|_| unreadable())
    }

    pub(super) fn tags(&self) -> Result<BTreeMap<String, String>, Refusal> {
        let tags = match self.value("tags") {
            Value::Null => json!({}),
            tags => tags,
        };
        serde_json::from_value(tags).map_err(|_| unreadable())
    }
}

fn unreadable() -> Refusal {
    Refusal::new(
        400,
        "SerializationException",
        "the body is not as it should be",
    )
}
