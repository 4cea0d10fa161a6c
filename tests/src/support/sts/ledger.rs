//! The keys that were issued and whose they are.

use std::collections::HashMap;

use super::caller::Caller;
use crate::support::keys::Keys;

#[derive(Default)]
pub(super) struct Ledger(HashMap<String, Record>);

#[derive(Clone)]
pub(super) struct Record {
    pub(super) keys: Keys,
    pub(super) caller: Caller,
    pub(super) session: Session,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Session {
    Valid,
    Expired,
}

impl Ledger {
    pub(super) fn insert(&mut self, keys: Keys, caller: Caller) {
        let id = keys.access_key_id.clone();
        self.0.insert(
            id,
            Record {
                keys,
                caller,
                session: Session::Valid,
            },
        );
    }

    pub(super) fn get(&self, access_key_id: &str) -> Option<Record> {
        self.0.get(access_key_id).cloned()
    }

    pub(super) fn remove(&mut self, access_key_id: &str) {
        self.0.remove(access_key_id);
    }

    pub(super) fn expire(&mut self, access_key_id: &str) {
        if let Some(record) = self.0.get_mut(access_key_id) {
            record.session = Session::Expired;
        }
    }
}
