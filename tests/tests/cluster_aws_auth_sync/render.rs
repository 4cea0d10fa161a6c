//! What `render` prints is an aws-auth for kubectl, for the webhook, and for `apply` afterwards.

use std::time::Duration;

use e2e::support::cluster::{Story, eventually};
use iam_core::aws_auth::Manifest;
use serde_json::{Value, json};

use super::{
    ALICE, DEVELOPER, NOTHING_TO_DO, data, kubectl, live, managers, said, source,
    source_with_groups, with_cluster, write,
};

#[test]
fn what_it_prints_is_what_kubectl_writes_and_the_webhook_reads() {
    with_cluster(|story| {
        let directory = write_directory(story, &source());
        let manifest = render(story, &directory);
        kubectl_apply(story, &manifest);

        let live = live(story).expect("aws-auth is there now");
        assert_eq!(live["data"], data());
        let printed = Manifest::parse(&manifest)
            .expect("render prints a manifest")
            .document;
        let entries: Vec<_> = printed
            .entries
            .iter()
            .map(|entry| {
                (
                    entry.identity.to_string(),
                    entry.username.as_str(),
                    entry.groups.join(","),
                )
            })
            .collect();
        assert_eq!(
            entries,
            [
                (DEVELOPER.to_owned(), "developer", "developers".to_owned()),
                (ALICE.to_owned(), "alice", "readers".to_owned()),
            ],
        );
        assert_eq!(printed.diagnostics, []);
        let alice = story.sts.add_user("alice");
        let review = || story.review(&story.token(&alice));
        let is_alice = || {
            let review = review();
            let groups = review.status().pointer("/user/groups").cloned();
            (review.username(), groups) == (Some("alice"), Some(json!(["readers"])))
        };
        assert!(
            eventually(Duration::from_secs(2), is_alice),
            "{:?}",
            review()
        );
    });
}

#[test]
fn after_kubectl_wrote_it_apply_goes_on_with_it_and_loses_nothing() {
    with_cluster(|story| {
        let directory = write_directory(story, &source());
        let manifest = render(story, &directory);
        kubectl_apply(story, &manifest);
        kubectl(story, "label", &["team=platform"]);
        let before = live(story).expect("aws-auth is there");
        assert_eq!(managers(&before), ["kubectl-client-side-apply"]);

        let apply = || story.aws_auth_sync(&["apply", &directory]).run();
        assert_eq!(said(&apply()), (Some(0), NOTHING_TO_DO, ""));
        assert_eq!(live(story), Some(before));

        write_directory(story, &source_with_groups(&["changed"]));
        let changed = apply();
        assert_eq!(changed.code, Some(0), "{}", changed.stderr);
        let warning = "warning: C07: aws-auth bears the marks of kubectl apply";
        assert!(changed.stderr.starts_with(warning), "{}", changed.stderr);
        assert!(
            changed
                .stdout
                .starts_with(&format!("~ mapRoles {DEVELOPER} ")),
            "{}",
            changed.stdout
        );
        let after = live(story).expect("aws-auth is there");
        let mut expected = data();
        expected["mapRoles"] = expected["mapRoles"]
            .as_str()
            .unwrap()
            .replace("developers", "changed")
            .into();
        assert_eq!(after["data"], expected);
        assert_eq!(after["metadata"]["labels"], json!({ "team": "platform" }));
    });
}

/// Writes a directory with one file for the roles and one for the users of `source`.
fn write_directory(story: &Story<'_>, source: &Value) -> String {
    for (list, other) in [("roles", "users"), ("users", "roles")] {
        let mut part = source.clone();
        part[other] = json!([]);
        write(story, &format!("access/{list}.json"), &part);
    }
    let directory = story.sandbox.path().join("access");
    directory
        .to_str()
        .expect("a sandbox has a plain path")
        .to_owned()
}

fn render(story: &Story<'_>, directory: &str) -> String {
    story.aws_auth_sync(&["render", directory]).succeed().stdout
}

fn kubectl_apply(story: &Story<'_>, manifest: &str) {
    let call = story
        .admin()
        .command(&["apply", "--filename=-", "--validate=strict"]);
    call.stdin(manifest).succeed();
}
