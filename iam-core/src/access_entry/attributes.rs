//! What a request wants to do, as a SubjectAccessReview says it.

/// What a request wants to do.
///
/// <https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/>
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Attributes<'a> {
    /// Something with an object of the API.
    Resource(Resource<'a>),
    /// Something else: `/healthz`, `/apis`.
    NonResource(NonResource<'a>),
}

/// A request for an object, or for all of a kind. Absent fields are empty.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Resource<'a> {
    /// The namespace; empty: none, or all of them.
    pub namespace: &'a str,
    /// `get`, `list`, …; empty for OPTIONS.
    pub verb: &'a str,
    /// The API group; empty is the core group.
    pub group: &'a str,
    /// The kind in plural: `pods`.
    pub resource: &'a str,
    /// `log`, `scale`, …
    pub subresource: &'a str,
    /// The object's name; empty: all, or not known yet.
    pub name: &'a str,
}

/// A request for a path.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct NonResource<'a> {
    /// The path.
    pub path: &'a str,
    /// The method in lower case.
    pub verb: &'a str,
}
