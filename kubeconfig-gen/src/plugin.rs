//! How a kubeconfig names token-exec.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The `command` of the exec stanza, and how sure we are of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Plugin {
    /// The bare name: it is on `PATH`.
    OnPath,
    /// The absolute path of the one beside this program.
    Beside(String),
    /// The bare name, although it is not found now.
    Missing,
}

impl Plugin {
    /// Looks for token-exec: on `path`, then beside `program`.
    #[must_use]
    pub fn locate(path: Option<&OsStr>, program: Option<&Path>) -> Self {
        let file = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
        // Go refuses to run what a relative PATH entry leads to.
        let mut directories = path.into_iter().flat_map(std::env::split_paths);
        if directories.any(|dir| dir.is_absolute() && is_program(&dir.join(&file))) {
            return Self::OnPath;
        }
        let beside = program
            .and_then(Path::parent)
            .map(|directory| directory.join(&file));
        match beside
            .filter(|path| path.is_absolute() && is_program(path))
            .map(PathBuf::into_os_string)
        {
            Some(path) => path.into_string().map_or(Self::Missing, Self::Beside),
            None => Self::Missing,
        }
    }

    /// The text of `command`.
    #[must_use]
    pub fn command(&self) -> &str {
        match self {
            Self::OnPath | Self::Missing => NAME,
            Self::Beside(path) => path,
        }
    }
}

#[cfg(unix)]
pub(crate) fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
pub(crate) fn is_program(path: &Path) -> bool {
    path.is_file()
}

const NAME: &str = "token-exec";

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn install(directory: &Path, mode: u32) {
        std::fs::create_dir_all(directory).unwrap();
        let path = directory.join(NAME);
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn prefers_the_name_then_the_path_beside_us() {
        let root = tempfile::tempdir().unwrap();
        let [on_path, beside, inert, none] =
            ["path", "beside", "inert", "none"].map(|name| root.path().join(name));
        install(&on_path, 0o755);
        install(&beside, 0o755);
        install(&inert, 0o644);
        let absolute = beside.join(NAME).into_os_string().into_string().unwrap();
        let table = [
            (vec![&none, &on_path], &beside, Plugin::OnPath),
            (
                vec![&none, &inert],
                &beside,
                Plugin::Beside(absolute.clone()),
            ),
            (vec![], &beside, Plugin::Beside(absolute)),
            (vec![&none], &inert, Plugin::Missing),
            (vec![&none], &none, Plugin::Missing),
        ];
        for (path, directory, expected) in table {
            let path = std::env::join_paths(path).unwrap();
            let program = directory.join("kubeconfig-gen");
            assert_eq!(Plugin::locate(Some(&path), Some(&program)), expected);
        }
        assert_eq!(
            Plugin::locate(Some(OsStr::new("path")), None),
            Plugin::Missing
        );
        assert_eq!(Plugin::locate(None, None), Plugin::Missing);
    }
}
