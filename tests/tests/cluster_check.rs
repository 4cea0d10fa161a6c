//! `kubeconfig-gen check` says why kubectl fails, at a real API server and its webhook.

#![expect(
    clippy::indexing_slicing,
    reason = "what is not there is null, and no step"
)]

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, sync::OnceLock, time::Duration};

use e2e::support::{
    cluster::{CLUSTER, Cluster, REGION, Story, eventually},
    command::Command,
    control_plane::ReviewVersion,
    eks::{Eks, EksCluster},
    keys::Keys,
    pki::Ca,
    programs::Program,
    proxy::Proxy,
    standin::Front,
    sts::{ACCOUNT, Caller, Sts},
};
use serde_json::{Value, json};

/// A cluster, and the way to its STS under the real name.
struct Site {
    cluster: Cluster,
    proxy: Proxy,
    bundle: PathBuf,
}

fn site() -> Option<&'static Site> {
    static SITE: OnceLock<Option<Site>> = OnceLock::new();
    SITE.get_or_init(|| {
        let cluster = Cluster::start("check", ReviewVersion::V1, Duration::ZERO)?;
        let proxy = Proxy::start(cluster.sts.resolve());
        let bundle = cluster
            .sandbox
            .write("home/sts-ca.pem", cluster.sts_ca().pem());
        cluster.set_aws_auth(&json!({ "mapUsers": json!([{
            "userarn": "arn:aws:iam::111122223333:user/alice",
            "username": "alice@example.com",
            "groups": ["readers"],
        }]).to_string() }));
        let alice = cluster.sts.add_user("alice");
        let admitted = || cluster.review(&cluster.token(&alice)).is_authenticated();
        assert!(
            eventually(Duration::from_secs(2), admitted),
            "alice is mapped"
        );
        Some(Site {
            cluster,
            proxy,
            bundle,
        })
    })
    .as_ref()
}

impl Site {
    fn story(&self) -> Story<'_> {
        self.cluster.story()
    }

    fn kubeconfig(&self) -> String {
        self.cluster.sandbox.read("kubeconfig")
    }

    /// `check` of a kubeconfig, signed with `keys`.
    fn check(&self, kubeconfig: &str, keys: &Keys) -> Command<'_> {
        let sandbox = &self.cluster.sandbox;
        let name = format!("home/check-{}", keys.access_key_id);
        let file = sandbox.write(name, kubeconfig);
        let command = sandbox.command(Program::KubeconfigGen).arg("check");
        let command = command.arg("--kubeconfig").arg(file).keys(keys);
        let command = command.without_env("NO_PROXY");
        command
            .env("HTTPS_PROXY", self.proxy.url())
            .env("AWS_CA_BUNDLE", &self.bundle)
    }

    /// The steps of a check: name, result, message and hint, and the exit code.
    fn steps(&self, command: Command<'_>) -> (Vec<Step>, Option<i32>) {
        let output = command.args(["--output", "json"]).run();
        assert_eq!(String::new(), output.stderr);
        let report = output.json();
        let steps = report["steps"].as_array().cloned().unwrap_or_default();
        let text = |step: &Value, name: &str| {
            let text = step[name].as_str().unwrap_or_default();
            text.replace(&self.cluster.sandbox.path().display().to_string(), "")
        };
        let step =
            |step: &Value| ["name", "result", "message", "hint"].map(|name| text(step, name));
        (steps.iter().map(step).collect(), output.code)
    }

    /// The step that fails, its message and its hint; all before it are as they should be.
    fn problem(&self, command: Command<'_>) -> (String, String, String) {
        let (steps, code) = self.steps(command);
        assert_eq!(Some(1), code, "{steps:#?}");
        let problem = steps.iter().find(|[_, result, ..]| result == "problem");
        let [name, _, message, hint] = problem.expect("something is wrong").clone();
        (name, message, hint)
    }
}

type Step = [String; 4];

