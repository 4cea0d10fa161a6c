//! Each rule, by a text with its fault.

use std::collections::BTreeSet;

use aws_auth_sync::lint::rule::RULES;

use crate::manifest::{HEAD, NODES, codes, named, role, roles, severities, users};

#[test]
fn every_rule_on_arns_finds_its_fault() {
    for (arn, code) in [
        ("dev", "A01"),
        ("arn:aws:s3::111122223333:role/dev", "A01"),
        ("arn:aws:iam::111122223333:role/team/dev", "A02"),
        ("arn:aws:iam::111122223333:instance-profile/dev", "A03"),
        ("arn:aws:sts::111122223333:assumed-role/dev/ann", "A04"),
        ("arn:aws:iam::111122223333:group/dev", "A05"),
        ("arn:aws:iam::111122223333:role/dev-*", "A06"),
        ("arn:aws:iam::11112222333:role/dev", "A07"),
        ("arn:aws-cn:iam::111122223333:role/dev", "A08"),
        ("arn:aws-nk:iam::111122223333:role/dev", "A08"),
        ("arn:aws:iam:us-east-1:111122223333:role/dev", "A09"),
        ("arn:aws:iam::111122223333:role/a b", "A12"),
        ("arn:aws:iam::111122223333:role/AWSReservedSSO_Admin", "A13"),
        ("arn:aws:iam::111122223333:role/AWSServiceRoleForX", "A14"),
        ("arn:aws:iam::111122223333:root", "A15"),
        ("arn:aws:iam::111122223333:role/NODE", "A17"),
        ("arn:aws:iam::111122223333:user/ann", "S14"),
        ("arn:aws:iam::${ACCOUNT}:role/dev", "D17"),
        ("arn:aws:iam::<ACCOUNT>:role/dev", "D17"),
    ] {
        assert_eq!(codes(&role(arn)), [format!("{code} 11:16")], "{arn}");
    }
    assert_eq!(codes(&role("arn:aws:iam::111122223333:role/dev")), [""; 0]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_rule_on_names_finds_its_fault() {
    let user = "12:17";
    let group = "13:16";
    for (username, groups, expected) in [
        ("\"{{ SessionName }}\"", "[g]", vec![format!("T01 {user}")]),
        ("a{SessionName}", "[g]", vec![format!("T01 {user}")]),
        (
            "x:{{EC2PrivateDNSName}}",
            "[g]",
            vec![format!("T02 {user}")],
        ),
        ("\"{{SessionName}}\"", "[g]", vec![format!("T05 {user}")]),
        ("dev:{{AccessKeyID}}", "[g]", vec![format!("T08 {user}")]),
        ("system:admin", "[g]", vec![format!("U01 {user}")]),
        (
            "system:node:n",
            "[system:bootstrappers, system:nodes]",
            vec![format!("U02 {user}")],
        ),
        (
            "\"system:node:\"",
            "[system:bootstrappers, system:nodes]",
            vec![format!("D18 {user}")],
        ),
        (
            "system:node:{{SessionNameRaw}}",
            "[system:bootstrappers, system:nodes]",
            vec![format!("T06 {user}")],
        ),
        (
            "system:node:{{SessionName}}",
            "[system:bootstrappers, system:nodes]",
            vec![format!("G03 {user}")],
        ),
        (
            "system:node:{{EC2PrivateDNSName}}",
            "[system:nodes]",
            vec![format!("G01 {user}")],
        ),
        (
            "d:{{SessionName}}",
            "[system:nodes]",
            vec![format!("G01 {user}"), format!("G04 {user}")],
        ),
        ("\" d\"", "[g]", vec![format!("S08 {user}")]),
        ("\"\"", "[g]", vec![format!("S09 {user}")]),
        (
            "no",
            "[g]",
            vec![format!("S06 {user}"), format!("S09 {user}")],
        ),
        ("d", "[]", vec![format!("S10 {user}")]),
        (
            "d",
            "g",
            vec![format!("S10 {user}"), "S07 13:15".to_owned()],
        ),
        ("d", "[\"a - b\"]", vec![format!("S08 {group}")]),
        ("d", "[a, a]", vec!["S11 13:19".to_owned()]),
        ("d", "[1]", vec![format!("S06 {group}")]),
        ("d", "[system:masters]", vec![format!("G05 {group}")]),
        ("d", "[system:authenticated]", vec![format!("G06 {group}")]),
        ("d", "[system:monitoring]", vec![format!("G08 {group}")]),
        ("d", "[\"{{SessionName}}\"]", vec![format!("T07 {group}")]),
        (
            "d\u{a0}",
            "[g]",
            vec!["S08 12:17".to_owned(), "D12 12:18".to_owned()],
        ),
    ] {
        assert_eq!(
            codes(&named(username, groups)),
            expected,
            "{username} {groups}"
        );
    }
}

#[test]
fn every_rule_on_the_shape_of_entries_finds_its_fault() {
    let arn = "rolearn: arn:aws:iam::111122223333:role/dev";
    let rest = "username: d\n  groups: [g]";
    for (text, expected) in [
        (
            format!("- role_arn: x\n  {rest}"),
            vec!["S01 11:7", "S03 11:7"],
        ),
        (
            format!(
                "- {arn}\n  sso: {{permissionSetName: A, accountID: \"111122223333\"}}\n  {rest}"
            ),
            vec!["S02 11:7"],
        ),
        (format!("- {arn}\n  group: [x]\n  {rest}"), vec!["S03 12:7"]),
        (
            format!("- {}\n  {rest}", arn.replace("rolearn", "roleARN")),
            vec!["S04 11:7"],
        ),
        (
            format!("- {arn}\n  userName: x\n  {rest}"),
            vec!["S04 12:7", "S05 13:7"],
        ),
        (
            format!("- {arn}\n  {rest}\n  username: e"),
            vec!["D13 14:7"],
        ),
        (format!("- {arn}\n  {rest}\n  userid: x"), vec!["S12 14:7"]),
        (
            format!("- {}\n  {rest}", arn.replace("rolearn", "userarn")),
            vec!["S01 11:7", "S13 11:7"],
        ),
        ("- dev".to_owned(), vec!["S15 11:7"]),
        (
            format!(
                "- sso: {{permissionSetName: A, accountID: \"111122223333\", partition: aws}}\n  {rest}"
            ),
            vec!["P03 11:7", "P04 11:7"],
        ),
        (
            format!("- {arn}\n  username: {{{{SessionName}}}}"),
            vec!["T03 12:18"],
        ),
        (format!("- {arn}\n\t{rest}"), vec!["D02 12:5"]),
        (format!("- {arn}\n  username: @x"), vec!["D01 12:17"]),
        (format!("- {arn}\n  {rest}\n---\n- x"), vec!["D05 14:5"]),
        (format!("- &a\n  {arn}\n  {rest}"), vec!["D14 7:13"]),
    ] {
        assert_eq!(codes(&roles(&text)), expected, "{text}");
    }
    let ann = "userarn: arn:aws:iam::111122223333:user/ann\n  username: ann\n  groups: [g]";
    let double = format!("- {ann}\n- {ann}").replace("ANN", "ann");
    assert_eq!(codes(&users(&double)), ["A18 15:16"]);
    let role = ann.replace("user/ann", "role/node");
    assert_eq!(
        codes(&users(&format!("- {role}"))),
        ["A19 12:16", "S14 12:16"]
    );
    let session = ann.replace("username: ann", "username: a:{{SessionName}}");
    assert_eq!(codes(&users(&format!("- {session}"))), ["T04 13:17"]);
}

#[test]
fn every_rule_on_the_config_map_finds_its_fault() {
    let good = format!("{HEAD}  mapRoles: |\n{NODES}");
    for (text, expected) in [
        (good.clone(), vec![]),
        (
            good.replace("name: aws-auth", "name: aws-auht"),
            vec!["D08 4:9"],
        ),
        (good.replace("kube-system", "default"), vec!["D08 5:14"]),
        (
            good.replace("mapRoles", "maproles"),
            vec!["D15 1:1", "D06 7:3"],
        ),
        (
            good.replace("mapRoles", "mapRole"),
            vec!["D15 1:1", "D06 7:3"],
        ),
        (good.replace("mapRoles: |", "mapRoles:"), vec!["D03 8:5"]),
        (format!("{good}  other: x\n"), vec!["D07 11:3"]),
        (format!("{good}immutable: true\n"), vec!["D09 11:1"]),
        (format!("{good}binaryData: {{a: b}}\n"), vec!["D10 11:1"]),
        (
            format!("{good}  mapAccounts: |\n    - \"111122223333\"\n"),
            vec!["P01 12:7"],
        ),
        (
            format!("{good}  mapAccounts: |\n    - 111122223333\n"),
            vec!["P01 12:7", "P02 12:7"],
        ),
        (
            format!("{HEAD}  mapRoles: |\n    rolearn: x\n"),
            vec!["D04 8:5"],
        ),
        (good.replace("role/node", "role/node  "), vec!["D12 8:51"]),
        (good.replace('\n', "\r\n"), vec!["D12 1:15"]),
        (
            format!(
                "{HEAD}  mapRoles: |\n{}",
                NODES.replace("node\n", "windows\n")
            ),
            vec!["G02 9:17"],
        ),
    ] {
        assert_eq!(codes(&text), expected, "{text}");
    }
}

#[test]
fn size_and_number_have_limits() {
    let size = |bytes: usize| {
        let text = roles("") + &format!("  notes: \"{}\"\n", "n".repeat(bytes));
        severities(&text, &["D11"])
    };
    assert_eq!(size(200 << 10), [""; 0]);
    assert_eq!(size(260 << 10), ["D11 warning"]);
    assert_eq!(size(800 << 10), ["D11 warning"]);
    assert_eq!(size(1 << 20), ["D11 error"]);
    let many = |count: usize| {
        let entries = (0..count).map(|number| {
            format!("- {{rolearn: 'arn:aws:iam::111122223333:role/r{number}', username: u{number}, groups: [g]}}\n")
        });
        severities(&roles(&entries.collect::<String>()), &["D19"])
    };
    // With the role of the nodes.
    assert_eq!(many(2999), [""; 0]);
    assert_eq!(many(3000), ["D19 warning"]);
}

#[test]
fn what_others_lose_or_make_and_what_cannot_be_told_apart_is_found() {
    let twins = "- rolearn: arn:aws:iam::111122223333:role/a\n  username: same\n  groups: [g]\n\
                 - rolearn: arn:aws:iam::111122223333:role/b\n  username: same\n  groups: [g]";
    assert_eq!(codes(&roles(twins)), ["A21 15:17"]);
    let commented =
        "# ours\n- rolearn: arn:aws:iam::111122223333:role/a\n  username: a\n  groups: [g]";
    assert_eq!(severities(&roles(commented), &["D16"]), ["D16 info"]);
    let eksctl = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\niamIdentityMappings:\n\
                  - serviceName: emr-containers\n";
    assert_eq!(codes(eksctl), ["F03 4:3"]);
    let object = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n\
                  metadata: {name: a, namespace: b}\nsubjects: none\n";
    assert_eq!(codes(object), ["F04 1:1"]);
}

#[test]
fn codes_are_told_once() {
    let codes: BTreeSet<_> = RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(codes.len(), RULES.len());
}
