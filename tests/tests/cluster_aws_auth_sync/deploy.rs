//! `deploy/aws-auth-sync/`: what runs under exactly its rights, and uses each of them.

use std::path::Path;

use e2e::support::{
    cluster::{Story, eventually},
    pod::Pod,
    process::Process,
    programs::Program,
};
use serde_json::{Value, json};

use super::origins::{mapping, with_the_kind};
use super::{LONG, made, rewrite, section, source, source_with_groups, wait, with_cluster, write};

#[test]
fn the_controller_uses_all_of_its_rights() {
    with_cluster(|story| {
        controls(story, "controller", |groups| {
            sources(story, &source_with_groups(groups));
        });
    });
}

#[test]
fn the_controller_of_identity_mappings_uses_all_of_its_rights() {
    with_cluster(|story| {
        with_the_kind(story);
        mapping(story, "alice", "user/alice", &["readers"], None);
        controls(story, "identity-mappings", |groups| {
            mapping(story, "developer", "role/developer", groups, None);
        });
    });
}

#[test]
fn the_cronjob_uses_all_of_its_rights() {
    with_cluster(|story| {
        let objects = deployed(story, "cronjob");
        sources(story, &source());
        let before = story.audit_log().lines().count();
        let Some(pod) = Pod::for_story(story, "aws-auth-sync", "aws-auth-sync") else {
            return;
        };
        left_unconfirmed(story);
        let args = arguments(&of_kind(&objects, "CronJob")["spec"]["jobTemplate"]);
        let run = || {
            let command = pod.command(Program::AwsAuthSync).args(args.clone());
            let output = command.arg("--keep-backups=1").run();
            assert_eq!(output.code, Some(0), "{}", output.stderr);
            assert_content(&output.stderr);
        };
        run();
        for _ in 0..2 {
            rewrite(story, "mapUsers", "[]");
            run();
            assert!(section(story, "mapUsers").contains("alice"));
        }
        assert_every_right_is_used(story, &objects, before);
    });
}

#[test]
fn the_pods_are_what_the_namespace_admits() {
    with_cluster(|story| {
        for (overlay, kind) in [
            ("controller", "Deployment"),
            ("cronjob", "CronJob"),
            ("identity-mappings", "Deployment"),
        ] {
            let objects = deployed(story, overlay);
            let owner = of_kind(&objects, kind);
            let job = &owner["spec"]["jobTemplate"];
            let template = if job.is_null() { owner } else { job };
            let pod = json!({
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": { "name": "trial", "namespace": "aws-auth-sync" },
                "spec": template["spec"]["template"]["spec"],
            });
            let create = [
                "create",
                "--dry-run=server",
                "--filename=-",
                "--validate=strict",
            ];
            let created = story.admin().command(&create).stdin(pod.to_string());
            let created = created.succeed();
            assert_eq!(created.stderr, "", "{overlay}");
        }
    });
}

/// Has an overlay's controller keep aws-auth, and use each of its rights for it. `want` has the
/// overlay's source be [`source`] with other groups for its role.
fn controls(story: &Story<'_>, overlay: &str, want: impl Fn(&[&str])) {
    let objects = deployed(story, overlay);
    want(&["developers"]);
    let before = story.audit_log().lines().count();
    let Some(pod) = Pod::for_story(story, "aws-auth-sync", "aws-auth-sync") else {
        return;
    };
    left_unconfirmed(story);
    let mut args = arguments(of_kind(&objects, "Deployment"));
    let listen = args.iter().position(|arg| arg == "--listen=0.0.0.0:8080");
    args[listen.expect("it answers probes")] = "--listen=127.0.0.1:0".to_owned();
    let command = pod.command(Program::AwsAuthSync).args(args);
    // Of several changes the states before the last one go.
    let mut controller = command.arg("--keep-backups=1").start("deployed");
    wait(&controller, "was not confirmed by");
    let user = section(story, "mapUsers");
    for times in 1..=2 {
        rewrite(story, "mapUsers", "[]");
        mended(&controller, times);
    }
    assert_eq!(section(story, "mapUsers"), user);
    want(&["changed"]);
    wait(&controller, "notice: aws-auth is synced: mapRoles");
    assert_eq!(controller.terminate(LONG).code(), Some(0));
    assert_content(&controller.stderr());
    assert_every_right_is_used(story, &objects, before);
}

