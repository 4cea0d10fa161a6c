//! From a text to what its documents declare.

mod foreign;
mod manifest;
mod native;
mod reader;

use std::sync::Arc;

use glob::Pattern;
use iam_core::account::AccountId;
use iam_core::aws_auth::Section;
use iam_core::yaml::{Mapping, Node, Position};

use crate::finding::{Finding, Place};
use crate::input::Input;
use crate::meaning::Meaning;
use crate::owner::Owner;
use crate::reading::{Fault, Reading};
use crate::subject;
use reader::Reader;

/// What one document declares.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Source {
    /// Its owner.
    pub owner: Option<Located<Owner>>,
    /// The cluster it is for: an ARN or a server URL.
    pub cluster: Option<Located<String>>,
    /// The accounts its entries may be of.
    pub allowed_accounts: Option<Vec<AccountId>>,
    /// Patterns of ARNs whose entries are never removed.
    pub protect: Vec<Pattern>,
    /// Its entries in order.
    pub entries: Vec<Declared>,
}

/// A value and where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub place: Place,
}

/// An entry of aws-auth that a source declares.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Declared {
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub meaning: Meaning,
}

impl Declared {
    /// The list that the entry belongs to.
    #[must_use]
    pub const fn section(&self) -> Section {
        self.meaning.identity.section()
    }
}

pub(crate) use native::{API_VERSION, KIND};

/// Reads one document in the native format.
pub(crate) fn native_document(
    mapping: &Mapping,
    file: &Arc<str>,
    findings: &mut Vec<Finding>,
) -> Source {
    native::read(mapping, &mut Reader::new(file, findings))
}

/// Reads the documents of an input. Empty documents are passed over; what is wrong is added to
/// `findings`.
pub fn parse(input: &Input, findings: &mut Vec<Finding>) -> Vec<Source> {
    read(&Reading::from(input), findings)
}

/// The same of an input that is read already.
pub(crate) fn read(reading: &Reading<'_>, findings: &mut Vec<Finding>) -> Vec<Source> {
    let input = reading.input;
    let mut reader = Reader::new(&input.file, findings);
    match &reading.documents {
        Ok(documents) => {
            let filled = documents
                .iter()
                .filter(|document| !reader::is_null(document));
            filled
                .filter_map(|document| dispatch(document, documents, reading, &mut reader))
                .collect()
        }
        Err(Fault::NotUtf8(offset)) => {
            reader.error(position_after(&input.bytes, *offset), "this is not UTF-8");
            Vec::new()
        }
        Err(Fault::Yaml(error)) => {
            let position = error.position().unwrap_or(Position::START);
            reader.error(position, reader::without_position(error));
            Vec::new()
        }
    }
}

/// Reads one of the documents of a file.
fn dispatch(
    document: &Node,
    documents: &[Node],
    reading: &Reading<'_>,
    reader: &mut Reader<'_>,
) -> Option<Source> {
    let mapping = reader.mapping(document, "a document")?;
    let mut word = |key: &str| match mapping.get(key) {
        Some(node) => reader.text(node, key),
        None => {
            let message = format!("the document has no {key}");
            reader.error_with_hint(document.position, message, KINDS);
            None
        }
    };
    let (version, kind) = (word("apiVersion")?, word("kind")?);
    match (version.as_str(), kind.as_str()) {
        (native::API_VERSION, native::KIND) => Some(native::read(mapping, reader)),
        ("v1", "ConfigMap" | "List") => manifest::read(document, documents, reading, reader),
        (_, "IAMIdentityMapping") => {
            let (entry, remarks) = subject::identity_mapping::entry(document, mapping, 0);
            Some(foreign::source(entry, remarks, reader))
        }
        (_, "ClusterConfig") if version.starts_with("eksctl.io/") => {
            let (entries, remarks) = subject::eksctl::entries(mapping);
            Some(foreign::source(entries, remarks, reader))
        }
        _ => {
            let message = format!(
                "{} {} is not a kind of source",
                reader::shown(&version),
                reader::shown(&kind),
            );
            reader.error_with_hint(document.position, message, KINDS);
            None
        }
    }
}

fn position_after(bytes: &[u8], offset: usize) -> Position {
    let before = String::from_utf8_lossy(bytes.get(..offset).unwrap_or_default());
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    Position {
        line,
        column,
        ..Position::START
    }
}

const KINDS: &str = "sources are aws-auth-sync/v1 AwsAuth documents, manifests of the v1 \
    ConfigMap aws-auth, IAMIdentityMappings, and eksctl's ClusterConfig";

/// The file name that tests give their sources.
#[cfg(test)]
pub(crate) fn parse_text(text: &str) -> (Vec<Source>, Vec<String>) {
    let mut findings = Vec::new();
    let input = Input {
        file: "f.yaml".into(),
        bytes: text.as_bytes().to_vec(),
    };
    let sources = parse(&input, &mut findings);
    (sources, findings.iter().map(Finding::with_hint).collect())
}
