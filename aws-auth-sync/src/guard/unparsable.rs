//! C10: lists that the consumer cannot read.

use iam_core::aws_auth::{Document, Section, Severity};

use super::{Code, Guard};

/// Refuses to go on where a list cannot be read: whose entries it holds nobody can tell.
pub(super) fn check(before: &Document) -> Vec<Guard> {
    let sections = Section::ALL.into_iter();
    let unreadable = sections.filter(|section| before.is_unreadable(*section));
    let guard = |section| {
        let mut found = before
            .diagnostics
            .iter()
            .filter(|found| found.section == section);
        let reason = found.find(|found| found.severity == Severity::Error);
        let reason =
            reason.map_or_else(|| format!("{section} cannot be read"), ToString::to_string);
        let message = format!("the live {reason}; to write it anew loses what it holds");
        Guard::new(Code::Unparsable, message)
    };
    unreadable.map(guard).collect()
}