/// Applies an overlay, with nothing left of earlier stories; gives its objects.
fn deployed(story: &Story<'_>, overlay: &str) -> Vec<Value> {
    let gone = ["delete", "--ignore-not-found", "--filename=-"];
    let rights = ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"];
    for before in ["controller", "cronjob", "identity-mappings"] {
        let objects = objects(&kustomized(story, before));
        let rights = objects.iter().filter(|object| {
            let kind = object["kind"].as_str();
            rights.iter().any(|right| kind == Some(*right))
        });
        let list = json!({ "apiVersion": "v1", "kind": "List",
            "items": rights.collect::<Vec<_>>() });
        let delete = story.admin().command(&gone).stdin(list.to_string());
        delete.succeed();
    }
    let left = [
        "lease/aws-auth-sync",
        "configmap/aws-auth-sync-platform-status",
    ];
    let gone = ["delete", "--ignore-not-found", "--namespace=kube-system"];
    story.admin().command(&gone).args(left).succeed();
    let text = kustomized(story, overlay);
    let apply = ["apply", "--filename=-", "--validate=strict"];
    story.admin().command(&apply).stdin(text.clone()).succeed();
    let objects = objects(&text);
    let namespaces = ["kube-system", "aws-auth-sync", "default"];
    for namespace in namespaces {
        let expected = expected(&objects, namespace);
        let acts = || own_rights(story, namespace) == expected;
        assert!(
            eventually(LONG, acts),
            "{namespace}: {:#?} for {expected:#?}",
            own_rights(story, namespace)
        );
    }
    objects
}

/// An overlay as kubectl makes it.
fn kustomized(story: &Story<'_>, overlay: &str) -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/aws-auth-sync");
    let kustomize = story.admin().command(&["kustomize"]);
    kustomize.arg(directory.join(overlay)).succeed().stdout
}

fn objects(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).expect("it is YAML")
}

/// Has the ConfigMap `access` hold another source.
fn sources(story: &Story<'_>, source: &Value) {
    let patch = json!({ "data": { "people.yaml": source.to_string() } }).to_string();
    let args = [
        "patch",
        "configmap",
        "access",
        "--namespace=aws-auth-sync",
        "--patch",
        &patch,
    ];
    let _patched = story.admin().succeed(&args);
}

/// Leaves a change on aws-auth that was not confirmed, by a run that was killed.
fn left_unconfirmed(story: &Story<'_>) {
    made(story);
    let file = write(story, "changed.json", &source_with_groups(&["unconfirmed"]));
    let apply = ["apply", "--confirm-timeout=1s", &file];
    let mut applying = story.aws_auth_sync(&apply).start("unconfirmed");
    applying.wait_for_stdout(LONG, |line| {
        line.starts_with("aws-auth changed").then_some(())
    });
    applying.kill();
    assert!(section(story, "mapRoles").contains("- unconfirmed\n"));
}

fn mended(controller: &Process, times: usize) {
    let said = || {
        controller
            .stderr()
            .matches("notice: drift is corrected: ")
            .count()
            == times
    };
    assert!(eventually(LONG, said), "{}", controller.stderr());
}

/// The arguments of the container of a template.
fn arguments(owner: &Value) -> Vec<String> {
    let args = owner["spec"]["template"]["spec"]["containers"][0]["args"].as_array();
    let args = args.expect("the container has arguments").iter();
    let words = args.map(|arg| arg.as_str().expect("a text").replace("$(POD_NAME)", "pod"));
    words.collect()
}

/// Nothing is told but of the change that was left.
fn assert_content(stderr: &str) {
    let warnings = stderr.lines().filter(|line| line.contains("warning: "));
    let mut others = warnings.filter(|line| !line.contains("was not confirmed by"));
    assert_eq!(others.next(), None);
}

