//! For people: a paragraph for each caller; without callers, a line for each entry.

use std::fmt::Write as _;

use iam_core::aws_auth::{Entry, Identity};

use super::Told;
use crate::explain::{Ending, Explanation, Verdict};
use crate::rights;
use crate::shown::shown;

/// For people: a paragraph for each caller; without callers, a line for each entry.
#[must_use]
pub fn text(explanation: &Explanation<'_>, verdicts: &[Verdict<'_>], told: Told<'_>) -> String {
    let mut text = String::new();
    if verdicts.is_empty() {
        for entry in &explanation.combined.document.entries {
            line(&mut text, explanation, entry);
        }
    }
    for verdict in verdicts {
        paragraph(&mut text, explanation, verdict);
        if let Told::Rights(rbac) = told
            && let Some(rights) = verdict.rights(rbac)
        {
            text.push_str(&rights::told::text(&rights));
        }
    }
    text
}

fn line(text: &mut String, explanation: &Explanation<'_>, entry: &Entry) {
    let (file, line) = explanation.combined.place(entry);
    let dead = if explanation.is_effective(entry) {
        ""
    } else {
        " (acts for nobody)"
    };
    let arn = entry.identity.to_string();
    let names = match entry.identity {
        Identity::Account { .. } => "each caller's own ARN, without groups".to_owned(),
        Identity::Role { .. } | Identity::Sso { .. } | Identity::User { .. } => {
            names(&entry.username, &entry.groups)
        }
    };
    let _ = writeln!(text, "{file}:{line}: {} -> {names}{dead}", shown(&arn));
}

fn paragraph(text: &mut String, explanation: &Explanation<'_>, verdict: &Verdict<'_>) {
    let _ = writeln!(text, "{}", shown(&verdict.arn));
    match &verdict.canonical_arn {
        Some(canonical) if *canonical != verdict.arn => {
            let _ = writeln!(text, "  looked up as  {canonical}");
        }
        Some(_) | None => {}
    }
    let told = match &verdict.ending {
        Ending::Mapped { username, groups } => format!("mapped to {}", names(username, groups)),
        Ending::Account { username } => {
            format!("let in by its account, as {username}, without groups")
        }
        Ending::Unmapped => "not mapped: every login is refused".to_owned(),
        Ending::Denied { reason } => format!("denied: {reason}"),
        Ending::Unsupported => {
            "not the ARN of a caller: users, roles and their sessions call".to_owned()
        }
    };
    let _ = writeln!(text, "  {told}");
    if let Some(by) = verdict.by {
        let (section, index, file, line) = explanation.place(by);
        let _ = writeln!(text, "  by {file}:{line}, {section} entry {index}");
    }
    if verdict.is_ambiguous {
        text.push_str(
            "  by chance: several entries fit, and which one acts changes from login to login\n",
        );
    }
    for miss in &verdict.near_misses {
        let (file, line) = explanation.combined.place(miss.entry);
        let arn = miss.entry.identity.to_string();
        let _ = writeln!(
            text,
            "  near miss {file}:{line}: {}: {}",
            shown(&arn),
            miss.reason.told()
        );
    }
}

fn names(username: &str, groups: &[String]) -> String {
    let groups: Vec<String> = groups.iter().map(|group| shown(group)).collect();
    if groups.is_empty() {
        format!("{}, without groups", shown(username))
    } else {
        format!("{}, groups {}", shown(username), groups.join(", "))
    }
}
