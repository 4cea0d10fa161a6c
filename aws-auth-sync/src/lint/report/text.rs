//! For people: each finding with the line that is meant, and the reason.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Colour, Report, counted};
use crate::lint::{Finding, Severity};
use crate::subject::{LONG, Subject};

pub(super) fn render(report: &Report<'_>, colour: Colour) -> String {
    let renderer = match colour {
        Colour::Always => Renderer::styled(),
        Colour::Never => Renderer::plain(),
    };
    let mut text = String::new();
    for finding in report.findings {
        let subject = report
            .subjects
            .iter()
            .find(|subject| subject.file == finding.file);
        text.push_str(&excerpt(subject, finding, &renderer));
        text.push_str("\n\n");
    }
    let summary = report.summary;
    let counts = [
        counted(summary.errors, "error", "errors"),
        counted(summary.warnings, "warning", "warnings"),
        counted(summary.infos, "note", "notes"),
    ];
    let files = counted(summary.files, "file", "files");
    let entries = counted(summary.entries, "entry", "entries");
    text.push_str(&format!("{} in {entries} of {files}", counts.join(", ")));
    if summary.fixable > 0 {
        let fixable = summary.fixable;
        text.push_str(&format!("; --fix mends {fixable} of them"));
    }
    text + "\n"
}

fn excerpt(subject: Option<&Subject>, finding: &Finding, renderer: &Renderer) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let file = printable(&finding.file);
    let title = level
        .clone()
        .primary_title(printable(&finding.message))
        .id(finding.rule.code);
    let line = subject.and_then(|subject| subject.line(finding.position.line));
    let line = line.filter(|line| line.len() <= LONG).map(printable);
    let group = Group::with_title(title);
    let group = match &line {
        Some(line) => {
            let snippet = Snippet::source(line.as_str())
                .line_start(finding.position.line)
                .path(file)
                .annotation(AnnotationKind::Primary.span(span(line, finding)));
            group.element(snippet)
        }
        None => {
            let origin = Origin::path(file).line(finding.position.line);
            group.element(origin.char_column(finding.position.column))
        }
    };
    let mut group = group.element(Level::NOTE.message(finding.rule.why));
    if let Some(hint) = &finding.hint {
        group = group.element(Level::HELP.message(printable(hint)));
    }
    renderer.render(&[group])
}

/// What is meant of the line; of several lines the rest of the first.
fn span(line: &str, finding: &Finding) -> Range<usize> {
    let last = line.chars().count();
    let from = (finding.position.column - 1).min(last);
    let to = if finding.end.0 == finding.position.line {
        finding.end.1 - 1
    } else {
        last
    };
    let offset = |column: usize| {
        let found = line.char_indices().nth(column);
        found.map_or(line.len(), |(at, _)| at)
    };
    offset(from)..offset(to.clamp(from, last))
}

/// What a terminal would obey becomes a replacement character, one for one.
fn printable(text: &str) -> String {
    let is_shown = |character: &char| !character.is_control() && !is_invisible(*character);
    let show = |character: char| match character {
        '\t' => ' ',
        other if is_shown(&other) => other,
        _ => '\u{fffd}',
    };
    text.chars().map(show).collect()
}

/// Characters without a width of their own, and those that turn the writing's direction.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}
