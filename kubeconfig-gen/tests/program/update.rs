//! `update` where nothing is there yet.

mod refusals;

use std::fs;
use std::path::Path;

use serde_saphyr::from_str;

use crate::kubeconfig::{ClusterEntry, ContextEntry, Exec, Kubeconfig, Named, UserEntry, Variable};
use crate::sandbox::{ARN, Sandbox, examples, text};

#[expect(clippy::too_many_lines, reason = "the whole file is told")]
#[test]
fn writes_a_private_file_where_kubectl_looks_for_it() {
    let sandbox = Sandbox::with_certificate();
    let output = sandbox.run(&["update", "--from-file", "demo.json", "--profile", "dev"]);
    let path = sandbox.path(".kube/config");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(
        text(&output.stdout),
        format!("Added new context {ARN} to {}\n", path.display())
    );
    assert_eq!(output.status.code(), Some(0));
    let read: Kubeconfig = from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let describe: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(sandbox.path("demo.json")).unwrap()).unwrap();
    let cluster = &describe["cluster"];
    let string = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let beside = Path::new(env!("CARGO_BIN_EXE_kubeconfig-gen")).with_file_name("token-exec");
    let command = if beside.exists() {
        beside.display().to_string()
    } else {
        "token-exec".to_owned()
    };
    let expected = Kubeconfig {
        api_version: "v1".to_owned(),
        kind: "Config".to_owned(),
        clusters: vec![Named {
            name: ARN.to_owned(),
            entry: ClusterEntry {
                server: string(&cluster["endpoint"]),
                certificate_authority_data: string(&cluster["certificateAuthority"]["data"]),
                proxy_url: None,
            },
        }],
        contexts: vec![Named {
            name: ARN.to_owned(),
            entry: ContextEntry {
                cluster: ARN.to_owned(),
                user: ARN.to_owned(),
                namespace: None,
            },
        }],
        users: vec![Named {
            name: ARN.to_owned(),
            entry: UserEntry {
                exec: Exec {
                    api_version: "client.authentication.k8s.io/v1".to_owned(),
                    command,
                    args: ["--region=us-west-2", "--cluster-name=demo", "--profile=dev"]
                        .map(str::to_owned)
                        .to_vec(),
                    install_hint: read.users[0].entry.exec.install_hint.clone(),
                    interactive_mode: "Never".to_owned(),
                    provide_cluster_info: false,
                    env: Some(vec![Variable {
                        name: "AWS_PROFILE".to_owned(),
                        value: "dev".to_owned(),
                    }]),
                },
            },
        }],
        current_context: ARN.to_owned(),
    };
    assert_eq!(read, expected);
    assert_private(&path);
}

#[cfg(unix)]
fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(path), mode(path.parent().unwrap())), (0o600, 0o700));
}

#[cfg(not(unix))]
fn assert_private(_path: &Path) {}

#[cfg(unix)]
#[test]
fn the_example_kubeconfig_is_what_the_program_writes() {
    let sandbox = Sandbox::with_token_exec();
    let output = sandbox.run(&["update", "--from-file", "demo.json", "--dry-run"]);
    let example = fs::read_to_string(examples().join("kubeconfig.yaml")).unwrap();
    let entries = example.split_once("\n\n").map(|(_about, entries)| entries);
    assert_eq!(Some(text(&output.stdout)), entries);
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn the_name_of_the_aws_cli_and_flags_instead_of_a_file_give_the_same_entries() {
    let sandbox = Sandbox::with_certificate();
    let flags = [
        "update-kubeconfig",
        "--name",
        "on",
        "--endpoint",
        "https://127.0.0.1:6443",
        "--ca-file",
        "ca.pem",
        "--region",
        "eu-west-1",
        "--alias",
        "012345678901",
        "--user-alias",
        "1e3",
        "--namespace",
        "dev",
        "--proxy-url",
        "socks5://127.0.0.1:1080",
        "--no-set-context",
        "--dry-run",
    ];
    let output = sandbox.run(&flags);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let read: Kubeconfig = from_str(text(&output.stdout)).unwrap();
    assert_eq!(read.clusters[0].name, "on");
    assert_eq!(
        read.clusters[0].entry.proxy_url.as_deref(),
        Some("socks5://127.0.0.1:1080")
    );
    assert_eq!(read.contexts[0].name, "012345678901");
    assert_eq!(
        read.contexts[0].entry,
        ContextEntry {
            cluster: "on".to_owned(),
            user: "1e3".to_owned(),
            namespace: Some("dev".to_owned()),
        },
    );
    assert_eq!(read.users[0].name, "1e3");
    assert_eq!(
        read.users[0].entry.exec.args,
        ["--region=eu-west-1", "--cluster-name=on"]
    );
    assert_eq!(read.current_context, "");
    assert_eq!(sandbox.files(), ["ca.pem", "demo.json"]);
}

/// Name and value.
type Setting = (&'static str, &'static str);

#[test]
fn region_and_profile_come_from_the_environment_where_nothing_else_says_them() {
    let sandbox = Sandbox::with_certificate();
    let by_flags = [
        "--name",
        "n",
        "--endpoint",
        "https://127.0.0.1",
        "--ca-file",
        "ca.pem",
    ];
    let by_file = ["--from-file", "demo.json"];
    let both = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-2"),
    ];
    let profiles = [("AWS_PROFILE", "a"), ("AWS_DEFAULT_PROFILE", "b")];
    let table: [(&[&str], &[Setting], &[&str]); 6] = [
        (&by_flags, &[], &["--cluster-name=n"]),
        (
            &by_flags,
            &both,
            &["--region=eu-west-1", "--cluster-name=n"],
        ),
        (
            &by_flags,
            &both[1..],
            &["--region=eu-west-2", "--cluster-name=n"],
        ),
        (
            &by_file,
            &both,
            &["--region=us-west-2", "--cluster-name=demo"],
        ),
        (
            &by_file,
            &profiles,
            &["--region=us-west-2", "--cluster-name=demo", "--profile=a"],
        ),
        (
            &by_file,
            &profiles[1..],
            &["--region=us-west-2", "--cluster-name=demo", "--profile=b"],
        ),
    ];
    for (arguments, variables, expected) in table {
        let mut command = sandbox.command(&["update", "--dry-run"]);
        let output = command
            .args(arguments)
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let read: Kubeconfig = from_str(text(&output.stdout)).unwrap();
        assert_eq!(
            read.users[0].entry.exec.args, expected,
            "{arguments:?} {variables:?}"
        );
    }
}

#[test]
fn stdin_is_read_for_a_dash_and_verbose_shows_the_entries() {
    let sandbox = Sandbox::with_certificate();
    let mut command = sandbox.command(&[
        "update",
        "--from-file",
        "-",
        "--kubeconfig",
        "new/dir/k",
        "--verbose",
    ]);
    command.stdin(fs::File::open(sandbox.path("demo.json")).unwrap());
    let output = command.output().unwrap();
    let shown = text(&output.stdout);
    let heading =
        format!("Added new context {ARN} to new/dir/k\nEntries:\n\ncontext:\n  cluster: ");
    assert!(shown.starts_with(&heading), "{shown}");
    assert!(sandbox.path("new/dir/k").is_file());
}
