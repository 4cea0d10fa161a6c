//! An aws-auth in a file, as `kubectl get configmap aws-auth -n kube-system -o yaml` writes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use iam_core::aws_auth::{Document, MANIFEST_LIMITS, Manifest, ManifestError, Section};
use iam_core::yaml::edit::{self, Change, EditError, ListChange, MapChange};
use iam_core::yaml::{self, Fresh, Node};
use thiserror::Error;

use crate::desired::sections;
use crate::edit::{Way, after};
use crate::input::Input;
use crate::live::Live;
use crate::meaning::Meaning;
use crate::plan::Plan;
use crate::record::RecordError;

/// A file with an aws-auth in it.
#[derive(Clone, Debug)]
pub struct LiveFile {
    file: Arc<str>,
    text: String,
    /// Among the items of a `List`, where it stands.
    item: Option<usize>,
    /// What it holds.
    pub live: Live,
}

/// Why a file is of no use, or not edited.
#[derive(Debug, Error)]
pub enum LiveFileError {
    /// Not UTF-8.
    #[error("read {file}: this is not UTF-8")]
    Bytes {
        /// The file.
        file: Arc<str>,
    },
    /// No aws-auth is in it.
    #[error("read {file}")]
    Manifest {
        /// The file.
        file: Arc<str>,
        /// Why.
        source: ManifestError,
    },
    /// A record cannot be read.
    #[error("read {file}")]
    Record {
        /// The file.
        file: Arc<str>,
        /// Which.
        source: RecordError,
    },
    /// An edit could damage it.
    #[error("edit {file}")]
    Edit {
        /// The file.
        file: Arc<str>,
        /// What is in the way.
        source: EditError,
    },
    /// It would not be read as it was meant.
    #[error("edit {file}: the consumer of aws-auth would not read what was meant")]
    Misread {
        /// The file.
        file: Arc<str>,
    },
}

impl LiveFileError {
    /// What a person can do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        match self {
            Self::Bytes { .. } => None,
            Self::Manifest { .. } => {
                Some("kubectl get configmap aws-auth -n kube-system -o yaml writes one".to_owned())
            }
            Self::Record { source, .. } => Some(source.remedy()),
            Self::Edit { source, .. } => Some(source.remedy().to_owned()),
            Self::Misread { .. } => {
                Some("aws-auth-sync lint tells what is wrong with it".to_owned())
            }
        }
    }
}

impl LiveFile {
    /// Reads a file.
    ///
    /// # Errors
    /// When it holds no aws-auth, or one with a record that cannot be read.
    pub fn read(input: Input) -> Result<Self, LiveFileError> {
        let Input { file, bytes } = input;
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(LiveFileError::Bytes { file });
        };
        let failed = |source| LiveFileError::Manifest {
            file: Arc::clone(&file),
            source,
        };
        let documents =
            yaml::parse(&text, &MANIFEST_LIMITS).map_err(|error| failed(error.into()))?;
        let object = Manifest::find(&documents).map_err(failed)?;
        let texts = Section::ALL
            .into_iter()
            .zip(Manifest::texts(object).map_err(failed)?);
        let data = texts.filter_map(|(section, text)| Some((section.key().to_owned(), text?)));
        let live = Live::new(data.collect(), &texts_in(object, "annotations"));
        let mut live = live.map_err(|source| LiveFileError::Record {
            file: Arc::clone(&file),
            source,
        })?;
        live.marks.extend(texts_in(object, "labels").into_keys());
        let item = documents.first().and_then(|list| item(list, object));
        Ok(Self {
            file,
            item,
            live,
            text,
        })
    }

    /// The text with a plan carried out.
    ///
    /// # Errors
    /// When it cannot be edited without danger to the rest of it.
    pub fn edited(&self, plan: &Plan) -> Result<String, LiveFileError> {
        let failed = |source| LiveFileError::Edit {
            file: Arc::clone(&self.file),
            source,
        };
        let change = match self.item {
            None => change(plan).into(),
            Some(at) => {
                let items = ListChange::default().change(at, change(plan));
                Change::from(MapChange::default().change("items", items))
            }
        };
        let document = edit::Document::parse(&self.text, &MANIFEST_LIMITS).map_err(failed)?;
        let text = document.edit(&change).map_err(failed)?.into_owned();
        let meant = after(&self.live.data, &plan.edits);
        let found = Manifest::parse(&text).map(|manifest| meanings(&manifest.document));
        if found.is_ok_and(|found| found == meanings(&Document::parse(&sections(&meant)))) {
            Ok(text)
        } else {
            let file = Arc::clone(&self.file);
            Err(LiveFileError::Misread { file })
        }
    }
}

fn change(plan: &Plan) -> MapChange {
    let mut change = MapChange::default();
    if !plan.annotations.is_empty() {
        let annotations = plan.annotations.iter();
        let annotations =
            annotations.fold(MapChange::default(), |change, found| match &found.value {
                Some(value) => change.set(found.key.clone(), Fresh::text(value)),
                None => change.remove(found.key.clone()),
            });
        let metadata = MapChange::default().change("annotations", annotations);
        change = change.change("metadata", metadata);
    }
    let data = plan.edits.iter().fold(MapChange::default(), |data, edit| {
        let key = edit.section.key();
        match &edit.way {
            Way::Splice(inner) => data.change(key, Change::Embedded(inner.clone())),
            Way::Write => data.set(key, edit.fresh()),
            Way::Remove => data.remove(key),
        }
    });
    change.change("data", data)
}

fn meanings(document: &Document) -> Vec<Meaning> {
    document.entries.iter().map(Meaning::from).collect()
}

/// Where the ConfigMap stands among the items of the `List` that the document is.
fn item(document: &Node, object: &Node) -> Option<usize> {
    let items = document.as_mapping()?.get("items")?.as_sequence()?;
    items
        .items
        .iter()
        .position(|item| std::ptr::eq(item, object))
}

/// The annotations or labels of an object.
fn texts_in(object: &Node, key: &str) -> BTreeMap<String, String> {
    let metadata = object
        .as_mapping()
        .and_then(|object| object.get("metadata"));
    let metadata = metadata.and_then(Node::as_mapping);
    let found = metadata.and_then(|metadata| metadata.get(key)?.as_mapping());
    let pairs = found.map_or(&[][..], |found| &found.pairs);
    let texts = pairs.iter().filter_map(|(key, value)| {
        let text = |node: &Node| Some(node.as_scalar()?.text.to_string());
        Some((text(key)?, text(value)?))
    });
    texts.collect()
}
