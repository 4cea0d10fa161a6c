//! Changes that stay only if somebody confirms them.

use std::time::Duration;

use e2e::support::{
    cluster::{Story, eventually},
    process::Process,
};
use serde_json::{Value, json};

use super::{
    apply, data, kubectl, live, made, resource_version, said, source, source_with_groups,
    with_cluster, write,
};

#[test]
fn a_yes_keeps_the_change_and_leaves_no_mark() {
    with_cluster(|story| {
        let before = made(story);
        let file = write(story, "access.json", &source_with_groups(&["changed"]));
        let command = story.aws_auth_sync(&["apply", "--confirm-timeout=60s", &file]);
        let output = command.stdin("perhaps\nyes\n").run();
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        let notice = "notice: the change stays if you write yes within 60 s, and goes at once if you \
                      write no\n";
        assert_eq!(output.stderr, notice);
        let after = live(story).expect("aws-auth is there");
        let last = format!(
            "the change is confirmed, at resourceVersion {}\n",
            resource_version(&after)
        );
        assert!(output.stdout.ends_with(&last), "{}", output.stdout);
        assert_ne!(after["data"], before["data"]);
        assert_eq!(
            (marks(&after), occasions(story)),
            (vec![], vec!["apply".to_owned()])
        );
        let again = apply(story, &[], &source_with_groups(&["changed"]));
        assert_eq!(said(&again), (Some(0), super::NOTHING_TO_DO, ""));
    });
}

#[test]
fn without_a_yes_it_is_as_if_nothing_had_been_done() {
    with_cluster(|story| {
        let before = made(story);
        let output = apply(
            story,
            &["--confirm-timeout=1s"],
            &source_with_groups(&["changed"]),
        );
        let after = live(story).expect("aws-auth is there");
        assert_eq!(output.code, Some(1), "{}", output.stderr);
        let error =
            "aws-auth-sync: apply: nobody has confirmed the change within 1 s: it is rolled back\n";
        assert!(output.stderr.ends_with(error), "{}", output.stderr);
        assert!(
            output
                .stdout
                .ends_with("aws-auth is rolled back: 1 entry\n"),
            "{}",
            output.stdout
        );
        assert_eq!(
            (&after["data"], records(&after)),
            (&before["data"], records(&before))
        );
        assert_eq!(occasions(story), ["apply"]);
    });
}

#[test]
fn a_no_undoes_the_change_at_once() {
    with_cluster(|story| {
        let before = made(story);
        let file = write(story, "access.json", &source_with_groups(&["changed"]));
        let command = story.aws_auth_sync(&["apply", "--confirm-timeout=1h", &file]);
        let output = command.stdin("no\nyes\n").run();
        assert_eq!(output.code, Some(1), "{}", output.stderr);
        let error = "aws-auth-sync: apply: the answer was no: it is rolled back\n";
        assert!(output.stderr.ends_with(error), "{}", output.stderr);
        let after = live(story).expect("aws-auth is there");
        assert_eq!(
            (&after["data"], records(&after), marks(&after)),
            (&before["data"], records(&before), vec![])
        );
    });
}

#[test]
fn one_that_was_made_is_left_without_an_entry() {
    with_cluster(|story| {
        let output = apply(story, &["--create", "--confirm-timeout=1s"], &source());
        assert_eq!(output.code, Some(1), "{}", output.stderr);
        let after = live(story).expect("it is never deleted");
        assert_eq!((&after["data"], records(&after)), (&json!(null), json!({})));
    });
}

