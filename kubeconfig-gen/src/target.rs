//! Which file is written.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why no file can be chosen.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum TargetError {
    /// `KUBECONFIG=:`.
    #[error("KUBECONFIG is set but names no file")]
    EmptyList,
    /// No variable, no home.
    #[error("there is neither KUBECONFIG nor a home directory")]
    NoHome,
}

/// The files that kubectl reads, and which of them it would write to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Files {
    /// All of them, in kubectl's order: who is first wins.
    pub paths: Vec<PathBuf>,
    /// Where what is in none of them yet is written.
    pub default: PathBuf,
    /// Where the file of `--kubeconfig` stands in `KUBECONFIG`: those that kubectl reads before it.
    pub earlier: Vec<PathBuf>,
}

impl Files {
    /// The files by flag, variable and home.
    ///
    /// # Errors
    /// When nothing names a file.
    pub fn find(
        flag: Option<PathBuf>,
        variable: Option<&OsStr>,
        home: Option<&Path>,
    ) -> Result<Self, TargetError> {
        let default = choose(flag.clone(), variable, home)?;
        let listed = flag.as_ref().and(variable).map(paths).unwrap_or_default();
        let at = listed.iter().position(|path| *path == default);
        let earlier = listed
            .iter()
            .take(at.unwrap_or_default())
            .cloned()
            .collect();
        Ok(Self {
            paths: list(flag, variable, home)?,
            default,
            earlier,
        })
    }
}

/// The file to write: that of the flag, else the one kubectl itself would write to.
///
/// kubectl takes of the paths in `KUBECONFIG` the first that exists, or the last; without the
/// variable `~/.kube/config`. It does not expand `~` within the variable; of the flag, which a
/// shell leaves alone in `--kubeconfig=~/f`, a leading `~/` is expanded as the AWS CLI does.
fn choose(
    flag: Option<PathBuf>,
    variable: Option<&OsStr>,
    home: Option<&Path>,
) -> Result<PathBuf, TargetError> {
    match (flag, variable, home) {
        (Some(path), _, home) => Ok(expand(path, home)),
        (None, Some(list), _) => from_list(list),
        (None, None, Some(home)) => Ok(home.join(".kube").join("config")),
        (None, None, None) => Err(TargetError::NoHome),
    }
}

/// The files that kubectl reads, in its order.
fn list(
    flag: Option<PathBuf>,
    variable: Option<&OsStr>,
    home: Option<&Path>,
) -> Result<Vec<PathBuf>, TargetError> {
    let paths = match (flag, variable) {
        (None, Some(list)) => paths(list),
        (flag, variable) => vec![choose(flag, variable, home)?],
    };
    if paths.is_empty() {
        return Err(TargetError::EmptyList);
    }
    Ok(paths)
}

fn paths(list: &OsStr) -> Vec<PathBuf> {
    let mut seen = HashSet::new();
    let mut paths: Vec<PathBuf> = std::env::split_paths(list)
        .filter(|path| !path.as_os_str().is_empty())
        .collect();
    paths.retain(|path| seen.insert(path.clone()));
    paths
}

fn from_list(list: &OsStr) -> Result<PathBuf, TargetError> {
    let mut paths = paths(list);
    let existing = paths.iter().find(|path| path.exists()).cloned();
    existing
        .or_else(|| paths.pop())
        .ok_or(TargetError::EmptyList)
}

fn expand(path: PathBuf, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        (Ok(_), None) | (Err(_), _) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_wins_over_the_variable_and_the_variable_over_the_home() {
        let home = Some(Path::new("/home/me"));
        let list = std::env::join_paths(["/none/a", "/none/b"]).unwrap();
        let table = [
            (Some("f"), Some(&list), home, Ok("f")),
            (Some("~/f"), None, home, Ok("/home/me/f")),
            (Some("~/f"), None, None, Ok("~/f")),
            (None, Some(&list), home, Ok("/none/b")),
            (None, None, home, Ok("/home/me/.kube/config")),
            (None, None, None, Err(TargetError::NoHome)),
        ];
        for (flag, variable, home, expected) in table {
            let chosen = choose(
                flag.map(PathBuf::from),
                variable.map(|list| list.as_os_str()),
                home,
            );
            assert_eq!(chosen, expected.map(PathBuf::from));
        }
    }

    #[test]
    fn of_a_list_the_first_existing_file_is_taken_or_the_last() {
        let directory = tempfile::tempdir().unwrap();
        let [a, b, c] = ["a", "b", "c"].map(|name| directory.path().join(name));
        std::fs::write(&b, "").unwrap();
        let table = [
            (vec![&a, &b, &c], &b),
            (vec![&a, &c], &c),
            (vec![&a, &c, &a], &c),
            (vec![&a], &a),
        ];
        for (paths, expected) in table {
            let list = std::env::join_paths(paths).unwrap();
            assert_eq!(choose(None, Some(&list), None), Ok(expected.clone()));
        }
        let blank = std::env::join_paths(["", ""]).unwrap();
        assert_eq!(
            choose(None, Some(&blank), None),
            Err(TargetError::EmptyList)
        );
    }
}
