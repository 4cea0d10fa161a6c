//! For scripts.

use serde_json::{Map, Value, json};

use super::{Report, document};
use crate::lint::{Finding, Fix};
use crate::subject::Subject;

pub(super) fn render(report: &Report<'_>) -> String {
    let findings = report
        .findings
        .iter()
        .map(|found| finding(report.subjects, found));
    document(&json!({
        "apiVersion": crate::source::API_VERSION,
        "kind": "LintReport",
        "findings": findings.collect::<Vec<_>>(),
        "summary": report.summary,
    }))
}

/// A finding as an object.
pub(crate) fn finding(subjects: &[Subject], finding: &Finding) -> Value {
    let mut members = Map::new();
    let mut put = |key: &str, value: Value| {
        members.insert(key.to_owned(), value);
    };
    put("code", json!(finding.rule.code));
    put("severity", json!(finding.severity));
    put("message", json!(finding.message));
    put("why", json!(finding.rule.why));
    put("file", json!(&*finding.file));
    put("line", json!(finding.position.line));
    put("column", json!(finding.position.column));
    put("endLine", json!(finding.end.0));
    put("endColumn", json!(finding.end.1));
    // Absent is absent.
    let optional = [
        (
            "section",
            finding.section.map(|section| json!(section.key())),
        ),
        ("index", finding.index.map(|index| json!(index))),
        ("arn", finding.arn.as_ref().map(|arn| json!(arn))),
        ("hint", finding.hint.as_ref().map(|hint| json!(hint))),
        (
            "fix",
            finding
                .fix
                .as_ref()
                .and_then(|fix| self::fix(subjects, finding, fix)),
        ),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            put(key, value);
        }
    }
    Value::Object(members)
}

fn fix(subjects: &[Subject], finding: &Finding, fix: &Fix) -> Option<Value> {
    let subject = subjects
        .iter()
        .find(|subject| subject.file == finding.file)?;
    let edits = fix.splices.iter().map(|splice| {
        let (line, column) = subject.line_and_column(splice.range.start);
        let (end_line, end_column) = subject.line_and_column(splice.range.end);
        json!({
            "line": line, "column": column, "endLine": end_line, "endColumn": end_column,
            "text": splice.text,
        })
    });
    Some(json!({"title": fix.title, "edits": edits.collect::<Vec<_>>()}))
}
