//! What was registered and issued: keys and whose they are, roles, MFA devices, identity tokens.

use std::collections::{BTreeSet, HashMap};
use std::time::SystemTime;

use super::caller::Caller;
use super::role::Role;
use super::web_identity::WebIdentity;
use crate::support::keys::Keys;
use crate::support::scan::Secrets;

pub(super) struct Ledger {
    secrets: Secrets,
    keys: HashMap<String, Record>,
    /// By ARN.
    pub(super) roles: HashMap<String, Role>,
    /// By serial number.
    pub(super) devices: HashMap<String, Device>,
    /// By token.
    pub(super) web_identities: HashMap<String, WebIdentity>,
}

#[derive(Clone)]
pub(super) struct Record {
    pub(super) keys: Keys,
    pub(super) caller: Caller,
    pub(super) session: Session,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Session {
    Valid,
    Until(SystemTime),
    Expired,
}

/// An MFA device: whose it is, and its codes that were not used yet.
pub(super) struct Device {
    pub(super) owner: String,
    pub(super) codes: BTreeSet<String>,
}

impl Session {
    pub(super) fn is_over(self, now: SystemTime) -> bool {
        match self {
            Self::Valid => false,
            Self::Until(end) => end <= now,
            Self::Expired => true,
        }
    }
}

impl Ledger {
    pub(super) fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            keys: HashMap::new(),
            roles: HashMap::new(),
            devices: HashMap::new(),
            web_identities: HashMap::new(),
        }
    }

    pub(super) fn insert(&mut self, keys: Keys, caller: Caller, session: Session) {
        self.secrets
            .add("secret access key", &keys.secret_access_key);
        if let Some(token) = &keys.session_token {
            self.secrets.add("session token", token);
        }
        let id = keys.access_key_id.clone();
        self.keys.insert(
            id,
            Record {
                keys,
                caller,
                session,
            },
        );
    }

    pub(super) fn get(&self, access_key_id: &str) -> Option<Record> {
        self.keys.get(access_key_id).cloned()
    }

    pub(super) fn remove(&mut self, access_key_id: &str) {
        self.keys.remove(access_key_id);
    }

    pub(super) fn expire(&mut self, access_key_id: &str) {
        if let Some(record) = self.keys.get_mut(access_key_id) {
            record.session = Session::Expired;
        }
    }
}
