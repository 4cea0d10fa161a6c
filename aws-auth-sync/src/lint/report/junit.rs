//! JUnit XML, as Jenkins and GitLab take it: a suite for each file, a test case for each finding;
//! a file without findings is a case that passed.

use std::fmt::Write as _;

use super::Report;
use crate::lint::{Finding, Severity};

pub(super) fn render(report: &Report<'_>) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all = report.findings.len();
    let failed = report.findings.iter().filter(|found| fails(found)).count();
    let clean = report.subjects.iter().filter(|subject| {
        report
            .findings
            .iter()
            .all(|found| found.file != subject.file)
    });
    let tests = all + clean.count();
    let _ = writeln!(
        text,
        "<testsuites name=\"aws-auth-sync lint\" tests=\"{tests}\" failures=\"{failed}\">"
    );
    for subject in report.subjects {
        let findings = report
            .findings
            .iter()
            .filter(|found| found.file == subject.file);
        suite(&mut text, &subject.file, &findings.collect::<Vec<_>>());
    }
    text + "</testsuites>\n"
}

fn suite(text: &mut String, file: &str, findings: &[&Finding]) {
    let failed = findings.iter().filter(|found| fails(found)).count();
    let tests = findings.len().max(1);
    let name = escaped(file);
    let _ = writeln!(
        text,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\">"
    );
    if findings.is_empty() {
        let _ = writeln!(
            text,
            "    <testcase classname=\"{name}\" name=\"no findings\"/>"
        );
    }
    for finding in findings {
        case(text, &name, finding);
    }
    text.push_str("  </testsuite>\n");
}

fn case(text: &mut String, file: &str, finding: &Finding) {
    let (line, column) = (finding.position.line, finding.position.column);
    let case = escaped(&format!("{} {line}:{column}", finding.rule.code));
    let message = escaped(&finding.message);
    let _ = write!(text, "    <testcase classname=\"{file}\" name=\"{case}\">");
    let why = escaped(finding.rule.why);
    let hint = finding
        .hint
        .as_deref()
        .map_or(String::new(), |hint| format!("\n{}", escaped(hint)));
    let body = format!("{file}:{line}:{column}: {message}\n{why}{hint}");
    let _ = if fails(finding) {
        let code = finding.rule.code;
        writeln!(
            text,
            "<failure type=\"{code}\" message=\"{message}\">{body}</failure></testcase>"
        )
    } else {
        writeln!(text, "<system-out>{body}</system-out></testcase>")
    };
}

fn fails(finding: &Finding) -> bool {
    finding.severity == Severity::Error
}

/// Text as XML 1.0 holds it; characters that it cannot hold become U+FFFD.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            _ if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}');
            }
            _ => escaped.push(character),
        }
    }
    escaped
}
