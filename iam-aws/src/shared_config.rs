//! The two files that the AWS CLI and SDKs share: `~/.aws/config` and `~/.aws/credentials`.
//!
//! They are parsed by the parser of the AWS SDK, each by itself, so that it stays known which
//! file a setting came from. <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

mod layout;
mod text;

use std::collections::HashMap;
use std::error::Error as _;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use aws_runtime::env_config::error::EnvConfigFileLoadError;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::property::PropertiesKey;
use aws_runtime::env_config::section::{self, EnvConfigSections};
use aws_runtime::env_config::source;
use aws_types::os_shim_internal::{Env, Fs};
use thiserror::Error;

use crate::environment::Environment;
use crate::place::Place;
use crate::quiet::quietly;
pub use text::TextError;
use text::TextFile;
pub(crate) use text::read as read_text;

/// What stands in the two files, as far as they exist.
pub struct SharedConfig {
    config: SharedFile,
    credentials: SharedFile,
}

/// One of the two files.
struct SharedFile {
    path: PathBuf,
    /// `None`: there is no such file.
    read: Option<ReadFile>,
}

struct ReadFile {
    sections: EnvConfigSections,
    metadata: Metadata,
}

/// One profile: its section in the credentials file, in the config file, or in both.
#[derive(Clone, Copy)]
pub struct Profile<'a> {
    /// Its section in the credentials file.
    pub credentials: Option<Section<'a>>,
    /// Its section in the config file.
    pub config: Option<Section<'a>>,
}

/// The section of a profile in one of the files.
#[derive(Clone, Copy)]
pub struct Section<'a> {
    /// The file.
    pub path: &'a Path,
    profile: &'a section::Profile,
}

/// A section `[sso-session NAME]` of the config file.
#[derive(Clone, Copy)]
pub struct SsoSession<'a> {
    /// The file.
    pub path: &'a Path,
    session: &'a section::SsoSession,
}

/// What becomes of a file that is there and cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unreadable {
    /// An error: it may hold what is needed.
    Refused,
    /// It counts as absent: only settings of the endpoint are looked for, and a `HOME` that belongs
    /// to somebody else is common in containers.
    Tolerated,
}

/// Why one of the files cannot be used.
#[derive(Debug, Error)]
pub enum SharedConfigError {
    /// Its text is not to be had.
    #[error("{}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// Why.
        source: TextError,
    },
    /// A line that is neither a section nor a setting.
    #[error("{}: {fault}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, and what is wrong with it.
        fault: String,
    },
}

impl SharedConfig {
    /// Reads both files from where the environment says they are. One that does not exist counts
    /// as empty.
    ///
    /// # Errors
    /// When a file exists and cannot be read, unless that is tolerated, or cannot be parsed.
    pub fn load(
        environment: &Environment,
        unreadable: Unreadable,
    ) -> Result<Self, SharedConfigError> {
        let home = environment.home.as_deref();
        let located = |named: &Option<PathBuf>, name| match named {
            Some(path) => expand_home(path, home),
            None => expand_home(&Path::new("~/.aws").join(name), home),
        };
        Ok(Self {
            config: SharedFile::load(
                located(&environment.config_file, "config"),
                EnvConfigFileKind::Config,
                unreadable,
            )?,
            credentials: SharedFile::load(
                located(&environment.shared_credentials_file, "credentials"),
                EnvConfigFileKind::Credentials,
                unreadable,
            )?,
        })
    }

    /// The profile of that name, if either file has it.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<Profile<'_>> {
        let credentials = self.credentials.section(name);
        let config = self.config.section(name);
        (credentials.is_some() || config.is_some()).then_some(Profile {
            credentials,
            config,
        })
    }

    /// The section `[sso-session NAME]`, which only the config file can have.
    #[must_use]
    pub fn sso_session(&self, name: &str) -> Option<SsoSession<'_>> {
        let session = self.config.sections()?.sso_session(name)?;
        Some(SsoSession {
            path: &self.config.path,
            session,
        })
    }

    /// A setting of one service in a section `[services NAME]` of the config file.
    #[must_use]
    pub fn service_setting(&self, services: &str, service: &str, key: &str) -> Option<&str> {
        let key = PropertiesKey::builder()
            .section_key("services")
            .section_name(services)
            .property_name(service)
            .sub_property_name(key)
            .build()
            .ok()?;
        let value = self.config.sections()?.other_sections().get(&key)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// The two files, credentials first, and what the system said of each just before it was read;
    /// `None` for one that does not exist.
    #[must_use]
    pub fn files(&self) -> [(&Path, Option<&Metadata>); 2] {
        [&self.credentials, &self.config].map(|file| {
            let metadata = file.read.as_ref().map(|read| &read.metadata);
            (file.path.as_path(), metadata)
        })
    }

    /// The names of all profiles, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let files = [&self.credentials, &self.config];
        let sections = files.iter().filter_map(|file| file.sections());
        let mut names: Vec<&str> = sections.flat_map(EnvConfigSections::profiles).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether the config file has a section `[name]` that is no profile for want of the word
    /// `profile`.
    #[must_use]
    pub fn lacks_the_word_profile(&self, name: &str) -> bool {
        let Ok(Some(TextFile { text, .. })) = text::read(&self.config.path) else {
            return false;
        };
        let header = format!("[{name}]");
        text.lines().any(|line| line.trim() == header)
    }

    /// The path of the config file.
    #[must_use]
    pub fn config_path(&self) -> &Path {
        &self.config.path
    }
}

