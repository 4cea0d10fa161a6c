use iam_core::aws_auth::Data;

use super::*;

/// The account that every case is about.
const IAM: &str = "arn:aws:iam::111122223333";
const NODE: &str = "username: 'system:node:{{EC2PrivateDNSName}}', \
                    groups: [system:bootstrappers, system:nodes]";

/// A document: each line is `role|user|sso NAME REST`, or an account.
fn document(lines: &[&str]) -> Document {
    let (mut roles, mut users, mut accounts) = (String::new(), String::new(), String::new());
    for line in lines {
        match line.splitn(3, ' ').collect::<Vec<_>>().as_slice() {
            ["role", name, rest] => {
                roles += &format!("- {{rolearn: '{IAM}:role/{name}', {rest}}}\n");
            }
            ["user", name, rest] => {
                users += &format!("- {{userarn: '{IAM}:user/{name}', {rest}}}\n");
            }
            ["sso", name, rest] => {
                let account = "accountID: '111122223333'";
                roles += &format!("- {{sso: {{permissionSetName: {name}, {account}}}, {rest}}}\n");
            }
            _ => accounts += &format!("- '{line}'\n"),
        }
    }
    Document::parse(&Data {
        map_roles: Some(&roles),
        map_users: Some(&users),
        map_accounts: Some(&accounts),
    })
}

fn node(name: &str) -> String {
    format!("role {name} {NODE}")
}

/// The guards that refuse, as `CODE: MESSAGE`, for somebody whom nobody knows and a cluster without
/// nodes.
fn refusals(before: &[&str], after: &[&str]) -> Vec<String> {
    refusals_with(before, after, |_| {})
}

fn refusals_with(before: &[&str], after: &[&str], change: impl FnOnce(&mut Facts)) -> Vec<String> {
    let mut facts = Facts {
        caller: None,
        nodes: Nodes::None,
    };
    change(&mut facts);
    let case = Case {
        before: &document(before),
        after: &document(after),
        acknowledged: &Acknowledged::default(),
        mended: &Mended::default(),
        facts: &facts,
    };
    check(&case).iter().map(ToString::to_string).collect()
}

/// Entries that keep the other guards quiet.
const OTHERS: [&str; 5] = [
    "role a username: a",
    "role b username: b",
    "user c username: c",
    "user d username: d",
    "444455556666",
];

fn with_others<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    OTHERS.iter().chain(lines).copied().collect()
}

/// A caller, entries before and after, and what he is and would become, where that is refused.
type OwnAccess = (
    &'static str,
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

fn assert_own_access(table: &[OwnAccess]) {
    for (caller, before, after, expected) in table {
        let lines = |line: &'static str| {
            let line = (!line.is_empty()).then_some(line);
            with_others(line.as_slice())
        };
        let found = refusals_with(&lines(before), &lines(after), |facts| {
            facts.caller = Some(caller.parse().unwrap());
        });
        let expected = expected.map(|(now, then)| {
            format!("names you, {caller}: now you are {now}, then you would be {then}")
        });
        assert_eq!(found.len(), usize::from(expected.is_some()), "{found:?}");
        if let (Some(found), Some(expected)) = (found.first(), expected) {
            assert!(found.starts_with("C01: map"), "{found}");
            assert!(found.ends_with(&expected), "{found}");
        }
    }
}

#[test]
fn the_callers_own_access_is_neither_lost_nor_weakened() {
    let session = "arn:aws:sts::111122223333:assumed-role/Dev/ann";
    let role = "arn:aws:iam::111122223333:role/team/dev";
    let ann = "arn:aws:iam::111122223333:user/ann";
    let dev = "role dev username: dev, groups: [a, b]";
    let now = "dev [a, b]";
    let more = "role DEV username: dev, groups: [b, a, c]";
    let fewer = "role dev username: dev, groups: [a]";
    let renamed = "role dev username: x, groups: [a, b]";
    assert_own_access(&[
        (session, dev, "", Some((now, "nobody"))),
        (role, dev, "", Some((now, "nobody"))),
        (ann, dev, "", None),
        (session, dev, more, None),
        (session, dev, fewer, Some((now, "dev [a]"))),
        (session, dev, renamed, Some((now, "x [a, b]"))),
        (session, "", dev, None),
    ]);
}

