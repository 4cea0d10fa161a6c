use std::collections::BTreeMap;

use iam_core::aws_auth::Identity;

use super::*;
use crate::finding::Place;

/// An entry: `NAME GROUP…` is a role, `@NAME GROUP…` a user, `#ID` an account.
fn declared(line: &str) -> Declared {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default();
    let (kind, rest) = name.split_at(1);
    let identity = match kind {
        "@" => Identity::User {
            arn: format!("arn:aws:iam::111122223333:user/{rest}"),
        },
        "#" => Identity::Account { id: rest.into() },
        _ => Identity::Role {
            arn: format!("arn:aws:iam::111122223333:role/{name}"),
        },
    };
    let is_account = kind == "#";
    Declared {
        place: Place {
            file: "f.yaml".into(),
            line: 1,
            column: 1,
        },
        meaning: Meaning {
            username: if is_account { "" } else { "u" }.to_owned(),
            groups: words.map(str::to_owned).collect(),
            identity,
        },
    }
}

fn all(lines: &[&str]) -> Vec<Declared> {
    lines.iter().copied().map(declared).collect()
}

fn record(owner: &str, lines: &[&str]) -> Record {
    crate::render::record(&owner.parse().unwrap(), &all(lines))
}

/// A live aws-auth with these entries, and with what owners have written.
fn live(lines: &[&str], records: &[(&str, &[&str])]) -> Live {
    let annotations: BTreeMap<_, _> = records
        .iter()
        .map(|(owner, lines)| record(owner, lines))
        .filter_map(|record| Some((record.annotation(), record.value()?)))
        .collect();
    Live::new(crate::render::data(&all(lines)), &annotations).unwrap()
}

fn merged_with(live: &Live, ours: &[&str], protect: &[&str], policy: Policy) -> Merge {
    let owner = "us".parse().unwrap();
    let entries = all(ours);
    let protect: Vec<Pattern> = protect.iter().map(|text| text.parse().unwrap()).collect();
    let intent = Intent {
        owner: &owner,
        entries: &entries,
        protect: &protect,
        policy,
    };
    merge(&intent, live)
}

/// What happens, in words: changes with their reasons, conflicts, what stays that is not ours, and
/// what our record holds afterwards of what is told.
fn told(merge: &Merge) -> Vec<String> {
    let name = |meaning: &Meaning| meaning.name().rsplit(['/', ':']).next().unwrap().to_owned();
    let changes = merge.changes.iter().map(|change| {
        let (word, entry) = (change.word(), change.entry());
        let sides = change.action.before().zip(change.action.after());
        let is_changed = sides.is_some_and(|(before, after)| !before.is_same(after));
        let mark = if is_changed { "~" } else { "" };
        format!("{word}{mark} {}: {}", name(entry), change.reason)
    });
    let conflicts = merge
        .conflicts
        .iter()
        .map(|conflict| format!("conflict {}: {}", name(&conflict.entry), conflict.standing));
    let protected = merge
        .protected
        .iter()
        .map(|entry| format!("protected {}", name(entry)));
    let told = changes.chain(conflicts).chain(protected);
    let counted = [
        (merge.foreign, "foreign"),
        (merge.unowned, "unowned"),
        (merge.forgotten, "forgotten"),
    ];
    let counted = counted.into_iter().filter(|(count, _)| *count > 0);
    let counted = counted.map(|(count, what)| format!("{count} {what}"));
    told.chain(counted).collect()
}

fn owned(merge: &Merge, lines: &[&str]) -> bool {
    merge.record.entries().collect::<Vec<_>>() == record("us", lines).entries().collect::<Vec<_>>()
}

const NEITHER: Policy = Policy {
    adopt: false,
    prune: false,
};
const ADOPT: Policy = Policy {
    adopt: true,
    ..NEITHER
};
const PRUNE: Policy = Policy {
    prune: true,
    ..NEITHER
};

/// What we wrote, what we want, what is there; what happens by each policy, and what our record
/// holds then.
struct Row {
    base: &'static [&'static str],
    ours: &'static [&'static str],
    there: &'static [&'static str],
    policy: Policy,
    told: &'static [&'static str],
    owned: &'static [&'static str],
}

const fn row(
    base: &'static [&'static str],
    ours: &'static [&'static str],
    there: &'static [&'static str],
) -> Row {
    Row {
        base,
        ours,
        there,
        policy: NEITHER,
        told: &[],
        owned: &[],
    }
}

impl Row {
    const fn by(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    const fn is(self, told: &'static [&'static str], owned: &'static [&'static str]) -> Self {
        Self {
            told,
            owned,
            ..self
        }
    }

    fn check(&self) {
        let live = live(self.there, &[("us", self.base)]);
        let merge = merged_with(&live, self.ours, &[], self.policy);
        let (base, ours, there) = (self.base, self.ours, self.there);
        assert_eq!(told(&merge), self.told, "{base:?} {ours:?} {there:?}");
        assert!(
            owned(&merge, self.owned),
            "{base:?} {ours:?} {there:?}: {:?}",
            merge.record
        );
    }
}

