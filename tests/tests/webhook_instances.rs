//! `{{EC2PrivateDNSName}}`: nodes of self-hosted clusters, named by EC2, which verifies every
//! signature.

#![cfg(test)]

use std::time::Duration;

use e2e::support::ec2::{Ec2, Instance, REGION};
use e2e::support::keys::Keys;
use e2e::support::line::CLUSTER;
use e2e::support::pki::Ca;
use e2e::support::sandbox::Sandbox;
use e2e::support::standin::Fault;
use e2e::support::sts::{ACCOUNT, Caller, Role, STS_HOST, STS_REGION, Sts};
use e2e::support::token::TokenRecipe;
use e2e::support::webhook::{Review, Webhook, WebhookConfig};
use serde_json::json;

const NODE: &str = "arn:aws:iam::111122223333:role/node";
const ID: &str = "i-0123456789abcdef0";
const NAME: &str = "ip-10-0-0-1.us-west-2.compute.internal";

/// A webhook that may ask EC2, and a session of the node role that is named as its instance.
struct Story {
    webhook: Webhook,
    ec2: Ec2,
    sts: Sts,
    /// For `AWS_ENDPOINT_URL_STS`.
    own_sts: Sts,
    sandbox: Sandbox,
}

/// How the webhook asks EC2.
#[derive(Clone, Copy, Eq, PartialEq)]
enum As {
    Itself,
    Role,
    Nobody,
}

impl Story {
    fn new(name: &str, identity: As, server: impl Fn(WebhookConfig) -> WebhookConfig) -> Self {
        let sandbox = Sandbox::new(name);
        let ca = Ca::new(name);
        let sts = Sts::start(&ca, sandbox.secrets());
        let own_sts = Sts::start_plain(sandbox.secrets());
        let keys = own_sts.add_user("webhook");
        let reader = own_sts.add_role(
            Role::new(ACCOUNT, "ec2-reader").trusts("arn:aws:iam::111122223333:user/webhook"),
        );
        let ec2 = Ec2::start(&own_sts);
        ec2.put(Instance::running(ID, ACCOUNT, NAME));
        let config = WebhookConfig::new(&sandbox, CLUSTER, &sts, &ca).map_role(
            NODE,
            "system:node:{{EC2PrivateDNSName}}",
            &["system:bootstrappers", "system:nodes"],
        );
        let config = match identity {
            As::Role => config.server("ec2DescribeInstancesRoleARN", json!(reader)),
            As::Itself | As::Nobody => config,
        };
        let text = server(config).to_yaml();
        let webhook = Webhook::start_as(&sandbox, "authz-webhook", &text, |command| {
            let command = command
                .env("AWS_REGION", REGION)
                .env("AWS_ENDPOINT_URL_EC2", ec2.url())
                .env("AWS_ENDPOINT_URL_STS", own_sts.url());
            match identity {
                As::Nobody => command,
                As::Itself | As::Role => command.keys(&keys),
            }
        });
        Self {
            webhook,
            ec2,
            sts,
            own_sts,
            sandbox,
        }
    }

    fn plain(name: &str) -> Self {
        Self::new(name, As::Itself, |config| config)
    }

    /// What the webhook says to a new token of a session.
    fn ask(&self, keys: &Keys) -> Review {
        self.webhook.authenticate(&self.token(keys))
    }

    fn token(&self, keys: &Keys) -> String {
        TokenRecipe::new(keys, STS_HOST, STS_REGION, CLUSTER, self.sts.now()).bearer()
    }

    fn node(&self, session: &str) -> Review {
        self.ask(&self.sts.add_assumed_role("node", session))
    }

    fn detail(&self, expected: &str) -> bool {
        let told = |webhook: &Webhook| {
            let last = webhook.audit().pop().unwrap_or_default();
            let detail = last.get("detail").and_then(|detail| detail.as_str());
            detail.is_some_and(|detail| detail.contains(expected))
        };
        self.webhook.wait_until(LONG, told)
    }
}

const LONG: Duration = Duration::from_secs(30);

#[test]
fn a_node_is_named_by_ec2_and_asked_about_once() {
    let story = Story::plain("nodes");
    let expected = format!("system:node:{NAME}");
    for _ in 0..3 {
        assert_eq!(Some(expected.as_str()), story.node(ID).username());
    }
    assert_eq!(1, story.ec2.counts().requests);
    let calls = "aws_iam_authenticator_ec2_describe_instances_calls_total";
    assert!((story.webhook.metric(calls) - 1.0).abs() < 0.1);
}

#[test]
fn the_role_of_the_configuration_is_assumed_once_to_ask() {
    let cluster = "arn:aws:eks:us-west-2:111122223333:cluster/prod";
    let story = Story::new("role", As::Role, |config| {
        config.server("sourceARN", json!(cluster))
    });
    assert!(story.node(ID).is_authenticated());
    let other = "i-0123456789abcdef1";
    story
        .ec2
        .put(Instance::running(other, ACCOUNT, "ip-10-0-0-2"));
    assert_eq!(
        Some("system:node:ip-10-0-0-2"),
        story.node(other).username()
    );
    assert_eq!(story.ec2.verdicts(), ["OK", "OK"]);
    assert_eq!(1, story.own_sts.counts().requests, "AssumeRole");
    let assumed = story.own_sts.requests();
    let said = |name: &str| {
        let mut headers = assumed.iter().flat_map(|request| &request.headers);
        headers.find_map(|(header, value)| (header == name).then(|| value.clone()))
    };
    assert_eq!(said("x-amz-source-arn").as_deref(), Some(cluster));
    assert_eq!(said("x-amz-source-account").as_deref(), Some(ACCOUNT));
    assert_eq!(0, story.sandbox.files("cache").len());
}

