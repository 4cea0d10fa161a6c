//! An aws-auth on disk: a ConfigMap manifest, or the directory as which the kubelet mounts one.

use std::io;
use std::path::{Path, PathBuf};

use iam_core::aws_auth::{Data, Document, Manifest, ManifestError};
use thiserror::Error;

use crate::text_file;

/// Why nothing was read.
#[derive(Debug, Error)]
pub enum MountedFileError {
    /// The file cannot be read.
    #[error("cannot read {}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The directory holds nothing of an aws-auth: more likely a volume is missing than everybody
    /// was to be shut out.
    #[error("{} holds none of the files mapRoles, mapUsers, mapAccounts", .0.display())]
    Nothing(PathBuf),
    /// The file is no aws-auth.
    #[error("{}", .path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: ManifestError,
    },
}

/// Reads the aws-auth at `path`.
///
/// # Errors
/// [`MountedFileError`].
pub fn read(path: &Path) -> Result<Document, MountedFileError> {
    if path.is_dir() {
        return of_directory(path);
    }
    let manifest = Manifest::parse(&text(path)?);
    let unfit = |source| MountedFileError::Manifest {
        path: path.to_owned(),
        source,
    };
    Ok(manifest.map_err(unfit)?.document)
}

/// The files of a mounted ConfigMap that matter.
pub(super) fn files_in(directory: &Path) -> [PathBuf; 3] {
    KEYS.map(|key| directory.join(key))
}

fn of_directory(path: &Path) -> Result<Document, MountedFileError> {
    // A link that leads nowhere is a file that cannot be read, and not one that is not there.
    let is_none = |error: io::Error| error.kind() == io::ErrorKind::NotFound;
    let [roles, users, accounts] = files_in(path).map(|file| {
        if file.symlink_metadata().is_err_and(is_none) {
            return Ok(None);
        }
        text(&file).map(Some)
    });
    let (roles, users, accounts) = (roles?, users?, accounts?);
    if [&roles, &users, &accounts]
        .iter()
        .all(|text| text.is_none())
    {
        return Err(MountedFileError::Nothing(path.to_owned()));
    }
    Ok(Document::parse(&Data {
        map_roles: roles.as_deref(),
        map_users: users.as_deref(),
        map_accounts: accounts.as_deref(),
    }))
}

fn text(path: &Path) -> Result<String, MountedFileError> {
    text_file::read(path, text_file::LONGEST).map_err(|source| MountedFileError::Read {
        path: path.to_owned(),
        source,
    })
}

const KEYS: [&str; 3] = ["mapRoles", "mapUsers", "mapAccounts"];

#[cfg(test)]
mod tests {
    use iam_core::error_chain::ErrorChain;

    use super::*;

    const ROLES: &str = "- {rolearn: 'arn:aws:iam::111122223333:role/Admin', username: admin}\n";

    #[test]
    fn a_manifest_and_a_mounted_directory_say_the_same() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("aws-auth.yaml");
        let manifest = format!(
            "kind: ConfigMap\nmetadata: {{name: aws-auth}}\ndata:\n  mapRoles: |\n    {ROLES}"
        );
        std::fs::write(&file, manifest).unwrap();
        std::fs::write(home.path().join("mapRoles"), ROLES).unwrap();
        let values = |document: Document| -> Vec<(String, String)> {
            let entries = document.entries.iter();
            entries
                .map(|entry| (entry.identity.to_string(), entry.username.clone()))
                .collect()
        };
        let expected = vec![(
            "arn:aws:iam::111122223333:role/Admin".to_owned(),
            "admin".to_owned(),
        )];
        assert_eq!(values(read(&file).unwrap()), expected);
        assert_eq!(values(read(home.path()).unwrap()), expected);
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_whose_volume_is_missing_is_not_one_that_maps_nobody() {
        let home = tempfile::tempdir().unwrap();
        let said = |home: &Path| ErrorChain(&read(home).unwrap_err()).to_string();
        let directory = home.path().display();
        assert_eq!(
            said(home.path()),
            format!("{directory} holds none of the files mapRoles, mapUsers, mapAccounts"),
        );
        std::fs::write(home.path().join("mapRoles"), ROLES).unwrap();
        std::os::unix::fs::symlink("..data/mapUsers", home.path().join("mapUsers")).unwrap();
        let unreadable = format!("cannot read {directory}/mapUsers: ");
        assert!(said(home.path()).starts_with(&unreadable));
    }

    #[test]
    fn names_the_file_that_is_no_aws_auth() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("aws-auth.yaml");
        std::fs::write(&file, "kind: Secret\n").unwrap();
        let error = read(&file).unwrap_err();
        assert_eq!(
            ErrorChain(&error).to_string(),
            format!("{}: there is no ConfigMap named aws-auth", file.display())
        );
    }
}
