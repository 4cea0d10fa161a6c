//! aws-iam-authenticator and authz-webhook side by side: one configuration, one command line, one
//! STS, the same tokens. Where their answers differ, the difference stands here and, with its
//! reason, in `docs/migrating-from-aws-iam-authenticator.md`.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use e2e::support::authenticator::{self, Authenticator};
use e2e::support::http::{Client, Response};
use e2e::support::keys::Keys;
use e2e::support::pki::{Ca, client_config_for};
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::{ACCOUNT, Caller, Fault, STS_HOST, STS_REGION, Sts};
use e2e::support::token::{TokenRecipe, bearer_of};
use e2e::support::webhook::Webhook;
use http::Method;
use serde_json::Value;

use Expected::{Both, Differs, Neither};

/// Both servers, with the same certificate.
struct Pair {
    _peer: Authenticator,
    ours: Webhook,
    client: Client,
    sts: Sts,
    _sandbox: Sandbox,
}

/// Who is let in, or how somebody is refused: the status, and our word.
#[derive(Debug, Eq, PartialEq)]
enum Answer {
    User(Value),
    Refused(u16, String),
}

/// What is expected of one question.
enum Expected {
    /// Both let him in, as this user, and agree in everything that they say of him.
    Both(&'static str),
    /// Both refuse: the peer by status 403, we by this word.
    Neither(&'static str),
    /// A difference of the list: what the peer says, and what we say.
    Differs(&'static str, &'static str),
}

impl Pair {
    /// `None` where there is no peer, which is said on stderr.
    fn start(name: &str) -> Option<Self> {
        let program = authenticator::for_story("aws-iam-authenticator beside authz-webhook")?;
        Some(Self::of(name, &program))
    }

    fn of(name: &str, program: &Path) -> Self {
        let sandbox = Sandbox::new(name);
        let ca = Ca::new(name);
        let sts = Sts::start(&ca, sandbox.secrets());
        let leaf = ca.server(&["localhost"]);
        sandbox.write("state/ca.pem", ca.pem());
        sandbox.write("state/cert.pem", &leaf.certificate_pem);
        sandbox.write_private("state/key.pem", &leaf.key_pem);
        let config = sandbox.write(
            "config.yaml",
            CONFIG.to_owned() + &way_to(&sts, &sandbox, &ca),
        );
        let flags = [
            "server".to_owned(),
            format!("--config={}", config.display()),
            format!("--state-dir={}", sandbox.path().join("state").display()),
            "--kubeconfig-pregenerated=true".to_owned(),
            "--port=0".to_owned(),
        ];
        let name = "aws-iam-authenticator";
        let peer = Authenticator::start(&sandbox, name, program, (sts.resolve(), &ca), |server| {
            server.args(flags.clone())
        });
        let ours = Webhook::serve(&sandbox, "authz-webhook", "state", |webhook| {
            let ports = ["--admin-port=0", "--print-address"];
            webhook.args(flags).args(ports)
        });
        let trusting = client_config_for(&ca.pem(), &["http/1.1"]);
        let client = Client::tls(peer.address(), "localhost", trusting);
        Self {
            _peer: peer,
            ours,
            client,
            sts,
            _sandbox: sandbox,
        }
    }

    /// A good token of these keys, to be changed.
    fn recipe<'a>(&self, keys: &'a Keys) -> TokenRecipe<'a> {
        TokenRecipe::new(keys, STS_HOST, STS_REGION, "demo", self.sts.now())
    }

    /// What the peer says, and what we say.
    fn ask(&self, token: &str) -> (Answer, Answer) {
        let review = self.ours.review_of(token);
        let json = [("Host", "localhost"), ("Content-Type", "application/json")];
        let asked = self
            .client
            .send(Method::POST, "/authenticate", &json, review.clone());
        let peer = asked.expect("the peer answers");
        let ours = self.ours.post(&review).expect("the webhook answers");
        (Answer::of(&peer), Answer::of(&ours))
    }

    fn ask_as(&self, caller: &Caller) -> (Answer, Answer) {
        let keys = self.sts.add(caller);
        self.ask(&self.recipe(&keys).bearer())
    }
}

impl Answer {
    fn of(response: &Response) -> Self {
        let status = response.status.as_u16();
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        if status == 200 && body["status"]["authenticated"] == true {
            Self::User(body["status"]["user"].clone())
        } else {
            let word = match body["status"]["error"].as_str() {
                Some(word) => word.to_owned(),
                None if body.is_null() => response.text().trim_end().to_owned(),
                None => String::new(),
            };
            Self::Refused(status, word)
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::User(user) => user["username"].as_str().unwrap_or_default().to_owned(),
            Self::Refused(status, word) => format!("{status} {word}").trim_end().to_owned(),
        }
    }
}

impl Expected {
    fn assert(&self, what: &str, (peer, ours): &(Answer, Answer)) {
        let told = (peer.summary(), ours.summary());
        let expected = match self {
            Self::Both(user) => {
                assert_eq!(peer, ours, "{what}");
                ((*user).to_owned(), (*user).to_owned())
            }
            Self::Neither(word) => ("403".to_owned(), format!("200 {word}")),
            Self::Differs(peer, ours) => ((*peer).to_owned(), (*ours).to_owned()),
        };
        assert_eq!(expected, told, "{what}");
    }
}

