//! Kubeconfigs that are there already: what is edited, in which file, and how it gets there.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "a test may stop where its own ground gives way"
)]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const ARN: &str = "arn:aws:eks:us-west-2:111122223333:cluster/demo";

const NOBODY: u32 = 65_534;

/// A home of its own, with `demo.json` in it and token-exec on its PATH.
struct Sandbox {
    home: tempfile::TempDir,
}

impl Sandbox {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let example =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/describe-cluster.json");
        fs::copy(example, home.path().join("demo.json")).unwrap();
        fs::create_dir(home.path().join("bin")).unwrap();
        let sandbox = Self { home };
        sandbox.write("bin/token-exec", "");
        sandbox.chmod("bin/token-exec", 0o755);
        sandbox
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    fn chmod(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubeconfig-gen"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", self.path("bin"))
            .current_dir(self.home.path())
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Root writes wherever it likes: the home becomes nobody's, and so does the process. The
    /// program itself may lie where nobody looks, and is copied.
    fn run_as_nobody(&self, command: &mut Command) {
        let program = self.path("bin/kubeconfig-gen");
        fs::copy(env!("CARGO_BIN_EXE_kubeconfig-gen"), &program).unwrap();
        for path in ["", "bin/kubeconfig-gen", "d", "d/config"] {
            chown(self.path(path), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let mut as_nobody = Command::new(program);
        as_nobody.args(command.get_args()).env_clear();
        let variables = command.get_envs();
        as_nobody.envs(variables.filter_map(|(name, value)| Some((name, value?))));
        as_nobody.current_dir(self.home.path()).stdin(Stdio::null());
        *command = as_nobody;
        command.uid(NOBODY).gid(NOBODY);
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// stdout and stderr of a run that succeeds.
    fn succeed(&self, arguments: &[&str]) -> (String, String) {
        said(&self.run(arguments))
    }

    /// The names of everything in the home.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.home.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn update(&self, more: &[&str]) -> (String, String) {
        self.succeed(&[&["update", "--from-file", "demo.json"], more].concat())
    }
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    (stdout, stderr)
}

const OURS: &str = "\
# my clusters
apiVersion: v1
kind: Config
preferences: {}
clusters:
  - name: other   # theirs
    cluster: {server: 'https://other.example', x-mine: [y, 012]}
contexts:
  - context: &ctx
      cluster: other
      user: other
    name: other
current-context: \"other\"
users:
  - name: other
    user:
      token: \"012345678901\"
# the end
";

#[test]
fn only_what_is_asked_for_is_written_and_once() {
    let sandbox = Sandbox::new();
    sandbox.write("config", OURS);
    let file = ["--kubeconfig", "config"];
    let (stdout, stderr) = sandbox.update(&file);
    assert_eq!(
        (stdout, stderr),
        (
            format!("Added new context {ARN} to config\n"),
            String::new()
        )
    );
    let after = sandbox.read("config");
    let kept = after.replace(
        &format!("current-context: \"{ARN}\""),
        "current-context: \"other\"",
    );
    let mut rest = kept.lines();
    for line in OURS.lines() {
        assert!(
            rest.any(|other| other == line),
            "{line:?} is not there any more:\n{after}"
        );
    }
    // As their cluster is written.
    assert!(
        after.contains("\n  - cluster: {certificate-authority-data: LS0"),
        "{after}"
    );
    assert!(
        after.contains("\n        args:\n          - \"--region=us-west-2\"\n"),
        "{after}"
    );
    let inode = fs::metadata(sandbox.path("config")).unwrap().ino();
    let (stdout, _) = sandbox.update(&file);
    assert_eq!(stdout, format!("Updated context {ARN} in config\n"));
    assert_eq!(sandbox.read("config"), after);
    // Not even the same bytes are written again.
    assert_eq!(fs::metadata(sandbox.path("config")).unwrap().ino(), inode);
    assert!(!sandbox.path("config.lock").exists());
}

#[test]
fn an_entry_keeps_what_the_update_does_not_speak_of() {
    let sandbox = Sandbox::new();
    let before = format!(
        "clusters:\n- cluster:\n    server: https://old.example # moved\n    proxy-url: socks5://p:1\n    \
         tls-server-name: t\n    certificate-authority: ca.pem\n  name: {ARN}\ncontexts:\n- name: {ARN}\n  \
         context:\n    namespace: team\n    cluster: {ARN}\n    user: {ARN}\nusers:\n- name: {ARN}\n  user:\n    \
         exec:\n      apiVersion: client.authentication.k8s.io/v1alpha1\n      command: aws\n      args: [eks, \
         get-token]\n      env:\n      - name: HTTPS_PROXY\n        value: \"on\"\n      - {{name: AWS_PROFILE, \
         value: old}}\n"
    );
    sandbox.write("config", &before);
    let (_, stderr) = sandbox.update(&["--kubeconfig", "config", "--profile", "new"]);
    assert!(
        stderr.starts_with("warning: certificate-authority of the cluster "),
        "{stderr}"
    );
    let after = sandbox.read("config");
    for kept in [
        "proxy-url: socks5://p:1",
        "tls-server-name: t",
        "namespace: team",
        "value: \"on\"",
        " # moved",
    ] {
        assert!(after.contains(kept), "{kept}: {after}");
    }
    assert!(
        after.contains("- {name: AWS_PROFILE, value: new}"),
        "{after}"
    );
    assert!(
        !after.contains("certificate-authority:") && !after.contains("v1alpha1"),
        "{after}"
    );
    assert!(
        after
            .contains("args: [\"--region=us-west-2\", \"--cluster-name=demo\", \"--profile=new\"]"),
        "{after}"
    );
}

#[test]
fn of_a_list_of_files_each_entry_is_edited_where_it_is() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "current-context: mine\n# a\n");
    sandbox.write(
        "b",
        &format!("clusters:\n- name: {ARN}\n  cluster: {{server: \"https://b\"}}\n"),
    );
    sandbox.write("broken", "users: 5\n");
    let mut command = sandbox.command(&["update", "--from-file", "demo.json"]);
    command.env("KUBECONFIG", "none:a:b:a::broken");
    let (stdout, stderr) = said(&command.output().unwrap());
    assert_eq!(stdout, format!("Added new context {ARN} to a\n"));
    assert_eq!(
        stderr,
        "warning: broken:1:8: users is an integer, where kubectl wants a list: kubectl reads none of its \
         files until this one is mended\n",
    );
    let a = sandbox.read("a");
    assert!(
        a.starts_with(&format!(
            "current-context: {ARN}\n# a\ncontexts:\n- context:\n"
        )) || a.starts_with(&format!("current-context: {ARN}\ncontexts:\n")),
        "{a}"
    );
    assert!(
        a.contains("users:\n- name: arn") && !a.contains("clusters:"),
        "{a}"
    );
    assert!(
        sandbox
            .read("b")
            .contains("server: \"https://0123456789ABCDEF"),
        "{}",
        sandbox.read("b")
    );
    assert!(!sandbox.path("none").exists());
}

