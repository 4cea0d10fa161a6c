use super::*;
use crate::desired::{Desired, sections};
use crate::finding::Finding;
use crate::input::Input;
use crate::render::Data;
use crate::source;

const ROLES: &str = "# ours
- rolearn: arn:aws:iam::111122223333:role/dev
  username: replaced
- groups: [a, \"on\"]
  rolearn: arn:aws:iam::111122223333:role/dev
  username: dev:{{SessionName}}
  userid: x
- rolearn: arn:aws:iam::111122223333:role/team/ops
  username: ops
- rolearn: arn:aws:iam::111122223333:role/ops
  username: ops
- rolearn: arn:aws:iam:eu-west-1:111122223333:role/region
  username: region
- sso: {permissionSetName: View, accountID: \"111122223333\"}
  username: view
";
const USERS: &str = "- {userarn: 'arn:aws:iam::111122223333:user/ann', username: ann}
- {userarn: 'arn:aws:iam::111122223333:role/dev', username: again}
- {userarn: 'arn:aws:iam::111122223333:user/bob'}
- {userarn: 'arn:aws:iam::111122223333:user/eve', username: eve}
- {userarn: 'arn:aws:iam::111122223333:user/Eve', username: eve}
- {userarn: \"a\\n# b\", username: c}
";
const ACCOUNTS: &str = "- 012345678901\n- x\n";

fn export() -> Export {
    let lists = [
        ("mapRoles", ROLES),
        ("mapUsers", USERS),
        ("mapAccounts", ACCOUNTS),
    ];
    let data = Data::from(lists.map(|(key, text)| (key.to_owned(), text.to_owned())));
    let owner = "platform".parse().ok();
    Export::new(
        &Document::parse(&sections(&data)),
        owner,
        &Arc::from("live"),
    )
}

/// What `plan` makes of a source.
fn planned(text: &str) -> Desired {
    let input = Input {
        file: "f.yaml".into(),
        bytes: text.as_bytes().to_vec(),
    };
    let mut findings = Vec::new();
    let sources = source::parse(&input, &mut findings);
    let desired = Desired::new(sources, None, &mut findings);
    assert_eq!(
        findings.iter().map(Finding::with_hint).collect::<Vec<_>>(),
        [""; 0]
    );
    desired
}

#[test]
fn what_acts_and_can_be_declared_is_a_source_and_the_rest_is_told() {
    let expected = "apiVersion: aws-auth-sync/v1
kind: AwsAuth
owner: platform
roles:
- rolearn: arn:aws:iam::111122223333:role/dev
  username: \"dev:{{SessionName}}\"
  groups:
  - a
  - \"on\"
- rolearn: arn:aws:iam::111122223333:role/ops
  username: ops
  groups: []
users:
- userarn: arn:aws:iam::111122223333:user/ann
  username: ann
  groups: []
accounts:
- \"012345678901\"
# Not declared here, and left as it is in aws-auth:
# mapRoles, line 2: arn:aws:iam::111122223333:role/dev: a later entry counts in its place
# mapRoles, line 8: arn:aws:iam::111122223333:role/team/ops: A02: the role's ARN has a path, which \
no caller's ARN shows (write arn:aws:iam::111122223333:role/ops)
# mapRoles, line 12: arn:aws:iam:eu-west-1:111122223333:role/region: the ARN can match nobody: the \
ARN of a principal names no region, not \"eu-west-1\": the entry is left out
# mapRoles, line 14: arn:aws:iam::111122223333:role/AWSReservedSSO_View_*: the native format has no sso
# mapUsers, line 2: arn:aws:iam::111122223333:role/dev: an entry of the other list counts in its place
# mapUsers, line 3: arn:aws:iam::111122223333:user/bob: the username is missing: the entry is left out
# mapUsers, line 4: arn:aws:iam::111122223333:user/eve: chance decides between it and another entry
# mapUsers, line 5: arn:aws:iam::111122223333:user/Eve: chance decides between it and another entry
# mapUsers, line 6: a\\n# b: A01: a\\n# b is no ARN (write arn:PARTITION:iam::ACCOUNT:role/NAME)
# mapAccounts, line 2: x: F02: accounts: \"x\" is not an account number (exactly 12 digits)
";
    assert_eq!(export().yaml(), expected);
}

#[test]
fn both_notations_declare_the_same_and_nothing_is_said_against_them() {
    let export = export();
    let (yaml, json) = (planned(&export.yaml()), planned(&export.json()));
    assert_eq!(yaml.data, json.data);
    assert_eq!((yaml.owner.clone(), json.owner), (export.owner, yaml.owner));
    assert_eq!(yaml.data.len(), 3);
}

#[test]
fn what_holds_nothing_declares_nothing() {
    let export = Export::new(&Document::default(), None, &Arc::from("live"));
    assert_eq!(
        export.yaml(),
        "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\n"
    );
    assert_eq!(planned(&export.json()).data, Data::new());
}
