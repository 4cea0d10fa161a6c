//! A caller who gets in, and what a check leaves behind: nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::site;

#[test]
fn a_caller_who_gets_in_is_told_as_whom() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let alice = site.cluster.sts.add_user("alice");
    let (steps, code) = site.steps(site.check(&site.kubeconfig(), &alice));
    assert_eq!(Some(0), code, "{steps:#?}");
    let names: Vec<_> = steps
        .iter()
        .map(|[name, result, ..]| (name.as_str(), result.as_str()))
        .collect();
    let expected = [
        "file", "context", "user", "plugin", "token", "caller", "server", "access",
    ];
    assert_eq!(expected.map(|name| (name, "ok")).to_vec(), names);
    let message = |name: &str| {
        let step = steps.iter().find(|[step, ..]| step == name);
        step.map(|[_, _, message, _]| message.clone())
            .unwrap_or_default()
    };
    assert_eq!(
        "arn:aws:iam::111122223333:user/alice, says STS",
        message("caller")
    );
    assert_eq!(
        "the server knows alice@example.com in readers, system:authenticated",
        message("access")
    );
    let text = site.check(&site.kubeconfig(), &alice).succeed().stdout;
    assert!(text.ends_with("\nkubectl gets in\n"), "{text}");
}

#[test]
fn a_profile_of_the_stanza_that_loses_to_exported_keys_is_told_even_where_they_get_in() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let alice = site.cluster.sts.add_user("alice");
    let with_profile = site.kubeconfig().replace(
        "      interactiveMode:",
        "      env: [{name: AWS_PROFILE, value: ops}]\n      interactiveMode:",
    );
    let (steps, code) = site.steps(site.check(&with_profile, &alice));
    assert_eq!(Some(0), code, "{steps:#?}");
    let caller = steps.iter().find(|[name, ..]| name == "caller");
    let [_, result, message, _] = caller.expect("STS was asked");
    assert_eq!(
        (
            "warning",
            "arn:aws:iam::111122223333:user/alice, says STS; the exported AWS_ACCESS_KEY_ID wins over \
             AWS_PROFILE=ops of the stanza"
        ),
        (result.as_str(), message.as_str())
    );
}

#[test]
fn a_check_writes_nothing() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let alice = site.cluster.sts.add_user("alice");
    let home = site.cluster.sandbox.path().join("new-home");
    fs::create_dir(&home).expect("the sandbox is writable");
    fs::set_permissions(&home, fs::Permissions::from_mode(0o555)).expect("the mode can be set");
    let checked = site.check(&site.kubeconfig(), &alice).env("HOME", &home);
    checked.succeed();
    assert!(site.cluster.sandbox.files("new-home").is_empty());
}