/// The kubeconfig with the cluster's entry named by its ARN, as AWS's own tools name it.
fn by_arn(site: &Site) -> String {
    let arn = format!("arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{CLUSTER}");
    ["name", "cluster", "user", "current-context"]
        .into_iter()
        .fold(site.kubeconfig(), |text, key| {
            text.replace(&format!("{key}: {CLUSTER}\n"), &format!("{key}: {arn}\n"))
        })
}

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
fn a_401_of_somebody_unmapped_is_traced_with_the_next_command() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let bob = site.cluster.sts.add_assumed_role("dev", "bob");
    let check = || site.check(&site.kubeconfig(), &bob);
    let (name, message, hint) = site.problem(check());
    assert_eq!("access", name);
    assert_eq!(
        "the server does not let the token in (401): nothing in the cluster maps \
         arn:aws:iam::111122223333:role/dev",
        message
    );
    assert!(hint.starts_with("somebody who has access runs: kubectl -n kube-system get configmap"));
    let aws_auth = |roles: Value| {
        let manifest = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": "aws-auth", "namespace": "kube-system" },
            "data": { "mapRoles": roles.to_string() },
        });
        let command = check()
            .args(["--aws-auth", "-"])
            .stdin(manifest.to_string());
        let (_, message, hint) = site.problem(command);
        (message, hint)
    };
    let refused = "the server does not let the token in (401)";
    let entry = |arn: &str| json!([{ "rolearn": arn, "username": "u", "groups": [] }]);
    let (message, hint) = aws_auth(entry("arn:aws:iam::111122223333:role/team/dev"));
    assert_eq!(
        format!(
            "{refused}: aws-auth names arn:aws:iam::111122223333:role/team/dev with its path, line 1 \
             of mapRoles, which matches nobody"
        ),
        message
    );
    assert_eq!(
        "an editor of aws-auth writes arn:aws:iam::111122223333:role/dev in its place",
        hint
    );
    let (message, hint) = aws_auth(entry("arn:aws:iam::444455556666:role/dev"));
    let unmapped = "aws-auth does not map arn:aws:iam::111122223333:role/dev";
    assert_eq!(format!("{refused}: {unmapped}"), message);
    assert_eq!(
        "line 1 of mapRoles has arn:aws:iam::444455556666:role/dev: is that meant?",
        hint
    );
    let (message, _) = aws_auth(entry("arn:aws:iam::111122223333:role/dev"));
    assert_eq!(
        format!("{refused}, although line 1 of mapRoles maps arn:aws:iam::111122223333:role/dev"),
        message
    );
}

#[test]
fn another_principal_than_the_stanza_is_for_is_named() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let bob = site.cluster.sts.add_assumed_role("dev", "bob");
    site.cluster.sandbox.write(
        "home/profiles",
        "[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/ops\nsource_profile = base\n",
    );
    let command = site
        .check(&site.kubeconfig(), &bob)
        .env("AWS_PROFILE", "ops");
    let config = site.cluster.sandbox.path().join("home/profiles");
    let (name, message, hint) = site.problem(command.env("AWS_CONFIG_FILE", config));
    assert_eq!(
        (
            "access",
            "the server does not let the token in (401): it is of \
             arn:aws:sts::111122223333:assumed-role/dev/bob, and the profile ops names \
             arn:aws:iam::111122223333:role/ops",
            "AWS_ACCESS_KEY_ID is exported and wins over AWS_PROFILE: unset it, or write the entry \
             anew with --profile"
        ),
        (name.as_str(), message.as_str(), hint.as_str())
    );
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
fn a_token_for_another_cluster_an_ended_session_and_a_wrong_secret_are_told_apart() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let by_arn = by_arn(site);
    let alice = site.cluster.sts.add_user("alice");
    assert_eq!(Some(0), site.steps(site.check(&by_arn, &alice)).1);
    let other = by_arn.replace("--cluster-name=story", "--cluster-name=storey");
    let (name, message, hint) = site.problem(site.check(&other, &alice));
    assert_eq!(
        (
            "caller",
            "the token is for cluster storey, and the entry is of story"
        ),
        (name.as_str(), message.as_str())
    );
    assert_eq!(
        "kubeconfig-gen update --name story writes the right name into the stanza",
        hint
    );
    let session = site.cluster.sts.add_assumed_role("dev", "eve");
    site.cluster.sts.expire_session(&session);
    let (name, message, hint) = site.problem(site.check(&by_arn, &session));
    assert_eq!(
        (
            "caller",
            "STS denies it with ExpiredToken: the credentials that it was signed with have expired",
            "sign in again where the credentials came from, and make a new token"
        ),
        (name.as_str(), message.as_str(), hint.as_str())
    );
    let forged = site.check(&by_arn, &alice.with_secret_of(&Keys::long_lived()));
    let (name, message, _) = site.problem(forged);
    assert_eq!("caller", name);
    assert!(
        message.starts_with("STS denies it with SignatureDoesNotMatch: "),
        "{message}"
    );
}

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
fn a_server_that_is_not_there_or_not_trusted_is_told_apart_and_the_token_is_kept_from_it() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let alice = site.cluster.sts.add_user("alice");
    let (address, _) = site.cluster.api_server();
    let elsewhere = site
        .kubeconfig()
        .replace(&address.to_string(), "127.0.0.1:1");
    let (name, message, hint) = site.problem(site.check(&elsewhere, &alice));
    assert_eq!("server", name);
    assert!(
        message.starts_with("connecting to 127.0.0.1:1: "),
        "{message}"
    );
    assert!(hint.starts_with("a private endpoint is reached from its own network alone"));
    let stranger = Ca::new("another CA").pem();
    let file = site.cluster.sandbox.write("home/another-ca.pem", stranger);
    let line = site.kubeconfig();
    let line = line
        .lines()
        .find(|line| line.contains("certificate-authority-data"));
    let line = line.expect("the entry has certificates").to_owned();
    let untrusted = site.kubeconfig().replace(
        &line,
        &format!("    certificate-authority: {}", file.display()),
    );
    let (name, message, _) = site.problem(site.check(&untrusted, &alice));
    assert_eq!("server", name);
    assert!(
        message.contains("shows a certificate that does not hold by the roots of"),
        "{message}"
    );
    let nobody = site
        .kubeconfig()
        .replace(&line, "    insecure-skip-tls-verify: true");
    let (steps, _) = site.steps(site.check(&nobody, &alice));
    let last = steps.last().cloned().unwrap_or_default();
    let text = site.check(&nobody, &alice).succeed().stdout;
    assert!(
        text.ends_with("\nnothing wrong was found, and access was not seen\n"),
        "{text}"
    );
    assert_eq!(["server", "warning"], [last[0].as_str(), last[1].as_str()]);
}

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

