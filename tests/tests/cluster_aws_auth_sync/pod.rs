//! In a pod: its own cluster, as its service account.

use std::fs;

use e2e::support::{cluster::Story, pod::Pod, programs::Program};
use serde_json::{Value, json};

use super::{data, live, made, said, source, with_cluster, write};

#[test]
fn a_pod_asks_its_own_cluster_as_its_service_account() {
    with_cluster(|story| {
        let Some(pod) = pod(story, "asks") else {
            return;
        };
        let file = write(story, "access.json", &source());
        let command = pod.command(Program::AwsAuthSync);
        // What the environment says about the world outside is not for the cluster.
        let command = command.without_env("NO_PROXY");
        let command = command.env("HTTPS_PROXY", "http://127.0.0.1:1");
        let output = command.args(["apply", "--create", &file]).run();
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        let live = live(story).expect("aws-auth is there");
        assert_eq!(live["data"], data());
        let audit = story.audit_log();
        let wrote = |event: &Value| {
            event["user"]["username"] == "system:serviceaccount:default:asks"
                && event["verb"] == "create"
                && event["objectRef"]["name"] == "aws-auth"
        };
        let mut events = audit
            .lines()
            .map(|line| serde_json::from_str(line).expect("an event is JSON"));
        assert!(events.any(|event| wrote(&event)));
    });
}

#[test]
fn a_kubeconfig_that_is_named_goes_before_the_pods_own_cluster() {
    with_cluster(|story| {
        made(story);
        let Some(pod) = pod(story, "named") else {
            return;
        };
        let export = || pod.command(Program::AwsAuthSync).arg("export");
        let nowhere = story.sandbox.path().join("nowhere");
        let missing = export().env("KUBECONFIG", &nowhere).run();
        assert_eq!(missing.code, Some(1));
        let told = "aws-auth-sync: read the kubeconfig: failed to read kubeconfig from ";
        assert!(missing.stderr.starts_with(told), "{}", missing.stderr);
        // Whose server is another one, by its name.
        let kubeconfig = fs::read_to_string(story.admin_kubeconfig()).unwrap();
        let port = story.api_server().0.port();
        let elsewhere = kubeconfig.replace(&format!("127.0.0.1:{port}"), "127.0.0.1:1");
        let elsewhere = story.sandbox.write_private("elsewhere", elsewhere);
        let asked = export().arg("--kubeconfig").arg(elsewhere).run();
        assert!(asked.stderr.contains("refused"), "{}", asked.stderr);
        let context = export().args(["--context", "prod"]).run();
        let told = "aws-auth-sync: read the kubeconfig: failed to load current context: prod\n";
        assert!(context.stderr.starts_with(told), "{}", context.stderr);
        assert_eq!(export().run().code, Some(0));
    });
}

#[test]
fn a_pod_is_told_by_a_flag_what_its_cluster_is_called() {
    with_cluster(|story| {
        made(story);
        let Some(pod) = pod(story, "called") else {
            return;
        };
        let cluster = "arn:aws:eks:us-west-2:111122223333:cluster/demo";
        let mut source = source();
        source["cluster"] = json!(cluster);
        let file = write(story, "access.json", &source);
        let plan = |flags: &[&str]| {
            let command = pod.command(Program::AwsAuthSync).args(["plan", &file]);
            command.args(flags.iter().copied()).run()
        };
        let refused = plan(&[]);
        assert_eq!(refused.code, Some(5));
        let server = format!("https://{}/", story.api_server().0);
        let told = format!(
            "is for cluster {cluster}, and only --cluster can tell whether it is this pod's own at \
             {server}\n"
        );
        assert!(refused.stderr.contains(&told), "{}", refused.stderr);
        assert_eq!(plan(&["--cluster", "prod"]).code, Some(5));
        assert_eq!(plan(&["--cluster", cluster]).code, Some(0));
    });
}

#[test]
fn a_pod_without_its_service_account_is_told_so() {
    with_cluster(|story| {
        let Some(pod) = pod(story, "bare") else {
            return;
        };
        fs::remove_file(pod.files().join("namespace")).unwrap();
        let output = pod.command(Program::AwsAuthSync).arg("history").run();
        let told = "aws-auth-sync: connect as the pod's service account: failed to read the \
                    default namespace: No such file or directory (os error 2)\n\
                    hint: let the pod have its service account's token \
                    (automountServiceAccountToken), or give --kubeconfig FILE\n";
        assert_eq!(said(&output), (Some(1), "", told));
    });
}

/// A pod whose service account, `name` in the namespace default, may do with ConfigMaps of
/// kube-system what it likes.
fn pod<'a>(story: &'a Story<'a>, name: &str) -> Option<Pod<'a>> {
    let rbac = "rbac.authorization.k8s.io";
    let version = format!("{rbac}/v1");
    let metadata = json!({ "name": name, "namespace": "kube-system" });
    let verbs = ["create", "get", "list", "patch", "delete"];
    story
        .admin()
        .apply(&json!({ "apiVersion": "v1", "kind": "List", "items": [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": { "name": name, "namespace": "default" },
        },
        {
            "apiVersion": version,
            "kind": "Role",
            "metadata": metadata,
            "rules": [{ "apiGroups": [""], "resources": ["configmaps"], "verbs": verbs }],
        },
        {
            "apiVersion": version,
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": { "apiGroup": rbac, "kind": "Role", "name": name },
            "subjects": [{ "kind": "ServiceAccount", "name": name, "namespace": "default" }],
        },
    ] }));
    Pod::for_story(story, "default", name)
}
