//! From the paths on the command line to texts.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

/// A source's text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Input {
    /// The file as messages name it.
    pub file: Arc<str>,
    /// What it holds, at most 4 MiB.
    pub bytes: Vec<u8>,
}

/// Why a source cannot be read.
#[derive(Debug, Error)]
pub enum InputError {
    /// The system refused.
    #[error("read {}", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A directory without sources.
    #[error("read {}: no .yaml, .yml or .json file is in this directory", path.display())]
    EmptyDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// A pattern that matches no file.
    #[error("read {pattern}: no file matches")]
    NoMatch {
        /// The pattern.
        pattern: String,
    },
    /// More than any aws-auth can hold.
    #[error("read {}: it is larger than {MAX_BYTES} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// `-` more than once.
    #[error("read stdin: it can be read only once")]
    StdinTwice,
}

/// Reads files, the sources directly in directories, what patterns match, and stdin for `-`.
///
/// The order is that of the arguments; within a directory or pattern that of the names.
///
/// # Errors
/// When something cannot be read, or is nothing.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Input>, InputError> {
    let mut inputs = Vec::new();
    let mut stdin_read = false;
    for path in paths {
        if path.as_os_str() == "-" && std::mem::replace(&mut stdin_read, true) {
            return Err(InputError::StdinTwice);
        }
        for file in expand(path)? {
            inputs.push(read_one(&file)?);
        }
    }
    Ok(inputs)
}

/// Reads one file, or stdin for `-`.
///
/// # Errors
/// When it cannot be read.
pub fn read_one(path: &Path) -> Result<Input, InputError> {
    if path.as_os_str() == "-" {
        return bounded(Path::new("<stdin>"), io::stdin().lock());
    }
    let opened = File::open(path).map_err(|source| failed(path, source))?;
    bounded(path, opened)
}

fn bounded(path: &Path, reader: impl io::Read) -> Result<Input, InputError> {
    let mut bytes = Vec::new();
    reader
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| failed(path, source))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(InputError::TooLarge {
            path: path.to_owned(),
        });
    }
    Ok(Input {
        file: path.display().to_string().into(),
        bytes,
    })
}

fn expand(path: &Path) -> Result<Vec<PathBuf>, InputError> {
    if path.is_dir() {
        return directory(path);
    }
    match path.to_str() {
        Some(pattern) if !path.exists() && pattern.contains(['*', '?', '[']) => matches(pattern),
        Some(_) | None => Ok(vec![path.to_owned()]),
    }
}

fn directory(path: &Path) -> Result<Vec<PathBuf>, InputError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|source| failed(path, source))? {
        let file = entry.map_err(|source| failed(path, source))?.path();
        if is_source(&file) {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        Err(InputError::EmptyDirectory {
            path: path.to_owned(),
        })
    } else {
        Ok(files)
    }
}

fn is_source(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let extension = path
        .extension()
        .is_some_and(|e| e == "yaml" || e == "yml" || e == "json");
    // What cannot be opened, a link that leads nowhere say, stays and is an error then: passed
    // over, it would take its entries out of aws-auth.
    extension && !hidden && !path.is_dir()
}

fn matches(pattern: &str) -> Result<Vec<PathBuf>, InputError> {
    let no_match = || InputError::NoMatch {
        pattern: pattern.to_owned(),
    };
    let options = glob::MatchOptions {
        require_literal_leading_dot: true,
        ..Default::default()
    };
    let found = glob::glob_with(pattern, options).map_err(|_| no_match())?;
    let files: Result<Vec<PathBuf>, _> = found.collect();
    let mut files = files.map_err(|error| {
        let path = error.path().to_owned();
        InputError::Read {
            path,
            source: error.into(),
        }
    })?;
    files.retain(|path| !path.is_dir());
    if files.is_empty() {
        Err(no_match())
    } else {
        Ok(files)
    }
}

fn failed(path: &Path, source: io::Error) -> InputError {
    InputError::Read {
        path: path.to_owned(),
        source,
    }
}

/// A manifest quotes a whole ConfigMap, which may have 1 MiB of data.
const MAX_BYTES: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(paths: &[PathBuf]) -> Vec<String> {
        let name = |input: &Input| input.file.rsplit(['/', '\\']).next().unwrap().to_owned();
        read(paths).unwrap().iter().map(name).collect()
    }

    #[test]
    fn directories_and_patterns_give_sources_by_name() {
        let root = tempfile::tempdir().unwrap();
        for name in ["b.yaml", "a.yml", "c.json", ".hidden.yaml", "README.md"] {
            fs::write(root.path().join(name), "").unwrap();
        }
        fs::create_dir(root.path().join("d.yaml")).unwrap();
        let path = |name: &str| root.path().join(name);
        assert_eq!(
            names(&[root.path().to_owned()]),
            ["a.yml", "b.yaml", "c.json"]
        );
        assert_eq!(names(&[path("*.y*ml")]), ["a.yml", "b.yaml"]);
        assert_eq!(names(&[path("c.json"), path("a.yml")]), ["c.json", "a.yml"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_an_error_and_no_missing_source() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.yaml"), "").unwrap();
        let link = root.path().join("b.yaml");
        std::os::unix::fs::symlink(root.path().join("gone"), &link).unwrap();
        for path in [root.path().to_owned(), root.path().join("*.yaml")] {
            let error = read(std::slice::from_ref(&path)).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("read {}", link.display()),
                "{}",
                path.display()
            );
        }
    }

    #[test]
    fn says_what_cannot_be_read() {
        let root = tempfile::tempdir().unwrap();
        let empty = root.path().to_owned();
        let large = root.path().join("large");
        fs::write(&large, vec![b' '; 1 + (4 << 20)]).unwrap();
        let shown = |path: &Path| path.display().to_string();
        let table = [
            (
                root.path().join("none"),
                format!("read {}", shown(&root.path().join("none"))),
            ),
            (
                root.path().join("*.yaml"),
                format!(
                    "read {}: no file matches",
                    shown(&root.path().join("*.yaml"))
                ),
            ),
            (
                large.clone(),
                format!("read {}: it is larger than 4194304 bytes", shown(&large)),
            ),
            (
                empty.clone(),
                format!(
                    "read {}: no .yaml, .yml or .json file is in this directory",
                    shown(&empty)
                ),
            ),
        ];
        for (path, message) in table {
            assert_eq!(read(&[path]).unwrap_err().to_string(), message);
        }
    }
}
