//! Findings in every format.

use aws_auth_sync::lint;
use aws_auth_sync::lint::report::{Colour, Format, render};
use clap::ValueEnum as _;

use crate::manifest::{named, role, settings, subject};

#[test]
fn every_format_tells_every_finding() {
    let subjects = [subject(&role("arn:aws:iam::111122223333:role/team/d|<v>"))];
    let findings = lint::check(&subjects, &settings());
    for &format in Format::value_variants() {
        let text = render(&subjects, &findings, format, Colour::Never);
        for finding in &findings {
            assert!(text.contains(finding.rule.code), "{format:?}: {text}");
        }
    }
}

#[test]
fn a_terminal_is_told_nothing_that_it_would_obey() {
    let text = named("\"a\u{1b}[2J\u{202e}b\"", "[g]").replace("\u{1b}", "\u{200b}");
    let subjects = [subject(&text)];
    let findings = lint::check(&subjects, &settings());
    let told = render(&subjects, &findings, Format::Text, Colour::Never);
    assert!(!findings.is_empty());
    assert!(
        told.chars().all(|c| c == '\n' || !c.is_control())
            && !told.contains(['\u{202e}', '\u{200b}']),
        "{told}"
    );
}
