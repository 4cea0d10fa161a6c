//! What the cluster hears of the controller: events on aws-auth, and a status for each owner.

use e2e::support::cluster::{Story, eventually};
use serde_json::{Value, json};

use super::rights::grant;
use super::{
    LONG, live, made, rewrite, section, source, source_with_groups, start_watch, with_cluster,
    write,
};

#[test]
fn events_on_aws_auth_say_what_became_of_it() {
    with_cluster(|story| {
        let file = write(story, "access.json", &source());
        let _controller = start_watch(
            story,
            "speaks",
            &["--identity", "speaks", "--create", &file],
        );
        let role = "mapRoles arn:aws:iam::111122223333:role/developer";
        let user = "mapUsers arn:aws:iam::111122223333:user/alice";
        let synced = format!("aws-auth is synced: {role}, {user}");
        hears(story, "speaks", ("Normal", "Synced"), &synced);

        rewrite(story, "mapUsers", "[]");
        let mended = format!("drift is corrected: {user}");
        hears(story, "speaks", ("Normal", "DriftRepaired"), &mended);
        rewrite(story, "mapUsers", "[]");
        let again = || {
            let events = events(story, "speaks");
            let mut mended = events.iter().filter(|event| event["note"] == mended);
            let first = mended.next().expect("it was heard");
            assert_eq!(mended.next(), None, "one event counts them");
            first["series"]["count"] == 2
        };
        assert!(eventually(LONG, again));

        let admins = source_with_groups(&["system:masters"]);
        write(story, "access.json", &admins);
        let refused = "aws-auth is not synced: C11: mapRoles arn:aws:iam::111122223333:role/developer \
                       would newly give system:masters, which passes by RBAC; the source \
                       acknowledges it by the comment # aws-auth-sync: allow C11 (give \
                       --allow-new-admin if that is what you want)";
        hears(story, "speaks", ("Warning", "Refused"), refused);
        story.sandbox.write("access.json", "{ no source");
        let at_fault = format!("{file}:1:");
        hears(story, "speaks", ("Warning", "SourcesAtFault"), &at_fault);

        let describe = [
            "describe",
            "configmap",
            "aws-auth",
            "--namespace=kube-system",
        ];
        let described = story.admin().succeed(&describe).stdout;
        for reason in ["Synced", "DriftRepaired", "Refused", "SourcesAtFault"] {
            assert!(described.contains(reason), "{reason}: {described}");
        }
    });
}

#[test]
fn once_is_heard_of_too_and_a_trial_is_not() {
    with_cluster(|story| {
        made(story);
        let mut theirs = source_with_groups(&["theirs"]);
        theirs["owner"] = json!("heard-once");
        let file = write(story, "access.json", &theirs);
        let once = |flags: &[&str]| {
            let command = story.aws_auth_sync(&["watch", "--once", &file]);
            command.args(flags.iter().copied()).run()
        };
        assert_eq!(once(&["--dry-run"]).code, Some(4));
        assert_eq!(status(story, "heard-once"), None);
        assert_eq!(once(&[]).code, Some(4));
        let status = status(story, "heard-once").expect("there is one now");
        assert_eq!(condition(&status, "Synced")["reason"], "Conflict");
        let message = condition(&status, "Ready")["message"].clone();
        let message = message.as_str().expect("a message");
        hears(story, "aws-auth-sync", ("Warning", "Conflict"), message);
    });
}

#[test]
fn whoever_may_not_tell_says_so_and_keeps_aws_auth() {
    with_cluster(|story| {
        let configmaps = |names: Value, verbs: &[&str]| {
            json!({
                "apiGroups": [""],
                "resources": ["configmaps"],
                "resourceNames": names,
                "verbs": verbs,
            })
        };
        let rules = json!([
            configmaps(json!(["aws-auth"]), &["patch"]),
            configmaps(json!([]), &["create", "get", "list", "delete"]),
        ]);
        grant(story, "mute", &rules);
        let file = write(story, "access.json", &source());
        let once = story.aws_auth_sync(&["watch", "--once", "--create", &file]);
        let once = once.env("KUBECONFIG", story.client_kubeconfig("mute"));
        let output = once.run();
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        assert!(live(story).is_some());
        let warned: Vec<&str> = output.stderr.lines().collect();
        assert_eq!(warned.len(), 2, "{warned:?}");
        let (event, status) = (warned[0], warned[1]);
        let told = "warning: no event is published: events.events.k8s.io is forbidden: ";
        assert!(event.starts_with(told), "{event}");
        let told = "warning: no status is written: patch the status (a configmap in kube-system): \
                    configmaps \"aws-auth-sync-platform-status\" is forbidden: ";
        assert!(status.starts_with(told), "{status}");
        assert!(
            status.ends_with("; aws-auth is kept all the same"),
            "{status}"
        );
    });
}

