//! The small types of configured values.

use std::fmt;
use std::path::PathBuf;
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
    /// Objects `IAMIdentityMapping`, watched.
    Crd,
    /// The JSON of `server.dynamicfilepath`.
    DynamicFile,
}

impl BackendMode {
    /// Every mode of this version.
    pub const ALL: [Self; 5] = [
        Self::MountedFile,
        Self::EksConfigMap,
        Self::AccessEntries,
        Self::Crd,
        Self::DynamicFile,
    ];

    /// The name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MountedFile => "MountedFile",
            Self::EksConfigMap => "EKSConfigMap",
            Self::AccessEntries => "AccessEntries",
            Self::Crd => "CRD",
            Self::DynamicFile => "DynamicFile",
        }
    }

    /// Whether the API server is asked for it.
    #[must_use]
    pub const fn is_watched(self) -> bool {
        match self {
            Self::EksConfigMap | Self::Crd => true,
            Self::MountedFile | Self::AccessEntries | Self::DynamicFile => false,
        }
    }

    /// The mode's older name, which aws-iam-authenticator still takes.
    #[must_use]
    pub const fn deprecated_name(self) -> Option<&'static str> {
        match self {
            Self::MountedFile => Some("File"),
            Self::EksConfigMap => Some("ConfigMap"),
            Self::AccessEntries | Self::Crd | Self::DynamicFile => None,
        }
    }
}

impl fmt::Display for BackendMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that is no [`BackendMode`].
#[derive(Clone, Debug, Eq, PartialEq, Error)]
#[error(
    "{0:?} is not a backend mode; use MountedFile, EKSConfigMap, AccessEntries, CRD or DynamicFile"
)]
pub struct BackendModeError(String);

impl FromStr for BackendMode {
    type Err = BackendModeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |mode: &Self| mode.name() == text || mode.deprecated_name() == Some(text);
        let mut modes = Self::ALL.into_iter();
        let named = modes.find(named);
        named.ok_or_else(|| BackendModeError(text.chars().take(64).collect()))
    }
}

/// The file of the `DynamicFile` source.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DynamicFile {
    /// `server.dynamicfilepath`.
    pub path: PathBuf,
    /// `server.dynamicfileUserIDStrict`.
    pub match_by: MatchBy,
}

/// What entries of a `DynamicFile` are matched by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MatchBy {
    /// The ARN.
    Arn,
    /// The unique id of the user or role, and the ARN where there is one.
    UserId,
}

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
    fn reads_both_names_of_a_mode() {
        let table = [
            ("MountedFile", Ok(BackendMode::MountedFile)),
            ("File", Ok(BackendMode::MountedFile)),
            ("EKSConfigMap", Ok(BackendMode::EksConfigMap)),
            ("ConfigMap", Ok(BackendMode::EksConfigMap)),
            ("AccessEntries", Ok(BackendMode::AccessEntries)),
            ("CRD", Ok(BackendMode::Crd)),
            ("DynamicFile", Ok(BackendMode::DynamicFile)),
            (
                "mountedfile",
                Err(BackendModeError("mountedfile".to_owned())),
            ),
            ("", Err(BackendModeError(String::new()))),
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
