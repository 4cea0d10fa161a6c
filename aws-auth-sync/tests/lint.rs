//! Every rule finds what it is for, at its place, and the examples are clean.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::collections::BTreeSet;
use std::fs;

use aws_auth_sync::input::Input;
use aws_auth_sync::lint::report::{Colour, Format, render};
use aws_auth_sync::lint::{self, Finding, Live, Settings, Severity, fix, rule::RULES};
use aws_auth_sync::subject::Subject;

fn subject(text: &str) -> Subject {
    Subject::read(&Input {
        file: "f.yaml".into(),
        bytes: text.as_bytes().to_vec(),
    })
}

fn settings() -> Settings {
    Settings {
        partition: Some("aws".parse().unwrap()),
        windows_roles: vec!["arn:aws:iam::111122223333:role/windows".to_owned()],
        ..Settings::default()
    }
}

fn check(text: &str) -> Vec<Finding> {
    lint::check(&[subject(text)], &settings())
}

/// `CODE LINE:COLUMN` of each finding that is more than a note.
fn codes(text: &str) -> Vec<String> {
    let findings = check(text);
    let told = findings
        .iter()
        .filter(|found| found.severity != Severity::Info);
    told.map(|found| {
        let (line, column) = (found.position.line, found.position.column);
        format!("{} {line}:{column}", found.rule.code)
    })
    .collect()
}

/// A manifest with a good role and `roles` behind it, from line 11 on.
fn roles(roles: &str) -> String {
    let body: String = roles.lines().map(|line| format!("    {line}\n")).collect();
    format!("{HEAD}  mapRoles: |\n{NODES}{body}")
}

fn users(users: &str) -> String {
    let body: String = users.lines().map(|line| format!("    {line}\n")).collect();
    format!("{HEAD}  mapRoles: |\n{NODES}  mapUsers: |\n{body}")
}

const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: aws-auth\n  namespace: kube-system\ndata:\n";
const NODES: &str = "    - rolearn: arn:aws:iam::111122223333:role/node
      username: system:node:{{EC2PrivateDNSName}}
      groups: [system:bootstrappers, system:nodes]
";

fn role(arn: &str) -> String {
    roles(&format!(
        "- rolearn: {arn}\n  username: dev:{{{{SessionName}}}}\n  groups: [dev]"
    ))
}

fn named(username: &str, groups: &str) -> String {
    roles(&format!(
        "- rolearn: arn:aws:iam::111122223333:role/dev\n  username: {username}\n  groups: {groups}"
    ))
}

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
fn reads_every_kind_of_source() {
    for (text, expected) in [
        (
            "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\nallowedAccounts: [\"444455556666\"]\nroles:\n- {rolearn: arn:aws:iam::111122223333:role/x/dev, username: d, groups: [g]}\n",
            vec!["A02 5:13", "A10 5:13"],
        ),
        (
            "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\nrolls: []\n",
            vec!["F02 3:1"],
        ),
        (
            "apiVersion: iamauthenticator.k8s.aws/v1alpha1\nkind: IAMIdentityMapping\nmetadata: {name: a}\nspec:\n  arn: arn:aws:iam::111122223333:role/x/dev\n  username: d\n  groups: [g]\n",
            vec!["A02 5:8"],
        ),
        (
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\niamIdentityMappings:\n- arn: arn:aws:iam::111122223333:role/x/dev\n  username: d\n  groups: [g]\n- account: \"111122223333\"\n",
            vec!["A02 4:8", "P01 7:12"],
        ),
        ("apiVersion: v1\nkind: Service\n", vec!["F01 1:1"]),
        ("a: [", vec!["D01 1:4"]),
    ] {
        assert_eq!(codes(text), expected, "{text}");
    }
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {}",
        role("arn:aws:iam::111122223333:role/x/dev").replace('\n', "\n  ")
    );
    assert_eq!(codes(&list), ["A02 14:18"]);
}

