use proptest::prelude::*;

use super::*;
use crate::{
    aws_auth::{Mappings, Match, Section},
    principal::Principal,
};

/// The username that a caller is mapped to; `=ACCOUNT` when by its account.
fn find(mappings: &Mappings, caller: &str) -> Option<String> {
    let principal: Principal = caller.parse().unwrap();
    mappings.lookup(&principal).map(|found| match found {
        Match::Mapping(mapping) => mapping.username.to_string(),
        Match::Account(account, _) => format!("={account}"),
    })
}

fn compile(data: &Data<'_>) -> Mappings {
    Mappings::compile(&Document::parse(data)).0
}

const ROLES: &str = "
- {rolearn: 'arn:aws:iam::111122223333:role/Admin', username: first}
- {rolearn: 'arn:aws:iam::111122223333:role/admin', username: admin}
- {rolearn: 'arn:aws:iam::111122223333:role/team/Ops', username: ops}
- {rolearn: 'arn:aws:iam::111122223333:user/in-roles', username: user-in-roles}
- {rolearn: 'arn:aws:iam::111122223333:role/both', username: both-in-roles}
- {rolearn: 'arn:aws:iam::111122223333:role/aws:ec2-instance', username: instance}
- {rolearn: 'arn:aws-cn:iam::111122223333:role/Admin', username: cn-admin}
- {rolearn: 'ARN:aws:iam::111122223333:ROLE/Loud', username: loud}
- sso: {permissionSetName: View, accountID: '111122223333'}
  username: sso-view
- sso: {permissionSetName: View, accountID: '111122223333', partition: aws-us-gov}
  username: sso-gov
- {rolearn: 'arn:aws:iam::111122223333:role/AWSReservedSSO_View_aaaaaaaaaaaaaaaa', username: exact-view}
";

const USERS: &str = "
- {userarn: 'arn:aws:iam::111122223333:user/eng/Alice', username: alice}
- {userarn: 'arn:aws:iam::111122223333:user/bob', username: bob}
- {userarn: 'arn:aws:iam::111122223333:role/both', username: both-in-users}
- {userarn: 'arn:aws:iam::111122223333:role/role-in-users', username: role-in-users}
- {userarn: 'arn:aws:sts::111122223333:federated-user/fed', username: fed}
- {userarn: 'arn:aws:iam::999988887777:root', username: root}
- {userarn: 'arn:aws:iam::444455556666:user/carol', username: carol}
";

fn data() -> Data<'static> {
    Data {
        map_roles: Some(ROLES),
        map_users: Some(USERS),
        map_accounts: Some("- 444455556666\n- \"000000000001\"\n- 999988887777\n"),
    }
}

#[test]
fn finds_a_principal_by_its_canonical_arn() {
    let mappings = compile(&data());
    assert_eq!(mappings.len(), 20);
    let table = [
        (
            "arn:aws:sts::111122223333:assumed-role/Admin/me",
            Some("admin"),
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/ADMIN/me",
            Some("admin"),
        ),
        (
            "arn:aws:iam::111122223333:role/any/path/Admin",
            Some("admin"),
        ),
        (
            "arn:aws-cn:sts::111122223333:assumed-role/Admin/me",
            Some("cn-admin"),
        ),
        ("arn:aws:sts::111122223334:assumed-role/Admin/me", None),
        ("arn:aws:sts::111122223333:assumed-role/Ops/me", Some("ops")),
        (
            "arn:aws:sts::111122223333:assumed-role/Loud/me",
            Some("loud"),
        ),
        (
            "arn:aws:iam::111122223333:user/in-roles",
            Some("user-in-roles"),
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/both/me",
            Some("both-in-roles"),
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/role-in-users/me",
            Some("role-in-users"),
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/aws:ec2-instance/i-0123456789abcdef0",
            Some("instance"),
        ),
        ("arn:aws:iam::111122223333:user/eng/alice", Some("alice")),
        ("arn:aws:iam::111122223333:user/alice", None),
        ("arn:aws:iam::111122223333:user/eng/bob", None),
        ("arn:aws:iam::111122223333:user/bob", Some("bob")),
        ("arn:aws:sts::111122223333:federated-user/fed", Some("fed")),
        ("arn:aws:iam::111122223333:user/Admin", None),
    ];
    for (caller, expected) in table {
        assert_eq!(find(&mappings, caller).as_deref(), expected, "{caller}");
    }
}

#[test]
fn falls_back_to_the_account_except_for_its_root() {
    let mappings = compile(&data());
    let table = [
        ("arn:aws:iam::444455556666:user/carol", Some("carol")),
        ("arn:aws:iam::444455556666:user/dave", Some("=444455556666")),
        (
            "arn:aws:sts::000000000001:assumed-role/x/me",
            Some("=000000000001"),
        ),
        ("arn:aws:iam::444455556666:root", None),
        ("arn:aws:iam::999988887777:root", Some("root")),
    ];
    for (caller, expected) in table {
        assert_eq!(find(&mappings, caller).as_deref(), expected, "{caller}");
    }
}

