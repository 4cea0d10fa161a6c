//! A status as it was written last, by this run or an earlier one.

use iam_core::aws_auth::MANIFEST_LIMITS;
use iam_core::yaml::{self, Mapping, Node};

/// A status that is there, or not.
pub(super) struct Kept {
    /// The object's name.
    pub(super) name: String,
    /// Its document.
    pub(super) text: Option<String>,
    conditions: Vec<Since>,
}

struct Since {
    kind: String,
    holds: String,
    time: String,
}

impl Kept {
    /// Reads a document; one that is none holds no condition.
    pub(super) fn of(name: String, text: Option<String>) -> Self {
        let conditions = text.as_deref().and_then(conditions).unwrap_or_default();
        Self {
            name,
            text,
            conditions,
        }
    }

    /// Since when a condition is what it is; `None` where it was not.
    pub(super) fn since(&self, kind: &str, holds: &str) -> Option<String> {
        let mut conditions = self.conditions.iter();
        let found = conditions.find(|one| one.kind == kind && one.holds == holds)?;
        Some(found.time.clone())
    }
}

fn conditions(text: &str) -> Option<Vec<Since>> {
    let documents = yaml::parse(text, &MANIFEST_LIMITS).ok()?;
    let document = documents.first()?.as_mapping()?;
    let items = &document.get("conditions")?.as_sequence()?.items;
    let conditions = items.iter().filter_map(Node::as_mapping);
    Some(conditions.filter_map(since).collect())
}

fn since(condition: &Mapping) -> Option<Since> {
    let word = |key| Some(condition.get(key)?.as_scalar()?.text.to_string());
    Some(Since {
        kind: word("type")?,
        holds: word("status")?,
        time: word("lastTransitionTime")?,
    })
}
