//! Files, contexts and users that lead nowhere.

use e2e::support::programs::Program;

use crate::{Site, site};

/// The step that a kubeconfig fails at, and how its message begins, the file called `F`.
fn assert_fails(site: &Site, table: &[(String, &str, &str)]) {
    let alice = site.cluster.sts.add_user("alice");
    for (kubeconfig, step, beginning) in table {
        let (name, message, _) = site.problem(site.check(kubeconfig, &alice));
        let message = message.replace(&format!("check-{}", alice.access_key_id), "F");
        assert_eq!(*step, name, "{kubeconfig}");
        assert!(message.starts_with(beginning), "{message}");
    }
}

#[test]
fn files_and_contexts_that_lead_nowhere_are_named() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let good = site.kubeconfig();
    assert_fails(
        site,
        &[
            (
                "a: [".to_owned(),
                "file",
                "kubectl reads no file: /home/F:1:",
            ),
            (
                String::new(),
                "context",
                "no file names a current context; there is none",
            ),
            (
                good.replace("current-context: story", "current-context: other"),
                "context",
                "no context is called other, which /home/F names; there are story",
            ),
            (
                good.replace("    cluster: story", "    cluster: other"),
                "context",
                "no cluster called other has a server, and the context names it",
            ),
            (
                good.replace("    user: story", "    user: other"),
                "context",
                "no user is called other, whom the context names",
            ),
        ],
    );
}

#[test]
fn users_whose_plugin_is_not_called_are_named() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let good = site.kubeconfig();
    assert_fails(
        site,
        &[
            (
                good.replace("      interactiveMode: Never\n", ""),
                "user",
                "story of /home/F has no interactiveMode, which v1 demands",
            ),
            (
                good.replace("k8s.io/v1\n", "k8s.io/v1alpha1\n"),
                "user",
                "story of /home/F asks for \"client.authentication.k8s.io/v1alpha1\", which kubectl has \
             given up",
            ),
            (
                good.replace("  user:\n    exec:", "  user:\n    username: x\n    exec:"),
                "user",
                "story of /home/F holds username as well, and kubectl calls no plugin then",
            ),
        ],
    );
}

#[test]
fn a_current_context_that_an_earlier_file_overrules_is_told() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let alice = site.cluster.sts.add_user("alice");
    let sandbox = &site.cluster.sandbox;
    let earlier = sandbox.write("home/earlier", "current-context: story\n");
    let mine = site
        .kubeconfig()
        .replace("current-context: story", "current-context: mine");
    let later = sandbox.write("home/later", mine);
    let list = std::env::join_paths([earlier, later]).expect("paths make a list");
    let command = sandbox.command(Program::KubeconfigGen).arg("check");
    let command = command
        .keys(&alice)
        .env("KUBECONFIG", list)
        .without_env("NO_PROXY");
    let command = command.env("HTTPS_PROXY", site.proxy.url());
    let (steps, code) = site.steps(command.env("AWS_CA_BUNDLE", &site.bundle));
    assert_eq!(Some(0), code, "{steps:#?}");
    assert_eq!(
        "story of /home/later, named by /home/earlier; /home/later names mine, and is not heard",
        steps[1][2]
    );
}
