//! TokenReview as kube-apiserver sends and reads it: `authentication.k8s.io/v1` and `v1beta1`.
//!
//! Of a request only `apiVersion`, `kind`, `spec.token` and `spec.audiences` are read. A key that
//! stands twice among those is an error; unknown keys are passed over; what a caller sends as
//! `status` is too. A token that is absent, null or no string is an empty one, which the
//! authenticator refuses. An answer always carries a complete status: kube-apiserver takes an
//! empty one for a denial and caches it.
//!
//! <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication>

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap as _, Serializer};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::authenticate::UserInfo;

/// A review that asks who a token belongs to.
#[derive(Debug)]
pub struct Review<'a> {
    version: ReviewVersion,
    token: Cow<'a, str>,
    audiences: Vec<Text<'a>>,
}

/// The version of a review; the answer has the same.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReviewVersion {
    /// `authentication.k8s.io/v1`
    V1,
    /// `authentication.k8s.io/v1beta1`
    V1Beta1,
}

/// Why a body is no TokenReview. The text holds nothing of the body.
#[derive(Debug, Error, Eq, PartialEq)]
pub enum ReviewError {
    /// Not JSON, or JSON of another shape.
    #[error("the body is not a TokenReview: {what} at line {line}, column {column}")]
    Body {
        /// The kind of fault.
        what: &'static str,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Another kind of object.
    #[error("kind is not TokenReview")]
    Kind,
    /// Another API group or version.
    #[error("apiVersion is neither authentication.k8s.io/v1 nor authentication.k8s.io/v1beta1")]
    ApiVersion,
}

/// Which audiences an answer names.
#[derive(Debug, Eq, PartialEq)]
pub enum Audiences<'a> {
    /// None: the webhook is not bound to audiences, or was asked for none.
    Unsaid,
    /// Those that were asked for and are served; at least one.
    Common(Vec<&'a str>),
    /// Some were asked for, and none of them is served.
    NoneInCommon,
}

impl<'a> Review<'a> {
    /// Reads a request's body.
    ///
    /// # Errors
    /// A body that is no TokenReview of a known version.
    pub fn parse(body: &'a [u8]) -> Result<Self, ReviewError> {
        let envelope: Envelope<'a> = serde_json::from_slice(body)?;
        if envelope.kind != KIND {
            return Err(ReviewError::Kind);
        }
        let version = match envelope.api_version.as_ref() {
            V1 => ReviewVersion::V1,
            V1BETA1 => ReviewVersion::V1Beta1,
            _ => return Err(ReviewError::ApiVersion),
        };
        let spec = envelope.spec.unwrap_or_default();
        let audiences = spec.audiences.unwrap_or_default();
        Ok(Self {
            version,
            token: spec.token.0,
            audiences,
        })
    }

    /// The version to answer in.
    pub const fn version(&self) -> ReviewVersion {
        self.version
    }

    /// The token; empty when the review holds none.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// What the answer says of audiences, where `served` are the webhook's own; none served
    /// means that it is not bound to any.
    pub fn audiences<'s>(&self, served: &'s [String]) -> Audiences<'s> {
        if served.is_empty() || self.audiences.is_empty() {
            return Audiences::Unsaid;
        }
        let asked = |own: &&'s String| self.audiences.iter().any(|text| text.0 == own.as_str());
        let common: Vec<_> = served.iter().filter(asked).map(String::as_str).collect();
        if common.is_empty() {
            Audiences::NoneInCommon
        } else {
            Audiences::Common(common)
        }
    }
}

impl ReviewVersion {
    const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => V1,
            Self::V1Beta1 => V1BETA1,
        }
    }
}

impl From<serde_json::Error> for ReviewError {
    fn from(error: serde_json::Error) -> Self {
        use serde_json::error::Category;
        let what = match error.classify() {
            Category::Syntax | Category::Io => "malformed JSON",
            Category::Eof => "an early end",
            Category::Data => "a missing, repeated or wrongly typed field",
        };
        Self::Body {
            what,
            line: error.line(),
            column: error.column(),
        }
    }
}

/// The answer that lets a caller in.
pub fn granted(version: ReviewVersion, user: &UserInfo, audiences: &[&str]) -> Vec<u8> {
    let user = User {
        username: &user.username,
        uid: &user.uid,
        groups: &user.groups,
        extra: Extra(&user.extra),
    };
    encoded(
        version,
        &Granted {
            authenticated: true,
            user,
            audiences,
        },
    )
}

/// The answer that denies, with the public word of the reason.
pub fn denied(version: ReviewVersion, word: &str) -> Vec<u8> {
    encoded(
        version,
        &Denied {
            authenticated: false,
            error: word,
        },
    )
}

fn encoded(version: ReviewVersion, status: &impl Serialize) -> Vec<u8> {
    let answer = Answer {
        kind: KIND,
        api_version: version.as_str(),
        status,
    };
    let mut bytes = Vec::with_capacity(1024);
    serde_json::to_writer(&mut bytes, &answer).expect("keys are strings, and a Vec takes all");
    bytes.push(b'\n');
    bytes
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow)]
    api_version: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    spec: Option<Spec<'a>>,
}

#[derive(Default, Deserialize)]
struct Spec<'a> {
    #[serde(borrow, default)]
    token: AnyToken<'a>,
    #[serde(borrow)]
    audiences: Option<Vec<Text<'a>>>,
}

#[derive(Debug, Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A string, or an empty one in place of anything else.
#[derive(Default)]
struct AnyToken<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for AnyToken<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TokenVisitor).map(Self)
    }
}

struct TokenVisitor;

impl<'de> Visitor<'de> for TokenVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a token")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(""))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Self::Value, A::Error> {
        while pairs.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(""))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a, S> {
    kind: &'static str,
    api_version: &'static str,
    status: &'a S,
}

#[derive(Serialize)]
struct Granted<'a> {
    authenticated: bool,
    user: User<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    audiences: &'a [&'a str],
}

#[derive(Serialize)]
struct Denied<'a> {
    authenticated: bool,
    error: &'a str,
}

#[derive(Serialize)]
struct User<'a> {
    username: &'a str,
    uid: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    groups: &'a [String],
    #[serde(skip_serializing_if = "Extra::is_empty")]
    extra: Extra<'a>,
}

struct Extra<'a>(&'a [(&'static str, String)]);

impl Extra<'_> {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Extra<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0 {
            map.serialize_entry(key, &[value])?;
        }
        map.end()
    }
}

const KIND: &str = "TokenReview";
const V1: &str = "authentication.k8s.io/v1";
const V1BETA1: &str = "authentication.k8s.io/v1beta1";

#[cfg(test)]
mod tests {
    use super::*;

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
            ("[]".to_owned(), body(DATA, 1, 2)),
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
                format!(
                    r#"{{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v2",{spec}}}"#
                ),
                ReviewError::ApiVersion,
            ),
            (with_spec(r#"{"token":"a","token":"b"}"#), body(DATA, 1, 89)),
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
            username: "dev:\"bob\"".to_owned(),
            uid: "aws-iam-authenticator:111122223333:AIDA".to_owned(),
            groups: vec!["devs".to_owned()],
            extra: vec![("arn", "arn:aws:iam::111122223333:user/bob".to_owned())],
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
            username: "u".to_owned(),
            uid: "i".to_owned(),
            groups: Vec::new(),
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
}
