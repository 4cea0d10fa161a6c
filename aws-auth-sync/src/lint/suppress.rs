//! `# aws-auth-sync: allow A13, G05`: on the line of a finding or in a comment above it, or above
//! the entry that it is about. What a guard asks to be acknowledged may stand at any line of its
//! entry.

use std::collections::HashMap;

use iam_core::aws_auth::{Entry, Section};

use super::Remark;
use crate::subject::Subject;

/// The codes that a file allows, by line.
pub(super) struct Suppressed {
    lines: HashMap<usize, Vec<String>>,
    entries: HashMap<(Option<Section>, Option<usize>), usize>,
}

impl Suppressed {
    pub(super) fn of(subject: &Subject) -> Self {
        let mut lines: HashMap<usize, Vec<String>> = HashMap::new();
        let mut above = Vec::new();
        if !subject.text.contains(MARK) {
            return Self {
                lines,
                entries: HashMap::new(),
            };
        }
        for (at, line) in subject.text.lines().enumerate() {
            let found = line.split_once(MARK);
            let codes = found.map(|(_, codes)| codes.split([',', ' ']).map(str::trim));
            let codes = codes.into_iter().flatten().filter(|code| !code.is_empty());
            above.extend(codes.map(str::to_owned));
            // A comment of its own is about the next line that is none.
            if !line.trim_start().starts_with('#') && !above.is_empty() {
                lines.insert(at + 1, std::mem::take(&mut above));
            }
        }
        let entries = subject.entries().map(|entry| {
            let key = (Some(entry.section), Some(entry.index));
            (key, entry.position.line)
        });
        let entries = if lines.is_empty() {
            HashMap::new()
        } else {
            entries.collect()
        };
        Self { lines, entries }
    }

    pub(super) fn covers(&self, remark: &Remark) -> bool {
        if self.lines.is_empty() {
            return false;
        }
        let entry = self.entries.get(&(remark.section, remark.index));
        let lines = [Some(remark.position.line), entry.copied()];
        lines.into_iter().flatten().any(|line| {
            let codes = self.lines.get(&line);
            codes.is_some_and(|codes| codes.iter().any(|code| code == remark.code()))
        })
    }
}

/// The entries at which a code is allowed, in all files.
pub fn allowed<'a>(subjects: &'a [Subject], code: &str) -> Vec<&'a Entry> {
    let mut allowed = Vec::new();
    for subject in subjects {
        let mut lines = Suppressed::of(subject).lines;
        lines.retain(|_, codes| codes.iter().any(|found| found == code));
        if lines.is_empty() {
            continue;
        }
        allowed.extend(subject.entries().filter(|entry| {
            let (last, _) = subject.line_and_column(entry.position.span.end);
            (entry.position.line..=last).any(|line| lines.contains_key(&line))
        }));
    }
    allowed
}

const MARK: &str = "# aws-auth-sync: allow ";