#[test]
fn the_status_of_an_owner_says_how_things_are_and_since_when() {
    with_cluster(|story| {
        let mut source = source();
        source["owner"] = json!("Told.Of");
        let file = write(story, "access.json", &source);
        let _controller = start_watch(story, "status", &["--create", &file]);
        let ready = |wanted: &str| {
            let status = told_of(story);
            status.is_some_and(|status| condition(&status, "Ready")["status"] == wanted)
        };
        assert!(eventually(LONG, || ready("True")));
        let first = told_of(story).expect("it is there");
        assert_eq!(first["status"]["owner"], "Told.Of");
        let synced = condition(&first, "Synced");
        assert_eq!(synced["message"], "aws-auth is as the sources want it");
        let revision = &synced["observedRevision"];
        assert_eq!(
            &condition(&first, "SourcesValid")["observedRevision"],
            revision
        );

        rewrite(story, "mapUsers", "[]");
        let mended = || !section(story, "mapUsers").starts_with("[]");
        assert!(eventually(LONG, mended));
        story.sandbox.write("access.json", "{ no source");
        assert!(eventually(LONG, || ready("False")));
        let at_fault = told_of(story).expect("it is there");
        assert_eq!(condition(&at_fault, "Synced"), synced);
        let valid = condition(&at_fault, "SourcesValid");
        assert_eq!(
            (&valid["status"], &valid["reason"]),
            (&json!("False"), &json!("AtFault"))
        );
        assert_ne!(&valid["observedRevision"], revision);
        assert_eq!(condition(&at_fault, "Ready")["reason"], "AtFault");
        // The drift changed nothing about it.
        let name = &first["object"]["name"];
        let audit = story.audit_log();
        let events = audit
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("an event is JSON"));
        let patches = events.filter(|event| {
            event["verb"] == "patch"
                && event["objectRef"]["name"] == *name
                && event["responseStatus"]["code"] == 200
        });
        assert_eq!(patches.count(), 1);
    });
}

/// Waits for an event on aws-auth that a replica published.
fn hears(story: &Story<'_>, instance: &str, (kind, reason): (&str, &str), words: &str) {
    let is_it = |event: &Value| {
        let note = event["note"].as_str().unwrap_or_default();
        event["type"] == kind && event["reason"] == reason && note.starts_with(words)
    };
    let is_there = || events(story, instance).iter().any(is_it);
    assert!(
        eventually(LONG, is_there),
        "{kind} {reason}: {words}: {:#?}",
        events(story, instance)
    );
}

fn events(story: &Story<'_>, instance: &str) -> Vec<Value> {
    let get = [
        "get",
        "events.events.k8s.io",
        "--namespace=kube-system",
        "--output=json",
    ];
    let list = story.admin().succeed(&get).json();
    let events = list["items"].as_array().expect("a list has items").iter();
    let ours = events.filter(|event| {
        event["reportingInstance"] == instance
            && event["reportingController"] == "aws-auth-sync"
            && event["regarding"]["name"] == "aws-auth"
            && event["regarding"]["kind"] == "ConfigMap"
    });
    ours.cloned().collect()
}

/// The status of an owner with a plain name, and its object.
fn status(story: &Story<'_>, owner: &str) -> Option<Value> {
    let name = format!("aws-auth-sync-{owner}-status");
    statuses(story)
        .into_iter()
        .find(|status| status["object"]["name"] == name)
}

/// That of an owner whose name an object may not have.
fn told_of(story: &Story<'_>) -> Option<Value> {
    let is_it = |status: &Value| {
        let name = status["object"]["name"].as_str().unwrap_or_default();
        name.starts_with("aws-auth-sync-told-of-")
    };
    statuses(story).into_iter().find(is_it)
}

fn statuses(story: &Story<'_>) -> Vec<Value> {
    let get = [
        "get",
        "configmaps",
        "--namespace=kube-system",
        "--output=json",
    ];
    let list = story
        .admin()
        .command(&get)
        .arg("--selector=aws-auth-sync/status=true")
        .succeed()
        .json();
    let objects = list["items"].as_array().expect("a list has items").iter();
    let status = |object: &Value| {
        let text = object["data"]["status.yaml"].as_str().expect("a text");
        let status: Value = serde_saphyr::from_str(text).expect("it is YAML");
        json!({ "status": status, "object": object["metadata"] })
    };
    objects.map(status).collect()
}

fn condition(status: &Value, kind: &str) -> Value {
    let conditions = status["status"]["conditions"].as_array();
    let mut conditions = conditions.expect("it has conditions").iter();
    conditions
        .find(|condition| condition["type"] == kind)
        .expect("the condition is there")
        .clone()
}
