//! What each owner has written into aws-auth: annotations on the object itself, one an owner.
//!
//! `aws-auth-sync/owned.OWNER` holds a JSON object: `version`, `owner`, the sections that the owner
//! made (`made`), and under `entries` for each entry of the owner the digest of its key and that of
//! its values. 7,000 entries take 210 KB of the 256 KiB that an object has for annotations.

use std::collections::{BTreeMap, BTreeSet};

use iam_core::aws_auth::Section;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::digest::Digest;
use crate::owner::Owner;

/// What one owner has written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    owner: Owner,
    made: BTreeSet<Section>,
    entries: BTreeMap<Digest, Digest>,
}

/// A record that says nothing for certain. It is never taken for one of nothing.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("the annotation {annotation} of aws-auth is no record that this version reads: {reason}")]
pub struct RecordError {
    annotation: String,
    reason: &'static str,
}

impl Record {
    /// The record of an owner who has written nothing.
    #[must_use]
    pub fn new(owner: &Owner) -> Self {
        Self {
            owner: owner.clone(),
            made: BTreeSet::new(),
            entries: BTreeMap::new(),
        }
    }

    /// Whose it is.
    #[must_use]
    pub const fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The digest of the values that the owner wrote under the key of this digest.
    #[must_use]
    pub fn written(&self, key: Digest) -> Option<Digest> {
        self.entries.get(&key).copied()
    }

    /// The digests of all keys, each with that of its values.
    pub fn entries(&self) -> impl Iterator<Item = (Digest, Digest)> {
        self.entries.iter().map(|(key, values)| (*key, *values))
    }

    /// Whether the owner made a section.
    #[must_use]
    pub fn has_made(&self, section: Section) -> bool {
        self.made.contains(&section)
    }

    pub(crate) fn own(&mut self, key: Digest, values: Digest) {
        self.entries.insert(key, values);
    }

    pub(crate) fn release(&mut self, key: Digest) -> bool {
        self.entries.remove(&key).is_some()
    }

    pub(crate) fn make(&mut self, section: Section) {
        self.made.insert(section);
    }

    pub(crate) fn unmake(&mut self, section: Section) {
        self.made.remove(&section);
    }

    /// The record without what led from `before` to `after`; what its owner has written since
    /// stays.
    #[must_use]
    pub(crate) fn undone(mut self, before: &Self, after: &Self) -> Self {
        for key in before.entries.keys().chain(after.entries.keys()) {
            let (old, new) = (before.entries.get(key), after.entries.get(key));
            if old == new || self.entries.get(key) != new {
                continue;
            }
            match old {
                Some(values) => self.entries.insert(*key, *values),
                None => self.entries.remove(key),
            };
        }
        for section in Section::ALL {
            match (before.has_made(section), after.has_made(section)) {
                (true, false) => self.make(section),
                (false, true) => self.unmake(section),
                (true, true) | (false, false) => {}
            }
        }
        self
    }

    /// The annotation's key.
    #[must_use]
    pub fn annotation(&self) -> String {
        format!("{PREFIX}{}", self.owner)
    }

    /// The annotation's value; none where there is nothing to say.
    #[must_use]
    pub fn value(&self) -> Option<String> {
        let Self {
            owner,
            made,
            entries,
        } = self;
        let pair = |(key, values): (&Digest, &Digest)| (key.text(), values.text());
        let value = Value {
            version: VERSION,
            owner: owner.to_string(),
            made: made
                .iter()
                .map(|section| section.key().to_owned())
                .collect(),
            entries: entries.iter().map(pair).collect(),
        };
        let is_empty = made.is_empty() && entries.is_empty();
        // Texts and a number have a JSON form.
        serde_json::to_string(&value).ok().filter(|_| !is_empty)
    }

