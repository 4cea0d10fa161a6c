//! Roles: who may assume them, and on which conditions.

use std::time::Duration;

use super::caller::Caller;
use crate::support::keys::unguessable_id;

/// A role to be registered. Nobody may assume it until it trusts somebody.
#[derive(Clone, Debug)]
pub struct Role {
    account: String,
    /// With its path: `team/dev`.
    name: String,
    unique_id: String,
    principals: Vec<String>,
    subjects: Vec<String>,
    external_id: Option<String>,
    mfa: Mfa,
    max_duration: Duration,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mfa {
    Demanded,
    NotDemanded,
}

impl Role {
    /// A role of an account; `name` may begin with a path. Sessions last an hour at most.
    pub fn new(account: &str, name: &str) -> Self {
        Self {
            account: account.to_owned(),
            name: name.to_owned(),
            unique_id: format!("AROA{}", unguessable_id(17)),
            principals: Vec::new(),
            subjects: Vec::new(),
            external_id: None,
            mfa: Mfa::NotDemanded,
            max_duration: Duration::from_secs(3600),
        }
    }

    /// Trusts a principal: the ARN of a user, a role or the root of an account.
    pub fn trusts(mut self, arn: &str) -> Self {
        self.principals.push(arn.to_owned());
        self
    }

    /// Trusts a subject of the identity provider: `system:serviceaccount:default:app`.
    pub fn trusts_subject(mut self, subject: &str) -> Self {
        self.subjects.push(subject.to_owned());
        self
    }

    /// Demands an external id.
    pub fn external_id(mut self, external_id: &str) -> Self {
        self.external_id = Some(external_id.to_owned());
        self
    }

    /// Demands a code of a device.
    pub fn demands_mfa(mut self) -> Self {
        self.mfa = Mfa::Demanded;
        self
    }

    /// Lets sessions last longer, up to twelve hours.
    pub fn max_duration(mut self, duration: Duration) -> Self {
        self.max_duration = duration;
        self
    }

    /// `arn:aws:iam::111122223333:role/team/dev`.
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:role/{}", self.account, self.name)
    }

    /// A session of it.
    pub(super) fn session(&self, session_name: &str) -> Caller {
        let name = self.name.rsplit('/').next().unwrap_or_default();
        Caller {
            user_id: format!("{}:{session_name}", self.unique_id),
            ..Caller::assumed_role(&self.account, name, session_name)
        }
    }

    pub(super) fn longest(&self) -> Duration {
        self.max_duration
    }

    /// A session counts as its role, and everybody as his account.
    pub(super) fn trusts_caller(&self, caller: &Caller, role_of_caller: Option<&str>) -> bool {
        let root = Caller::root(&caller.account).arn;
        self.principals
            .iter()
            .any(|arn| *arn == caller.arn || *arn == root || Some(arn.as_str()) == role_of_caller)
    }

    pub(super) fn trusts_web_identity(&self, subject: &str) -> bool {
        self.subjects.iter().any(|trusted| trusted == subject)
    }

    pub(super) fn takes_external_id(&self, given: Option<&str>) -> bool {
        self.external_id.is_none() || self.external_id.as_deref() == given
    }

    pub(super) fn is_content_with(&self, has_mfa: bool) -> bool {
        has_mfa || self.mfa == Mfa::NotDemanded
    }
}
