//! A file as lint, explain and migrate look at it: the entries of all its documents, as the
//! consumer would read them, with their places in the file.

pub(crate) mod eksctl;
pub(crate) mod identity_mapping;
mod manifest;
mod native;
mod rbac;
mod scalars;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use iam_core::account::AccountId;
use iam_core::aws_auth::{Diagnostic, Entry, Section, Severity as CoreSeverity};
use iam_core::yaml::{Mapping, Node, Position, Span, YamlError};

use crate::finding as source_finding;
use crate::input::Input;
use crate::lint::{Remark, Severity, fixes};
use crate::rbac::Object;
use crate::reading::{Fault, Reading};

/// A file.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The file as it was named.
    pub file: Arc<str>,
    /// Its text, without a byte order mark.
    pub text: String,
    /// Whether there was such a mark.
    pub has_mark: bool,
    /// Its documents.
    pub parts: Vec<Part>,
    /// What was found while reading.
    pub remarks: Vec<Remark>,
    /// The objects of RBAC among its documents.
    pub rbac: Vec<Object>,
    lines: Vec<usize>,
    /// How many characters stand before each block of the text, so that no line is too long.
    characters: Vec<usize>,
}

/// A document.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is.
    pub kind: Kind,
    /// Where it begins.
    pub position: Position,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// The accounts that it allows.
    pub allowed_accounts: Option<Vec<AccountId>>,
    /// The text of its sections, where each is a text of its own.
    pub sections: Vec<(Section, String, Span)>,
}

/// What a document is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// The ConfigMap itself.
    Manifest,
    /// The native format.
    Native,
    /// An `IAMIdentityMapping` of aws-iam-authenticator.
    IdentityMapping,
    /// A `ClusterConfig` of eksctl.
    Eksctl,
}

impl Subject {
    /// Reads a file. What is wrong with it becomes a remark.
    #[must_use]
    pub fn read(input: &Input) -> Self {
        Self::of(&Reading::from(input))
    }

    /// The same of a file that is read already.
    #[must_use]
    pub(crate) fn of(reading: &Reading<'_>) -> Self {
        let text = reading.text;
        let mut subject = Self {
            file: Arc::clone(&reading.input.file),
            text: text.to_owned(),
            has_mark: reading.has_mark,
            parts: Vec::new(),
            remarks: Vec::new(),
            rbac: Vec::new(),
            lines: line_starts(text),
            characters: characters_before_blocks(text),
        };
        match &reading.documents {
            Ok(documents) => subject.documents(documents, reading),
            Err(Fault::NotUtf8(offset)) => {
                let message = format!("this is not UTF-8: byte {offset} begins no character");
                let remark = Remark::new("D01", Position::START, message);
                subject.remarks.push(remark);
            }
            Err(Fault::Yaml(error)) => subject.remarks.push(not_yaml(error)),
        }
        subject
    }

