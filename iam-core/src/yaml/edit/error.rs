//! Why a text is not edited.

use crate::yaml::{Position, YamlError};

/// Why a text is not edited, with the place. The text itself is never quoted.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EditError {
    /// It is not YAML, or too much of it.
    #[error(transparent)]
    Yaml(#[from] YamlError),
    /// Something at the place of the edit that an edit could damage.
    #[error("line {}, column {}: {fault}", position.line, position.column)]
    Unsafe {
        /// Where.
        position: Position,
        /// What it is.
        fault: EditFault,
    },
}

/// What an edit could damage.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EditFault {
    /// A second document.
    #[error("a second document begins here")]
    SecondDocument,
    /// A line break that readers disagree about: a lone carriage return, U+0085, U+2028, U+2029.
    #[error("a line break here that not every reader of YAML takes for one")]
    LineBreak,
    /// A key that is there twice.
    #[error("the key stands in this mapping twice, first in line {first}")]
    DuplicateKey {
        /// The line of the first.
        first: usize,
    },
    /// `<<`.
    #[error("this mapping takes in another one by a merge key")]
    MergeKey,
    /// `? key`.
    #[error("a key is written with `?`")]
    ExplicitKey,
    /// `*name`, where the node that it stands for would change too.
    #[error("an alias stands here for what is written elsewhere")]
    Alias,
    /// `&name`, where what refers to it would change too.
    #[error("what stands here is referred to by an alias")]
    Anchor,
    /// `!tag`.
    #[error("a tag stands before the value")]
    Tag,
    /// A tab where indentation counts.
    #[error("a tab stands where spaces must")]
    Tab,
    /// A comment between entries of a flow collection.
    #[error("a comment stands between entries in brackets")]
    Comment,
    /// Not what the edit is about.
    #[error("{found} stands where {wanted} should")]
    Kind {
        /// What the node is.
        found: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// What was written would not be read as it was meant.
    #[error("the text from here on is laid out in a way that cannot be edited in place")]
    Layout,
}

impl EditError {
    pub(super) const fn new(position: Position, fault: EditFault) -> Self {
        Self::Unsafe { position, fault }
    }

    /// Where; `None` when it is the length of the text.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Yaml(error) => error.position(),
            Self::Unsafe { position, .. } => Some(*position),
        }
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Unsafe { fault, .. } => fault.to_string(),
            Self::Yaml(YamlError::Syntax { reason, .. }) => reason.clone(),
            Self::Yaml(error) => {
                let text = error.to_string();
                let after_place = text.split_once(": ").map(|(_, reason)| reason.to_owned());
                after_place
                    .filter(|_| error.position().is_some())
                    .unwrap_or(text)
            }
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Yaml(_) => "mend the file; nothing was written",
            Self::Unsafe { fault, .. } => fault.remedy(),
        }
    }

    /// The same error at another place.
    pub(super) fn moved(self, to: impl Fn(Position) -> Position) -> Self {
        let moved = |position: Position| to(position);
        match self {
            Self::Unsafe { position, fault } => Self::new(moved(position), fault),
            Self::Yaml(error) => Self::Yaml(error.moved(moved)),
        }
    }
}

impl EditFault {
    const fn remedy(self) -> &'static str {
        match self {
            Self::SecondDocument => "keep one document in a file",
            Self::LineBreak => "end lines with a line feed",
            Self::DuplicateKey { .. } => "remove one of the two",
            Self::MergeKey => "write the merged entries out",
            Self::ExplicitKey => "write the entry as `key: value`",
            Self::Alias => "write in place of the alias what it stands for",
            Self::Anchor => "write the value out where the alias stands, and remove the anchor",
            Self::Tag => "remove the tag",
            Self::Tab => "indent with spaces",
            Self::Comment => "move the comment out of the brackets",
            Self::Kind { .. } => "mend the value, or remove it",
            Self::Layout => "lay the value out as kubectl writes it, one entry a line",
        }
    }
}
