//! A person who edits aws-auth.

use serde_json::{Value, json};

use super::Cluster;

impl Cluster {
    /// The live aws-auth with its managed fields, if there is one.
    pub fn aws_auth(&self) -> Option<Value> {
        let get = [
            "get",
            "configmap",
            "aws-auth",
            "--namespace=kube-system",
            "--output=json",
        ];
        let command = self.admin().command(&get);
        let output = command
            .args(["--show-managed-fields", "--ignore-not-found"])
            .succeed();
        (!output.stdout.is_empty()).then(|| output.json())
    }

    /// Changes a list of aws-auth as `kubectl edit` would: on the condition that nothing has changed
    /// since it was read, and again until nothing has. Returns how often that was tried.
    ///
    /// # Panics
    /// When there is no aws-auth, and when it is refused for another reason.
    pub fn edit_by_hand(&self, list: &str, edit: impl Fn(&str) -> String) -> usize {
        for attempt in 1.. {
            let live = self.aws_auth().expect("aws-auth is there");
            let text = live.pointer(&format!("/data/{list}"));
            let text = text.and_then(Value::as_str).unwrap_or_default();
            let patch = json!({
                "metadata": { "resourceVersion": live.pointer("/metadata/resourceVersion") },
                "data": { list: edit(text) },
            });
            let command = self.admin().command(&["patch", "configmap", "aws-auth"]);
            let saved = command
                .args(["--namespace=kube-system", "--type=merge", "--patch"])
                .arg(patch.to_string())
                .run();
            if saved.code == Some(0) {
                return attempt;
            }
            let is_conflict =
                saved.stderr.contains("Conflict") || saved.stderr.contains("modified");
            assert!(is_conflict, "{saved:?}");
        }
        unreachable!("it is tried again and again")
    }
}