#[test]
fn what_eks_knows_of_the_cluster_explains_a_401() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let sts = Sts::start_plain(site.cluster.sandbox.secrets());
    let bob = site.cluster.sts.add_assumed_role("dev", "bob");
    sts.add_with_keys(&Caller::assumed_role(ACCOUNT, "dev", "bob"), bob.clone());
    let eks = Eks::start(Front::Plain, &sts);
    let (address, ca) = site.cluster.api_server();
    let cluster = EksCluster {
        endpoint: format!("https://{address}"),
        ..EksCluster::new(CLUSTER, &ca)
    };
    let by_arn = by_arn(site);
    let access = || {
        let check = site.check(&by_arn, &bob).env("NO_PROXY", "127.0.0.1");
        let (name, message, hint) = site.problem(check.env("AWS_ENDPOINT_URL_EKS", eks.url()));
        assert_eq!("access", name);
        let refused = "the server does not let the token in (401): ";
        (message.replace(refused, ""), hint)
    };
    assert_eq!(
        (
            "this account has no cluster story in us-west-2 any more".to_owned(),
            "kubeconfig-gen prune drops its entries".to_owned()
        ),
        access()
    );
    eks.add(EksCluster {
        authentication_mode: "API".to_owned(),
        ..cluster.clone()
    });
    let (message, hint) = access();
    assert_eq!(
        "the cluster goes by access entries alone, and has none for \
         arn:aws:iam::111122223333:role/dev",
        message
    );
    assert_eq!(
        "an administrator runs: aws eks create-access-entry --cluster-name story --region us-west-2 \
         --principal-arn arn:aws:iam::111122223333:role/dev",
        hint
    );
    eks.add(EksCluster {
        endpoint: "https://anew.example".to_owned(),
        ..cluster.clone()
    });
    assert_eq!(
        format!(
            "the cluster answers at https://anew.example, and the entry leads to https://{address}"
        ),
        access().0
    );
    eks.add(cluster);
    assert!(access().0.starts_with("nothing in the cluster maps "));
}

#[test]
fn the_proxy_of_the_entry_is_gone_through_and_blamed() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let alice = site.cluster.sts.add_user("alice");
    let server = |proxy: &str| {
        let beside = "    certificate-authority-data:";
        let with_proxy = format!("    proxy-url: {proxy}\n{beside}");
        let kubeconfig = site.kubeconfig().replacen(beside, &with_proxy, 1);
        let (steps, code) = site.steps(site.check(&kubeconfig, &alice));
        let mut found = steps.into_iter().filter(|[name, ..]| name == "server");
        let [_, result, message, hint] = found.next().expect("the server is asked");
        (code, result, message, hint)
    };
    let proxy = Proxy::start(site.cluster.sts.resolve());
    let (address, _) = site.cluster.api_server();
    assert_eq!(
        (
            Some(0),
            "ok".to_owned(),
            format!(
                "https://{address} answers, and its certificate holds, through the entry's proxy"
            ),
            String::new()
        ),
        server(&proxy.url())
    );
    assert_eq!(1, proxy.journal().len());
    let (code, result, message, hint) = server("http://127.0.0.1:1");
    assert_eq!((Some(1), "problem"), (code, result.as_str()));
    assert!(message.contains("127.0.0.1:1"), "{message}");
    assert_eq!("check the proxy-url of the entry and the network", hint);
    let (code, result, message, _) = server("ftp://127.0.0.1:1");
    assert_eq!((Some(1), "problem"), (code, result.as_str()));
    assert!(message.starts_with("proxy-url: "), "{message}");
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
