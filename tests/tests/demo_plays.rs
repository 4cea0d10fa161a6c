//! `cargo demo` as a stranger runs it: what it prints, how it ends, and that nothing stays.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use e2e::support::{
    control_plane::binaries,
    scan::{bearers_in, without_bearers},
};
use rustix::process::{Pid, Signal, kill_process};

#[test]
fn without_a_cluster_it_shows_tokens_reviews_and_mapped_identities() {
    let played = play(&mut demo(&["--no-cluster"]));
    assert_eq!(played.code, Some(0), "{}", played.stdout);
    played.shows(&[
        "authz-webhook serve --config webhook.yaml",
        "AWS_PROFILE=alice token-exec --cluster-name demo --output token | token-exec inspect -",
        r#""groups": ["system:masters"]"#,
        r#""username": "alice""#,
        r#""username": "developer:bob""#,
        r#""error": "not_mapped""#,
        "- userarn: arn:aws:iam::111122223333:user/carol",
        "Done in",
    ]);
    played.leaves_nothing_behind();
}

#[test]
fn with_a_cluster_it_shows_three_callers_through_the_real_kubectl() {
    if binaries::for_tests().is_none() {
        return;
    }
    let played = play(&mut demo(&[]));
    assert_eq!(played.code, Some(0), "{}", played.stdout);
    played.shows(&[
        "$ authz-webhook init --config webhook.yaml",
        "$ kube-apiserver --authentication-token-webhook-config-file webhook/kubeconfig.yaml",
        "$ authz-webhook serve --config webhook.yaml",
        "$ aws-auth-sync apply --kubeconfig cluster/admin.kubeconfig --create access.yaml",
        "$ kubeconfig-gen update --name demo --endpoint https://127.0.0.1:",
        "$ AWS_PROFILE=alice kubectl auth whoami",
        "aws-iam-authenticator:111122223333:AIDA",
        "[system:masters system:authenticated]",
        "Extra: sigs.k8s.io/aws-iam-authenticator/principalId",
        "$ AWS_PROFILE=bob kubectl auth whoami",
        "[arn:aws:iam::111122223333:role/developer]",
        "$ AWS_PROFILE=bob kubectl get configmaps -n shop",
        "prices",
        "Error from server (Forbidden): configmaps is forbidden: User \"developer:bob\"",
        "error: You must be logged in to the server (Unauthorized)",
        r#""reason":"not_mapped""#,
        "- userarn: arn:aws:iam::111122223333:user/carol",
        "Done in",
    ]);
    played.leaves_nothing_behind();
}

#[test]
fn kept_it_runs_until_interrupted_and_then_takes_everything_down() {
    let mut child = demo(&["--no-cluster", "--keep"]).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while !text.contains("Ctrl-C takes everything down.\n") {
        assert_ne!(stdout.read_line(&mut text).unwrap(), 0, "{text}");
    }
    let read = |name: &str| fs::read_to_string(directory(&text).join(name)).unwrap();
    let (env, credentials) = (read("env"), read("aws-credentials"));
    assert!(env.contains("export AWS_SHARED_CREDENTIALS_FILE="), "{env}");
    for line in credentials.lines() {
        let Some((name, value)) = line.split_once(" = ") else {
            continue;
        };
        let is_secret = name != "aws_access_key_id";
        assert!(
            !is_secret || !(env.contains(value) || text.contains(value)),
            "{name} is shown"
        );
    }
    interrupt(&child);
    let mut rest = String::new();
    while stdout.read_line(&mut rest).unwrap() > 0 {}
    assert_eq!(rest, "\nEverything is taken down.\n");
    let played = Played {
        code: child.wait().unwrap().code(),
        stdout: text,
    };
    assert_eq!(played.code, Some(0));
    played.leaves_nothing_behind();
}

#[test]
fn interrupted_it_takes_everything_down_at_once() {
    let mut child = demo(&["--no-cluster"]).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while !text.contains("authz-webhook init") {
        assert_ne!(stdout.read_line(&mut text).unwrap(), 0, "{text}");
    }
    interrupt(&child);
    while stdout.read_line(&mut text).unwrap() > 0 {}
    assert!(
        text.ends_with("\nInterrupted: everything is taken down.\n"),
        "{text}"
    );
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_control_plane_that_does_not_start_is_one_clear_line_and_the_end_of_its_log() {
    let assets = tempfile::tempdir().unwrap();
    for name in ["etcd", "kube-apiserver", "kubectl"] {
        let path = assets.path().join(name);
        fs::write(&path, "#!/bin/sh\necho this disk is full\nexit 3\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let played = play(demo(&[]).env("KUBEBUILDER_ASSETS", assets.path()));
    assert_eq!(played.code, Some(1), "{}", played.stdout);
    let end = "\n    the end of cluster/etcd.log:\n      this disk is full\n\n\
               failed: etcd ended (exit status: 3)\n";
    assert!(played.stdout.ends_with(end), "{}", played.stdout);
    played.leaves_nothing_behind();
}

#[test]
fn assets_that_lack_a_program_are_named() {
    let assets = tempfile::tempdir().unwrap();
    let played = play(demo(&[]).env("KUBEBUILDER_ASSETS", assets.path()));
    assert_eq!(played.code, Some(1), "{}", played.stdout);
    let end = format!(
        "\nfailed: prepare the control plane: KUBEBUILDER_ASSETS is {}, which holds no etcd\n",
        assets.path().display()
    );
    assert!(played.stdout.ends_with(&end), "{}", played.stdout);
}

/// A demo that ended.
struct Played {
    code: Option<i32>,
    stdout: String,
}

impl Played {
    /// Checks that all of `lines` stand in the output, in this order.
    fn shows(&self, lines: &[&str]) {
        let mut rest = self.stdout.as_str();
        for line in lines {
            let found = rest.split_once(line);
            assert!(found.is_some(), "{line:?} is missing in:\n{}", self.stdout);
            rest = found.map_or("", |(_, after)| after);
        }
        assert!(
            !self.stdout.contains('\x1b'),
            "colour, although stdout is no terminal"
        );
        assert!(
            bearers_in(&self.stdout).is_empty(),
            "{}",
            without_bearers(&self.stdout)
        );
    }

    fn leaves_nothing_behind(&self) {
        assert!(!directory(&self.stdout).exists());
    }
}

/// The demo's directory, which its first steps name.
fn directory(stdout: &str) -> PathBuf {
    let (_, rest) = stdout
        .split_once("/tmp/iam-demo-")
        .expect("the demo names its directory");
    let name: String = rest
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    Path::new("/tmp").join(format!("iam-demo-{name}"))
}

fn play(demo: &mut Command) -> Played {
    let output = demo.output().expect("the demo starts");
    Played {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("the demo speaks UTF-8"),
    }
}

fn demo(args: &[&str]) -> Command {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_demo"));
    demo.args(args).stdin(Stdio::null()).stdout(Stdio::piped());
    demo
}

fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).expect("the demo runs");
}