#[test]
fn the_callers_own_access_is_what_the_consumer_makes_of_all_entries() {
    let session = "arn:aws:sts::111122223333:assumed-role/dev/ann";
    let dev = "role dev username: 'x:{{SessionName}}'";
    let needs_instance = "role dev username: 'x:ann', groups: ['{{EC2PrivateDNSName}}']";
    let ops = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_ops_0123456789abcdef/ann";
    let ann = "arn:aws:iam::111122223333:user/ann";
    let ann_now = "arn:aws:iam::111122223333:user/ann []";
    let carl = "arn:aws:iam::111122223333:user/c";
    assert_own_access(&[
        // Another template, and the same name.
        (session, dev, "role dev username: 'x:ann'", None),
        // A template that cannot be filled in lets nobody in.
        (session, dev, needs_instance, Some(("x:ann []", "nobody"))),
        // Of two entries the later one counts.
        (carl, "", "user c username: x", Some(("c []", "x []"))),
        // The account lets him in as well, by another name.
        (
            ann,
            "111122223333",
            "user ann username: ann",
            Some((ann_now, "ann []")),
        ),
        (ops, "sso ops username: ops", "", Some(("ops []", "nobody"))),
    ]);
}

#[test]
fn somebody_stays_in_system_masters() {
    let admin = "user ann username: ann, groups: [system:masters]";
    let last = format!(
        "C02: nobody would be left in system:masters, which mapUsers {IAM}:user/ann now gives: \
         aws-auth could be mended only by the cluster's creator or through an access entry"
    );
    let table: [(&[&str], &[&str], &[String]); 5] = [
        (&[admin], &[], std::slice::from_ref(&last)),
        (
            &[admin],
            &["user ann username: ann"],
            std::slice::from_ref(&last),
        ),
        (&[], &[], &[]),
        // One that names nobody, because callers have no path, saves nobody.
        (
            &[admin, "role x/y username: y, groups: [system:masters]"],
            &["role x/y username: y, groups: [system:masters]"],
            std::slice::from_ref(&last),
        ),
        (
            &[admin, "role y username: y, groups: [system:masters]"],
            &["role y username: y, groups: [system:masters]"],
            &[],
        ),
    ];
    for (before, after, expected) in table {
        let found = refusals(&with_others(before), &with_others(after));
        assert_eq!(found, expected, "{before:?} {after:?}");
    }
}

#[test]
fn nodes_keep_their_access_while_there_are_or_may_be_some() {
    let (old, new) = (node("old"), node("new"));
    let fewer_groups = old.replace("system:bootstrappers, ", "");
    let lost = |reason: &str| {
        vec![format!(
            "C03: mapRoles {IAM}:role/old lets nodes in, and would no longer: {reason}"
        )]
    };
    let unknown = "it is not known whether the cluster has nodes (nobody looked)";
    let present = "the cluster has nodes, ip-10-0-0-1 is one of them";
    let some = || Nodes::Some("ip-10-0-0-1".to_owned());
    let table: [(Nodes, &[&str], Vec<String>); 8] = [
        (some(), &[], lost(present)),
        (Nodes::default(), &[], lost(unknown)),
        (Nodes::None, &[], vec![]),
        // The nodes of the old role do not get the new one by that.
        (some(), &[&new], lost(present)),
        (some(), &[&old, &new], vec![]),
        (some(), &[&fewer_groups], lost(present)),
        (some(), &[&old.replace("old", "OLD")], vec![]),
        (some(), &[&old, "role old username: other"], lost(present)),
    ];
    for (nodes, after, expected) in table {
        let found = refusals_with(&with_others(&[&old]), &with_others(after), |facts| {
            facts.nodes = nodes;
        });
        assert_eq!(found, expected, "{after:?}");
    }
}

