//! The stand-in of EKS serves the AWS CLI, and refuses what is not signed for it.

use std::collections::BTreeMap;

use e2e::support::clock::{amz_date, shifted};
use e2e::support::command::{Command, Output};
use e2e::support::eks::{Eks, EksCluster};
use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::pki::Ca;
use e2e::support::proxy::Proxy;
use e2e::support::sandbox::Sandbox;
use e2e::support::sigv4::{PathEncoding, Request, Signer};
use e2e::support::standin::{Fault, Front};
use e2e::support::sts::{STS_REGION, Sts};
use serde_json::{Value, json};

struct Story {
    sts: Sts,
    eks: Eks,
    sandbox: Sandbox,
    keys: Keys,
    ca: Ca,
}

impl Story {
    fn new() -> Self {
        let sandbox = Sandbox::new("eks");
        let sts = Sts::start_plain(sandbox.secrets());
        let keys = sts.add_assumed_role("dev", "me");
        let eks = Eks::start(Front::Plain, &sts);
        let ca = Ca::new("cluster CA");
        Self {
            sts,
            eks,
            sandbox,
            keys,
            ca,
        }
    }

    fn cli<'a>(&'a self, peers: &Peers, arguments: &[&str]) -> Command<'a> {
        let cli = peers.aws_cli(&self.sandbox, STS_REGION).keys(&self.keys);
        let cli = cli.args(["--output", "json", "eks"]).args(arguments);
        cli.env("AWS_ENDPOINT_URL_EKS", self.eks.url())
    }

    fn cluster(&self, name: &str) -> EksCluster {
        EksCluster::new(name, &self.ca.pem())
    }

    /// The answer to a request signed for `service` so many seconds ago, the path encoded twice.
    fn signed(&self, service: &str, age: i64, target: &str) -> (u16, String) {
        let host = self.eks.address().to_string();
        let date = amz_date(shifted(self.eks.now(), -age));
        let mut signer = Signer::new(&self.keys, STS_REGION, service, &date);
        signer.options.encoding = PathEncoding::Twice;
        let request = signer.sign(Request::get(&host, target));
        let answer = self.eks.client().send_signed(&request).unwrap();
        let code = answer.header("x-amzn-errortype").unwrap_or("OK").to_owned();
        (answer.status.as_u16(), code)
    }
}

fn failed(output: &Output, message: &str) {
    assert_ne!(Some(0), output.code);
    assert!(output.stderr.contains(message), "{}", output.stderr);
}

#[test]
fn the_aws_cli_describes_and_lists_clusters() {
    let Some(peers) = Peers::for_story("the AWS CLI asks EKS") else {
        return;
    };
    let story = Story::new();
    let names: Vec<String> = (0..5).map(|number| format!("c{number}")).collect();
    for name in &names {
        story.eks.add(story.cluster(name));
    }
    story.eks.add(story.cluster("far").in_region("eu-west-1"));
    story
        .eks
        .add(story.cluster("foreign").of_account("444455556666"));
    story.eks.set_page(2);
    let listed = story.cli(&peers, &["list-clusters"]).succeed().json();
    assert_eq!(json!({ "clusters": names }), listed);
    let described = story.cli(&peers, &["describe-cluster", "--name", "c3"]);
    let described = described.succeed().json();
    let cluster = described.get("cluster").unwrap();
    let expected = [
        ("arn", json!(story.cluster("c3").arn())),
        ("status", json!("ACTIVE")),
        ("endpoint", json!("https://c3.example")),
        (
            "accessConfig",
            json!({ "authenticationMode": "API_AND_CONFIG_MAP" }),
        ),
    ];
    for (name, value) in expected {
        assert_eq!(Some(&value), cluster.get(name), "{name}");
    }
    let absent = story
        .cli(&peers, &["describe-cluster", "--name", "far"])
        .run();
    failed(
        &absent,
        "An error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: \
         No cluster found for name: far.",
    );
    assert_eq!(
        vec!["OK", "OK", "OK", "OK", "ResourceNotFoundException"],
        story.eks.verdicts()
    );
}

#[test]
fn the_aws_cli_writes_a_kubeconfig_of_it() {
    let Some(peers) = Peers::for_story("the AWS CLI writes a kubeconfig") else {
        return;
    };
    let story = Story::new();
    story.eks.add(story.cluster("demo"));
    let cli = story.cli(&peers, &["update-kubeconfig", "--name", "demo"]);
    let path = story.sandbox.home().join(".kube/config");
    let arn = story.cluster("demo").arn();
    let added = format!("Added new context {arn} to {}\n", path.display());
    assert_eq!(added, cli.succeed().stdout);
    story.eks.add(EksCluster {
        status: "FAILED".to_owned(),
        ..story.cluster("demo")
    });
    let refused = story.cli(&peers, &["update-kubeconfig", "--name", "demo"]);
    failed(&refused.run(), "Cluster status is FAILED");
}

