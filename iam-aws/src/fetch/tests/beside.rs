use std::fs;

use super::{NOBODY, SECRET, TOKEN, ask, environment, failure, now, parts};
use crate::endpoint::EndpointSettings;
use crate::environment::Environment;
use crate::fetch::{Context, region};
use crate::shared_config::{SharedConfig, Unreadable};
use crate::source::{Container, ContainerEndpoint, InstanceMetadata, Origin, Source};
use crate::test_peer::{TestPeer, answer, closed_port};

const AGENT: &str = "asking the container's agent (AWS_CONTAINER_CREDENTIALS_FULL_URI)";
const SERVICE: &str = "asking the metadata service of EC2, since no other source is set";

fn container(url: String) -> Source {
    Source::Container(Container {
        endpoint: ContainerEndpoint::Full(url),
        origin: Origin::Variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    })
}

fn instance() -> Source {
    Source::InstanceMetadata(InstanceMetadata {
        origin: Origin::Default,
    })
}

fn metadata_at(url: String) -> Environment {
    let mut environment = environment("http://127.0.0.1:1".to_owned());
    environment.workload.ec2_metadata_endpoint = Some(url);
    // Neither source may be reached by a proxy.
    environment.endpoints.http_proxy = Some(format!("http://{}", closed_port()));
    environment
}

fn granted(expiration: &str) -> String {
    let body = format!(
        "{{\"AccessKeyId\": \"ASIAIOSFODNN7EXAMPLE\", \"SecretAccessKey\": \"{SECRET}\", \
         \"Token\": \"{TOKEN}\", \"Expiration\": \"{expiration}\", \"Code\": \"Success\"}}"
    );
    answer("200 OK", &body)
}

#[test]
fn a_container_is_asked_with_the_token_of_its_file() {
    let peer = TestPeer::answering([answer("500 Oops", ""), granted("2023-11-14T23:13:20Z")]);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    fs::write(&path, "ey.J.x\n").unwrap();
    let mut environment = metadata_at(String::new());
    environment.workload.container_token_file = Some(path);
    let source = container(format!("{}/v1/credentials?a=b", peer.url()));
    let credentials = ask(&source, &environment, NOBODY).unwrap();
    let expected = ["ASIAIOSFODNN7EXAMPLE", SECRET, TOKEN, "1700003600"];
    assert_eq!(parts(&credentials), expected);
    let expected = format!(
        "GET /v1/credentials?a=b HTTP/1.1\r\nauthorization: ey.J.x\r\nhost: {}\r\n\r\n",
        peer.host()
    );
    assert_eq!([peer.heard(), peer.heard()], [expected.clone(), expected]);
}

#[test]
fn says_what_is_wrong_with_an_agents_answer_without_secrets() {
    let mut environment = metadata_at(String::new());
    environment.workload.container_token = Some("ey.J.x".to_owned());
    let past =
        "its credentials expired at 2023-11-14T22:13:19Z, and now it is 2023-11-14T22:13:20Z";
    let half =
        format!("{{\"AccessKeyId\": \"ASIAIOSFODNN7EXAMPLE\", \"SecretAccessKey\": {SECRET:?}}}");
    let quoted = answer(
        "403 Forbidden",
        "{\"message\": \"no \\u001brole for ey.J.x\"}",
    );
    for (answer, expected) in [
        (quoted, "it answered 403 Forbidden: no  role for"),
        (answer("302 Found", ""), "it answered 302 Found"),
        (
            answer("404 Not Found", "nothing\r\nhere"),
            "it answered 404 Not Found: nothing  here",
        ),
        (
            answer("200 OK", "<html>"),
            "its answer makes no sense: it is not JSON (line 1, column 1)",
        ),
        (
            answer("200 OK", &half),
            "its answer makes no sense: its AccessKeyId is of a temporary key, but it has no Token",
        ),
        (granted("2023-11-14T22:13:19Z"), past),
    ] {
        let peer = TestPeer::answering([answer]);
        let (error, hint) = failure(ask(&container(peer.url()), &environment, NOBODY));
        assert_eq!(error, format!("{AGENT}: {expected}"));
        assert!(hint.starts_with("check "), "{hint}");
    }
}

