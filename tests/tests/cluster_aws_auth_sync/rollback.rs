//! Back to what aws-auth was.

use e2e::support::{cluster::Story, command::Output};
use serde_json::{Value, json};

use super::{
    DEVELOPER, apply, data, kubectl, live, made, resource_version, said, source,
    source_with_groups, with_cluster,
};

#[test]
fn what_an_apply_changed_is_what_it_was_and_stays_so() {
    with_cluster(|story| {
        let before = made(story);
        changed(story, "changed");
        let output = rollback(story, &[]);
        let after = live(story).expect("aws-auth is there");
        let told = format!(
            "~ mapRoles {DEVELOPER} developer [developers] (was developer [changed])\n\
             aws-auth is rolled back to revision 1: 1 entry, read back at resourceVersion {}\n",
            resource_version(&after),
        );
        assert_eq!(said(&output), (Some(0), told.as_str(), ""));
        assert_eq!(after["data"], data());
        assert_eq!(records(&after), records(&before));
        // The state before the last apply is there: a second run is no step further back.
        let again = "aws-auth is as it was at revision 1: nothing is written\n";
        assert_eq!(said(&rollback(story, &[])), (Some(0), again, ""));
        let same = apply(story, &[], &source());
        assert_eq!(said(&same), (Some(0), super::NOTHING_TO_DO, ""));
    });
}

#[test]
fn every_saved_state_can_be_gone_back_to_and_forth() {
    with_cluster(|story| {
        made(story);
        let states: Vec<Value> = ["red", "green"]
            .map(|group| changed(story, group))
            .into_iter()
            .collect();
        // 1: as made; 2: red; 3: green, saved by the rollback itself.
        for (to, expected) in [
            ("1", &data()),
            ("3", &states[1]["data"]),
            ("2", &states[0]["data"]),
        ] {
            let output = rollback(story, &["--to", to]);
            assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{to}");
            assert_eq!(
                &live(story).expect("aws-auth is there")["data"],
                expected,
                "{to}"
            );
        }
        let listed = story
            .aws_auth_sync(&["history", "-o", "json"])
            .succeed()
            .json();
        let before = listed["revisions"].as_array().into_iter().flatten();
        let before: Vec<_> = before.map(|revision| &revision["before"]).collect();
        assert_eq!(
            before,
            ["apply", "apply", "rollback", "rollback", "rollback"]
        );
    });
}

#[test]
fn what_others_wrote_is_part_of_the_state_and_shown_before_it_goes() {
    with_cluster(|story| {
        let by_hand =
            "# by hand\n- {userarn: 'arn:aws:iam::111122223333:user/eve', username: eve}\n";
        story.set_aws_auth(&json!({ "mapUsers": by_hand, "notes": "kept" }));
        let first = apply(story, &[], &source());
        assert_eq!(first.code, Some(0), "{}", first.stderr);
        let node = "- {rolearn: 'arn:aws:iam::111122223333:role/node', username: node}\n";
        let patch = json!({ "data": { "mapRoles": node } }).to_string();
        kubectl(story, "patch", &["--type=merge", "--patch", &patch]);
        let before = live(story).expect("aws-auth is there");

        let plan = "- mapRoles arn:aws:iam::111122223333:role/node node []\n\
                    - mapUsers arn:aws:iam::111122223333:user/alice alice [readers]\n";
        let trial = rollback(story, &["--dry-run", "--allow-mass-deletion"]);
        let end = "aws-auth would be rolled back to revision 1: 2 entries; nothing was sent\n";
        assert_eq!(
            (trial.code, trial.stdout),
            (Some(0), format!("{plan}{end}"))
        );
        let trial = rollback(story, &["--dry-run=server", "--allow-mass-deletion"]);
        let end = "aws-auth would be rolled back to revision 1: 2 entries; the API server would take \
                   it\n";
        assert_eq!(
            (trial.code, trial.stdout),
            (Some(0), format!("{plan}{end}"))
        );
        assert_eq!(live(story), Some(before));

        let output = rollback(story, &["--allow-mass-deletion"]);
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        let after = live(story).expect("aws-auth is there");
        assert_eq!(
            after["data"],
            json!({ "mapUsers": by_hand, "notes": "kept" })
        );
        assert_eq!(records(&after), json!({}));
    });
}

