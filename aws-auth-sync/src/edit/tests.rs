use std::collections::BTreeMap;

use iam_core::aws_auth::Identity;
use proptest::prelude::*;

use super::*;
use crate::meaning::Meaning;
use crate::merge::{Intent, Policy, Reason, merge};
use crate::source::Declared;

fn live(section: Section, text: &str) -> Live {
    let data = Data::from([(section.key().to_owned(), text.to_owned())]);
    Live::new(data, &BTreeMap::new()).unwrap()
}

fn role(name: &str, groups: &[&str]) -> Meaning {
    Meaning {
        identity: Identity::Role {
            arn: format!("arn:aws:iam::111122223333:role/{name}"),
        },
        username: name.to_owned(),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
    }
}

fn change(action: Action, indices: &[usize]) -> Change {
    Change {
        action,
        reason: Reason::New,
        place: None,
        indices: indices.to_vec(),
    }
}

/// The text of mapRoles after the changes.
fn edited(text: &str, changes: &[Change]) -> Option<String> {
    let live = live(Section::MapRoles, text);
    let edited = edit(&live, changes).unwrap();
    after(&live.data, &edited.edits).remove("mapRoles")
}

const IAM: &str = "arn:aws:iam::111122223333";

#[test]
fn a_new_entry_is_written_as_its_neighbours_are() {
    let table = [
        (
            "- groups:\n  - system:nodes\n  rolearn: IAM:role/a\n  username: a\n",
            "- groups:\n  - x\n  rolearn: IAM:role/new\n  username: new\n",
        ),
        (
            "  - rolearn: IAM:role/a\n    username: a\n    groups:\n      - x\n",
            "  - rolearn: IAM:role/new\n    username: new\n    groups:\n      - x\n",
        ),
        (
            "- rolearn: IAM:role/a\n  username: a\n  # the end\n",
            "- rolearn: IAM:role/new\n  username: new\n  groups:\n  - x\n",
        ),
        (
            "- \"groups\":\n  - \"y\"\n  \"rolearn\": \"IAM:role/a\"\n  \"username\": \"a\"\n",
            "- \"groups\":\n  - \"x\"\n  \"rolearn\": \"IAM:role/new\"\n  \"username\": \"new\"\n",
        ),
        (
            "-  {rolearn: 'IAM:role/a', username: 'a', groups: ['y']}\n",
            "- {rolearn: 'IAM:role/new', username: 'new', groups: ['x']}\n",
        ),
        (
            "# nobody\n",
            "- rolearn: IAM:role/new\n  username: new\n  groups:\n  - x\n",
        ),
    ];
    for (before, entry) in table {
        let [before, entry] = [before, entry].map(|text| text.replace("IAM", IAM));
        let after = edited(&before, &[change(Action::Add(role("new", &["x"])), &[])]);
        let after = after.unwrap();
        assert!(after.contains(&entry), "{after}");
        let rest = after.replacen(&entry, "", 1);
        assert_eq!(rest, before);
    }
    for nothing in ["[]\n", "[]", "", "``", "null\n"] {
        let after = edited(nothing, &[change(Action::Add(role("new", &[])), &[])]);
        let entry = format!("- rolearn: {IAM}:role/new\n  username: new\n  groups: []\n");
        assert_eq!(after, Some(entry), "{nothing:?}");
    }
    let json = format!("[{{\"rolearn\":\"{IAM}:role/a\",\"username\":\"a\",\"groups\":[\"y\"]}}]");
    let after = edited(&json, &[change(Action::Add(role("new", &["x"])), &[])]);
    let entry =
        format!("{{\"rolearn\": \"{IAM}:role/new\", \"username\": \"new\", \"groups\": [\"x\"]}}");
    assert_eq!(after, Some(json.replace("}]", &format!("}}, {entry}]"))));
}

#[test]
fn only_the_fields_that_differ_are_written() {
    let text = "# first\n- roleARN: IAM:role/DEV # the team\n  extra: kept\n  \"groups\": [b,  a]\n  userName: 'old'\n\n- rolearn: IAM:role/x\n"
        .replace("IAM", IAM);
    let before = Meaning {
        username: "old".to_owned(),
        ..role("DEV", &["b", "a"])
    };
    let table = [
        (
            Meaning {
                username: "new".to_owned(),
                ..role("dev", &["a", "b"])
            },
            text.replace("'old'", "'new'"),
        ),
        (
            Meaning {
                username: "old".to_owned(),
                ..role("dev", &["b", "c"])
            },
            text.replace("[b,  a]", "[b,  c]"),
        ),
    ];
    for (wanted, expected) in table {
        let action = Action::Update {
            before: before.clone(),
            after: wanted,
        };
        assert_eq!(edited(&text, &[change(action, &[0])]), Some(expected));
    }
}

