//! Tokens of other people's signers: the AWS CLI and botocore from PyPI make, for the same second,
//! byte for byte the token of token-exec, and the local STS and the webhook take them.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "what is not as expected fails the test"
)]

use e2e::support::command::Command;
use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::pki::Ca;
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use e2e::support::sigv4::{Claim, Request};
use e2e::support::sts::{STS_HOST, STS_REGION, Sts};
use e2e::support::token::url_of;
use e2e::support::webhook::{Webhook, WebhookConfig};
use serde_json::{Value, json};

struct Story {
    sts: Sts,
    ca: Ca,
    peers: Peers,
    sandbox: Sandbox,
}

impl Story {
    fn new(name: &str) -> Option<Self> {
        let peers = Peers::for_story(name)?;
        let sandbox = Sandbox::new("signers");
        let ca = Ca::new("outside signers");
        Some(Self {
            sts: Sts::start(&ca, sandbox.secrets()),
            ca,
            peers,
            sandbox,
        })
    }

    /// Keys without and with a session token.
    fn keys(&self) -> [Keys; 2] {
        [
            self.sts.add_user("alice"),
            self.sts.add_assumed_role("dev", "alice@corp"),
        ]
    }

    fn of_token_exec(&self, keys: &Keys, cluster: &str) -> String {
        let command = self.sandbox.command(Program::TokenExec);
        command
            .args([
                "--region",
                STS_REGION,
                "--cluster-name",
                cluster,
                "--output",
                "token",
            ])
            .keys(keys)
            .bearer()
    }

    fn of_aws_cli(&self, keys: &Keys, cluster: &str) -> String {
        let command = self.peers.aws_cli(&self.sandbox, STS_REGION);
        command
            .args([
                "eks",
                "get-token",
                "--cluster-name",
                cluster,
                "--output",
                "json",
            ])
            .keys(keys)
            .bearer()
    }

    fn of_botocore(&self, keys: &Keys, cluster: &str) -> String {
        let command = self.peers.script(&self.sandbox, "presign.py");
        command.args([STS_REGION, cluster]).keys(keys).bearer()
    }

    /// Signs with both until both do it in the same second, and compares.
    fn compare(&self, theirs: impl Fn() -> String, ours: impl Fn() -> String) {
        for _ in 0..TRIES {
            let (theirs, ours) = (theirs(), ours());
            if date_of(&theirs) == date_of(&ours) {
                // Not assert_eq: a bearer token is not to be shown.
                assert!(
                    theirs == ours,
                    "the tokens differ:\n{:#?}\n{:#?}",
                    shape(&theirs),
                    shape(&ours)
                );
                assert_eq!("OK", self.verdict(&ours));
                return;
            }
        }
        panic!("in {TRIES} tries the two never signed within one second");
    }

    /// What the STS makes of a token.
    fn verdict(&self, bearer: &str) -> String {
        let client = self.sts.client(&self.ca, STS_HOST);
        client.send_signed(&request_of(bearer)).unwrap();
        self.sts.requests().pop().unwrap().verdict
    }
}

#[test]
fn the_aws_cli_makes_the_same_token() {
    let Some(story) = Story::new("the AWS CLI makes the same token") else {
        return;
    };
    for keys in story.keys() {
        story.compare(
            || story.of_aws_cli(&keys, CLUSTER),
            || story.of_token_exec(&keys, CLUSTER),
        );
    }
}

#[test]
fn botocore_makes_the_same_token() {
    let Some(story) = Story::new("botocore makes the same token") else {
        return;
    };
    for keys in story.keys() {
        story.compare(
            || story.of_botocore(&keys, CLUSTER),
            || story.of_token_exec(&keys, CLUSTER),
        );
    }
}