#[test]
fn guards_look_at_it_as_at_any_other_change() {
    with_cluster(|story| {
        let mut admins = source();
        admins["users"][0]["groups"] = json!(["system:masters"]);
        let first = apply(story, &["--create", "--allow-new-admin"], &admins);
        assert_eq!(first.code, Some(0), "{}", first.stderr);
        let second = apply(story, &["--allow-no-admin"], &source());
        assert_eq!(second.code, Some(0), "{}", second.stderr);
        let before = live(story);
        let refused = rollback(story, &[]);
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(5), ""));
        assert!(
            refused.stderr.starts_with("aws-auth-sync: rollback: C11: "),
            "{}",
            refused.stderr
        );
        assert!(
            refused.stderr.contains("--allow-new-admin"),
            "{}",
            refused.stderr
        );
        assert_eq!(live(story), before);
        let passed = rollback(story, &["--allow-new-admin"]);
        assert_eq!(passed.code, Some(0), "{}", passed.stderr);
        assert!(
            passed.stderr.starts_with("warning: C11: "),
            "{}",
            passed.stderr
        );
        let users = &live(story).expect("aws-auth is there")["data"]["mapUsers"];
        assert!(users.to_string().contains("system:masters"));
    });
}

#[test]
fn one_that_somebody_deleted_is_made_again_with_all_that_it_held() {
    with_cluster(|story| {
        made(story);
        let patch = json!({ "data": { "notes": "kept" } }).to_string();
        kubectl(story, "patch", &["--type=merge", "--patch", &patch]);
        let before = live(story).expect("aws-auth is there");
        changed(story, "changed");
        kubectl(story, "delete", &[]);
        let message = "aws-auth-sync: rollback: the cluster has no aws-auth\n\
                       hint: give --create to make it\n";
        assert_eq!(said(&rollback(story, &[])), (Some(1), "", message));
        assert_eq!(live(story), None);
        let output = rollback(story, &["--create"]);
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        let after = live(story).expect("aws-auth is there again");
        assert_eq!(after["data"], before["data"]);
        assert_eq!(records(&after), records(&before));
    });
}

#[test]
fn where_nothing_was_saved_nothing_is_done() {
    with_cluster(|story| {
        let before = made(story);
        let history = "hint: aws-auth-sync history lists what was saved";
        let nothing = format!(
            "aws-auth-sync: rollback: no state of aws-auth was saved before an apply\n{history}; --to \
             names a state\n"
        );
        assert_eq!(said(&rollback(story, &[])), (Some(1), "", nothing.as_str()));
        let gone = format!("aws-auth-sync: rollback: there is no revision 7\n{history}\n");
        assert_eq!(
            said(&rollback(story, &["--to=7"])),
            (Some(1), "", gone.as_str())
        );
        assert_eq!(live(story), Some(before));
        let listed = story.aws_auth_sync(&["history"]).run();
        assert_eq!(said(&listed), (Some(0), "nothing has been saved yet\n", ""));
    });
}

fn rollback(story: &Story<'_>, flags: &[&str]) -> Output {
    let command = story.aws_auth_sync(&["rollback"]);
    command.args(flags.iter().copied()).run()
}

/// Has [`source`] applied with another group, and returns what is there then.
fn changed(story: &Story<'_>, group: &str) -> Value {
    let output = apply(story, &[], &source_with_groups(&[group]));
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    live(story).expect("aws-auth is there")
}

/// What the owners have written, by their annotations.
fn records(live: &Value) -> Value {
    let annotations = live["metadata"]["annotations"].as_object();
    let records = annotations.into_iter().flatten();
    let records = records.filter(|(key, _)| key.starts_with("aws-auth-sync/"));
    records
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
