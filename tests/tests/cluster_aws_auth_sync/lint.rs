//! Sources are held against what is live.

use serde_json::json;

use super::{DEVELOPER, source, with_cluster, write};

#[test]
fn a_cluster_tells_what_its_nodes_and_groups_miss_in_the_sources() {
    with_cluster(|story| {
        let mut source = source();
        source["roles"] = json!([{ "rolearn": DEVELOPER, "username": "d", "groups": ["linted"] }]);
        source["users"] = json!([]);
        let file = write(story, "access.json", &source);
        let found = || -> Vec<String> {
            let lint = ["lint", "--live", "-o", "json", &file];
            let output = story.aws_auth_sync(&lint).run();
            assert_eq!(output.stderr, "");
            let findings = output.json()["findings"].take();
            let findings = findings.as_array().expect("it is a list").iter();
            let told = findings.map(|found| format!("{}: {}", found["code"], found["message"]));
            told.map(|told| told.replace('"', "")).collect()
        };
        let unbound = "G07: no binding names the group linted";
        assert_eq!(found(), [unbound]);

        let rbac = "rbac.authorization.k8s.io";
        story
            .admin()
            .apply(&json!({ "apiVersion": "v1", "kind": "List", "items": [
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": { "name": "linted", "labels": { "kubernetes.io/os": "windows" } },
            },
            {
                "apiVersion": format!("{rbac}/v1"),
                "kind": "RoleBinding",
                "metadata": { "name": "linted", "namespace": "default" },
                "roleRef": { "apiGroup": rbac, "kind": "ClusterRole", "name": "view" },
                "subjects": [{ "apiGroup": rbac, "kind": "Group", "name": "linted" }],
            },
        ] }));
        let with_node = found();
        let _ = story.admin().succeed(&["delete", "node", "linted"]);
        let nodes = [
            "D15: no entry is one of nodes, and the cluster has some, linted say",
            "G02: no entry gives eks:kube-proxy-windows, and the cluster has nodes with Windows, \
             linted say",
        ];
        assert_eq!(with_node, nodes);
    });
}