#[test]
fn what_is_declared_is_added_changed_or_left() {
    const DRIFT: &str = "update~ dev: drift: somebody else has changed it";
    const GONE: &str = "add dev: drift: somebody else has removed it";
    let rows = [
        row(&[], &["dev a"], &[]).is(&["add dev: it is declared, and not there"], &["dev a"]),
        row(&["dev a"], &["dev a"], &["dev a"]).is(&[], &["dev a"]),
        row(&["dev a b"], &["dev b a"], &["DEV a b"]).is(&[], &["dev b a"]),
        row(&["dev a"], &["dev b"], &["dev a"])
            .is(&["update~ dev: it is declared otherwise"], &["dev b"]),
        row(&["dev a"], &["dev a"], &["dev x"]).is(&[DRIFT], &["dev a"]),
        row(&["dev a"], &["dev b"], &["dev x"]).is(&[DRIFT], &["dev b"]),
        row(&["dev a"], &["dev b"], &["dev b"]).is(&[], &["dev b"]),
        row(&["dev a"], &["dev a"], &[]).is(&[GONE], &["dev a"]),
        row(&["#444455556666"], &["#444455556666"], &["#444455556666"]).is(&[], &["#444455556666"]),
        row(&[], &["@Ann a"], &["@ann a"]).by(ADOPT).is(
            &["adopt Ann: adopted: it was there, and belonged to nobody"],
            &["@Ann a"],
        ),
    ];
    rows.iter().for_each(Row::check);
}

#[test]
fn what_nobody_owns_is_taken_over_only_when_told() {
    const CONFLICT: &str = "conflict dev: it is there with other values, and belongs to nobody";
    const TAKEN: &str = "adopt~ dev: adopted: it was there, and belonged to nobody";
    const ADOPTED: &str = "adopt dev: adopted: it was there, and belonged to nobody";
    let rows = [
        row(&[], &["dev a"], &["dev a"]).is(&["1 foreign", "1 unowned"], &[]),
        row(&[], &["dev a"], &["dev b"]).is(&[CONFLICT, "1 foreign"], &[]),
        row(&[], &["dev a"], &["dev a"])
            .by(ADOPT)
            .is(&[ADOPTED], &["dev a"]),
        row(&[], &["dev a"], &["dev b"])
            .by(ADOPT)
            .is(&[TAKEN], &["dev a"]),
        row(&[], &["dev a"], &["dev b"])
            .by(PRUNE)
            .is(&[CONFLICT, "1 foreign"], &[]),
        // A role whose entry has a path is another one to the consumer, and has the same key.
        row(&[], &["dev a"], &["team/dev a"]).is(&[CONFLICT, "1 foreign"], &[]),
    ];
    rows.iter().for_each(Row::check);
}

#[test]
fn what_is_no_longer_declared_goes_unless_somebody_changed_it() {
    const GONE: &str = "remove dev: it is no longer declared";
    const KEPT: &str =
        "conflict dev: it is no longer declared, and stays because somebody else has changed it";
    const PRUNED: &str =
        "remove dev: pruned: it is no longer declared, and somebody else has changed it";
    const STRANGER: &str = "remove dev: pruned: it is not declared, and belongs to nobody";
    let rows = [
        row(&["dev a"], &[], &["dev a"]).is(&[GONE], &[]),
        row(&["dev a"], &[], &["dev b"]).is(&[KEPT], &["dev a"]),
        row(&["dev a"], &[], &["dev b"])
            .by(ADOPT)
            .is(&[KEPT], &["dev a"]),
        row(&["dev a"], &[], &["dev b"])
            .by(PRUNE)
            .is(&[PRUNED], &[]),
        row(&["dev a"], &[], &[]).is(&["1 forgotten"], &[]),
        row(&[], &[], &["dev a", "@ann"]).is(&["2 foreign"], &[]),
        row(&[], &[], &["dev a"]).by(PRUNE).is(&[STRANGER], &[]),
    ];
    rows.iter().for_each(Row::check);
}

