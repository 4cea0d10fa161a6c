//! `kubeconfig-gen update` as a process: own home, cleared environment.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop where its own ground gives way"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_saphyr::from_str;

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Kubeconfig {
    #[serde(rename = "apiVersion")]
    api_version: String,
    kind: String,
    clusters: Vec<Named<ClusterEntry>>,
    contexts: Vec<Named<ContextEntry>>,
    users: Vec<Named<UserEntry>>,
    current_context: String,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Named<T> {
    name: String,
    #[serde(alias = "cluster", alias = "context", alias = "user")]
    entry: T,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ClusterEntry {
    server: String,
    certificate_authority_data: String,
    proxy_url: Option<String>,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ContextEntry {
    cluster: String,
    user: String,
    namespace: Option<String>,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct UserEntry {
    exec: Exec,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Exec {
    api_version: String,
    command: String,
    args: Vec<String>,
    install_hint: String,
    interactive_mode: String,
    provide_cluster_info: bool,
    env: Option<Vec<Variable>>,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Variable {
    name: String,
    value: String,
}

/// A home of its own, with the inputs in it.
struct Sandbox {
    home: tempfile::TempDir,
}

impl Sandbox {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let certificate =
            rcgen::generate_simple_self_signed(vec!["kubernetes".to_owned()]).unwrap();
        fs::write(home.path().join("ca.pem"), certificate.cert.pem()).unwrap();
        let text = fs::read_to_string(examples().join("describe-cluster.json")).unwrap();
        fs::write(home.path().join("dev.json"), text).unwrap();
        Self { home }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubeconfig-gen"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(self.home.path());
        command.args(arguments).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Makes `bin`, a directory with an executable token-exec.
    #[cfg(unix)]
    fn install_token_exec(&self) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::create_dir(self.path("bin")).unwrap();
        fs::write(self.path("bin/token-exec"), "").unwrap();
        fs::set_permissions(
            self.path("bin/token-exec"),
            fs::Permissions::from_mode(0o755),
        )
        .unwrap();
    }

    /// The names of everything in the home.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.home.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

const ARN: &str = "arn:aws:eks:us-west-2:111122223333:cluster/demo";

#[expect(clippy::too_many_lines, reason = "the whole file is told")]
#[test]
fn writes_a_private_file_where_kubectl_looks_for_it() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["update", "--from-file", "dev.json", "--profile", "dev"]);
    let path = sandbox.path(".kube/config");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(
        text(&output.stdout),
        format!("Added new context {ARN} to {}\n", path.display())
    );
    assert_eq!(output.status.code(), Some(0));
    let read: Kubeconfig = from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let describe: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(sandbox.path("dev.json")).unwrap()).unwrap();
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
    let sandbox = Sandbox::new();
    sandbox.install_token_exec();
    let mut command = sandbox.command(&["update", "--from-file", "dev.json", "--dry-run"]);
    let output = command.env("PATH", sandbox.path("bin")).output().unwrap();
    let example = fs::read_to_string(examples().join("kubeconfig.yaml")).unwrap();
    let entries = example.split_once("\n\n").map(|(_about, entries)| entries);
    assert_eq!(Some(text(&output.stdout)), entries);
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn the_name_of_the_aws_cli_and_flags_instead_of_a_file_give_the_same_entries() {
    let sandbox = Sandbox::new();
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
    assert_eq!(sandbox.files(), ["ca.pem", "dev.json"]);
}

/// Name and value.
type Setting = (&'static str, &'static str);

#[test]
fn region_and_profile_come_from_the_environment_where_nothing_else_says_them() {
    let sandbox = Sandbox::new();
    let by_flags = [
        "--name",
        "n",
        "--endpoint",
        "https://127.0.0.1",
        "--ca-file",
        "ca.pem",
    ];
    let by_file = ["--from-file", "dev.json"];
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
fn a_file_that_kubectl_cannot_read_is_left_alone() {
    let sandbox = Sandbox::new();
    let update = [
        "update",
        "--from-file",
        "dev.json",
        "--kubeconfig",
        "config",
    ];
    let mend = "kubectl does not read this file either: mend it; nothing was written";
    let table = [
        (
            "a: [",
            "1:4: unclosed bracket '['",
            "mend the file; nothing was written",
        ),
        (
            "- a\n",
            "1:1: the kubeconfig is a list, where kubectl wants a mapping",
            mend,
        ),
        (
            "users:\n- name: on\n",
            "2:9: name is a boolean, where kubectl wants text",
            mend,
        ),
        (
            "a: b\n---\nc: d\n",
            "2:1: a second document begins here",
            "keep one document in a file",
        ),
        (
            "clusters: []\nclusters: []\n",
            "2:1: the key stands in this mapping twice, first in line 1",
            "remove one of the two",
        ),
    ];
    for (content, message, hint) in table {
        fs::write(sandbox.path("config"), content).unwrap();
        for extra in [&[][..], &["--dry-run"]] {
            let output = sandbox.run(&[&update[..], extra].concat());
            let said = text(&output.stderr);
            assert!(said.ends_with(&format!("\nhint: {hint}\n")), "{said}");
            let place = message.split_once(": ").map_or(message, |(place, _)| place);
            assert!(
                said.starts_with(&format!("kubeconfig-gen: config:{place}: ")),
                "{said}"
            );
            assert!(said.contains(message), "{said}");
            assert_eq!((text(&output.stdout), output.status.code()), ("", Some(1)));
            assert_eq!(fs::read_to_string(sandbox.path("config")).unwrap(), content);
        }
    }
    assert_eq!(sandbox.files(), ["ca.pem", "config", "dev.json"]);
}

/// Runs `update`; it must fail with this message, print nothing and write nothing.
fn assert_refused(sandbox: &Sandbox, arguments: &[&str], message: &str) {
    let files = sandbox.files();
    let output = sandbox.run(&[&["update"], arguments].concat());
    assert_eq!(text(&output.stderr), format!("kubeconfig-gen: {message}\n"));
    assert_eq!(
        (text(&output.stdout), output.status.code()),
        ("", Some(1)),
        "{arguments:?}"
    );
    assert_eq!(sandbox.files(), files, "{arguments:?}");
}

#[test]
fn a_bad_description_is_one_error_that_says_where_and_nothing_is_written() {
    let sandbox = Sandbox::new();
    let creating = fs::read_to_string(sandbox.path("dev.json"))
        .unwrap()
        .replace("ACTIVE", "CREATING");
    fs::write(sandbox.path("creating.json"), creating).unwrap();
    fs::write(sandbox.path("cut.json"), "{\n  \"cluster\": {").unwrap();
    fs::write(sandbox.path("bytes.json"), b"{\"\xff\"}").unwrap();
    fs::write(sandbox.path("large.json"), vec![b' '; 1 + (1 << 20)]).unwrap();
    let table = [
        (
            "creating.json",
            "creating.json:5:19: Cluster status is CREATING; it must be ACTIVE or UPDATING\nhint: \
             aws eks wait cluster-active --name demo --region us-west-2, then describe it again",
        ),
        ("cut.json", "cut.json:2:14: EOF while parsing an object"),
        ("bytes.json", "bytes.json:1:3: this is not UTF-8"),
        (
            "none.json",
            "read none.json: No such file or directory (os error 2)",
        ),
        (
            "large.json",
            "read large.json: it is larger than 1048576 bytes",
        ),
    ];
    for (file, message) in table {
        assert_refused(&sandbox, &["--from-file", file], message);
    }
    assert_refused(
        &sandbox,
        &["--from-file", "dev.json", "--name", "prod"],
        "dev.json describes cluster arn:aws:eks:us-west-2:111122223333:cluster/demo, not prod\n\
         hint: describe the other cluster, or leave --name out",
    );
}

#[test]
fn bad_certificates_are_one_error_that_says_where_and_nothing_is_written() {
    let sandbox = Sandbox::new();
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let certificate = fs::read_to_string(sandbox.path("ca.pem")).unwrap();
    fs::write(sandbox.path("key.pem"), &key).unwrap();
    fs::write(sandbox.path("both.pem"), format!("\n{certificate}{key}")).unwrap();
    fs::write(sandbox.path("empty.pem"), "").unwrap();
    let key_line = certificate.lines().count() + 2;
    let hint = "hint: --ca-file takes the PEM certificates of the cluster's CA alone";
    let table = [
        (
            "key.pem",
            "1:1: the PEM block of line 1 is labelled \"PRIVATE KEY\", not \"CERTIFICATE\""
                .to_owned(),
        ),
        (
            "both.pem",
            format!(
                "{key_line}:1: the PEM block of line {key_line} is labelled \"PRIVATE KEY\", not \"CERTIFICATE\""
            ),
        ),
        ("empty.pem", "1:1: no PEM certificate is in it".to_owned()),
    ];
    for (file, message) in table {
        let arguments = [
            "--name",
            "n",
            "--endpoint",
            "https://127.0.0.1",
            "--ca-file",
            file,
        ];
        assert_refused(&sandbox, &arguments, &format!("{file}:{message}\n{hint}"));
    }
}

#[test]
fn senseless_arguments_exit_2_before_anything_is_read() {
    let sandbox = Sandbox::new();
    let good = [
        "--name",
        "n",
        "--endpoint",
        "https://127.0.0.1",
        "--ca-file",
        "none.pem",
    ];
    let change = |index: usize, value: &'static str| {
        let mut arguments = good.to_vec();
        arguments[index] = value;
        arguments
    };
    let with = |extra: [&'static str; 2]| [&good[..], &extra[..]].concat();
    let table = [
        vec![],
        vec!["--endpoint", "https://127.0.0.1"],
        with(["--assume-role-arn", "arn:aws:iam::111122223333:role/r"]),
        with(["--role-arn", "arn:aws:iam::111122223333:user/u"]),
        with(["--session-name", "me"]),
        good[2..].to_vec(),
        with(["--from-file", "dev.json"]),
        change(1, "a b"),
        change(1, "arn:aws:iam::111122223333:role/n"),
        change(3, "http://127.0.0.1"),
        change(3, "https://me@127.0.0.1"),
        change(3, "https://127.0.0.1/?x"),
        with(["--region", "US"]),
        with(["--namespace", "A"]),
        with(["--proxy-url", "proxy:1"]),
        with(["--alias", "a\nb"]),
        with(["--profile", ""]),
        with(["--kubeconfig", ""]),
    ];
    for arguments in table {
        let output = sandbox.run(&[&["update"], &arguments[..]].concat());
        assert_eq!(
            (text(&output.stdout), output.status.code()),
            ("", Some(2)),
            "{arguments:?}"
        );
        assert!(
            text(&output.stderr).starts_with("kubeconfig-gen: "),
            "{}",
            text(&output.stderr)
        );
    }
    assert_eq!(sandbox.files(), ["ca.pem", "dev.json"]);
}

#[test]
fn the_refusal_of_a_url_keeps_the_password_in_it() {
    let sandbox = Sandbox::new();
    let other = ["--name", "n", "--ca-file", "none.pem"];
    let table = [
        (
            ["--endpoint=https://me:hunter2@127.0.0.1", "--dry-run"],
            "kubeconfig-gen: the value of '--endpoint <URL>' is refused: it holds user information\nhint: kubeconfig-gen --help\n",
        ),
        (
            [
                "--endpoint=https://127.0.0.1",
                "--proxy-url=socks5h://me:hunter2@proxy",
            ],
            "kubeconfig-gen: the value of '--proxy-url <URL>' is refused: its scheme is not http, https or socks5\nhint: kubeconfig-gen --help\n",
        ),
    ];
    for (arguments, message) in table {
        let output = sandbox.run(&[&["update"], &other[..], &arguments[..]].concat());
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.starts_with(message), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn stdin_is_read_for_a_dash_and_verbose_shows_the_entries() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(&[
        "update",
        "--from-file",
        "-",
        "--kubeconfig",
        "new/dir/k",
        "--verbose",
    ]);
    command.stdin(fs::File::open(sandbox.path("dev.json")).unwrap());
    let output = command.output().unwrap();
    let shown = text(&output.stdout);
    let heading =
        format!("Added new context {ARN} to new/dir/k\nEntries:\n\ncontext:\n  cluster: ");
    assert!(shown.starts_with(&heading), "{shown}");
    assert!(sandbox.path("new/dir/k").is_file());
}