/// `CODE SEVERITY` of the findings of some rules.
fn severities(text: &str, codes: &[&str]) -> Vec<String> {
    let found = check(text).into_iter();
    let found = found.filter(|found| codes.contains(&found.rule.code));
    found
        .map(|found| format!("{} {}", found.rule.code, found.severity.word()))
        .collect()
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
fn bindings_among_the_files_tell_which_groups_reach_something() {
    let binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nsubjects:\n- {kind: Group, name: dev}\n---\n";
    let text = |group: &str| binding.to_owned() + &named("d", &format!("[{group}]"));
    assert_eq!(codes(&text("dev")), [""; 0]);
    assert_eq!(codes(&text("ops")), ["G07 18:16"]);
}

#[test]
fn a_cluster_tells_what_its_nodes_lack_and_which_groups_are_bound() {
    let live = |node: Option<&str>, windows: Option<&str>| Live {
        bound_groups: ["dev".to_owned()].into(),
        node: node.map(str::to_owned),
        windows_node: windows.map(str::to_owned),
    };
    let codes = |text: &str, live: Live| -> Vec<String> {
        let settings = Settings {
            live: Some(live),
            ..settings()
        };
        // The second file has the same to say, and is not told again.
        let other = "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\n";
        let findings = lint::check(&[subject(text), subject(other)], &settings);
        let told = findings.iter().map(|found| {
            let (line, column) = (found.position.line, found.position.column);
            format!("{} {line}:{column}", found.rule.code)
        });
        told.collect()
    };
    let empty = format!("{HEAD}  mapRoles: |\n    []\n");
    let nodes = format!("{HEAD}  mapRoles: |\n{NODES}");
    let windows = nodes.replace("system:nodes]", "system:nodes, eks:kube-proxy-windows]");
    for (text, live, expected) in [
        (&empty, live(None, None), &[][..]),
        (&empty, live(Some("n"), None), &["D15 1:1"]),
        (&nodes, live(Some("n"), None), &[]),
        (&nodes, live(Some("n"), Some("w")), &["G02 1:1"]),
        (&windows, live(Some("n"), Some("w")), &[]),
        (&named("d", "[dev]"), live(Some("n"), None), &[]),
        (&named("d", "[ops]"), live(Some("n"), None), &["G07 13:16"]),
    ] {
        assert_eq!(codes(text, live), expected, "{text}");
    }
}

#[test]
fn a_comment_accepts_what_it_names_and_nothing_else() {
    let entry =
        "- rolearn: arn:aws:iam::111122223333:role/dev\n  username: d\n  groups: [system:masters]";
    assert_eq!(codes(&roles(entry)), ["G05 13:16"]);
    for accepted in [
        format!("# aws-auth-sync: allow G05\n{entry}"),
        format!("{entry} # aws-auth-sync: allow A13, G05"),
    ] {
        assert_eq!(codes(&roles(&accepted)), [""; 0], "{accepted}");
    }
    let other = format!("# aws-auth-sync: allow G06\n{entry}");
    assert_eq!(codes(&roles(&other)), ["G05 14:16"]);
}

#[test]
fn duplicates_are_found_across_files_with_both_places() {
    let first = subject(
        "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\nroles:\n- {rolearn: arn:aws:iam::111122223333:role/dev, username: d, groups: [g]}\n",
    );
    let mut second = first.clone();
    second.file = "g.yaml".into();
    let findings = lint::check(&[first, second], &settings());
    let told: Vec<_> = findings
        .iter()
        .map(|found| {
            (
                found.rule.code,
                found.severity,
                &*found.file,
                found.message.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [(
            "A17",
            Severity::Error,
            "g.yaml",
            "f.yaml:4 names the same role"
        )]
    );
}

#[test]
fn fixes_change_what_they_name_and_keep_every_other_byte() {
    for (before, after) in [
        (
            role("arn:aws:iam::111122223333:role/team/dev"),
            role("arn:aws:iam::111122223333:role/dev"),
        ),
        (
            role("\"arn:aws:iam::111122223333:role/team/dev\""),
            role("\"arn:aws:iam::111122223333:role/dev\""),
        ),
        (
            role("arn:aws:sts::111122223333:assumed-role/dev/ann"),
            role("arn:aws:iam::111122223333:role/dev"),
        ),
        (named("no", "[g]"), named("\"no\"", "[g]")),
        (
            named("{{SessionName}}", "[g]"),
            named("\"{{SessionName}}\"", "[g]"),
        ),
        (
            named("'d:{{ sessionname }}'", "[g]"),
            named("'d:{{SessionName}}'", "[g]"),
        ),
        (
            named("d", "\n  - a\n  - b\n  - a").replace("groups: \n", "groups:\n"),
            named("d", "\n  - a\n  - b").replace("groups: \n", "groups:\n"),
        ),
        (
            role("arn:aws:iam::111122223333:role/dev").replace("mapRoles", "maproles"),
            role("arn:aws:iam::111122223333:role/dev"),
        ),
        (
            role("arn:aws:iam::111122223333:role/dev  # why"),
            role("arn:aws:iam::111122223333:role/dev  # why"),
        ),
        (
            role("arn:aws:iam::111122223333:role/dev  "),
            role("arn:aws:iam::111122223333:role/dev"),
        ),
        (
            format!("{}  mapAccounts: |\n    - 012345678901\n", roles("")),
            format!("{}  mapAccounts: |\n    - \"012345678901\"\n", roles("")),
        ),
    ] {
        let mended = fix::mend(&subject(&before), &settings());
        let text = mended.map_or(before.clone(), |mended| {
            String::from_utf8(mended.bytes).unwrap()
        });
        assert_eq!(text, after);
    }
}

#[test]
fn every_format_tells_every_finding() {
    let subjects = [subject(&role("arn:aws:iam::111122223333:role/team/d|<v>"))];
    let findings = lint::check(&subjects, &settings());
    for format in [
        Format::Text,
        Format::Json,
        Format::Sarif,
        Format::Github,
        Format::Junit,
        Format::Markdown,
    ] {
        let text = render(&subjects, &findings, format, Colour::Never);
        for finding in &findings {
            assert!(text.contains(finding.rule.code), "{format:?}: {text}");
        }
    }
}

#[test]
fn a_terminal_is_told_nothing_that_it_would_obey() {
    let text = named("\"a\u{1b}[2J\u{202e}b\"", "[g]").replace("\u{1b}", "\u{200b}");
    let subjects = [subject(&text)];
    let findings = lint::check(&subjects, &settings());
    let told = render(&subjects, &findings, Format::Text, Colour::Never);
    assert!(!findings.is_empty());
    assert!(
        told.chars().all(|c| c == '\n' || !c.is_control())
            && !told.contains(['\u{202e}', '\u{200b}']),
        "{told}"
    );
}

#[test]
fn the_examples_are_clean() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/");
    for file in [
        "aws-auth.yaml",
        "access/admins.yaml",
        "access/developers.yaml",
        "access/nodes.yaml",
    ] {
        let text = fs::read_to_string(format!("{root}{file}")).unwrap();
        let errors: Vec<_> = check(&text)
            .into_iter()
            .filter(|found| found.severity == Severity::Error)
            .collect();
        assert_eq!(errors, [], "{file}");
    }
}

#[test]
fn codes_are_told_once() {
    let codes: BTreeSet<_> = RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(codes.len(), RULES.len());
}

/// One line, as programs write it: nothing may look through the whole line for each finding.
#[test]
fn a_file_of_one_line_is_checked_and_told_like_any_other() {
    let entry = "{\"rolearn\": \"arn:aws:iam::111122223333:role/p/\u{e9}\", \"username\": no, \"groups\": [\"a\", \"a\"]}";
    let entries = vec![entry; 2_000].join(", ");
    let text = format!(
        "{{\"apiVersion\": \"aws-auth-sync/v1\", \"kind\": \"AwsAuth\", \"roles\": [{entries}]}}"
    );
    let subjects = [subject(&text)];
    let findings = lint::check(&subjects, &settings());
    assert!(findings.len() > 10_000, "{}", findings.len());
    for format in [
        Format::Text,
        Format::Json,
        Format::Sarif,
        Format::Github,
        Format::Junit,
        Format::Markdown,
    ] {
        assert!(!render(&subjects, &findings, format, Colour::Never).is_empty());
    }
}

#[test]
fn hostile_text_is_refused_and_costs_little() {
    let bomb = (1..30).fold(
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(),
        |text, level| {
            let one = level - 1;
            text + &format!(
                "a{level}: &a{level} [{}]\n",
                vec![format!("*a{one}"); 9].join(", ")
            )
        },
    );
    let deep = "[".repeat(100_000);
    for text in [
        bomb,
        deep,
        roles(&"[".repeat(50_000)),
        roles(&"- ".repeat(50_000)),
    ] {
        let findings = check(&text);
        assert!(
            findings
                .iter()
                .any(|found| found.severity == Severity::Error)
        );
    }
}