#[test]
fn the_sts_takes_the_tokens_of_both_and_no_others() {
    let Some(story) = Story::new("the STS takes the tokens of the AWS CLI and of botocore") else {
        return;
    };
    for keys in story.keys() {
        for bearer in [
            story.of_aws_cli(&keys, CLUSTER),
            story.of_botocore(&keys, CLUSTER),
        ] {
            assert_eq!("OK", story.verdict(&bearer));
        }
        for bearer in [
            story.of_aws_cli(&keys, "other"),
            story.of_botocore(&keys, "other"),
        ] {
            assert_eq!("SignatureDoesNotMatch", story.verdict(&bearer));
        }
    }
}

#[test]
fn the_webhook_takes_the_tokens_of_both() {
    let Some(story) = Story::new("the webhook takes the tokens of the AWS CLI and of botocore")
    else {
        return;
    };
    let config = WebhookConfig::new(&story.sandbox, CLUSTER, &story.sts, &story.ca)
        .map_user("arn:aws:iam::111122223333:user/alice", "alice", &[])
        .map_role(
            "arn:aws:iam::111122223333:role/dev",
            "dev:{{SessionName}}",
            &[],
        );
    let webhook = Webhook::start(&story.sandbox, &config.to_yaml());
    for (keys, username) in story.keys().iter().zip(["alice", "dev:alice-corp"]) {
        for bearer in [
            story.of_aws_cli(keys, CLUSTER),
            story.of_botocore(keys, CLUSTER),
        ] {
            let review = webhook.authenticate(&bearer);
            let known_as = review.status().pointer("/user/username");
            assert_eq!(known_as, Some(&json!(username)));
        }
    }
}

#[test]
fn the_sts_takes_calls_that_botocore_and_the_aws_cli_sign_in_headers() {
    let Some(story) = Story::new("the STS takes calls of botocore and of the AWS CLI") else {
        return;
    };
    let sts = Sts::start_plain(story.sandbox.secrets());
    let keys = sts.add_assumed_role("dev", "alice@corp");
    let arn = "arn:aws:sts::111122223333:assumed-role/dev/alice@corp";
    let output = call(story.peers.botocore(&story.sandbox), &sts, &keys).succeed();
    assert_eq!(format!("env {arn}"), output.stdout.trim());
    let cli = ["sts", "get-caller-identity", "--output", "json"];
    let aws_cli = story.peers.aws_cli(&story.sandbox, STS_REGION);
    let aws_cli = call(aws_cli, &sts, &keys);
    assert_eq!(json!(arn), aws_cli.args(cli).succeed().json()["Arn"]);
    let methods: Vec<_> = sts
        .requests()
        .into_iter()
        .map(|request| request.method)
        .collect();
    assert_eq!(vec!["POST", "POST"], methods);
}

fn call<'a>(command: Command<'a>, sts: &Sts, keys: &Keys) -> Command<'a> {
    command.keys(keys).env("AWS_ENDPOINT_URL_STS", sts.url())
}

/// The request that the webhook makes of a token for this story's cluster.
fn request_of(bearer: &str) -> Request {
    let url = url_of(bearer).unwrap();
    let target = url.strip_prefix(&format!("https://{STS_HOST}")).unwrap();
    let mut request = Request::get(STS_HOST, target);
    request.push_header("x-k8s-aws-id", CLUSTER);
    request
}

fn date_of(bearer: &str) -> String {
    Claim::of(&request_of(bearer)).unwrap().date
}

/// A token without what is secret in it: to tell what differs.
fn shape(bearer: &str) -> Value {
    let query = request_of(bearer)
        .query()
        .into_iter()
        .map(|(name, value)| match name.as_str() {
            "X-Amz-Signature" | "X-Amz-Security-Token" => json!([name, value.len()]),
            _ => json!([name, value]),
        });
    json!({"url": url_of(bearer).unwrap().len(), "query": query.collect::<Vec<_>>()})
}

const CLUSTER: &str = "demo";
/// Signing takes them less than half a second, so two in a row nearly always share one.
const TRIES: usize = 20;
