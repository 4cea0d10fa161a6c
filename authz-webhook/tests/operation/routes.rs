//! What the webhook's listener answers to which request, on both versions of HTTP.

use crate::support::{Webhook, post, review};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;

const TEXT: &str = "text/plain; charset=utf-8";

fn bare(method: &str, path: &str) -> Request<Full<Bytes>> {
    Request::builder()
        .method(method)
        .uri(format!("https://localhost{path}"))
        .header("host", "localhost")
        .body(Full::default())
        .unwrap()
}

fn envelope(api_version: &str, kind: &str, spec: &str) -> Request<Full<Bytes>> {
    let body = format!(r#"{{"apiVersion":"{api_version}","kind":"{kind}","spec":{spec}}}"#);
    post("/authenticate", "application/json", body)
}

fn requests() -> Vec<(Request<Full<Bytes>>, u16, &'static str)> {
    let v1 = "authentication.k8s.io/v1";
    let json = "application/json";
    vec![
        (bare("GET", "/"), 404, "expected the path /authenticate\n"),
        (
            bare("GET", "/metrics"),
            404,
            "expected the path /authenticate\n",
        ),
        (
            post("/authorize", json, "{}"),
            404,
            "expected the path /authenticate: /authorize is served where server.backendMode holds \
             AccessEntries\n",
        ),
        (bare("GET", "/authenticate"), 405, "expected POST\n"),
        (
            bare("DELETE", "/authenticate?timeout=30s"),
            405,
            "expected POST\n",
        ),
        (
            post("/authenticate", "text/plain", "{}"),
            415,
            "expected Content-Type: application/json, not compressed\n",
        ),
        (
            bare("POST", "/authenticate"),
            415,
            "expected Content-Type: application/json, not compressed\n",
        ),
        (
            post("/authenticate", json, vec![b' '; 64 * 1024 + 1]),
            413,
            "expected a body of at most 64 KiB\n",
        ),
        (
            post("/authenticate", json, vec![b' '; 64 * 1024]),
            400,
            "the body is not a TokenReview: an early end at line 1, column 65536\n",
        ),
        (
            post("/authenticate", json, ""),
            400,
            "the body is not a TokenReview: an early end at line 1, column 0\n",
        ),
        (envelope(v1, "Pod", "{}"), 400, "kind is not TokenReview\n"),
        (
            envelope("authentication.k8s.io/v2", "TokenReview", "{}"),
            400,
            "apiVersion is neither authentication.k8s.io/v1 nor authentication.k8s.io/v1beta1\n",
        ),
        (
            envelope(v1, "TokenReview", r#"{"token":"a","token":"b"}"#),
            400,
            "the body is not a TokenReview: a missing, repeated or wrongly typed field at line 1, \
             column 89\n",
        ),
    ]
}

#[tokio::test]
async fn answers_what_is_no_review_with_a_status_and_a_short_text() {
    let webhook = Webhook::start("").await;
    for protocol in [b"http/1.1".as_slice(), b"h2"] {
        for (request, status, text) in requests() {
            let case = format!("{protocol:?} {request:?}");
            let answer = webhook.ask(protocol, request).await;
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (status, text),
                "{case}"
            );
            assert_eq!(answer.content_type, TEXT, "{case}");
            let allow = answer.headers.get("allow").map(String::as_str);
            assert_eq!(allow, (status == 405).then_some("POST"), "{case}");
            assert_eq!(answer.headers.get("retry-after"), None, "{case}");
        }
    }
    webhook.stopped().await;
}

#[tokio::test]
async fn denies_a_token_that_is_none_in_the_version_that_was_asked() {
    let webhook = Webhook::start("").await;
    for protocol in [b"http/1.1".as_slice(), b"h2"] {
        for version in ["v1", "v1beta1"] {
            let answer = webhook.ask(protocol, review(version, "nonsense")).await;
            let expected = format!(
                "{{\"kind\":\"TokenReview\",\"apiVersion\":\"authentication.k8s.io/{version}\",\
                 \"status\":{{\"authenticated\":false,\"error\":\"malformed\"}}}}\n"
            );
            assert_eq!((answer.status, answer.body), (200, expected));
            assert_eq!(answer.content_type, "application/json");
        }
    }
    webhook.stopped().await;
}

#[tokio::test]
async fn denies_a_review_without_a_token() {
    let webhook = Webhook::start("").await;
    for spec in [
        "null",
        "{}",
        r#"{"token":null}"#,
        r#"{"token":7}"#,
        r#"{"token":""}"#,
    ] {
        let request = envelope("authentication.k8s.io/v1", "TokenReview", spec);
        let answer = webhook.ask(b"http/1.1", request).await;
        let expected = "{\"kind\":\"TokenReview\",\"apiVersion\":\"authentication.k8s.io/v1\",\
                        \"status\":{\"authenticated\":false,\"error\":\"malformed\"}}\n";
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, expected),
            "{spec}"
        );
    }
    webhook.stopped().await;
}

