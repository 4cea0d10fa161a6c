//! The stanzas that people have in their kubeconfigs, as the AWS CLI, eksctl and
//! aws-iam-authenticator write them, with another `command` and nothing else changed: through the
//! real kubectl, with a role that STS is asked for.

use std::{
    collections::BTreeMap,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use e2e::support::{
    cluster::{CLUSTER, Cluster, REGION, Story},
    command::Command,
    control_plane::ReviewVersion,
    keys::Keys,
    programs::Program,
    proxy::Proxy,
    sts::{ACCOUNT, Role},
};
use serde_json::{Value, json};

#[test]
fn stanzas_of_other_tools_work_with_another_command_and_assume_their_role_once() {
    let Some(story) = story() else { return };
    let caller = Caller::new(&story, "alice");
    let link = story.sandbox.path().join("aws-iam-authenticator");
    symlink(Program::TokenExec.path(), &link).expect("the sandbox is writable");
    let role = caller.role.as_str();
    let plugin = Program::TokenExec.path();
    let aws_cli = [
        &[
            "--region",
            REGION,
            "eks",
            "get-token",
            "--cluster-name",
            CLUSTER,
            "--output",
            "json",
        ][..],
        &["--role", role],
    ]
    .concat();
    let eksctl = [
        &[
            "eks",
            "get-token",
            "--output",
            "json",
            "--cluster-name",
            CLUSTER,
            "--region",
            REGION,
        ][..],
        &["--role-arn", role],
    ]
    .concat();
    let authenticator = ["token", "-i", CLUSTER, "-r", role];
    for (who, command, args) in [
        ("the AWS CLI", plugin, &aws_cli[..]),
        ("eksctl", plugin, &eksctl),
        ("aws-iam-authenticator", plugin, &authenticator),
        ("its own name", &link, &authenticator),
    ] {
        let kubeconfig = caller.kubeconfig(&stanza(command, args));
        for _ in 0..2 {
            let whoami = caller.kubectl(&kubeconfig, &["auth", "whoami", "--output=json"]);
            let answer = whoami.succeed().json();
            assert_eq!(
                answer.pointer("/status/userInfo/username"),
                Some(&json!("developer:EKSGetTokenAuth")),
                "{who}: {answer}"
            );
        }
    }
    // What decides is the same in all four, so they share one token.
    assert_eq!(caller.roles_assumed(), 1);
}

#[test]
fn a_profile_of_the_stanza_is_used_and_what_kubectl_reads_from_stdin_is_left_to_it() {
    let Some(story) = story() else { return };
    let caller = Caller::new(&story, "piper");
    let config = format!(
        "[profile shop]\nrole_arn = {}\nsource_profile = base\n",
        caller.role
    );
    story.sandbox.write("home/.aws/config", config);
    story.sandbox.credentials_file(&[("base", &caller.keys)]);
    let args = [
        "--region",
        REGION,
        "eks",
        "get-token",
        "--cluster-name",
        CLUSTER,
    ];
    let mut exec = stanza(Program::TokenExec.path(), &args);
    exec["env"] = json!([{ "name": "AWS_PROFILE", "value": "shop" }]);
    let kubeconfig = caller.kubeconfig(&exec);
    let manifest = r#"{"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "prices", "namespace": "shop"}}"#;
    let get = ["get", "--filename=-", "--output=name"];
    let found = caller
        .kubectl_without_keys(&kubeconfig, &get)
        .stdin(manifest)
        .succeed();
    assert_eq!(found.stdout, "configmap/prices\n");
}

#[test]
fn a_refused_token_is_not_given_to_the_same_client_again() {
    let Some(story) = story() else { return };
    let caller = Caller::new(&story, "mallory");
    let stranger = story
        .sts
        .add_role(Role::new(ACCOUNT, "stranger").trusts(&caller.arn));
    let args = ["token", "-i", CLUSTER, "-r", &stranger, "--region", REGION];
    let kubeconfig = caller.kubeconfig(&stanza(Program::TokenExec.path(), &args));
    for assumed in [2, 3] {
        let whoami = caller.kubectl(&kubeconfig, &["auth", "whoami"]).run();
        assert_eq!(
            (whoami.code, whoami.stderr.as_str()),
            (
                Some(1),
                "error: You must be logged in to the server (Unauthorized)\n"
            )
        );
        // kubectl runs the plugin again after the 401. Another kubectl may take what is kept.
        assert_eq!(caller.roles_assumed(), assumed);
    }
}

#[test]
fn with_nobody_to_ask_for_a_code_kubectl_shows_what_to_do() {
    let Some(story) = story() else { return };
    let caller = Caller::new(&story, "maria");
    let serial = story.sts.add_mfa_device("maria");
    let args = [
        &["--cluster-name", CLUSTER, "--region", REGION][..],
        &["--role-arn", &caller.role, "--mfa-serial", &serial],
    ]
    .concat();
    let mut exec = stanza(Program::TokenExec.path(), &args);
    exec["apiVersion"] = json!("client.authentication.k8s.io/v1");
    exec["interactiveMode"] = json!("Never");
    let kubeconfig = caller.kubeconfig(&exec);
    let whoami = caller.kubectl(&kubeconfig, &["auth", "whoami"]).run();
    assert_eq!(whoami.code, Some(1), "{whoami:?}");
    for words in [
        "token-exec: ",
        &serial,
        "hint: ",
        "interactiveMode",
        "failed with exit code 1",
    ] {
        assert!(whoami.stderr.contains(words), "{words}: {}", whoami.stderr);
    }
    assert_eq!(caller.roles_assumed(), 0);
}

/// A user who may assume the role `developer`, and the way to STS.
struct Caller<'a> {
    story: &'a Story<'static>,
    name: &'a str,
    keys: Keys,
    arn: String,
    role: String,
    /// Leads the real name of STS to the local one.
    proxy: Proxy,
}

