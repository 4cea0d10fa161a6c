//! Users' stanzas, of token-exec and of others, and the list of plugins that are allowed.

use std::fs;

use crate::sandbox::{Sandbox, said};

#[test]
fn other_programs_are_told_in_their_own_words() {
    let sandbox = Sandbox::with_token_exec();
    let role = [
        "--role-arn",
        "arn:aws:iam::111122223333:role/r",
        "--profile",
        "p",
        "--dry-run",
    ];
    let (aws, _) = sandbox.update(&[&role[..], &["--exec-command", "aws"]].concat());
    assert!(
        aws.contains("apiVersion: client.authentication.k8s.io/v1beta1\n"),
        "{aws}"
    );
    let args = "args:\n      - \"--region\"\n      - us-west-2\n      - eks\n      - get-token\n      - \"--cluster-name\"\n      - demo\n      - \"--output\"\n      - json\n      - \"--role\"\n      - arn:aws:iam::111122223333:role/r\n      command: aws\n      env:\n      - name: AWS_PROFILE\n        value: p\n";
    assert!(aws.contains(args), "{aws}");
    let output = sandbox.run(
        &[
            &["update", "--from-file", "demo.json"],
            &role[..],
            &["--exec-command", "aws", "--session-name", "me"],
        ]
        .concat(),
    );
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "kubeconfig-gen: write the user entry: aws eks get-token takes no session name\nhint: take --exec-command token-exec\n",
    );
}

#[test]
fn a_profile_that_wants_a_code_may_ask_for_it() {
    let sandbox = Sandbox::with_token_exec();
    fs::create_dir(sandbox.path(".aws")).unwrap();
    sandbox.write(
        ".aws/config",
        "[profile code]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = base\n\
         mfa_serial = arn:aws:iam::111122223333:mfa/me\n[profile none]\nrole_arn = \
         arn:aws:iam::111122223333:role/r\nsource_profile = base\n[profile base]\naws_access_key_id = \
         AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
    );
    for (profile, mode) in [
        ("code", "IfAvailable"),
        ("none", "Never"),
        ("missing", "Never"),
    ] {
        let (text, _) = sandbox.update(&["--profile", profile, "--dry-run"]);
        assert!(
            text.contains(&format!("interactiveMode: {mode}\n")),
            "{profile}: {text}"
        );
    }
}

const FOREIGN: &str = "\
users:
- name: cli
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1alpha1
      args: # as the AWS CLI has them
      - --region
      - eu-west-1
      - eks
      - get-token
      - --cluster-name
      - demo
      - --role
      - arn:aws:iam::111122223333:role/r
      command: aws
      env:
      - {name: AWS_PROFILE, value: p}
- name: authenticator
  user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: /opt/aws-iam-authenticator, args: [token, -i, demo]}}
- name: gke
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: gke-gcloud-auth-plugin}}
- name: odd
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks, get-token, --no-verify-ssl]}}
contexts:
- {name: c, context: {user: cli, cluster: x}}
current-context: c
";