#[test]
fn takes_the_same_callers_for_the_same_users() {
    let Some(pair) = Pair::start("callers") else {
        return;
    };
    let user = |name| Caller::user(ACCOUNT, name);
    let role = |role| Caller::assumed_role(ACCOUNT, role, "bob@example.com");
    let instance = "i-0123456789abcdef0";
    let whole_account = "444455556666";
    let of_account = Caller::assumed_role(whole_account, "any", "bob");
    let cases = [
        (user("alice"), Both("alice")),
        (user("team/carol"), Both("carol")),
        (user("Bob"), Both("bob")),
        (role("dev"), Both("dev:bob-example.com")),
        (role("raw"), Both("raw:bob@example.com")),
        (role("masters"), Both("kubernetes-admin")),
        (role("groupless"), Both("groupless")),
        (role("twice"), Both("second")),
        (
            Caller::assumed_role(ACCOUNT, "node", instance),
            Both("aws:111122223333:instance:i-0123456789abcdef0"),
        ),
        (Caller::federated_user(ACCOUNT, "fed"), Both("fed")),
        (Caller::root(ACCOUNT), Both("root")),
        (
            Caller::user(whole_account, "dave"),
            Both("arn:aws:iam::444455556666:user/dave"),
        ),
        (of_account, Both("arn:aws:iam::444455556666:role/any")),
        (
            Caller::federated_user(whole_account, "fed"),
            Both("arn:aws:sts::444455556666:federated-user/fed"),
        ),
        // Its account is scrubbed.
        (Caller::user("777788889999", "secret"), Both("secret")),
        (user("mallory"), Neither("not_mapped")),
        (role("reserved"), Neither("reserved_name")),
        (
            Caller::assumed_role(ACCOUNT, "free", "eks@x"),
            Both("eks-x"),
        ),
    ];
    for (caller, expected) in cases {
        expected.assert(&caller.arn, &pair.ask_as(&caller));
    }
}

#[test]
fn takes_other_callers_otherwise_only_where_the_list_of_differences_says_so() {
    let Some(pair) = Pair::start("others") else {
        return;
    };
    let role = |role| Caller::assumed_role(ACCOUNT, role, "bob@example.com");
    let cases = [
        (role("pathed"), Differs("403", "pathed")),
        (role("session"), Differs("session", "200 not_mapped")),
        (role("nameless"), Differs("", "200 not_mapped")),
        (
            role("anonymous"),
            Differs("system:anonymous", "200 not_mapped"),
        ),
        (
            role("unknown-template"),
            Differs("x:{{Session}}", "200 not_mapped"),
        ),
        (role("service-accounts"), Differs("sa", "200 not_mapped")),
        (
            role("AWSReservedSSO_Admin_0123456789abcdef"),
            Differs("403", "sso:bob-example.com"),
        ),
        (
            Caller::ec2_instance(ACCOUNT, "i-0123456789abcdef0"),
            Differs("403", "instance:i-0123456789abcdef0"),
        ),
        (
            Caller::root("444455556666"),
            Differs("arn:aws:iam::444455556666:root", "200 not_mapped"),
        ),
    ];
    for (caller, expected) in cases {
        expected.assert(&caller.arn, &pair.ask_as(&caller));
    }
}

#[test]
fn admits_the_same_tokens() {
    let Some(pair) = Pair::start("tokens") else {
        return;
    };
    let alice = pair.sts.add_user("alice");
    let good = pair.recipe(&alice);
    let signed = |minutes: i64| {
        let recipe = good.clone();
        recipe.signed_at(pair.sts.now(), minutes * 60).bearer()
    };
    let to = |host: &str, region: &str| good.clone().host(host).region(region).bearer();
    let another = good.clone().cluster("another");
    let cases = [
        (good.bearer(), Both("alice")),
        (to("sts.amazonaws.com", "us-east-1"), Both("alice")),
        (signed(-14), Both("alice")),
        (signed(4), Both("alice")),
        (good.clone().expires("900").bearer(), Both("alice")),
        (signed(-16), Neither("expired")),
        (good.clone().expires("901").bearer(), Neither("malformed")),
        (another.bearer(), Neither("rejected")),
        (
            good.clone().without_cluster().bearer(),
            Neither("header_not_signed"),
        ),
        (to("sts.s3.amazonaws.com", "s3"), Neither("host_not_listed")),
        ("k8s-aws-v1.AAAA".to_owned(), Neither("malformed")),
        ("k8s-aws-v2.AAAA".to_owned(), Neither("malformed")),
    ];
    for (at, (token, expected)) in cases.iter().enumerate() {
        expected.assert(&format!("case {at}"), &pair.ask(token));
    }
}

