//! Who may do what in a live cluster.

use e2e::support::cluster::Story;
use serde_json::{Value, json};

use super::{ALICE, DEVELOPER, apply, source_with_groups, with_cluster, write};

#[test]
fn reports_on_the_live_cluster_and_what_changed_since_a_revision() {
    with_cluster(|story| {
        let source = source_with_groups(&["reported"]);
        assert_eq!(apply(story, &["--create"], &source).code, Some(0));
        bind_in_kube_public(story);
        let before = write(story, "before.json", &source_with_groups(&["strangers"]));
        let page = story.sandbox.path().join("report.html");
        let report = ["report", "-o", "json", "--since", &before, "--html"];
        let output = story.aws_auth_sync(&report).arg(&page).run();
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        let value = output.json();

        let scene = format!("cluster local at https://{}/", story.api_server().0);
        assert_eq!(value["scene"], scene);
        let place = |section: &str| format!("kube-system/aws-auth, {section} entry 0");
        let rows = each(&value["principals"], |row| {
            let cells = row["access"].as_array().expect("there are cells");
            let mut named = cells.iter();
            let cell = named.find(|cell| cell["namespace"] == "kube-public");
            let level = cell.map(|cell| cell["level"].clone());
            json!([row["principal"], row["place"], cells[0]["level"], level])
        });
        let expected = [
            json!([DEVELOPER, place("mapRoles"), "none", "everything"]),
            json!([ALICE, place("mapUsers"), "none", "none"]),
        ];
        assert_eq!(rows, expected);
        let changed = each(&value["changes"], |change| change["principal"].clone());
        assert_eq!(changed, [json!(DEVELOPER)]);
        let findings = each(&value["findings"], |found| {
            json!([found["code"], found["section"], found["index"]])
        });
        let unbound = json!(["G07", "mapUsers", 0]);
        assert!(
            findings.contains(&unbound),
            "no binding names readers: {findings:?}"
        );
        let page = story.sandbox.read("report.html");
        assert!(page.contains(&format!("<title>Who may do what: {scene}</title>")));
    });
}

/// Gives the group `reported` everything in one namespace.
fn bind_in_kube_public(story: &Story<'_>) {
    let rbac = "rbac.authorization.k8s.io";
    story.admin().apply(&json!({
        "apiVersion": format!("{rbac}/v1"),
        "kind": "RoleBinding",
        "metadata": { "name": "reported", "namespace": "kube-public" },
        "roleRef": { "apiGroup": rbac, "kind": "ClusterRole", "name": "cluster-admin" },
        "subjects": [{ "apiGroup": rbac, "kind": "Group", "name": "reported" }],
    }));
}

fn each(list: &Value, told: impl Fn(&Value) -> Value) -> Vec<Value> {
    let items = list.as_array().expect("it is a list");
    items.iter().map(told).collect()
}
