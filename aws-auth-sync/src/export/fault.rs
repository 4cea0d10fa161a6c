//! What `plan` would say against an entry.

use super::Export;
use crate::desired::Desired;
use crate::finding::Finding;
use crate::input::Input;
use crate::lint::{self, Severity};
use crate::source::{self, Declared};
use crate::subject::Subject;

/// The first fault of the entry, if it has one.
pub(super) fn of(entry: &Declared) -> Option<String> {
    let alone = Export {
        owner: None,
        entries: vec![entry.clone()],
        left_out: Vec::new(),
    };
    let input = Input {
        file: "export".into(),
        bytes: alone.yaml().into_bytes(),
    };
    linted(&input).or_else(|| refused(&input))
}

fn linted(input: &Input) -> Option<String> {
    let findings = lint::check(&[Subject::read(input)], &lint::Settings::default());
    let error = findings
        .into_iter()
        .find(|finding| finding.severity == Severity::Error)?;
    let hint = error.hint.map(|hint| format!(" ({hint})"));
    Some(format!(
        "{}: {}{}",
        error.rule.code,
        error.message,
        hint.unwrap_or_default()
    ))
}

fn refused(input: &Input) -> Option<String> {
    let mut findings = Vec::new();
    let sources = source::parse(input, &mut findings);
    let _ = Desired::new(sources, None, &mut findings);
    let error = findings.into_iter().find(Finding::is_error)?;
    Some(error.message)
}
