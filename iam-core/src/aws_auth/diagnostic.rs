//! What a person should know about a document.

use std::fmt;

use super::Section;
use crate::yaml::Position;

/// A remark about a place of a document. It may quote names, never whole lines.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    /// The rule that is broken, as `aws-auth-sync lint` calls it; empty for a remark on what a
    /// lookup makes of an entry.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The section.
    pub section: Section,
    /// The entry's place in its list, from 0, when it is about one.
    pub index: Option<usize>,
    /// Where: in the section's text, or in the file for a manifest or configuration file.
    pub position: Position,
    /// What is the matter, in one line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    pub(super) fn new(
        severity: Severity,
        section: Section,
        position: Position,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code: "",
            severity,
            section,
            index: None,
            position,
            message: message.into(),
            hint: None,
        }
    }

    pub(super) fn code(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    pub(super) fn at_index(self, index: usize) -> Self {
        Self {
            index: Some(index),
            ..self
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
        write!(
            f,
            "{}, line {line}, column {column}: {}",
            self.section, self.message
        )?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// It works, perhaps not as meant.
    Warning,
    /// Something that is written has no effect.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}
