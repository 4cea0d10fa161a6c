//! TokenReview as kube-apiserver sends and reads it: `authentication.k8s.io/v1` and `v1beta1`.
//!
//! Of a request only `apiVersion`, `kind`, `spec.token` and `spec.audiences` are read. A key that
//! stands twice among those is an error; unknown keys are passed over; what a caller sends as
//! `status` is too. A token that is absent, null or no string is an empty one, which the
//! authenticator refuses. An answer always carries a complete status: kube-apiserver takes an
//! empty one for a denial and caches it.
//!
//! <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication>

mod answer;

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use thiserror::Error;

use crate::json_body::{self, BodyFault, Object};

pub(crate) use answer::encoded;
pub use answer::{denied, granted};

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
        let Object(envelope): Object<Envelope<'a>> = json_body::read(body)?;
        if envelope.kind != KIND {
            return Err(ReviewError::Kind);
        }
        let version = match envelope.api_version.as_ref() {
            V1 => ReviewVersion::V1,
            V1BETA1 => ReviewVersion::V1Beta1,
            _ => return Err(ReviewError::ApiVersion),
        };
        let spec = envelope.spec.map(|Object(spec)| spec).unwrap_or_default();
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
        let BodyFault { what, line, column } = error.into();
        Self::Body { what, line, column }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow)]
    api_version: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    spec: Option<Object<Spec<'a>>>,
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

const KIND: &str = "TokenReview";
const V1: &str = "authentication.k8s.io/v1";
const V1BETA1: &str = "authentication.k8s.io/v1beta1";

#[cfg(test)]
mod tests;
