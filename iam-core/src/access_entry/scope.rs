//! Where in a cluster a bound policy counts.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Attributes;

/// Where in a cluster a bound policy counts.
///
/// <https://docs.aws.amazon.com/eks/latest/APIReference/API_AccessScope.html>
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AccessScope {
    /// Everywhere.
    Cluster,
    /// In namespaces alone.
    Namespaces(Vec<NamespacePattern>),
}

/// A namespace, or all whose names begin alike: `dev`, `dev-*`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct NamespacePattern {
    start: String,
    wildcard: bool,
}

/// A text that names no namespaces.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error(
    "a namespace is of up to 63 lower-case letters, digits and dashes, with one * at most, at its end"
)]
pub struct NamespacePatternError;

/// The part of a scope that a request falls into: `the cluster`, `the namespaces dev-*`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach<'a> {
    /// All of it.
    Cluster,
    /// One item of its list.
    Namespaces(&'a NamespacePattern),
}

impl AccessScope {
    /// By which part of this scope a request is covered, if it is.
    #[must_use]
    pub fn reach(&self, attributes: &Attributes<'_>) -> Option<Reach<'_>> {
        match (self, attributes) {
            (Self::Cluster, _) => Some(Reach::Cluster),
            (Self::Namespaces(patterns), Attributes::Resource(request)) => patterns
                .iter()
                .find(|pattern| !request.namespace.is_empty() && pattern.matches(request.namespace))
                .map(Reach::Namespaces),
            (Self::Namespaces(_), Attributes::NonResource(_)) => None,
        }
    }
}

impl fmt::Display for Reach<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster => f.write_str("the cluster"),
            Self::Namespaces(pattern) if pattern.wildcard => write!(f, "the namespaces {pattern}"),
            Self::Namespaces(pattern) => write!(f, "the namespace {pattern}"),
        }
    }
}

impl NamespacePattern {
    /// Whether it names this namespace.
    #[must_use]
    pub fn matches(&self, namespace: &str) -> bool {
        match self.wildcard {
            true => namespace.starts_with(&self.start),
            false => namespace == self.start,
        }
    }
}

impl FromStr for NamespacePattern {
    type Err = NamespacePatternError;

    fn from_str(text: &str) -> Result<Self, NamespacePatternError> {
        let (start, wildcard) = match text.strip_suffix('*') {
            Some(start) => (start, true),
            None => (text, false),
        };
        let is_label =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let whole = wildcard || (!start.is_empty() && !start.ends_with('-'));
        if start.len() > 63 || start.starts_with('-') || !start.bytes().all(is_label) || !whole {
            return Err(NamespacePatternError);
        }
        Ok(Self {
            start: start.to_owned(),
            wildcard,
        })
    }
}

impl fmt::Display for NamespacePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start)?;
        match self.wildcard {
            true => f.write_str("*"),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NonResource, Resource};
    use super::*;

    #[test]
    fn a_pattern_is_a_name_or_the_beginning_of_names() {
        for (text, namespace, expected) in [
            ("dev", "dev", true),
            ("dev", "dev-a", false),
            ("dev-*", "dev-a", true),
            ("dev-*", "dev-", true),
            ("dev-*", "dev", false),
            ("*", "anything", true),
        ] {
            let pattern: NamespacePattern = text.parse().unwrap();
            assert_eq!(pattern.to_string(), text);
            assert_eq!(pattern.matches(namespace), expected, "{text} {namespace}");
        }
        let long = "a".repeat(64);
        for text in ["", "-a", "a-", "Dev", "a b", "*a", "a*b", "a**", "é", &long] {
            assert_eq!(
                text.parse::<NamespacePattern>(),
                Err(NamespacePatternError),
                "{text}"
            );
        }
    }

    #[test]
    fn a_scope_of_namespaces_reaches_neither_the_cluster_nor_paths() {
        let scope = AccessScope::Namespaces(vec!["*".parse().unwrap()]);
        let within = |namespace| {
            Attributes::Resource(Resource {
                namespace,
                ..Resource::default()
            })
        };
        let path = Attributes::NonResource(NonResource::default());
        for (attributes, in_cluster, in_namespaces) in [
            (within("a"), Some("the cluster"), Some("the namespaces *")),
            (within(""), Some("the cluster"), None),
            (path, Some("the cluster"), None),
        ] {
            let reach = |scope: &AccessScope| scope.reach(&attributes).map(|r| r.to_string());
            assert_eq!(reach(&AccessScope::Cluster).as_deref(), in_cluster);
            assert_eq!(reach(&scope).as_deref(), in_namespaces, "{attributes:?}");
        }
    }
}
