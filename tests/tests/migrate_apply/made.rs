//! What is made, and what is told of it.

use e2e::support::eks::AccessEntry;
use e2e::support::programs::Program;
use serde_json::json;

use crate::{AWS_AUTH, Story, all, arn, made, outcomes};

#[test]
fn what_aws_auth_says_is_made_and_read_again_and_the_next_run_changes_nothing() {
    let story = Story::new();
    let output = story.apply(&[]).succeed();
    assert_eq!(made(), story.entries());
    let policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
    let expected = format!(
        "created   EC2_LINUX {nodes}  (aws-auth.yaml:6)
created   STANDARD {admin}  (aws-auth.yaml:9)
    username admin:{{{{SessionName}}}}
    groups ops
    policy {policy} on the cluster
    warning: system:masters becomes AmazonEKSClusterAdminPolicy, which webhooks and audits see and which can be revoked; RBAC that names system:masters no longer reaches the caller
created   STANDARD {dev}  (aws-auth.yaml:12)
    username dev:{{{{SessionName}}}}
    groups devs
created   STANDARD {ann}  (aws-auth.yaml:16)
    username ann
    groups devs

4 created

Next, each step by itself:
  1. let each principal log in: kubectl auth whoami. The access entries win over aws-auth already;
     to go back, delete them: aws eks delete-access-entry --cluster-name demo --principal-arn ARN
  2. take the entries out of aws-auth, those of nodes last: nothing has been taken out of it here
  3. only when nothing is left in aws-auth, switch the mode to API; there is no way back:
     aws eks update-cluster-config --name demo --access-config authenticationMode=API
",
        nodes = arn("role/nodes"),
        admin = arn("role/admin"),
        dev = arn("role/dev"),
        ann = arn("user/team/ann"),
    );
    assert_eq!(
        (expected.as_str(), ""),
        (output.stdout.as_str(), output.stderr.as_str())
    );
    let writes = story.writes();
    let again = story.apply(&["-o", "json"]).succeed();
    assert_eq!(all("unchanged"), outcomes(&again.stdout));
    assert_eq!((made(), writes), (story.entries(), story.writes()));
}

#[test]
fn a_dry_run_tells_and_changes_nothing() {
    let story = Story::new();
    story.put(AccessEntry::new(&arn("role/dev"), "STANDARD").groups(&["old"]));
    let output = story
        .apply(&["--dry-run", "--update-existing", "-o", "json"])
        .succeed();
    let expected = [
        "created role/nodes",
        "created role/admin",
        "updated role/dev",
        "created user/team/ann",
    ];
    assert_eq!(
        expected.map(str::to_owned).to_vec(),
        outcomes(&output.stdout)
    );
    assert_eq!(0, story.writes());
    let text = story
        .apply(&["--dry-run", "--update-existing"])
        .succeed()
        .stdout;
    assert!(
        text.contains("\nnothing is changed; it would be: 3 created, 1 updated\n"),
        "{text}"
    );
}

#[test]
fn one_that_fails_holds_nobody_up_and_a_path_is_asked_for() {
    let story = Story::new();
    let text = AWS_AUTH.replace("role/dev\n", "role/ops\n");
    story.sandbox.write("home/aws-auth.yaml", text);
    story.eks.add_principal(&arn("role/team/ops"));
    let output = story.apply(&[]).run();
    assert_eq!(Some(1), output.code);
    let told = "\
failed    STANDARD arn:aws:iam::111122223333:role/ops  (aws-auth.yaml:12)
    creating the access entry of arn:aws:iam::111122223333:role/ops: InvalidParameterException: The \
specified principalArn is invalid: invalid principal. (request id 00000000-0000-4000-8000-00000000ec50)
    hint: if EKS does not know the principal: it has to exist, and a role has to be named with its \
path: aws iam get-role tells it, --arn-map takes it
";
    assert!(output.stdout.contains(told), "{}", output.stdout);
    assert!(
        output.stdout.contains("3 created, 1 failed"),
        "{}",
        output.stdout
    );
    let next = "Next:\n  - mend what failed, then the same again: what is done stays done\n";
    assert!(output.stdout.ends_with(next), "{}", output.stdout);
    let map = json!({ arn("role/ops"): arn("role/team/ops") });
    story.sandbox.write("home/map.json", map.to_string());
    let output = story
        .apply(&["--arn-map", "map.json", "-o", "json"])
        .succeed();
    let expected = [
        "unchanged role/nodes",
        "unchanged role/admin",
        "created role/team/ops",
        "unchanged user/team/ann",
    ];
    assert_eq!(
        expected.map(str::to_owned).to_vec(),
        outcomes(&output.stdout)
    );
}

#[test]
fn what_is_blocked_is_told_and_the_rest_is_made() {
    let story = Story::new();
    let text = format!("{AWS_AUTH}  mapAccounts: |\n    - \"111122223333\"\n");
    story.sandbox.write("home/aws-auth.yaml", text);
    let output = story.apply(&[]).run();
    assert_eq!(Some(3), output.code);
    let told = "\
! mapAccounts entry 0: \"111122223333\"
    blocked: a whole account cannot be an access entry
    make an entry for each user and role of it that logs in

4 created, 1 blocked
";
    assert!(output.stdout.contains(told), "{}", output.stdout);
    assert!(
        !output.stdout.contains("authenticationMode=API"),
        "{}",
        output.stdout
    );
    assert_eq!(made(), story.entries());
}

#[test]
fn a_cluster_that_is_not_the_one_or_not_there_is_told_before_anything_is_changed() {
    let story = Story::new();
    let apply = |cluster: &str, region: &str| {
        let command = story
            .sandbox
            .command(Program::AwsAuthSync)
            .keys(&story.keys);
        let command = command.args(["migrate", "apply", "--cluster", cluster]);
        let command = command.args(["--region", region, "aws-auth.yaml"]);
        let output = command.env("AWS_ENDPOINT_URL_EKS", story.eks.url()).run();
        let error = output.stderr.replace("aws-auth-sync: migrate apply: ", "");
        (output.code, error)
    };
    let own = story.cluster.arn();
    let far = own.replace("us-west-2", "eu-west-1");
    let foreign = own.replace("111122223333", "444455556666");
    let table = [
        ("demo", "us-west-2", 0, String::new()),
        (
            "other",
            "us-west-2",
            1,
            "ask EKS: describing other in us-west-2: ResourceNotFoundException: No cluster found for \
             name: other. (request id 00000000-0000-4000-8000-00000000ec50)\n\
             hint: check the name, the region and the account: --cluster, --region and --profile \
             choose them\n"
                .to_owned(),
        ),
        (
            &far,
            "us-west-2",
            1,
            format!("{far} is not in us-west-2\nhint: leave --region out: the ARN tells it\n"),
        ),
        (
            &foreign,
            "us-west-2",
            5,
            format!(
                "the credentials see {own}, not {foreign}\n\
                 hint: choose the account of the cluster with --profile\n"
            ),
        ),
    ];
    for (cluster, region, code, error) in table {
        assert_eq!((Some(code), error), apply(cluster, region), "{cluster}");
    }
    assert_eq!(made(), story.entries());
}