/// Each verb of each rule, by each of its names, is one that a request was allowed after the audit
/// log had `before` lines.
fn assert_every_right_is_used(story: &Story<'_>, objects: &[Value], before: usize) {
    let audit = story.audit_log();
    let events: Vec<Value> = audit
        .lines()
        .skip(before)
        .map(|line| serde_json::from_str(line).expect("an event is JSON"))
        .filter(|event: &Value| {
            event["user"]["username"] == ACCOUNT
                && event["annotations"]["authorization.k8s.io/decision"] == "allow"
        })
        .collect();
    let named = |event: &Value, object: &Value| {
        let names = rules(object).filter_map(|rule| rule["resourceNames"].as_array());
        let mut names = names.flatten();
        names.any(|name| event["objectRef"]["name"] == *name)
    };
    for object in objects.iter().filter(|object| object["rules"].is_array()) {
        for rule in rules(object) {
            for verb in rule["verbs"].as_array().into_iter().flatten() {
                let none = [Value::Null];
                let names = rule["resourceNames"]
                    .as_array()
                    .map_or(&none[..], Vec::as_slice);
                for name in names {
                    let is_use = |event: &&Value| {
                        let what = &event["objectRef"];
                        let by_name = match name {
                            Value::Null => verb == "create" || !named(event, object),
                            name => what["name"] == *name,
                        };
                        let resource = resource(what);
                        let group = what["apiGroup"].as_str().unwrap_or_default();
                        let namespace = &object["metadata"]["namespace"];
                        event["verb"] == *verb
                            && rule["resources"][0] == resource
                            && rule["apiGroups"][0] == group
                            && what["namespace"] == *namespace
                            && by_name
                    };
                    let used = events.iter().find(is_use);
                    assert!(used.is_some(), "nobody uses {verb} {name} of {rule}");
                }
            }
        }
    }
}

/// What a request is for, as rules call it.
fn resource(what: &Value) -> String {
    let words = [&what["resource"], &what["subresource"]];
    let words: Vec<&str> = words.into_iter().filter_map(Value::as_str).collect();
    words.join("/")
}

/// What the rules say that the account may do in a namespace.
fn expected(objects: &[Value], namespace: &str) -> Vec<String> {
    let applies = |object: &&Value| {
        let own = object["metadata"]["namespace"].as_str();
        own.is_none_or(|own| own == namespace)
    };
    let applying = objects.iter().filter(applies);
    let mut expected: Vec<String> = applying.flat_map(rules).map(right).collect();
    expected.sort();
    expected
}

/// What the account may do beyond what every service account may.
fn own_rights(story: &Story<'_>, namespace: &str) -> Vec<String> {
    let mut found = rights(story, ACCOUNT, namespace);
    let stranger = "system:serviceaccount:aws-auth-sync:stranger";
    let everybodys = rights(story, stranger, namespace);
    found.retain(|right| !everybodys.contains(right));
    found.sort();
    found
}

fn rights(story: &Story<'_>, account: &str, namespace: &str) -> Vec<String> {
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": { "namespace": namespace },
    });
    let path = "--raw=/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    let create = story.admin().command(&["create", path, "--filename=-"]);
    let as_account = [
        format!("--as={account}"),
        "--as-group=system:serviceaccounts".to_owned(),
        "--as-group=system:authenticated".to_owned(),
    ];
    let reviewed = create
        .args(as_account)
        .stdin(review.to_string())
        .succeed()
        .json();
    let rules = reviewed["status"]["resourceRules"].as_array();
    rules.expect("there are some").iter().map(right).collect()
}

/// A rule as text, whatever lists it leaves out.
fn right(rule: &Value) -> String {
    let list = |key: &str| {
        let words = rule[key].as_array().into_iter().flatten();
        let mut words: Vec<&str> = words.filter_map(Value::as_str).collect();
        words.sort_unstable();
        words.join(",")
    };
    let [groups, resources] = [list("apiGroups"), list("resources")];
    format!(
        "{} {groups}/{resources} {}",
        list("verbs"),
        list("resourceNames")
    )
}

fn rules(object: &Value) -> impl Iterator<Item = &Value> {
    object["rules"].as_array().into_iter().flatten()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let mut objects = objects.iter();
    objects
        .find(|object| object["kind"] == kind)
        .expect("there is one")
}

const ACCOUNT: &str = "system:serviceaccount:aws-auth-sync:aws-auth-sync";
