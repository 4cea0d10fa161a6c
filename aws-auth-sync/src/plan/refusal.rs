//! Why a plan is not carried out.

use std::collections::BTreeSet;
use std::fmt;

use thiserror::Error;

use crate::guard::Guard;
use crate::merge::Conflict;

/// Why a plan is not carried out.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Refusal {
    /// Guards refuse; never none.
    #[error("{}", told(.0, "guards refuse"))]
    Guarded(Vec<Guard>),
    /// Somebody else's entries stand in the way; never none.
    #[error("{}", told(.0, "entries are in the way"))]
    Conflicts(Vec<Conflict>),
}

impl Refusal {
    /// The exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Guarded(_) => 5,
            Self::Conflicts(_) => 4,
        }
    }

    /// The flags that let it pass.
    #[must_use]
    pub fn hint(&self) -> String {
        let flags: BTreeSet<&str> = match self {
            Self::Guarded(guards) => guards.iter().map(|guard| guard.override_flag).collect(),
            Self::Conflicts(conflicts) => conflicts.iter().map(Conflict::flag).collect(),
        };
        let flags = flags.into_iter().collect::<Vec<_>>().join(" ");
        match self {
            Self::Guarded(_) => format!("give {flags} if that is what you want"),
            Self::Conflicts(_) => format!("leave it to them, or give {flags} to settle it"),
        }
    }

    /// All of them in one line.
    #[must_use]
    pub fn all(&self) -> String {
        match self {
            Self::Guarded(guards) => joined(guards),
            Self::Conflicts(conflicts) => joined(conflicts),
        }
    }

    /// Of several things says each: a single one is left to be the program's last word.
    pub(crate) fn tell(&self) {
        match self {
            Self::Guarded(guards) => tell(guards),
            Self::Conflicts(conflicts) => tell(conflicts),
        }
    }
}

fn tell<T: fmt::Display>(all: &[T]) {
    if all.len() > 1 {
        for one in all {
            tracing::error!("{one}");
        }
    }
}

fn joined<T: fmt::Display>(all: &[T]) -> String {
    let all: Vec<String> = all.iter().map(T::to_string).collect();
    all.join("; ")
}

/// The only one, or how many there are.
fn told<T: fmt::Display>(all: &[T], many: &str) -> String {
    match all {
        [one] => one.to_string(),
        all => format!("{} {many}", all.len()),
    }
}
