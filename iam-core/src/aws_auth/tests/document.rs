use proptest::prelude::*;

use super::*;
use crate::{
    aws_auth::{Field, Fields, Position, Section, Span},
    yaml::{self, Limits},
};

fn position(line: usize, column: usize, start: usize, end: usize) -> Position {
    Position {
        line,
        column,
        span: Span { start, end },
    }
}

const DOCUMENTED: &str = "\
- rolearn: arn:aws:iam::111122223333:role/node
  username: system:node:{{EC2PrivateDNSName}}
  groups:
    - system:bootstrappers
    - system:nodes
";

#[test]
fn reads_the_documented_form_with_all_places() {
    let document = roles(DOCUMENTED);
    let field = |key, value| Some(Field { key, value });
    let expected = Entry {
        section: Section::MapRoles,
        index: 0,
        position: position(1, 3, 2, 151),
        identity: role("arn:aws:iam::111122223333:role/node"),
        username: "system:node:{{EC2PrivateDNSName}}".to_owned(),
        groups: vec!["system:bootstrappers".to_owned(), "system:nodes".to_owned()],
        fields: Fields {
            identity: field(position(1, 3, 2, 9), position(1, 12, 11, 46)),
            username: field(position(2, 3, 49, 57), position(2, 13, 59, 92)),
            groups: field(position(3, 3, 95, 101), position(4, 5, 107, 151)),
            group_items: vec![position(4, 7, 109, 129), position(5, 7, 136, 148)],
            userid: None,
        },
    };
    let mut expected = expected;
    // The last item ends the list, the list the entry.
    expected.position.span.end = 148;
    if let Some(groups) = &mut expected.fields.groups {
        groups.value.span.end = 148;
    }
    assert_eq!(document.entries, [expected]);
    assert_eq!(remarks(&document), Vec::<String>::new());
}

#[test]
fn takes_blank_sections_for_absent_ones() {
    for text in [
        "",
        "  \n",
        "\"\"",
        "''",
        "``",
        "\n``\n",
        "# comment\n",
        "[]",
        "null",
        "~",
        "---\n",
    ] {
        for document in [roles(text), users(text), accounts(text)] {
            assert_eq!(document, Document::default(), "{text:?}");
        }
    }
}

/// Identity, username and groups of an entry.
type Values = (&'static str, &'static str, &'static [&'static str]);

/// A text and the entries that the consumer keeps of it.
const KEPT: &[(&str, &[Values])] = &[
    (
        "- {rolearn: a, username: no, groups: [1, yes, foo]}",
        &[("a", "", &["", "", "foo"])],
    ),
    (
        "- {rolearn: a, groups: system:masters, username: u}",
        &[("a", "u", &[])],
    ),
    (
        "- {rolearn: a, username: 1234, groups: [g]}",
        &[("a", "", &["g"])],
    ),
    (
        "- {RoLeArN: a, userName: u, GROUPS: [g]}",
        &[("a", "u", &["g"])],
    ),
    ("- {rolearn: a, roleARN: b}", &[("a", "", &[])]),
    ("- {rolearn: a, rolearn: b}", &[("b", "", &[])]),
    ("- {rolearn: a, u\u{17f}ername: u}", &[("a", "u", &[])]),
    ("- {ROLEARN: a, rolearn: 5}", &[("a", "", &[])]),
    (
        "- {rolearn: a, Groups: [x, v, z], groups: [1, ~]}",
        &[("a", "", &["x", "v"])],
    ),
    ("- {rolearn: a, Groups: [x], groups: ~}", &[("a", "", &[])]),
    (
        "- rolearn: a\n- null\n- text\n-\n- [x]\n- rolearn: b\n",
        &[("a", "", &[]), ("b", "", &[])],
    ),
    (
        "- {role_arn: a, username: u}\n- {username: u}\n- {rolearn: ''}\n",
        &[],
    ),
    ("- {userarn: a, username: u}", &[]),
    (
        "- {rolearn: a, sso: {}}\n- {rolearn: b, sso: x}\n- {rolearn: c, sso: ~}\n",
        &[("c", "", &[])],
    ),
    (
        "- rolearn: a\n  groups:\n  - x\n   - y\n",
        &[("a", "", &["x - y"])],
    ),
    (
        "- &a\n  rolearn: x\n  username: v\n- username: own\n  <<: *a\n- <<: *a\n  username: own\n",
        &[("x", "v", &[]), ("x", "v", &[]), ("x", "own", &[])],
    ),
    (
        "- {rolearn: a, <<: [{username: u}, {username: v, groups: [g]}]}",
        &[("a", "u", &["g"])],
    ),
    (
        "- rolearn: a\n  groups: &g [x]\n- rolearn: b\n  groups: *g\n",
        &[("a", "", &["x"]), ("b", "", &["x"])],
    ),
    ("- rolearn: a\n---\n- rolearn: b\n", &[("a", "", &[])]),
    ("- rolearn: a\n...\n}\n", &[("a", "", &[])]),
    (
        "[{\"rolearn\": \"a\", \"groups\": [\"\\u0041\"]}]",
        &[("a", "", &["A"])],
    ),
    (
        "- {rolearn: 2024-01-01, username: 12:30:45, groups: [yEs, 0x, é]}",
        &[("2024-01-01", "12:30:45", &["yEs", "0x", "é"])],
    ),
];

