//! A value of a description, whose place can be told.

use std::fmt::Display;
use std::str::FromStr;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::DescribeError;

/// A value within the text, so that its place can be told.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    pub(super) text: &'a str,
    pub(super) raw: &'a str,
}

impl<'a> Node<'a> {
    /// The value as an object with the fields of `T`.
    pub(super) fn object<T: Deserialize<'a>>(self) -> Result<T, DescribeError> {
        if !self.raw.starts_with('{') {
            return Err(self.fault(self.raw, "a JSON object is expected here".to_owned()));
        }
        serde_json::from_str(self.raw).map_err(|error| {
            let (line, column) = self.position(self.raw);
            // serde_json counts from the object's own first character.
            let before = if error.line() <= 1 { column - 1 } else { 0 };
            DescribeError::new(
                line + error.line().saturating_sub(1),
                before + error.column().max(1),
                what(&error),
            )
        })
    }

    /// The field's value, which must be there and a string that parses.
    pub(super) fn required<T>(
        self,
        key: &str,
        field: Option<&'a RawValue>,
    ) -> Result<T, DescribeError>
    where
        T: FromStr,
        T::Err: Display,
    {
        let Some(raw) = field else {
            return Err(self.missing(key));
        };
        let Ok(text) = serde_json::from_str::<String>(raw.get()) else {
            return Err(self.fault(raw.get(), format!("{key} is not a string")));
        };
        text.parse()
            .map_err(|error: T::Err| self.fault(raw.get(), format!("{key}: {error}")))
    }

    pub(super) fn missing(self, key: &str) -> DescribeError {
        self.fault(self.raw, format!("the object has no {key}"))
            .with_hint(
                "give the whole output of aws eks describe-cluster --output json of an EKS cluster"
                    .to_owned(),
            )
    }

    pub(super) fn at(self, field: Option<&RawValue>, message: String) -> DescribeError {
        self.fault(field.map_or(self.raw, RawValue::get), message)
    }

    fn fault(self, part: &str, message: String) -> DescribeError {
        let (line, column) = self.position(part);
        DescribeError::new(line, column, message)
    }

    /// Line and column, from 1, of a part of the text.
    fn position(self, part: &str) -> (usize, usize) {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }
}

impl DescribeError {
    fn new(line: usize, column: usize, message: String) -> Self {
        Self {
            line,
            column,
            message,
            hint: None,
        }
    }

    pub(super) fn with_hint(self, hint: String) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }
}

/// The error without the position that serde_json appends.
fn what(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ")
        .map_or(text.clone(), |(what, _)| what.to_owned())
}
