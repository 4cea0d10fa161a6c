//! What aws-auth was before each write.

use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use e2e::support::cluster::{Story, eventually};
use e2e::support::command::Output;
use serde_json::{Value, json};

use super::{
    apply, data, kubectl, live, made, resource_version, source, source_with_groups, with_cluster,
    write,
};

#[test]
fn each_write_leaves_what_was_there_before_beside_it() {
    with_cluster(|story| {
        let before = made(story);
        assert_eq!(revisions(story), json!([]));
        let output = apply(story, &[], &source_with_groups(&["changed"]));
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        // Nothing to do: nothing to save.
        assert_eq!(
            apply(story, &[], &source_with_groups(&["changed"])).code,
            Some(0)
        );

        let mut listed = revisions(story);
        let saved = saved(story, 1);
        assert_eq!(
            listed[0]["time"].take(),
            saved["metadata"]["creationTimestamp"]
        );
        let revision = json!([{
            "revision": 1, "time": null, "before": "apply", "owner": "platform",
            "resourceVersion": resource_version(&before),
            "summary": "0 to add, 1 to change, 0 to remove",
        }]);
        assert_eq!(listed, revision);
        assert_eq!(
            (&saved["data"], &saved["immutable"]),
            (&data(), &json!(true))
        );
        let record = |object: &Value| {
            object["metadata"]["annotations"]["aws-auth-sync/owned.platform"].clone()
        };
        assert_eq!(record(&saved), record(&before));
        assert_ne!(
            record(&saved),
            record(&live(story).expect("aws-auth is there"))
        );
    });
}

#[test]
fn only_the_last_ones_are_kept() {
    with_cluster(|story| {
        made(story);
        for round in 0..5 {
            let source = source_with_groups(&[&format!("round-{round}")]);
            let output = apply(story, &["--keep-backups", "3"], &source);
            assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        }
        assert_eq!(numbers(story), [3, 4, 5]);
        assert!(
            saved(story, 5)["data"]["mapRoles"]
                .to_string()
                .contains("round-3")
        );
        let unsaved = apply(story, &["--no-backup"], &source());
        assert_eq!((unsaved.code, unsaved.stderr.as_str()), (Some(0), ""));
        assert_eq!(numbers(story), [3, 4, 5]);
    });
}

#[test]
fn the_largest_aws_auth_there_can_be_is_saved_whole() {
    with_cluster(|story| {
        made(story);
        // With the sections and the keys it is 1 MiB less a few hundred bytes.
        let notes = "n".repeat((1 << 20) - 800);
        let patch = json!({ "data": { "notes": notes } }).to_string();
        let file = story.sandbox.write("patch.json", &patch);
        let file = file.to_str().expect("a sandbox has a plain path");
        kubectl(story, "patch", &["--type=merge", "--patch-file", file]);
        let before = live(story).expect("aws-auth is there");
        let output = apply(story, &[], &source_with_groups(&["changed"]));
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        assert_eq!(saved(story, 1)["data"], before["data"]);
    });
}

#[test]
fn runs_that_meet_take_numbers_of_their_own() {
    with_cluster(|story| {
        made(story);
        let files: Vec<String> = (0..6)
            .map(|number| {
                let source = json!({
                    "apiVersion": "aws-auth-sync/v1", "kind": "AwsAuth",
                    "owner": format!("team-{number}"),
                    "accounts": [format!("11112222333{number}")],
                });
                write(story, &format!("{number}.json"), &source)
            })
            .collect();
        thread::scope(|scope| {
            for file in &files {
                scope.spawn(|| {
                    let output = story.aws_auth_sync(&["apply", file]).run();
                    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
                });
            }
        });
        // What lost the race was forgotten again: a state is there for each write.
        let listed = revisions(story);
        let mut owners: Vec<&str> = listed
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|revision| revision["owner"].as_str())
            .collect();
        owners.sort_unstable();
        let teams: Vec<String> = (0..6).map(|number| format!("team-{number}")).collect();
        assert_eq!(owners, teams);
        let accounts = live(story).expect("aws-auth is there")["data"]["mapAccounts"].to_string();
        assert!((0..6).all(|number| accounts.contains(&format!("11112222333{number}"))));
    });
}

