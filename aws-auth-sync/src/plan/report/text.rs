//! For people.

use std::fmt::{self, Write as _};

use iam_core::excerpt::Shown;

use super::Summary;
use crate::guard::MASTERS;
use crate::meaning::Meaning;
use crate::merge::{Action, Change, Conflict};
use crate::plan::Plan;

pub(super) fn render(plan: &Plan) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for change in &plan.merge.changes {
        let _ = writeln!(text, "{}", line(change));
        if change.reason.is_remarkable() {
            let _ = writeln!(text, "    {}", change.reason);
        }
    }
    for entry in &plan.merge.protected {
        let _ = writeln!(text, "  {} stays: it is protected", Named(entry));
    }
    for conflict in &plan.merge.conflicts {
        let flag = conflict.flag();
        let _ = writeln!(text, "conflict: {conflict} ({flag} settles it)");
    }
    for guard in &plan.guards {
        let flag = guard.override_flag;
        let _ = writeln!(text, "guard {guard} ({flag} lets it pass)");
    }
    for guard in &plan.passed {
        let flag = guard.override_flag;
        let _ = writeln!(text, "guard {guard} (let pass by {flag})");
    }
    for warning in &plan.warnings {
        let _ = writeln!(text, "warning {warning}");
    }
    if plan.merge.changes.is_empty() && plan.writes() {
        let _ = writeln!(text, "the record of {} is brought up to date", plan.owner);
    }
    let _ = writeln!(text, "{}", Counted(plan));
    text
}

/// A line for each change, and a last one.
#[must_use]
pub fn listed(changes: &[Change], last: &str) -> String {
    let lines = changes.iter().map(|change| line(change) + "\n");
    lines.chain([format!("{last}\n")]).collect()
}

/// How many entries.
#[must_use]
pub fn entries(count: usize) -> String {
    match count {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    }
}

/// One change on one line: `+ mapRoles ARN username [groups]`.
fn line(change: &Change) -> String {
    let entry = change.entry();
    let was = match &change.action {
        Action::Update { before, .. } if before.identity == entry.identity => {
            format!(" (was{})", Gives(before))
        }
        Action::Update { before, .. } => format!(" (was {}{})", Named(before), Gives(before)),
        Action::Add(_) | Action::Remove(_) | Action::Adopt(_) => String::new(),
    };
    let is_admin = |side: Option<&Meaning>| side.is_some_and(|entry| entry.gives(MASTERS));
    let action = &change.action;
    let mark = match (is_admin(action.before()), is_admin(action.after())) {
        (false, true) => "  ! administrator",
        (true, false) => "  ! no administrator any more",
        (true, true) | (false, false) => "",
    };
    format!(
        "{} {}{}{was}{mark}",
        sign(action),
        Named(entry),
        Gives(entry)
    )
}

const fn sign(action: &Action) -> char {
    match action {
        Action::Remove(_) => '-',
        Action::Update { .. } => '~',
        Action::Add(_) => '+',
        Action::Adopt(_) => '=',
    }
}

/// The last line.
pub(super) struct Counted<'a>(pub(super) &'a Plan);

impl fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = &self.0.owner;
        let summary = Summary::of(self.0);
        let Summary {
            foreign,
            unowned,
            forgotten,
            ..
        } = summary;
        write!(f, "{summary}, {foreign} foreign")?;
        if unowned > 0 {
            write!(
                f,
                ", {unowned} of them as declared (--adopt makes them {owner}'s)"
            )?;
        }
        if forgotten > 0 {
            write!(f, ", {forgotten} gone from the record of {owner}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Named(&self.entry))?;
        if let Some(place) = &self.place {
            write!(f, " of {place}")?;
        }
        write!(f, ": {}", self.standing)?;
        match &self.there {
            Some(there) if !there.is_same(&self.entry) => {
                let (there, declared) = (Gives(there), Gives(&self.entry));
                write!(f, ": there{there}, declared{declared}")
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The list and whom the entry is about.
pub(super) struct Named<'a>(pub(super) &'a Meaning);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let identity = self.0.identity.to_string();
        write!(f, "{} {}", self.0.identity.section(), Shown(&identity))
    }
}

/// ` username [group, group]`; nothing for an account.
pub(super) struct Gives<'a>(pub(super) &'a Meaning);

impl fmt::Display for Gives<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Meaning {
            username, groups, ..
        } = self.0;
        if username.is_empty() && groups.is_empty() {
            return Ok(());
        }
        let groups = groups.iter().map(|group| Shown(group).to_string());
        let groups: Vec<String> = groups.collect();
        write!(f, " {} [{}]", Shown(username), groups.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use iam_core::aws_auth::Identity;

    use super::*;
    use crate::meaning::testing::role;
    use crate::merge::Reason;

    fn shown(action: Action) -> String {
        line(&Change {
            action,
            reason: Reason::New,
            place: None,
            indices: Vec::new(),
        })
    }

    #[test]
    fn a_change_is_one_line() {
        let account = Meaning {
            identity: Identity::Account {
                id: "111122223333".into(),
            },
            username: String::new(),
            groups: Vec::new(),
        };
        let dev = || role("role/dev", "dev", &["b", "a"]);
        let admin = || role("role/dev", "dev", &["system:masters"]);
        let path = || role("role/x/dev", "dev", &[]);
        let update = |before, after| Action::Update { before, after };
        let table = [
            (Action::Add(account), "+ mapAccounts 111122223333"),
            (Action::Remove(dev()), "- mapRoles role/dev dev [b, a]"),
            (Action::Adopt(dev()), "= mapRoles role/dev dev [b, a]"),
            (
                update(dev(), admin()),
                "~ mapRoles role/dev dev [system:masters] (was dev [b, a])  ! administrator",
            ),
            (
                update(admin(), dev()),
                "~ mapRoles role/dev dev [b, a] (was dev [system:masters])  ! no administrator any more",
            ),
            (
                update(path(), dev()),
                "~ mapRoles role/dev dev [b, a] (was mapRoles role/x/dev dev [])",
            ),
        ];
        for (action, expected) in table {
            assert_eq!(shown(action), expected);
        }
    }

    #[test]
    fn a_live_text_can_neither_break_a_line_nor_drive_the_terminal() {
        let entry = role("arn\n+ mapRoles", "O'B \u{1b}[2J", &["\u{202e}"]);
        assert_eq!(
            shown(Action::Remove(entry)),
            "- mapRoles arn\\n+ mapRoles O'B \\u{1b}[2J [\\u{202e}]",
        );
    }
}
