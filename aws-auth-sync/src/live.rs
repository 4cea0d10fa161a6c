//! The aws-auth that is there.

use std::collections::BTreeMap;

use iam_core::aws_auth::{Document, Section};
use k8s_openapi::api::core::v1::ConfigMap;

use crate::desired::sections;
use crate::owner::Owner;
use crate::record::{Record, RecordError, records};
use crate::render::Data;

/// The aws-auth that is there, or nothing.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// All of its data, keys that nobody reads included.
    pub data: Data,
    /// What the consumer reads.
    pub document: Document,
    /// What each owner has written.
    pub records: Vec<Record>,
    /// The keys of its annotations and labels.
    pub marks: Vec<String>,
}

impl Live {
    /// Reads an object.
    ///
    /// # Errors
    /// When a record among its annotations cannot be read.
    pub fn of(object: &ConfigMap) -> Result<Self, RecordError> {
        let annotations = object.metadata.annotations.clone().unwrap_or_default();
        let labels = object.metadata.labels.iter().flatten();
        let labels = labels.map(|(label, _)| label.clone());
        let data = object.data.clone().unwrap_or_default();
        let mut live = Self::new(data, &annotations)?;
        live.marks.extend(labels);
        Ok(live)
    }

    /// Reads data and annotations.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn new(data: Data, annotations: &BTreeMap<String, String>) -> Result<Self, RecordError> {
        Ok(Self {
            document: Document::parse(&sections(&data)),
            records: records(annotations)?,
            marks: annotations.keys().cloned().collect(),
            data,
        })
    }

    /// The text of a section in which there may be entries: neither absent nor unreadable.
    #[must_use]
    pub fn list(&self, section: Section) -> Option<&str> {
        let text = sections(&self.data).filled(section);
        text.filter(|_| !self.document.is_unreadable(section))
    }

    /// What an owner has written.
    #[must_use]
    pub fn record(&self, owner: &Owner) -> Option<&Record> {
        self.records.iter().find(|record| record.owner() == owner)
    }
}