#[test]
fn admits_other_tokens_otherwise_only_where_the_list_of_differences_says_so() {
    let Some(pair) = Pair::start("spellings") else {
        return;
    };
    let alice = pair.sts.add_user("alice");
    let good = pair.recipe(&alice);
    let ahead = good.clone().signed_at(pair.sts.now(), 14 * 60);
    let mut in_two_lines = good.bearer();
    in_two_lines.insert(100, '\n');
    let malformed = || Differs("alice", "200 malformed");
    let cases = [
        (ahead.bearer(), Differs("alice", "200 not_yet_valid")),
        (bearer_of(&format!("{}#x", good.url())), malformed()),
        (
            bearer_of(&good.url().replace("https:", "HTTPS:")),
            malformed(),
        ),
        (good.clone().expires("0060").bearer(), malformed()),
        (in_two_lines, malformed()),
    ];
    for (at, (token, expected)) in cases.iter().enumerate() {
        expected.assert(&format!("case {at}"), &pair.ask(token));
    }
    let long = Keys {
        session_token: Some("A".repeat(3_500)),
        ..Keys::of_session()
    };
    let bob = Caller::assumed_role(ACCOUNT, "dev", "bob");
    pair.sts.add_with_keys(&bob, long.clone());
    let asked = pair.ask(&pair.recipe(&long).bearer());
    Differs("403", "dev:bob").assert("over 4,096 bytes", &asked);
}

#[test]
fn says_of_trouble_at_sts_that_it_is_trouble() {
    let Some(pair) = Pair::start("trouble") else {
        return;
    };
    let cases = [
        (Fault::AccessDenied, Neither("rejected")),
        (Fault::Throttle, Differs("429", "503 sts_throttled")),
        (
            Fault::InternalFailure,
            Differs("403", "503 sts_unreachable"),
        ),
        (
            Fault::CloseBeforeAnswer,
            Differs("403", "503 sts_unreachable"),
        ),
        (Fault::Garbage, Differs("403", "503 sts_senseless")),
        (
            Fault::WrongContentType,
            Differs("alice", "503 sts_senseless"),
        ),
    ];
    for (fault, expected) in cases {
        let what = format!("{fault:?}");
        let alice = pair.sts.add_user("alice");
        pair.sts.set_fault(fault);
        expected.assert(&what, &pair.ask(&pair.recipe(&alice).bearer()));
        pair.sts.clear_fault();
        Both("alice").assert("afterwards", &pair.ask_as(&Caller::user(ACCOUNT, "alice")));
    }
}

#[test]
fn counts_the_same_things_under_the_same_names() {
    let Some(pair) = Pair::start("metrics") else {
        return;
    };
    let bob = Caller::assumed_role(ACCOUNT, "dev", "bob@example.com");
    Both("dev:bob-example.com").assert("let in", &pair.ask_as(&bob));
    let stranger = Caller::user(ACCOUNT, "mallory");
    Neither("not_mapped").assert("a stranger", &pair.ask_as(&stranger));
    Neither("malformed").assert("garbage", &pair.ask("k8s-aws-v1.AAAA"));
    let alice = pair.sts.add_user("alice");
    pair.sts.set_fault(Fault::Throttle);
    let throttled = pair.ask(&pair.recipe(&alice).bearer());
    Differs("429", "503 sts_throttled").assert("throttled", &throttled);
    let of_the_peer = pair.client.get("/metrics", &[("Host", "localhost")]);
    let of_the_peer = series(&of_the_peer.expect("the peer has metrics").text());
    let ours = series(&pair.ours.admin("/metrics").text());
    let lost: Vec<_> = of_the_peer.difference(&ours).collect();
    assert!(!of_the_peer.is_empty() && lost.is_empty(), "{lost:?}");
}

/// The names and labels of what both are said to count, buckets left out.
fn series(metrics: &str) -> BTreeSet<String> {
    let lines = metrics.lines().filter(|line| !line.starts_with('#'));
    let named = lines.filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned()));
    let is_shared = |name: &String| {
        let name = name.strip_prefix("aws_iam_authenticator_").unwrap_or("");
        SHARED.iter().any(|shared| name.starts_with(shared)) && !name.contains("_bucket")
    };
    named.filter(is_shared).collect()
}

/// As the migration page lists them.
const SHARED: [&str; 5] = [
    "authenticate_latency_seconds",
    "sts_responses_total",
    "sts_connection_failures_total",
    "sts_throttling_total",
    "configmap_watch_failures_total",
];

/// What the webhook is told of the local STS, and the peer overlooks.
fn way_to(sts: &Sts, sandbox: &Sandbox, ca: &Ca) -> String {
    let bundle = sandbox.write("sts-ca.pem", ca.pem());
    let resolve: BTreeMap<_, _> = sts
        .resolve()
        .into_iter()
        .map(|(host, address)| (host, address.to_string()))
        .collect();
    let resolve = serde_json::to_string(&resolve).expect("a map of texts");
    format!(
        "  stsCABundle: {}\n  stsResolve: {resolve}\n",
        bundle.display()
    )
}

const CONFIG: &str = include_str!("authenticator_answers.yaml");
