//! Where a mapping stands, for the audit line.

use std::fmt;
use std::sync::Arc;

use crate::config::BackendMode;

/// A mapping's place: `MountedFile mapRoles[2] line 14`. Cheap to clone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MappingPlace {
    /// The source.
    pub mode: BackendMode,
    /// The file or object.
    pub origin: Arc<str>,
    /// The list in it; of an object its part.
    pub list: &'static str,
    /// The entry of the list, from 0, and its line, from 1.
    pub entry: Option<(usize, usize)>,
}

impl fmt::Display for MappingPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.mode, self.origin, self.list)?;
        match self.entry {
            Some((index, line)) => write!(f, "[{index}] line {line}"),
            None => Ok(()),
        }
    }
}
