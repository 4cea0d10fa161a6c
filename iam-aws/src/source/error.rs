//! Why the settings of a source do not fit together.

use std::path::PathBuf;

use thiserror::Error;

use super::Origin;
use super::setting::SettingError;
use crate::place::Place;

/// Why the settings of a source do not fit together. Never holds a value of a secret.
#[derive(Debug, Error)]
pub enum SourceError {
    /// A value that cannot be.
    #[error("{place}")]
    Setting {
        /// Where it stands.
        place: String,
        /// What is wrong with it.
        source: SettingError,
    },
    /// A source without all that it needs.
    #[error("{present} is set, but {} not", listed(missing))]
    Unfinished {
        /// Where what is there stands.
        present: String,
        /// The keys that are not there.
        missing: &'static [&'static str],
    },
    /// A role, and nobody to assume it.
    #[error("{role} is set, but neither source_profile nor credential_source is")]
    Neither {
        /// Where the role stands.
        role: String,
    },
    /// A role, and two to assume it.
    #[error("{first} and {second} are both set")]
    Both {
        /// Where the one stands.
        first: String,
        /// Where the other stands.
        second: String,
    },
    /// Profiles that lead back to one of them.
    #[error("{place} closes a loop: {}", cycle.join(" -> "))]
    Loop {
        /// The setting that leads back.
        place: String,
        /// The profiles, the first again at the end.
        cycle: Vec<String>,
    },
    /// More roles than anybody assumes.
    #[error("source_profile leads through more than {limit} roles")]
    TooMany {
        /// How many can be.
        limit: usize,
    },
    /// The last profile of a chain holds nothing.
    #[error("{place} names `{name}`, a profile without credentials")]
    Empty {
        /// The setting that names it.
        place: String,
        /// The profile.
        name: String,
    },
    /// `credential_source` names what is not there.
    #[error("{place} is {value}, but {why}")]
    Unavailable {
        /// Where it stands.
        place: String,
        /// What it names.
        value: String,
        /// Why there is no such source here.
        why: String,
    },
    /// Single sign-on without all that it needs.
    #[error("single sign-on of {origin} lacks {}", missing.join(", "))]
    Incomplete {
        /// The profile.
        origin: Origin,
        /// The keys that stand neither in the profile nor in its session.
        missing: Vec<&'static str>,
    },
    /// A session that is not there.
    #[error("{place} names `{name}`, but {} has no [sso-session {name}]", path.display())]
    NoSession {
        /// The setting that names it.
        place: String,
        /// The session.
        name: String,
        /// The config file.
        path: PathBuf,
    },
    /// Two values where there can be one.
    #[error("{first} and {second} differ")]
    Differ {
        /// Where the one stands.
        first: String,
        /// Where the other stands.
        second: String,
    },
}

impl SourceError {
    pub(super) fn unfinished(place: Place<'_>, missing: &'static [&'static str]) -> Self {
        Self::Unfinished {
            present: place.to_string(),
            missing,
        }
    }

    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Setting { place, .. } => format!("correct {place}, or take it out"),
            Self::Unfinished { missing, .. } => format!("set {} too", missing.join(" and ")),
            Self::Neither { .. } => "add source_profile with a profile that has credentials, or \
                                     credential_source with Environment, EcsContainer or \
                                     Ec2InstanceMetadata"
                .to_owned(),
            Self::Both { first, .. } => format!("take one of them out, such as {first}"),
            Self::Loop { cycle, .. } => match cycle.as_slice() {
                [first, last] if first == last => {
                    format!("give `{first}` keys of its own, or name another profile")
                }
                _ => "let one of them name a profile that has credentials".to_owned(),
            },
            Self::TooMany { .. } => "assume the role from a profile nearer to it".to_owned(),
            Self::Empty { name, .. } => {
                format!("run `aws configure --profile {name}`, or name another profile")
            }
            Self::Unavailable { .. } => {
                "run it where that source is, or name another in credential_source".to_owned()
            }
            Self::Incomplete { origin, .. } => match origin {
                Origin::Profile { name, .. } => format!("run `aws configure sso --profile {name}`"),
                Origin::Variable(_) | Origin::Argument(_) | Origin::Default => {
                    "run `aws configure sso`".to_owned()
                }
            },
            Self::NoSession { .. } => "run `aws configure sso-session`, or name another".to_owned(),
            Self::Differ { first, .. } => format!("take {first} out"),
        }
    }
}

/// `a is`, `a and b are`.
fn listed(keys: &[&str]) -> String {
    let verb = if keys.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", keys.join(" and "))
}
