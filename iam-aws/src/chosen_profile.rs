//! Which profile is meant, and who said so.

use crate::environment::{Environment, Setting};

/// A profile's name and where it came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChosenProfile<'a> {
    /// `--profile`
    Flag(&'a str),
    /// `AWS_PROFILE` or its older spelling.
    Variable(&'a Setting),
    /// Nobody said anything.
    Default,
}

impl<'a> ChosenProfile<'a> {
    /// The flag wins over the environment.
    #[must_use]
    pub fn of(flag: Option<&'a str>, environment: &'a Environment) -> Self {
        match (flag, &environment.profile) {
            (Some(name), _) => Self::Flag(name),
            (None, Some(setting)) => Self::Variable(setting),
            (None, None) => Self::Default,
        }
    }

    /// The profile's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        match self {
            Self::Flag(name) => name,
            Self::Variable(setting) => &setting.value,
            Self::Default => "default",
        }
    }

    /// Who named it, if anybody did.
    #[must_use]
    pub fn origin(&self) -> Option<&'static str> {
        match self {
            Self::Flag(_) => Some("--profile"),
            Self::Variable(setting) => Some(setting.variable),
            Self::Default => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_wins_over_the_environment_and_both_over_the_default() {
        let setting = Setting {
            variable: "AWS_PROFILE",
            value: "dev".to_owned(),
        };
        let with = Environment {
            profile: Some(setting),
            ..Environment::default()
        };
        let table = [
            (Some("ops"), &with, "ops", Some("--profile")),
            (None, &with, "dev", Some("AWS_PROFILE")),
            (None, &Environment::default(), "default", None),
        ];
        for (flag, environment, name, origin) in table {
            let chosen = ChosenProfile::of(flag, environment);
            assert_eq!((chosen.name(), chosen.origin()), (name, origin));
        }
    }
}