impl<'a> Caller<'a> {
    fn new(story: &'a Story<'static>, name: &'a str) -> Self {
        let keys = story.sts.add_user(name);
        let arn = format!("arn:aws:iam::{ACCOUNT}:user/{name}");
        let hosts: BTreeMap<_, _> = story.sts.resolve();
        Self {
            story,
            name,
            keys,
            role: story
                .sts
                .add_role(Role::new(ACCOUNT, &format!("developer-{name}")).trusts(&arn)),
            arn,
            proxy: Proxy::start(hosts),
        }
    }

    fn kubectl(&self, kubeconfig: &Path, args: &[&str]) -> Command<'_> {
        self.kubectl_without_keys(kubeconfig, args).keys(&self.keys)
    }

    fn kubectl_without_keys(&self, kubeconfig: &Path, args: &[&str]) -> Command<'_> {
        let bundle = self.story.sandbox.path().join("webhook/sts-ca.pem");
        self.story
            .kubectl(kubeconfig)
            .command(args)
            .without_env("NO_PROXY")
            .env("HTTPS_PROXY", self.proxy.url())
            .env("AWS_CA_BUNDLE", bundle)
            .env("AWS_STS_REGIONAL_ENDPOINTS", "regional")
            .env("AWS_DEFAULT_REGION", REGION)
            .env("KUBECACHEDIR", self.cache())
    }

    fn kubeconfig(&self, exec: &Value) -> PathBuf {
        let (server, ca) = self.story.api_server();
        let document = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{
                "name": "c",
                "cluster": {
                    "server": format!("https://{server}"),
                    "certificate-authority-data": BASE64_STANDARD.encode(ca),
                },
            }],
            "users": [{ "name": "u", "user": { "exec": exec } }],
            "contexts": [{ "name": "x", "context": { "cluster": "c", "user": "u" } }],
            "current-context": "x",
        });
        let file = format!("{}.kubeconfig", self.name);
        self.story.sandbox.replace(&file, document.to_string());
        self.story.sandbox.path().join(file)
    }

    /// How often STS was asked for a role with this user's keys.
    fn roles_assumed(&self) -> usize {
        let own = Some(&self.keys.access_key_id);
        let asked = self.story.sts.requests();
        asked
            .iter()
            .filter(|request| request.method == "POST" && request.access_key_id.as_ref() == own)
            .count()
    }

    fn cache(&self) -> PathBuf {
        self.story
            .sandbox
            .path()
            .join(format!("{}-cache", self.name))
    }
}

impl Drop for Caller<'_> {
    /// What is kept is a secret, in files for this user alone.
    fn drop(&mut self) {
        for file in self.story.sandbox.files(format!("{}-cache", self.name)) {
            self.story.sandbox.may_hold_secrets(file);
        }
        self.story.sandbox.may_hold_secrets("home/.aws/credentials");
    }
}

fn stanza(command: &Path, args: &[&str]) -> Value {
    json!({
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": command,
        "args": args,
    })
}

/// The cluster of this file: the role `developer` of every caller is mapped.
fn story() -> Option<Story<'static>> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let start = || {
        let cluster = Cluster::start("stanzas", ReviewVersion::V1, Duration::from_secs(10))?;
        let roles: Vec<Value> = ["alice", "piper", "maria"]
            .map(|name| {
                json!({
                    "rolearn": format!("arn:aws:iam::{ACCOUNT}:role/developer-{name}"),
                    "username": "developer:{{SessionName}}",
                    "groups": ["system:masters"],
                })
            })
            .to_vec();
        cluster.set_aws_auth(&json!({ "mapRoles": json!(roles).to_string() }));
        let shop = json!({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "prices", "namespace": "shop"},
                "data": {"apple": "0.30"},
            },
        ]});
        cluster.admin().apply(&shop);
        Some(cluster)
    };
    CLUSTER.get_or_init(start).as_ref().map(Cluster::story)
}
