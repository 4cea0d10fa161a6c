//! What becomes of entries of aws-auth on their way to access entries.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use aws_auth_sync::combined::Combined;
use aws_auth_sync::input::Input;
use aws_auth_sync::migrate::{ArnMap, Known, Migration, Target, emit};
use aws_auth_sync::subject::Subject;

const CLUSTER: &str = "arn:aws:eks:eu-west-1:111122223333:cluster/demo";

fn migrate(list: &str, entries: &str) -> Migration {
    let body: String = entries
        .lines()
        .map(|line| format!("    {line}\n"))
        .collect();
    let text = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: aws-auth, namespace: kube-system}}\ndata:\n  {list}: |\n{body}"
    );
    let subject = Subject::read(&Input {
        file: "f.yaml".into(),
        bytes: text.into_bytes(),
    });
    let known = Known {
        arns: ArnMap::parse(
            "{\"arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_0123456789abcdef\": \
             \"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef\"}",
        )
        .unwrap(),
        fargate_roles: vec!["arn:aws:iam::111122223333:role/path/fargate".to_owned()],
        hybrid_roles: vec!["arn:aws:iam::111122223333:role/hybrid".to_owned()],
    };
    let target: Target = CLUSTER.parse().unwrap();
    Migration::plan(&Combined::new(&[subject]), &target, &known)
}

fn role(name: &str, username: &str, groups: &str) -> String {
    format!(
        "- rolearn: arn:aws:iam::111122223333:role/{name}\n  username: {username}\n  groups: {groups}\n"
    )
}

/// `TYPE ARN USERNAME GROUPS POLICIES`
fn made(migration: &Migration) -> Vec<String> {
    let entries = migration.entries.iter().map(|entry| {
        let policies: Vec<&str> = entry
            .access_policies
            .iter()
            .map(|policy| policy.policy_arn.rsplit('/').next().unwrap())
            .collect();
        format!(
            "{} {} {} [{}] [{}]",
            entry.entry_type,
            entry
                .principal
                .to_string()
                .split_once("3333:")
                .map_or("", |(_, rest)| rest),
            entry.username.as_deref().unwrap_or("-"),
            entry.kubernetes_groups.join(","),
            policies.join(","),
        )
    });
    entries.collect()
}

