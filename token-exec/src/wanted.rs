//! The credentials that are wanted: of the source that was chosen, or of the role that the command
//! line names on top of it.

use iam_aws::source::{Origin, RoleSource, Source};

use crate::options::{RoleOptions, Session};

/// What is to be fetched.
pub struct Wanted {
    /// The source, and where it takes the name of its session from.
    pub source: Source,
    /// Whose session's name it bears.
    pub naming: Naming,
}

/// Where the session of a role gets its name from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Naming {
    /// The settings.
    Set,
    /// The session of the credentials that assume the role; the source has none yet.
    Forwarded,
}

impl Wanted {
    /// The role of the command line, if there is one, on top of `source`.
    #[must_use]
    pub fn new(source: Source, role: Option<&RoleOptions>) -> Self {
        let Some(role) = role else {
            let naming = Naming::Set;
            return Self { source, naming };
        };
        let (name, naming) = match &role.session {
            Session::Named(name) => (Some(name.clone()), Naming::Set),
            Session::Forwarded => (None, Naming::Forwarded),
        };
        let role = RoleSource {
            base: source,
            request: role.request(name),
            origin: Origin::Argument("--role-arn"),
        };
        Self {
            source: Source::Role(Box::new(role)),
            naming,
        }
    }
}

/// Whether credentials of `source` rest on a command, which may itself ask a person.
#[must_use]
pub fn runs_a_process(source: &Source) -> bool {
    match source {
        Source::Role(role) => runs_a_process(&role.base),
        Source::Process(_) => true,
        _ => false,
    }
}

/// Whether a code is asked for with the last role of `source`.
#[must_use]
pub fn asks_for_a_code(source: &Source) -> bool {
    matches!(source, Source::Role(role) if role.request.mfa_serial.is_some())
}