#[test]
fn an_sso_entry_matches_the_roles_of_its_permission_set_alone() {
    let mappings = compile(&data());
    let table = [
        (
            "aws",
            "AWSReservedSSO_View_0123456789abcdef",
            Some("sso-view"),
        ),
        (
            "aws",
            "awsreservedsso_view_0123456789ABCDEF",
            Some("sso-view"),
        ),
        (
            "aws-us-gov",
            "AWSReservedSSO_View_0123456789abcdef",
            Some("sso-gov"),
        ),
        ("aws-cn", "AWSReservedSSO_View_0123456789abcdef", None),
        (
            "aws",
            "AWSReservedSSO_View_aaaaaaaaaaaaaaaa",
            Some("exact-view"),
        ),
        ("aws", "AWSReservedSSO_View_Extra_0123456789abcdef", None),
        ("aws", "AWSReservedSSO_View_0123456789abcde", None),
        ("aws", "AWSReservedSSO_View_0123456789abcdef0", None),
        ("aws", "AWSReservedSSO_View_0123456789abcdeg", None),
        ("aws", "AWSReservedSSO_View_", None),
        ("aws", "AWSReservedSSO_View", None),
        ("aws", "xAWSReservedSSO_View_0123456789abcdef", None),
    ];
    for (partition, name, expected) in table {
        let caller = format!("arn:{partition}:sts::111122223333:assumed-role/{name}/me");
        assert_eq!(find(&mappings, &caller).as_deref(), expected, "{caller}");
    }
    let other = "arn:aws:sts::111122223334:assumed-role/AWSReservedSSO_View_0123456789abcdef/me";
    assert_eq!(find(&mappings, other), None);
}

#[test]
fn a_permission_set_whose_name_ends_like_another_role_stays_apart() {
    let mappings = compile(&Data {
        map_roles: Some(
            "
- sso: {permissionSetName: Admin_0123456789abcdef, accountID: '111122223333'}
  username: odd
- sso: {permissionSetName: Admin, accountID: '111122223333'}
  username: admin
",
        ),
        ..Data::default()
    });
    let caller =
        |name: &str| format!("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_{name}/me");
    let table = [
        ("Admin_0123456789abcdef", Some("admin")),
        ("Admin_0123456789abcdef_0123456789abcdef", Some("odd")),
    ];
    for (name, expected) in table {
        assert_eq!(
            find(&mappings, &caller(name)).as_deref(),
            expected,
            "{name}"
        );
    }
}

#[test]
fn a_mapping_says_where_it_is_written() {
    let mappings = compile(&data());
    let principal: Principal = "arn:aws:sts::111122223333:assumed-role/ops/me"
        .parse()
        .unwrap();
    let Some(Match::Mapping(mapping)) = mappings.lookup(&principal) else {
        panic!()
    };
    let source = mapping.source;
    assert_eq!(
        (source.section, source.index, source.line),
        (Section::MapRoles, 2, 4)
    );
}

proptest! {
    /// An oracle that goes through the entries one by one.
    #[test]
    fn equals_a_linear_search_from_the_end(
        entries in prop::collection::vec((any::<bool>(), any::<bool>(), "[aA]|b|c/[ab]|d", 0u8..4), 0..12),
        is_role in any::<bool>(),
        name in "[abd]|c/[ab]",
    ) {
        let arn = |is_role: bool, name: &str| {
            format!("arn:aws:iam::111122223333:{}/{name}", if is_role { "role" } else { "user" })
        };
        let mut lists = [String::new(), String::new()];
        for (in_roles, is_role, name, number) in &entries {
            let key = if *in_roles { "rolearn" } else { "userarn" };
            let list = &mut lists[usize::from(!in_roles)];
            list.push_str(&format!("- {{{key}: '{}', username: u{number}}}\n", arn(*is_role, name)));
        }
        let mappings = compile(&Data { map_roles: Some(&lists[0]), map_users: Some(&lists[1]), map_accounts: None });
        let plain = |is_role: bool, name: &str| {
            let name = if is_role { name.rsplit('/').next().unwrap() } else { name };
            arn(is_role, &name.to_lowercase())
        };
        let wanted = plain(is_role, &name);
        let search = |list: bool| {
            entries.iter().rev().find(|(in_roles, is_role, name, _)| *in_roles == list && plain(*is_role, name) == wanted)
        };
        let expected = search(true).or_else(|| search(false)).map(|(.., number)| format!("u{number}"));
        prop_assert_eq!(find(&mappings, &arn(is_role, &name)), expected);
    }
}
