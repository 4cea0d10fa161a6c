//! What a file must be before anything in it is believed. Looked at after opening, so that it is
//! the opened file that is judged and not what had its name a moment before.

use std::fs::File;
use std::io::{self, Read as _};

use thiserror::Error;
use zeroize::Zeroizing;

/// Why a file is not believed.
#[derive(Debug, Error)]
pub(super) enum Distrust {
    /// The system does not say what it is.
    #[error("the system does not say what it is: {0}")]
    Unknown(#[from] io::Error),
    /// A directory, a pipe, a device.
    #[error("it is no regular file")]
    NotAFile,
    /// Longer than any that is written here.
    #[error("it has {size} bytes, more than {MAX_BYTES}")]
    TooLarge {
        /// How long.
        size: u64,
    },
    /// Another user's.
    #[cfg(unix)]
    #[error("it belongs to another user, {owner}")]
    Foreign {
        /// The owner's id.
        owner: u32,
    },
    /// Not for its owner alone.
    #[cfg(unix)]
    #[error("others may read or write it, its mode is {mode:04o}")]
    Open {
        /// The permission bits.
        mode: u32,
    },
    /// It has a second name, under which it may be anywhere.
    #[cfg(unix)]
    #[error("it has {names} names")]
    Linked {
        /// How many.
        names: u64,
    },
}

impl Distrust {
    /// Whether somebody else may have read or written what is in the file.
    pub(super) fn is_exposure(&self) -> bool {
        match self {
            #[cfg(unix)]
            Self::Foreign { .. } | Self::Open { .. } => true,
            #[cfg(unix)]
            Self::Linked { .. } => false,
            Self::Unknown(_) | Self::NotAFile | Self::TooLarge { .. } => false,
        }
    }
}

/// A file that is believed, and its length when it was looked at.
pub(super) struct Trusted {
    file: File,
    size: u64,
}

impl Trusted {
    /// Believes `file` if it is a regular file, of this user, for this user alone, under one name,
    /// and short.
    pub(super) fn new(file: File) -> Result<Self, Distrust> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(Distrust::NotAFile);
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            if metadata.uid() != rustix::process::geteuid().as_raw() {
                return Err(Distrust::Foreign {
                    owner: metadata.uid(),
                });
            }
            if metadata.mode() & 0o077 != 0 {
                return Err(Distrust::Open {
                    mode: metadata.mode() & 0o7777,
                });
            }
            // None is a file that was removed between opening and looking.
            if metadata.nlink() > 1 {
                return Err(Distrust::Linked {
                    names: metadata.nlink(),
                });
            }
        }
        let size = metadata.len();
        if size > MAX_BYTES {
            return Err(Distrust::TooLarge { size });
        }
        Ok(Self { file, size })
    }

    /// The file.
    pub(super) fn into_file(self) -> File {
        self.file
    }

    /// Everything in it, wiped when dropped. One that is being written to is not believed.
    pub(super) fn contents(mut self) -> io::Result<Zeroizing<Vec<u8>>> {
        let size = usize::try_from(self.size).unwrap_or_default();
        // Room for all of it at once, since a buffer that grows leaves copies behind, and for a
        // byte more: a read that gives all and not that byte has come to the end.
        let mut bytes = Zeroizing::new(vec![0; size + 1]);
        let mut length = 0;
        while length < size {
            match self
                .file
                .read(bytes.get_mut(length..).unwrap_or_default())?
            {
                0 => break,
                more => length += more,
            }
        }
        if length > size {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        bytes.truncate(length);
        Ok(bytes)
    }
}

/// A token has at most 16 KiB, credentials 9; twice that in JSON, and room.
const MAX_BYTES: u64 = 64 << 10;
