//! `# aws-auth-sync: allow A13, G05`: on the line of a finding or in a comment above it, or above
//! the entry that it is about.

use std::collections::HashMap;

use iam_core::aws_auth::Section;

use super::Remark;
use crate::subject::Subject;

/// The codes that a file allows, by line.
pub(super) struct Suppressed {
    lines: HashMap<usize, Vec<String>>,
    entries: HashMap<(Option<Section>, Option<usize>), usize>,
}

impl Suppressed {
    pub(super) fn of(subject: &Subject) -> Self {
        let mut lines = HashMap::new();
        for (at, line) in subject.text.lines().enumerate() {
            let Some((before, codes)) = line.split_once(MARK) else {
                continue;
            };
            let codes: Vec<String> = codes
                .split([',', ' '])
                .map(str::trim)
                .filter(|code| !code.is_empty())
                .map(str::to_owned)
                .collect();
            let number = at + 1;
            let applies_to = if before.trim().is_empty() {
                // A comment of its own is about the next line that is none.
                let rest = subject.text.lines().enumerate().skip(number);
                let mut rest = rest.filter(|(_, line)| !line.trim_start().starts_with('#'));
                rest.next().map_or(number, |(at, _)| at + 1)
            } else {
                number
            };
            lines
                .entry(applies_to)
                .or_insert_with(Vec::new)
                .extend(codes);
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

const MARK: &str = "# aws-auth-sync: allow ";