#[test]
fn an_instance_is_asked_in_a_session_and_never_by_a_proxy() {
    let peer = TestPeer::answering([
        answer("200 OK", "s3ssion"),
        answer("200 OK", "web-server\n"),
        granted("2023-11-14T23:13:20Z"),
    ]);
    let credentials = ask(
        &instance(),
        &metadata_at(format!("{}/", peer.url())),
        NOBODY,
    )
    .unwrap();
    let expected = ["ASIAIOSFODNN7EXAMPLE", SECRET, TOKEN, "1700003600"];
    assert_eq!(parts(&credentials), expected);
    let host = peer.host();
    let get = |path: &str| {
        format!("GET {path} HTTP/1.1\r\nx-aws-ec2-metadata-token: s3ssion\r\nhost: {host}\r\n\r\n")
    };
    assert_eq!(
        [peer.heard(), peer.heard(), peer.heard()],
        [
            format!(
                "PUT /latest/api/token HTTP/1.1\r\nx-aws-ec2-metadata-token-ttl-seconds: 300\r\n\
                 host: {host}\r\n\r\n"
            ),
            get("/latest/meta-data/iam/security-credentials/"),
            get("/latest/meta-data/iam/security-credentials/web-server"),
        ],
    );
}

#[test]
fn says_why_an_instance_gave_no_credentials() {
    let session = || answer("200 OK", "s3ssion");
    let failed = "{\"Code\": \"AssumeRoleUnauthorizedAccess\", \"Message\": \"EC2 cannot\"}";
    let table: [([String; 3], &str); 5] = [
        (
            [answer("403 Forbidden", ""), String::new(), String::new()],
            "opening a session of IMDSv2: it answered 403 Forbidden",
        ),
        (
            [session(), answer("404 Not Found", ""), String::new()],
            "the instance has no role",
        ),
        (
            [
                session(),
                answer("200 OK", "../../user-data"),
                String::new(),
            ],
            "the name of the instance's role makes no sense",
        ),
        (
            [session(), answer("200 OK", "web"), answer("200 OK", failed)],
            "it answered AssumeRoleUnauthorizedAccess: EC2 cannot",
        ),
        (
            [session(), answer("401 Unauthorized", ""), String::new()],
            "it answered 401 Unauthorized",
        ),
    ];
    for (answers, expected) in table {
        let peer = TestPeer::answering(answers);
        let (error, _) = failure(ask(&instance(), &metadata_at(peer.url()), NOBODY));
        assert_eq!(error, format!("{SERVICE}: {expected}"));
    }
}

#[test]
fn nobody_asks_a_metadata_service_that_is_switched_off() {
    let mut environment = metadata_at("http://127.0.0.1:1".to_owned());
    environment.workload.ec2_metadata_disabled = Some("True".to_owned());
    let (error, hint) = failure(ask(&instance(), &environment, NOBODY));
    assert_eq!(
        error,
        format!("{SERVICE}: AWS_EC2_METADATA_DISABLED is set")
    );
    assert!(hint.starts_with("export AWS_ACCESS_KEY_ID"), "{hint}");
}

#[test]
fn the_region_is_that_of_the_instance() {
    let peer = TestPeer::answering([answer("200 OK", "s3ssion"), answer("200 OK", "eu-west-3")]);
    let environment = metadata_at(peer.url());
    let shared = SharedConfig::load(&environment, Unreadable::Refused).unwrap();
    let settings = EndpointSettings {
        region_flag: None,
        environment: &environment,
        profile: None,
        cluster: None,
    };
    let context = Context::new(settings, &shared, NOBODY, now);
    assert_eq!(region(&context).unwrap().as_str(), "eu-west-3");
}
