//! An aws-auth ConfigMap as a file, as `kubectl apply` takes it.

use super::{Data, Diagnostic, Document, Section, Severity};
use crate::{
    excerpt::Excerpt,
    yaml::{
        self, Limits, Mapping, Node, Position, PositionMap, YamlError,
        scalar11::{self, Scalar11},
    },
};

/// An aws-auth ConfigMap read from a file.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The document. Positions are those of the file where a section is a literal block (`|`),
    /// spans included; else they are the place of the section's value.
    pub document: Document,
    /// Where the ConfigMap begins.
    pub position: Position,
    /// `metadata.namespace`
    pub namespace: Option<String>,
    texts: [Option<String>; 3],
}

/// Why a file holds no aws-auth ConfigMap.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ManifestError {
    /// Not YAML.
    #[error("not YAML")]
    Yaml(#[from] YamlError),
    /// Nothing of this kind and name.
    #[error("there is no ConfigMap named aws-auth")]
    Absent,
    /// More than one.
    #[error("line {}: a second ConfigMap named aws-auth; the first begins on line {}", second.line, first.line)]
    Several {
        /// The first.
        first: Position,
        /// The second.
        second: Position,
    },
    /// A value that is not text, as when the `|` is missing.
    #[error(
        "line {}, column {}: {section} is {found}, but a ConfigMap holds text: write `{section}: |`",
        position.line, position.column
    )]
    NotText {
        /// The section.
        section: Section,
        /// Its value.
        position: Position,
        /// What it is.
        found: &'static str,
    },
}

impl Manifest {
    /// Reads the file that `text` is: YAML or JSON, other documents and `List`s included.
    ///
    /// # Errors
    /// When it is not YAML, holds no or several ConfigMaps named `aws-auth`, or a section that is
    /// not text. Faults inside of sections are [`Document::diagnostics`].
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let documents = yaml::parse(text, &MANIFEST_LIMITS)?;
        Self::of_node(text, Self::find(&documents)?)
    }

    /// The ConfigMap among the documents of a file and the items of their `List`s.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn find(documents: &[Node]) -> Result<&Node, ManifestError> {
        let all = documents.iter().flat_map(items);
        let mut found = all.filter(|node| is_aws_auth(node));
        let node = found.next().ok_or(ManifestError::Absent)?;
        match found.next() {
            None => Ok(node),
            Some(other) => Err(ManifestError::Several {
                first: node.position,
                second: other.position,
            }),
        }
    }

    /// The texts of the sections that the ConfigMap `node` has, as the cluster would hold them.
    ///
    /// # Errors
    /// When one is not text.
    pub fn texts(node: &Node) -> Result<[Option<String>; 3], ManifestError> {
        let data = node
            .as_mapping()
            .and_then(|map| map.get("data")?.as_mapping());
        let mut texts = [None, None, None];
        for (section, text) in Section::ALL.into_iter().zip(&mut texts) {
            if let Some(node) = data.and_then(|data| data.get(section.key())) {
                *text = section_text(section, node)?;
            }
        }
        Ok(texts)
    }

    /// Reads the ConfigMap that `node`, a document or an item of the file `text`, is, whatever its
    /// name.
    ///
    /// # Errors
    /// When a section is not text.
    pub fn of_node(text: &str, node: &Node) -> Result<Self, ManifestError> {
        let mut manifest = Self {
            document: Document::default(),
            position: node.position,
            namespace: metadata(node, "namespace").map(str::to_owned),
            texts: Self::texts(node)?,
        };
        if let Some(data) = node
            .as_mapping()
            .and_then(|map| map.get("data")?.as_mapping())
        {
            manifest.read(text, data);
        }
        Ok(manifest)
    }

    /// The sections' texts, as the cluster would hold them.
    #[must_use]
    pub fn data(&self) -> Data<'_> {
        let [map_roles, map_users, map_accounts] = &self.texts;
        Data {
            map_roles: map_roles.as_deref(),
            map_users: map_users.as_deref(),
            map_accounts: map_accounts.as_deref(),
        }
    }

    fn read(&mut self, file: &str, data: &Mapping) {
        let mut maps = Vec::new();
        for section in Section::ALL {
            if let Some(node) = data.get(section.key())
                && let Some(text) = self.data().filled(section)
            {
                maps.push((section, PositionMap::new(file, node.target(), text)));
            }
        }
        self.document = Document::parse(&self.data());
        for (section, map) in maps {
            self.document
                .map_positions(section, |position| map.to_file(position));
        }
        for (key, _) in &data.pairs {
            self.document.diagnostics.extend(misspelt_key(key));
        }
    }
}

/// A document itself, and the items of a `List`.
fn items(document: &Node) -> Vec<&Node> {
    let listed = document
        .as_mapping()
        .filter(|map| text_of(map, "kind") == Some("List"))
        .and_then(|map| map.get("items")?.as_sequence());
    match listed {
        Some(sequence) => sequence.items.iter().collect(),
        None => vec![document],
    }
}

fn is_aws_auth(node: &Node) -> bool {
    let is_config_map = |map| text_of(map, "kind") == Some("ConfigMap");
    node.as_mapping().is_some_and(is_config_map) && metadata(node, "name") == Some("aws-auth")
}

fn metadata<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    text_of(node.as_mapping()?.get("metadata")?.as_mapping()?, key)
}

fn text_of<'a>(mapping: &'a Mapping, key: &str) -> Option<&'a str> {
    mapping
        .get(key)?
        .as_scalar()
        .map(|scalar| scalar.text.as_str())
}

fn section_text(section: Section, node: &Node) -> Result<Option<String>, ManifestError> {
    let target = node.target();
    let not_text = |found| ManifestError::NotText {
        section,
        position: node.position,
        found,
    };
    let Some(scalar) = target.as_scalar() else {
        return Err(not_text(if target.as_sequence().is_some() {
            "a list"
        } else {
            "a mapping"
        }));
    };
    match scalar11::resolve(target, scalar) {
        Ok(Scalar11::Str(text)) => Ok(Some(text.into_owned())),
        Ok(Scalar11::Timestamp(text)) => Ok(Some(text.to_owned())),
        Ok(Scalar11::Null) => Ok(None),
        Ok(other) => Err(not_text(other.kind())),
        Err(_) => Err(not_text("a value that does not fit its tag")),
    }
}

/// A key that differs from a section's in case only: nothing reads it.
fn misspelt_key(key: &Node) -> Option<Diagnostic> {
    let text = &key.as_scalar()?.text;
    let meant = Section::ALL
        .into_iter()
        .find(|section| text != section.key() && text.eq_ignore_ascii_case(section.key()))?;
    let message = format!("the key {} is read by nobody", Excerpt(text));
    let diagnostic = Diagnostic::new(Severity::Error, meant, key.position, message);
    Some(diagnostic.hint(format!("write {meant}")).code("D06"))
}

/// For the text of a manifest: it quotes a whole ConfigMap, which may have 1 MiB of data.
pub const MANIFEST_LIMITS: Limits = Limits {
    bytes: 4 << 20,
    depth: 32,
    nodes: 200_000,
    aliases: 10_000,
    events: 800_000,
};