#[test]
fn the_last_entry_leaves_an_empty_list_unless_the_section_was_ours() {
    let text = format!("# nodes\n- rolearn: {IAM}:role/a\n  username: a\n");
    let bare = text.replace("# nodes\n", "");
    let gone = [change(Action::Remove(role("a", &[])), &[0])];
    assert_eq!(edited(&bare, &gone), Some("[]\n".to_owned()));
    assert_eq!(edited(&text, &gone), Some("# nodes\n[]\n".to_owned()));
    let mut record = crate::record::Record::new(&"us".parse().unwrap());
    record.make(Section::MapRoles);
    let annotations = BTreeMap::from([(record.annotation(), record.value().unwrap())]);
    for (text, expected) in [(bare, None), (text, Some("# nodes\n[]\n".to_owned()))] {
        let data = Data::from([("mapRoles".to_owned(), text)]);
        let live = Live::new(data, &annotations).unwrap();
        let edited = edit(&live, &gone).unwrap();
        assert_eq!(
            after(&live.data, &edited.edits).remove("mapRoles"),
            expected
        );
    }
}

#[test]
fn a_text_that_cannot_be_edited_safely_is_refused_with_its_place() {
    let update = |text: &str| {
        let text = text.replace("IAM", IAM);
        let action = Action::Update {
            before: role("a", &[]),
            after: role("a", &["x"]),
        };
        let live = live(Section::MapRoles, &text);
        edit(&live, &[change(action, &[0])])
            .unwrap_err()
            .to_string()
    };
    let table = [
        (
            "- &a\n  rolearn: IAM:role/a\n  username: a\n- *a\n",
            "edit mapRoles of the live aws-auth: line 2, column 3: what stands here is referred to by an alias",
        ),
        (
            "- rolearn: IAM:role/a\n  username: a\n  username: a\n",
            "edit mapRoles of the live aws-auth: line 3, column 3: the key stands in this mapping twice, first in line 2",
        ),
        (
            "- rolearn: IAM:role/a\n  username: a\n---\n- x\n",
            "edit mapRoles of the live aws-auth: line 3, column 1: a second document begins here",
        ),
    ];
    for (text, message) in table {
        assert_eq!(update(text), message, "{text}");
    }
}

/// How a tool writes the entries of mapRoles.
#[derive(Clone, Copy, Debug)]
enum Writer {
    /// EKS and keiko: unindented, the keys in alphabetical order.
    Eks,
    /// The sample of the AWS documentation: indented, comments between.
    Sample,
    /// terraform's yamlencode: everything in double quotes, indented.
    Terraform,
    /// CDK: JSON.
    Json,
    /// By hand: flow style, single quotes, other cases.
    Hand,
}

impl Writer {
    fn text(self, entries: &[Meaning]) -> String {
        let parts = entries.iter().map(|entry| self.entry(entry));
        let parts: Vec<String> = parts.collect();
        match self {
            Self::Json => format!("[{}]", parts.join(",")),
            Self::Sample => format!("# roles\n{}# end\n", parts.concat()),
            Self::Eks | Self::Terraform | Self::Hand => parts.concat(),
        }
    }

    fn entry(self, entry: &Meaning) -> String {
        let (arn, name) = (entry.identity.to_string(), &entry.username);
        let groups = |item: &str| {
            let items = entry.groups.iter().map(|group| item.replace('G', group));
            items.collect::<Vec<_>>()
        };
        match self {
            Self::Eks => {
                let groups = groups("  - G\n").concat();
                format!("- groups:\n{groups}  rolearn: {arn}\n  username: {name}\n")
            }
            Self::Sample => {
                let groups = groups("      - G\n").concat();
                format!(
                    "  # {name}\n  - rolearn: {arn}\n    username: {name}\n    groups:\n{groups}\n"
                )
            }
            Self::Terraform => {
                let groups = groups("    - \"G\"\n").concat();
                format!(
                    "- \"groups\":\n{groups}  \"rolearn\": \"{arn}\"\n  \"username\": \"{name}\"\n"
                )
            }
            Self::Json => {
                let groups = groups("\"G\"").join(",");
                format!("{{\"rolearn\":\"{arn}\",\"username\":\"{name}\",\"groups\":[{groups}]}}")
            }
            Self::Hand => {
                let groups = groups("'G'").join(",  ");
                format!("-   {{ roleARN: {arn}, x: 1, UserName: '{name}', groups: [{groups}] }}\n")
            }
        }
    }
}

