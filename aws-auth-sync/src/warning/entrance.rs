//! The other way into a cluster: access entries of EKS, which win over aws-auth (C09), or are all
//! that counts (C08).

use std::collections::HashMap;

use iam_aws::eks::AuthenticationMode;
use iam_core::aws_auth::Identity;
use iam_core::principal::{Principal, PrincipalKey};

use super::{Code, Warning};
use crate::access_entries::AccessEntries;
use crate::merge::Change;

/// What is known of access entries: nothing, unless files tell of them or EKS was asked.
#[derive(Clone, Debug, Default)]
pub struct Entrance {
    asked: Option<(String, AuthenticationMode)>,
    /// Where the access entry of each principal was found.
    places: HashMap<PrincipalKey, String>,
}

impl Entrance {
    /// What files tell.
    #[must_use]
    pub fn of_files(entries: &AccessEntries) -> Self {
        let placed = entries.entries().iter().map(|placed| {
            let line = placed.entry.position().line;
            (placed.entry.key(), format!("{}:{line}", placed.file))
        });
        Self {
            asked: None,
            places: placed.collect(),
        }
    }

    /// Adds what EKS tells of a cluster: by what it admits callers, and the principals that have an
    /// access entry.
    #[must_use]
    pub fn and_eks(
        mut self,
        cluster: &str,
        mode: AuthenticationMode,
        principals: &[String],
    ) -> Self {
        self.asked = Some((cluster.to_owned(), mode));
        // What is no user or role here is none of aws-auth either.
        let principals = principals.iter().filter_map(|arn| arn.parse().ok());
        let keys = principals.map(|principal: Principal| principal.key());
        self.places.extend(keys.map(|key| (key, "EKS".to_owned())));
        self
    }

    /// C08: nothing that aws-auth says counts.
    pub(super) fn ignored(&self) -> Option<Warning> {
        let (cluster, mode) = self.asked.as_ref()?;
        (*mode == AuthenticationMode::Api).then(|| {
            let message = format!(
                "cluster {cluster} admits callers by access entries alone (authentication mode \
                 API): nothing that aws-auth says counts"
            );
            Warning::new(Code::Ignored, message)
        })
    }

    /// C09: what aws-auth says of this principal does not count.
    pub(super) fn shadowed(&self, change: &Change) -> Option<Warning> {
        match self.asked {
            // Said of all at once, or no access entry counts.
            Some((_, AuthenticationMode::Api | AuthenticationMode::ConfigMap)) => return None,
            Some((_, AuthenticationMode::ApiAndConfigMap)) | None => {}
        }
        if self.places.is_empty() {
            return None;
        }
        let entry = change.entry();
        let (Identity::Role { arn } | Identity::User { arn }) = &entry.identity else {
            return None;
        };
        let place = self.places.get(&PrincipalKey::of_mapped_arn(arn).ok()?)?;
        let message = format!(
            "{} {} has an access entry ({place}), which wins: what aws-auth says of it has no \
             effect",
            change.section(),
            entry.name().escape_default(),
        );
        Some(Warning::new(Code::Shadowed, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::Meaning;
    use crate::merge::{Action, Reason};
    use crate::warning::check;

    const ARN: &str = "arn:aws:iam::111122223333";

    fn change(identity: Identity) -> Change {
        Change {
            action: Action::Remove(Meaning {
                identity,
                username: String::new(),
                groups: Vec::new(),
            }),
            reason: Reason::Undeclared,
            place: None,
            indices: vec![0],
        }
    }

    fn changes() -> Vec<Change> {
        let role = |name: &str| Identity::Role {
            arn: format!("{ARN}:role/{name}"),
        };
        let user = Identity::User {
            arn: format!("{ARN}:user/team/ann"),
        };
        let account = Identity::Account {
            id: "111122223333".into(),
        };
        [role("Dev"), role("ops"), user, account].map(change).into()
    }

    fn told(entrance: &Entrance) -> Vec<String> {
        let warnings = check(&changes(), None, entrance);
        warnings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_principal_with_an_access_entry_is_told_by_its_path_free_key() {
        let principals = ["role/team/dev", "user/team/ann", "user/ann"];
        let principals = principals.map(|name| format!("{ARN}:{name}"));
        let shadowed = |what: &str| {
            format!(
                "C09: {what} has an access entry (EKS), which wins: what aws-auth says of it has \
                 no effect"
            )
        };
        let in_mode = |mode| told(&Entrance::default().and_eks("demo", mode, &principals));
        let both = [
            shadowed(&format!("mapRoles {ARN}:role/dev")),
            shadowed(&format!("mapUsers {ARN}:user/team/ann")),
        ];
        assert_eq!(in_mode(AuthenticationMode::ApiAndConfigMap), both);
        assert_eq!(in_mode(AuthenticationMode::ConfigMap), [""; 0]);
        let ignored = "C08: cluster demo admits callers by access entries alone (authentication \
                       mode API): nothing that aws-auth says counts";
        assert_eq!(in_mode(AuthenticationMode::Api), [ignored]);
        assert_eq!(told(&Entrance::default()), [""; 0]);
    }
}
