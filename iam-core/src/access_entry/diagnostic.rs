//! What a person should know about a document of access entries.

use std::fmt;

use crate::aws_auth::Severity;
use crate::yaml::Position;

/// A remark about a place of a document. It may quote names, never whole lines.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The entry's place among all of the document, from 0, when it is about one.
    pub index: Option<usize>,
    /// Where.
    pub position: Position,
    /// What is the matter, in one line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    pub(super) fn warning(position: Position, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            index: None,
            position,
            message: message.into(),
            hint: None,
        }
    }

    pub(super) fn error(position: Position, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            ..Self::warning(position, message)
        }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column, .. } = self.position;
        write!(f, "line {line}, column {column}: {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}
