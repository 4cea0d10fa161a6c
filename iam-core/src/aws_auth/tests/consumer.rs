use super::*;
use crate::{
    aws_auth::{Consumer, Outcome, SsoRoleMatch},
    principal::Principal,
};

/// The usernames that a caller may get; `=ACCOUNT` by its account.
fn find(text: &str, gate: SsoRoleMatch, caller: &str) -> Vec<String> {
    let document = Document::parse(&Data {
        map_roles: Some(text),
        map_users: Some(USERS),
        map_accounts: Some("- \"444455556666\"\n"),
    });
    let principal: Principal = caller.parse().unwrap();
    match Consumer::new(&document, gate).lookup(&principal) {
        Outcome::Entries(entries) => entries.iter().map(|entry| entry.username.clone()).collect(),
        Outcome::Account(entry) => vec![format!("={}", entry.identity)],
        Outcome::Unmapped => vec![],
    }
}

const ROLES: &str = "
- {rolearn: 'arn:aws:iam::111122223333:role/Admin', username: first}
- {rolearn: 'arn:aws:iam::111122223333:role/admin', username: last}
- {rolearn: 'arn:aws:iam::111122223333:role/team/Ops', username: ops}
- {rolearn: 'arn:aws:iam::111122223333:role/nameless'}
- {rolearn: 'arn:aws:iam::111122223333:role/AWSReservedSSO_View_0123456789abcdef', username: exact}
- {sso: {permissionSetName: View, accountID: '111122223333'}, username: view}
- {sso: {permissionSetName: Edit, accountID: '111122223333', partition: aws}, username: edit}
";
const USERS: &str = "
- {userarn: 'arn:aws:iam::111122223333:user/ann', username: ann}
- {userarn: 'arn:aws:iam::111122223333:user/ANN', username: loud}
- {userarn: 'arn:aws:iam::111122223333:role/admin', username: beaten}
";

#[test]
fn the_consumer_finds_what_is_written_and_leaves_the_rest_to_chance() {
    let (on, off) = (SsoRoleMatch::On, SsoRoleMatch::Off);
    let session = |role: &str| format!("arn:aws:sts::111122223333:assumed-role/{role}/session");
    let user = |name: &str| format!("arn:aws:iam::111122223333:user/{name}");
    let view = "AWSReservedSSO_View_0123456789abcdef";
    let table: [(_, String, &[&str]); 10] = [
        (off, session("Admin"), &["last"]),
        (off, session("Ops"), &[]),
        (off, session("nameless"), &[""]),
        (off, user("Ann"), &["ann", "loud"]),
        (off, user("ops/ann"), &[]),
        (off, session(view), &["exact"]),
        (on, session(view), &["exact", "view"]),
        (
            on,
            session("AWSReservedSSO_View_Extra_0123456789abcdef"),
            &["view"],
        ),
        (on, session("AWSReservedSSO_Edit_0123456789abcdef"), &[]),
        (
            off,
            "arn:aws-cn:iam::444455556666:root".to_owned(),
            &["=444455556666"],
        ),
    ];
    for (gate, caller, expected) in table {
        assert_eq!(find(ROLES, gate, &caller), expected, "{caller}");
    }
}
