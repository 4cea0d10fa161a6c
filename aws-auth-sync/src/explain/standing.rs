//! Whom each entry lets in, and as whom, before a login fills in what only it knows.

use iam_core::access_entry::PolicyBinding;
use iam_core::account::AccountId;
use iam_core::aws_auth::{Entry, Identity};
use iam_core::principal::{Principal, PrincipalKey};

use super::{By, Caller, Ending, Explanation, near_miss::Reason, of_access_entry, render};
use crate::access_entries::Placed;
use crate::name::Name;
use crate::rbac::Rbac;
use crate::rights::{Rights, User};

/// What an entry makes of whom it names.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// The entry.
    pub by: By<'a>,
    /// Whom it names: an ARN, or all of an account.
    pub principal: String,
    /// The same, however it is spelled.
    pub key: String,
    /// The username; placeholders stay where only a login fills them in.
    pub username: String,
    /// The groups, likewise.
    pub groups: Vec<String>,
    user: User,
}

/// An entry that lets nobody in.
#[derive(Clone, Copy, Debug)]
pub struct Idle<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// Why.
    pub reason: &'static str,
}

impl<'a> Standing<'a> {
    /// What whoever the entry names may do.
    #[must_use]
    pub fn rights(&self, rbac: &'a Rbac) -> Rights<'a> {
        self.user.rights(rbac, self.policies())
    }

    fn policies(&self) -> &'a [PolicyBinding] {
        match self.by {
            By::AwsAuth(_) => &[],
            By::AccessEntry(placed) => placed.entry.policies(),
        }
    }

    fn new(
        by: By<'a>,
        principal: String,
        key: String,
        ending: Ending,
    ) -> Result<Self, &'static str> {
        match ending {
            Ending::Mapped { username, groups } => Ok(Self {
                by,
                principal,
                key,
                user: User::new(&username, groups.iter().map(String::as_str)),
                username,
                groups,
            }),
            Ending::Denied { reason } => Err(reason),
            Ending::Account { .. } | Ending::Unmapped | Ending::Unsupported => Err(NOBODY),
        }
    }

    fn of_account(entry: &'a Entry, account: AccountId) -> Self {
        Self {
            by: By::AwsAuth(entry),
            principal: format!("every user and role of account {account}"),
            key: account.to_string(),
            username: "its own ARN".to_owned(),
            groups: Vec::new(),
            user: User::named(Name::of_account(account), []),
        }
    }
}

impl<'a> Explanation<'a> {
    /// What every entry makes of whom it names, access entries first, and the entries of aws-auth
    /// that let nobody in.
    #[must_use]
    pub fn standings(&self) -> (Vec<Standing<'a>>, Vec<Idle<'a>>) {
        let placed = self.access_entries.entries().iter();
        let mut standings: Vec<Standing<'_>> = placed.filter_map(of_placed).collect();
        let mut idle = Vec::new();
        for entry in &self.combined.document.entries {
            match self.of_entry(entry) {
                Ok(standing) => standings.push(standing),
                Err(reason) => idle.push(Idle { entry, reason }),
            }
        }
        (standings, idle)
    }

    fn of_entry(&self, entry: &'a Entry) -> Result<Standing<'a>, &'static str> {
        if self.consumer.is_overridden(entry) {
            return Err(Reason::Duplicate.told());
        }
        if !self.consumer.is_effective(entry) {
            return Err(NOBODY);
        }
        let principal = entry.identity.to_string();
        let (account, session, key) = match &entry.identity {
            Identity::Account { id } => {
                let account = id.parse().map_err(|_| NOBODY)?;
                return Ok(Standing::of_account(entry, account));
            }
            Identity::Sso { account_id, .. } => {
                let account = account_id.parse().map_err(|_| NOBODY)?;
                (account, render::Session::Unknown, principal.to_lowercase())
            }
            Identity::Role { arn } | Identity::User { arn } => {
                let key = PrincipalKey::of_mapped_arn(arn).map_err(|_| NOBODY)?;
                if self.access_entries.find(&key).is_some() {
                    return Err(Reason::Shadowed.told());
                }
                (key.account(), session(arn), key.to_string())
            }
        };
        let values = render::Values {
            account,
            session,
            access_key_id: None,
        };
        let groups = entry.groups.iter().map(String::as_str);
        let ending = render::names(&entry.username, groups, &values);
        Standing::new(By::AwsAuth(entry), principal, key, ending)
    }
}

fn of_placed(placed: &Placed) -> Option<Standing<'_>> {
    let principal = placed.entry.principal();
    let ending = of_access_entry(&placed.entry, principal, &Caller::default());
    let key = placed.entry.key().to_string();
    Standing::new(By::AccessEntry(placed), principal.to_string(), key, ending).ok()
}

/// What is known of the sessions of an ARN.
fn session(arn: &str) -> render::Session<'static> {
    let principal = arn.to_ascii_lowercase().parse::<Principal>();
    let is_role = principal.is_ok_and(|principal| principal.role_name().is_some());
    if is_role {
        render::Session::Unknown
    } else {
        render::Session::None
    }
}

const NOBODY: &str = "no caller is looked up by it; lint tells why";