#[test]
fn converts_both_styles_and_back() {
    let sandbox = Sandbox::with_token_exec();
    sandbox.write("config", FOREIGN);
    let file = ["--kubeconfig", "config"];
    let (stdout, stderr) = sandbox.succeed(&[&["convert", "--all"], &file[..]].concat());
    assert_eq!(
        stdout,
        "Converted user cli in config\nConverted user authenticator in config\n"
    );
    assert_eq!(
        stderr,
        "warning: user odd: the argument --no-verify-ssl has no counterpart\n"
    );
    let ours = sandbox.read("config");
    let expected = "      args: # as the AWS CLI has them\n      - \"--region=eu-west-1\"\n      - \"--cluster-name=demo\"\n      - \"--role-arn=arn:aws:iam::111122223333:role/r\"\n      command: token-exec\n";
    assert!(ours.contains(expected), "{ours}");
    assert!(
        ours.contains("- {name: AWS_PROFILE, value: p}\n") && ours.contains("command: gke-gcloud"),
        "{ours}"
    );
    assert!(ours.contains("args: [\"--cluster-id=demo\"]"), "{ours}");
    let (stdout, stderr) = sandbox.succeed(&[&["convert"], &file[..]].concat());
    assert_eq!(
        (stdout.as_str(), stderr.as_str()),
        ("", "notice: there is nothing to convert\n")
    );
    assert_eq!(sandbox.read("config"), ours);
    let (stdout, _) =
        sandbox.succeed(&[&["convert", "--context", "c", "--to", "aws"], &file[..]].concat());
    assert_eq!(stdout, "Converted user cli in config\n");
    let back = sandbox.read("config");
    let expected = "- \"eks\"\n      - \"get-token\"\n      - \"--cluster-name\"\n      - \"demo\"\n      - \"--output\"\n      - \"json\"\n      - \"--role\"\n      - \"arn:aws:iam::111122223333:role/r\"\n      command: aws\n";
    assert!(
        back.contains(expected) && back.contains("v1beta1") && !back.contains("v1alpha1"),
        "{back}"
    );
    let output = sandbox.run(&[&["convert", "--context", "none"], &file[..]].concat());
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "kubeconfig-gen: convert: there is no context none\nhint: kubeconfig-gen list; name a context with --context, or take --all\n",
    );
}

#[test]
fn lists_what_kubectl_would_read() {
    let sandbox = Sandbox::with_token_exec();
    sandbox.write("config", FOREIGN);
    sandbox.write(
        "more",
        "clusters: [{name: x, cluster: {server: 'https://x'}}]\ncontexts: [{name: c}, {name: d}]\n",
    );
    let run = |arguments: &[&str]| {
        let output = sandbox
            .command(arguments)
            .env("KUBECONFIG", "config:more")
            .output()
            .unwrap();
        said(&output).0
    };
    let json: serde_json::Value = serde_json::from_str(&run(&["list", "-o", "json"])).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "apiVersion": "kubeconfig-gen/v1",
            "kind": "ContextList",
            "currentContext": "c",
            "contexts": [
                {
                    "name": "c", "current": true, "file": "config", "cluster": "x", "server": "https://x",
                    "user": "cli", "command": "aws", "clusterName": "demo", "region": "eu-west-1",
                    "profile": "p", "roleArn": "arn:aws:iam::111122223333:role/r",
                },
                {"name": "d", "current": false, "file": "more", "cluster": "", "user": ""},
            ],
        }),
    );
    let table = run(&["list"]);
    let mut lines = table.lines();
    assert!(
        lines.next().unwrap().contains("CONTEXT  CLUSTER  SERVER"),
        "{table}"
    );
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("*  c        x        https://x  cli   -          aws      config"),
        "{table}"
    );
}

#[test]
fn the_plugin_is_added_to_kuberc_where_plugins_are_restricted() {
    let sandbox = Sandbox::with_token_exec();
    fs::create_dir(sandbox.path(".kube")).unwrap();
    let update = ["--kubeconfig", "config", "--allow-plugin"];
    let (_, stderr) = sandbox.update(&update);
    assert!(stderr.contains("does not restrict plugins"), "{stderr}");
    assert!(!sandbox.path(".kube/kuberc").exists());
    let head = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference # mine\n";
    let table = [
        (
            "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- command: aws # old\n",
            "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- command: aws # old\n- command: token-exec\n",
        ),
        (
            "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: aws}]\n",
            "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: aws}, {name: token-exec}]\n",
        ),
        (
            "credentialPluginPolicy: DenyAll\n",
            "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- command: token-exec\n",
        ),
    ];
    for (before, after) in table {
        sandbox.write(".kube/kuberc", &format!("{head}{before}"));
        for _ in 0..2 {
            sandbox.update(&update);
            assert_eq!(sandbox.read(".kube/kuberc"), format!("{head}{after}"));
        }
    }
}
