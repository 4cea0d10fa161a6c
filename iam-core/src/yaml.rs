//! One reading of YAML text: a tree of nodes with byte spans, scalars as Kubernetes reads them,
//! and edits that leave every other byte alone.
//!
//! [`parse`] keeps what a formatter or an editor needs (spans, styles, tags, anchors) and bounds
//! what hostile text can cost. What a plain scalar *means* is not decided here but in
//! [`scalar11`], because the readers of these files follow YAML 1.1.

mod block;
pub mod edit;
mod error;
mod events;
mod fresh;
mod node;
mod position_map;
mod quick;
pub mod scalar11;
pub mod splice;
mod text;
mod tree;

pub use error::YamlError;
pub use fresh::Fresh;
pub use node::{Mapping, Node, Position, Scalar, Sequence, Span, Style, Value};
pub(crate) use position_map::PositionMap;
pub use text::Text;

/// How much of a YAML text is read before it is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Bytes of input.
    pub bytes: usize,
    /// Collections inside one another, those reached through aliases included.
    pub depth: usize,
    /// Nodes of all documents, each alias counted as all that it stands for.
    pub nodes: usize,
    /// Aliases (`*name`).
    pub aliases: usize,
    /// Parser events: nodes, ends of collections, document marks.
    pub events: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 1 << 20,
            depth: 32,
            nodes: 200_000,
            aliases: 10_000,
            events: 800_000,
        }
    }
}

/// Reads all documents of `text`: one [`Node`] each.
///
/// An empty stream has no documents; an empty document is a null scalar.
///
/// # Errors
/// The first place that is not YAML, or the limit that the text exceeds. No error quotes the text.
pub fn parse(text: &str, limits: &Limits) -> Result<Vec<Node>, YamlError> {
    if let Some(node) = quick::read(text, limits) {
        return Ok(vec![node]);
    }
    parse_events(text, limits)
}

/// Reads all documents of `text` by the parser.
fn parse_events(text: &str, limits: &Limits) -> Result<Vec<Node>, YamlError> {
    let mut documents = events::Documents::new(text, limits)?;
    let mut nodes = Vec::new();
    while let Some(node) = documents.next_document()? {
        nodes.push(node);
    }
    Ok(nodes)
}

/// What the quick way makes of `text`, and what the parser does: for the fuzz target that holds the
/// one against the other.
#[cfg(fuzzing)]
pub fn both_ways(text: &str, limits: &Limits) -> (Option<Node>, Result<Vec<Node>, YamlError>) {
    (quick::read(text, limits), parse_events(text, limits))
}

/// The first document of a stream, and where the next one begins.
#[derive(Clone, Debug)]
pub struct FirstDocument {
    /// The document; `None` for an empty stream.
    pub node: Option<Node>,
    /// The byte at which it ends: its `...`, what begins the next document, or the end of the text.
    pub end: usize,
    /// Where a second document, or text that is no longer YAML, begins.
    pub rest: Option<Position>,
}

/// Reads the first document of `text` as Go's YAML readers do: what follows it is not read.
///
/// # Errors
/// As [`parse`], for the first document only.
pub fn parse_first(text: &str, limits: &Limits) -> Result<FirstDocument, YamlError> {
    if let Some(node) = quick::read(text, limits) {
        return Ok(FirstDocument {
            node: Some(node),
            end: text.len(),
            rest: None,
        });
    }
    let mut documents = events::Documents::new(text, limits)?;
    let node = documents.next_document()?;
    let end_mark = documents.end_mark();
    let rest = if node.is_some() {
        documents.next_start()
    } else {
        None
    };
    let next = rest.map(|position| position.span.start);
    let end = end_mark.or(next).unwrap_or(text.len());
    Ok(FirstDocument { node, end, rest })
}

#[cfg(test)]
mod tests;