#[test]
fn a_run_that_is_killed_before_its_write_leaves_nothing_that_lies() {
    with_cluster(|story| {
        made(story);
        assert_eq!(
            apply(story, &[], &source_with_groups(&["changed"])).code,
            Some(0)
        );
        let silent = Silent::between(story);
        let file = write(story, "killed.json", &source_with_groups(&["killed"]));
        let mut run = story.aws_auth_sync(&["apply", &file]).start("apply");
        let is_saved = || numbers(story) == [1, 2];
        let is_held = eventually(Duration::from_secs(30), is_saved);
        run.kill();
        assert!(is_held, "{}", run.stderr());
        silent.remove(story);

        let told = |listed: &Value| {
            let revisions = listed.as_array().into_iter().flatten();
            revisions
                .map(|revision| (revision["revision"].clone(), revision["written"].clone()))
                .collect::<Vec<_>>()
        };
        let expected = vec![(json!(1), json!(null)), (json!(2), json!(false))];
        assert_eq!(told(&revisions(story)), expected);
        // Others write, and it is still known.
        kubectl(story, "annotate", &["note=kept"]);
        assert_eq!(told(&revisions(story)), expected);
        let text = story.aws_auth_sync(&["history"]).succeed().stdout;
        assert!(
            text.ends_with("1 to change, 0 to remove (never written)\n"),
            "{text}"
        );

        let back = story.aws_auth_sync(&["rollback"]).run();
        assert_eq!(back.code, Some(0), "{}", back.stderr);
        assert!(
            back.stdout.contains("rolled back to revision 1: 1 entry"),
            "{}",
            back.stdout
        );
        assert_eq!(live(story).expect("aws-auth is there")["data"], data());
        assert_eq!(numbers(story), [1, 3]);
    });
}

/// Somebody whom the API server asks about each change of aws-auth, and who never answers.
struct Silent(TcpListener);

impl Silent {
    /// Once it is asked.
    fn between(story: &Story<'_>) -> Self {
        let silent = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        silent.set_nonblocking(true).expect("a socket may be so");
        let address = silent.local_addr().expect("it is bound");
        story.admin().apply(&json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": { "name": "silent" },
            "webhooks": [{
                "name": "silent.example.com", "sideEffects": "None", "timeoutSeconds": 30,
                "admissionReviewVersions": ["v1"], "failurePolicy": "Fail",
                "clientConfig": { "url": format!("https://{address}/") },
                "rules": [{
                    "apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"],
                    "operations": ["UPDATE"],
                }],
                "matchConditions": [{
                    "name": "aws-auth", "expression": "object.metadata.name == 'aws-auth'",
                }],
            }],
        }));
        let silent = Self(silent);
        let is_there = eventually(Duration::from_secs(30), || {
            probe(story).code != Some(0) && silent.is_asked()
        });
        assert!(is_there, "the API server asks");
        silent
    }

    /// Whether it was asked since the last look.
    fn is_asked(&self) -> bool {
        self.0.accept().is_ok()
    }

    /// Returns when it is asked no more.
    fn remove(self, story: &Story<'_>) {
        let remove = ["delete", "validatingwebhookconfiguration", "silent"];
        let _removed = story.admin().succeed(&remove);
        let is_gone = || probe(story).code == Some(0);
        assert!(
            eventually(Duration::from_secs(30), is_gone),
            "nobody is asked"
        );
    }
}

/// A change of aws-auth that is none.
fn probe(story: &Story<'_>) -> Output {
    let annotate = [
        "annotate",
        "configmap",
        "aws-auth",
        "--namespace=kube-system",
    ];
    let command = story.admin().command(&annotate);
    let trial = ["probe=x", "--dry-run=server", "--request-timeout=2s"];
    command.args(trial).run()
}

/// The history as scripts see it.
fn revisions(story: &Story<'_>) -> Value {
    let output = story.aws_auth_sync(&["history", "-o", "json"]).succeed();
    output.json()["revisions"].clone()
}

fn numbers(story: &Story<'_>) -> Vec<u64> {
    let listed = revisions(story);
    let listed = listed.as_array().into_iter().flatten();
    listed
        .filter_map(|revision| revision["revision"].as_u64())
        .collect()
}

/// The object of a saved state.
fn saved(story: &Story<'_>, number: u64) -> Value {
    let name = format!("aws-auth-backup-{number}");
    let get = [
        "get",
        "configmap",
        &name,
        "--namespace=kube-system",
        "--output=json",
    ];
    story.admin().succeed(&get).json()
}