    fn parse(owner: &str, text: &str) -> Result<Self, &'static str> {
        let Version { version } = serde_json::from_str(text).map_err(|_| "it is not such JSON")?;
        if version != VERSION {
            return Err("it is of another version");
        }
        let value: Value = serde_json::from_str(text).map_err(|_| "it is not such JSON")?;
        if value.owner != owner {
            return Err("it names another owner");
        }
        let section = |key: &String| Section::ALL.into_iter().find(|found| found.key() == key);
        let made: Option<_> = value.made.iter().map(section).collect();
        let digests = value.entries.iter().map(|(key, values)| {
            let pair = (key.parse().ok()?, values.parse().ok()?);
            Some(pair)
        });
        let entries: Option<_> = digests.collect();
        Ok(Self {
            owner: owner.parse().map_err(|_| "its owner has no such name")?,
            made: made.ok_or("it names no such section")?,
            entries: entries.ok_or("its entries are no digests")?,
        })
    }
}

/// The records of all owners.
///
/// # Errors
/// When one of them cannot be read.
pub fn records(annotations: &BTreeMap<String, String>) -> Result<Vec<Record>, RecordError> {
    let mut records = Vec::new();
    for (annotation, text) in annotations {
        if let Some(owner) = annotation.strip_prefix(PREFIX) {
            let record = Record::parse(owner, text).map_err(|reason| RecordError {
                annotation: annotation.clone(),
                reason,
            })?;
            records.push(record);
        }
    }
    Ok(records)
}

impl RecordError {
    /// What a person can do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        format!(
            "kubectl annotate configmap aws-auth -n kube-system {}- forgets it; the owner's next \
             apply --adopt makes it anew",
            self.annotation,
        )
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Value {
    version: u32,
    owner: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    made: Vec<String>,
    entries: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

const VERSION: u32 = 2;
const PREFIX: &str = "aws-auth-sync/owned.";

#[cfg(test)]
mod tests {
    use iam_core::aws_auth::Identity;

    use super::*;
    use crate::digest::digest;
    use crate::key::Key;

    fn account(id: &str) -> Key {
        Key::of(&Identity::Account { id: id.into() })
    }

    fn record() -> Record {
        let mut record = Record::new(&"platform".parse().unwrap());
        record.make(Section::MapAccounts);
        record.own(account("111122223333").digest(), digest(["v"]));
        record
    }

    #[test]
    fn a_record_is_read_as_it_is_written() {
        let record = record();
        let annotations = BTreeMap::from([
            (record.annotation(), record.value().unwrap()),
            ("kubectl.kubernetes.io/x".to_owned(), "y".to_owned()),
        ]);
        assert_eq!(records(&annotations), Ok(vec![record.clone()]));
        assert_eq!(record.annotation(), "aws-auth-sync/owned.platform");
        assert_eq!(
            record.written(account("111122223333").digest()),
            Some(digest(["v"]))
        );
        assert_eq!(record.written(account("444455556666").digest()), None);
    }

    #[test]
    fn a_record_of_nothing_is_none() {
        let mut record = record();
        assert!(record.release(account("111122223333").digest()));
        assert!(!record.release(account("111122223333").digest()));
        record.unmake(Section::MapAccounts);
        assert_eq!(record.value(), None);
    }

    #[test]
    fn a_record_that_cannot_be_read_is_an_error_and_no_empty_one() {
        let value = record().value().unwrap();
        let table = [
            (String::new(), "it is not such JSON"),
            ("{}".to_owned(), "it is not such JSON"),
            (
                value.replace("\"entries\"", "\"others\""),
                "it is not such JSON",
            ),
            (value.replace(":2,", ":1,"), "it is of another version"),
            (
                "{\"version\":3,\"new\":[]}".to_owned(),
                "it is of another version",
            ),
            (value.replace("platform", "other"), "it names another owner"),
            (
                value.replace("mapAccounts", "maps"),
                "it names no such section",
            ),
            (
                value.replace(&digest(["v"]).to_string(), "v"),
                "its entries are no digests",
            ),
        ];
        for (text, reason) in table {
            let annotation = record().annotation();
            let found = records(&BTreeMap::from([(annotation.clone(), text.clone())]));
            assert_eq!(found, Err(RecordError { annotation, reason }), "{text}");
        }
    }

    #[test]
    fn seven_thousand_entries_have_room() {
        let mut record = record();
        for number in 0..7_000 {
            record.own(digest(["k", &number.to_string()]), digest(["v"]));
        }
        assert!(record.value().unwrap().len() < 220_000);
    }
}
