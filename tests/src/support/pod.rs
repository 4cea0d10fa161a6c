//! What a pod finds in its container: the API server's address in its environment, and its service
//! account in `/var/run/secrets`, in a mount namespace of its own.

use std::path::PathBuf;

use super::cluster::Story;
use super::command::Command;
use super::skip::skip;

/// A pod's service account, and where its files are.
pub struct Pod<'a> {
    story: &'a Story<'a>,
    files: PathBuf,
}

impl<'a> Pod<'a> {
    /// Signs `account` of `namespace` in; `None` where this machine makes no mount namespaces,
    /// which is said loudly.
    ///
    /// # Panics
    /// When the API server gives it no token.
    pub fn for_story(story: &'a Story<'a>, namespace: &str, account: &str) -> Option<Self> {
        let trial = ["--map-root-user", "--mount", "mount", "-t", "tmpfs", "x"];
        let trial = story.sandbox.command(UNSHARE).args(trial);
        if trial.arg("/var/run").run().code != Some(0) {
            skip(account, "unshare makes no mount namespace");
            return None;
        }
        let namespaced = format!("--namespace={namespace}");
        let token = ["create", "token", account, &namespaced];
        let token = story.admin().succeed(&token).stdout;
        let secrets = story.sandbox.secrets();
        secrets.add_bearer(token.trim());
        let file = |name: &str| format!("pods/{namespace}/{account}/{name}");
        let token = story.sandbox.write_private(file("token"), token.trim());
        story.sandbox.write(file("ca.crt"), story.api_server().1);
        story.sandbox.write(file("namespace"), namespace);
        let files = token.parent().map(PathBuf::from);
        let files = files.expect("a file has a directory");
        Some(Self { story, files })
    }

    /// Where its service account's files are.
    pub const fn files(&self) -> &PathBuf {
        &self.files
    }

    /// A program as it runs in the pod.
    pub fn command(&self, program: impl Into<PathBuf>) -> Command<'a> {
        let address = self.story.api_server().0;
        let command = self.story.sandbox.command(UNSHARE);
        command
            .args(["--map-root-user", "--mount", "sh", "-ec", MOUNT, "sh"])
            .arg(&self.files)
            .arg(program.into())
            .env("KUBERNETES_SERVICE_HOST", address.ip().to_string())
            .env("KUBERNETES_SERVICE_PORT", address.port().to_string())
    }
}

const UNSHARE: &str = "/usr/bin/unshare";
const MOUNT: &str = "mount -t tmpfs tmpfs /var/run
at=/var/run/secrets/kubernetes.io/serviceaccount
mkdir -p $at
mount --bind \"$1\" $at
shift
exec \"$@\"";
