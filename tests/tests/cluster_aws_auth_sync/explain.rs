//! What is live is explained as the consumer reads it.

use serde_json::{Value, json};

use super::{DEVELOPER, made, said, with_cluster};

#[test]
fn explains_the_live_aws_auth_by_its_lines() {
    with_cluster(|story| {
        let caller = "arn:aws:sts::111122223333:assumed-role/developer/session";
        let explain = ["explain", "-o", "json", "--arn", caller];
        let absent = story.aws_auth_sync(&explain).run();
        let message = "aws-auth-sync: the cluster has no configmap kube-system/aws-auth\n\
                       hint: choose the cluster with --context NAME\n";
        assert_eq!(said(&absent), (Some(1), "", message));
        made(story);
        let found = story.aws_auth_sync(&explain).run();
        assert_eq!((found.code, found.stderr.as_str()), (Some(0), ""));
        let value: Value = found.json();
        let expected = json!([{
            "arn": caller,
            "canonicalArn": DEVELOPER,
            "session": "session",
            "outcome": "mapped",
            "section": "mapRoles",
            "index": 0,
            "file": "kube-system/aws-auth",
            "line": 1,
            "username": "developer",
            "groups": ["developers"],
            "ambiguous": false,
            "nearMisses": [],
        }]);
        assert_eq!(value["results"], expected);
    });
}
