//! What others wrote is left as it is, and they are named.

use serde_json::json;

use super::{apply, live, made, managers, said, source, source_with_groups, with_cluster, writers};

#[test]
fn refuses_what_kubectl_patched_and_names_it() {
    with_cluster(|story| {
        made(story);
        let patch = json!({ "data": { "mapUsers": "[]\n" } }).to_string();
        super::kubectl(story, "patch", &["--type=merge", "--patch", &patch]);
        let before = live(story).expect("aws-auth is there");
        assert_eq!(managers(&before), ["aws-auth-sync", "kubectl-patch"]);
        let message = format!(
            "aws-auth-sync: apply: the live aws-auth was changed after platform wrote it; {}\n\
             hint: bring the change into the sources; kubectl get configmap aws-auth -n \
             kube-system -o yaml shows it\n",
            writers(&before),
        );
        for source in [source(), source_with_groups(&["changed"])] {
            let refused = apply(story, &["--create"], &source);
            assert_eq!(said(&refused), (Some(4), "", message.as_str()));
        }
        assert_eq!(live(story), Some(before));
    });
}

#[test]
fn refuses_what_kubectl_applied_and_names_it() {
    with_cluster(|story| {
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/aws-auth.yaml");
        let _applied = story.admin().succeed(&["apply", "--filename", example]);
        let before = live(story).expect("aws-auth is there");
        assert_eq!(managers(&before), ["kubectl-client-side-apply"]);
        let message = format!(
            "aws-auth-sync: apply: the live aws-auth was not written by aws-auth-sync; {}\n\
             hint: this version writes only to an aws-auth that it made: save the live one with \
             kubectl get configmap aws-auth -n kube-system -o yaml before you do anything else\n",
            writers(&before),
        );
        let refused = apply(story, &["--create"], &source());
        assert_eq!(said(&refused), (Some(4), "", message.as_str()));
        // Not even where nothing would change.
        let same = story
            .aws_auth_sync(&["apply", "--owner=platform", example])
            .run();
        assert_eq!(said(&same), (Some(4), "", message.as_str()));
        assert_eq!(live(story), Some(before));
    });
}

#[test]
fn refuses_what_another_owner_wrote_and_names_that_owner() {
    with_cluster(|story| {
        let before = made(story);
        let mut theirs = source();
        theirs["owner"] = json!("team-b");
        let message = "aws-auth-sync: apply: the live aws-auth belongs to platform, not to team-b\n\
                       hint: apply the other owner's sources together with these\n";
        let refused = apply(story, &["--create"], &theirs);
        assert_eq!(said(&refused), (Some(4), "", message));
        assert_eq!(live(story), Some(before));
    });
}
