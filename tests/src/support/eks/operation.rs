//! Which operation a request is, by its method and path.

use crate::support::sigv4::{Request, percent_decode};

/// An operation, and what its path names.
#[derive(Debug)]
pub(super) enum Operation {
    DescribeCluster {
        cluster: String,
    },
    ListClusters,
    UpdateClusterConfig {
        cluster: String,
    },
    DescribeUpdate {
        cluster: String,
        id: String,
    },
    ListAccessPolicies,
    /// One about the access entries of a cluster.
    Access {
        cluster: String,
        call: Call,
    },
}

/// An operation about access entries.
#[derive(Debug)]
pub(super) enum Call {
    Read(Read),
    Write(Write),
}

#[derive(Debug)]
pub(super) enum Read {
    ListAccessEntries,
    DescribeAccessEntry { principal: String },
    ListAssociatedAccessPolicies { principal: String },
}

#[derive(Debug)]
pub(super) enum Write {
    CreateAccessEntry,
    UpdateAccessEntry { principal: String },
    DeleteAccessEntry { principal: String },
    AssociateAccessPolicy { principal: String },
    DisassociateAccessPolicy { principal: String, policy: String },
}

impl Operation {
    /// None for a request that is no operation of those served here.
    pub(super) fn of(request: &Request) -> Option<Self> {
        let segments: Vec<String> = request.path().split('/').skip(1).map(decoded).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let method = request.method.as_str();
        Some(match (method, segments.as_slice()) {
            ("GET", ["clusters"]) => Self::ListClusters,
            ("GET", ["clusters", cluster]) => Self::DescribeCluster {
                cluster: (*cluster).to_owned(),
            },
            ("POST", ["clusters", cluster, "update-config"]) => Self::UpdateClusterConfig {
                cluster: (*cluster).to_owned(),
            },
            ("GET", ["clusters", cluster, "updates", id]) => Self::DescribeUpdate {
                cluster: (*cluster).to_owned(),
                id: (*id).to_owned(),
            },
            ("GET", ["access-policies"]) => Self::ListAccessPolicies,
            (_, ["clusters", cluster, "access-entries", rest @ ..]) => Self::Access {
                cluster: (*cluster).to_owned(),
                call: Call::of(method, rest)?,
            },
            _ => return None,
        })
    }
}

impl Call {
    fn of(method: &str, rest: &[&str]) -> Option<Self> {
        let Some((principal, rest)) = rest.split_first() else {
            return match method {
                "GET" => Some(Self::Read(Read::ListAccessEntries)),
                "POST" => Some(Self::Write(Write::CreateAccessEntry)),
                _ => None,
            };
        };
        let principal = (*principal).to_owned();
        Some(match (method, rest) {
            ("GET", []) => Self::Read(Read::DescribeAccessEntry { principal }),
            ("POST", []) => Self::Write(Write::UpdateAccessEntry { principal }),
            ("DELETE", []) => Self::Write(Write::DeleteAccessEntry { principal }),
            ("GET", ["access-policies"]) => {
                Self::Read(Read::ListAssociatedAccessPolicies { principal })
            }
            ("POST", ["access-policies"]) => {
                Self::Write(Write::AssociateAccessPolicy { principal })
            }
            ("DELETE", ["access-policies", policy]) => {
                let policy = (*policy).to_owned();
                Self::Write(Write::DisassociateAccessPolicy { principal, policy })
            }
            _ => return None,
        })
    }
}

fn decoded(segment: &str) -> String {
    String::from_utf8_lossy(&percent_decode(segment)).into_owned()
}