#[test]
fn what_others_wrote_meanwhile_stays_and_only_the_change_goes() {
    with_cluster(|story| {
        made(story);
        let mut wanted = source_with_groups(&["changed"]);
        wanted["users"][0]["groups"] = json!(["changed"]);
        let mut run = waiting(story, "3s", &wanted);
        let there = live(story).expect("aws-auth is there");
        let roles = there["data"]["mapRoles"].as_str().expect("it has roles");
        let users = there["data"]["mapUsers"].as_str().expect("it has users");
        let node = "- {rolearn: 'arn:aws:iam::111122223333:role/node', username: n} # EKS\n";
        let theirs = users.replace("changed", "theirs");
        let patch = json!({ "data": { "mapRoles": format!("{node}{roles}"), "mapUsers": theirs } });
        kubectl(
            story,
            "patch",
            &["--type=merge", "--patch", &patch.to_string()],
        );
        let mut account = json!({ "apiVersion": "aws-auth-sync/v1", "kind": "AwsAuth" });
        account["owner"] = json!("team-b");
        account["accounts"] = json!(["444455556666"]);
        let other = apply(story, &[], &account);
        assert_eq!((other.code, other.stderr.as_str()), (Some(0), ""));

        let status = run.wait(Duration::from_secs(30)).expect("it ends");
        assert_eq!(status.code(), Some(1), "{}", run.stderr());
        let stays = "notice: mapUsers arn:aws:iam::111122223333:user/alice stays";
        assert!(run.stderr().contains(stays), "{}", run.stderr());
        let after = live(story).expect("aws-auth is there");
        let roles = roles.replace("changed", "developers");
        let expected = json!({
            "mapRoles": format!("{node}{roles}"),
            "mapUsers": theirs,
            "mapAccounts": "- \"444455556666\"\n",
        });
        assert_eq!(after["data"], expected);
        let next = apply(story, &[], &account);
        assert_eq!(said(&next), (Some(0), super::NOTHING_TO_DO, ""));
    });
}

#[test]
fn a_run_that_is_asked_to_end_rolls_back_at_once() {
    with_cluster(|story| {
        made(story);
        let mut run = waiting(story, "1h", &source_with_groups(&["changed"]));
        let status = run.terminate(Duration::from_secs(30));
        assert_eq!(status.code(), Some(1), "{}", run.stderr());
        assert!(
            run.stderr()
                .contains("stopped before the change was confirmed"),
            "{}",
            run.stderr()
        );
        assert_eq!(live(story).expect("aws-auth is there")["data"], data());
    });
}

#[test]
fn what_a_killed_run_leaves_is_rolled_back_by_the_next_plan() {
    with_cluster(|story| {
        let before = made(story);
        let killed = source_with_groups(&["changed"]);
        waiting(story, "1s", &killed).kill();
        assert_eq!(marks(&live(story).expect("aws-auth is there")).len(), 1);
        let file = write(story, "access.json", &source());
        let warned = || {
            let plan = story.aws_auth_sync(&["plan", &file]).run();
            plan.stderr.contains("was not confirmed by") && plan.code == Some(0)
        };
        assert!(
            eventually(Duration::from_secs(30), warned),
            "a plan rolls it back"
        );
        let after = live(story).expect("aws-auth is there");
        assert_eq!(
            (&after["data"], records(&after)),
            (&before["data"], records(&before))
        );
        assert_eq!(occasions(story), ["apply"]);
    });
}

#[test]
fn the_owners_next_apply_waits_for_the_deadline_and_another_owners_does_not() {
    with_cluster(|story| {
        made(story);
        waiting(story, "3s", &source_with_groups(&["changed"])).kill();
        let mut other = json!({ "apiVersion": "aws-auth-sync/v1", "kind": "AwsAuth" });
        other["owner"] = json!("team-b");
        other["accounts"] = json!(["444455556666"]);
        let theirs = apply(story, &["--keep-backups=1"], &other);
        assert_eq!((theirs.code, theirs.stderr.as_str()), (Some(0), ""));
        assert_eq!(marks(&live(story).expect("aws-auth is there")).len(), 1);

        let own = apply(
            story,
            &["--keep-backups=1"],
            &source_with_groups(&["third"]),
        );
        assert_eq!(own.code, Some(0), "{}", own.stderr);
        let lines: Vec<&str> = own.stderr.lines().collect();
        let begins = [
            "notice: a change of platform may be confirmed until",
            "warning: a change of \
            platform was not confirmed by",
        ];
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines
                .iter()
                .zip(begins)
                .all(|(line, begin)| line.starts_with(begin)),
            "{lines:?}"
        );
        let line = "~ mapRoles arn:aws:iam::111122223333:role/developer developer [third] (was \
                    developer [developers])\n";
        assert!(own.stdout.starts_with(line), "{}", own.stdout);
        let after = live(story).expect("aws-auth is there");
        assert_eq!(after["data"]["mapAccounts"], json!("- \"444455556666\"\n"));
        assert_eq!(marks(&after), [""; 0]);
    });
}

