//! What the webhook makes of requests that no kube-apiserver sends, byte by byte, and of the
//! envelope around a good token.

#![cfg(test)]

use e2e::support::line::Line;
use e2e::support::sts::Counts;
use serde_json::{Value, json};

const REVIEW: &str =
    r#"{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":"nonsense"}}"#;
const JSON: &str = "Content-Type: application/json\r\n";

/// A request with its length said.
fn request(line: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("{line} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

fn review(headers: &str) -> String {
    request("POST /authenticate", headers, REVIEW)
}

/// A request whose body comes as these chunks, already framed.
fn chunked(headers: &str, chunks: &str) -> String {
    format!(
        "POST /authenticate HTTP/1.1\r\nHost: localhost\r\n{JSON}{headers}\
         Transfer-Encoding: chunked\r\n\r\n{chunks}"
    )
}

fn in_pieces(body: &str, size: usize) -> String {
    let pieces = body.as_bytes().chunks(size);
    let framed = pieces.map(|piece| {
        let text = String::from_utf8_lossy(piece);
        format!("{:x}\r\n{text}\r\n", piece.len())
    });
    framed.chain(["0\r\n\r\n".to_owned()]).collect()
}

/// Each request, on a connection of its own, gets this status; STS hears of none.
fn expect_statuses(line: &Line, cases: &[(&str, String, u16)]) {
    let answered = cases.iter().map(|(name, request, _)| {
        let mut wire = line.wire();
        wire.send(request).unwrap();
        (*name, wire.head().map_or(0, |answer| answer.status))
    });
    let expected = cases.iter().map(|(name, _, status)| (*name, *status));
    assert_eq!(expected.collect::<Vec<_>>(), answered.collect::<Vec<_>>());
    assert_eq!(Counts::default(), line.sts.counts());
}

#[test]
fn takes_a_review_in_every_form_that_http_has() {
    let line = Line::new("forms");
    let answered = [
        (
            "absolute form",
            request(
                "POST https://localhost/authenticate?timeout=30s",
                JSON,
                REVIEW,
            ),
        ),
        ("chunked", chunked("", &in_pieces(REVIEW, 7))),
        ("chunked, byte by byte", chunked("", &in_pieces(REVIEW, 1))),
        ("chunked, with a trailer", {
            chunked(
                "Trailer: x-y\r\n",
                &in_pieces(REVIEW, 40).replace("0\r\n\r\n", "0\r\nx-y: z\r\n\r\n"),
            )
        }),
        (
            "a type with a parameter",
            review("Content-Type: application/json; charset=utf-8\r\n"),
        ),
        (
            "a coding that is none",
            review(&format!("{JSON}Content-Encoding: identity\r\n")),
        ),
        ("HTTP/1.0", review(JSON).replace("HTTP/1.1", "HTTP/1.0")),
        (
            "white space behind it",
            request("POST /authenticate", JSON, &format!("{REVIEW}\r\n \n")),
        ),
    ];
    expect_statuses(&line, &answered.map(|(name, request)| (name, request, 200)));
}

#[test]
fn refuses_other_methods_paths_and_types() {
    let line = Line::new("refused");
    let with = |headers: &str| review(&format!("{JSON}{headers}"));
    let to = |line: &str| request(line, JSON, REVIEW);
    let both = "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n";
    let one = "Content-Type: application/json, text/plain\r\n";
    let cases = [
        ("HEAD", request("HEAD /authenticate", JSON, ""), 405),
        ("OPTIONS", request("OPTIONS /authenticate", JSON, ""), 405),
        ("OPTIONS of all", request("OPTIONS *", JSON, ""), 404),
        ("a method in lower case", to("post /authenticate"), 405),
        (
            "another path, in absolute form",
            to("POST https://localhost/"),
            404,
        ),
        ("a path that is nearly it", to("POST //authenticate"), 404),
        ("a path behind dots", to("POST /x/../authenticate"), 404),
        ("two types", with("Content-Type: text/plain\r\n"), 415),
        ("the same type twice", with(JSON), 415),
        ("two types in one", review(one), 415),
        ("no type", review(""), 415),
        ("gzip", with("Content-Encoding: gzip\r\n"), 415),
        ("gzip behind identity", with(both), 415),
    ];
    expect_statuses(&line, &cases);
}

#[test]
fn refuses_malformed_heads_and_bodies() {
    let line = Line::new("malformed");
    let with = |headers: &str| review(&format!("{JSON}{headers}"));
    let of = |body: &str| request("POST /authenticate", JSON, body);
    let (long, many) = (
        format!("X-Y: {}\r\n", "z".repeat(20_000)),
        "X-Y: z\r\n".repeat(200),
    );
    let large = in_pieces(&" ".repeat(65_537), 8_192);
    let cases = [
        ("two lengths", with("Content-Length: 5\r\n"), 400),
        (
            "a length with a sign",
            review(JSON).replace("Length: ", "Length: +"),
            400,
        ),
        ("a space before the colon", with("X-Y : z\r\n"), 400),
        ("a folded header", with("X-Y: z\r\n folded\r\n"), 400),
        ("a bare carriage return", with("X-Y: z\rw\r\n"), 400),
        ("a head of 20 KiB", with(&long), 431),
        ("200 headers", with(&many), 431),
        ("a second document", of(&format!("{REVIEW}{{}}")), 400),
        ("a list", of(&format!("[{REVIEW}]")), 400),
        ("no body", of(""), 400),
        ("a chunk of no size", chunked("", "\r\n\r\n"), 400),
        (
            "a chunk of endless size",
            chunked("", "ffffffffffffffffff\r\n"),
            400,
        ),
        ("65,537 bytes in chunks", chunked("", &large), 413),
    ];
    expect_statuses(&line, &cases);
}

#[test]
fn asks_for_a_body_only_when_it_will_be_read() {
    let line = Line::new("expect");
    let expecting = |length: usize, method: &str| {
        format!(
            "{method} /authenticate HTTP/1.1\r\nHost: localhost\r\n{JSON}\
             Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let mut wire = line.wire();
    wire.send(expecting(REVIEW.len(), "POST")).unwrap();
    assert_eq!(100, wire.head().unwrap().status);
    wire.send(REVIEW).unwrap();
    assert_eq!(200, wire.answer().unwrap().status);
    for (request, status) in [
        (expecting(65_537, "POST"), 413),
        (expecting(REVIEW.len(), "PUT"), 405),
    ] {
        let mut wire = line.wire();
        wire.send(request).unwrap();
        assert_eq!(status, wire.answer().unwrap().status);
        assert!(wire.is_over(), "{status}");
    }
}

#[test]
fn answers_requests_in_their_order_and_nothing_behind_a_faulty_one() {
    let line = Line::new("pipeline");
    let good = line.recipe(&line.sts.add_user("alice")).bearer();
    let good = request("POST /authenticate", JSON, &line.webhook.review_of(&good));
    let (bad, elsewhere) = (review(JSON), request("POST /", JSON, REVIEW));
    let mut wire = line.wire();
    wire.send([bad.as_str(), &good, &elsewhere, &good].concat())
        .unwrap();
    let statuses: Vec<_> = (0..2).map(|_| wire.answer().unwrap()).collect();
    let told: Vec<Value> = statuses
        .iter()
        .map(|answer| {
            serde_json::from_str::<Value>(&answer.body).unwrap()["status"]["authenticated"].clone()
        })
        .collect();
    assert_eq!(vec![json!(false), json!(true)], told);
    assert_eq!(404, wire.answer().unwrap().status);

    let mut wire = line.wire();
    wire.send(["BROKEN\r\n\r\n", good.as_str()].concat())
        .unwrap();
    assert_eq!(400, wire.answer().unwrap().status);
    assert!(wire.is_over());
    assert_eq!(1, line.sts.counts().requests);
}

#[test]
fn echoes_the_version_and_answers_the_audiences_that_it_serves() {
    let line = Line::with("audiences", |config| {
        config.server("audiences", json!(["vault", "api"]))
    });
    let token = line.recipe(&line.sts.add_user("alice")).bearer();
    let asked = |version: &str, audiences: Value| {
        let mut body: Value = serde_json::from_str(&line.webhook.review_of(&token)).unwrap();
        body["apiVersion"] = json!(format!("authentication.k8s.io/{version}"));
        body["spec"]["audiences"] = audiences;
        body["status"] = json!({"authenticated": true, "user": {"username": "system:admin"}});
        let answer = line.webhook.post(&body.to_string()).unwrap().json();
        let status = &answer["status"];
        let words = ["authenticated", "error", "audiences"].map(|key| status[key].clone());
        (
            answer["apiVersion"].clone(),
            status["user"]["username"].clone(),
            words,
        )
    };
    let (v1, v1beta1) = (
        json!("authentication.k8s.io/v1"),
        json!("authentication.k8s.io/v1beta1"),
    );
    let alice = json!("alice");
    let granted = |audiences: Value| [json!(true), Value::Null, audiences];
    let denied = [json!(false), json!("audience_not_served"), Value::Null];
    let cases = [
        (
            "v1",
            Value::Null,
            (v1.clone(), alice.clone(), granted(Value::Null)),
        ),
        (
            "v1beta1",
            json!([]),
            (v1beta1.clone(), alice.clone(), granted(Value::Null)),
        ),
        (
            "v1beta1",
            json!(["x", "api"]),
            (v1beta1, alice.clone(), granted(json!(["api"]))),
        ),
        (
            "v1",
            json!(["api", "vault", "api"]),
            (v1.clone(), alice, granted(json!(["vault", "api"]))),
        ),
        ("v1", json!(["API", "x"]), (v1, Value::Null, denied)),
    ];
    for (version, audiences, expected) in cases {
        assert_eq!(
            expected,
            asked(version, audiences.clone()),
            "{version} {audiences}"
        );
    }
    assert_eq!(1, line.sts.counts().requests);
}
