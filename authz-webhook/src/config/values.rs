//! The small types of configured values.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A source of mappings, as `server.backendMode` names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub enum BackendMode {
    /// The lists in the configuration itself, and `server.mountedFile`.
    MountedFile,
    /// `kube-system/aws-auth`, watched.
    EksConfigMap,
    /// Access entries in files: `server.accessEntries`.
    AccessEntries,
}

impl BackendMode {
    /// Every mode of this version.
    pub const ALL: [Self; 3] = [Self::MountedFile, Self::EksConfigMap, Self::AccessEntries];

    /// The name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MountedFile => "MountedFile",
            Self::EksConfigMap => "EKSConfigMap",
            Self::AccessEntries => "AccessEntries",
        }
    }

    /// The mode's older name, which aws-iam-authenticator still takes.
    #[must_use]
    pub const fn deprecated_name(self) -> Option<&'static str> {
        match self {
            Self::MountedFile => Some("File"),
            Self::EksConfigMap => Some("ConfigMap"),
            Self::AccessEntries => None,
        }
    }
}

impl fmt::Display for BackendMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a text is no [`BackendMode`].
#[derive(Clone, Debug, Eq, PartialEq, Error)]
pub enum BackendModeError {
    /// A mode of aws-iam-authenticator, or of a later version of this program.
    #[error(
        "backend mode {0} is not supported by this version; use MountedFile, EKSConfigMap or \
         AccessEntries"
    )]
    NotYet(&'static str),
    /// Not a mode at all.
    #[error("{0:?} is not a backend mode; use MountedFile, EKSConfigMap or AccessEntries")]
    Unknown(String),
}

impl FromStr for BackendMode {
    type Err = BackendModeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |mode: &Self| mode.name() == text || mode.deprecated_name() == Some(text);
        if let Some(mode) = Self::ALL.into_iter().find(named) {
            return Ok(mode);
        }
        match LATER_MODES.into_iter().find(|later| *later == text) {
            Some(later) => Err(BackendModeError::NotYet(later)),
            None => Err(BackendModeError::Unknown(text.chars().take(64).collect())),
        }
    }
}

const LATER_MODES: [&str; 2] = ["CRD", "DynamicFile"];

/// Which audiences of a review the webhook speaks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Audiences {
    /// Any: the answer leaves `status.audiences` out.
    Any,
    /// These alone: the answer holds the intersection with what was asked.
    Only(Vec<String>),
}

/// Prefixes that no username of a source may begin with, per source.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ReservedPrefixes(Vec<(BackendMode, Vec<String>)>);

impl ReservedPrefixes {
    /// Adds the prefixes of one source; empty ones mean nothing.
    pub(super) fn add(&mut self, mode: BackendMode, prefixes: Vec<String>) {
        self.0.push((
            mode,
            prefixes
                .into_iter()
                .filter(|prefix| !prefix.is_empty())
                .collect(),
        ));
    }

    /// The reserved prefix of `mode` that `username` begins with.
    #[must_use]
    pub fn find(&self, mode: BackendMode, username: &str) -> Option<&str> {
        self.0
            .iter()
            .filter(|(of, _)| *of == mode)
            .flat_map(|(_, prefixes)| prefixes)
            .map(String::as_str)
            .find(|prefix| username.starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_names_of_a_mode_and_says_what_comes_later() {
        let table = [
            ("MountedFile", Ok(BackendMode::MountedFile)),
            ("File", Ok(BackendMode::MountedFile)),
            ("EKSConfigMap", Ok(BackendMode::EksConfigMap)),
            ("ConfigMap", Ok(BackendMode::EksConfigMap)),
            ("AccessEntries", Ok(BackendMode::AccessEntries)),
            ("CRD", Err(BackendModeError::NotYet("CRD"))),
            ("DynamicFile", Err(BackendModeError::NotYet("DynamicFile"))),
            (
                "mountedfile",
                Err(BackendModeError::Unknown("mountedfile".to_owned())),
            ),
            ("", Err(BackendModeError::Unknown(String::new()))),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse::<BackendMode>(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_reserved_prefix_holds_for_its_own_source_only() {
        let mut reserved = ReservedPrefixes::default();
        reserved.add(
            BackendMode::EksConfigMap,
            vec![String::new(), "eks:".to_owned()],
        );
        assert_eq!(
            reserved.find(BackendMode::EksConfigMap, "eks:admin"),
            Some("eks:")
        );
        assert_eq!(reserved.find(BackendMode::EksConfigMap, "eksb:admin"), None);
        assert_eq!(reserved.find(BackendMode::MountedFile, "eks:admin"), None);
    }
}
