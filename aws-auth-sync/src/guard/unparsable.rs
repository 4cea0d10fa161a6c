//! C10: lists that the consumer cannot read.

use iam_core::aws_auth::{Document, Section, Severity};

use super::{Code, Guard};

/// Refuses to write a list anew that cannot be read: whose entries it holds nobody can tell. One
/// that stays as it is keeps nobody from the others, which the consumer goes on to read.
pub(super) fn check(before: &Document, after: &Document) -> Vec<Guard> {
    let written = unread(before).filter(|(section, _)| !after.is_unreadable(*section));
    let guard = |(_, reason)| {
        let message = format!("the live {reason}; to write it anew loses what it holds");
        Guard::new(Code::Unparsable, message)
    };
    written.map(guard).collect()
}

/// The lists that cannot be read, and why.
pub(crate) fn unread(document: &Document) -> impl Iterator<Item = (Section, String)> {
    let sections = Section::ALL.into_iter();
    let unread = sections.filter(move |section| document.is_unreadable(*section));
    unread.map(move |section| {
        let found = document.diagnostics.iter();
        let mut found = found.filter(|found| found.section == section);
        let reason = found.find(|found| found.severity == Severity::Error);
        let reason =
            reason.map_or_else(|| format!("{section} cannot be read"), ToString::to_string);
        (section, reason)
    })
}
