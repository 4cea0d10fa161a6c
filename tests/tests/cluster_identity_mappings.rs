//! `IAMIdentityMapping` objects on a real kube-apiserver, with the manifests of `deploy/`, beside
//! every other source of mappings. There is one cluster, so these stories take turns.

use std::{
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use e2e::support::{
    cluster::{Cluster, Story, eventually},
    control_plane::{Forwarder, Mode, ReviewVersion},
    keys::Keys,
};
use serde_json::{Value, json};

#[test]
fn an_object_maps_its_principal_for_as_long_as_it_lives() {
    with_cluster(|story, _| {
        let keys = story.sts.add_assumed_role("Deployer", "jane");
        let arn = arn("role/Deployer");
        apply(story, "deployer", &arn, "deployer:{{SessionName}}");
        assert!(eventually(WITHIN, || username(story, &keys).as_deref()
            == Some("deployer:jane")));
        let whoami = ["auth", "whoami", "--output=json"];
        let user = story.call(&keys, &whoami).succeed().json();
        let groups = &user["status"]["userInfo"]["groups"];
        assert_eq!(groups, &json!(["of-objects", "system:authenticated"]));
        let source = "CRD iamidentitymappings/deployer spec";
        let decision = story.decision(|decision| decision["source"] == source);
        assert_eq!(decision["username"], "deployer:jane");

        apply(story, "deployer", &arn, "changed");
        assert!(eventually(WITHIN, || username(story, &keys).as_deref()
            == Some("changed")));

        delete(story, "deployer");
        assert!(eventually(WITHIN, || username(story, &keys).is_none()));
    });
}

#[test]
fn the_status_is_written_as_aws_iam_authenticator_writes_it() {
    with_cluster(|story, _| {
        apply(story, "status", &arn("role/Team/Status"), "u");
        assert!(eventually(SOON, || canonical_arn(story, "status")
            == arn("role/team/status")));
        apply(story, "status", &arn("user/Path/Status"), "u");
        assert!(eventually(SOON, || canonical_arn(story, "status")
            == arn("user/path/status")));
        delete(story, "status");
    });
}

#[test]
fn a_role_with_a_path_is_matched_by_its_name_and_the_log_says_that_eks_would_not() {
    with_cluster(|story, _| {
        let keys = story.sts.add_assumed_role("with-path", "jane");
        apply(story, "with-path", &arn("role/a/path/with-path"), "by-name");
        assert!(eventually(WITHIN, || username(story, &keys).as_deref()
            == Some("by-name")));
        let said = "iamidentitymappings/with-path: the role ARN has a path, which callers' ARNs \
                    never show: the role is matched by its name (EKS and aws-iam-authenticator \
                    would never match it)";
        assert!(story.webhook_log().contains(said));
        delete(story, "with-path");
    });
}

#[test]
fn who_may_write_a_status_maps_nobody_by_it() {
    with_cluster(|story, _| {
        let mallory = story.sts.add_user("mallory");
        apply(story, "victim", &arn("user/victim"), "victim");
        assert!(eventually(SOON, || canonical_arn(story, "victim")
            == arn("user/victim")));
        let status = json!({ "status": { "canonicalARN": arn("user/mallory") } }).to_string();
        let patch = [
            "patch",
            KIND,
            "victim",
            "--subresource=status",
            "--type=merge",
            "--patch",
        ];
        story.admin().command(&patch).arg(status).succeed();
        assert!(eventually(SOON, || canonical_arn(story, "victim")
            == arn("user/mallory")));
        // Another object acts behind it: the changed status has been seen.
        let keys = story.sts.add_user("behind");
        apply(story, "behind", &arn("user/behind"), "behind");
        assert!(eventually(WITHIN, || username(story, &keys).is_some()));
        assert_eq!(username(story, &mallory), None);
        // What nobody believes is put right all the same.
        assert!(eventually(SOON, || canonical_arn(story, "victim")
            == arn("user/victim")));
        delete(story, "victim");
        delete(story, "behind");
    });
}

#[test]
fn a_faulty_object_falls_alone_and_of_equal_ones_the_last_by_name_acts() {
    with_cluster(|story, _| {
        let keys = story.sts.add_user("twice");
        apply(story, "twice-a", &arn("user/twice"), "first");
        apply(story, "twice-b", &arn("user/twice"), "last");
        apply(story, "twice-c", &arn("user/twice"), " blank ");
        assert!(eventually(WITHIN, || username(story, &keys).as_deref() == Some("last")));
        let replaced = "iamidentitymappings/twice-b: iamidentitymappings/twice-a names the same \
                        principal: this one replaces it";
        let left_out = "iamidentitymappings/twice-c: the username \" blank \" has blanks around \
                        it: it is left out";
        for said in [replaced, left_out] {
            let is_said = || story.webhook_log().contains(said);
            assert!(eventually(WITHIN, is_said), "{}", story.webhook_log());
        }
        let dropped = "authz_webhook_mapping_entries_dropped{source=\"CRD\"} 1";
        let metrics = story.admin_listener("/metrics").text();
        assert!(metrics.lines().any(|line| line == dropped), "{metrics}");
        assert_eq!(username(story, &keys).as_deref(), Some("last"));
        for name in ["twice-a", "twice-b", "twice-c"] {
            delete(story, name);
        }
    });
}

#[test]
fn while_the_api_server_is_away_the_last_mappings_act_and_what_changed_is_seen_after_it() {
    with_cluster(|story, way| {
        let (stays, goes) = (story.sts.add_user("stays"), story.sts.add_user("goes"));
        let comes = story.sts.add_user("comes");
        apply(story, "stays", &arn("user/stays"), "stays");
        apply(story, "goes", &arn("user/goes"), "goes");
        assert!(eventually(WITHIN, || username(story, &goes).is_some()));

        set(way, Mode::Refuse);
        let readyz = || story.admin_listener("/readyz?verbose").text();
        assert!(
            eventually(SOON, || readyz().contains("CRD degraded")),
            "{}",
            readyz()
        );
        delete(story, "goes");
        apply(story, "comes", &arn("user/comes"), "comes");
        assert_eq!(username(story, &stays).as_deref(), Some("stays"));
        assert_eq!(username(story, &goes).as_deref(), Some("goes"));

        set(way, Mode::Forward(story.api_server().0));
        assert!(eventually(SOON, || username(story, &comes).is_some()));
        assert_eq!(username(story, &goes), None, "it was deleted meanwhile");
        assert!(
            eventually(SOON, || !readyz().contains("degraded")),
            "{}",
            readyz()
        );
        delete(story, "stays");
        delete(story, "comes");
    });
}

#[test]
fn without_the_right_to_write_statuses_objects_map_all_the_same() {
    with_cluster(|story, _| {
        let rule = json!([{ "op": "remove", "path": "/rules/1" }]).to_string();
        let role = "authz-webhook-iamidentitymappings";
        let patch = ["patch", "clusterrole", role, "--type=json", "--patch"];
        story.admin().command(&patch).arg(rule).succeed();
        let keys = story.sts.add_user("no-status");
        let may_patch = || {
            let can = [
                "auth",
                "can-i",
                "patch",
                "iamidentitymappings",
                "--subresource=status",
            ];
            let can = story.admin().command(&can).arg("--as=authz-webhook").run();
            can.code == Some(0)
        };
        assert!(eventually(SOON, || !may_patch()));
        apply(story, "no-status", &arn("user/no-status"), "no-status");
        assert!(eventually(WITHIN, || username(story, &keys).is_some()));
        let told = "statuses are not written, which changes no mapping";
        assert!(eventually(SOON, || story.webhook_log().contains(told)));
        assert_eq!(canonical_arn(story, "no-status"), "");

        apply_manifest(story, "iamidentitymapping-rbac.yaml");
        assert!(eventually(SOON, may_patch));
        story.stop_webhook();
        story.start_webhook();
        let written = || canonical_arn(story, "no-status") == arn("user/no-status");
        assert!(eventually(SOON, written));
        delete(story, "no-status");
    });
}

#[test]
fn the_webhook_may_do_nothing_more_with_the_cluster() {
    with_cluster(|story, _| {
        let can = |verb: &str, resource: &str, subresource: &str| {
            let can = ["auth", "can-i", verb, resource, "--as=authz-webhook"];
            let can = story.admin().command(&can).arg("--all-namespaces");
            let can = can.arg(format!("--subresource={subresource}"));
            can.run().code == Some(0)
        };
        assert!(can("list", KIND, "") && can("watch", KIND, "") && can("patch", KIND, "status"));
        for (verb, resource, subresource) in [
            ("get", KIND, ""),
            ("create", KIND, ""),
            ("update", KIND, ""),
            ("patch", KIND, ""),
            ("delete", KIND, ""),
            ("update", KIND, "status"),
            ("create", "events", ""),
            ("list", "configmaps", ""),
            ("list", "secrets", ""),
        ] {
            let may = can(verb, resource, subresource);
            assert!(!may, "{verb} {resource} {subresource}");
        }
    });
}

#[test]
fn each_source_decides_where_those_before_it_know_nobody() {
    with_cluster(|story, _| {
        let keys = story.sts.add_user("everywhere");
        let is = |expected: &str| {
            eventually(SOON, || username(story, &keys).as_deref() == Some(expected))
        };
        let everywhere = arn("user/everywhere");
        assert!(is("of-config"), "MountedFile comes fourth");
        let users = json!([{ "userarn": everywhere, "username": "of-config-map" }]).to_string();
        story.set_aws_auth(&json!({ "mapUsers": users }));
        assert!(is("of-config-map"), "EKSConfigMap comes third");
        apply(story, "everywhere", &everywhere, "of-object");
        assert!(is("of-object"), "CRD comes second");
        write_dynamic(
            story,
            json!([{ "userarn": everywhere, "username": "of-file" }]),
        );
        assert!(is("of-file"), "DynamicFile comes first");
        let wins = "CRD iamidentitymappings/everywhere spec never acts: DynamicFile ";
        assert!(eventually(SOON, || story.webhook_log().contains(wins)));
        let entry = json!([{ "principalArn": everywhere, "username": "of-entry" }]);
        story
            .sandbox
            .replace("entries/everywhere.json", entry.to_string());
        assert!(
            is("of-entry"),
            "an access entry wins, though its source comes last"
        );
        let decision = story.decision(|decision| {
            let source = decision["source"].as_str().unwrap_or_default();
            source.starts_with("AccessEntries ") && source.ends_with(" accessEntries[0] line 1")
        });
        assert_eq!(decision["username"], "of-entry");

        // And back again, one after the other.
        fs::remove_file(story.sandbox.path().join("entries/everywhere.json")).expect("it is there");
        assert!(is("of-file"));
        fs::remove_file(story.sandbox.path().join("dynamic/mappings.json")).expect("it is there");
        assert!(is("of-object"), "a deleted DynamicFile maps nobody");
        delete(story, "everywhere");
        assert!(is("of-config-map"));
        story.set_aws_auth(&json!({ "mapUsers": "" }));
        assert!(is("of-config"));
    });
}

/// A user whom the webhook sees for a fresh token.
fn username(story: &Story<'_>, keys: &Keys) -> Option<String> {
    let review = story.review(&story.token(keys));
    review.username().map(str::to_owned)
}

fn apply(story: &Story<'_>, name: &str, arn: &str, username: &str) {
    story.admin().apply(&json!({
        "apiVersion": "iamauthenticator.k8s.aws/v1alpha1",
        "kind": "IAMIdentityMapping",
        "metadata": { "name": name },
        "spec": { "arn": arn, "username": username, "groups": ["of-objects"] },
    }));
}

fn delete(story: &Story<'_>, name: &str) {
    let _ = story.admin().succeed(&["delete", KIND, name]);
}

fn canonical_arn(story: &Story<'_>, name: &str) -> String {
    let get = [
        "get",
        KIND,
        name,
        "--output=jsonpath={.status.canonicalARN}",
    ];
    story.admin().succeed(&get).stdout
}

fn write_dynamic(story: &Story<'_>, users: Value) {
    let file = json!({ "LastUpdatedDateTime": "1700000000", "Version": "1", "mapUsers": users });
    story
        .sandbox
        .replace("dynamic/mappings.json", file.to_string());
}

fn set(way: &Forwarder, mode: Mode) {
    way.set(mode).expect("the held port can be listened on");
}

fn with_cluster(play: impl FnOnce(&Story<'_>, &Forwarder)) {
    static CLUSTER: Mutex<Option<(Cluster, Forwarder)>> = Mutex::new(None);
    let mut cluster = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
    if cluster.is_none() {
        *cluster = start();
    }
    if let Some((cluster, way)) = &*cluster {
        play(&cluster.story(), way);
    }
}

/// A cluster whose webhook has every source, and a way of its own to the API server.
fn start() -> Option<(Cluster, Forwarder)> {
    let way = Forwarder::start().expect("the forwarder gets a port");
    let cluster = Cluster::start_prepared(
        "identity-mappings",
        ReviewVersion::V1,
        Duration::ZERO,
        |sandbox, config| {
            let entries = sandbox.write("entries/none.json", "[]");
            let directory = entries.parent().expect("it lies in a directory");
            let dynamic = sandbox.write("dynamic/other.json", "{}");
            let modes = [
                "DynamicFile",
                "CRD",
                "EKSConfigMap",
                "MountedFile",
                "AccessEntries",
            ];
            config
                .server("backendMode", json!(modes))
                .server("master", json!(format!("https://{}", way.address())))
                .server("accessEntries", json!([directory]))
                .server(
                    "dynamicfilepath",
                    json!(dynamic.with_file_name("mappings.json")),
                )
                .map_user(&arn("user/everywhere"), "of-config", &[])
        },
        |cluster| {
            set(&way, Mode::Forward(cluster.api_server().0));
            let story = cluster.story();
            apply_manifest(&story, "iamidentitymapping.yaml");
            apply_manifest(&story, "iamidentitymapping-rbac.yaml");
            let wait = ["wait", "--for=condition=Established", "crd"];
            let crd = "iamidentitymappings.iamauthenticator.k8s.aws";
            cluster.admin().command(&wait).arg(crd).succeed();
        },
    )?;
    Some((cluster, way))
}

fn apply_manifest(story: &Story<'_>, name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let file = root.expect("in the workspace").join("deploy").join(name);
    story
        .admin()
        .command(&["apply", "--filename"])
        .arg(file)
        .succeed();
}

fn arn(principal: &str) -> String {
    format!("arn:aws:iam::111122223333:{principal}")
}

const KIND: &str = "iamidentitymappings";

/// What the webhook promises.
const WITHIN: Duration = Duration::from_secs(2);

/// Much room for a busy machine.
const SOON: Duration = Duration::from_secs(60);