impl SharedFile {
    fn load(
        path: PathBuf,
        kind: EnvConfigFileKind,
        unreadable: Unreadable,
    ) -> Result<Self, SharedConfigError> {
        let read = match (text::read(&path), unreadable) {
            (Ok(Some(TextFile { text, metadata })), _) => Some(ReadFile {
                sections: parse(&path, &text, kind)?,
                metadata,
            }),
            (Ok(None), _) => None,
            (Err(TextError::Unreadable(error)), Unreadable::Tolerated) => {
                tracing::debug!("{}: {error}", path.display());
                None
            }
            (Err(source), _) => return Err(SharedConfigError::Text { path, source }),
        };
        Ok(Self { path, read })
    }

    fn sections(&self) -> Option<&EnvConfigSections> {
        self.read.as_ref().map(|read| &read.sections)
    }

    fn section(&self, name: &str) -> Option<Section<'_>> {
        let profile = self.sections()?.get_profile(name)?;
        Some(Section {
            path: &self.path,
            profile,
        })
    }
}

impl<'a> Profile<'a> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        let mut sections = self.sections();
        sections.next().map_or("", |section| section.profile_name())
    }

    /// A setting: the credentials file wins, as in the AWS CLI. Blank counts as unset.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.sections().find_map(|section| section.get(key))
    }

    /// A setting and where it stands; see [`Self::get`].
    #[must_use]
    pub fn locate(&self, key: &'static str) -> Option<(&'a str, Place<'a>)> {
        self.sections()
            .find_map(|section| Some((section.get(key)?, Place::in_section(section, key))))
    }

    /// Its sections, the credentials file's first.
    pub fn sections(&self) -> impl Iterator<Item = Section<'a>> + use<'a> {
        [self.credentials, self.config].into_iter().flatten()
    }
}

impl<'a> Section<'a> {
    /// The name of the profile.
    #[must_use]
    pub fn profile_name(&self) -> &'a str {
        self.profile.name()
    }

    /// A setting of this section. Blank counts as unset.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.profile.get(key).filter(|value| !value.is_empty())
    }
}

impl<'a> SsoSession<'a> {
    /// A setting of the session. Blank counts as unset.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.session.get(key).filter(|value| !value.is_empty())
    }
}

impl SharedConfigError {
    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Text {
                source: TextError::Unreadable(_),
                ..
            } => {
                "make it readable to you, or name another file in AWS_CONFIG_FILE or \
                 AWS_SHARED_CREDENTIALS_FILE"
            }
            Self::Text {
                source: TextError::TooLarge,
                ..
            } => "check AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE",
            Self::Text {
                source: TextError::NotUtf8 { .. },
                ..
            } => "save the file as UTF-8",
            Self::Syntax { .. } => {
                "a section is `[default]` or `[profile NAME]` (in the credentials file `[NAME]`), \
                 a setting `key = value`"
            }
        }
        .to_owned()
    }
}

/// `~` alone or before a separator is the home directory, as for the AWS CLI; where none is known
/// it stays, and no file is looked for.
fn expand_home(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

fn parse(
    path: &Path,
    text: &str,
    kind: EnvConfigFileKind,
) -> Result<EnvConfigSections, SharedConfigError> {
    let bytes = layout::aligned(text).into_bytes();
    let file_system = Fs::from_raw_map(HashMap::from([(path.as_os_str().to_owned(), bytes)]));
    let files = EnvConfigFiles::builder().with_file(kind, path).build();
    let environment = Env::from_slice(&[]);
    let parsed = quietly(|| {
        let load = pin!(source::load(&environment, &file_system, &files));
        match load.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(loaded) => Ok(EnvConfigSections::parse(loaded?)?),
            Poll::Pending => unreachable!("files in memory are there at once"),
        }
    });
    parsed.map_err(|error: EnvConfigFileLoadError| SharedConfigError::Syntax {
        path: path.to_owned(),
        fault: fault(&error),
    })
}

/// `line 3: what is wrong`, from an error whose text is `error parsing PATH on line 3:` and the
/// fault on the next line; its fields are private.
fn fault(error: &EnvConfigFileLoadError) -> String {
    let text = error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string);
    let parts = text.rsplit_once(":\n").and_then(|(place, what)| {
        let (_, line) = place.rsplit_once(" on line ")?;
        Some(format!("line {line}: {}", what.trim()))
    });
    parts.unwrap_or(text)
}