#[test]
fn keeps_the_values_that_the_consumer_sees() {
    for (text, expected) in KEPT {
        let document = roles(text);
        let expected: Vec<_> = expected
            .iter()
            .map(|(identity, username, groups)| {
                ((*identity).to_owned(), *username, groups.to_vec())
            })
            .collect();
        assert_eq!(values(&document), expected, "{text}");
        assert!(!document.is_unreadable(Section::MapRoles), "{text}");
    }
}

#[test]
fn a_text_that_the_consumer_cannot_read_empties_its_section_alone() {
    let table = [
        "- rolearn: a\n\tusername: u\n",
        "- rolearn: a\n  groups:\n  - x\n\t\n",
        "\t- rolearn: a\n",
        "-\trolearn: a\n",
        "- rolearn: a\n\t \n  b\n",
        "- rolearn: a\n\u{feff}- rolearn: b\n",
        "- rolearn: a\n  username: {{SessionName}}\n",
        "- rolearn: a\n  username: @x\n",
        "- rolearn: a\n username: x\n",
        "- rolearn: a\n  username: b: c\n",
        "- rolearn: a\n  other: .inf\n",
        "- rolearn: a\n  other: !!int x\n",
        "- rolearn: a\n  ~: x\n",
        "- rolearn: a\n  18446744073709551615: x\n",
        "- rolearn: a\n  <<: x\n",
        "- rolearn: a\n  username: \"a\\/b\"\n",
        "- rolearn: &a/b a\n",
        "- {rolearn\n  : a}\n",
        "%YAML 1.2\n---\n- rolearn: a\n",
        "rolearn: a\n",
        "text",
        "5",
    ];
    for text in table {
        let document = Document::parse(&Data {
            map_roles: Some(text),
            map_users: Some("- userarn: u"),
            map_accounts: Some("- '1'"),
        });
        assert_eq!(
            values(&document),
            [("u".to_owned(), "", vec![]), ("1".to_owned(), "", vec![])]
        );
        let unreadable = Section::ALL.map(|section| document.is_unreadable(section));
        assert_eq!(unreadable, [true, false, false], "{text}");
        assert_eq!(document.diagnostics.len(), 1, "{text}");
    }
}

#[test]
fn tabs_inside_of_values_brackets_and_comments_do_no_harm() {
    for text in [
        "- rolearn: 'a\tb'\n",
        "- rolearn:\ta\n",
        "- rolearn: a # \tc\n#\tc\n",
        "- {rolearn:\n\t\ta}\n",
        "- rolearn: a\n  userid: |\n    \tx\n",
    ] {
        let document = roles(text);
        assert_eq!(
            (document.entries.len(), remarks(&document)),
            (1, vec![]),
            "{text:?}"
        );
    }
}

#[test]
fn tabs_behind_the_end_of_the_list_do_no_harm() {
    let document = roles("- rolearn: a # c\n...\n\t- rolearn: b\n");
    assert_eq!(values(&document), [("a".to_owned(), "", vec![])]);
    assert!(!document.is_unreadable(Section::MapRoles));
    let document = roles("- rolearn: a\n\t\n...\n- rolearn: b\n");
    assert!(document.is_unreadable(Section::MapRoles));
}

