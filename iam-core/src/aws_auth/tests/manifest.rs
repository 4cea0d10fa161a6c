use super::*;
use crate::aws_auth::{Manifest, ManifestError, Position, Section, Span};

const HEAD: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: aws-auth\n  namespace: kube-system\n";

#[test]
fn places_in_a_literal_block_are_those_of_the_file() {
    let text = format!(
        "# é\n---\n{HEAD}data:\n  mapRoles: |\n    # first\n\n    - rolearn: é\n      username: no\n  mapAccounts: |\n    - 012345678901\n"
    );
    let manifest = Manifest::parse(&text).unwrap();
    assert_eq!(manifest.namespace.as_deref(), Some("kube-system"));
    assert_eq!(manifest.position.line, 3);
    assert_eq!(
        manifest.data().map_roles,
        Some("# first\n\n- rolearn: é\n  username: no\n")
    );
    let slice = |position: Position| text.get(position.span.range()).unwrap();
    let entry = &manifest.document.entries[0];
    assert_eq!((entry.position.line, entry.position.column), (12, 7));
    assert_eq!(slice(entry.position), "rolearn: é\n      username: no");
    assert_eq!(slice(entry.fields.identity.unwrap().value), "é");
    assert_eq!(
        remarks(&manifest.document),
        [
            "error: mapRoles, line 13, column 17: username is a boolean, not text: the consumer ignores it (quote the value)"
        ]
    );
    assert_eq!(slice(manifest.document.diagnostics[0].position), "no");
    assert_eq!(slice(manifest.document.entries[1].position), "012345678901");
}

#[test]
fn a_fault_in_a_block_is_reported_on_the_line_of_the_file() {
    let text = format!("{HEAD}data:\n  mapRoles: |\n    - rolearn: x\n    \tusername: x\n");
    let manifest = Manifest::parse(&text).unwrap();
    assert!(manifest.document.is_unreadable(Section::MapRoles));
    let found = &manifest.document.diagnostics[0];
    assert_eq!((found.position.line, found.position.column), (9, 5));
    assert_eq!(text.get(found.position.span.range()), Some("\t"));
}

#[test]
fn other_styles_are_read_and_placed_at_the_value() {
    for value in [
        "\"- rolearn: x\\n  username: u\\n\"",
        "'- {rolearn: x, username: u}'",
        ">\n    - {rolearn: x,\n    username: u}",
    ] {
        let text = format!("{HEAD}data:\n  mapRoles: {value}\n");
        let manifest = Manifest::parse(&text).unwrap();
        let entry = &manifest.document.entries[0];
        assert_eq!(
            (
                entry.username.as_str(),
                entry.position.line,
                entry.position.column
            ),
            ("u", 7, 13)
        );
        assert_eq!(text.get(entry.position.span.range()), Some(value));
    }
}

#[test]
fn reads_json_lists_and_crlf() {
    let json = "{\"kind\": \"List\", \"items\": [{\"kind\": \"Secret\"}, {\"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"aws-auth\"}, \"data\": {\"mapUsers\": \"- userarn: x\\n\"}}]}";
    assert_eq!(Manifest::parse(json).unwrap().document.entries.len(), 1);
    let crlf = format!("{HEAD}data:\n  mapUsers: |\n    - userarn: x\n    - userarn: z\n")
        .replace('\n', "\r\n");
    let manifest = Manifest::parse(&crlf).unwrap();
    let found: Vec<_> = manifest
        .document
        .entries
        .iter()
        .map(|entry| {
            (
                entry.position.line,
                crlf.get(entry.position.span.range()).unwrap(),
            )
        })
        .collect();
    assert_eq!(found, [(8, "userarn: x"), (9, "userarn: z")]);
}

#[test]
fn a_key_in_another_case_is_reported() {
    let text = format!("{HEAD}data:\n  maproles: |\n    - rolearn: x\n  other: y\n");
    let manifest = Manifest::parse(&text).unwrap();
    assert_eq!(manifest.document.entries, []);
    assert_eq!(
        remarks(&manifest.document),
        ["error: mapRoles, line 7, column 3: the key maproles is read by nobody (write mapRoles)"]
    );
}

#[test]
fn refuses_a_file_without_one_aws_auth_whose_sections_are_text() {
    let position = |line, column, start, end| Position {
        line,
        column,
        span: Span { start, end },
    };
    let two = format!("{HEAD}---\n{HEAD}");
    let absent = [
        "",
        "a: b",
        "- x",
        "kind: ConfigMap\nmetadata: {name: aws-auth2}",
        "kind: Secret\nmetadata: {name: aws-auth}",
    ];
    for text in absent {
        assert_eq!(
            Manifest::parse(text).unwrap_err(),
            ManifestError::Absent,
            "{text}"
        );
    }
    assert_eq!(
        Manifest::parse(&two).unwrap_err(),
        ManifestError::Several {
            first: position(1, 1, 0, HEAD.len() - 1),
            second: position(7, 1, HEAD.len() + 4, two.len() - 1)
        }
    );
    for (value, found, length) in [
        ("[]", "a list", 2),
        ("{}", "a mapping", 2),
        ("5", "an integer", 1),
        ("no", "a boolean", 2),
    ] {
        let text = format!("{HEAD}data:\n  mapUsers: {value}\n");
        let section = Section::MapUsers;
        let start = text.len() - 1 - length;
        let expected = ManifestError::NotText {
            section,
            position: position(7, 13, start, start + length),
            found,
        };
        assert_eq!(Manifest::parse(&text).unwrap_err(), expected);
    }
    assert_eq!(Manifest::parse("a: [").unwrap_err().to_string(), "not YAML");
    let text = format!("{HEAD}data:\n  mapUsers:\n");
    assert_eq!(
        Manifest::parse(&text).unwrap().document,
        Document::default()
    );
}