fn writer() -> impl Strategy<Value = Writer> {
    use Writer::{Eks, Hand, Json, Sample, Terraform};
    prop::sample::select(vec![Eks, Sample, Terraform, Json, Hand])
}

/// Of each of six roles: what is there, what is wanted, and whether it was ours before.
fn roles() -> impl Strategy<Value = Vec<(Option<u8>, Option<u8>, bool)>> {
    let one = (
        prop::option::of(0..4u8),
        prop::option::of(0..4u8),
        any::<bool>(),
    );
    prop::collection::vec(one, 6)
}

fn variant(index: usize, variant: u8) -> Meaning {
    let groups: &[&str] = match variant {
        0 => &["a"],
        1 => &["a", "b"],
        2 => &["c"],
        _ => &["b", "a"],
    };
    Meaning {
        username: format!("u{}", variant % 3),
        ..role(&format!("r{index}"), groups)
    }
}

fn declared(entry: &Meaning) -> Declared {
    Declared {
        place: crate::finding::Place {
            file: "f".into(),
            line: 1,
            column: 1,
        },
        meaning: entry.clone(),
    }
}

proptest! {
    #[test]
    fn an_edited_text_is_read_as_the_entries_with_the_changes_made(
        roles in roles(),
        writer in writer(),
        prune in any::<bool>(),
    ) {
        let numbered = || roles.iter().enumerate();
        let there: Vec<Meaning> = numbered()
            .filter_map(|(at, (there, _, _))| Some(variant(at, (*there)?)))
            .collect();
        let wanted: Vec<Meaning> = numbered()
            .filter_map(|(at, (_, wanted, _))| Some(variant(at, (*wanted)?)))
            .collect();
        let entries: Vec<Declared> = wanted.iter().map(declared).collect();
        let owner = "us".parse().unwrap();
        let ours: Vec<Declared> = numbered()
            .filter(|(_, (_, _, is_ours))| *is_ours)
            .filter_map(|(at, (there, _, _))| Some(declared(&variant(at, (*there)?))))
            .collect();
        let record = crate::render::record(&owner, &ours);
        let annotations = record.value().map(|value| (record.annotation(), value));
        let text = writer.text(&there);
        let data = Data::from([("mapRoles".to_owned(), text.clone())]);
        let live = Live::new(data, &annotations.into_iter().collect()).unwrap();
        let policy = Policy { adopt: true, prune };
        let intent = Intent { owner: &owner, entries: &entries, protect: &[], policy };
        let merge = merge(&intent, &live);

        let edited = edit(&live, &merge.changes).unwrap();

        let found: Vec<Meaning> = edited.document.entries.iter().map(Meaning::from).collect();
        let mut expected = there.clone();
        for entry in &wanted {
            match expected.iter_mut().find(|found| found.identity == entry.identity) {
                Some(found) if !found.is_same(entry) => *found = entry.clone(),
                Some(_) => {}
                None => expected.push(entry.clone()),
            }
        }
        let is_wanted = |entry: &Meaning| wanted.iter().any(|w| w.identity == entry.identity);
        let is_ours = |entry: &Meaning| ours.iter().any(|o| o.meaning.identity == entry.identity);
        expected.retain(|entry| is_wanted(entry) || (!is_ours(entry) && !prune));
        let same = found.len() == expected.len()
            && found.iter().zip(&expected).all(|(found, expected)| found.is_same(expected));
        prop_assert!(same, "{text}\n{found:?}\n{expected:?}");
        // What is not changed keeps its bytes.
        let after = after(&live.data, &edited.edits).remove("mapRoles").unwrap_or_default();
        for entry in there.iter().filter(|entry| found.contains(entry)) {
            let written = writer.entry(entry);
            prop_assert!(after.contains(written.trim()), "{text}\n{after}");
        }
    }
}
