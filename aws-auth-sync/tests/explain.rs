//! Callers and what becomes of them.

use aws_auth_sync::combined::Combined;
use aws_auth_sync::explain::{Caller, Ending, Explanation, report};
use aws_auth_sync::input::Input;
use aws_auth_sync::subject::Subject;
use iam_core::aws_auth::SsoRoleMatch;

const MANIFEST: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: aws-auth, namespace: kube-system}
data:
  mapRoles: |
    - rolearn: arn:aws:iam::111122223333:role/node
      username: system:node:{{EC2PrivateDNSName}}
      groups: [system:bootstrappers, system:nodes]
    - rolearn: arn:aws:iam::111122223333:role/team/dev
      username: dev
    - rolearn: arn:aws:iam::111122223333:role/Admin
      username: old
    - rolearn: arn:aws:iam::111122223333:role/admin
      username: admin:{{SessionName}}:{{SessionNameRaw}}:{{AccountID}}:{{AccessKeyID}}
      groups: [\"g:{{SessionName}}\"]
    - rolearn: arn:aws:sts::111122223333:assumed-role/ops/s
      username: ops
    - rolearn: arn:aws:iam::111122223333:instance-profile/worker
      username: worker
    - sso: {permissionSetName: View, accountID: \"111122223333\"}
      username: view
  mapUsers: |
    - {userarn: 'arn:aws:iam::111122223333:user/ann', username: ann}
    - {userarn: 'arn:aws:iam::111122223333:user/Ann', username: loud}
    - {userarn: 'arn:aws:iam::111122223333:user/bob', username: \"{{SessionName}}\"}
  mapAccounts: |
    - \"444455556666\"
";

fn combined() -> Combined {
    let subject = Subject::read(&Input {
        file: "f.yaml".into(),
        bytes: MANIFEST.as_bytes().to_vec(),
    });
    Combined::new(&[subject])
}

/// The ending in words, the line of the entry, near misses with their lines.
fn told(arn: &str, session: Option<&str>) -> (String, Option<usize>, Vec<String>) {
    let combined = combined();
    let explanation = Explanation::new(&combined, SsoRoleMatch::Off);
    let verdict = explanation.verdict(&Caller {
        arn: arn.to_owned(),
        session: session.map(str::to_owned),
        access_key_id: Some("AKIA".to_owned()),
    });
    let ending = match &verdict.ending {
        Ending::Mapped { username, groups } => format!("{username} [{}]", groups.join(",")),
        Ending::Account { username } => format!("account {username}"),
        other => other.word().to_owned(),
    };
    let chance = if verdict.is_ambiguous {
        " by chance"
    } else {
        ""
    };
    let line = verdict.entry.map(|entry| combined.place(entry).1);
    let misses = verdict
        .near_misses
        .iter()
        .map(|miss| format!("{} {}", miss.reason.word(), combined.place(miss.entry).1));
    (ending + chance, line, misses.collect())
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn callers_become_what_the_consumer_makes_of_them() {
    let session =
        |role: &str, name: &str| format!("arn:aws:sts::111122223333:assumed-role/{role}/{name}");
    let user = |name: &str| format!("arn:aws:iam::111122223333:user/{name}");
    let node = "system:node:{{EC2PrivateDNSName}} [system:bootstrappers,system:nodes]";
    for (arn, given, ending, line, misses) in [
        (
            session("node", "i-0123456789abcdef0"),
            None,
            node,
            Some(6),
            vec![],
        ),
        (session("node", "ann"), None, "denied", Some(6), vec![]),
        (
            session("Admin", "ann@x"),
            None,
            "admin:ann-x:ann@x:111122223333:AKIA [g:ann-x]",
            Some(13),
            vec!["duplicate 11", "case 13"],
        ),
        (
            "arn:aws:iam::111122223333:role/admin".to_owned(),
            Some("bob"),
            "admin:bob:bob:111122223333:AKIA [g:bob]",
            Some(13),
            vec!["duplicate 11"],
        ),
        (
            "arn:aws:iam::111122223333:role/x/admin".to_owned(),
            None,
            "admin:{{SessionName}}:{{SessionNameRaw}}:111122223333:AKIA [g:{{SessionName}}]",
            Some(13),
            vec!["duplicate 11"],
        ),
        (
            session("dev", "ann"),
            None,
            "unmapped",
            None,
            vec!["path 9"],
        ),
        (
            session("ops", "ann"),
            None,
            "unmapped",
            None,
            vec!["assumed-role 16"],
        ),
        (
            session("worker", "ann"),
            None,
            "unmapped",
            None,
            vec!["instance-profile 18"],
        ),
        (
            "arn:aws:sts::999988887777:assumed-role/node/ann".to_owned(),
            None,
            "unmapped",
            None,
            vec!["account 6"],
        ),
        (
            "arn:aws-cn:sts::111122223333:assumed-role/node/ann".to_owned(),
            None,
            "unmapped",
            None,
            vec!["partition 6"],
        ),
        (
            session("AWSReservedSSO_View_0123456789abcdef", "ann"),
            None,
            "unmapped",
            None,
            vec!["sso 20"],
        ),
        (
            user("ann"),
            None,
            "ann [] by chance",
            Some(23),
            vec!["case 24"],
        ),
        (user("ops/bob"), None, "unmapped", None, vec!["path 25"]),
        (user("bob"), None, " []", Some(25), vec![]),
        (
            "arn:aws:iam::444455556666:user/x".to_owned(),
            None,
            "account arn:aws:iam::444455556666:user/x",
            Some(27),
            vec![],
        ),
        (
            "arn:aws:iam::111122223333:instance-profile/node".to_owned(),
            None,
            "unsupported",
            None,
            vec!["instance-profile 6"],
        ),
        ("ann".to_owned(), None, "unsupported", None, vec![]),
    ] {
        let misses: Vec<String> = misses.into_iter().map(str::to_owned).collect();
        assert_eq!(
            told(&arn, given),
            (ending.to_owned(), line, misses),
            "{arn}"
        );
    }
}

#[test]
fn json_holds_every_entry_with_the_consumers_values() {
    let combined = combined();
    let explanation = Explanation::new(&combined, SsoRoleMatch::Off);
    let text = report::json(&explanation, &[]);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let effective: Vec<_> = value["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            (
                entry["line"].as_u64().unwrap(),
                entry["effective"].as_bool().unwrap(),
            )
        })
        .collect();
    let expected = [
        (6, true),
        (9, false),
        (11, false),
        (13, true),
        (16, false),
        (18, false),
        (20, false),
        (23, true),
        (24, true),
        (25, true),
        (27, true),
    ];
    assert_eq!(effective, expected);
    assert_eq!(
        (&value["kind"], &value["results"]),
        (&"Explanation".into(), &serde_json::json!([]))
    );
}
