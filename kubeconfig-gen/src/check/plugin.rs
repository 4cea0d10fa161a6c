//! The plugin: found as client-go finds it, and executable.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{Passed, Step};
use crate::merged::{Exec, Placed, UserEntry};
use crate::plugin::is_program;

/// The file that is run.
pub(super) fn locate(
    exec: &Exec,
    user: &Placed<UserEntry>,
    path: Option<&OsStr>,
) -> Passed<PathBuf> {
    let command = Path::new(&exec.command);
    if exec.command.is_empty() {
        return Err(Step::problem(PLUGIN, "the stanza names no command"));
    }
    // A path is taken from the file's directory, a bare name from PATH.
    let is_path = exec.command.contains('/') || exec.command.contains(std::path::MAIN_SEPARATOR);
    let found = if is_path {
        let directory = user.file.parent().unwrap_or(Path::new(""));
        let program = directory.join(command);
        if !program.exists() {
            let message = format!("{} is not there", program.display());
            return Err(Step::problem(PLUGIN, message).hint(INSTALL));
        }
        program
    } else {
        on_path(&exec.command, path).ok_or_else(|| {
            let message = format!("{} is in no directory of PATH", exec.command);
            Step::problem(PLUGIN, message).hint(INSTALL)
        })?
    };
    if !is_program(&found) {
        let message = format!("{} is not executable", found.display());
        let hint = format!("chmod +x {}", found.display());
        return Err(Step::problem(PLUGIN, message).hint(hint));
    }
    let step = Step::ok(PLUGIN, found.display().to_string());
    Ok((found, step))
}

/// What a bare name leads to. Go runs nothing from a relative directory of PATH.
pub(super) fn on_path(name: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let mut directories = path.into_iter().flat_map(std::env::split_paths);
    directories
        .find(|directory| directory.is_absolute() && is_program(&directory.join(&file)))
        .map(|directory| directory.join(file))
}

const PLUGIN: &str = "plugin";
const INSTALL: &str =
    "install it there, or write the entry anew: kubeconfig-gen update --name NAME";