#[tokio::test]
async fn denies_a_review_for_audiences_that_are_not_served() {
    let webhook = Webhook::start("audiences: [vault]\n").await;
    let answer = webhook.ask(b"h2", review("v1", "nonsense")).await;
    let expected = "{\"kind\":\"TokenReview\",\"apiVersion\":\"authentication.k8s.io/v1\",\
                    \"status\":{\"authenticated\":false,\"error\":\"audience_not_served\"}}\n";
    assert_eq!((answer.status, answer.body.as_str()), (200, expected));
    webhook.stopped().await;
}

#[tokio::test]
async fn reports_every_decision_on_stderr_and_no_token() {
    let webhook = Webhook::start("").await;
    for _ in 0..3 {
        webhook
            .ask(b"h2", review("v1", "k8s-aws-v1.c2VjcmV0"))
            .await;
    }
    webhook.ask(b"h2", bare("GET", "/")).await;
    let stderr = webhook.stopped().await;
    let decisions: Vec<serde_json::Value> = stderr
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told: Vec<_> = decisions
        .iter()
        .map(|line| {
            (
                line["audit"].as_str(),
                line["result"].as_str(),
                line["reason"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [(Some("authenticate"), Some("denied"), Some("malformed")); 3]
    );
    assert!(!stderr.contains("c2VjcmV0"), "{stderr}");
    assert!(!stderr.contains("secret"), "{stderr}");
}

#[tokio::test]
async fn the_administration_answers_probes_and_metrics_only() {
    let webhook = Webhook::start("").await;
    let found = |path: &'static str| async {
        let answer = webhook.admin(path).await;
        (answer.status, answer.body)
    };
    assert_eq!(found("/livez").await, (200, "ok\n".to_owned()));
    assert_eq!(found("/healthz").await, (200, "ok\n".to_owned()));
    assert_eq!(found("/readyz").await, (200, "ok\n".to_owned()));
    let verbose = "[+]MountedFile ok\n[+]certificate ok\n[+]clock not compared with STS \
                   yet\n[+]shutdown ok\nok\n";
    assert_eq!(found("/readyz?verbose").await, (200, verbose.to_owned()));
    let nowhere = "expected /livez, /readyz, /healthz or /metrics\n";
    assert_eq!(found("/authenticate").await, (404, nowhere.to_owned()));
    webhook.ask(b"h2", review("v1", "nonsense")).await;
    let metrics = webhook.admin("/metrics").await;
    assert_eq!(
        metrics.content_type,
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    let line = "authz_webhook_decisions_total{reason=\"malformed\"} 1";
    assert!(
        metrics.body.lines().any(|found| found == line),
        "{}",
        metrics.body
    );
    assert!(metrics.body.ends_with("# EOF\n"), "{}", metrics.body);
    webhook.stopped().await;
}
