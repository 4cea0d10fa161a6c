//! The native format, written.

use iam_core::aws_auth::{Identity, Section};
use iam_core::yaml::scalar11::quoted;
use serde::Serialize;

use super::Export;
use crate::meaning::Meaning;
use crate::render;
use crate::source::{API_VERSION, Declared, KIND};

impl Export {
    /// As YAML; what is left out stands below it in comments.
    #[must_use]
    pub fn yaml(&self) -> String {
        let mut text = format!("apiVersion: {API_VERSION}\nkind: {KIND}\n");
        if let Some(owner) = &self.owner {
            text += &format!("owner: {}\n", quoted(owner.as_str()));
        }
        let data = render::data(&self.entries);
        for (section, key) in LISTS {
            if let Some(list) = data.get(section.key()) {
                text += &format!("{key}:\n{list}");
            }
        }
        if !self.left_out.is_empty() {
            text += "# Not declared here, and left as it is in aws-auth:\n";
        }
        for left in &self.left_out {
            text += &format!("# {left}\n");
        }
        text
    }

    /// As JSON, which has no room for what is left out.
    #[must_use]
    pub fn json(&self) -> String {
        let document = Document {
            api_version: API_VERSION,
            kind: KIND,
            owner: self.owner.as_ref().map(crate::owner::Owner::as_str),
            roles: self.list(Section::MapRoles),
            users: self.list(Section::MapUsers),
            accounts: self.list(Section::MapAccounts),
        };
        iam_cli::json::pretty(&document)
    }

    fn list(&self, section: Section) -> Vec<Item<'_>> {
        let entries = self.entries.iter();
        entries
            .filter(|entry| entry.section() == section)
            .filter_map(Item::new)
            .collect()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    api_version: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    users: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accounts: Vec<Item<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Item<'a> {
    Role {
        rolearn: &'a str,
        username: &'a str,
        groups: &'a [String],
    },
    User {
        userarn: &'a str,
        username: &'a str,
        groups: &'a [String],
    },
    Account(&'a str),
}

impl<'a> Item<'a> {
    fn new(entry: &'a Declared) -> Option<Self> {
        let Meaning {
            identity,
            username,
            groups,
        } = &entry.meaning;
        match identity {
            Identity::Role { arn: rolearn } => Some(Self::Role {
                rolearn,
                username,
                groups,
            }),
            Identity::User { arn: userarn } => Some(Self::User {
                userarn,
                username,
                groups,
            }),
            Identity::Account { id } => Some(Self::Account(id)),
            // Those are left out.
            Identity::Sso { .. } => None,
        }
    }
}

/// The lists and what the native format calls them.
const LISTS: [(Section, &str); 3] = [
    (Section::MapRoles, "roles"),
    (Section::MapUsers, "users"),
    (Section::MapAccounts, "accounts"),
];
