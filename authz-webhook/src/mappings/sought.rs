//! Who is looked for.

use iam_core::principal::{Principal, PrincipalKey};

/// A caller, as mappings know one.
#[derive(Clone, Debug)]
pub struct Sought<'a> {
    key: PrincipalKey,
    principal_id: &'a str,
}

impl<'a> Sought<'a> {
    /// A principal and its unique id: `AIDA…`, `AROA…`, without the session.
    #[must_use]
    pub fn new(principal: &Principal, principal_id: &'a str) -> Self {
        Self {
            key: principal.key(),
            principal_id,
        }
    }

    /// What entries with an ARN are found by.
    #[must_use]
    pub fn key(&self) -> &PrincipalKey {
        &self.key
    }

    /// What entries with a unique id are found by.
    #[must_use]
    pub fn principal_id(&self) -> &'a str {
        self.principal_id
    }
}
