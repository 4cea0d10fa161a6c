//! How what is edited gets into the file: locks, others who write, and what stops a write.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Output, Stdio};

use crate::editing::OURS;
use crate::sandbox::{ARN, Sandbox};

const NOBODY: u32 = 65_534;

#[test]
fn links_modes_and_json_stay() {
    let sandbox = Sandbox::with_token_exec();
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
    let sandbox = Sandbox::with_token_exec();
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
    let sandbox = Sandbox::with_token_exec();
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
    let sandbox = Sandbox::with_token_exec();
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
    let sandbox = Sandbox::with_token_exec();
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
            run_as_nobody(&sandbox, &mut command);
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

/// Root writes wherever it likes: the home becomes nobody's, and so does the process. The
/// program itself may lie where nobody looks, and is copied.
fn run_as_nobody(sandbox: &Sandbox, command: &mut Command) {
    let program = sandbox.path("bin/kubeconfig-gen");
    fs::copy(env!("CARGO_BIN_EXE_kubeconfig-gen"), &program).unwrap();
    for path in ["", "bin/kubeconfig-gen", "d", "d/config"] {
        chown(sandbox.path(path), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let mut as_nobody = Command::new(program);
    as_nobody.args(command.get_args()).env_clear();
    let variables = command.get_envs();
    as_nobody.envs(variables.filter_map(|(name, value)| Some((name, value?))));
    as_nobody
        .current_dir(sandbox.home.path())
        .stdin(Stdio::null());
    *command = as_nobody;
    command.uid(NOBODY).gid(NOBODY);
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
    let sandbox = Sandbox::with_token_exec();
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
    let sandbox = Sandbox::with_token_exec();
    sandbox.write("config", OURS);
    let output = on_a_full_disk(&sandbox, "");
    assert!(output.status.signal().is_some(), "{output:?}");
    assert_eq!(sandbox.read("config"), OURS);
    assert!(sandbox.path("config.lock").exists());
}
