//! What would change: from what is wanted and what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use iam_core::aws_auth::{Document, Entry, Identity, Section};
use iam_core::principal::PrincipalKey;

use crate::desired::sections;
use crate::render::Data;

/// One entry's change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// The list.
    pub section: Section,
    /// Whom it is about, as written.
    pub identity: String,
    /// What becomes of the entry.
    pub action: Action,
}

/// What becomes of an entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// It is new.
    Add(Names),
    /// It is there with other values.
    Update {
        /// Its values now.
        before: Names,
        /// Its values then.
        after: Names,
    },
    /// It goes.
    Remove(Names),
}

/// What an entry gives: a username, and groups without order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Names {
    /// The username template.
    pub username: String,
    /// The group templates.
    pub groups: BTreeSet<String>,
}

/// The changes that lead from one aws-auth to another, as the consumer sees both, ordered by
/// section and key. None where both mean the same.
#[must_use]
pub fn changes(live: &Data, wanted: &Data) -> Vec<Change> {
    let (mut before, after) = (effective(live), effective(wanted));
    let mut changes = Vec::new();
    for (key, (identity, after)) in after {
        let action = match before.remove(&key) {
            None => Action::Add(after),
            Some((_, before)) if before == after => continue,
            Some((_, before)) => Action::Update { before, after },
        };
        changes.push((key, identity, action));
    }
    let removed = before.into_iter();
    changes.extend(removed.map(|(key, (identity, names))| (key, identity, Action::Remove(names))));
    changes.sort_by(|one, other| one.0.cmp(&other.0));
    let change = |(key, identity, action): (Key, String, Action)| Change {
        section: key.0,
        identity,
        action,
    };
    changes.into_iter().map(change).collect()
}

/// Whether the consumer reads the same entries in both, and can read both whole.
#[must_use]
pub fn agree(live: &Data, wanted: &Data) -> bool {
    let document = Document::parse(&sections(live));
    let readable = Section::ALL
        .into_iter()
        .all(|section| !document.is_unreadable(section));
    readable && changes(live, wanted).is_empty()
}

type Key = (Section, String);

/// The entries that count, by what they are looked up by.
fn effective(data: &Data) -> BTreeMap<Key, (String, Names)> {
    let document = Document::parse(&sections(data));
    let keyed = |entry: &Entry| {
        let groups = entry.groups.iter().cloned().collect();
        let names = Names {
            username: entry.username.clone(),
            groups,
        };
        (
            (entry.section, key(&entry.identity)),
            (entry.identity.to_string(), names),
        )
    };
    // Of equal keys the last one stays, as with the consumer.
    document.entries.iter().map(keyed).collect()
}

/// The text that the consumer looks entries up by.
fn key(identity: &Identity) -> String {
    match identity {
        Identity::Role { arn } | Identity::User { arn } => {
            PrincipalKey::of_mapped_arn(arn).map_or_else(|_| arn.clone(), |key| key.to_string())
        }
        Identity::Sso { .. } | Identity::Account { .. } => identity.to_string(),
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            section,
            identity,
            action,
        } = self;
        let identity = Shown(identity);
        match action {
            Action::Add(names) => write!(f, "+ {section} {identity}{}", Suffix(names)),
            Action::Remove(names) => write!(f, "- {section} {identity}{}", Suffix(names)),
            Action::Update { before, after } => {
                write!(
                    f,
                    "~ {section} {identity}{} (was{})",
                    Suffix(after),
                    Suffix(before)
                )
            }
        }
    }
}

/// ` username [group, group]`; nothing for an account.
struct Suffix<'a>(&'a Names);

impl fmt::Display for Suffix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Names { username, groups } = self.0;
        if username.is_empty() && groups.is_empty() {
            return Ok(());
        }
        let groups: Vec<String> = groups
            .iter()
            .map(|group| Shown(group).to_string())
            .collect();
        write!(f, " {} [{}]", Shown(username), groups.join(", "))
    }
}

/// Text as a terminal may see it: what stands in a live aws-auth may be anybody's. Names that act
/// are printable ASCII, and are shown as they are.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            ' '..='~' => f.write_char(character),
            _ => write!(f, "{}", character.escape_default()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(roles: &str, accounts: &str) -> Data {
        let pairs = [("mapRoles", roles), ("mapAccounts", accounts)];
        pairs
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
    }

    fn shown(live: &Data, wanted: &Data) -> Vec<String> {
        changes(live, wanted)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    const DEV: &str =
        "- {rolearn: 'arn:aws:iam::111122223333:role/dev', username: dev, groups: [a, b]}\n";

    #[test]
    fn tells_changes_entry_by_entry() {
        let table = [
            (data("", ""), data("", ""), vec![]),
            (
                data("", ""),
                data(DEV, "- '111122223333'"),
                vec![
                    "+ mapRoles arn:aws:iam::111122223333:role/dev dev [a, b]",
                    "+ mapAccounts 111122223333",
                ],
            ),
            (
                data(DEV, ""),
                data(&DEV.replace("[a, b]", "[c]"), ""),
                vec!["~ mapRoles arn:aws:iam::111122223333:role/dev dev [c] (was dev [a, b])"],
            ),
            (
                data(DEV, "- '111122223333'"),
                data("", ""),
                vec![
                    "- mapRoles arn:aws:iam::111122223333:role/dev dev [a, b]",
                    "- mapAccounts 111122223333",
                ],
            ),
        ];
        for (live, wanted, expected) in table {
            assert_eq!(shown(&live, &wanted), expected);
        }
    }

    #[test]
    fn a_live_text_can_neither_break_a_line_nor_drive_the_terminal() {
        let live = "- rolearn: \"arn\\n+ mapRoles\"\n  username: \"O'B \\e[2J\"\n  groups: [\"\\u202E\"]\n";
        assert_eq!(
            shown(&data(live, ""), &data("", "")),
            ["- mapRoles arn\\n+ mapRoles O'B \\u{1b}[2J [\\u{202e}]"],
        );
    }

    #[test]
    fn what_the_consumer_reads_alike_is_no_change() {
        let spelt = "# a comment\n- groups:\n    - b\n    - a\n  roleARN: arn:aws:iam::111122223333:role/DEV\n  username: \"dev\"\n";
        let twice = format!("{}{DEV}", DEV.replace("[a, b]", "[z]"));
        for live in [spelt, &twice] {
            assert_eq!(shown(&data(live, ""), &data(DEV, "")), [""; 0], "{live}");
            assert!(agree(&data(live, ""), &data(DEV, "")));
        }
        assert!(!agree(&data("{{", ""), &data("", "")));
    }
}
