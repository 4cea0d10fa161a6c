//! Sources that are objects of the cluster.

use std::path::Path;

use e2e::support::cluster::{Story, eventually};
use serde_json::{Value, json};

use super::{
    LONG, data, live, made, said, section, source, source_with_groups, start_watch, wait,
    with_cluster, write,
};

#[test]
fn the_keys_of_a_configmap_are_files_and_are_followed() {
    with_cluster(|story| {
        let sources = |text: &str| config_map(story, &json!({ "people.yaml": text }));
        sources(&source().to_string());
        let controller = start_watch(story, "map", &["--create", "--from-configmap", SOURCES]);
        wait(&controller, "notice: aws-auth is synced: ");
        assert_eq!(live(story).expect("aws-auth is there")["data"], data());

        sources(&source_with_groups(&["changed"]).to_string());
        assert!(eventually(LONG, || section(story, "mapRoles").contains("- changed\n")));
        sources("{ no source");
        let told = wait(&controller, "aws-auth is kept as they last wanted it");
        let place = "warning: configmap/access/sources/people.yaml:1:";
        assert!(told.starts_with(place), "{told}");
        sources(&source().to_string());
        wait(&controller, "notice: the sources are in order again");

        let delete = ["delete", "configmap", "sources", "--namespace=access"];
        let _deleted = story.admin().succeed(&delete);
        wait(
            &controller,
            "warning: the cluster has no configmap access/sources (each key of",
        );
        assert!(eventually(LONG, || section(story, "mapRoles")
            .contains("- developers\n")));
    });
}

#[test]
fn identity_mappings_are_sources_and_are_followed() {
    with_cluster(|story| {
        with_the_kind(story);
        mapping(story, "dev", "role/dev", &["developers"], None);
        let flags = [
            "--create",
            "--owner",
            "mappings",
            "--from-identity-mappings",
        ];
        let controller = start_watch(story, "objects", &flags);
        wait(&controller, "notice: aws-auth is synced: mapRoles");
        mapping(story, "ann", "user/ann", &["readers"], None);
        assert!(eventually(LONG, || section(story, "mapUsers").contains("user/ann")));

        let canonical = || status(story, "ann") == "arn:aws:iam::111122223333:user/ann";
        assert!(eventually(LONG, canonical));

        mapping(story, "ann", "user/ann", &["system:masters"], None);
        wait(&controller, "warning: aws-auth is not synced: C11: ");
        mapping(story, "ann", "user/ann", &["system:masters"], Some("C11"));
        assert!(eventually(LONG, || section(story, "mapUsers")
            .contains("system:masters")));
        mapping(story, "bad", "role/team/bad", &[], None);
        let told = wait(&controller, "aws-auth is kept as they last wanted it");
        assert!(
            told.starts_with("warning: iamidentitymapping/bad:"),
            "{told}"
        );
        forget(story, "bad");
        wait(&controller, "notice: the sources are in order again");

        mapping(story, "cat", "user/cat", &[], None);
        assert!(eventually(LONG, || section(story, "mapUsers").contains("user/cat")));
        forget(story, "cat");
        assert!(eventually(LONG, || !section(story, "mapUsers").contains("user/cat")));
    });
}

#[test]
fn a_kind_that_the_cluster_does_not_know_yet_is_waited_for() {
    with_cluster(|story| {
        let before = made(story);
        let delete = ["delete", "--ignore-not-found", "crd", KIND];
        let _deleted = story.admin().succeed(&delete);
        let get = ["get", "--raw", COLLECTION];
        assert!(eventually(LONG, || story.admin().command(&get).run().code != Some(0)));
        let flags = ["--owner", "platform", "--from-identity-mappings"];
        let controller = start_watch(story, "kind", &flags);
        let told = wait(&controller, "does not know the kind IAMIdentityMapping");
        assert!(told.starts_with("warning: "), "{told}");
        assert_eq!(live(story), Some(before));
        with_the_kind(story);
        mapping(story, "alice", "user/alice", &["readers"], None);
        mapping(story, "developer", "role/developer", &["changed"], None);
        assert!(eventually(LONG, || section(story, "mapRoles").contains("- changed\n")));
    });
}

