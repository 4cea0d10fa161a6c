//! A source's text as YAML, read once for all who look at it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use iam_core::aws_auth::{LIST_LIMITS, Manifest, ManifestError};
use iam_core::yaml::{self, Node, YamlError};

use crate::input::Input;

/// A source that is read.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    /// What it is read from.
    pub(crate) input: &'a Input,
    /// Its text, without a byte order mark; empty where it is none.
    pub(crate) text: &'a str,
    /// Whether there was such a mark.
    pub(crate) has_mark: bool,
    /// Its documents.
    pub(crate) documents: Result<Vec<Node>, Fault>,
    /// The manifests among them, by where they begin.
    manifests: RefCell<HashMap<usize, Rc<Found>>>,
}

/// Why a source has no documents.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The byte at this offset begins no character.
    NotUtf8(usize),
    /// It is not YAML.
    Yaml(YamlError),
}

type Found = Result<Manifest, ManifestError>;

impl<'a> From<&'a Input> for Reading<'a> {
    fn from(input: &'a Input) -> Self {
        let text = std::str::from_utf8(&input.bytes);
        let text = text.map_err(|error| Fault::NotUtf8(error.valid_up_to()));
        let bare = text.map(|text| text.strip_prefix('\u{feff}').unwrap_or(text));
        let (text, documents) = match bare {
            Ok(bare) => (bare, yaml::parse(bare, &LIST_LIMITS).map_err(Fault::Yaml)),
            Err(fault) => ("", Err(fault)),
        };
        Self {
            input,
            text,
            has_mark: input.bytes.starts_with(MARK),
            documents,
            manifests: RefCell::default(),
        }
    }
}

impl Reading<'_> {
    /// The ConfigMap that `node`, a document or an item of one, is.
    pub(crate) fn manifest(&self, node: &Node) -> Rc<Found> {
        let mut manifests = self.manifests.borrow_mut();
        let found = manifests.entry(node.start());
        Rc::clone(found.or_insert_with(|| Rc::new(Manifest::of_node(self.text, node))))
    }

    /// The same for whoever looks at it last.
    pub(crate) fn take_manifest(&self, node: &Node) -> Found {
        let found = self.manifests.borrow_mut().remove(&node.start());
        found.map_or_else(|| Manifest::of_node(self.text, node), Rc::unwrap_or_clone)
    }
}

const MARK: &[u8] = "\u{feff}".as_bytes();
