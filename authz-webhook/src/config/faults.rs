//! What is wrong with the configuration, and where.

use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a file. Lines and columns count from 1; 0 where the place is the whole file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The line, or 0.
    pub line: usize,
    /// The column, or 0.
    pub column: usize,
}

impl Place {
    /// The file as a whole.
    #[must_use]
    pub fn whole(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            line: 0,
            column: 0,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        Ok(())
    }
}

/// One fault, or one warning. `Display` is `FILE:LINE:COLUMN: what`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigFault {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// The one thing to try.
    pub hint: Option<String>,
}

impl ConfigFault {
    /// A fault without a hint.
    #[must_use]
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self {
            place,
            message: message.into(),
            hint: None,
        }
    }

    /// The same fault with the one thing to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// Every fault of a configuration, in the order of the file; never empty.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigErrors(Vec<ConfigFault>);

impl ConfigErrors {
    /// A single fault.
    #[must_use]
    pub fn one(fault: ConfigFault) -> Self {
        Self(vec![fault])
    }

    /// All of `faults`; `None` when there are none.
    #[must_use]
    pub fn all(mut faults: Vec<ConfigFault>) -> Option<Self> {
        faults.sort_by_key(|fault| (fault.place.line, fault.place.column));
        (!faults.is_empty()).then_some(Self(faults))
    }

    /// Logs every fault, where there are several; a single one is what `Display` says.
    pub fn report(&self) {
        if self.0.len() > 1 {
            for fault in &self.0 {
                tracing::error!("{fault}");
            }
        }
    }

    /// The first fault.
    #[must_use]
    pub fn first(&self) -> &ConfigFault {
        self.0
            .first()
            .expect("there is at least one by construction")
    }

    /// The faults, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, ConfigFault> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a ConfigErrors {
    type Item = &'a ConfigFault;
    type IntoIter = std::slice::Iter<'a, ConfigFault>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [fault] => fault.fmt(f),
            faults => write!(f, "the configuration has {} faults", faults.len()),
        }
    }
}

impl std::error::Error for ConfigErrors {}
