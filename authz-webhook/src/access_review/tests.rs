//! Reviews as they come, and answers as they go.

use serde_json::{Value, json};

use super::*;

/// What kube-apiserver sends of a session of the role Dev.
fn review() -> Value {
    json!({
        "kind": "SubjectAccessReview",
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": {},
        "spec": {
            "resourceAttributes": {
                "namespace": "shop", "verb": "get", "version": "v1", "resource": "pods",
                "subresource": "log", "name": "web-1", "group": "g",
            },
            "user": "dev:jane",
            "groups": ["developers", "system:authenticated"],
            "extra": {
                "accessKeyId": ["ASIAIOSFODNN7EXAMPLE"],
                "arn": ["arn:aws:sts::111122223333:assumed-role/Dev/jane"],
                "canonicalArn": ["arn:aws:iam::111122223333:role/Dev"],
                "principalId": ["AROADEV"],
                "sessionName": ["jane"],
                "sigs.k8s.io/aws-iam-authenticator/principalId": ["AROADEV"],
                "somebody.else/key": [],
            },
            "uid": "aws-iam-authenticator:111122223333:AROADEV",
        },
        "status": {"allowed": false},
    })
}

/// The review with one value set; null takes it away.
fn with(pointer: &str, value: Value) -> String {
    let mut review = review();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = review.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    parent.insert(key.replace("~1", "/"), value);
    review.to_string()
}

#[test]
fn reads_what_kube_apiserver_sends() {
    let body = review().to_string();
    let parsed = AccessReview::parse(body.as_bytes()).unwrap();
    assert_eq!(
        (parsed.version(), parsed.user()),
        (ReviewVersion::V1, "dev:jane")
    );
    let expected = Attributes::Resource(Resource {
        namespace: "shop",
        verb: "get",
        group: "g",
        resource: "pods",
        subresource: "log",
        name: "web-1",
    });
    assert_eq!(parsed.attributes(), expected);
    let caller = parsed.caller().unwrap();
    let arn = "arn:aws:sts::111122223333:assumed-role/Dev/jane";
    assert_eq!(caller.principal.to_string(), arn);
    assert_eq!(caller.access_key_id, "ASIAIOSFODNN7EXAMPLE");
}

#[test]
fn reads_a_path_and_the_older_version() {
    let body = r#"{"kind":"SubjectAccessReview","apiVersion":"authorization.k8s.io/v1beta1",
        "spec":{"nonResourceAttributes":{"path":"/metrics","verb":"get"},"user":"jane",
        "group":["developers"],"resourceAttributes":null}}"#;
    let parsed = AccessReview::parse(body.as_bytes()).unwrap();
    assert_eq!(
        (parsed.version(), parsed.user()),
        (ReviewVersion::V1Beta1, "jane")
    );
    let expected = NonResource {
        path: "/metrics",
        verb: "get",
    };
    assert_eq!(parsed.attributes(), Attributes::NonResource(expected));
    assert!(parsed.caller().is_none());
}

#[test]
fn believes_extra_keys_only_as_authenticate_writes_them() {
    let other = |text: &str| json!([text]);
    for (pointer, value) in [
        (
            "/spec/uid",
            json!("aws-iam-authenticator:111122223333:AROAOTHER"),
        ),
        (
            "/spec/uid",
            json!("aws-iam-authenticator:444455556666:AROADEV"),
        ),
        ("/spec/uid", Value::Null),
        ("/spec/extra", Value::Null),
        (
            "/spec/extra/arn",
            other("arn:aws:sts::111122223333:assumed-role/Admin/jane"),
        ),
        (
            "/spec/extra/arn",
            other("arn:aws:iam::111122223333:role/Dev"),
        ),
        ("/spec/extra/arn", other("Dev")),
        ("/spec/extra/arn", json!([])),
        (
            "/spec/extra/canonicalArn",
            other("arn:aws:iam::111122223333:role/Admin"),
        ),
        (
            "/spec/extra/canonicalArn",
            other("arn:aws:iam::111122223333:role/dev"),
        ),
        (
            "/spec/extra/canonicalArn",
            json!(["arn:aws:iam::111122223333:role/Dev", "x"]),
        ),
        ("/spec/extra/principalId", other("AROAOTHER")),
        ("/spec/extra/sessionName", other("")),
        ("/spec/extra/accessKeyId", Value::Null),
        (
            "/spec/extra/sigs.k8s.io~1aws-iam-authenticator~1principalId",
            Value::Null,
        ),
    ] {
        let body = with(pointer, value);
        let parsed = AccessReview::parse(body.as_bytes()).unwrap();
        assert!(parsed.caller().is_none(), "{pointer}: {body}");
    }
}

#[test]
fn keys_in_lower_case_as_impersonation_writes_them_are_nobodys() {
    let mut body = review();
    let extra = body["spec"]["extra"].as_object_mut().unwrap();
    let lower = std::mem::take(extra).into_iter();
    extra.extend(lower.map(|(key, value)| (key.to_ascii_lowercase(), value)));
    let body = body.to_string();
    assert!(
        AccessReview::parse(body.as_bytes())
            .unwrap()
            .caller()
            .is_none()
    );
}

#[test]
fn refuses_bodies_that_are_no_review() {
    let attributes = "spec holds not just one of resourceAttributes and nonResourceAttributes";
    let version = "apiVersion is neither authorization.k8s.io/v1 nor authorization.k8s.io/v1beta1";
    let body = "the body is not a SubjectAccessReview: ";
    let twice = review()
        .to_string()
        .replacen("\"user\"", "\"user\":\"x\",\"user\"", 1);
    for (text, expected) in [
        (String::new(), body),
        ("[]".to_owned(), body),
        ("{}".to_owned(), body),
        (review().to_string() + "x", body),
        (twice, body),
        (
            with("/kind", json!("TokenReview")),
            "kind is not SubjectAccessReview",
        ),
        (
            with("/apiVersion", json!("authorization.k8s.io/v2")),
            version,
        ),
        (
            with("/apiVersion", json!("authentication.k8s.io/v1")),
            version,
        ),
        (with("/spec", Value::Null), attributes),
        (with("/spec", json!([])), body),
        (with("/spec/resourceAttributes", Value::Null), attributes),
        (with("/spec/nonResourceAttributes", json!({})), attributes),
        (with("/spec/resourceAttributes/verb", json!(1)), body),
        (with("/spec/extra/arn", json!("arn")), body),
        (with("/spec/user", json!(["x"])), body),
    ] {
        let error = AccessReview::parse(text.as_bytes())
            .expect_err(&text)
            .to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}

#[test]
fn an_answer_repeats_the_version_and_never_denies() {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    assert_eq!(
        text(allowed(ReviewVersion::V1, "p in the cluster")),
        concat!(
            r#"{"kind":"SubjectAccessReview","apiVersion":"authorization.k8s.io/v1","#,
            r#""status":{"allowed":true,"reason":"p in the cluster"}}"#,
            "\n"
        )
    );
    assert_eq!(
        text(no_opinion(ReviewVersion::V1Beta1, "")),
        concat!(
            r#"{"kind":"SubjectAccessReview","apiVersion":"authorization.k8s.io/v1beta1","#,
            r#""status":{"allowed":false}}"#,
            "\n"
        )
    );
}
