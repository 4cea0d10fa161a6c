//! Whose command line it is, as far as an empty value goes: it is a variable that was not set.
//!
//! Where it stands for credentials or a region, leaving it out may mean somebody else. So it is
//! refused, but for what the other tool is known to leave out; that is said.

use iam_cli::NOTICE;

use crate::cli::OrEmpty;
use crate::usage::UsageError;

/// A tool's way to ask for a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Spelling {
    /// Ours.
    Own,
    /// `aws eks get-token`
    AwsCli,
    /// `aws-iam-authenticator token`
    Authenticator,
}

impl Spelling {
    /// The value of `argument`, if it has one.
    pub(super) fn value<T>(
        self,
        argument: &'static str,
        given: Option<OrEmpty<T>>,
    ) -> Result<Option<T>, UsageError> {
        match given {
            None => Ok(None),
            Some(OrEmpty::Value(value)) => Ok(Some(value)),
            Some(OrEmpty::Empty) => {
                let tool = self.leaves_out(argument);
                let tool = tool.ok_or_else(|| UsageError::no_value(argument))?;
                tracing::info!(target: NOTICE, "{argument} has no value: left out, as {tool} does");
                Ok(None)
            }
        }
    }

    /// The tool that takes `argument` with an empty value as one that was not given.
    fn leaves_out(self, argument: &str) -> Option<&'static str> {
        match (self, argument) {
            (Self::AwsCli, "--profile") => Some("the AWS CLI"),
            (
                Self::Authenticator,
                "--region" | "--role-arn" | "--external-id" | "--session-name",
            ) => Some("aws-iam-authenticator"),
            (Self::Own | Self::AwsCli | Self::Authenticator, _) => None,
        }
    }
}
