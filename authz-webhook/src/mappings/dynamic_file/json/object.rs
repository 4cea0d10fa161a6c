//! JSON objects whose values are read when they are asked for, and the places of values.

use std::fmt;

use iam_core::aws_auth::{Position, Section, Span};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::DynamicDocumentError;

/// The members of an object, whose keys are known in any case; of equal ones the last counts.
#[derive(Debug, Default)]
pub(super) struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Object<'a> {
    /// The value of `key`. As in Go, null leaves standing what an earlier member says.
    pub(super) fn get(&self, key: &str) -> Option<&'a RawValue> {
        let mut found = self.0.iter().rev();
        found
            .find(|(name, raw)| name.eq_ignore_ascii_case(key) && raw.get() != NULL)
            .map(|(_, raw)| *raw)
    }

    /// The value of `key`; none for null.
    ///
    /// # Errors
    /// In words: it is of another kind.
    pub(super) fn value<T: Deserialize<'a>>(&self, key: &str) -> Result<Option<T>, String> {
        let Some(raw) = self.get(key) else {
            return Ok(None);
        };
        value(raw).map_err(|why| format!("{key}: {why}"))
    }

    /// The keys that are none of `known`.
    pub(super) fn unknown<'s>(&'s self, known: &'s [&str]) -> impl Iterator<Item = &'s str> {
        let is_known = |name: &str| known.iter().any(|key| key.eq_ignore_ascii_case(name));
        let names = self.0.iter().map(|(name, _)| name.as_str());
        names.filter(move |name| !is_known(name))
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(4);
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Object(members))
    }

    /// Null fills nothing in.
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Object(Vec::new()))
    }
}

/// What a value says; none for null.
///
/// # Errors
/// In words: it is of another kind. The place that serde names is one inside of the value.
pub(super) fn value<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<Option<T>, String> {
    serde_json::from_str(raw.get()).map_err(|error| {
        let said = error.to_string();
        let (why, _) = said.rsplit_once(" at line ").unwrap_or((&said, ""));
        cut(why)
    })
}

/// What serde says quotes values, escaped, at any length.
pub(super) fn cut(said: &str) -> String {
    said.chars().take(160).collect()
}

/// Where values stand in the text that they were read from.
#[derive(Debug)]
pub(super) struct Places<'a> {
    text: &'a str,
    /// The place before: what is asked for next stands behind it as a rule.
    last: Position,
}

impl<'a> Places<'a> {
    pub(super) const fn of(text: &'a str) -> Self {
        let last = Position::START;
        Self { text, last }
    }

    /// Where a value of this text stands.
    pub(super) fn of_value(&mut self, raw: &RawValue) -> Position {
        // Both are slices of one text: the difference of their addresses is the place.
        let start = raw.get().as_ptr().addr() - self.text.as_ptr().addr();
        if start < self.last.span.start {
            self.last = Position::START;
        }
        let between = self.text.get(self.last.span.start..start);
        let (mut line, mut column) = (self.last.line, self.last.column);
        for character in between.unwrap_or_default().chars() {
            (line, column) = match character {
                '\n' => (line + 1, 1),
                _ => (line, column + 1),
            };
        }
        let end = start + raw.get().len();
        let span = Span { start, end };
        self.last = Position { line, column, span };
        self.last
    }

    /// The items of a list; none where there is none.
    pub(super) fn list(
        &mut self,
        top: &Object<'a>,
        section: Section,
    ) -> Result<Vec<&'a RawValue>, DynamicDocumentError> {
        let key = section.key();
        let Some(raw) = top.get(key) else {
            return Ok(Vec::new());
        };
        serde_json::from_str(raw.get()).map_err(|_| DynamicDocumentError::NoList {
            key,
            position: self.of_value(raw),
        })
    }
}

const NULL: &str = "null";
