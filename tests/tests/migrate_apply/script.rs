//! The script of `migrate emit --format cli`, run by bash with the AWS CLI.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use e2e::support::eks::AccessEntry;
use e2e::support::peers::Peers;
use e2e::support::programs::Program;

use crate::{Story, arn, made};

#[test]
fn the_script_of_the_aws_cli_makes_the_same_and_gives_the_usual_username_back() {
    let Some(peers) = Peers::for_story("the AWS CLI makes the access entries of a script") else {
        return;
    };
    let story = Story::new();
    story.put(
        AccessEntry::new(&arn("role/dev"), "STANDARD")
            .username("other")
            .groups(&["old"]),
    );
    let text = crate::AWS_AUTH.replace("      username: dev:{{SessionName}}\n", "");
    story.sandbox.write("home/aws-auth.yaml", text);
    let emit = story.sandbox.command(Program::AwsAuthSync);
    let emit = emit.args([
        "migrate",
        "emit",
        "--format",
        "cli",
        "--cluster",
        &story.cluster.arn(),
    ]);
    let script = emit.arg("aws-auth.yaml").succeed().stdout;
    story.sandbox.write("home/script.sh", script);
    let aws = format!(
        "#!/bin/sh\nexec {} -m awscli \"$@\"\n",
        peers.python().display()
    );
    let aws = story.sandbox.write("home/bin/aws", aws);
    fs::set_permissions(&aws, fs::Permissions::from_mode(0o755)).unwrap();
    let mut expected = made();
    for entry in &mut expected {
        entry.tags.clear();
        if entry.principal_arn == arn("role/dev") {
            entry.username = AccessEntry::new(&entry.principal_arn, "STANDARD").username;
        }
    }
    for _ in 0..2 {
        let bash = story
            .sandbox
            .command("/bin/bash")
            .arg("script.sh")
            .keys(&story.keys);
        let bash = bash.env(
            "PATH",
            format!("{}:/usr/bin:/bin", aws.parent().unwrap().display()),
        );
        bash.env("AWS_ENDPOINT_URL_EKS", story.eks.url())
            .deadline(4 * crate::PATIENCE)
            .succeed();
        assert_eq!(expected, story.entries());
    }
}
