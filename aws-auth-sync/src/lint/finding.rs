//! What lint finds.

use std::sync::Arc;

use iam_core::aws_auth::{Entry, Section};
use iam_core::yaml::{Position, splice::Splice};

use super::rule::{Rule, Severity, rule};

/// A finding of a rule at a place of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad it is here.
    pub severity: Severity,
    /// The file as it was named.
    pub file: Arc<str>,
    /// Where.
    pub position: Position,
    /// Line and column behind the last character, from 1.
    pub end: (usize, usize),
    /// What is the matter.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The list.
    pub section: Option<Section>,
    /// The entry's place in it, from 0.
    pub index: Option<usize>,
    /// Whom the entry is about.
    pub arn: Option<String>,
    /// What would mend it for certain.
    pub fix: Option<Fix>,
}

/// A change that mends a finding.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fix {
    /// What is done.
    pub title: String,
    /// How.
    pub splices: Vec<Splice>,
}

/// A finding before it is placed in its file.
#[derive(Clone, Debug)]
pub struct Remark {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) position: Position,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) section: Option<Section>,
    pub(crate) index: Option<usize>,
    pub(crate) arn: Option<String>,
    pub(crate) fix: Option<Fix>,
}

impl Remark {
    pub(crate) fn new(code: &'static str, position: Position, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: rule(code).severity,
            position,
            message: message.into(),
            hint: None,
            section: None,
            index: None,
            arn: None,
            fix: None,
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn of(self, entry: &Entry) -> Self {
        Self {
            section: Some(entry.section),
            index: Some(entry.index),
            arn: Some(entry.identity.to_string()),
            ..self
        }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    pub(crate) fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    pub(crate) fn fix(self, fix: Option<Fix>) -> Self {
        Self { fix, ..self }
    }

    /// Gives the remark its file.
    pub(super) fn placed(self, file: &Arc<str>, end: (usize, usize)) -> Finding {
        Finding {
            rule: rule(self.code),
            severity: self.severity,
            file: Arc::clone(file),
            position: self.position,
            end,
            message: self.message,
            hint: self.hint,
            section: self.section,
            index: self.index,
            arn: self.arn,
            fix: self.fix,
        }
    }
}