#[test]
fn what_another_owner_holds_is_taken_over_only_when_told() {
    let theirs = |there: &[&str]| live(there, &[("them", &["dev a"]), ("us", &["ops a"])]);
    let merged = |there: &[&str], ours: &[&str], policy| {
        let merge = merged_with(&theirs(there), ours, &[], policy);
        let robbed = merge.robbed.iter().map(|record| record.owner().to_string());
        (told(&merge), robbed.collect::<Vec<_>>())
    };
    let told = |lines: &[&str]| {
        lines
            .iter()
            .map(|line| (*line).to_owned())
            .collect::<Vec<_>>()
    };
    let held = "conflict dev: it is held by them";
    let both = &["dev a", "ops a"];
    let adopted = |word: &str| format!("{word} dev: adopted: it was held by them");
    let table = [
        (&["dev a", "ops a"][..], vec![held, "1 foreign"], "adopt"),
        (&["dev x", "ops a"], vec![held, "1 foreign"], "adopt~"),
        (&["ops a"], vec![held], "add"),
    ];
    for (there, refused, word) in table {
        let found = merged(there, both, NEITHER);
        assert_eq!(found, (told(&refused), vec![]), "{there:?}");
        let found = merged(there, both, ADOPT);
        assert_eq!(
            found,
            (vec![adopted(word)], vec!["them".to_owned()]),
            "{there:?}"
        );
    }
    // What is another's is not pruned.
    let pruned = merged(&["dev a", "ops a", "x"], &["ops a"], PRUNE);
    let stranger = "remove x: pruned: it is not declared, and belongs to nobody";
    assert_eq!(pruned, (told(&[stranger, "1 foreign"]), vec![]));
}

#[test]
fn what_is_protected_is_never_removed() {
    let patterns = &["arn:aws:iam::*:role/dev", "*:USER/o?s"];
    let lines = &["dev a", "@ops a", "other a"];
    let live = live(lines, &[("us", &["dev a", "@ops b"])]);
    let merge = merged_with(&live, &[], patterns, NEITHER);
    assert_eq!(
        told(&merge),
        ["protected dev", "protected ops", "1 foreign"]
    );
    assert!(owned(&merge, &["dev a", "@ops b"]));
    let merge = merged_with(&live, &[], patterns, PRUNE);
    let stranger = "remove other: pruned: it is not declared, and belongs to nobody";
    assert_eq!(told(&merge), [stranger, "protected dev", "protected ops"]);
}

#[test]
fn of_entries_with_one_key_the_one_that_counts_is_compared_and_all_go() {
    let table: [(&[&str], &[&str], &[usize]); 5] = [
        // The last one counts.
        (&["dev x", "DEV a"], &[], &[1, 0]),
        // Not one with a path, which nobody matches.
        (&["dev a", "team/dev x"], &[], &[0, 1]),
        (
            &["dev a", "dev x"],
            &["update~ dev: drift: somebody else has changed it"],
            &[1, 0],
        ),
        (&["@dev a", "@DEV a"], &[], &[1, 0]),
        // Chance decides.
        (
            &["@DEV x", "@dev a"],
            &["update dev: drift: somebody else has changed it"],
            &[1, 0],
        ),
    ];
    for (there, expected, indices) in table {
        let ours = if there.iter().any(|line| line.starts_with('@')) {
            "@dev a"
        } else {
            "dev a"
        };
        let live = live(there, &[("us", &[ours])]);
        let merge = merged_with(&live, &[ours], &[], NEITHER);
        assert_eq!(told(&merge), expected, "{there:?}");
        let index = Index::new(&live.document);
        let group = index.get(&declared(ours).meaning.key()).unwrap();
        assert_eq!(group.indices(), indices, "{there:?}");
    }
}

#[test]
fn what_a_list_that_cannot_be_read_may_hold_is_not_forgotten() {
    let mut live = live(&["dev a"], &[("us", &["dev a", "@ann"])]);
    live.data.insert("mapUsers".to_owned(), "{{".to_owned());
    let live = Live::new(live.data, &BTreeMap::from([annotation(&["dev a", "@ann"])])).unwrap();
    let merge = merged_with(&live, &["dev a"], &[], NEITHER);
    assert_eq!(told(&merge), [""; 0]);
    assert!(owned(&merge, &["dev a", "@ann"]));
}

fn annotation(lines: &[&str]) -> (String, String) {
    let record = record("us", lines);
    (record.annotation(), record.value().unwrap())
}

#[test]
fn only_what_is_ours_has_to_be_there_afterwards() {
    let before = live(&["dev a", "ops a", "x"], &[("us", &["dev a", "ops a"])]);
    let entries = all(&["dev b", "@ann"]);
    let merge = merged_with(&before, &["dev b", "@ann"], &[], NEITHER);
    let amiss = |there: &[&str]| {
        let document = live(there, &[]).document;
        first_amiss(&merge, &entries, &document).map(|entry| entry.name())
    };
    assert_eq!(amiss(&["dev b", "@ann", "x"]), None);
    assert_eq!(amiss(&["y", "dev b", "@ann"]), None);
    let arn = |name: &str| Some(format!("arn:aws:iam::111122223333:{name}"));
    assert_eq!(amiss(&["dev a", "@ann"]), arn("role/dev"));
    assert_eq!(amiss(&["dev b"]), arn("user/ann"));
    assert_eq!(amiss(&["dev b", "@ann", "ops a"]), arn("role/ops"));
}
