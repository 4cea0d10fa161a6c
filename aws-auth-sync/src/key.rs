//! What an entry of aws-auth is known by, however it is spelled and whoever wrote it.

use iam_core::aws_auth::{Identity, Section};
use iam_core::principal::PrincipalKey;

use crate::digest::{Digest, digest};

/// The list, and in lower case whom the entry is about: the ARN of a role without its path, that of
/// a user with it, an account, or the roles of a permission set.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Key {
    section: Section,
    folded: String,
}

impl Key {
    /// The key of an entry about `identity`.
    #[must_use]
    pub fn of(identity: &Identity) -> Self {
        Self {
            section: identity.section(),
            folded: folded(identity),
        }
    }

    /// The list.
    #[must_use]
    pub const fn section(&self) -> Section {
        self.section
    }

    /// Whom it is about, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.folded
    }

    /// What a record knows the key by.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest([self.section.key(), &self.folded])
    }
}

/// Whom an entry is about, however it is spelled and in whichever list it stands.
pub(crate) fn folded(identity: &Identity) -> String {
    match identity {
        Identity::Role { arn } | Identity::User { arn } => {
            PrincipalKey::of_mapped_arn(arn).map_or_else(|_| arn.to_lowercase(), |key| key.arn())
        }
        Identity::Sso { .. } | Identity::Account { .. } => identity.to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_principal_has_one_key_in_each_list() {
        let role = |arn: &str| Key::of(&Identity::Role { arn: arn.into() });
        let user = |arn: &str| Key::of(&Identity::User { arn: arn.into() });
        let sso = |partition: Option<&str>| {
            Key::of(&Identity::Sso {
                permission_set_name: "Ops".into(),
                account_id: "111122223333".into(),
                partition: partition.map(str::to_owned),
            })
        };
        let dev = role("arn:aws:iam::111122223333:role/dev");
        assert_eq!(dev, role("arn:aws:iam::111122223333:role/team/DEV"));
        assert_eq!(dev.as_str(), "arn:aws:iam::111122223333:role/dev");
        assert_ne!(dev, user("arn:aws:iam::111122223333:role/dev"));
        let ann = user("arn:aws:iam::111122223333:user/Ops/Ann");
        assert_eq!(ann, user("arn:aws:iam::111122223333:user/ops/ann"));
        assert_ne!(ann, user("arn:aws:iam::111122223333:user/ann"));
        assert_eq!(role("No ARN").as_str(), "no arn");
        assert_eq!(sso(None), sso(Some("aws")));
        assert_ne!(sso(None), sso(Some("aws-cn")));
    }
}
