use super::*;
use crate::aws_auth::Mappings;

const ROLE: &str = "arn:aws:iam::111122223333:role/x";
const USER: &str = "arn:aws:iam::111122223333:user/x";

fn entry(arn: &str, username: &str, groups: &str) -> String {
    format!("- rolearn: {arn}\n  username: {username}\n  groups: {groups}\n")
}

/// How many entries act, and the messages without their places.
fn compile(document: &Document) -> (usize, Vec<String>) {
    let (mappings, diagnostics) = Mappings::compile(document);
    let messages = diagnostics
        .iter()
        .map(|found| format!("{}: {}", found.severity, found.message));
    (mappings.len(), messages.collect())
}

#[test]
fn ordinary_entries_act_without_a_remark() {
    let table = [
        entry(ROLE, "admin", "['system:masters']"),
        entry(
            ROLE,
            "'system:node:{{EC2PrivateDNSName}}'",
            "['system:bootstrappers', 'system:nodes']",
        ),
        entry(
            ROLE,
            "'system:node:{{SessionName}}'",
            "['system:node-proxier']",
        ),
        entry(ROLE, "'x:{{SessionNameRaw}}'", "['a:{{AccountID}}']"),
        entry(ROLE, "'{{AccountID}}:{{SessionName}}'", "[]"),
        entry(ROLE, "Alice Smith", "~"),
    ];
    for text in table {
        assert_eq!(compile(&roles(&text)), (1, vec![]), "{text}");
    }
    let text = format!("- userarn: {USER}\n  username: alice\n");
    assert_eq!(compile(&users(&text)), (1, vec![]));
    assert_eq!(compile(&accounts("- 012345678901\n")), (1, vec![]));
}

/// ARN, username, groups, and why the entry is left out.
const LEFT_OUT: &[(&str, &str, &str, &str)] = &[
    (
        "arn:aws:sts::111122223333:assumed-role/x/me",
        "u",
        "[]",
        "the ARN can match nobody: an assumed-role ARN matches nobody: sessions are mapped by their role, arn:…:iam::ACCOUNT:role/NAME",
    ),
    (ROLE, "''", "[]", "the username is missing"),
    (ROLE, "' '", "[]", "the username is missing"),
    (ROLE, "~", "[]", "the username is missing"),
    (ROLE, "no", "[]", "the username is missing"),
    (
        ROLE,
        "' a'",
        "[]",
        "the username \" a\" has blanks around it",
    ),
    (
        ROLE,
        "\"a\\u200bb\"",
        "[]",
        "the username a\\u{200b}b holds \\u{200b}, which is not printable ASCII",
    ),
    (
        ROLE,
        "|\n    a\n",
        "[]",
        "the username a\\n holds \\n, which is not printable ASCII",
    ),
    (
        ROLE,
        "é",
        "[]",
        "the username \\u{e9} holds \\u{e9}, which is not printable ASCII",
    ),
    (
        ROLE,
        "u",
        "[é]",
        "the group \\u{e9} holds \\u{e9}, which is not printable ASCII",
    ),
    (
        ROLE,
        "u",
        "[\"a\\0\"]",
        "the group a\\u{0} holds \\u{0}, which is not printable ASCII",
    ),
    (
        ROLE,
        "'{{SessionID}}'",
        "[]",
        "the username: unknown placeholder {{SessionID}}: did you mean {{SessionName}}?",
    ),
    (
        ROLE,
        "u",
        "['{{ AccountID }}']",
        "the group: unknown placeholder {{ AccountID }}: did you mean {{AccountID}}?",
    ),
    (
        ROLE,
        "'a{{b'",
        "[]",
        "the username: a placeholder begins with {{ and does not end",
    ),
    (
        ROLE,
        "system:anonymous",
        "[]",
        "the username system:anonymous stands for callers without a name",
    ),
    (
        ROLE,
        "'system:{{SessionName}}'",
        "[]",
        "the caller's session name would make a username of Kubernetes itself",
    ),
    (
        ROLE,
        "u",
        "['system:unauthenticated']",
        "the group system:unauthenticated is given by kube-apiserver alone",
    ),
    (
        ROLE,
        "u",
        "['system:serviceaccounts:x']",
        "the group system:serviceaccounts:x is given by kube-apiserver alone",
    ),
    (
        ROLE,
        "u",
        "['system:{{SessionName}}']",
        "the group system:{{SessionName}} would be a system group of the caller's choice",
    ),
    (
        ROLE,
        "'{{SessionName}}'",
        "['system:masters']",
        "callers choose their username by their session name, in system:masters",
    ),
];

