//! Nothing secret is shown: not by programs that tell all they do, not when STS puts a session
//! token into its answer. The sandbox scans what they wrote.

use e2e::support::keys::Keys;
use e2e::support::line::{ALICE, CLUSTER, DEV};
use e2e::support::pki::Ca;
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use e2e::support::scan::Secrets;
use e2e::support::sts::{Fault, STS_HOST, STS_REGION, Sts};
use e2e::support::token::{TokenRecipe, bearer_of};
use e2e::support::webhook::{Webhook, WebhookConfig};

/// Every kind of token that a webhook may see of these keys, with what it answers.
fn tokens(sts: &Sts, keys: &Keys) -> Vec<((u16, &'static str), String)> {
    let good = || TokenRecipe::new(keys, STS_HOST, STS_REGION, CLUSTER, sts.now());
    vec![
        ((200, ""), good().bearer()),
        ((200, "rejected"), good().cluster("production").bearer()),
        (
            (200, "expired"),
            good().signed_at(sts.now(), -3600).bearer(),
        ),
        (
            (200, "host_not_listed"),
            good().host("sts.evil.example").bearer(),
        ),
        (
            (200, "malformed"),
            good().query(&[("Action", "AssumeRole")]).bearer(),
        ),
        (
            (200, "malformed"),
            bearer_of(&good().url().replace("X-Amz-Date", "X-Amz-Datum")),
        ),
        (
            (200, "malformed"),
            bearer_of(&good().url().replacen("https", "http", 1)),
        ),
        ((200, "malformed"), good().bearer() + "="),
        ((200, "malformed"), good().url()),
    ]
}

#[test]
fn the_webhook_shows_none_when_it_logs_everything() {
    let (sandbox, ca) = (Sandbox::new("secrets"), Ca::new("secrets"));
    let sts = Sts::start(&ca, sandbox.secrets());
    let config = WebhookConfig::new(&sandbox, CLUSTER, &sts, &ca);
    let config = config
        .map_user(ALICE, "alice", &[])
        .map_role(DEV, "dev", &[])
        .to_yaml();
    let webhook = Webhook::start_as(&sandbox, "authz-webhook", &config, |command| {
        command
            .arg("-vv")
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
    });
    for keys in [sts.add_user("alice"), sts.add_assumed_role("dev", "dan")] {
        for (refusal, token) in tokens(&sts, &keys) {
            let review = webhook.authenticate(&token);
            assert_eq!(refusal, review.refusal());
            expect_public(&sandbox, &review.response.text());
        }
        sts.set_fault(Fault::WrongContentType);
        let echoed =
            TokenRecipe::new(&keys, STS_HOST, STS_REGION, "production", sts.now()).bearer();
        expect_public(&sandbox, &webhook.authenticate(&echoed).response.text());
        sts.clear_fault();
    }
    expect_public(&sandbox, &webhook.admin("/metrics").text());
    assert!(!webhook.audit().is_empty());
}

#[test]
fn token_exec_shows_none_but_the_token_when_it_logs_everything() {
    let sandbox = Sandbox::new("secrets");
    let sts = Sts::start_plain(sandbox.secrets());
    let verbose = || {
        let command = sandbox.command(Program::TokenExec).env("RUST_LOG", "trace");
        command
            .env("AWS_REGION", STS_REGION)
            .env("AWS_ENDPOINT_URL_STS", sts.url())
            .arg("-vv")
    };
    for keys in [sts.add_user("alice"), sts.add_assumed_role("dev", "dan")] {
        let token = verbose()
            .args(["--cluster-name", CLUSTER])
            .keys(&keys)
            .bearer();
        sandbox.credentials_file(&[("dev", &keys)]);
        verbose()
            .args(["--cluster-name", CLUSTER, "--profile", "dev"])
            .bearer();
        verbose()
            .args(["--cluster-name", "-", "--profile", "dev"])
            .run();
        let inspect = verbose().args(["inspect", "-"]);
        assert_eq!(Some(0), inspect.stdin(token.clone()).run().code);
        assert_eq!(
            Some(1),
            verbose()
                .args(["inspect", "-"])
                .stdin(token + "=")
                .run()
                .code
        );
    }
}

fn expect_public(sandbox: &Sandbox, text: &str) {
    let secrets: &Secrets = sandbox.secrets();
    secrets.assert_absent_from("an answer", text);
}