#[test]
fn the_aws_cli_is_refused_as_by_eks() {
    let Some(peers) = Peers::for_story("the AWS CLI is refused by EKS") else {
        return;
    };
    let story = Story::new();
    story.eks.add(story.cluster("demo"));
    let describe = |keys: &Keys| {
        let cli = story.cli(&peers, &["describe-cluster", "--name", "demo"]);
        cli.keys(keys).run()
    };
    failed(
        &describe(&Keys::long_lived()),
        "UnrecognizedClientException",
    );
    let mixed = story.keys.with_secret_of(&Keys::long_lived());
    failed(&describe(&mixed), "InvalidSignatureException");
    failed(
        &describe(&story.keys.with_token_of(&Keys::of_session())),
        "UnrecognizedClientException",
    );
    story.eks.set_fault(Fault::Error {
        status: 429,
        code: "ThrottlingException",
    });
    failed(&describe(&story.keys), "ThrottlingException");
    story.eks.clear_fault();
    story.sts.expire_session(&story.keys);
    failed(&describe(&story.keys), "ExpiredTokenException");
    story.eks.switch_off(STS_REGION);
    failed(&describe(&story.keys), "UnrecognizedClientException");
}

#[test]
fn a_signature_must_be_for_eks_and_of_now() {
    let story = Story::new();
    story.eks.add(story.cluster("demo"));
    let (demo, now) = ("/clusters/demo", 0);
    let table = [
        ("eks", now, demo, (200, "OK")),
        ("eks", 290, demo, (200, "OK")),
        ("eks", 310, demo, (403, "InvalidSignatureException")),
        ("eks", -310, demo, (403, "InvalidSignatureException")),
        ("sts", now, demo, (403, "InvalidSignatureException")),
        (
            "eks",
            now,
            "/clusters/a%3Ab",
            (404, "ResourceNotFoundException"),
        ),
        (
            "eks",
            now,
            "/clusters?maxResults=101",
            (400, "InvalidParameterException"),
        ),
        (
            "eks",
            now,
            "/clusters?nextToken=guess",
            (400, "InvalidParameterException"),
        ),
        (
            "eks",
            now,
            "/clusterss",
            (403, "MissingAuthenticationTokenException"),
        ),
    ];
    for (service, age, target, (status, code)) in table {
        let answer = story.signed(service, age, target);
        assert_eq!(
            (status, code.to_owned()),
            answer,
            "{service} {age} {target}"
        );
    }
    let answer = story.eks.client().get(demo, &[]).unwrap();
    assert_eq!(
        (403, Some("MissingAuthenticationTokenException")),
        (answer.status.as_u16(), answer.header("x-amzn-errortype"))
    );
}

#[test]
fn the_aws_cli_reaches_it_under_real_names() {
    let Some(peers) = Peers::for_story("the AWS CLI asks EKS under its real name") else {
        return;
    };
    let story = Story::new();
    let hosts = [
        "eks.us-west-2.amazonaws.com",
        "fips.eks.us-west-2.amazonaws.com",
        "eks.us-west-2.api.aws",
    ];
    let tls = Eks::start(Front::Tls(&story.ca, &hosts), &story.sts);
    tls.add(story.cluster("demo"));
    let ways: BTreeMap<_, _> = hosts.map(|host| (host.to_owned(), tls.address())).into();
    let proxy = Proxy::start(ways);
    let bundle = story.sandbox.write("home/ca.pem", story.ca.pem());
    let describe = |variable: &str| -> Value {
        let cli = peers.aws_cli(&story.sandbox, STS_REGION).keys(&story.keys);
        let cli = cli.args([
            "--output",
            "json",
            "eks",
            "describe-cluster",
            "--name",
            "demo",
        ]);
        let cli = cli.without_env("NO_PROXY").env("HTTPS_PROXY", proxy.url());
        cli.env("AWS_CA_BUNDLE", &bundle)
            .env(variable, "true")
            .succeed()
            .json()
    };
    for variable in ["X", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] {
        assert!(describe(variable).get("cluster").is_some());
    }
    let asked: Vec<_> = tls
        .requests()
        .into_iter()
        .map(|request| request.host)
        .collect();
    assert_eq!(hosts.map(str::to_owned).to_vec(), asked);
}
