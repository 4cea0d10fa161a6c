//! EKS against a peer on loopback: what it is asked, and what is made of its answers.

mod access;

use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use iam_core::error_chain::ErrorChain;

use super::*;
use crate::environment::{EndpointVariables, Environment};
use crate::region::RegionName;
use crate::settings::{NOBODY, Named, Settings};
use crate::test_peer::TestPeer;

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

fn asked<T>(peer: &TestPeer, question: impl AsyncFnOnce(&Eks) -> T) -> T {
    let environment = Environment {
        home: Some(PathBuf::from("/nowhere")),
        endpoints: EndpointVariables {
            eks_url: Some(format!("{}/", peer.url())),
            ..EndpointVariables::default()
        },
        ..Environment::default()
    };
    let region: RegionName = "eu-west-1".parse().unwrap();
    let named = Named {
        region: Some(&region),
        ..Named::default()
    };
    let settings = Settings::load(named, &environment).unwrap();
    let clock = || UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let credentials = Credentials {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".parse().unwrap(),
        secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".parse().unwrap(),
        session_token: Some("FwoGZXIvYXdzEBYaDH".parse().unwrap()),
        expiry: None,
    };
    let eks = Eks::new(&settings.context(NOBODY, clock), &credentials).unwrap();
    crate::fetch::block_on(question(&eks)).unwrap()
}

fn described(answers: [String; 1]) -> (Result<String, EksError>, String) {
    let peer = TestPeer::answering(answers);
    let name = "a:b/c".parse().unwrap();
    let found = asked(&peer, async |eks: &Eks| eks.describe_cluster(&name).await);
    (found, peer.heard())
}

#[test]
fn asks_for_one_cluster_with_a_signature_for_eks() {
    let (found, question) = described([answer("200 OK", "", r#"{"cluster":{}}"#)]);
    assert_eq!(found.unwrap(), r#"{"cluster":{}}"#);
    let question = question.to_lowercase();
    assert!(question.starts_with("get /clusters/a%3ab%2fc http/1.1\r\n"));
    for part in [
        "/20231114/eu-west-1/eks/aws4_request, ",
        "x-amz-date: 20231114t221320z\r\n",
        "x-amz-security-token: ",
    ] {
        assert!(question.contains(part), "{part}");
    }
}

#[test]
fn says_what_eks_refused_with_and_never_a_secret() {
    let table = [
        (
            answer(
                "404 Not Found",
                "x-amzn-errortype: ResourceNotFoundException:http://internal\r\n",
                r#"{"clusterName":"x","message":"No cluster found for name: x."}"#,
            ),
            "ResourceNotFoundException: No cluster found for name: x.",
            true,
        ),
        (
            answer(
                "403 Forbidden",
                "",
                r#"{"__type":"a.b#AccessDeniedException","Message":"no"}"#,
            ),
            "AccessDeniedException: no",
            false,
        ),
        (
            answer(
                "403 Forbidden",
                "x-amzn-errortype: InvalidSignatureException\r\n",
                r#"{"message":"no. wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}"#,
            ),
            "InvalidSignatureException: no.",
            false,
        ),
        (
            answer("404 Not Found", "", "<html>"),
            "its answer (HTTP status 404) makes no sense",
            false,
        ),
        (
            answer("302 Found", "location: http://127.0.0.1:1/\r\n", ""),
            "its answer (HTTP status 302) makes no sense",
            false,
        ),
    ];
    for (given, expected, not_found) in table {
        let error = described([given]).0.unwrap_err();
        let text = ErrorChain(&error).to_string();
        assert_eq!(text, format!("describing a:b/c in eu-west-1: {expected}"));
        assert_eq!(error.is_not_found(), not_found, "{expected}");
    }
}

#[test]
fn follows_pages_to_the_last() {
    let page = |names: &str, next: &str| {
        answer(
            "200 OK",
            "",
            &format!(r#"{{"clusters":[{names}],"nextToken":{next}}}"#),
        )
    };
    let peer = TestPeer::answering([
        page(r#""a","b""#, r#""x+/=""#),
        page("", r#""y""#),
        page(r#""c""#, "null"),
    ]);
    let names = asked(&peer, async |eks: &Eks| eks.cluster_names().await).unwrap();
    let names: Vec<&str> = names.iter().map(ClusterId::as_str).collect();
    assert_eq!(names, ["a", "b", "c"]);
    let first = [peer.heard(), peer.heard(), peer.heard()];
    let lines = first.map(|heard| heard.lines().next().unwrap_or_default().to_owned());
    assert_eq!(
        lines,
        [
            "GET /clusters?maxResults=100 HTTP/1.1",
            "GET /clusters?maxResults=100&nextToken=x%2B%2F%3D HTTP/1.1",
            "GET /clusters?maxResults=100&nextToken=y HTTP/1.1",
        ],
    );
}

#[test]
fn asks_again_while_eks_is_busy() {
    let busy = |code: &str| {
        let kind = format!("x-amzn-errortype: {code}\r\n");
        answer("429 Too Many Requests", &kind, r#"{"message":"busy"}"#)
    };
    let peer = TestPeer::answering([
        busy("ThrottlingException"),
        answer("500 Internal Server Error", "", ""),
        answer("200 OK", "", "{}"),
    ]);
    let name = "c".parse().unwrap();
    let found = asked(&peer, async |eks: &Eks| eks.describe_cluster(&name).await);
    assert_eq!(found.unwrap(), "{}");
}
