//! Rights in a part of a cluster, in one word.

use iam_core::access_entry::{Attributes, Resource, Rule};

/// How far rights go in a part of a cluster, in one word and what it hides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Access {
    /// The word.
    pub level: Level,
    /// Whether secrets can be read, and so the tokens and passwords in them.
    pub reads_secrets: bool,
}

/// How far rights go; each includes what stands before it in spirit, if not in every rule.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// Nothing, or what everybody may: to ask about oneself.
    None,
    /// Something that is less than to look at pods.
    Some,
    /// To look at pods.
    View,
    /// To run code: to start pods, or to get into them.
    Edit,
    /// To give rights to others, or to act as others.
    Admin,
    /// Everything.
    Everything,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Some => "some",
            Self::View => "view",
            Self::Edit => "edit",
            Self::Admin => "admin",
            Self::Everything => "everything",
        }
    }
}

impl Access {
    /// All there is.
    pub const EVERYTHING: Self = Self {
        level: Level::Everything,
        reads_secrets: true,
    };

    /// None.
    pub const NONE: Self = Self {
        level: Level::None,
        reads_secrets: false,
    };

    /// What rules come to together: each question is answered by a single one of them, so rights
    /// from several places go as far as the farthest.
    #[must_use]
    pub fn of(rules: &[Rule]) -> Self {
        let allows = |probe: &Probe| rules.iter().any(|rule| rule.allows(&probe.attributes()));
        let any = |probes: &[Probe]| probes.iter().any(allows);
        let level = if any(&EVERYTHING) {
            Level::Everything
        } else if any(&ADMIN) {
            Level::Admin
        } else if any(&EDIT) {
            Level::Edit
        } else if any(&VIEW) {
            Level::View
        } else if rules.iter().any(is_something) {
            Level::Some
        } else {
            Level::None
        };
        Self {
            level,
            reads_secrets: any(&SECRETS),
        }
    }

    /// The two together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            level: self.level.max(other.level),
            reads_secrets: self.reads_secrets || other.reads_secrets,
        }
    }

    /// The same for people: `view, reads secrets`.
    #[must_use]
    pub fn told(self) -> String {
        let word = self.level.word();
        match self.level {
            Level::Everything => word.to_owned(),
            _ if self.reads_secrets => format!("{word}, reads secrets"),
            Level::None | Level::Some | Level::View | Level::Edit | Level::Admin => word.to_owned(),
        }
    }
}

/// Whether the rule allows more than to ask about oneself.
fn is_something(rule: &Rule) -> bool {
    match rule {
        Rule::Resource(rule) => {
            let mut groups = rule.api_groups.iter();
            groups.any(|group| !ABOUT_ONESELF.contains(&group.as_str()))
        }
        Rule::NonResource(_) => false,
    }
}

/// A verb on a resource of a group.
struct Probe(&'static str, &'static str, &'static str);

impl Probe {
    fn attributes(&self) -> Attributes<'static> {
        let (resource, subresource) = self.2.split_once('/').unwrap_or((self.2, ""));
        Attributes::Resource(Resource {
            verb: self.0,
            group: self.1,
            resource,
            subresource,
            ..Resource::default()
        })
    }
}

const RBAC: &str = "rbac.authorization.k8s.io";
/// What stands for all stands for nothing less.
const EVERYTHING: [Probe; 1] = [Probe("*", "*", "*")];
/// Who may write a binding, or what is bound already, gives rights; RBAC holds back only those that
/// the giver lacks.
const ADMIN: [Probe; 10] = [
    Probe("create", RBAC, "rolebindings"),
    Probe("update", RBAC, "rolebindings"),
    Probe("patch", RBAC, "rolebindings"),
    Probe("create", RBAC, "clusterrolebindings"),
    Probe("update", RBAC, "clusterrolebindings"),
    Probe("patch", RBAC, "clusterrolebindings"),
    Probe("escalate", RBAC, "roles"),
    Probe("escalate", RBAC, "clusterroles"),
    Probe("impersonate", "", "users"),
    Probe("impersonate", "", "groups"),
];
const EDIT: [Probe; 17] = [
    Probe("create", "", "pods"),
    Probe("create", "", "pods/exec"),
    Probe("create", "", "pods/attach"),
    Probe("update", "", "pods/ephemeralcontainers"),
    Probe("patch", "", "pods/ephemeralcontainers"),
    Probe("create", "", "replicationcontrollers"),
    Probe("create", "apps", "deployments"),
    Probe("update", "apps", "deployments"),
    Probe("patch", "apps", "deployments"),
    Probe("create", "apps", "statefulsets"),
    Probe("update", "apps", "statefulsets"),
    Probe("patch", "apps", "statefulsets"),
    Probe("create", "apps", "daemonsets"),
    Probe("update", "apps", "daemonsets"),
    Probe("patch", "apps", "daemonsets"),
    Probe("create", "batch", "jobs"),
    Probe("create", "batch", "cronjobs"),
];
const VIEW: [Probe; 2] = [Probe("list", "", "pods"), Probe("get", "", "pods")];
const SECRETS: [Probe; 3] = [
    Probe("get", "", "secrets"),
    Probe("list", "", "secrets"),
    Probe("watch", "", "secrets"),
];
const ABOUT_ONESELF: [&str; 2] = ["authorization.k8s.io", "authentication.k8s.io"];
