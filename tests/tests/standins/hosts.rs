//! The stand-ins of container and instance credentials answer botocore and refuse what the
//! services refuse.

use e2e::support::command::Command;
use e2e::support::container::Container;
use e2e::support::http::Client;
use e2e::support::imds::Imds;
use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::pki::Ca;
use e2e::support::sandbox::Sandbox;
use e2e::support::serve::Door;
use e2e::support::standin::{Fault, Front};
use e2e::support::sts::Sts;
use http::Method;

struct Story {
    sts: Sts,
    keys: Keys,
    sandbox: Sandbox,
}

const ARN: &str = "arn:aws:sts::111122223333:assumed-role/host/a-session";

impl Story {
    fn new() -> Self {
        let sandbox = Sandbox::new("hosts");
        let sts = Sts::start_plain(sandbox.secrets());
        let keys = sts.add_assumed_role("host", "a-session");
        Self { sts, keys, sandbox }
    }

    fn at<'a>(&self, command: Command<'a>) -> Command<'a> {
        command.env("AWS_ENDPOINT_URL_STS", self.sts.url())
    }

    fn pod_identity(&self) -> Container {
        Container::pod_identity(Front::Plain, &self.keys, self.sandbox.secrets())
    }

    fn imds(&self) -> Imds {
        let imds = Imds::start("eu-west-1", self.sandbox.secrets());
        imds.set_role("host", &self.keys);
        imds
    }

    /// botocore with the metadata service in its reach.
    fn by_imds<'a>(&'a self, peers: &Peers, imds: &Imds) -> Command<'a> {
        self.at(peers.botocore(&self.sandbox))
            .without_env("AWS_EC2_METADATA_DISABLED")
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url())
            .env("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1")
    }
}

fn verdict(client: &Client, method: Method, target: &str, headers: &[(&str, &str)]) -> u16 {
    let response = client.send(method, target, headers, "").unwrap();
    response.status.as_u16()
}

#[test]
fn the_pod_identity_agent_takes_the_token_of_the_day_alone() {
    let story = Story::new();
    let agent = story.pod_identity();
    let old = agent.rotate_token();
    let token = agent.rotate_token();
    let ask = |target: &str, headers: &[(&str, &str)]| {
        verdict(&agent.client(), Method::GET, target, headers)
    };
    let path = "/v1/credentials";
    assert_eq!(200, ask(path, &[("Authorization", &token)]));
    assert_eq!(400, ask(path, &[("Authorization", &old)]));
    let bearer = format!("Bearer {token}");
    assert_eq!(400, ask(path, &[("Authorization", &bearer)]));
    assert_eq!(400, ask(path, &[]));
    assert_eq!(404, ask("/v1/credentials/", &[("Authorization", &token)]));
    let post = verdict(&agent.client(), Method::POST, path, &[]);
    assert_eq!(405, post);
    let invalid = "InvalidTokenException";
    let verdicts = [
        "OK",
        invalid,
        invalid,
        "ValidationException",
        "NotFound",
        "MethodNotAllowed",
    ];
    assert_eq!(verdicts.to_vec(), agent.verdicts());
}

#[test]
fn faults_come_in_the_agents_own_spelling() {
    let story = Story::new();
    let agent = Container::ecs(Front::Plain, &story.keys, story.sandbox.secrets());
    let ask = || agent.client().get(agent.relative_uri(), &[]).unwrap();
    agent.set_fault_for(
        1,
        Fault::Error {
            status: 500,
            code: "InternalServerException",
        },
    );
    let error = ask();
    assert_eq!(500, error.status.as_u16());
    assert_eq!(
        serde_json::json!({"code": "InternalServerException", "message": "an error on demand"}),
        error.json()
    );
    agent.set_fault_for(1, Fault::Garbage);
    assert_eq!("<html>{", ask().text());
    agent.set_fault_for(1, Fault::Oversize(1 << 20));
    assert!(ask().body.len() > 1 << 20);
    agent.set_fault_for(1, Fault::CloseBeforeAnswer);
    assert!(agent.client().get(agent.relative_uri(), &[]).is_err());
    agent.set_fault_for(1, Fault::Redirect("http://127.0.0.1:9/".to_owned()));
    assert_eq!(302, ask().status.as_u16());
    assert_eq!(200, ask().status.as_u16());
    agent.set_door(Door::Refusing);
    assert!(agent.client().get(agent.relative_uri(), &[]).is_err());
}

#[test]
fn botocore_reads_the_token_file_of_pod_identity_each_time() {
    let Some(peers) = Peers::for_story("botocore asks the Pod Identity agent") else {
        return;
    };
    let story = Story::new();
    let agent = story.pod_identity();
    let file = "home/token";
    let call = || {
        story
            .at(peers.botocore(&story.sandbox))
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.full_uri())
            .env(
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                story.sandbox.path().join(file),
            )
    };
    for _ in 0..2 {
        story.sandbox.write_private(file, agent.rotate_token());
        let output = call().succeed();
        assert_eq!(format!("container-role {ARN}"), output.stdout.trim());
    }
    agent.rotate_token();
    let refused = call().run();
    assert_eq!(Some(1), refused.code);
    assert_eq!(
        Some("InvalidTokenException"),
        agent.verdicts().last().map(String::as_str)
    );
}

