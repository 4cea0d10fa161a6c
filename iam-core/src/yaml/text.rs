//! The text of a scalar.

use std::{
    fmt,
    ops::{Deref, Range},
    sync::Arc,
};

/// The text of a scalar: a part of what was read, which all scalars of a document share, or, where
/// escapes or folding made another text of it, that text.
#[derive(Clone)]
pub struct Text {
    source: Arc<str>,
    start: usize,
    end: usize,
}

impl Text {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.source.get(self.start..self.end).unwrap_or_default()
    }

    /// A range of bytes of `source`, on character boundaries.
    pub(super) fn part(source: &Arc<str>, range: Range<usize>) -> Self {
        Self {
            source: Arc::clone(source),
            start: range.start,
            end: range.end,
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self {
            source: text.into(),
            start: 0,
            end: text.len(),
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}
