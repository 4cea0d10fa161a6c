//! The record that this tool leaves on the aws-auth it writes: who owns it, and a hash of what was
//! written, so that a later run can tell its own work from anybody else's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::owner::Owner;
use crate::render::Data;

/// The annotation of one owner: `aws-auth-sync/owned.OWNER`, a JSON object.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    owner: Owner,
    hash: String,
}

impl Record {
    /// The record of an owner who wrote `data`, all of it.
    #[must_use]
    pub fn new(owner: &Owner, data: &Data) -> Self {
        Self {
            owner: owner.clone(),
            hash: hash(data),
        }
    }

    /// The annotation's key.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{PREFIX}{}", self.owner)
    }

    /// The annotation's value.
    #[must_use]
    pub fn value(&self) -> String {
        let Self { owner, hash } = self;
        let value = Value {
            version: VERSION,
            owner: owner.to_string(),
            data: hash.clone(),
        };
        // A struct of two texts and a number has a JSON form.
        serde_json::to_string(&value).unwrap_or_default()
    }
}

/// What the annotations of an aws-auth say about its data.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ownership {
    /// The owner wrote it, and it is still what was written.
    Ours,
    /// The owner wrote it, and it has been changed since.
    Changed,
    /// Other owners wrote it with this tool.
    Others(Vec<String>),
    /// This tool did not write it, or its record is lost.
    Foreign,
}

impl Ownership {
    /// Reads the annotations for `owner`.
    #[must_use]
    pub fn of(owner: &Owner, annotations: &BTreeMap<String, String>, data: &Data) -> Self {
        let mut others = Vec::new();
        let mut ours = None;
        for (key, value) in annotations {
            match key.strip_prefix(PREFIX) {
                Some(name) if name == owner.as_str() => ours = Some(value),
                Some(name) => others.push(name.to_owned()),
                None => {}
            }
        }
        match ours {
            _ if !others.is_empty() => Self::Others(others),
            None => Self::Foreign,
            Some(value) if is_record_of(value, owner, data) => Self::Ours,
            Some(_) => Self::Changed,
        }
    }
}

fn is_record_of(text: &str, owner: &Owner, data: &Data) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|value| {
        let Value {
            version,
            owner: name,
            data: hashed,
        } = value;
        version == VERSION && name == owner.as_str() && hashed == hash(data)
    })
}

/// SHA-256 over every key and value, each after its length, in the order of the keys.
fn hash(data: &Data) -> String {
    let mut digest = Sha256::new();
    for text in data.iter().flat_map(|(key, value)| [key, value]) {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    let hex: String = digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}

#[derive(Deserialize, Serialize)]
struct Value {
    version: u32,
    owner: String,
    data: String,
}

const VERSION: u32 = 1;
const PREFIX: &str = "aws-auth-sync/owned.";

#[cfg(test)]
mod tests {
    use super::*;

    fn data(pairs: &[(&str, &str)]) -> Data {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_record_names_the_owner_and_a_hash() {
        let record = Record::new(&"platform".parse().unwrap(), &data(&[]));
        assert_eq!(record.key(), "aws-auth-sync/owned.platform");
        assert_eq!(
            record.value(),
            "{\"version\":1,\"owner\":\"platform\",\"data\":\"sha256:\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}",
        );
    }

    #[test]
    fn tells_its_own_work_from_anybody_elses() {
        let owner: Owner = "platform".parse().unwrap();
        let written = data(&[("mapRoles", "- a\n"), ("mapUsers", "- b\n")]);
        let record = Record::new(&owner, &written);
        let other = Record::new(&"other".parse().unwrap(), &written);
        let pair = |record: &Record| (record.key(), record.value());
        let garbled = (record.key(), "{}".to_owned());
        let older = (record.key(), record.value().replace(":1,", ":0,"));
        let renamed = (record.key(), other.value());
        let unrelated = ("kubectl.kubernetes.io/x".to_owned(), "y".to_owned());
        let table = [
            (vec![pair(&record)], &written, Ownership::Ours),
            (
                vec![pair(&record), unrelated.clone()],
                &written,
                Ownership::Ours,
            ),
            (vec![unrelated], &written, Ownership::Foreign),
            (vec![], &written, Ownership::Foreign),
            (
                vec![pair(&other)],
                &written,
                Ownership::Others(vec!["other".to_owned()]),
            ),
            (
                vec![pair(&record), pair(&other)],
                &written,
                Ownership::Others(vec!["other".to_owned()]),
            ),
            (vec![garbled], &written, Ownership::Changed),
            (vec![older], &written, Ownership::Changed),
            (vec![renamed], &written, Ownership::Changed),
            (
                vec![pair(&record)],
                &data(&[("mapRoles", "- a\n")]),
                Ownership::Changed,
            ),
            (
                vec![pair(&record)],
                &data(&[("mapRoles", "- a\nmapUsers- b\n")]),
                Ownership::Changed,
            ),
        ];
        for (annotations, live, expected) in table {
            let annotations = annotations.into_iter().collect();
            assert_eq!(
                Ownership::of(&owner, &annotations, live),
                expected,
                "{annotations:?}"
            );
        }
    }
}
