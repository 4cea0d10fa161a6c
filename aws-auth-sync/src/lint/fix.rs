//! `--fix`: what findings say would mend them, and nothing else.

use std::collections::HashSet;

use iam_core::aws_auth::Entry;
use iam_core::yaml::splice::{self, Splice};

use super::{Finding, Settings, check};
use crate::input::Input;
use crate::subject::Subject;

/// A file as it would be after its fixes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mended {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// How many findings are mended.
    pub count: usize,
}

/// Mends what can be mended of a file: again and again, because a fix may show what it hid.
/// `None` where there is nothing to mend.
#[must_use]
pub fn mend(subject: &Subject, settings: &Settings) -> Option<Mended> {
    let mut current = subject.clone();
    let mut count = 0;
    // Each round mends at least one finding; texts do not need many.
    for _ in 0..ROUNDS {
        let findings = check(std::slice::from_ref(&current), settings);
        let Some((next, mended)) = round(&current, &findings) else {
            break;
        };
        current = next;
        count += mended;
    }
    (count > 0).then(|| {
        let mark: &[u8] = if subject.has_mark {
            "\u{feff}".as_bytes()
        } else {
            &[]
        };
        Mended {
            bytes: [mark, current.text.as_bytes()].concat(),
            count,
        }
    })
}

fn round(subject: &Subject, findings: &[Finding]) -> Option<(Subject, usize)> {
    let mut taken: Vec<Splice> = Vec::new();
    let mut count = 0;
    for fix in findings.iter().filter_map(|finding| finding.fix.as_ref()) {
        let overlaps = |splice: &Splice| {
            let mut others = taken.iter();
            others.any(|other| {
                other.range.start <= splice.range.end && splice.range.start <= other.range.end
            })
        };
        if !fix.splices.iter().any(overlaps) {
            taken.extend(fix.splices.iter().cloned());
            count += 1;
        }
    }
    let text = splice::apply(&subject.text, &taken)
        .ok()
        .filter(|_| count > 0)?;
    let next = Subject::read(&Input {
        file: subject.file.clone(),
        bytes: text.into_bytes(),
    });
    keeps_the_others(subject, &next, findings).then_some((next, count))
}

/// Entries without a fix stay what they were, and none is lost.
fn keeps_the_others(before: &Subject, after: &Subject, findings: &[Finding]) -> bool {
    let is_touched = |entry: &Entry| {
        findings.iter().any(|finding| {
            finding.fix.is_some()
                && (finding.section, finding.index) == (Some(entry.section), Some(entry.index))
        })
    };
    let values = |entry: &Entry| {
        (
            entry.section,
            entry.identity.clone(),
            entry.username.clone(),
            entry.groups.clone(),
        )
    };
    let kept: Vec<_> = before
        .entries()
        .filter(|entry| !is_touched(entry))
        .map(values)
        .collect();
    let found: HashSet<_> = after.entries().map(values).collect();
    kept.iter().all(|entry| found.contains(entry))
        && after.entries().count() >= before.entries().count()
}

const ROUNDS: usize = 8;