#[test]
fn many_nodes_at_once_are_few_calls() {
    let story = Story::plain("many");
    let ids: Vec<_> = (0..120).map(|number| format!("i-{number:017x}")).collect();
    let tokens: Vec<_> = ids
        .iter()
        .map(|id| {
            story
                .ec2
                .put(Instance::running(id, ACCOUNT, &format!("node-{id}")));
            story.token(&story.sts.add_assumed_role("node", id))
        })
        .collect();
    let reviews = story.webhook.authenticate_all(&tokens);
    for (review, id) in reviews.iter().zip(&ids) {
        let expected = format!("system:node:node-{id}");
        assert_eq!(Some(expected.as_str()), review.username());
    }
    let calls = story.ec2.counts().requests;
    assert!(calls <= 30, "{calls} calls for {} nodes", ids.len());
}

#[test]
fn whoever_is_no_running_instance_of_the_account_is_denied() {
    let story = Story::plain("strangers");
    let owned = |id: &str, owner: &str, name: &str, state: &str| {
        let running = Instance::running(id, owner, name);
        story.ec2.put(Instance {
            state: state.to_owned(),
            ..running
        });
    };
    owned("i-00000001", ACCOUNT, "gone", "terminated");
    owned("i-00000002", ACCOUNT, "", "terminated");
    owned("i-00000003", ACCOUNT, "stopped", "stopped");
    owned("i-00000004", "444455556666", "foreign", "running");
    owned("i-00000005", ACCOUNT, "", "running");
    owned("i-00000006", ACCOUNT, "a:b", "running");
    let gone = "there is no running instance";
    let nameless = "has no private DNS name";
    for (id, why) in [
        ("i-00000000", gone),
        ("i-00000001", gone),
        ("i-00000002", gone),
        ("i-00000003", gone),
        ("i-00000004", gone),
        ("i-00000005", nameless),
        ("i-00000006", nameless),
    ] {
        // Asked twice: the second answer is from memory.
        for _ in 0..2 {
            assert_eq!((200, "not_rendered"), story.node(id).refusal(), "{id}");
        }
        assert!(story.detail(why) && story.detail(id), "{id}");
    }
    let before = story.ec2.counts().requests;
    for session in [
        "alice",
        "i-0000000g",
        "i-0123456789ABCDEF0",
        "i-0123456789abcde_0",
        "i-000000001",
    ] {
        assert_eq!(
            (200, "not_rendered"),
            story.node(session).refusal(),
            "{session}"
        );
    }
    assert_eq!(before, story.ec2.counts().requests, "no id, no question");
    let user = Caller::user(ACCOUNT, ID);
    assert_eq!(
        (200, "not_mapped"),
        story.ask(&story.sts.add(&user)).refusal()
    );
}

#[test]
fn trouble_with_ec2_is_no_denial_and_told_with_the_remedy() {
    let story = Story::new("trouble", As::Itself, |config| {
        config.server("requestDeadline", json!("2s"))
    });
    let faults = [
        Fault::Error {
            status: 403,
            code: "UnauthorizedOperation",
        },
        Fault::Error {
            status: 503,
            code: "RequestLimitExceeded",
        },
        Fault::Error {
            status: 400,
            code: "RequestExpired",
        },
        Fault::Garbage,
        Fault::EmptyBody,
        Fault::TruncatedBody,
        Fault::CloseBeforeAnswer,
        Fault::Redirect("http://127.0.0.1:9/".to_owned()),
        Fault::Oversize(16 << 20),
        Fault::Hold,
    ];
    for fault in faults {
        story.ec2.set_fault(fault.clone());
        let review = story.node(ID);
        let (status, word) = review.refusal();
        assert_eq!(503, status, "{fault:?}: {word}");
        assert!(
            ["ec2_unavailable", "deadline_exceeded"].contains(&word),
            "{fault:?}: {word}"
        );
    }
    story.ec2.clear_fault();
    let named = |_: &Webhook| story.node(ID).is_authenticated();
    assert!(story.webhook.wait_until(LONG, named));
    let log = story.webhook.log();
    let expected = "cannot learn the names of instances: EC2 answered 403 UnauthorizedOperation; \
                    allow ec2:DescribeInstances to the role";
    assert!(log.contains(expected), "{log}");
}

#[test]
fn without_credentials_nodes_wait_and_others_are_served() {
    let story = Story::new("nobody", As::Nobody, |config| {
        config.map_user("arn:aws:iam::111122223333:user/alice", "alice", &[])
    });
    assert_eq!((503, "ec2_unavailable"), story.node(ID).refusal());
    assert_eq!(0, story.ec2.counts().requests);
    let alice = story.sts.add_user("alice");
    assert_eq!(Some("alice"), story.ask(&alice).username());
    let log = story.webhook.log();
    assert!(log.contains("cannot learn the names of instances"), "{log}");
    assert!(log.contains("give this process AWS credentials"), "{log}");
}