#[test]
fn a_mark_that_was_stripped_does_not_keep_the_run_from_rolling_back() {
    with_cluster(|story| {
        made(story);
        let mut run = waiting(story, "2s", &source_with_groups(&["changed"]));
        kubectl(story, "annotate", &["aws-auth-sync/undo.platform-"]);
        let status = run.wait(Duration::from_secs(30)).expect("it ends");
        assert_eq!(status.code(), Some(1), "{}", run.stderr());
        assert_eq!(live(story).expect("aws-auth is there")["data"], data());
    });
}

#[test]
fn what_cannot_be_undone_is_said_with_the_way_out() {
    with_cluster(|story| {
        made(story);
        waiting(story, "1s", &source_with_groups(&["changed"])).kill();
        let gone = [
            "delete",
            "configmap",
            "aws-auth-backup-1",
            "--namespace=kube-system",
        ];
        let _deleted = story.admin().succeed(&gone);
        let refused = || {
            let output = apply(story, &[], &source());
            let message = "aws-auth-sync: apply: finish a change that was not confirmed: platform's \
                           change was not confirmed, and revision 1, which undoes it, is gone\n\
                           hint: kubectl annotate configmap aws-auth -n kube-system \
                           aws-auth-sync/undo.platform- leaves the change as it is\n";
            output.code == Some(1) && output.stderr.ends_with(message)
        };
        assert!(eventually(Duration::from_secs(30), refused), "it is told");
        kubectl(story, "annotate", &["aws-auth-sync/undo.platform-"]);
        assert_eq!(apply(story, &[], &source()).code, Some(0));
    });
}

/// A run that has changed aws-auth and waits for a yes.
fn waiting(story: &Story<'_>, timeout: &str, source: &Value) -> Process {
    let file = write(story, "waiting.json", source);
    let command = story.aws_auth_sync(&["apply", "--confirm-timeout", timeout, &file]);
    let run = command.start("waiting");
    run.wait_for_stderr(Duration::from_secs(30), |line| {
        line.starts_with("notice: the change stays if")
            .then_some(())
    });
    run
}

/// The marks of unconfirmed changes.
fn marks(live: &Value) -> Vec<String> {
    let annotations = live["metadata"]["annotations"].as_object();
    let keys = annotations
        .into_iter()
        .flatten()
        .map(|(key, _)| key.clone());
    keys.filter(|key| key.starts_with("aws-auth-sync/undo."))
        .collect()
}

/// What this tool has noted on aws-auth.
fn records(live: &Value) -> Value {
    let annotations = live["metadata"]["annotations"].as_object();
    let ours = annotations.into_iter().flatten();
    let ours = ours.filter(|(key, _)| key.starts_with("aws-auth-sync/"));
    Value::Object(
        ours.map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    )
}

/// What the saved states were saved before.
fn occasions(story: &Story<'_>) -> Vec<String> {
    let listed = story
        .aws_auth_sync(&["history", "-o", "json"])
        .succeed()
        .json();
    let revisions = listed["revisions"].as_array().into_iter().flatten();
    revisions
        .filter_map(|revision| revision["before"].as_str().map(str::to_owned))
        .collect()
}
