//! Where a setting was found, for errors to name.

use std::fmt::{self, Display, Formatter};
use std::path::Path;

use crate::shared_config::Section;

/// Where a setting stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place<'a> {
    /// An environment variable.
    Variable(&'static str),
    /// A key of a profile.
    Profile {
        /// The key.
        key: &'static str,
        /// The profile's name.
        profile: &'a str,
        /// The file.
        path: &'a Path,
    },
}

impl<'a> Place<'a> {
    /// The key of a section.
    #[must_use]
    pub fn in_section(section: Section<'a>, key: &'static str) -> Self {
        Self::Profile {
            key,
            profile: section.profile_name(),
            path: section.path,
        }
    }
}

impl Display for Place<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => formatter.write_str(name),
            Self::Profile { key, profile, path } => {
                write!(
                    formatter,
                    "{key} of profile `{profile}` in {}",
                    path.display()
                )
            }
        }
    }
}