#[test]
fn accounts_keep_the_text_they_are_written_as() {
    let document =
        accounts("- \"012345678901\"\n- 012345678901\n- 0x1F\n- 1e3\n- no\n- ~\n- [a]\n- !x y\n");
    let found: Vec<_> = document
        .entries
        .iter()
        .map(|entry| entry.identity.to_string())
        .collect();
    assert_eq!(
        found,
        ["012345678901", "012345678901", "0x1F", "1e3", "no", "", "y"]
    );
    let indexes: Vec<_> = document.entries.iter().map(|entry| entry.index).collect();
    assert_eq!(indexes, [0, 1, 2, 3, 4, 5, 7]);
    assert_eq!(
        remarks(&document),
        ["error: mapAccounts, line 7, column 3: the item is no account number: it is dropped"]
    );
    let document = accounts("- a\n- !!int x\n- b\n");
    let id = |id: &str| (id.to_owned(), "", vec![]);
    // The list keeps the length that it was made with.
    assert_eq!(values(&document), [id("a"), id(""), id("")]);
    assert!(document.is_unreadable(Section::MapAccounts));
}

#[test]
fn the_consumer_reads_nothing_of_what_only_yaml_1_2_reads() {
    let table = [
        (
            "...\n- rolearn: a\n",
            1,
            1,
            "the document ends before it begins",
        ),
        (
            "- rolearn: a\n  username: x\u{2028}y\n",
            2,
            14,
            "a line separator of Unicode, which the consumer breaks the line at",
        ),
        (
            "- {rolearn: a, username: ?b}\n",
            1,
            26,
            "a question mark in brackets begins a key",
        ),
        (
            "- {rolearn: a, username: !b}\n",
            1,
            28,
            "a tag in brackets ends with a space: what follows it belongs to it",
        ),
    ];
    for (text, line, column, reason) in table {
        let document = roles(text);
        let found: Vec<_> = document
            .diagnostics
            .iter()
            .map(|found| {
                (
                    found.position.line,
                    found.position.column,
                    found.message.as_str(),
                )
            })
            .collect();
        let message = format!("{reason}: the consumer reads nothing of this list");
        assert_eq!(found, [(line, column, message.as_str())], "{text}");
        assert!(document.entries.is_empty(), "{text}");
    }
}

#[test]
fn sso_entries_are_checked_as_the_consumer_checks_them() {
    let entry = |sso: &str| format!("- sso: {{{sso}}}\n  username: u\n");
    let valid = "permissionSetName: View, accountID: '012345678912'";
    let identity = |partition: Option<&str>| Identity::Sso {
        permission_set_name: "View".to_owned(),
        account_id: "012345678912".to_owned(),
        partition: partition.map(str::to_owned),
    };
    let table = [
        (valid.to_owned(), Some(identity(None))),
        (
            format!("{valid}, partition: aws-cn"),
            Some(identity(Some("aws-cn"))),
        ),
        (format!("{valid}, partition: ''"), Some(identity(None))),
        (
            format!("{valid}, Partition: aws"),
            Some(identity(Some("aws"))),
        ),
        (format!("{valid}, partition: aws-nk"), None),
        (
            "permissionSetName: View, accountID: 012345678912".to_owned(),
            None,
        ),
        (
            "permissionSetName: View, accountID: '12345678912'".to_owned(),
            None,
        ),
        (
            "permissionSetName: V*, accountID: '012345678912'".to_owned(),
            None,
        ),
        (
            "permissionSetName: '', accountID: '012345678912'".to_owned(),
            None,
        ),
        (
            format!(
                "permissionSetName: {}, accountID: '012345678912'",
                "x".repeat(33)
            ),
            None,
        ),
    ];
    for (sso, expected) in table {
        let document = roles(&entry(&sso));
        let found = document.entries.first().map(|entry| entry.identity.clone());
        assert_eq!(found, expected, "{sso}");
        let is_dropped = document
            .diagnostics
            .iter()
            .any(|found| found.message.contains("dropped"));
        assert_eq!(is_dropped, expected.is_none(), "{sso}");
    }
}

#[test]
fn says_what_a_person_would_want_to_know_and_where() {
    let text = "\
- RoleARN: arn:aws:iam::111122223333:role/a
  user: admin
  groups: system:masters
- rolearn: x
  username: on
  username: off
  groups: [~]
- userarn: x
- [x]
---
";
    assert_eq!(
        remarks(&roles(text)),
        [
            "warning: mapRoles, line 1, column 3: rolearn is spelt RoleARN (the consumer does not mind, other tools do)",
            "warning: mapRoles, line 2, column 3: the key user is unknown: the consumer ignores it (did you mean username?)",
            "error: mapRoles, line 3, column 11: groups is text, not a list: the consumer ignores it (write each group on a line of its own, as \"- group\")",
            "warning: mapRoles, line 6, column 3: username is given on line 5 already: this one counts",
            "error: mapRoles, line 6, column 13: username is a boolean, not text: the consumer ignores it (quote the value)",
            "error: mapRoles, line 7, column 12: the group is empty: the consumer takes it for the group \"\"",
            "warning: mapRoles, line 8, column 3: the key userarn is unknown: the consumer ignores it (did you mean rolearn?)",
            "error: mapRoles, line 8, column 3: the entry has no rolearn: it is dropped",
            "error: mapRoles, line 9, column 3: the item is a list, not a mapping: it is dropped",
            "error: mapRoles, line 10, column 1: the list ends here: what follows is not read (only the first YAML document counts; remove the line)",
        ]
    );
}