    /// Line and column of an offset, from 1.
    #[must_use]
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        let before = self.characters_before(offset) - self.characters_before(start);
        (line, before + 1)
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let counted = self.characters.get(block).copied().unwrap_or_default();
        let rest = self.text.as_bytes().get(block * BLOCK..offset);
        counted + characters(rest.unwrap_or_default())
    }

    /// A line, without its end; from 1.
    #[must_use]
    pub fn line(&self, number: usize) -> Option<&str> {
        let start = *self.lines.get(number.checked_sub(1)?)?;
        let end = self.lines.get(number).copied().unwrap_or(self.text.len());
        Some(self.text.get(start..end)?.trim_end_matches(['\n', '\r']))
    }

    /// Where a line begins.
    #[must_use]
    pub fn line_start(&self, number: usize) -> Option<usize> {
        self.lines.get(number.checked_sub(1)?).copied()
    }

    /// The entries of all documents, in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.parts.iter().flat_map(|part| &part.entries)
    }

    fn documents(&mut self, documents: &[Node], reading: &Reading<'_>) {
        let mut is_known = false;
        for document in documents.iter().flat_map(items) {
            let Some(mapping) = document.as_mapping() else {
                continue;
            };
            is_known |= self.document(reading, document, mapping);
        }
        if !is_known && self.remarks.is_empty() {
            let position = documents
                .first()
                .map_or(Position::START, |node| node.position);
            let remark = Remark::new(
                "F01",
                first_line(position),
                "nothing here is a source of aws-auth",
            );
            self.remarks.push(remark.hint(KINDS));
        }
    }

    /// Whether the document is one that is known here.
    fn document(&mut self, reading: &Reading<'_>, node: &Node, mapping: &Mapping) -> bool {
        let word = |key: &str| scalars::word(mapping, key).unwrap_or_default();
        let (version, kind) = (word("apiVersion"), word("kind"));
        match (version, kind) {
            (native::API_VERSION, native::KIND) => native::read(self, node, mapping),
            ("v1", "ConfigMap") => return manifest::read(self, reading, node, mapping),
            (_, "IAMIdentityMapping") => identity_mapping::read(self, node, mapping),
            (_, "ClusterConfig") if version.starts_with("eksctl.io/") => {
                eksctl::read(self, node, mapping);
            }
            _ if is_rbac(version, kind) => rbac::read(self, kind, node),
            _ if version.starts_with("aws-auth-sync/") || kind == native::KIND => {
                let message = format!("apiVersion and kind are those of no source: write {KINDS}");
                self.remarks
                    .push(Remark::new("F01", first_line(node.position), message));
            }
            _ => return false,
        }
        true
    }

    fn push(&mut self, kind: Kind, node: &Node, entries: Vec<Entry>) -> Option<&mut Part> {
        self.parts.push(Part {
            kind,
            position: node.position,
            entries,
            allowed_accounts: None,
            sections: Vec::new(),
        });
        self.parts.last_mut()
    }

    fn diagnostics(&mut self, diagnostics: Vec<Diagnostic>, entries: &[Entry]) {
        // Misspelt sections are looked for in the envelope, for more than their case.
        let arns: HashMap<_, _> = entries
            .iter()
            .map(|entry| ((entry.section, Some(entry.index)), &entry.identity))
            .collect();
        for found in diagnostics.into_iter().filter(|found| found.code != "D06") {
            let identity = arns.get(&(found.section, found.index));
            let mut remark = Remark::new(found.code, found.position, found.message);
            if found.severity == CoreSeverity::Error {
                remark.severity = Severity::Error;
            }
            remark.fix = fixes::of_diagnostic(&self.text, found.code, found.position);
            remark.hint = found.hint;
            remark.section = Some(found.section);
            remark.index = found.index;
            remark.arn = identity.map(ToString::to_string);
            self.remarks.push(remark);
        }
    }

    /// Takes over what the reader of sources found, where nothing is said of the line yet.
    fn sources(&mut self, findings: Vec<source_finding::Finding>) {
        let said: HashSet<usize> = self
            .remarks
            .iter()
            .map(|remark| remark.position.line)
            .collect();
        for found in findings {
            let line = found.place.line;
            if said.contains(&line) || found.place.column > LONG {
                continue;
            }
            let start = self.line_start(line).unwrap_or_default();
            let before = self.line(line).unwrap_or_default().chars();
            let offset: usize = before
                .take(found.place.column - 1)
                .map(char::len_utf8)
                .sum();
            let rest = self.text.get(start + offset..).unwrap_or_default();
            let token = rest
                .split([' ', '\n', '\r', ','])
                .next()
                .unwrap_or_default();
            let span = Span {
                start: start + offset,
                end: start + offset + token.len(),
            };
            let position = Position {
                line,
                column: found.place.column,
                span,
            };
            let mut remark = Remark::new("F02", position, found.message);
            remark.hint = found.hint;
            self.remarks.push(remark);
        }
    }
}

/// Whether a document is an object that rights come from, of whatever version.
fn is_rbac(version: &str, kind: &str) -> bool {
    let group = version.split('/').next().unwrap_or_default();
    let is_of_group = match kind {
        "Namespace" => group == "v1",
        _ => group == "rbac.authorization.k8s.io",
    };
    is_of_group && Object::KINDS.contains(&kind)
}

/// A document itself, and the items of a `List`.
fn items(document: &Node) -> Vec<&Node> {
    let listed = document
        .as_mapping()
        .filter(|map| scalars::word(map, "kind").is_some_and(|kind| kind.ends_with("List")))
        .and_then(|map| map.get("items")?.as_sequence());
    match listed {
        Some(sequence) => sequence.items.iter().collect(),
        None => vec![document],
    }
}

/// The place alone, without all that follows.
fn first_line(position: Position) -> Position {
    let span = Span {
        start: position.span.start,
        end: position.span.start,
    };
    Position { span, ..position }
}

fn not_yaml(error: &YamlError) -> Remark {
    let position = error.position().unwrap_or(Position::START);
    let message = match error {
        YamlError::Syntax { reason, .. } => format!("not YAML: {reason}"),
        YamlError::SelfReference { .. } => "an alias refers to a node that contains it".to_owned(),
        YamlError::TooLong { .. } => error.to_string(),
        YamlError::TooDeep { limit, .. } => format!("nested more than {limit} levels deep"),
        YamlError::TooMany { what, limit, .. } => format!("more than {limit} {what}"),
    };
    let is_tab = message.contains("tab");
    Remark::new(if is_tab { "D02" } else { "D01" }, position, message)
}

fn characters_before_blocks(text: &str) -> Vec<usize> {
    let mut before = 0;
    let blocks = text.as_bytes().chunks(BLOCK).map(|block| {
        let start = before;
        before += characters(block);
        start
    });
    let mut blocks: Vec<usize> = blocks.collect();
    blocks.push(before);
    blocks
}

/// The characters that begin among these bytes.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

fn line_starts(text: &str) -> Vec<usize> {
    let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(breaks).collect()
}

const KINDS: &str = "sources are manifests of the ConfigMap aws-auth, aws-auth-sync/v1 AwsAuth, \
    IAMIdentityMapping, and eksctl's ClusterConfig with iamIdentityMappings";

/// What stands in the place of a file where the aws-auth of a cluster is meant.
pub const LIVE: &str = "kube-system/aws-auth";

const BLOCK: usize = 4096;

/// A line of this many characters is nobody's to look at.
pub(crate) const LONG: usize = 1000;
