//! Plugins that are not there, fail, or must not run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use e2e::support::programs::Program;

use crate::site;

#[test]
fn a_plugin_that_is_missing_inert_forbidden_or_fails_is_told_from_one_that_works() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let alice = site.cluster.sts.add_user("alice");
    let program = Program::TokenExec.path().display().to_string();
    let with = |command: &str| site.kubeconfig().replace(&program, command);
    let (name, message, _) = site.problem(site.check(&with("no-such-plugin"), &alice));
    assert_eq!(
        ("plugin", "no-such-plugin is in no directory of PATH"),
        (name.as_str(), message.as_str())
    );
    site.cluster.sandbox.write("home/bin/inert", "");
    let (name, message, hint) = site.problem(site.check(&with("bin/inert"), &alice));
    assert_eq!(
        (
            "plugin",
            "/home/bin/inert is not executable",
            "chmod +x /home/bin/inert"
        ),
        (name.as_str(), message.as_str(), hint.as_str())
    );
    let (name, message, hint) = site.problem(site.check(&with("bin/none"), &alice));
    assert_eq!(
        ("plugin", "/home/bin/none is not there"),
        (name.as_str(), message.as_str())
    );
    assert!(hint.starts_with("install it there"), "{hint}");
    let failing = site
        .check(&site.kubeconfig(), &alice)
        .env("AWS_PROFILE", "none");
    let failing = failing
        .without_env("AWS_ACCESS_KEY_ID")
        .without_env("AWS_SECRET_ACCESS_KEY");
    let (name, message, hint) = site.problem(failing);
    assert_eq!("token", name);
    assert!(
        message.starts_with("the plugin ended with exit code 1: token-exec: "),
        "{message}"
    );
    assert!(!hint.is_empty());
    let policy = "kind: Preference\ncredentialPluginPolicy: DenyAll\n";
    let kuberc = site.cluster.sandbox.write("home/kuberc", policy);
    let forbidden = site.check(&site.kubeconfig(), &alice).env("KUBERC", kuberc);
    let (name, message, _) = site.problem(forbidden);
    assert_eq!("policy", name);
    assert!(
        message.ends_with("credentialPluginPolicy DenyAll of /home/kuberc"),
        "{message}"
    );
}

#[test]
fn a_plugin_that_the_policy_forbids_is_not_run() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let alice = site.cluster.sts.add_user("alice");
    let sandbox = &site.cluster.sandbox;
    let script = "#!/bin/sh\ntouch \"$HOME/it-ran\"\n";
    let plugin = sandbox.write("home/bin/forbidden", script);
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).expect("the mode can be set");
    let program = Program::TokenExec.path().display().to_string();
    let kubeconfig = site.kubeconfig().replace(&program, "bin/forbidden");
    let check = || site.check(&kubeconfig, &alice);
    let policy = "kind: Preference\ncredentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- command: aws\n";
    let kuberc = sandbox.write("home/kuberc-of-aws", policy);
    let (name, message, _) = site.problem(check().env("KUBERC", kuberc));
    assert_eq!("policy", name);
    assert!(
        message.contains("it is not in the credentialPluginAllowlist"),
        "{message}"
    );
    let ran = sandbox.path().join("home/it-ran");
    assert!(!ran.exists());
    assert_eq!("token", site.problem(check()).0);
    assert!(ran.exists());
}