#[test]
fn botocore_asks_the_agent_of_ecs_at_its_own_path() {
    let Some(peers) = Peers::for_story("botocore asks the ECS agent") else {
        return;
    };
    let story = Story::new();
    let agent = Container::ecs(Front::Plain, &story.keys, story.sandbox.secrets());
    let call = |uri: &str| {
        story
            .at(peers.botocore(&story.sandbox))
            .env("PEER_ECS_ADDRESS", agent.address().to_string())
            .env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", uri)
    };
    let output = call(agent.relative_uri()).succeed();
    assert_eq!(format!("container-role {ARN}"), output.stdout.trim());
    assert_eq!(Some(1), call("/v2/credentials/of-another").run().code);
}

#[test]
fn an_agent_behind_tls_is_there_for_those_who_trust_its_ca() {
    let story = Story::new();
    let ca = Ca::new("agent");
    let front = Front::Tls(&ca, &[]);
    let agent = Container::pod_identity(front, &story.keys, story.sandbox.secrets());
    let token = agent.rotate_token();
    let ask = |ca: &Ca| {
        let config = ca.client_config(&["http/1.1"]);
        let client = Client::tls(agent.address(), "127.0.0.1", config);
        client.get("/v1/credentials", &[("Authorization", &token)])
    };
    assert!(ask(&Ca::new("another")).is_err());
    assert_eq!(200, ask(&ca).unwrap().status.as_u16());
    let Some(peers) = Peers::for_story("botocore asks an agent behind TLS") else {
        return;
    };
    // For this source botocore knows its own bundle alone, whatever AWS_CA_BUNDLE says.
    let bundle = story.sandbox.write("home/ca.pem", ca.pem());
    let peer = story.at(peers.botocore(&story.sandbox));
    let peer = peer
        .env("AWS_CA_BUNDLE", &bundle)
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.full_uri())
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", &token);
    assert_eq!((Some(1), 1), (peer.run().code, agent.counts().requests));
}

#[test]
fn the_metadata_service_gives_nothing_without_a_token_of_its_own() {
    let story = Story::new();
    let imds = story.imds();
    let client = imds.client();
    let put =
        |headers: &[(&str, &str)]| verdict(&client, Method::PUT, "/latest/api/token", headers);
    let ttl = "x-aws-ec2-metadata-token-ttl-seconds";
    assert_eq!(400, put(&[]));
    assert_eq!(400, put(&[(ttl, "0")]));
    assert_eq!(400, put(&[(ttl, "21601")]));
    assert_eq!(403, put(&[(ttl, "60"), ("X-Forwarded-For", "192.0.2.1")]));
    let token = client.send(Method::PUT, "/latest/api/token", &[(ttl, "60")], "");
    let token = token.unwrap().text();
    let ask = |path: &str, token: &str| {
        let headers = [("x-aws-ec2-metadata-token", token)];
        let answer = client.get(&format!("/latest/{path}"), &headers).unwrap();
        (answer.status.as_u16(), answer.text())
    };
    let region = "meta-data/placement/region";
    let roles = "meta-data/iam/security-credentials/";
    assert_eq!((200, "eu-west-1".to_owned()), ask(region, &token));
    assert_eq!((200, "host".to_owned()), ask(roles, &token));
    assert_eq!(
        404,
        ask("meta-data/iam/security-credentials/other", &token).0
    );
    assert_eq!(401, ask(region, "a guess").0);
    assert_eq!(
        401,
        verdict(
            &client,
            Method::GET,
            "/latest/meta-data/placement/region",
            &[]
        )
    );
    imds.shift_clock(61);
    assert_eq!(401, ask(region, &token).0);
}

#[test]
fn botocore_gets_the_role_of_an_instance() {
    let Some(peers) = Peers::for_story("botocore asks the metadata service") else {
        return;
    };
    let story = Story::new();
    let imds = story.imds();
    let output = story.by_imds(&peers, &imds).succeed();
    assert_eq!(format!("iam-role {ARN}"), output.stdout.trim());
    let methods: Vec<_> = imds
        .requests()
        .into_iter()
        .map(|request| request.method)
        .collect();
    assert_eq!(vec!["PUT", "GET", "GET"], methods);

    let bare = Imds::start("eu-west-1", story.sandbox.secrets());
    let refused = story.by_imds(&peers, &bare).run();
    assert_eq!(
        (Some(1), "no credentials"),
        (refused.code, refused.stderr.trim())
    );
    imds.set_door(Door::Silent);
    let refused = story.by_imds(&peers, &imds).run();
    assert_eq!(
        (Some(1), "no credentials"),
        (refused.code, refused.stderr.trim())
    );
}
