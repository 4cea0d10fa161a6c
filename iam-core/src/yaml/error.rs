//! Why a text is not YAML that we read.

use super::node::Position;

/// Why a YAML text is refused, with the place. The text itself is never quoted.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum YamlError {
    /// Not YAML.
    #[error("line {}, column {}: {reason}", position.line, position.column)]
    Syntax {
        /// Where the reader stopped.
        position: Position,
        /// The rule that is broken.
        reason: String,
    },
    /// An alias names an anchor that encloses it.
    #[error("line {}, column {}: the alias refers to a node that contains it", position.line, position.column)]
    SelfReference {
        /// The alias.
        position: Position,
    },
    /// More bytes than allowed.
    #[error("the text has {bytes} bytes, more than the {limit} allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// [`Limits::bytes`](super::Limits::bytes).
        limit: usize,
    },
    /// Collections nested deeper than allowed.
    #[error("line {}, column {}: nested more than {limit} levels deep", position.line, position.column)]
    TooDeep {
        /// Where.
        position: Position,
        /// [`Limits::depth`](super::Limits::depth).
        limit: usize,
    },
    /// More nodes, aliases or events than allowed.
    #[error("line {}, column {}: more than {limit} {what}", position.line, position.column)]
    TooMany {
        /// Where the limit was reached.
        position: Position,
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl YamlError {
    /// Where the text is at fault; `None` when it is its length.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Syntax { position, .. }
            | Self::SelfReference { position }
            | Self::TooDeep { position, .. }
            | Self::TooMany { position, .. } => Some(*position),
            Self::TooLong { .. } => None,
        }
    }

    /// The same error at another place.
    pub(super) fn moved(mut self, to: impl Fn(Position) -> Position) -> Self {
        match &mut self {
            Self::Syntax { position, .. }
            | Self::SelfReference { position }
            | Self::TooDeep { position, .. }
            | Self::TooMany { position, .. } => *position = to(*position),
            Self::TooLong { .. } => {}
        }
        self
    }
}
