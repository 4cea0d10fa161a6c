//! `kubeconfig-gen` and the system below it: killed, out of room, at mounts, lists of access, and a
//! kubectl that writes back what it read long ago.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use e2e::support::command::{Command, Output};
use e2e::support::control_plane::binaries;
use e2e::support::kubectl::Kubectl;
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use e2e::support::skip::skip;
use rustix::fs::{XattrFlags, getxattr, setxattr};
use rustix::io::Errno;
use serde_json::{Value, json};

const EXAMPLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/describe-cluster.json"
);
const ARN: &str = "arn:aws:eks:us-west-2:111122223333:cluster/demo";
const OURS: &str = "# mine\napiVersion: v1\nkind: Config\n";
const DEADLINE: Duration = Duration::from_secs(60);

fn update<'a>(sandbox: &'a Sandbox, file: &Path) -> Command<'a> {
    let command = sandbox.command(Program::KubeconfigGen);
    let command = command.args(["update", "--from-file", EXAMPLE, "--kubeconfig"]);
    command.arg(file)
}

/// The names of a directory, in their order.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn killed_at_any_moment_it_leaves_the_old_file_or_the_new_one() {
    let sandbox = Sandbox::new("killed");
    let file = sandbox.write("home/d/config", OURS);
    let directory = file.parent().unwrap().to_owned();
    let start = Instant::now();
    update(&sandbox, &file).succeed();
    let (whole, new) = (start.elapsed(), fs::read(&file).unwrap());
    assert_eq!(names(&directory), ["config"]);
    const MOMENTS: u32 = 60;
    for moment in 0..MOMENTS {
        fs::write(&file, OURS).unwrap();
        let mut command = update(&sandbox, &file).into_std();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        thread::sleep(whole * moment / MOMENTS);
        child.kill().unwrap();
        child.wait().unwrap();
        let found = fs::read(&file).unwrap();
        assert!(found == OURS.as_bytes() || found == new, "{moment}");
        let left = names(&directory);
        let known = [".config.tmp", "config", "config.lock"];
        assert!(
            left.iter().all(|name| known.contains(&name.as_str())),
            "{left:?}"
        );
        // The one thing that a person has to take away.
        let _ = fs::remove_file(directory.join("config.lock"));
    }
    fs::write(directory.join(".config.tmp"), "of somebody killed").unwrap();
    fs::write(&file, OURS).unwrap();
    update(&sandbox, &file).succeed();
    assert_eq!(names(&directory), ["config"]);
    assert_eq!(fs::read(&file).unwrap(), new);
}

/// The list of a file that its owner and one more user may read and write: version 2, then tag,
/// permissions and id of each entry.
/// <https://man7.org/linux/man-pages/man5/acl.5.html>
fn access_list() -> Vec<u8> {
    const NOBODY: u32 = 65_534;
    let entries: [(u16, u16, u32); 5] = [
        (0x01, 6, u32::MAX),
        (0x02, 6, NOBODY),
        (0x04, 0, u32::MAX),
        (0x10, 6, u32::MAX),
        (0x20, 0, u32::MAX),
    ];
    let mut list = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        list.extend(tag.to_le_bytes());
        list.extend(permissions.to_le_bytes());
        list.extend(id.to_le_bytes());
    }
    list
}

#[test]
fn a_list_of_who_may_read_stays_and_nobody_else_may() {
    const NAME: &str = "system.posix_acl_access";
    let sandbox = Sandbox::new("acl");
    let file = sandbox.write("home/config", OURS);
    match setxattr(&file, NAME, &access_list(), XattrFlags::empty()) {
        Err(Errno::NOTSUP) => {
            return skip("access lists", "the temporary directory has none");
        }
        set => set.unwrap(),
    }
    let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    // The bits of the group bound the list.
    assert_eq!(mode(), 0o660);
    update(&sandbox, &file).succeed();
    let mut found = vec![0; 1024];
    let length = getxattr(&file, NAME, &mut found).unwrap();
    found.truncate(length);
    assert_eq!((found, mode()), (access_list(), 0o660));
    assert!(fs::read_to_string(&file).unwrap().contains(ARN));
}

/// A script in a mount namespace of its own, with the program as `$0`, the description as `$1`;
/// `None`, said loudly, where the system allows nobody such a thing.
fn mounting(sandbox: &Sandbox, script: &str) -> Option<Output> {
    let flags = if rustix::process::geteuid().is_root() {
        "-m"
    } else {
        "-rm"
    };
    let may = process::Command::new("unshare")
        .args([flags, "mount", "-t", "tmpfs", "none", "/tmp"])
        .stderr(Stdio::null())
        .status();
    if !may.is_ok_and(|status| status.success()) {
        skip("mounts", "unshare makes no mount namespace here");
        return None;
    }
    let command = sandbox.command("/usr/bin/env");
    let command = command.args(["unshare", flags, "sh", "-euc", script]);
    let command = command.env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    Some(
        command
            .arg(Program::KubeconfigGen.path())
            .arg(EXAMPLE)
            .run(),
    )
}

