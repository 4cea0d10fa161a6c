//! Edits of a YAML text that leave every byte alone that they are not about.
//!
//! A [`Document`] is a text that has been read; a [`Change`] says what is to become of its nodes,
//! as a tree that follows the document's own. [`Document::edit`] turns it into splices, reads the
//! result again, and gives it only if it means the old document with the change and nothing else.
//! Comments, order, quoting, indentation, flow style, line ends, a byte order mark and unknown
//! keys stay; what is added is laid out as its surroundings are. JSON stays JSON. What is there
//! already is not written again, so an edit made twice changes no byte.
//!
//! What cannot be edited safely is refused with its place and a remedy: aliases, anchors, tags,
//! merge keys and duplicate keys on the way to the edit, several documents, tabs as indentation.
//!
//! A kubeconfig is edited by its own tree:
//!
//! ```
//! # use iam_core::yaml::{Fresh, Limits, edit::{Document, ListChange, MapChange}};
//! let text = "users: # ours\n- name: old\ncurrent-context: 'a'\n";
//! let document = Document::parse(text, &Limits::default())?;
//! let users = ListChange::default().push(Fresh::map([("name", Fresh::text("on"))]));
//! let change = MapChange::default()
//!     .change("users", users)
//!     .set("current-context", Fresh::text("b"));
//! assert_eq!(
//!     document.edit(&change.into())?,
//!     "users: # ours\n- name: old\n- name: \"on\"\ncurrent-context: 'b'\n",
//! );
//! # Ok::<(), iam_core::yaml::edit::EditError>(())
//! ```
//!
//! An aws-auth ConfigMap holds YAML in a string. [`Change::Embedded`] reads that string as a
//! document of its own; of a literal block (`mapRoles: |`) only the lines that change are written,
//! and a refusal names the line of the manifest. Where the lists are not inside of a manifest, the
//! inner change is made on their text directly.
//!
//! ```
//! # use iam_core::yaml::{Fresh, Limits, edit::{Change, Document, ListChange, MapChange}};
//! let manifest = "data:\n  mapRoles: |\n    # nodes\n    - rolearn: a   # keep\n    - rolearn: b\n";
//! let roles = ListChange::default().remove(1).push(Fresh::map([("rolearn", Fresh::text("c"))]));
//! let data = MapChange::default().change("mapRoles", Change::Embedded(Box::new(roles.into())));
//! let change = MapChange::default().change("data", data);
//! assert_eq!(
//!     Document::parse(manifest, &Limits::default())?.edit(&change.into())?,
//!     "data:\n  mapRoles: |\n    # nodes\n    - rolearn: a   # keep\n    - rolearn: c\n",
//! );
//! # Ok::<(), iam_core::yaml::edit::EditError>(())
//! ```

mod alike;
mod block;
mod change;
mod collection;
mod editor;
mod embedded;
mod error;
mod flow;
mod layout;
mod lines;
mod replace;
mod scalar;
mod verify;

use std::borrow::Cow;

pub use change::{Change, ListChange, MapChange};
pub use error::{EditError, EditFault};

use super::{
    FirstDocument, Limits, Node, Position, Span,
    splice::{self, Splice},
};
use editor::Editor;

/// A YAML text, read for editing.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    text: &'a str,
    limits: Limits,
    root: Option<Node>,
    is_embedded: bool,
    /// What stands in the way of every edit.
    obstacle: Option<EditError>,
}

impl<'a> Document<'a> {
    /// Reads `text`.
    ///
    /// # Errors
    /// When it is not YAML, exceeds `limits`, holds a second document, or breaks lines in a way
    /// that readers disagree about.
    pub fn parse(text: &'a str, limits: &Limits) -> Result<Self, EditError> {
        if let Some(at) = lines::odd_break(text) {
            return Err(EditError::new(position(text, at), EditFault::LineBreak));
        }
        let document = Self::parse_first(text, limits)?;
        match document.obstacle {
            Some(obstacle) => Err(obstacle),
            None => Ok(document),
        }
    }

    /// Reads the first document of `text`, as Go's YAML readers do. Where more follows, or lines
    /// break in a way that readers disagree about, it is read, and [`Self::edit`] refuses.
    ///
    /// # Errors
    /// When the first document is not YAML, or the text exceeds `limits`.
    pub fn parse_first(text: &'a str, limits: &Limits) -> Result<Self, EditError> {
        let first = super::parse_first(text, limits)?;
        let second = first.rest.map(|at| match super::parse(text, limits) {
            Ok(_) => EditError::new(at, EditFault::SecondDocument),
            Err(error) => error.into(),
        });
        let odd_break = lines::odd_break(text)
            .map(|at| EditError::new(position(text, at), EditFault::LineBreak));
        Ok(Self {
            text,
            limits: *limits,
            root: first.node,
            is_embedded: false,
            obstacle: odd_break.or(second),
        })
    }

    /// Reads the text of a scalar of another document.
    fn embedded(text: &'a str, limits: &Limits) -> Result<Self, EditError> {
        let document = Self::parse(text, limits)?;
        Ok(Self {
            is_embedded: true,
            ..document
        })
    }

    /// The document; `None` where there is none, as in a text of comments.
    #[must_use]
    pub const fn root(&self) -> Option<&Node> {
        self.root.as_ref()
    }

    /// The text with `change` made; borrowed where there was nothing to do.
    ///
    /// # Errors
    /// When the change cannot be made without danger to what it is not about.
    pub fn edit(&self, change: &Change) -> Result<Cow<'a, str>, EditError> {
        let edited = self.edited(change)?;
        Ok(edited.map_or(Cow::Borrowed(self.text), |edited| Cow::Owned(edited.text)))
    }

    /// The text with `change` made and read again; `None` where there was nothing to do.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub fn edited(&self, change: &Change) -> Result<Option<Edited>, EditError> {
        if let Some(obstacle) = &self.obstacle {
            return Err(obstacle.clone());
        }
        let mut editor = Editor::new(self);
        editor.root(self.root.as_ref(), change)?;
        let splices = editor.finish();
        let Some(first) = splices.iter().map(|splice| splice.range.start).min() else {
            return Ok(None);
        };
        let refuse = || EditError::new(position(self.text, first), EditFault::Layout);
        let edited = splice::apply(self.text, &splices).map_err(|_| refuse())?;
        let after = Document::parse(&edited, &self.limits).map_err(|_| refuse())?;
        if !verify::became(self, change, &after) {
            return Err(refuse());
        }
        let root = after.root;
        Ok(Some(Edited {
            text: edited,
            root,
            splices,
        }))
    }
}

/// A text that was edited.
#[derive(Debug)]
pub struct Edited {
    text: String,
    /// Its only document.
    root: Option<Node>,
    /// What made it of the text before.
    splices: Vec<Splice>,
}

impl Edited {
    /// The text, and what is read of it.
    #[must_use]
    pub fn into_parts(self) -> (String, FirstDocument) {
        let end = self.text.len();
        let (node, rest) = (self.root, None);
        (self.text, FirstDocument { node, end, rest })
    }
}

/// The place of a byte.
fn position(text: &str, at: usize) -> Position {
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        span: Span { start: at, end: at },
    }
}

#[cfg(test)]
mod tests;