#[test]
fn entries_that_must_not_act_are_left_out_and_the_others_stay() {
    let good = entry("arn:aws:iam::111122223333:role/good", "good", "[]");
    for (arn, username, groups, message) in LEFT_OUT {
        let text = format!(
            "{good}{}{}",
            entry(arn, username, groups),
            good.replace("good", "better")
        );
        let expected = format!("error: {message}: the entry is left out");
        assert_eq!(
            compile(&roles(&text)),
            (2, vec![expected]),
            "{username} {groups}"
        );
    }
}

#[test]
fn arns_that_match_nobody_are_left_out() {
    for arn in [
        "x",
        "arn:aws:iam::111122223333:instance-profile/x",
        "arn:aws:iam::111122223333:group/x",
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:iam:us-east-1:111122223333:role/x",
        "arn:aws:iam::11112222333:role/x",
        "arn:aws-xx:iam::111122223333:role/x",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::111122223333:role/\u{212a}",
    ] {
        let (kept, messages) = compile(&roles(&entry(arn, "u", "[]")));
        assert_eq!((kept, messages.len()), (0, 1), "{arn}");
        let (kept, messages) = compile(&users(&format!("- userarn: '{arn}'\n  username: u\n")));
        assert_eq!((kept, messages.len()), (0, 1), "{arn}");
    }
    for account in ["12345678901", "0123456789012", "x", "''", "1e11"] {
        let (kept, messages) = compile(&accounts(&format!("- {account}\n")));
        assert_eq!((kept, messages.len()), (0, 1), "{account}");
    }
}

#[test]
fn a_session_arn_comes_with_the_role_to_write() {
    let text = entry("arn:aws:sts::111122223333:assumed-role/x/me", "u", "[]");
    let (_, diagnostics) = Mappings::compile(&roles(&text));
    assert_eq!(
        diagnostics[0].hint.as_deref(),
        Some("write arn:aws:iam::111122223333:role/x")
    );
    assert_eq!(
        (diagnostics[0].index, diagnostics[0].position.line),
        (Some(0), 1)
    );
}

#[test]
fn entries_that_deserve_a_look_act_with_a_warning() {
    let path = "arn:aws:iam::111122223333:role/a/x";
    let table = [
        (
            entry(path, "u", "[]"),
            "the role ARN has a path, which callers' ARNs never show: the role is matched by its name (EKS and aws-iam-authenticator would never match it)",
        ),
        (
            entry(USER, "u", "[]"),
            "a user works here, but belongs into mapUsers",
        ),
        (
            entry(ROLE, "'{{SessionName}}'", "[]"),
            "callers choose their username by their session name: begin it with a fixed part, such as role-name:",
        ),
        (
            entry(ROLE, "'system:serviceaccount:a:b'", "[]"),
            "the username is that of a service account",
        ),
        (
            entry(ROLE, "'k:{{AccessKeyID}}'", "[]"),
            "{{AccessKeyID}} changes with every session of a role",
        ),
        (
            entry(ROLE, "u", "['a:{{SessionName}}']"),
            "callers choose the group a:{{SessionName}} by their session name",
        ),
        (entry(ROLE, "u", "['']"), "an empty group is ignored"),
        (
            entry(ROLE, "u", "['a - b']"),
            "the group \"a - b\" looks like two items of a list",
        ),
    ];
    for (text, message) in table {
        assert_eq!(
            compile(&roles(&text)),
            (1, vec![format!("warning: {message}")]),
            "{text}"
        );
    }
    let user = format!("- userarn: {USER}\n  username: u:{{{{SessionName}}}}\n");
    let expected = "warning: a user has no session: such placeholders are empty for it";
    assert_eq!(compile(&users(&user)), (1, vec![expected.to_owned()]));
}

#[test]
fn names_the_entry_that_no_longer_counts() {
    let text = entry(ROLE, "a", "[]")
        + &entry(
            &ROLE.to_uppercase().replace("ARN:AWS:IAM", "arn:aws:iam"),
            "b",
            "[]",
        );
    assert_eq!(
        compile(&roles(&text)),
        (
            1,
            vec![
                "warning: the entry on line 1 names the same principal: this one replaces it"
                    .to_owned()
            ]
        )
    );
    let both = Document::parse(&Data {
        map_roles: Some(&entry(ROLE, "a", "[]")),
        map_users: Some(&format!("- userarn: {ROLE}\n  username: b\n")),
        map_accounts: None,
    });
    assert_eq!(
        compile(&both),
        (
            2,
            vec![
                "warning: a role works here, but belongs into mapRoles".to_owned(),
                "warning: mapRoles, line 1, names the same principal and wins".to_owned(),
            ]
        )
    );
}