#[test]
fn a_fault_of_the_text_comes_with_its_place_and_a_remedy() {
    let table = [
        (
            "- rolearn: a\n  username: x\n\tgroups: []\n",
            "error: mapRoles, line 3, column 1: not YAML: while scanning a plain scalar, found a tab: the consumer reads nothing of this list (indent with spaces, not with tabs)",
        ),
        (
            "- rolearn: 'a'\n\t\n",
            "error: mapRoles, line 2, column 1: a tab in the indentation: the consumer reads nothing of this list (indent with spaces, not with tabs)",
        ),
        (
            "- rolearn: a\n  username: {{X}}\n",
            "error: mapRoles, line 2, column 14: a list or mapping cannot be a key: the consumer reads nothing of this list (quote a value that begins with {{)",
        ),
        (
            "- rolearn: a\n  username: @x\n",
            "error: mapRoles, line 2, column 13: not YAML: unexpected character: `@': the consumer reads nothing of this list (quote a value that begins with a special character)",
        ),
        (
            "rolearn: a\n",
            "error: mapRoles, line 1, column 1: the value is a mapping, not a list: the consumer reads no entry of it (each entry begins with \"- \")",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(remarks(&roles(text)), [expected], "{text}");
    }
}

#[test]
fn reads_lists_of_a_configuration_file_by_the_same_rules() {
    let text =
        "server:\n  mapRoles:\n  - roleARN: a\n    username: no\n  mapAccounts: [012345678901]\n";
    let file = yaml::parse(text, &Limits::default()).unwrap();
    let server = file[0]
        .as_mapping()
        .unwrap()
        .get("server")
        .unwrap()
        .as_mapping()
        .unwrap();
    let sections = Section::ALL
        .into_iter()
        .filter_map(|section| Some((section, server.get(section.key())?)));
    let document = Document::from_nodes(sections);
    assert_eq!(
        values(&document),
        [
            ("a".to_owned(), "", vec![]),
            ("012345678901".to_owned(), "", vec![])
        ]
    );
    assert_eq!(
        remarks(&document),
        [
            "warning: mapRoles, line 3, column 5: rolearn is spelt roleARN (the consumer does not mind, other tools do)",
            "error: mapRoles, line 4, column 15: username is a boolean, not text: the consumer ignores it (quote the value)",
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_text_gives_a_document_whose_places_are_inside_of_it(
        lines in prop::collection::vec("(- |  |    |\t)?(rolearn|username|groups|sso|<<|x)?(: )?([a-z]{1,3}|no|~|\\[a, 1\\]|&a|\\*a|\"|'|\\{|\\}|\\|)?", 0..8),
    ) {
        let text = lines.join("\n");
        for document in [roles(&text), users(&text), accounts(&text)] {
            for entry in &document.entries {
                prop_assert!(text.get(entry.position.span.range()).is_some());
                prop_assert_eq!(entry.groups.len(), entry.fields.group_items.len());
            }
            for found in &document.diagnostics {
                prop_assert!(text.get(found.position.span.range()).is_some(), "{:?}", found);
            }
        }
    }

    #[test]
    fn what_is_written_quoted_is_read_as_written(names in prop::collection::vec(any::<String>(), 3)) {
        let [arn, username, group] = names.as_slice() else { unreachable!() };
        prop_assume!(!arn.is_empty());
        let quoted = yaml::scalar11::quoted;
        let text = format!(
            "- rolearn: {}\n  username: {}\n  groups:\n  - {}\n",
            quoted(arn), quoted(username), quoted(group),
        );
        let document = roles(&text);
        prop_assert_eq!(values(&document), [(arn.clone(), username.as_str(), vec![group.as_str()])]);
        prop_assert_eq!(remarks(&document), Vec::<String>::new());
    }
}