const NODES: &str = "[system:bootstrappers, system:nodes]";

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn entries_that_access_entries_can_hold_are_carried_over() {
    for (name, username, groups, expected) in [
        (
            "n",
            "system:node:{{EC2PrivateDNSName}}",
            NODES,
            "EC2_LINUX role/n - [] []",
        ),
        (
            "n",
            "system:node:{{EC2PrivateDNSName}}",
            "[eks:kube-proxy-windows, system:bootstrappers, system:nodes]",
            "EC2_WINDOWS role/n - [] []",
        ),
        (
            "fargate",
            "system:node:{{SessionName}}",
            "[system:bootstrappers, system:nodes, system:node-proxier]",
            "FARGATE_LINUX role/fargate - [] []",
        ),
        (
            "hybrid",
            "system:node:{{SessionName}}",
            NODES,
            "HYBRID_LINUX role/hybrid - [] []",
        ),
        (
            "a",
            "admin",
            "[system:masters]",
            "STANDARD role/a admin [] [AmazonEKSClusterAdminPolicy]",
        ),
        (
            "a",
            "admin",
            "[system:masters, ops]",
            "STANDARD role/a admin [ops] [AmazonEKSClusterAdminPolicy]",
        ),
        (
            "a",
            "d:{{SessionNameRaw}}",
            "[x]",
            "STANDARD role/a d:{{SessionNameRaw}} [x] []",
        ),
        (
            "a",
            "arn:aws:sts::111122223333:assumed-role/a/{{SessionName}}",
            "[x]",
            "STANDARD role/a - [x] []",
        ),
        ("a", "\"\"", "[x]", "STANDARD role/a - [x] []"),
        (
            "a",
            "a{{AccountID}}",
            "[\"g-{{AccountID}}\"]",
            "STANDARD role/a a111122223333 [g-111122223333] []",
        ),
        (
            "AWSReservedSSO_Ops_0123456789abcdef",
            "o",
            "[x]",
            "STANDARD role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef o [x] []",
        ),
    ] {
        let migration = migrate("mapRoles", &role(name, username, groups));
        assert_eq!(made(&migration), [expected], "{:?}", migration.blocked);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_the_api_would_refuse_is_blocked_with_a_proposal() {
    for (name, username, groups, reason) in [
        (
            "a",
            "\"{{SessionName}}\"",
            "[x]",
            "a colon before the session name",
        ),
        ("a", "system:admin", "[x]", "cannot begin with system:"),
        ("a", "eks:x", "[x]", "cannot begin with eks:"),
        (
            "a",
            "d:{{AccessKeyID}}",
            "[x]",
            "{{AccessKeyID}} cannot stand",
        ),
        (
            "a",
            "d:{{EC2PrivateDNSName}}",
            "[x]",
            "{{EC2PrivateDNSName}} cannot stand",
        ),
        (
            "a",
            "d:{{Unknown}}",
            "[x]",
            "neither aws-auth nor EKS knows",
        ),
        (
            "a",
            "d",
            "[\"g:{{SessionName}}\"]",
            "no placeholders in groups",
        ),
        (
            "a",
            "d",
            "[system:monitoring]",
            "groups of access entries cannot begin with system:",
        ),
        (
            "n",
            "system:node:{{EC2PrivateDNSName}}",
            "[system:nodes]",
            "one of the groups of nodes is missing",
        ),
        (
            "n",
            "system:node:{{EC2PrivateDNSName}}",
            "[system:bootstrappers, system:nodes, system:masters]",
            "takes no groups",
        ),
        (
            "other",
            "system:node:{{SessionName}}",
            NODES,
            "on Fargate or hybrid",
        ),
        ("x/a", "d", "[x]", "has a path"),
        ("AWSServiceRoleForX", "d", "[x]", "service-linked"),
        (
            "AWSReservedSSO_View_0123456789abcdef",
            "d",
            "[x]",
            "aws-reserved/sso.amazonaws.com",
        ),
    ] {
        let migration = migrate("mapRoles", &role(name, username, groups));
        let told: Vec<_> = migration
            .blocked
            .iter()
            .map(|blocked| blocked.reason.as_str())
            .collect();
        assert!(
            migration.entries.is_empty() && told.len() == 1 && told[0].contains(reason),
            "{username}: {told:?}"
        );
        assert!(
            migration
                .blocked
                .iter()
                .all(|blocked| !blocked.proposal.is_empty())
        );
    }
    for (list, entry, reason) in [
        ("mapAccounts", "- \"111122223333\"", "a whole account"),
        (
            "mapRoles",
            "- sso: {permissionSetName: A, accountID: \"111122223333\"}\n  username: a",
            "an sso block",
        ),
        (
            "mapUsers",
            "- userarn: arn:aws:iam::111122223333:root\n  username: a",
            "root",
        ),
        (
            "mapUsers",
            "- userarn: arn:aws:sts::111122223333:federated-user/bob\n  username: a",
            "only users and roles",
        ),
        (
            "mapRoles",
            "- rolearn: arn:aws:iam::444455556666:role/a\n  username: a",
            "another account",
        ),
        (
            "mapUsers",
            "- userarn: arn:aws:iam::111122223333:user/a\n  username: \"a:{{SessionName}}\"",
            "a user has no session",
        ),
        (
            "mapUsers",
            "- userarn: arn:aws:iam::111122223333:user/a\n  username: a\n- userarn: arn:aws:iam::111122223333:user/A\n  username: b",
            "left to chance",
        ),
    ] {
        let migration = migrate(list, entry);
        assert!(
            migration.entries.is_empty()
                && migration
                    .blocked
                    .iter()
                    .all(|blocked| blocked.reason.contains(reason)),
            "{entry}: {migration:?}"
        );
        assert!(migration.is_blocked());
    }
}

#[test]
fn of_duplicates_the_last_one_goes_and_dead_entries_gain_nothing() {
    let both = role("a", "first", "[system:masters]") + &role("A", "last", "[x]");
    let migration = migrate("mapRoles", &both);
    assert_eq!(made(&migration), ["STANDARD role/A last [x] []"]);
    assert_eq!(migration.skipped.len(), 1);
    let dead = migrate(
        "mapRoles",
        "- rolearn: arn:aws:iam::111122223333:instance-profile/a\n  username: a",
    );
    assert_eq!((dead.entries.len(), dead.skipped.len()), (0, 1));
}

#[test]
fn no_name_leaves_its_place_in_a_script_or_a_template() {
    let hostile = role("a", "\"d'; rm -rf ~ #${x}%{y}\\\\\"", "[\"$(reboot)`\"]");
    let migration = migrate("mapRoles", &hostile);
    let target: Target = CLUSTER.parse().unwrap();
    let script = emit::render(&migration, &target, emit::Format::Cli);
    assert!(script.contains("d'\\''; rm -rf ~ #${x}"), "{script}");
    let terraform = emit::render(&migration, &target, emit::Format::Terraform);
    assert!(
        terraform.contains("#$${x}%%{y}\\\\\"") && terraform.contains("$(reboot)`"),
        "{terraform}"
    );
    for format in [
        emit::Format::Cloudformation,
        emit::Format::Eksctl,
        emit::Format::AccessEntries,
    ] {
        let text = emit::render(&migration, &target, format);
        let value: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        assert!(
            value.to_string().contains("d'; rm -rf ~ #${x}%{y}"),
            "{text}"
        );
    }
}

#[test]
fn the_emitted_access_entries_are_read_by_the_webhooks_own_reader() {
    let entries = role("n", "system:node:{{EC2PrivateDNSName}}", NODES)
        + &role("a", "admin", "[system:masters, ops]");
    let migration = migrate("mapRoles", &entries);
    let text = emit::render(
        &migration,
        &CLUSTER.parse().unwrap(),
        emit::Format::AccessEntries,
    );
    let document = iam_core::access_entry::Document::parse(&text).unwrap();
    assert_eq!((document.entries.len(), document.diagnostics.len()), (2, 0));
}

#[test]
fn a_map_of_arns_names_the_same_roles() {
    let plain = "arn:aws:iam::111122223333:role/a";
    for (value, said) in [
        ("arn:aws:iam::111122223333:role/p/b", "is not the role"),
        (
            "arn:aws:iam::111122223333:user/a",
            "is not the ARN of a role",
        ),
    ] {
        let error = ArnMap::parse(&format!("{{\"{plain}\": \"{value}\"}}")).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
}