#[test]
fn most_entries_stay_and_no_section_is_emptied() {
    let table: [(&[&str], &[&str], &[&str]); 6] = [
        (
            &["role a username: a", "role b username: b"],
            &["role a username: a"],
            &[],
        ),
        // Spelled otherwise, or named by its path before: still there.
        (&["role x/A username: a"], &["role a username: a"], &[]),
        (&[], &["role a username: a"], &[]),
        (
            &[
                "role a username: a",
                "role b username: b",
                "role c username: c",
            ],
            &["role c username: c"],
            &["C04: 2 of 3 entries would go: mapRoles IAM:role/a, mapRoles IAM:role/b"],
        ),
        (
            &["role a username: a", "444455556666", "role b username: b"],
            &["role a username: a", "role b username: b"],
            &["C04: mapAccounts would be empty, which now has mapAccounts 444455556666"],
        ),
        (
            &[
                "role a username: a",
                "role b username: b",
                "role c username: c",
                "role d username: d",
            ],
            &[],
            &[
                "C04: mapRoles would be empty, which now has mapRoles IAM:role/a, mapRoles \
                 IAM:role/b, mapRoles IAM:role/c, 1 more",
                "C04: 4 of 4 entries would go: mapRoles IAM:role/a, mapRoles IAM:role/b, mapRoles \
                 IAM:role/c, 1 more",
            ],
        ),
    ];
    for (before, after, expected) in table {
        let expected: Vec<String> = expected
            .iter()
            .map(|text| text.replace("IAM", IAM))
            .collect();
        assert_eq!(refusals(before, after), expected, "{before:?} {after:?}");
    }
}

#[test]
fn a_new_member_of_system_masters_is_acknowledged_by_the_source() {
    let admin = "user eve username: eve, groups: [x, system:masters]";
    let known = "user ann username: ann, groups: [system:masters]";
    let new = format!(
        "C11: mapUsers {IAM}:user/eve would newly give system:masters, which passes by RBAC; the \
         source acknowledges it by the comment # aws-auth-sync: allow C11"
    );
    let before = with_others(&[known]);
    let after = with_others(&[known, admin]);
    assert_eq!(refusals(&before, &after), std::slice::from_ref(&new));
    assert_eq!(refusals(&[], &[admin]), std::slice::from_ref(&new));
    assert_eq!(
        refusals(
            &with_others(&["user eve username: eve"]),
            &with_others(&[admin])
        ),
        [new]
    );
    let renamed = "user ANN username: anna, groups: [system:masters, y]";
    assert_eq!(refusals(&before, &with_others(&[renamed])), [""; 0]);
    let case = Case {
        before: &document(&before),
        after: &document(&after),
        acknowledged: &document(&[admin]).entries.iter().collect(),
        mended: &Mended::default(),
        facts: &Facts::default(),
    };
    assert_eq!(check(&case), []);
}

#[test]
fn each_guard_has_a_flag_of_its_own() {
    use clap::{Args as _, FromArgMatches as _};

    for code in Code::ALL {
        assert_eq!(Code::parse(code.word()), Some(code));
        let command = Overrides::augment_args(clap::Command::new("x"));
        let matches = command.get_matches_from(["x", code.override_flag()]);
        let overrides = Overrides::from_arg_matches(&matches).unwrap();
        let passing = Code::ALL.into_iter().filter(|code| overrides.allows(*code));
        assert_eq!(passing.collect::<Vec<_>>(), [code]);
    }
    assert_eq!(
        serde_json::to_value(Guard::new(Code::NewAdmin, "m".to_owned())).unwrap(),
        serde_json::json!({"code": "C11", "override": "--allow-new-admin", "message": "m"}),
    );
}
