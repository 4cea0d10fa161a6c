//! What a cluster gets once, before its first story.

use serde_json::json;

use super::{CLUSTER, Cluster, REGION, WATCHER};
use crate::support::programs::Program;

/// Lets the webhook read one ConfigMap by its name, and nothing else.
pub(super) fn let_the_webhook_watch(cluster: &Cluster) {
    let rbac = "rbac.authorization.k8s.io";
    let metadata = json!({ "name": WATCHER, "namespace": "kube-system" });
    cluster
        .admin()
        .apply(&json!({ "apiVersion": "v1", "kind": "List", "items": [
            {
                "apiVersion": format!("{rbac}/v1"),
                "kind": "Role",
                "metadata": metadata,
                "rules": [{
                    "apiGroups": [""],
                    "resources": ["configmaps"],
                    "resourceNames": ["aws-auth"],
                    "verbs": ["get", "list", "watch"],
                }],
            },
            {
                "apiVersion": format!("{rbac}/v1"),
                "kind": "RoleBinding",
                "metadata": metadata,
                "roleRef": { "apiGroup": rbac, "kind": "Role", "name": WATCHER },
                "subjects": [{ "apiGroup": rbac, "kind": "User", "name": WATCHER }],
            },
        ] }));
}

/// Has kubeconfig-gen write the file that callers use.
pub(super) fn write_kubeconfig(cluster: &Cluster) {
    let site = cluster.control_plane.site();
    // kubeconfig-gen looks for it where this puts it.
    Program::TokenExec.path();
    let command = cluster.sandbox.command(Program::KubeconfigGen);
    command
        .args([
            "update",
            "--name",
            CLUSTER,
            "--region",
            REGION,
            "--endpoint",
        ])
        .arg(format!("https://{}", site.address()))
        .arg("--ca-file")
        .arg(site.ca_file())
        .arg("--kubeconfig")
        .arg(cluster.sandbox.path().join("kubeconfig"))
        .succeed();
}