#[test]
fn an_earlier_file_that_wins_is_reported() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "a",
        &format!("current-context: mine\nusers: [{{name: \"{ARN}\"}}]\n"),
    );
    sandbox.write("b", "");
    let mut command = sandbox.command(&["update", "--from-file", "demo.json", "--kubeconfig", "b"]);
    let (_, stderr) = said(&command.env("KUBECONFIG", "a:b").output().unwrap());
    assert_eq!(
        stderr,
        format!(
            "warning: a comes before b in KUBECONFIG, and its current-context mine wins\nwarning: a comes \
             before b in KUBECONFIG, and its user {ARN} wins\n"
        ),
    );
}

#[test]
fn links_modes_and_json_stay() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("real")).unwrap();
    sandbox.write(
        "real/config.json",
        "{\n  \"users\": [],\n  \"current-context\": \"\"\n}\n",
    );
    sandbox.chmod("real/config.json", 0o640);
    symlink("real/config.json", sandbox.path("link")).unwrap();
    sandbox.update(&["--kubeconfig", "link"]);
    assert!(
        fs::symlink_metadata(sandbox.path("link"))
            .unwrap()
            .is_symlink()
    );
    let mode = fs::metadata(sandbox.path("link"))
        .unwrap()
        .permissions()
        .mode()
        & 0o777;
    assert_eq!(mode, 0o640);
    let json: serde_json::Value = serde_json::from_str(&sandbox.read("link")).unwrap();
    assert_eq!(json["current-context"], ARN);
    assert_eq!(json["users"][0]["user"]["exec"]["command"], "token-exec");
    let names: Vec<_> = fs::read_dir(sandbox.path("real"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["config.json"]);
}

