//! Python packages as peers: a virtual environment below the target directory, made once for a
//! list of exact versions.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::programs::{progress, target_dir};
use super::sigv4::sha256_hex;

/// Why there are no peers to compare with.
#[derive(Debug, thiserror::Error)]
pub enum PythonError {
    /// There is no Python here.
    #[error("there is no python3 with venv")]
    Missing,
    /// The packages cannot be installed.
    #[error("the packages of {requirements} cannot be installed:\n{output}")]
    Install {
        /// The list.
        requirements: String,
        /// What pip said.
        output: String,
    },
}

/// A Python interpreter with the packages of `requirements`, installed now or earlier.
///
/// # Errors
/// [`PythonError`].
///
/// # Panics
/// When the list cannot be read or the target directory cannot be written.
pub fn with_packages(requirements: &Path) -> Result<PathBuf, PythonError> {
    let list = fs::read(requirements).expect("the list of requirements can be read");
    let hash: String = sha256_hex(&list).chars().take(16).collect();
    let parent = target_dir().join("python");
    let (venv, python) = (parent.join(&hash), parent.join(&hash).join("bin/python"));
    let complete = parent.join(format!("{hash}.complete"));
    fs::create_dir_all(&parent).expect("the target directory is writable");
    let lock = File::create(parent.join(format!("{hash}.lock")))
        .expect("the target directory is writable");
    lock.lock().expect("files can be locked");
    if !complete.exists() {
        progress("installing the Python packages of the peers …");
        create(&venv)?;
        install(&python, requirements)?;
        File::create(&complete).expect("the target directory is writable");
    }
    Ok(python)
}

fn create(venv: &Path) -> Result<(), PythonError> {
    let mut command = Command::new("python3");
    command
        .args(["-m", "venv", "--clear"])
        .arg(venv)
        .stdin(Stdio::null());
    let output = command.output().map_err(|_| PythonError::Missing)?;
    if output.status.success() {
        Ok(())
    } else {
        Err(PythonError::Missing)
    }
}

fn install(python: &Path, requirements: &Path) -> Result<(), PythonError> {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "install", "--quiet", "--no-deps", "--no-input"]);
    command
        .args(["--disable-pip-version-check", "--requirement"])
        .arg(requirements);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|_| PythonError::Missing)?;
    if output.status.success() {
        return Ok(());
    }
    let output = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(PythonError::Install {
        requirements: requirements.display().to_string(),
        output,
    })
}
