//! Workflow commands: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use super::Report;
use crate::lint::{Finding, Severity};

pub(super) fn render(report: &Report<'_>) -> String {
    report.findings.iter().map(line).collect()
}

fn line(finding: &Finding) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let message = match &finding.hint {
        Some(hint) => format!("{}\n{}\n{hint}", finding.message, finding.rule.why),
        None => format!("{}\n{}", finding.message, finding.rule.why),
    };
    let (end_line, end_column) = finding.end;
    let columns = if end_line == finding.position.line {
        // Columns count only where the lines are one.
        format!(",col={},endColumn={end_column}", finding.position.column)
    } else {
        String::new()
    };
    format!(
        "::{command} file={},line={},endLine={end_line}{columns},title={}::{}\n",
        property(&finding.file),
        finding.position.line,
        property(&format!("{} {}", finding.rule.code, finding.rule.title)),
        data(&message),
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