#[test]
fn a_lock_that_stays_is_named_and_nothing_is_written() {
    let sandbox = Sandbox::new();
    sandbox.write("config", OURS);
    sandbox.write("config.lock", "");
    let output = sandbox.run(&[
        "update",
        "--from-file",
        "demo.json",
        "--kubeconfig",
        "config",
    ]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    let lock = sandbox.path("config.lock").canonicalize().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let start = format!(
        "notice: waiting for {lock}\nkubeconfig-gen: lock kubeconfig: {lock} is held by another program, or \
         left behind by one ",
        lock = lock.display()
    );
    assert!(stderr.starts_with(&start), "{stderr}");
    assert!(
        stderr.ends_with(&format!(" remove it: rm {}\n", lock.display())),
        "{stderr}"
    );
    assert_eq!(sandbox.read("config"), OURS);
}

#[test]
fn what_others_write_between_reading_and_locking_is_seen() {
    let sandbox = Sandbox::new();
    sandbox.write("config", OURS);
    sandbox.write("config.lock", "");
    let mut command = sandbox.command(&[
        "update",
        "--from-file",
        "demo.json",
        "--kubeconfig",
        "config",
    ]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for_notice(&mut child);
    sandbox.write("config", &OURS.replace("# the end", "# another end"));
    fs::remove_file(sandbox.path("config.lock")).unwrap();
    assert!(child.wait().unwrap().success());
    let after = sandbox.read("config");
    assert!(
        after.contains("# another end") && after.contains(ARN),
        "{after}"
    );
}

/// Until the program says that it waits.
fn wait_for_notice(child: &mut Child) {
    use std::io::{BufRead as _, BufReader};
    let stderr = BufReader::new(child.stderr.as_mut().unwrap());
    let line = stderr.lines().next().unwrap().unwrap();
    assert!(line.starts_with("notice: waiting for "), "{line}");
}

#[test]
fn thirty_two_updates_at_a_time_lose_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("config", OURS);
    let start = |n: usize| {
        let (alias, user) = (format!("c{n}"), format!("u{n}"));
        let arguments = [
            "update",
            "--from-file",
            "demo.json",
            "--kubeconfig",
            "config",
        ];
        let more = ["--alias", &alias, "--user-alias", &user];
        sandbox
            .command(&[&arguments[..], &more[..]].concat())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let children: Vec<Child> = (0..32).map(start).collect();
    write_notes(&sandbox);
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let after = sandbox.read("config");
    for n in 0..32 {
        assert!(
            after.contains(&format!("\n    name: c{n}\n"))
                && after.contains(&format!("- name: u{n}\n")),
            "{n}: {after}"
        );
    }
    assert!(
        after.starts_with("# my clusters\n") && after.contains("x-mine: [y, 012]"),
        "{after}"
    );
    for n in 0..16 {
        assert!(after.contains(&format!("# note {n}\n")), "{n}: {after}");
    }
    assert!(!sandbox.path("config.lock").exists());
}

/// Another writer, which reads and writes under the same lock, and in place as kubectl does.
fn write_notes(sandbox: &Sandbox) {
    for n in 0..16 {
        let lock = sandbox.path("config.lock");
        let mut options = fs::OpenOptions::new();
        while options.write(true).create_new(true).open(&lock).is_err() {
            std::thread::yield_now();
        }
        let text = sandbox.read("config");
        sandbox.write("config", &format!("{text}# note {n}\n"));
        fs::remove_file(lock).unwrap();
    }
}

#[test]
fn a_read_only_file_or_directory_is_left_alone() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("d")).unwrap();
    sandbox.write("d/config", OURS);
    let is_root = fs::metadata(sandbox.path("d")).unwrap().uid() == 0;
    for (path, mode, error) in [
        (
            "d/config",
            0o400,
            "write kubeconfig: cannot write d/config: ",
        ),
        ("d", 0o500, "lock kubeconfig: cannot make "),
    ] {
        sandbox.chmod(path, mode);
        let mut command = sandbox.command(&[
            "update",
            "--from-file",
            "demo.json",
            "--kubeconfig",
            "d/config",
        ]);
        if is_root {
            sandbox.run_as_nobody(&mut command);
        }
        let output = command.output().unwrap();
        sandbox.chmod(path, 0o700);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(
            stderr.starts_with(&format!("kubeconfig-gen: {error}")),
            "{stderr}"
        );
        assert_eq!(sandbox.read("d/config"), OURS);
        assert!(!sandbox.path("d/config.lock").exists());
    }
}

/// A run that may write no byte into a file; the shell is told more first.
fn on_a_full_disk(sandbox: &Sandbox, before: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_kubeconfig-gen");
    let script = format!(
        "{before} ulimit -f 0; exec {program} update --from-file demo.json --kubeconfig config"
    );
    let mut shell = Command::new("/bin/sh");
    let shell = shell
        .args(["-c", &script])
        .env_clear()
        .env("HOME", sandbox.home.path());
    shell.current_dir(sandbox.home.path()).output().unwrap()
}

