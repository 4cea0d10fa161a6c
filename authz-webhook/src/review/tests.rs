//! Reviews as they come, and answers as they go.

use super::*;
use crate::authenticate::UserInfo;

const DATA: &str = "a missing, repeated or wrongly typed field";

fn parsed(body: &str) -> Result<(ReviewVersion, String, Vec<String>), ReviewError> {
    let review = Review::parse(body.as_bytes())?;
    let audiences = review
        .audiences
        .iter()
        .map(|text| text.0.to_string())
        .collect();
    Ok((review.version(), review.token().to_owned(), audiences))
}

fn with_spec(spec: &str) -> String {
    format!(r#"{{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{spec}}}"#)
}

#[test]
fn reads_what_kube_apiserver_sends() {
    let body = concat!(
        r#"{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1beta1","metadata":{},"#,
        r#""spec":{"token":"k8s-aws-v1.x","audiences":["https://kubernetes.default.svc"]},"#,
        r#""status":{"authenticated":true,"user":{"username":"system:admin"}}}"#,
        "\n",
    );
    let audiences = vec!["https://kubernetes.default.svc".to_owned()];
    let expected = (ReviewVersion::V1Beta1, "k8s-aws-v1.x".to_owned(), audiences);
    assert_eq!(parsed(body), Ok(expected));
}

#[test]
fn borrows_a_token_without_escapes() {
    let body = with_spec(r#"{"token":"k8s-aws-v1.x"}"#);
    let review = Review::parse(body.as_bytes()).unwrap();
    assert!(matches!(review.token, Cow::Borrowed("k8s-aws-v1.x")));
}

#[test]
fn only_what_is_read_must_be_utf8() {
    let read = |spec: &[u8]| {
        let body = with_spec("{SPEC}").into_bytes();
        let at = body.windows(6).position(|word| word == b"{SPEC}").unwrap();
        let body = [&body[..at], spec, &body[at + 6..]].concat();
        Review::parse(&body).map(|review| review.token().to_owned())
    };
    let passed_over = b"{\"token\":\"k8s-aws-v1.x\",\"other\":\"\xff\"}";
    assert_eq!(read(passed_over), Ok("k8s-aws-v1.x".to_owned()));
    let fault = ReviewError::Body {
        what: "malformed JSON",
        line: 1,
        column: 80,
    };
    assert_eq!(read(b"{\"token\":\"\xff\"}"), Err(fault));
}

#[test]
fn takes_anything_but_a_string_for_an_empty_token() {
    let deep = format!(r#"{{"token":{}{}}}"#, "[".repeat(100), "]".repeat(100));
    let specs = [
        "null",
        "{}",
        r#"{"token":null}"#,
        r#"{"token":7}"#,
        r#"{"token":-7}"#,
        r#"{"token":7.5}"#,
        r#"{"token":true}"#,
        r#"{"token":["a"]}"#,
        r#"{"token":{"a":"b"}}"#,
        r#"{"Token":"a"}"#,
        &deep,
    ];
    for spec in specs {
        let expected = (ReviewVersion::V1, String::new(), Vec::new());
        assert_eq!(parsed(&with_spec(spec)), Ok(expected), "{spec}");
    }
}

#[test]
fn refuses_bodies_that_are_no_review() {
    let spec = r#""spec":{"token":"a"}"#;
    let v1 = r#""apiVersion":"authentication.k8s.io/v1""#;
    let body = |what, line, column| ReviewError::Body { what, line, column };
    let cases = [
        (String::new(), body("an early end", 1, 0)),
        ("not json".to_owned(), body("malformed JSON", 1, 2)),
        ("[]".to_owned(), body(DATA, 1, 0)),
        ("null".to_owned(), body(DATA, 1, 4)),
        (format!("{{{v1},{spec}}}"), body(DATA, 1, 62)),
        (
            format!(r#"{{"kind":"TokenReview",{spec}}}"#),
            body(DATA, 1, 43),
        ),
        (
            format!(r#"{{"kind":"Pod",{v1},{spec}}}"#),
            ReviewError::Kind,
        ),
        (
            format!(r#"{{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v2",{spec}}}"#),
            ReviewError::ApiVersion,
        ),
        (with_spec(r#"{"token":"a","token":"b"}"#), body(DATA, 1, 89)),
        (with_spec(r#"["a",null]"#), body(DATA, 1, 69)),
        (
            r#"["authentication.k8s.io/v1","TokenReview",{"token":"a"}]"#.to_owned(),
            body(DATA, 1, 0),
        ),
        (
            with_spec(r#"{"token":"a","audiences":"b"}"#),
            body(DATA, 1, 97),
        ),
        (
            with_spec(r#"{"token":"a","audiences":[7]}"#),
            body(DATA, 1, 96),
        ),
        (
            with_spec(r#"{"token":"a"}} x"#),
            body("malformed JSON", 1, 85),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(parsed(&text), Err(expected), "{text}");
    }
}

#[test]
fn passes_over_deep_nesting_in_unknown_fields() {
    let depth = 30_000;
    let nest = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let body = with_spec(&format!(r#"{{"token":"a","x":{nest}}}"#));
    assert_eq!(
        parsed(&body),
        Ok((ReviewVersion::V1, "a".to_owned(), Vec::new()))
    );
}

#[test]
fn an_error_says_nothing_of_the_token() {
    let body = with_spec(r#"{"token":"k8s-aws-v1.secret","audiences":"k8s-aws-v1.secret"}"#);
    let text = parsed(&body).unwrap_err().to_string();
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn intersects_audiences_and_never_echoes() {
    let served = ["api".to_owned(), "vault".to_owned()];
    let cases: [(&str, &[String], Audiences<'_>); 6] = [
        (r#"["api"]"#, &[], Audiences::Unsaid),
        (r#"[]"#, &served, Audiences::Unsaid),
        ("null", &served, Audiences::Unsaid),
        (r#"["x","api"]"#, &served, Audiences::Common(vec!["api"])),
        (
            r#"["vault","api","api"]"#,
            &served,
            Audiences::Common(vec!["api", "vault"]),
        ),
        (r#"["x"]"#, &served, Audiences::NoneInCommon),
    ];
    for (asked, served, expected) in cases {
        let body = with_spec(&format!(r#"{{"token":"a","audiences":{asked}}}"#));
        let review = Review::parse(body.as_bytes()).unwrap();
        assert_eq!(review.audiences(served), expected, "{asked}");
    }
}

#[test]
fn a_grant_carries_the_whole_user() {
    let user = UserInfo {
        username: "dev:\"bob\"",
        uid: "aws-iam-authenticator:111122223333:AIDA",
        groups: &["devs".to_owned()],
        extra: vec![("arn", "arn:aws:iam::111122223333:user/bob")],
    };
    let expected = concat!(
        r#"{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","status":"#,
        r#"{"authenticated":true,"user":{"username":"dev:\"bob\"","#,
        r#""uid":"aws-iam-authenticator:111122223333:AIDA","groups":["devs"],"#,
        r#""extra":{"arn":["arn:aws:iam::111122223333:user/bob"]}},"audiences":["api"]}}"#,
        "\n",
    );
    let answer = granted(ReviewVersion::V1, &user, &["api"]);
    assert_eq!(String::from_utf8(answer).unwrap(), expected);
}

#[test]
fn a_grant_leaves_out_what_is_empty() {
    let user = UserInfo {
        username: "u",
        uid: "i",
        groups: &[],
        extra: Vec::new(),
    };
    let expected = concat!(
        r#"{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1beta1","status":"#,
        r#"{"authenticated":true,"user":{"username":"u","uid":"i"}}}"#,
        "\n",
    );
    let answer = granted(ReviewVersion::V1Beta1, &user, &[]);
    assert_eq!(String::from_utf8(answer).unwrap(), expected);
}

#[test]
fn a_denial_carries_its_word() {
    let expected = concat!(
        r#"{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","status":"#,
        r#"{"authenticated":false,"error":"not_mapped"}}"#,
        "\n",
    );
    let answer = denied(ReviewVersion::V1, "not_mapped");
    assert_eq!(String::from_utf8(answer).unwrap(), expected);
}
