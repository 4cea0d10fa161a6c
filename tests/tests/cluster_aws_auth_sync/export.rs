//! The live aws-auth as a source.

use e2e::support::{cluster::Story, command::Output};
use serde_json::json;

use super::{kubectl, live, said, with_cluster};

/// Made by hand: comments, flow style, a key of somebody's, an entry that never acts.
const ROLES: &str = "# nodes\n\
    - groups: [system:bootstrappers, system:nodes]\n  \
      rolearn: arn:aws:iam::111122223333:role/node\n  \
      username: system:node:{{EC2PrivateDNSName}} # fixed\n\
    - {rolearn: 'arn:aws:iam::111122223333:role/team/dev', username: dev}\n";

#[test]
fn what_it_prints_declares_the_entries_that_act_and_tells_the_others() {
    with_cluster(|story| {
        story.set_aws_auth(&json!({ "mapRoles": ROLES, "mapAccounts": "- \"444455556666\"" }));
        let output = story
            .aws_auth_sync(&["export", "--owner", "platform"])
            .run();
        let source = "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\nowner: platform\nroles:\n\
                      - rolearn: arn:aws:iam::111122223333:role/node\n  \
                        username: \"system:node:{{EC2PrivateDNSName}}\"\n  groups:\n  \
                        - system:bootstrappers\n  - system:nodes\n\
                      accounts:\n- \"444455556666\"\n\
                      # Not declared here, and left as it is in aws-auth:\n# ";
        let left = "mapRoles, line 5: arn:aws:iam::111122223333:role/team/dev: A02: the role's ARN \
                    has a path, which no caller's ARN shows (write \
                    arn:aws:iam::111122223333:role/dev)\n";
        let warning = format!("warning: kube-system/aws-auth: left out: {left}");
        let expected = format!("{source}{left}");
        assert_eq!(
            said(&output),
            (Some(0), expected.as_str(), warning.as_str())
        );

        let json = story.aws_auth_sync(&["export", "-o", "json"]).run();
        let read = ["yaml", "json"].map(|name| {
            let text = if name == "yaml" { &output } else { &json };
            let file = story
                .sandbox
                .write(format!("exported.{name}"), &text.stdout);
            rendered(
                &story
                    .aws_auth_sync(&["render", file.to_str().unwrap()])
                    .run(),
            )
        });
        let [yaml, json] = read;
        assert_eq!(yaml, json);
    });
}

#[test]
fn the_manifest_is_what_is_there_byte_for_byte() {
    with_cluster(|story| {
        let data = json!({
            "mapRoles": ROLES,
            "mapUsers": "[]",
            "notes": "  a\r\n\tb \u{e9}\n\n",
        });
        story.set_aws_auth(&data);
        let before = live(story).expect("aws-auth is there");
        let output = story.aws_auth_sync(&["export", "-o", "yaml"]).run();
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        assert!(output.stdout.contains("    # nodes\n"), "{}", output.stdout);
        assert_eq!(live(story), Some(before));
        kubectl(story, "delete", &[]);
        let create = [
            "create",
            "--filename=-",
            "--output=json",
            "--validate=strict",
        ];
        let created = story
            .admin()
            .command(&create)
            .stdin(output.stdout)
            .succeed();
        assert_eq!(created.json()["data"], data);
    });
}

#[test]
fn where_there_is_none_it_prints_nothing() {
    with_cluster(|story: &Story<'_>| {
        let message = "aws-auth-sync: the cluster has no configmap kube-system/aws-auth\n\
                       hint: choose the cluster with --context NAME\n";
        let output = story.aws_auth_sync(&["export"]).run();
        assert_eq!(said(&output), (Some(1), "", message));
    });
}

/// What `render` printed, without the comments and the owner.
fn rendered(output: &Output) -> String {
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    let (_, data) = output.stdout.split_once("\ndata:").expect("it has data");
    data.to_owned()
}