#[test]
fn a_full_disk_leaves_the_old_file_and_nothing_else() {
    let sandbox = Sandbox::new();
    sandbox.write("config", OURS);
    // Without the signal the write fails as on a disk without room.
    let output = on_a_full_disk(&sandbox, "trap '' XFSZ;");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("kubeconfig-gen: write kubeconfig: cannot write config: "),
        "{stderr}"
    );
    assert_eq!(
        (output.status.code(), sandbox.read("config")),
        (Some(1), OURS.to_owned())
    );
    assert_eq!(sandbox.files(), ["bin", "config", "demo.json"]);
}

#[test]
fn killed_while_it_writes_it_leaves_the_old_file() {
    use std::os::unix::process::ExitStatusExt as _;
    let sandbox = Sandbox::new();
    sandbox.write("config", OURS);
    let output = on_a_full_disk(&sandbox, "");
    assert!(output.status.signal().is_some(), "{output:?}");
    assert_eq!(sandbox.read("config"), OURS);
    assert!(sandbox.path("config.lock").exists());
}

#[test]
fn a_dry_run_prints_the_edited_file_and_writes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("config", OURS);
    let file = ["--kubeconfig", "config"];
    let (printed, _) = sandbox.update(&[&file[..], &["--dry-run"]].concat());
    assert_eq!(sandbox.read("config"), OURS);
    sandbox.update(&file);
    assert_eq!(sandbox.read("config"), printed);
}

#[test]
fn other_programs_are_told_in_their_own_words() {
    let sandbox = Sandbox::new();
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
    let sandbox = Sandbox::new();
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
    let sandbox = Sandbox::new();
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
    let sandbox = Sandbox::new();
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
    let sandbox = Sandbox::new();
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

#[test]
fn whatever_a_name_looks_like_it_stays_a_name() {
    let sandbox = Sandbox::new();
    let long = "é".repeat(253);
    let names = [
        "a: b",
        "\"q\" 'q'",
        "- x",
        "#x",
        "a #b",
        "{a}",
        "!t",
        "*a",
        "&a",
        "on",
        "0x1F",
        " a ",
        "1:20",
        "\\n",
        "---",
        "<<",
        "?",
        &long,
    ];
    for name in names {
        for verb in ["Added new", "Updated"] {
            let (alias, user) = (format!("--alias={name}"), format!("--user-alias={name}"));
            let (stdout, _) = sandbox.update(&["--kubeconfig", "config", &alias, &user]);
            assert!(
                stdout.starts_with(&format!("{verb} context {name} ")),
                "{stdout}"
            );
        }
    }
    let (json, _) = sandbox.succeed(&["list", "-o", "json", "--kubeconfig", "config"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let contexts = json["contexts"].as_array().unwrap().iter();
    let listed: Vec<&str> = contexts
        .map(|context| context["name"].as_str().unwrap())
        .collect();
    assert_eq!(listed, names);
    assert_eq!(json["currentContext"], long.as_str());
    for (name, why) in [
        ("a\nb", "it holds a control character"),
        ("a\u{1b}[2J", "it holds a control character"),
        (
            "x".repeat(254).as_str(),
            "it has 254 characters; at most 253 are allowed",
        ),
    ] {
        let output = sandbox.run(&["update", "--from-file", "demo.json", "--alias", name]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr.contains(why) && !stderr.contains('\u{1b}'),
            "{stderr}"
        );
    }
}

#[test]
fn names_of_a_file_drive_no_terminal_and_no_shell() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "config",
        "contexts: [{name: \"\\e[2J;rm -rf x\", context: {user: \"u\\e[2J\", cluster: c}}]\n\
         users: [{name: \"u\\e[2J\", user: {exec: {apiVersion: v, command: aws, args: [eks, get-token, \
         --cluster-name, c]}}}]\n",
    );
    let file = ["--kubeconfig", "config"];
    for command in [&["list"][..], &["check"], &["convert", "--all"]] {
        let output = sandbox.run(&[command, &file].concat());
        let said = [output.stdout, output.stderr].concat();
        assert!(!said.contains(&0x1b), "{command:?}");
    }
    let check = sandbox.run(&["check", "--kubeconfig", "config"]);
    let text = String::from_utf8(check.stdout).unwrap();
    assert!(
        text.contains("hint: kubectl config delete-context '\\u{1b}[2J;rm -rf x'\n"),
        "{text}"
    );
}
