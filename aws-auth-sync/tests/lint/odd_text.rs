//! Files that no person writes.

use aws_auth_sync::lint::report::{Colour, Format, render};
use aws_auth_sync::lint::{self, Severity};
use clap::ValueEnum as _;

use crate::manifest::{check, roles, settings, subject};

/// One line, as programs write it: nothing may look through the whole line for each finding.
#[test]
fn a_file_of_one_line_is_checked_and_told_like_any_other() {
    let entry = "{\"rolearn\": \"arn:aws:iam::111122223333:role/p/\u{e9}\", \"username\": no, \"groups\": [\"a\", \"a\"]}";
    let entries = vec![entry; 2_000].join(", ");
    let text = format!(
        "{{\"apiVersion\": \"aws-auth-sync/v1\", \"kind\": \"AwsAuth\", \"roles\": [{entries}]}}"
    );
    let subjects = [subject(&text)];
    let findings = lint::check(&subjects, &settings());
    assert!(findings.len() > 10_000, "{}", findings.len());
    for &format in Format::value_variants() {
        assert!(!render(&subjects, &findings, format, Colour::Never).is_empty());
    }
}

#[test]
fn hostile_text_is_refused_and_costs_little() {
    let bomb = (1..30).fold(
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(),
        |text, level| {
            let one = level - 1;
            text + &format!(
                "a{level}: &a{level} [{}]\n",
                vec![format!("*a{one}"); 9].join(", ")
            )
        },
    );
    let deep = "[".repeat(100_000);
    for text in [
        bomb,
        deep,
        roles(&"[".repeat(50_000)),
        roles(&"- ".repeat(50_000)),
    ] {
        let findings = check(&text);
        assert!(
            findings
                .iter()
                .any(|found| found.severity == Severity::Error)
        );
    }
}