#[test]
fn once_reads_files_and_objects_together() {
    with_cluster(|story| {
        with_the_kind(story);
        mapping(story, "dev", "role/dev", &["developers"], None);
        config_map(story, &json!({ "a.yaml": source().to_string() }));
        let mut more = source();
        more["roles"] = json!([]);
        more["users"][0]["userarn"] = json!("arn:aws:iam::111122223333:user/bob");
        let file = write(story, "more.json", &more);
        let origins = ["--from-configmap", SOURCES, "--from-identity-mappings"];
        let once = |args: &[&str]| {
            let command = story.aws_auth_sync(&["watch", "--once", "--create"]);
            command.args(args.iter().copied()).run()
        };
        let done = once(&[&[&*file], &origins[..]].concat());
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
        let roles = section(story, "mapRoles");
        assert!(
            roles.contains("role/dev\n") && roles.contains("role/developer\n"),
            "{roles}"
        );
        let users = section(story, "mapUsers");
        assert!(
            users.contains("user/alice\n") && users.contains("user/bob\n"),
            "{users}"
        );

        let absent = once(&["--from-configmap", "access/nowhere"]);
        let told = "aws-auth-sync: the cluster has no configmap access/nowhere\n\
                    hint: each key of the configmap's data is a file: kubectl create configmap \
                    NAME --from-file=access/\n";
        assert_eq!(said(&absent), (Some(1), "", told));
        assert_eq!(once(&[]).code, Some(2));
    });
}

/// Gives the ConfigMap `access/sources` its data.
fn config_map(story: &Story<'_>, data: &Value) {
    let metadata = json!({ "name": "sources", "namespace": "access" });
    story
        .admin()
        .apply(&json!({ "apiVersion": "v1", "kind": "List", "items": [
        { "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "access" } },
        { "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data },
    ] }));
}

/// Has the cluster know the kind, and no object of it.
pub(super) fn with_the_kind(story: &Story<'_>) {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/iamidentitymapping.yaml");
    let apply = story.admin().command(&["apply", "--filename"]);
    apply.arg(manifest).succeed();
    let wait = [
        "wait",
        "--for=condition=Established",
        "--timeout=60s",
        "crd",
        KIND,
    ];
    let _established = story.admin().succeed(&wait);
    let delete = ["delete", KIND, "--all"];
    let deleted = || story.admin().command(&delete).run().code == Some(0);
    assert!(eventually(LONG, deleted));
}

/// Has the cluster map a principal, with `name` as its username.
pub(super) fn mapping(
    story: &Story<'_>,
    name: &str,
    principal: &str,
    groups: &[&str],
    allow: Option<&str>,
) {
    let annotations = allow.map(|codes| json!({ "aws-auth-sync/allow": codes }));
    story.admin().apply(&json!({
        "apiVersion": "iamauthenticator.k8s.aws/v1alpha1",
        "kind": "IAMIdentityMapping",
        "metadata": { "name": name, "annotations": annotations.unwrap_or(json!({})) },
        "spec": {
            "arn": format!("arn:aws:iam::111122223333:{principal}"),
            "username": name,
            "groups": groups,
        },
    }));
}

/// What the status of an object says.
fn status(story: &Story<'_>, name: &str) -> Value {
    let get = ["get", KIND, name, "--output=json"];
    let object = story.admin().succeed(&get).json();
    object["status"]["canonicalARN"].clone()
}

fn forget(story: &Story<'_>, name: &str) {
    let _deleted = story.admin().succeed(&["delete", KIND, name]);
}

const SOURCES: &str = "access/sources";
const COLLECTION: &str = "/apis/iamauthenticator.k8s.aws/v1alpha1/iamidentitymappings";
const KIND: &str = "iamidentitymappings.iamauthenticator.k8s.aws";
