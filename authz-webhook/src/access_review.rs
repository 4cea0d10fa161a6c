//! SubjectAccessReview as kube-apiserver sends and reads it: `authorization.k8s.io/v1` and
//! `v1beta1`.
//!
//! Of a request only `apiVersion`, `kind` and, under `spec`, `user`, `uid`, `extra` and one of
//! the two kinds of attributes are read. Groups play no part, so that their two spellings
//! (`groups`, and `group` in `v1beta1`) do not either. A key that stands twice among those that
//! are read is an error; unknown keys are passed over.
//!
//! <https://kubernetes.io/docs/reference/access-authn-authz/webhook/>

mod answer;
mod caller;

use std::borrow::Cow;

use iam_core::access_entry::{Attributes, NonResource, Resource};
use serde::Deserialize;
use thiserror::Error;

use crate::json_body::{self, BodyFault, Object};
use crate::review::ReviewVersion;

pub use answer::{allowed, no_opinion};
pub use caller::IamCaller;

/// A review that asks whether a user may do something.
#[derive(Debug)]
pub struct AccessReview<'a> {
    version: ReviewVersion,
    user: Text<'a>,
    uid: Text<'a>,
    asked: Asked<'a>,
    extra: caller::Extra<'a>,
}

/// Why a body is no SubjectAccessReview. The text holds nothing of the body.
#[derive(Debug, Error, Eq, PartialEq)]
pub enum AccessReviewError {
    /// Not JSON, or JSON of another shape.
    #[error("the body is not a SubjectAccessReview: {0}")]
    Body(BodyFault),
    /// Another kind of object.
    #[error("kind is not SubjectAccessReview")]
    Kind,
    /// Another API group or version.
    #[error("apiVersion is neither authorization.k8s.io/v1 nor authorization.k8s.io/v1beta1")]
    ApiVersion,
    /// Nothing is asked, or two things are.
    #[error("spec holds not just one of resourceAttributes and nonResourceAttributes")]
    Attributes,
}

impl<'a> AccessReview<'a> {
    /// Reads a request's body.
    ///
    /// # Errors
    /// A body that is no SubjectAccessReview of a known version.
    pub fn parse(body: &'a [u8]) -> Result<Self, AccessReviewError> {
        let Object(envelope): Object<Envelope<'a>> =
            json_body::read(body).map_err(|error| AccessReviewError::Body(error.into()))?;
        if envelope.kind.0 != KIND {
            return Err(AccessReviewError::Kind);
        }
        let version = match envelope.api_version.0.as_ref() {
            V1 => ReviewVersion::V1,
            V1BETA1 => ReviewVersion::V1Beta1,
            _ => return Err(AccessReviewError::ApiVersion),
        };
        let spec = envelope.spec.map(|Object(spec)| spec).unwrap_or_default();
        let asked = match (spec.resource_attributes, spec.non_resource_attributes) {
            (Some(Object(resource)), None) => Asked::Resource(resource),
            (None, Some(Object(path))) => Asked::NonResource(path),
            (Some(_), Some(_)) | (None, None) => return Err(AccessReviewError::Attributes),
        };
        Ok(Self {
            version,
            user: spec.user.unwrap_or_default(),
            uid: spec.uid.unwrap_or_default(),
            asked,
            extra: spec.extra.map(|Object(extra)| extra).unwrap_or_default(),
        })
    }

    /// The version to answer in.
    pub const fn version(&self) -> ReviewVersion {
        self.version
    }

    /// The user's name.
    pub fn user(&self) -> &str {
        &self.user.0
    }

    /// What the user wants to do.
    pub fn attributes(&self) -> Attributes<'_> {
        match &self.asked {
            Asked::Resource(asked) => Attributes::Resource(Resource {
                namespace: text(&asked.namespace),
                verb: text(&asked.verb),
                group: text(&asked.group),
                resource: text(&asked.resource),
                subresource: text(&asked.subresource),
                name: text(&asked.name),
            }),
            Asked::NonResource(asked) => Attributes::NonResource(NonResource {
                path: text(&asked.path),
                verb: text(&asked.verb),
            }),
        }
    }

    /// The IAM principal that the user is, if the extra keys say so as `/authenticate` writes
    /// them.
    pub fn caller(&self) -> Option<IamCaller<'_>> {
        self.extra.caller(&self.uid.0)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow)]
    api_version: Text<'a>,
    #[serde(borrow)]
    kind: Text<'a>,
    #[serde(borrow)]
    spec: Option<Object<Spec<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    #[serde(borrow)]
    resource_attributes: Option<Object<OfResource<'a>>>,
    #[serde(borrow)]
    non_resource_attributes: Option<Object<OfPath<'a>>>,
    #[serde(borrow)]
    user: Option<Text<'a>>,
    #[serde(borrow)]
    uid: Option<Text<'a>>,
    #[serde(borrow)]
    extra: Option<Object<caller::Extra<'a>>>,
}

#[derive(Debug)]
enum Asked<'a> {
    Resource(OfResource<'a>),
    NonResource(OfPath<'a>),
}

#[derive(Debug, Deserialize)]
struct OfResource<'a> {
    #[serde(borrow)]
    namespace: Option<Text<'a>>,
    #[serde(borrow)]
    verb: Option<Text<'a>>,
    #[serde(borrow)]
    group: Option<Text<'a>>,
    #[serde(borrow)]
    resource: Option<Text<'a>>,
    #[serde(borrow)]
    subresource: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
struct OfPath<'a> {
    #[serde(borrow)]
    path: Option<Text<'a>>,
    #[serde(borrow)]
    verb: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn text<'t>(field: &'t Option<Text<'_>>) -> &'t str {
    field.as_ref().map_or("", |text| &text.0)
}

const KIND: &str = "SubjectAccessReview";
const V1: &str = "authorization.k8s.io/v1";
const V1BETA1: &str = "authorization.k8s.io/v1beta1";

#[cfg(test)]
mod tests;
