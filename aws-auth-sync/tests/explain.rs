//! Callers and what becomes of them.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as expected fails the test"
)]

use aws_auth_sync::access_entries::AccessEntries;
use aws_auth_sync::combined::Combined;
use aws_auth_sync::explain::{Caller, Ending, Explanation, report};
use aws_auth_sync::input::Input;
use aws_auth_sync::rbac::Rbac;
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
    let entries = AccessEntries::default();
    let explanation = Explanation::new(&combined, &entries, SsoRoleMatch::Off);
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
    let line = verdict.by.map(|by| explanation.place(by).3);
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
    let entries = AccessEntries::default();
    let explanation = Explanation::new(&combined, &entries, SsoRoleMatch::Off);
    let text = report::json(&explanation, &[], report::Told::Identity);
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

const RBAC: &str = "
kind: ClusterRoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: everyone}
roleRef: {kind: ClusterRole, name: gone}
subjects: [{kind: Group, name: 'system:authenticated'}]
---
kind: RoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: deployers, namespace: shop}
roleRef: {kind: Role, name: deployer}
subjects: [{kind: User, name: ann-of-entry}, {kind: User, name: ann}, {kind: Group, name: 'g:bob'}]
---
kind: Role
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: deployer, namespace: shop}
rules: [{apiGroups: [apps], resources: [deployments], resourceNames: [web], verbs: [patch]}]
";

const ENTRIES: &str = "
- principalArn: arn:aws:iam::111122223333:user/ann
  username: ann-of-entry
  accessPolicies:
  - policyArn: arn:aws:eks::aws:cluster-access-policy/AmazonEKSSecretReaderPolicy
    accessScope: {type: namespace, namespaces: [shop, 'dev-*']}
";

fn input(file: &str, text: &str) -> Input {
    Input {
        file: file.into(),
        bytes: text.as_bytes().to_vec(),
    }
}

fn told_with_rights(arn: &str, session: Option<&str>) -> (String, serde_json::Value) {
    let combined = combined();
    let entries = AccessEntries::read(&[input("entries.yaml", ENTRIES)]).unwrap();
    let explanation = Explanation::new(&combined, &entries, SsoRoleMatch::Off);
    let verdict = explanation.verdict(&Caller {
        arn: arn.to_owned(),
        session: session.map(str::to_owned),
        access_key_id: None,
    });
    let rbac = Rbac::of_files(Subject::read(&input("rbac.yaml", RBAC)).rbac).unwrap();
    let told = report::Told::Rights(&rbac);
    let json = report::json(&explanation, std::slice::from_ref(&verdict), told);
    let mut json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let text = report::text(&explanation, &[verdict], told);
    (text, json["results"][0].take())
}

#[test]
fn an_access_entry_beats_aws_auth_and_brings_its_policies() {
    let (text, json) = told_with_rights("arn:aws:iam::111122223333:user/ann", None);
    let expected = "arn:aws:iam::111122223333:user/ann
  mapped to ann-of-entry, without groups
  by entries.yaml:2, accessEntries entry 0
  near miss f.yaml:23: arn:aws:iam::111122223333:user/ann: the principal has an access entry, so aws-auth is not asked about it
  near miss f.yaml:24: arn:aws:iam::111122223333:user/Ann: the principal has an access entry, so aws-auth is not asked about it
  may everywhere: nothing
  may in dev-*: some, reads secrets
  may in shop: some, reads secrets
  by ClusterRoleBinding everyone (Group system:authenticated, rbac.yaml:2): ClusterRole gone, which does not exist
  by RoleBinding shop/deployers (User ann-of-entry, rbac.yaml:8): Role shop/deployer
     patch on apps: deployments named web
  by AmazonEKSSecretReaderPolicy in shop, dev-*
     get, list, watch on core: secrets
";
    assert_eq!(text, expected);
    let rules = serde_json::json!([{
        "apiGroups": ["apps"], "resources": ["deployments"], "resourceNames": ["web"], "verbs": ["patch"],
    }]);
    let secrets = serde_json::json!([{
        "apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list", "watch"],
    }]);
    let rights = serde_json::json!({
        "masters": false,
        "node": false,
        "access": [
            {"level": "none", "readsSecrets": false},
            {"namespace": "dev-*", "level": "some", "readsSecrets": true},
            {"namespace": "shop", "level": "some", "readsSecrets": true},
        ],
        "bindings": [
            {
                "kind": "ClusterRoleBinding", "name": "everyone", "file": "rbac.yaml", "line": 2,
                "subject": {"kind": "Group", "name": "system:authenticated"}, "certain": true,
                "role": {"kind": "ClusterRole", "name": "gone"},
            },
            {
                "kind": "RoleBinding", "namespace": "shop", "name": "deployers",
                "file": "rbac.yaml", "line": 8,
                "subject": {"kind": "User", "name": "ann-of-entry"}, "certain": true,
                "role": {"kind": "Role", "name": "deployer"}, "rules": rules,
            },
        ],
        "policies": [{
            "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSSecretReaderPolicy",
            "accessScope": {"type": "namespace", "namespaces": ["shop", "dev-*"]},
            "rules": secrets,
        }],
    });
    assert_eq!(
        (&json["section"], &json["rights"]),
        (&"accessEntries".into(), &rights)
    );
}

#[test]
fn what_only_a_session_name_brings_is_told_as_such() {
    let role = "arn:aws:iam::111122223333:role/admin";
    let (text, json) = told_with_rights(role, None);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("shop")).collect();
    let expected = [
        "  may in shop: nothing; some, by the name of a session",
        "  by RoleBinding shop/deployers (Group g:bob, where the login makes it so, rbac.yaml:8): Role shop/deployer",
    ];
    assert_eq!(lines, expected);
    assert_eq!(json["rights"]["access"][1]["possibleLevel"], "some");
    let (text, _) = told_with_rights(role, Some("bob"));
    assert!(text.contains("  may in shop: some\n"), "{text}");
}

#[test]
fn who_is_not_let_in_has_no_rights() {
    let (_, json) = told_with_rights("arn:aws:iam::111122223333:user/nobody", None);
    assert_eq!(json.get("rights"), None);
}
