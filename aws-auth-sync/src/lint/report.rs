//! Findings for their readers: people, scripts, code scanning, continuous integration.

mod github;
mod json;
mod junit;
mod markdown;
mod sarif;
mod text;

use super::{Finding, Summary};
use crate::subject::Subject;

pub(crate) use json::finding;

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum Format {
    /// For people, with the lines that are meant
    #[default]
    Text,
    /// One document, for scripts
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Commands of GitHub's workflows, which annotate a pull request
    Github,
    /// JUnit XML, for test reports
    Junit,
    /// A table, for a pull request
    Markdown,
}

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Colour {
    /// It is.
    Always,
    /// It is not.
    Never,
}

/// What is reported.
pub(super) struct Report<'a> {
    pub(super) subjects: &'a [Subject],
    pub(super) findings: &'a [Finding],
    pub(super) summary: Summary,
}

/// Writes `findings` of `subjects`.
#[must_use]
pub fn render(
    subjects: &[Subject],
    findings: &[Finding],
    format: Format,
    colour: Colour,
) -> String {
    let report = Report {
        subjects,
        findings,
        summary: Summary::of(subjects, findings),
    };
    match format {
        Format::Text => text::render(&report, colour),
        Format::Json => json::render(&report),
        Format::Sarif => sarif::render(&report),
        Format::Github => github::render(&report),
        Format::Junit => junit::render(&report),
        Format::Markdown => markdown::render(&report),
    }
}

/// A JSON value as a document.
fn document(value: &serde_json::Value) -> String {
    iam_cli::json::pretty(value)
}

/// A count and its word.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
