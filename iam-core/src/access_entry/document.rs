//! A file of access entries.

use std::collections::HashMap;

use thiserror::Error;

use super::fields::{Fault, Fields, is_null, items};
use super::{AccessEntry, Diagnostic, read};
use crate::principal::PrincipalKey;
use crate::yaml::{self, Limits, Node, Position, YamlError};

/// The access entries of a text, YAML or JSON.
///
/// A document of the text is a list of entries; a mapping with `accessEntries`, such a list; or
/// one with `accessEntry`, a single entry as `aws eks describe-access-entry` prints it, beside
/// which `associatedAccessPolicies` may stand as `aws eks list-associated-access-policies` prints
/// them. Inside an entry they are `accessPolicies`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Document {
    /// The entries that may act, in their order; of several for one principal the last.
    pub entries: Vec<AccessEntry>,
    /// What is wrong with the others, and what deserves a look.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why nothing of a text can be read.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum DocumentError {
    /// It is not YAML.
    #[error(transparent)]
    Yaml(#[from] YamlError),
    /// It is something else.
    #[error("line {}, column {}: {message}", position.line, position.column)]
    Shape {
        /// Where.
        position: Position,
        /// What is there.
        message: String,
    },
}

impl Document {
    /// Reads a text.
    ///
    /// # Errors
    /// A text that is no document of access entries. What is wrong with a single entry is a
    /// [`Diagnostic`], and leaves that entry out.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let mut reader = Reader::default();
        let nodes = yaml::parse(text, &LIMITS)?;
        let mut is_empty = true;
        for node in nodes.iter().filter(|node| !is_null(node)) {
            reader.document(node)?;
            is_empty = false;
        }
        if is_empty {
            // Such is a file that is being written.
            let message = "there is nothing; to grant nobody anything, write accessEntries: []";
            return Err(Fault::at(Position::START, message).into());
        }
        Ok(reader.into())
    }
}

#[derive(Default)]
struct Reader {
    entries: Vec<AccessEntry>,
    places: HashMap<PrincipalKey, usize>,
    diagnostics: Vec<Diagnostic>,
    index: usize,
}

impl Reader {
    fn document(&mut self, node: &Node) -> Result<(), Fault> {
        if let Some(sequence) = node.as_sequence() {
            self.entries(&sequence.items);
            return Ok(());
        }
        let mapping = node
            .as_mapping()
            .ok_or_else(|| Fault::at(node.position, SHAPES))?;
        let fields = Fields::of(mapping, &KEYS, &PASSED, &mut self.diagnostics)?;
        match (fields.get("accessEntries"), fields.get("accessEntry")) {
            (Some(list), None) => self.entries(items("accessEntries", list)?),
            (None, Some(entry)) => {
                let beside = fields.items("associatedAccessPolicies")?;
                self.entry(entry, beside);
            }
            (Some(_), Some(_)) | (None, None) => return Err(Fault::at(node.position, SHAPES)),
        }
        Ok(())
    }

    fn entries(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.entry(node, &[]);
        }
    }

    fn entry(&mut self, node: &Node, beside: &[Node]) {
        let read = read::entry(node, self.index, beside, &mut self.diagnostics);
        self.index += 1;
        let Some(entry) = read else { return };
        let place = *self.places.entry(entry.key()).or_insert(self.entries.len());
        match self.entries.get_mut(place) {
            Some(earlier) => {
                let line = earlier.position.line;
                let message = format!(
                    "the entry on line {line} is for the same principal: this one replaces it"
                );
                self.diagnostics.push(Diagnostic {
                    index: Some(entry.index),
                    ..Diagnostic::warning(entry.position, message)
                });
                *earlier = entry;
            }
            None => self.entries.push(entry),
        }
    }
}

impl From<Reader> for Document {
    fn from(reader: Reader) -> Self {
        let Reader {
            entries,
            mut diagnostics,
            ..
        } = reader;
        if let Some(first) = entries.get(MOST) {
            let message = format!("an EKS cluster takes no more than {MOST} access entries");
            diagnostics.push(Diagnostic::warning(first.position, message));
        }
        diagnostics.sort_by_key(|found| found.position.span.start);
        Self {
            entries,
            diagnostics,
        }
    }
}

impl From<Fault> for DocumentError {
    fn from(fault: Fault) -> Self {
        let Fault {
            position, message, ..
        } = fault;
        Self::Shape { position, message }
    }
}

const KEYS: [&str; 3] = ["accessEntries", "accessEntry", "associatedAccessPolicies"];
/// What the answers of the API hold beside.
const PASSED: [&str; 3] = ["clusterName", "principalArn", "nextToken"];
const SHAPES: &str =
    "this is neither a list of access entries, nor a mapping with accessEntries or accessEntry";

/// <https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html>
const MOST: usize = 3000;

/// Room for 3,000 entries with ten policies each, as the AWS CLI prints them.
const LIMITS: Limits = Limits {
    bytes: 16 << 20,
    depth: 32,
    nodes: 1_000_000,
    aliases: 10_000,
    events: 3_000_000,
};
