//! What is wrong with the sources, and where.

use std::fmt;
use std::sync::Arc;

use iam_core::aws_auth::Severity;
use iam_core::yaml::Position;

use crate::lint;

/// A place in a source: a file, a line and a column, both from 1.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// The file as it was named; `<stdin>` for stdin.
    pub file: Arc<str>,
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// A remark about a place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Errors stop the program, warnings do not.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is the matter, in one line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Place {
    /// The place of a position in a file.
    #[must_use]
    pub fn new(file: &Arc<str>, position: Position) -> Self {
        Self {
            file: Arc::clone(file),
            line: position.line,
            column: position.column,
        }
    }
}

impl Finding {
    /// An error.
    #[must_use]
    pub fn error(place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            place,
            message: message.into(),
            hint: None,
        }
    }

    /// Whether it stops the program.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Place, message and, in parentheses, what to do: for a list of findings.
    #[must_use]
    pub fn with_hint(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{self} ({hint})"),
            None => self.to_string(),
        }
    }

    /// The same with something to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

impl From<lint::Finding> for Finding {
    fn from(found: lint::Finding) -> Self {
        let severity = match found.severity {
            lint::Severity::Error => Severity::Error,
            lint::Severity::Warning | lint::Severity::Info => Severity::Warning,
        };
        Self {
            severity,
            place: Place::new(&found.file, found.position),
            message: format!("{} ({})", found.message, found.rule.code),
            hint: found.hint,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}