#[test]
fn a_file_that_is_mounted_by_itself_is_written_over() {
    let sandbox = Sandbox::new("mounted");
    let real = sandbox.write("home/real", OURS);
    sandbox.write("home/config", "");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    let inode = fs::metadata(&real).unwrap().ino();
    let script = "mount --bind real config; \"$0\" update --from-file \"$1\" --kubeconfig config";
    let Some(output) = mounting(&sandbox, script) else {
        return;
    };
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let data = fs::metadata(&real).unwrap();
    assert_eq!(
        (data.ino(), data.permissions().mode() & 0o777),
        (inode, 0o640)
    );
    let text = fs::read_to_string(&real).unwrap();
    assert!(text.starts_with(OURS) && text.contains(ARN), "{text}");
    // What it was mounted over is as it was.
    assert_eq!(fs::read(sandbox.home().join("config")).unwrap(), b"");
}

#[test]
fn a_disk_without_room_leaves_the_old_file_and_nothing_else() {
    let sandbox = Sandbox::new("small-disk");
    let script = "mkdir small; mount -t tmpfs -o size=16k none small
        { echo '# mine'; yes '# filler' | head -c 9000; } > small/config
        cp small/config before; code=0
        \"$0\" update --from-file \"$1\" --kubeconfig small/config || code=$?
        cmp before small/config; ls -A small; echo $code";
    let Some(output) = mounting(&sandbox, script) else {
        return;
    };
    assert_eq!(
        (output.code, output.stdout.as_str()),
        (Some(0), "config\n1\n")
    );
    assert!(
        output
            .stderr
            .contains("kubeconfig-gen: write kubeconfig: cannot write small/config: No space left"),
        "{}",
        output.stderr
    );
}

/// The messages and hints of what `check` says of entries.
fn entries(sandbox: &Sandbox, file: &Path) -> Vec<Value> {
    let command = sandbox.command(Program::KubeconfigGen);
    let command = command.args(["check", "-o", "json", "--kubeconfig"]);
    let report = command.arg(file).run().json();
    let steps = report
        .get("steps")
        .and_then(Value::as_array)
        .unwrap()
        .iter();
    steps
        .filter(|step| step["name"] == "entries")
        .cloned()
        .collect()
}

/// A file of which nothing is read until somebody writes.
fn pipe(directory: &Path) -> PathBuf {
    let path = directory.join("slow");
    let made = process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    path
}

#[test]
fn check_tells_what_kubectl_config_dropped() {
    let Some(binaries) = binaries::for_tests() else {
        return;
    };
    let sandbox = Sandbox::new("dropped");
    let file = sandbox.write(
        "home/config",
        "apiVersion: v1\nkind: Config\ncontexts: [{name: mine, context: {cluster: c, user: u}}]\n\
         clusters: [{name: c, cluster: {server: 'https://c'}}]\nusers: [{name: u, user: {token: t}}]\n",
    );
    // kubectl reads the one file, and then waits for the other.
    let elsewhere = tempfile::tempdir().unwrap();
    let slow = pipe(elsewhere.path());
    let list = std::env::join_paths([&file, &slow]).unwrap();
    let (opened, opening) = mpsc::channel();
    let path = slow.clone();
    thread::spawn(move || opened.send(OpenOptions::new().write(true).open(path)));
    let set = ["config", "set-context", "mine", "--namespace=team"];
    let kubectl = Kubectl::new(&sandbox, binaries, &file).command(&set);
    let mut kubectl = kubectl.env("KUBECONFIG", list).start("kubectl");
    let held: File = opening.recv_timeout(DEADLINE).unwrap().unwrap();
    update(&sandbox, &file).succeed();
    assert!(fs::read_to_string(&file).unwrap().contains(ARN));
    assert_eq!(entries(&sandbox, &file), Vec::<Value>::new());
    drop(held);
    // It reads again, under its locks, as often as it likes.
    let script = format!("while :; do : > '{}'; done", slow.display());
    let feeding = sandbox
        .command("/bin/sh")
        .args(["-c", &script])
        .start("feeding");
    assert!(
        kubectl
            .wait(DEADLINE)
            .is_some_and(|status| status.success())
    );
    drop(feeding);

    let text = fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("namespace: team") && !text.contains(ARN),
        "{text}"
    );
    let told = entries(&sandbox, &file);
    let [step] = told.as_slice() else {
        panic!("{told:?}");
    };
    let message = format!(
        "kubeconfig-gen wrote context {ARN}, and it is no longer there: deleted, or dropped by a kubectl \
         config that ran at the same time"
    );
    assert_eq!(
        (&step["result"], &step["message"]),
        (&json!("warning"), &json!(message))
    );
    let hint = step["hint"].as_str().unwrap();
    let again =
        format!("kubeconfig-gen update --name {ARN} writes it again; if it went on purpose: rm ");
    let record = Path::new(hint.strip_prefix(&again).unwrap());
    assert!(record.starts_with(sandbox.home().join(".kube/cache/kubeconfig-gen")));
    update(&sandbox, &file).succeed();
    assert_eq!(entries(&sandbox, &file), Vec::<Value>::new());
    fs::remove_file(record).unwrap();
}

#[test]
fn check_tells_of_contexts_that_lead_nowhere() {
    let sandbox = Sandbox::new("dangling");
    let file = sandbox.write(
        "home/config",
        "contexts: [{name: a, context: {cluster: c}}, {name: b, context: {cluster: c, user: u}}]\n\
         clusters: [{name: c, cluster: {server: 'https://c'}}]\nusers: [{name: u, user: {token: t}}]\n",
    );
    let expected = json!({
        "name": "entries",
        "result": "warning",
        "message": "the cluster or the user of context a is in no file",
        "hint": "kubectl config delete-context a",
    });
    assert_eq!(entries(&sandbox, &file), [expected]);
}
