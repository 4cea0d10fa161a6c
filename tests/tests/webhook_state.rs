//! A state directory that cannot be written, and files in it that cannot be read.

#![cfg(test)]

use std::fs;

use e2e::support::command::Output;
use e2e::support::pki::Ca;
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::Sts;
use e2e::support::webhook::WebhookConfig;
use serde_json::json;

/// `init` of a configuration in this sandbox, whose files may grow to so many blocks.
fn init(sandbox: &Sandbox, blocks: &str) -> Output {
    let program = Program::AuthzWebhook.path().display();
    let config = sandbox.path().join("webhook/config.yaml");
    // A limit of the shell's, which the program takes over: writing fails as on a full disk.
    let script = format!(
        "ulimit -f {blocks}; trap '' XFSZ; exec {program} init --config={}",
        config.display()
    );
    sandbox.command("/bin/sh").args(["-c", &script]).run()
}

fn sandbox(name: &str) -> Sandbox {
    let (sandbox, ca) = (Sandbox::new(name), Ca::new(name));
    let sts = Sts::start(&ca, sandbox.secrets());
    let config = WebhookConfig::new(&sandbox, "demo", &sts, &ca).server("port", json!(21_362));
    sandbox.write("webhook/config.yaml", config.to_yaml());
    sandbox
}

#[test]
fn a_full_disk_is_said_with_the_file_and_leaves_nothing_by_halves() {
    let sandbox = sandbox("full");
    let failed = init(&sandbox, "0");
    let state = sandbox.path().join("webhook/state");
    assert_eq!(failed.code, Some(1), "{}", failed.stderr);
    for words in [state.to_str().unwrap(), "hint: ", "server.stateDir"] {
        assert!(failed.stderr.contains(words), "{words}: {}", failed.stderr);
    }
    let left: Vec<_> = fs::read_dir(&state)
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(left, [".lock"]);
    let made = init(&sandbox, "unlimited");
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    for file in ["ca.pem", "ca-key.pem", "cert.pem", "key.pem"] {
        assert!(state.join(file).exists(), "{file}");
    }
}

#[test]
fn a_key_that_cannot_be_read_is_named_and_left_alone() {
    let sandbox = sandbox("unreadable");
    assert_eq!(init(&sandbox, "unlimited").code, Some(0));
    let key = sandbox.path().join("webhook/state/ca-key.pem");
    fs::remove_file(&key).unwrap();
    fs::create_dir(&key).unwrap();
    let failed = init(&sandbox, "unlimited");
    assert_eq!(failed.code, Some(1), "{}", failed.stderr);
    assert!(
        failed.stderr.contains(key.to_str().unwrap()),
        "{}",
        failed.stderr
    );
    assert!(key.is_dir());
}
