//! Removing what token-exec wrote: all of it when asked to, what is old whenever it writes.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use thiserror::Error;

use super::directory::{Directory, Unusable};
use super::entry::MARK;
use super::lock::{self, NoLock};
use super::slot::{ENTRY, LOCK, SERVED, TEMPORARY};

/// What was removed, and what was not.
#[derive(Debug, Default)]
pub struct Cleaned {
    /// How many files were removed.
    pub removed: usize,
    /// What is still there, in the order of names.
    pub left: Vec<Left>,
}

/// A file that was left.
#[derive(Debug)]
pub struct Left {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: Reason,
}

/// Why a file was left.
#[derive(Debug, Error)]
pub enum Reason {
    /// Nothing of token-exec's has such a name.
    #[error("token-exec gives no file such a name")]
    Name,
    /// Something else than token-exec writes: other tools name files by digests, too.
    #[error("token-exec did not write what is in it")]
    Content,
    /// A link, a directory, a pipe.
    #[error("it is no regular file")]
    NotAFile,
    /// Another user's.
    #[error("it belongs to another user")]
    Foreign,
    /// Another process holds the lock, or is about to rename the file.
    #[error("another process is using it")]
    InUse,
    /// The system refused.
    #[error("it cannot be removed")]
    System(#[from] io::Error),
}

/// Why nothing was removed.
#[derive(Debug, Error)]
pub enum CleanError {
    /// The directory is not this user's alone, or cannot be opened.
    #[error("{} is left as it is", path.display())]
    Unusable {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: Unusable,
    },
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Removes every file of token-exec's in `path` that nobody is using.
pub(super) fn clean(path: &Path, now: SystemTime) -> Result<Cleaned, CleanError> {
    let opened = Directory::open(path).map_err(|source| CleanError::Unusable {
        path: path.to_owned(),
        source,
    });
    let Some(directory) = opened? else {
        return Ok(Cleaned::default());
    };
    let mut names = directory.names().map_err(|source| CleanError::Read {
        path: path.to_owned(),
        source,
    })?;
    names.sort_unstable();
    let mut cleaned = Cleaned::default();
    for name in names {
        match remove(&directory, &name, now) {
            Ok(()) => cleaned.removed += 1,
            Err(reason) => cleaned.left.push(Left {
                path: directory.path_of(&name),
                reason,
            }),
        }
    }
    Ok(cleaned)
}

/// Removes what is so old that it cannot be of use, so that the directory does not grow.
pub(super) fn sweep(directory: &Directory, now: SystemTime) {
    let names = directory.names().unwrap_or_default();
    for name in names.iter().take(SWEPT_AT_ONCE) {
        let is_old = |age| is_older(directory, name, now, age);
        let is_useless = match Part::of(name) {
            Some(Part::Temporary) => is_old(TEMPORARY_AGE),
            Some(Part::Entry | Part::Served | Part::Lock) => is_old(USELESS_AGE),
            None => false,
        };
        if is_useless {
            // Another process may have been quicker.
            let _ = remove(directory, name, now);
        }
    }
}

fn remove(directory: &Directory, name: &str, now: SystemTime) -> Result<(), Reason> {
    let part = Part::of(name).ok_or(Reason::Name)?;
    let status = directory.status(name)?;
    if !status.is_file {
        return Err(Reason::NotAFile);
    }
    if !status.is_ours {
        return Err(Reason::Foreign);
    }
    if !part.may_hold(&directory.beginning(name)?) {
        return Err(Reason::Content);
    }
    // Held until the name is gone: see `lock::wait`.
    let _lock = match part {
        Part::Lock => match lock::wait(directory, name, Duration::ZERO) {
            Err(NoLock::Held) => return Err(Reason::InUse),
            taken => taken.ok(),
        },
        Part::Temporary if !is_older(directory, name, now, TEMPORARY_AGE) => {
            return Err(Reason::InUse);
        }
        Part::Entry | Part::Served | Part::Temporary => None,
    };
    Ok(directory.remove(name)?)
}

fn is_older(directory: &Directory, name: &str, now: SystemTime, age: Duration) -> bool {
    directory
        .status(name)
        .ok()
        .and_then(|status| now.duration_since(status.modified?).ok())
        .is_some_and(|found| found > age)
}

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Part {
    Entry,
    Lock,
    Served,
    Temporary,
}

impl Part {
    /// `KEY.json`, `KEY.lock`, `KEY.served`, `KEY.RANDOM.tmp`: exactly as they are written.
    fn of(name: &str) -> Option<Self> {
        let (key, rest) = name.split_at_checked(KEY_DIGITS)?;
        if !is_hex(key) {
            return None;
        }
        match rest {
            ENTRY => Some(Self::Entry),
            LOCK => Some(Self::Lock),
            SERVED => Some(Self::Served),
            rest => rest
                .strip_prefix('.')?
                .strip_suffix(TEMPORARY)
                .filter(|random| random.len() == RANDOM_DIGITS && is_hex(random))
                .map(|_| Self::Temporary),
        }
    }
}

impl Part {
    /// Whether a file of this kind may begin with these bytes, and end where they do. One that was
    /// cut off is still one.
    fn may_hold(self, beginning: &[u8]) -> bool {
        match self {
            Self::Entry | Self::Temporary => {
                beginning.starts_with(MARK) || MARK.starts_with(beginning)
            }
            Self::Lock => beginning.is_empty(),
            Self::Served => true,
        }
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

const KEY_DIGITS: usize = 64;
const RANDOM_DIGITS: usize = 16;

/// A file is written in milliseconds: after so long, whoever was at it is dead.
const TEMPORARY_AGE: Duration = Duration::from_mins(10);

/// No entry lives longer than 36 hours.
const USELESS_AGE: Duration = Duration::from_hours(48);

/// A bound for one run; the next goes on.
const SWEPT_AT_ONCE: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_names_and_no_others() {
        let key = "0123456789abcdef".repeat(4);
        let short = "0123456789abcdef".repeat(3);
        for (name, part) in [
            (format!("{key}.json"), Some(Part::Entry)),
            (format!("{key}.lock"), Some(Part::Lock)),
            (format!("{key}.served"), Some(Part::Served)),
            (format!("{key}.0123456789abcdef.tmp"), Some(Part::Temporary)),
            (key.clone(), None),
            (format!("{key}.JSON"), None),
            (format!("{key}.json~"), None),
            (format!("{key}.json.lock"), None),
            (format!("{key}.0123456789abcde.tmp"), None),
            (format!("{key}.0123456789abcdeF.tmp"), None),
            (format!("{key}.tmp"), None),
            (format!("{key}..tmp"), None),
            (format!("{}.json", key.to_uppercase()), None),
            (format!("{short}0123456789abcde.json"), None),
            (format!(".{key}.json"), None),
            (format!("{short}0123456789abcdeé.json"), None),
            // As the AWS CLI names its own.
            (
                "51e7b105b5040ce662656c8dc6ab4de70c4de7ad.json".to_owned(),
                None,
            ),
            ("credentials.yaml".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(Part::of(&name), part, "{name}");
        }
    }
}
